//! The module's third status byte.

use kiosk_drivers_api::ReaderFault;

/// Done.
pub(super) const OK: u8 = 0x90;
/// A card lies in the field.
pub(super) const CARD_FOUND: u8 = 0x9F;
/// The item asked for has no content on this card.
pub(super) const NO_CONTENT: u8 = 0x91;
/// This module does not know the command.
pub(super) const BAD_COMMAND: u8 = 0x21;

/// Says what a status byte other than the expected one means for the person at the machine.
pub fn fault_of(sw3: u8) -> ReaderFault {
    match sw3 {
        0x80 => ReaderFault::NoCard,
        // Read failed; no random number from the card; select failed: the card left or lies badly.
        0x41 | 0x47 | 0x81 => ReaderFault::CardMoved,
        // Card refused module; module refused card; information does not verify; fingerprint does not verify.
        0x31 | 0x32 | 0x33 | 0x37 => ReaderFault::CardRejected { status: sw3 },
        0x40 => ReaderFault::UnknownCard,
        0x3F => ReaderFault::BadRecord { what: "length on the card" },
        NO_CONTENT => ReaderFault::BadRecord { what: "empty card" },
        // Self-test failed; not authorised.
        0x60 | 0x66 => ReaderFault::ModuleFailed { status: sw3 },
        // 10 check, 11 length, 21 command, 23 not permitted, 24 unknown error, and codes nobody documents.
        _ => ReaderFault::Garbled { status: sw3 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_has_its_fault() {
        let moved = ReaderFault::CardMoved;
        let rejected = |status| ReaderFault::CardRejected { status };
        let garbled = |status| ReaderFault::Garbled { status };
        let failed = |status| ReaderFault::ModuleFailed { status };
        let table = [
            (0x10, garbled(0x10)),
            (0x11, garbled(0x11)),
            (0x21, garbled(0x21)),
            (0x23, garbled(0x23)),
            (0x24, garbled(0x24)),
            (0x31, rejected(0x31)),
            (0x32, rejected(0x32)),
            (0x33, rejected(0x33)),
            (0x37, rejected(0x37)),
            (0x3F, ReaderFault::BadRecord { what: "length on the card" }),
            (0x40, ReaderFault::UnknownCard),
            (0x41, moved.clone()),
            (0x47, moved.clone()),
            (0x60, failed(0x60)),
            (0x66, failed(0x66)),
            (0x80, ReaderFault::NoCard),
            (0x81, moved),
            (0x91, ReaderFault::BadRecord { what: "empty card" }),
        ];
        for (code, fault) in table {
            assert_eq!(fault_of(code), fault, "status {code:02X}");
        }
    }

    #[test]
    fn an_unknown_code_is_kept_for_the_technician() {
        assert_eq!(fault_of(0x77), ReaderFault::Garbled { status: 0x77 });
    }
}
