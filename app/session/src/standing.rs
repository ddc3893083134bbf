//! A device that works for whoever stands there, for as long as it is wanted.

use kiosk_model::CardPlace;

use crate::ids::Ids;
use crate::{Effect, RequestId};

/// A request that goes on until it was answered well or nobody wants it any more. `W`: how it is wanted.
pub(crate) struct Standing<W> {
    begin: fn(RequestId, W) -> Effect,
    stop: fn() -> Effect,
    request: Option<(RequestId, W)>,
}

impl Standing<CardPlace> {
    /// Reader and slot.
    pub(crate) fn reading() -> Self {
        let (begin, stop) = (|request, at| Effect::ReadCard { request, at }, || Effect::StopReading);
        Self { begin, stop, request: None }
    }
}

impl Standing<()> {
    /// The slot, for technicians alone.
    pub(crate) fn awaiting_technician() -> Self {
        let (begin, stop) = (|request, ()| Effect::AwaitTechnician { request }, || Effect::StopReading);
        Self { begin, stop, request: None }
    }

    /// The scanner.
    pub(crate) fn scanning() -> Self {
        let (begin, stop) = (|request, ()| Effect::Scan { request }, || Effect::StopScanning);
        Self { begin, stop, request: None }
    }
}

impl<W: Copy + PartialEq> Standing<W> {
    /// Whether a reply is the one waited for; a good one ends the request.
    pub(crate) fn takes(&mut self, request: RequestId, is_good: bool) -> bool {
        let expected = self.request.is_some_and(|(awaited, _)| awaited == request);
        if expected && is_good {
            self.request = None;
        }
        expected
    }

    /// After an error nobody knows whether the device works: it is told anew.
    pub(crate) fn forget(&mut self) {
        self.request = None;
    }

    /// Orders the device to work exactly while and as it is wanted.
    pub(crate) fn keep(&mut self, wanted: Option<W>, ids: &mut Ids, effects: &mut Vec<Effect>) {
        match (wanted, self.request) {
            (Some(as_wanted), Some((_, as_ordered))) if as_wanted == as_ordered => {}
            (Some(as_wanted), _) => {
                let request = ids.request();
                self.request = Some((request, as_wanted));
                effects.push((self.begin)(request, as_wanted));
            }
            (None, Some(_)) => {
                self.request = None;
                effects.push((self.stop)());
            }
            (None, None) => {}
        }
    }
}
