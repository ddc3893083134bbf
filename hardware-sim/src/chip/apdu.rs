//! Commands as they arrive over T=0, and how answers go back: ISO/IEC 7816-3, 12.2, and 7816-4, 5.1.

/// Done.
pub const OK: u16 = 0x9000;
/// Nothing to fetch, or conditions of use not satisfied.
pub const NOT_NOW: u16 = 0x6985;
/// Wrong length.
pub const WRONG_LENGTH: u16 = 0x6700;
/// The card must be convinced first.
pub const LOCKED: u16 = 0x6982;
/// The PIN is blocked.
pub const BLOCKED: u16 = 0x6983;
/// The application is deactivated.
pub const DEACTIVATED: u16 = 0x6283;
/// File or application not found.
pub const NO_FILE: u16 = 0x6A82;
/// Record not found.
pub const NO_RECORD: u16 = 0x6A83;
/// Wrong parameters P1 or P2.
pub const WRONG_PARAMETERS: u16 = 0x6A86;
/// Unknown instruction.
pub const UNKNOWN_INSTRUCTION: u16 = 0x6D00;

const GET_RESPONSE: u8 = 0xC0;
/// Instructions whose data are secret: verify, change reference data, reset retry counter (7816-4, 11.6).
const SECRET: [u8; 3] = [0x20, 0x24, 0x2C];
/// Class, instruction, parameters, length.
const HEAD_BYTES: usize = 5;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Class and instruction.
    pub what: [u8; 2],
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// What is sent to the card.
    pub data: Vec<u8>,
    /// How many bytes are wanted back, 0 for 256.
    wanted: u8,
}

impl Command {
    /// Takes a command apart: header, then either its data with their length, or the wanted length.
    pub fn parse(bytes: &[u8]) -> Option<Command> {
        let ([class, instruction, p1, p2], rest) = bytes.split_first_chunk::<4>()?;
        let (data, wanted) = match rest {
            [] => (&[][..], 0),
            [wanted] => (&[][..], *wanted),
            [length, data @ ..] if usize::from(*length) == data.len() => (data, 0),
            _ => return None,
        };
        Some(Command { what: [*class, *instruction], p1: *p1, p2: *p2, data: data.to_vec(), wanted })
    }
}

/// The same command with zeros for what only its holder knows.
pub(crate) fn without_secret(command: &[u8]) -> Vec<u8> {
    let mut known = command.to_vec();
    if command.get(1).is_some_and(|instruction| SECRET.contains(instruction)) {
        known.iter_mut().skip(HEAD_BYTES).for_each(|byte| *byte = 0);
    }
    known
}

/// What an application answers: data and status.
pub type Outcome = (Vec<u8>, u16);

/// A status without data.
pub fn status(status: u16) -> Outcome {
    (Vec::new(), status)
}

/// The T=0 side of a card: it can say something only where nothing was said to it, so it keeps answers to be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    kept: Vec<u8>,
}

impl Transport {
    /// Passes a command to `perform` and brings the answer into the form of T=0.
    pub fn answer(&mut self, bytes: &[u8], perform: impl FnOnce(&Command) -> Outcome) -> Vec<u8> {
        let Some(command) = Command::parse(bytes) else {
            return WRONG_LENGTH.to_be_bytes().to_vec();
        };
        if command.what[1] == GET_RESPONSE {
            return self.fetch(&command);
        }
        let (data, status) = perform(&command);
        if status != OK || data.is_empty() {
            self.kept.clear();
            return status.to_be_bytes().to_vec();
        }
        let length = length_byte(&data);
        if command.data.is_empty() && command.wanted == length {
            return [&data[..], &OK.to_be_bytes()].concat();
        }
        if command.data.is_empty() {
            return vec![0x6C, length];
        }
        self.kept = data;
        vec![0x61, length]
    }

    fn fetch(&mut self, command: &Command) -> Vec<u8> {
        let length = length_byte(&self.kept);
        if self.kept.is_empty() {
            NOT_NOW.to_be_bytes().to_vec()
        } else if command.wanted == length {
            [&std::mem::take(&mut self.kept)[..], &OK.to_be_bytes()].concat()
        } else {
            vec![0x6C, length]
        }
    }
}

/// 256 bytes are written as 0; no answer here is longer.
fn length_byte(data: &[u8]) -> u8 {
    u8::try_from(data.len()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn say(data: &[u8]) -> impl FnOnce(&Command) -> Outcome {
        let data = data.to_vec();
        |_| (data, OK)
    }

    #[test]
    fn the_answer_to_data_is_fetched() {
        let mut transport = Transport::default();
        let select = [0x00, 0xA4, 0x04, 0x00, 0x02, 0x12, 0x34];
        assert_eq!(transport.answer(&select, say(&[0x6F, 0x00])), [0x61, 0x02]);
        let fetch = |length| [0x00, 0xC0, 0x00, 0x00, length];
        assert_eq!(transport.answer(&fetch(9), say(&[])), [0x6C, 0x02]);
        assert_eq!(transport.answer(&fetch(2), say(&[])), [0x6F, 0x00, 0x90, 0x00]);
        assert_eq!(transport.answer(&fetch(2), say(&[])), [0x69, 0x85]);
    }

    #[test]
    fn a_wrong_wanted_length_is_corrected() {
        let mut transport = Transport::default();
        assert_eq!(transport.answer(&[0x00, 0xB2, 1, 4, 0], say(&[7; 3])), [0x6C, 3]);
        assert_eq!(transport.answer(&[0x00, 0xB2, 1, 4, 3], say(&[7; 3])), [7, 7, 7, 0x90, 0x00]);
    }

    #[test]
    fn a_pin_is_left_out_and_nothing_else() {
        assert_eq!(without_secret(&[0, 0x20, 0, 0, 2, 0x12, 0x34]), [0, 0x20, 0, 0, 2, 0, 0]);
        assert_eq!(without_secret(&[0, 0xA4, 4, 0, 2, 0x12, 0x34]), [0, 0xA4, 4, 0, 2, 0x12, 0x34]);
        assert_eq!(without_secret(&[0]), [0]);
    }

    #[test]
    fn what_is_no_command_has_a_wrong_length() {
        let mut transport = Transport::default();
        for bytes in [&[][..], &[0, 1, 2], &[0, 0xA4, 4, 0, 3, 1, 2]] {
            assert_eq!(transport.answer(bytes, say(&[])), [0x67, 0x00]);
        }
    }
}
