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

/// Lengths (4), text (256) and photo (1,024).
pub(super) const BODY_BYTES: usize = 4 + 256 + 1_024;

/// A request to the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `11 FF`: how the module stands.
    ModuleStatus,
    /// `20 01`: looks for a card in the field.
    Find,
    /// `20 02`: chooses the card that was found.
    Select,
    /// `30 01`: reads text and photo of the chosen card.
    ReadRecord,
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
            Command::Find => [0x20, 0x01],
            Command::Select => [0x20, 0x02],
            Command::ReadRecord => [0x30, 0x01],
            Command::ReadAddress => [0x30, 0x03],
        })
    }

    /// How long the whole reply may take.
    pub(crate) fn deadline(self) -> Duration {
        match self {
            Command::ModuleStatus => deadlines::MODULE_STATUS,
            Command::Find | Command::Select => deadlines::FIND_OR_SELECT,
            Command::ReadRecord => deadlines::READ_RECORD,
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
            other => Answer::Fault(fault_of(other)),
        }
    }

    fn fits(self, reply: &Reply) -> bool {
        let bytes = reply.data.len();
        match self {
            Command::ModuleStatus => reply.sw3 == OK && bytes == 0,
            Command::Find => reply.sw3 == CARD_FOUND && bytes == 4,
            Command::Select => reply.sw3 == OK && bytes == 8,
            Command::ReadRecord => reply.sw3 == OK && bytes == BODY_BYTES,
            Command::ReadAddress => {
                let addresses = bytes / ADDRESS_BYTES;
                reply.sw3 == OK
                    && bytes.is_multiple_of(ADDRESS_BYTES)
                    && (1..=ADDRESSES_MAX).contains(&addresses)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Command; 5] =
        [Command::ModuleStatus, Command::Find, Command::Select, Command::ReadRecord, Command::ReadAddress];

    fn reply(sw3: u8, bytes: usize) -> Reply {
        Reply { sw3, data: Zeroizing::new(vec![0; bytes]) }
    }

    #[test]
    fn requests_end_with_the_published_check() {
        let tails = ALL.map(|command| command.bytes()[5..].to_vec());
        assert_eq!(
            tails,
            [
                [0x00, 0x03, 0x11, 0xFF, 0xED],
                [0x00, 0x03, 0x20, 0x01, 0x22],
                [0x00, 0x03, 0x20, 0x02, 0x21],
                [0x00, 0x03, 0x30, 0x01, 0x32],
                [0x00, 0x03, 0x30, 0x03, 0x30],
            ]
        );
    }

    #[test]
    fn a_good_reply_fits_one_command_only() {
        let good = [(OK, 0), (CARD_FOUND, 4), (OK, 8), (OK, 1_284), (OK, 70)];
        for (index, (sw3, bytes)) in good.into_iter().enumerate() {
            let takers = ALL.map(|command| matches!(command.judge(reply(sw3, bytes)), Answer::Data(_)));
            let mut wanted = [false; 5];
            wanted[index] = true;
            assert_eq!(takers, wanted, "status {sw3:02X} with {bytes} bytes");
        }
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
