//! The commands this driver sends, and which reply belongs to which.

use std::time::Duration;

use kiosk_drivers_api::ReaderFault;
use zeroize::Zeroizing;

use super::frame::{Reply, encode};
use super::status::{BAD_COMMAND, CARD_FOUND, NO_CONTENT, OK, fault_of};
use crate::deadlines;

/// Bytes of one appended address.
pub(super) const ADDRESS_BYTES: usize = 70;

/// A chip holds at most this many appended addresses.
const ADDRESSES_MAX: usize = 4;

/// Two numbers of 16 bits and three of 32, least significant byte first.
const SAM_NUMBER_BYTES: usize = 16;

/// Lengths (4), text (256) and photo (1,024).
pub(super) const BODY_BYTES: usize = 4 + 256 + 1_024;

/// The same with the length of the fingerprints (2), and none, one or two of them.
const BODIES_WITH_FINGERS: [usize; 3] = [BODY_BYTES + 2, BODY_BYTES + 2 + 512, BODY_BYTES + 2 + 1_024];

/// A request to the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `11 FF`: how the module stands.
    ModuleStatus,
    /// `12 FF`: the module's number.
    SamNumber,
    /// `20 01`: looks for a card in the field.
    Find,
    /// `20 02`: chooses the card that was found.
    Select,
    /// `30 01`: reads text and photo of the chosen card.
    ReadRecord,
    /// `30 10`: reads text, photo and fingerprints of the chosen card.
    ReadAll,
    /// `30 03`: reads the addresses appended after the card was issued.
    ReadAddress,
}

/// What a reply means for the command that was sent.
pub enum Answer {
    /// Done, with this data.
    Data(Zeroizing<Vec<u8>>),
    /// The card holds no such item.
    Nothing,
    /// Refused or failed.
    Fault(ReaderFault),
    /// The reply belongs to another, older command and is to be dropped.
    Stray,
}

impl Command {
    /// The request as sent.
    pub fn bytes(self) -> Vec<u8> {
        encode(&match self {
            Command::ModuleStatus => [0x11, 0xFF],
            Command::SamNumber => [0x12, 0xFF],
            Command::Find => [0x20, 0x01],
            Command::Select => [0x20, 0x02],
            Command::ReadRecord => [0x30, 0x01],
            Command::ReadAll => [0x30, 0x10],
            Command::ReadAddress => [0x30, 0x03],
        })
    }

    /// How long the whole reply may take.
    pub(crate) fn deadline(self) -> Duration {
        match self {
            Command::ModuleStatus | Command::SamNumber => deadlines::MODULE_STATUS,
            Command::Find | Command::Select => deadlines::FIND_OR_SELECT,
            Command::ReadRecord => deadlines::READ_RECORD,
            Command::ReadAll => deadlines::READ_ALL,
            Command::ReadAddress => deadlines::READ_ADDRESS,
        }
    }

    /// Judges a reply. A good status counts only with the data length of this very command: no two commands share one,
    /// so the late answer to an older command cannot pass for this one's.
    pub fn judge(self, reply: Reply) -> Answer {
        match reply.sw3 {
            OK | CARD_FOUND if self.fits(&reply) => Answer::Data(reply.data),
            OK | CARD_FOUND => Answer::Stray,
            // Some modules never learnt to read appended addresses: then the printed one is the newest they can give.
            NO_CONTENT | BAD_COMMAND if self == Command::ReadAddress => Answer::Nothing,
            // Nor fingerprints, which came later.
            BAD_COMMAND if self == Command::ReadAll => Answer::Nothing,
            other => Answer::Fault(fault_of(other)),
        }
    }

    fn fits(self, reply: &Reply) -> bool {
        let bytes = reply.data.len();
        match self {
            Command::ModuleStatus => reply.sw3 == OK && bytes == 0,
            Command::SamNumber => reply.sw3 == OK && bytes == SAM_NUMBER_BYTES,
            Command::Find => reply.sw3 == CARD_FOUND && bytes == 4,
            Command::Select => reply.sw3 == OK && bytes == 8,
            Command::ReadRecord => reply.sw3 == OK && bytes == BODY_BYTES,
            Command::ReadAll => reply.sw3 == OK && BODIES_WITH_FINGERS.contains(&bytes),
            Command::ReadAddress => {
                let addresses = bytes / ADDRESS_BYTES;
                reply.sw3 == OK
                    && bytes.is_multiple_of(ADDRESS_BYTES)
                    && (1..=ADDRESSES_MAX).contains(&addresses)
            }
        }
    }
}

