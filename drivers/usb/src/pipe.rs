//! A stream of bytes over bulk endpoints.

use std::time::Duration;

use kiosk_serial::PIECE_BYTES;
use zeroize::Zeroizing;

use crate::error::{UsbError, idle_as_zero};
use crate::interface::Endpoint;
use crate::limits::{DRAIN_PACKETS_MAX, WAIT_MIN};
use crate::port::Port;

/// Bytes from the device, taken packet by packet: a transfer of one packet is never half done when its time is up. What
/// it holds is zeroed when dropped.
pub struct InPipe {
    endpoint: u8,
    packet: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
}

impl InPipe {
    /// Reads from `endpoint`.
    pub fn new(endpoint: Endpoint) -> Self {
        let packet = Zeroizing::new(vec![0; endpoint.packet_bytes]);
        Self { endpoint: endpoint.address, packet, start: 0, end: 0 }
    }

    /// Receives what there is, waiting at most `wait` for a packet; 0 when none came.
    pub fn read(&mut self, port: &mut impl Port, into: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        if self.start == self.end {
            self.end = idle_as_zero(port.bulk_in(self.endpoint, &mut self.packet, wait))?;
            self.start = 0;
        }
        let count = into.len().min(self.end - self.start);
        into[..count].copy_from_slice(&self.packet[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }

    /// Throws away what was received and what waits in the device.
    pub fn clear(&mut self, port: &mut impl Port) -> Result<(), UsbError> {
        (self.start, self.end) = (0, 0);
        for _ in 0..DRAIN_PACKETS_MAX {
            if idle_as_zero(port.bulk_in(self.endpoint, &mut self.packet, WAIT_MIN))? == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// Bytes to the device.
pub struct OutPipe {
    endpoint: u8,
    piece_bytes: usize,
}

impl OutPipe {
    /// Writes to `endpoint`.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint: endpoint.address, piece_bytes: endpoint.packet_bytes.min(PIECE_BYTES) }
    }

    /// Sends what the device takes within `wait`, at most a packet, and says how many bytes that were; 0 when it takes
    /// none.
    pub fn write(&mut self, port: &mut impl Port, bytes: &[u8], wait: Duration) -> Result<usize, UsbError> {
        let piece = &bytes[..bytes.len().min(self.piece_bytes)];
        idle_as_zero(port.bulk_out(self.endpoint, piece, wait))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::interface::EndpointKind;
    use crate::scripted::{Deed, Device};

    const WAIT: Duration = Duration::from_millis(50);

    fn endpoint(address: u8, packet_bytes: usize) -> Endpoint {
        Endpoint { address, kind: EndpointKind::Bulk, packet_bytes }
    }

    #[test]
    fn a_packet_larger_than_asked_for_is_kept_for_the_next_read() {
        let mut device = Device::that([Deed::Give(0x81, b"0123456789".to_vec())]);
        let mut pipe = InPipe::new(endpoint(0x81, 64));
        let mut first = [0; 4];
        assert_eq!(pipe.read(&mut device, &mut first, WAIT), Ok(4));
        assert_eq!(&first, b"0123");
        let mut rest = [0; 64];
        assert_eq!(pipe.read(&mut device, &mut rest, WAIT), Ok(6));
        assert_eq!(&rest[..6], b"456789");
        assert_eq!(pipe.read(&mut device, &mut rest, WAIT), Ok(0));
    }

    #[test]
    fn silence_is_no_error_and_a_missing_device_is() {
        let mut device = Device::that([Deed::Vanish]);
        let mut pipe = InPipe::new(endpoint(0x81, 64));
        assert_eq!(pipe.read(&mut Device::that([]), &mut [0; 8], WAIT), Ok(0));
        assert_eq!(pipe.read(&mut device, &mut [0; 8], WAIT), Err(UsbError::Gone));
    }

    #[test]
    fn clearing_forgets_what_came_and_what_waits() {
        let answers = (0..3).map(|_| Deed::Give(0x81, vec![7; 64]));
        let mut device = Device::that(answers);
        let mut pipe = InPipe::new(endpoint(0x81, 64));
        pipe.read(&mut device, &mut [0; 8], WAIT).unwrap();
        pipe.clear(&mut device).unwrap();
        assert_eq!(pipe.read(&mut device, &mut [0; 8], WAIT), Ok(0));
    }

    #[test]
    fn a_device_that_never_falls_silent_does_not_hold_clearing_up() {
        let mut device = Device::that((0..DRAIN_PACKETS_MAX + 1).map(|_| Deed::Give(0x81, vec![7; 64])));
        InPipe::new(endpoint(0x81, 64)).clear(&mut device).unwrap();
        assert_eq!(device.waiting(), 1);
    }

    #[test]
    fn writing_gives_a_packet_at_most_and_tells_what_was_taken() {
        let mut device = Device::that([Deed::Take(64), Deed::Take(20), Deed::Take(0)]);
        let mut pipe = OutPipe::new(endpoint(0x02, 512));
        assert_eq!(pipe.write(&mut device, &[1; 1_000], WAIT), Ok(64));
        assert_eq!(pipe.write(&mut device, &[2; 1_000], WAIT), Ok(20));
        assert_eq!(pipe.write(&mut device, &[3; 1_000], WAIT), Ok(0));
        assert_eq!(device.sent(0x02), [vec![1; 64], vec![2; 20]].concat());
    }
}
