//! A device played from a script, with virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use crate::error::UsbError;
use crate::interface::{Endpoint, EndpointKind, Interface};
use crate::port::{ControlRequest, Port};

/// What the device does about the next transfer.
pub(crate) enum Deed {
    /// Gives a packet at an endpoint.
    Give(u8, Vec<u8>),
    /// Takes so many bytes.
    Take(usize),
    /// Answers a control request.
    Answer(Vec<u8>),
    /// Refuses.
    Stall,
    /// Is unplugged.
    Vanish,
}

/// A device that does as the script says, and nothing once it is at its end.
pub(crate) struct Device {
    deeds: VecDeque<Deed>,
    sent: Vec<(u8, Vec<u8>)>,
    requests: Vec<ControlRequest>,
    now: Duration,
}

impl Device {
    pub(crate) fn that(deeds: impl IntoIterator<Item = Deed>) -> Self {
        let deeds = deeds.into_iter().collect();
        Self { deeds, sent: Vec::new(), requests: Vec::new(), now: Duration::ZERO }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.deeds.len()
    }

    pub(crate) fn sent(&self, endpoint: u8) -> Vec<u8> {
        self.sent.iter().filter(|(to, _)| *to == endpoint).flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    pub(crate) fn requests(&self) -> Vec<ControlRequest> {
        self.requests.clone()
    }

    fn give(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        match self.deeds.pop_front() {
            Some(Deed::Give(from, bytes)) if from == endpoint => {
                buffer[..bytes.len()].copy_from_slice(&bytes);
                Ok(bytes.len())
            }
            Some(Deed::Vanish) => Err(UsbError::Gone),
            Some(Deed::Stall) => Err(UsbError::Stalled),
            Some(Deed::Give(..) | Deed::Take(_) | Deed::Answer(_)) => panic!("not in the script"),
            None => {
                self.now += wait;
                Err(UsbError::TimedOut)
            }
        }
    }

    fn answer(&mut self, request: ControlRequest) -> Result<Vec<u8>, UsbError> {
        self.requests.push(request);
        match self.deeds.pop_front() {
            Some(Deed::Answer(bytes)) => Ok(bytes),
            Some(Deed::Stall) => Err(UsbError::Stalled),
            Some(Deed::Vanish) => Err(UsbError::Gone),
            Some(Deed::Give(..) | Deed::Take(_)) | None => panic!("not in the script"),
        }
    }
}

impl Port for Device {
    fn open(&mut self) -> Result<Interface, UsbError> {
        let endpoint = Endpoint { address: 0x84, kind: EndpointKind::Interrupt, packet_bytes: 64 };
        Ok(Interface { number: 0, setting: 0, class: (3, 0, 0), endpoints: vec![endpoint] })
    }

    fn close(&mut self) {}

    fn bulk_out(&mut self, endpoint: u8, bytes: &[u8], _wait: Duration) -> Result<usize, UsbError> {
        match self.deeds.pop_front() {
            Some(Deed::Take(0)) => Err(UsbError::TimedOut),
            Some(Deed::Take(count)) => {
                let count = count.min(bytes.len());
                self.sent.push((endpoint, bytes[..count].to_vec()));
                Ok(count)
            }
            Some(Deed::Vanish) => Err(UsbError::Gone),
            Some(Deed::Give(..) | Deed::Answer(_) | Deed::Stall) | None => panic!("not in the script"),
        }
    }

    fn bulk_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        self.give(endpoint, buffer, wait)
    }

    fn interrupt_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        self.give(endpoint, buffer, wait)
    }

    fn control_in(
        &mut self,
        request: ControlRequest,
        buffer: &mut [u8],
        _wait: Duration,
    ) -> Result<usize, UsbError> {
        let bytes = self.answer(request)?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    fn control_out(
        &mut self,
        request: ControlRequest,
        _bytes: &[u8],
        _wait: Duration,
    ) -> Result<(), UsbError> {
        self.answer(request).map(|_| ())
    }

    fn now(&self) -> Duration {
        self.now
    }
}
