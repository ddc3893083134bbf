//! What a device tells about itself (USB 2.0, 9.6), one configuration with one interface.

use super::peripheral::Setup;
use super::pipes::Spread;

/// Bytes of a full-speed packet.
pub(crate) const PACKET_BYTES: usize = 64;

/// Transfers of an endpoint (USB 2.0, 9.6.6).
const BULK: u8 = 0x02;
const INTERRUPT: u8 = 0x03;

/// Classes of interfaces.
const HID: u8 = 0x03;
const PRINTER: u8 = 0x07;
/// The request of the printer class by which a printer forgets everything.
const SOFT_RESET: u8 = 2;

/// A device as its descriptors show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Vendor and product.
    pub id: (u16, u16),
    /// Class, subclass and protocol of its interface.
    pub class: (u8, u8, u8),
    /// Addresses of its endpoints; the highest bit is set for those into the host.
    pub endpoints: Vec<u8>,
    /// The kernel driver that sits on it until it is sent away.
    pub kernel_driver: Option<&'static str>,
}

impl Shape {
    /// An ID-card reader of the most common make, with two pipes each way: head and body of a frame apart.
    pub fn reader_four_pipes() -> Shape {
        let endpoints = vec![0x02, 0x06, 0x81, 0x85];
        Shape { id: (0x0400, 0xC35A), class: (0xFF, 0x00, 0x00), endpoints, kernel_driver: None }
    }

    /// An ID-card reader with one pipe each way.
    pub fn reader_one_pair() -> Shape {
        let endpoints = vec![0x01, 0x81];
        Shape { id: (0x0483, 0x5652), class: (0xFF, 0x00, 0x00), endpoints, kernel_driver: None }
    }

    /// A receipt printer of the printer class that answers.
    pub fn printer() -> Shape {
        let endpoints = vec![0x01, 0x82];
        Shape { id: (0x0416, 0x5011), class: (0x07, 0x01, 0x02), endpoints, kernel_driver: Some("usblp") }
    }

    /// Which endpoints the device's bytes come through.
    pub(crate) fn spread(&self) -> Spread {
        let mut into = self.endpoints.iter().copied().filter(|endpoint| endpoint & 0x80 != 0);
        match (into.next(), into.next()) {
            (Some(head), Some(body)) => Spread::HeadAndBody(head, body),
            (first, _) => Spread::All(first.unwrap_or_default()),
        }
    }

    /// Whether a request makes the device forget what it has to say.
    pub(crate) fn is_soft_reset(&self, setup: Setup) -> bool {
        self.class.0 == PRINTER && setup.kind & 0x80 == 0 && setup.request == SOFT_RESET
    }

    /// A code scanner of the point-of-sale kind.
    pub fn scanner() -> Shape {
        let endpoints = vec![0x84];
        Shape { id: (0x0C2E, 0x0DB3), class: (HID, 0x00, 0x00), endpoints, kernel_driver: Some("usbhid") }
    }

    /// Device descriptor and configuration, as the kernel shows them in `descriptors`.
    pub fn descriptors(&self) -> Vec<u8> {
        let (vendor, product) = (self.id.0.to_le_bytes(), self.id.1.to_le_bytes());
        // USB 2.0, class told by the interface, 64 bytes at endpoint 0, release 1.00, no strings, one configuration.
        let device =
            [[18, 1, 0x00, 0x02, 0, 0, 0, 64].as_slice(), &vendor, &product, &[0x00, 0x01, 0, 0, 0, 1]];
        [device.concat(), self.configuration()].concat()
    }

    fn configuration(&self) -> Vec<u8> {
        let count = u8::try_from(self.endpoints.len()).unwrap_or(u8::MAX);
        let (class, subclass, protocol) = self.class;
        let mut inner = vec![9, 4, 0, 0, count, class, subclass, protocol, 0];
        for endpoint in &self.endpoints {
            inner.extend([7, 5, *endpoint, self.transfers(), 64, 0, 1]);
        }
        let total = u16::try_from(9 + inner.len()).unwrap_or(u16::MAX).to_le_bytes();
        // One interface, configuration 1, powered by the bus, 100 mA.
        let head = [9, 2, total[0], total[1], 1, 1, 0, 0x80, 50];
        [head.to_vec(), inner].concat()
    }

    fn transfers(&self) -> u8 {
        if self.class.0 == HID { INTERRUPT } else { BULK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_as_long_as_they_say() {
        for shape in
            [Shape::reader_four_pipes(), Shape::reader_one_pair(), Shape::printer(), Shape::scanner()]
        {
            let bytes = shape.descriptors();
            let total = usize::from(u16::from_le_bytes([bytes[20], bytes[21]]));
            assert_eq!(bytes.len(), 18 + total);
            let mut lengths = 0;
            while lengths < bytes.len() {
                lengths += usize::from(bytes[lengths]);
            }
            assert_eq!(lengths, bytes.len());
        }
    }

    #[test]
    fn the_reader_shows_its_numbers_low_byte_first() {
        assert_eq!(Shape::reader_four_pipes().descriptors()[8..12], [0x00, 0x04, 0x5A, 0xC3]);
    }
}
