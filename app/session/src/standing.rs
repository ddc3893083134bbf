//! A device that works for whoever stands there, for as long as it is wanted.

use crate::ids::Ids;
use crate::{Effect, RequestId};

/// A request that goes on until it was answered well or nobody wants it any more.
pub(crate) struct Standing {
    begin: fn(RequestId) -> Effect,
    stop: fn() -> Effect,
    request: Option<RequestId>,
}

impl Standing {
    /// Reader and slot.
    pub(crate) fn reading() -> Self {
        let (begin, stop) = (|request| Effect::ReadCard { request }, || Effect::StopReading);
        Self { begin, stop, request: None }
    }

    /// The slot, for technicians alone.
    pub(crate) fn awaiting_technician() -> Self {
        let (begin, stop) = (|request| Effect::AwaitTechnician { request }, || Effect::StopReading);
        Self { begin, stop, request: None }
    }

    /// The scanner.
    pub(crate) fn scanning() -> Self {
        let (begin, stop) = (|request| Effect::Scan { request }, || Effect::StopScanning);
        Self { begin, stop, request: None }
    }

    /// Whether a reply is the one waited for; a good one ends the request.
    pub(crate) fn takes(&mut self, request: RequestId, is_good: bool) -> bool {
        let expected = self.request == Some(request);
        if expected && is_good {
            self.request = None;
        }
        expected
    }

    /// After an error nobody knows whether the device works: it is told anew.
    pub(crate) fn forget(&mut self) {
        self.request = None;
    }

    /// Orders the device to work exactly while it is wanted.
    pub(crate) fn keep(&mut self, wanted: bool, ids: &mut Ids, effects: &mut Vec<Effect>) {
        match (wanted, self.request) {
            (true, None) => {
                let request = ids.request();
                self.request = Some(request);
                effects.push((self.begin)(request));
            }
            (false, Some(_)) => {
                self.request = None;
                effects.push((self.stop)());
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}
