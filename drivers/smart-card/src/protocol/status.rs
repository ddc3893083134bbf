//! Status words, ISO/IEC 7816-4, 5.1.3, and those of LD/T 32 and EMV.

use kiosk_drivers_api::SmartCardFault;

/// The two bytes that end every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u16);

impl Status {
    /// Done.
    pub const OK: Status = Status(0x9000);
    /// Something must be proven first: a PIN or a key.
    pub const LOCKED: Status = Status(0x6982);
    /// The PIN, or a key, is blocked.
    pub const PIN_BLOCKED: Status = Status(0x6983);
    /// No such file or application.
    pub const NO_FILE: Status = Status(0x6A82);
    /// No such record.
    pub const NO_RECORD: Status = Status(0x6A83);

    /// Bytes that GET RESPONSE may fetch, 0 for 256.
    pub fn more(self) -> Option<u8> {
        (self.0 >> 8 == 0x61).then_some((self.0 & 0xFF) as u8)
    }

    /// The length to ask with instead, 0 for 256.
    pub fn right_length(self) -> Option<u8> {
        (self.0 >> 8 == 0x6C).then_some((self.0 & 0xFF) as u8)
    }

    /// Tries that are left after a wrong PIN.
    pub fn tries_left(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some((self.0 & 0x0F) as u8)
    }

    /// Whether the card does not know the parameters P1 and P2 of a command.
    pub fn is_wrong_parameters(self) -> bool {
        matches!(self.0, 0x6A86 | 0x6B00)
    }

    /// What a status means where only [`Status::OK`] was expected.
    pub fn fault(self) -> SmartCardFault {
        match self.0 {
            // File or application deactivated; function not supported, as blocked cards say; blocked for ever (LD/T 32).
            0x6283 | 0x6A81 | 0x9303 => SmartCardFault::Blocked { status: self.0 },
            // Every interindustry status begins with 6; cards of the financial family add some that begin with 9.
            0x6000..=0x6FFF | 0x9000..=0x9FFF => SmartCardFault::Refused { status: self.0 },
            _ => SmartCardFault::Garbled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_of_status_is_told_apart() {
        assert_eq!(Status(0x611A).more(), Some(0x1A));
        assert_eq!(Status(0x6C00).right_length(), Some(0));
        assert_eq!(Status(0x63C2).tries_left(), Some(2));
        assert_eq!(Status(0x6300).tries_left(), None);
        assert!(Status(0x6A86).is_wrong_parameters() && !Status::NO_FILE.is_wrong_parameters());
        assert_eq!(
            (Status::OK.more(), Status::OK.right_length(), Status::OK.tries_left()),
            (None, None, None)
        );
    }

    #[test]
    fn what_was_not_expected_has_its_fault() {
        for status in [0x6283, 0x6A81, 0x9303] {
            assert_eq!(Status(status).fault(), SmartCardFault::Blocked { status });
        }
        for status in [0x6700, 0x6985, 0x6F00, 0x9302] {
            assert_eq!(Status(status).fault(), SmartCardFault::Refused { status });
        }
        for status in [0x0000, 0x5A5A, 0xFFFF] {
            assert_eq!(Status(status).fault(), SmartCardFault::Garbled);
        }
    }
}