/// A module's number as it is printed on it: `05.01-20240101-0000000001-0000000002`.
pub fn sam_number(data: &[u8]) -> Option<String> {
    let (head, tail) = data.split_at_checked(4)?;
    let short = |at: usize| Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_le_bytes(tail.get(at..at + 4)?.try_into().ok()?));
    Some(format!("{:02}.{:02}-{:08}-{:010}-{:010}", short(0)?, short(2)?, long(0)?, long(4)?, long(8)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Command; 7] = [
        Command::ModuleStatus,
        Command::SamNumber,
        Command::Find,
        Command::Select,
        Command::ReadRecord,
        Command::ReadAll,
        Command::ReadAddress,
    ];

    fn reply(sw3: u8, bytes: usize) -> Reply {
        Reply { sw3, data: Zeroizing::new(vec![0; bytes]) }
    }

    #[test]
    fn a_modules_number_is_read_as_it_is_printed() {
        let data = [5, 0, 1, 0, 0xE5, 0xD6, 0x34, 0x01, 1, 0, 0, 0, 2, 0, 0, 0];
        assert_eq!(sam_number(&data).as_deref(), Some("05.01-20240101-0000000001-0000000002"));
        assert_eq!(sam_number(&data[1..]), None);
    }

    #[test]
    fn requests_end_with_the_published_check() {
        let tails = ALL.map(|command| command.bytes()[5..].to_vec());
        assert_eq!(
            tails,
            [
                [0x00, 0x03, 0x11, 0xFF, 0xED],
                [0x00, 0x03, 0x12, 0xFF, 0xEE],
                [0x00, 0x03, 0x20, 0x01, 0x22],
                [0x00, 0x03, 0x20, 0x02, 0x21],
                [0x00, 0x03, 0x30, 0x01, 0x32],
                [0x00, 0x03, 0x30, 0x10, 0x23],
                [0x00, 0x03, 0x30, 0x03, 0x30],
            ]
        );
    }

    #[test]
    fn a_good_reply_fits_one_command_only() {
        let good = [(OK, 0), (OK, 16), (CARD_FOUND, 4), (OK, 8), (OK, 1_284), (OK, 1_286), (OK, 70)];
        for (index, (sw3, bytes)) in good.into_iter().enumerate() {
            let takers = ALL.map(|command| matches!(command.judge(reply(sw3, bytes)), Answer::Data(_)));
            let mut wanted = [false; 7];
            wanted[index] = true;
            assert_eq!(takers, wanted, "status {sw3:02X} with {bytes} bytes");
        }
    }

    #[test]
    fn none_one_or_two_fingers_fit() {
        let fits = |bytes| matches!(Command::ReadAll.judge(reply(OK, bytes)), Answer::Data(_));
        // Frames of 1,297, 1,809 and 2,321 bytes, less eleven around the data.
        assert_eq!([1_286, 1_798, 2_310, 1_284, 2_309].map(fits), [true, true, true, false, false]);
        assert!(matches!(Command::ReadAll.judge(reply(0x21, 0)), Answer::Nothing));
    }

    #[test]
    fn up_to_four_addresses_fit() {
        let fits = |bytes| matches!(Command::ReadAddress.judge(reply(OK, bytes)), Answer::Data(_));
        assert_eq!([70, 280, 350, 0, 71].map(fits), [true, true, false, false, false]);
    }

    #[test]
    fn no_content_is_nothing_only_for_the_address() {
        assert!(matches!(Command::ReadAddress.judge(reply(0x91, 0)), Answer::Nothing));
        assert!(matches!(Command::ReadAddress.judge(reply(0x21, 0)), Answer::Nothing));
        assert!(matches!(
            Command::ReadRecord.judge(reply(0x91, 0)),
            Answer::Fault(ReaderFault::BadRecord { .. })
        ));
        assert!(matches!(Command::Find.judge(reply(0x80, 0)), Answer::Fault(ReaderFault::NoCard)));
    }
}
