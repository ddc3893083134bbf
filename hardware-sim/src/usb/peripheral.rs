//! A device that can stand at the end of a serial line as well as on a bus.

use std::time::Duration;

use crate::peripheral::Peripheral;
use crate::printer::{Printer, PrinterState};
use crate::reader::Reader;

/// The head of a control transfer (USB 2.0, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// `bmRequestType`
    pub kind: u8,
    /// `bRequest`
    pub request: u8,
    /// `wValue`
    pub value: u16,
    /// `wIndex`
    pub index: u16,
    /// `wLength`
    pub length: u16,
}

impl Setup {
    /// Reads the eight bytes of a head.
    pub fn read(bytes: [u8; 8]) -> Setup {
        let [kind, request, value_low, value_high, index_low, index_high, length_low, length_high] = bytes;
        let number = |low, high| u16::from_le_bytes([low, high]);
        Setup {
            kind,
            request,
            value: number(value_low, value_high),
            index: number(index_low, index_high),
            length: number(length_low, length_high),
        }
    }

    /// The eight bytes.
    pub fn bytes(self) -> [u8; 8] {
        let [value, index, length] = [self.value, self.index, self.length].map(u16::to_le_bytes);
        [self.kind, self.request, value[0], value[1], index[0], index[1], length[0], length[1]]
    }
}

/// What a device does on a bus besides carrying the bytes of its line.
pub trait UsbPeripheral: Peripheral {
    /// Answers a request of its class; none is a stall.
    fn class_request(&mut self, now: Duration, setup: Setup, data: &[u8]) -> Option<Vec<u8>>;
}

impl UsbPeripheral for Reader {
    fn class_request(&mut self, _now: Duration, _setup: Setup, _data: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// Who the printer is (IEEE 1284); the length in front counts itself.
const DEVICE_ID: &[u8] = b"\x00\x3CMFG:HECHENG;CMD:ESC/POS;MDL:SIM-80;CLS:PRINTER;DES:SIM-80;";

impl UsbPeripheral for Printer {
    /// USB printer class 1.1, 4.2: device id, port status, soft reset in both its forms.
    fn class_request(&mut self, now: Duration, setup: Setup, _data: &[u8]) -> Option<Vec<u8>> {
        match (setup.kind, setup.request) {
            (0xA1, 0) => Some(DEVICE_ID.to_vec()),
            (0xA1, 1) => Some(vec![port_status(self.condition().state, self.condition().stopped())]),
            (0x21 | 0x23, 2) => {
                self.advance(now);
                self.power_cycle();
                Some(Vec::new())
            }
            _ => None,
        }
    }
}

/// 20 paper empty, 10 selected, 08 no error.
fn port_status(state: PrinterState, is_stopped: bool) -> u8 {
    let paper_empty = if state == PrinterState::PaperOut { 0x20 } else { 0 };
    let no_error = if is_stopped { 0 } else { 0x08 };
    0x10 | paper_empty | no_error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::Glyphs;

    fn ask(printer: &mut Printer, kind: u8, request: u8) -> Option<Vec<u8>> {
        let setup = Setup { kind, request, value: 0, index: 0, length: 64 };
        printer.class_request(Duration::ZERO, setup, &[])
    }

    #[test]
    fn the_device_id_is_as_long_as_it_says() {
        assert_eq!(DEVICE_ID.len(), usize::from(DEVICE_ID[1]));
    }

    #[test]
    fn the_port_shows_paper_and_errors() {
        let mut printer = Printer::new(Glyphs::without_font());
        for (state, byte) in
            [(PrinterState::Ok, 0x18), (PrinterState::PaperOut, 0x30), (PrinterState::Jam, 0x10)]
        {
            printer.set_state(Duration::ZERO, state);
            assert_eq!(ask(&mut printer, 0xA1, 1), Some(vec![byte]));
        }
    }

    #[test]
    fn a_soft_reset_forgets_what_was_not_printed() {
        let mut printer = Printer::new(Glyphs::without_font());
        printer.set_state(Duration::ZERO, PrinterState::PaperOut);
        printer.hear(Duration::ZERO, b"first\n");
        assert_eq!(ask(&mut printer, 0x21, 2), Some(Vec::new()));
        assert_eq!(printer.buffered(), 0);
        assert_eq!(ask(&mut printer, 0x21, 9), None, "an unknown request stalls");
    }

    #[test]
    fn a_head_is_read_low_byte_first() {
        let bytes = [0xA1, 0x00, 0x00, 0x00, 0x02, 0x01, 0x00, 0x04];
        let setup = Setup::read(bytes);
        assert_eq!(setup.bytes(), bytes);
        assert_eq!((setup.kind, setup.index, setup.length), (0xA1, 0x0102, 0x0400));
    }
}
