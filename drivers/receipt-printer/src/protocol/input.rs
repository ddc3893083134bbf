//! The printer's answers, which share one stream and are told apart by fixed bits.

use super::command::FORGOTTEN;
use super::condition::Condition;

/// Sent by a printer with room again.
const XON: u8 = 0x11;
/// Sent by a printer whose buffer is full.
const XOFF: u8 = 0x13;

/// One thing the printer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The answer to a real-time question (`DLE EOT`): pattern `0xx1xx10`.
    RealTime(u8),
    /// A status sent by itself: four bytes, the first of pattern `0xx1xx00`.
    Automatic(Condition),
    /// The answer to an in-order question (`GS r 1`): bits 03 near end, bits 0C end, no other.
    InOrder(u8),
    /// The printer forgot what it had (`DLE DC4 8`): 37 25 00.
    Forgotten,
    /// From the answer to `DLE EOT 20`, six bytes beginning with 10 0F: whether paper lies in the outlet.
    Outlet(bool),
    /// There is room for data again.
    Resume,
    /// No more data for now.
    Pause,
    /// A byte no printer sends.
    Noise,
}

/// How the full status begins. An automatic status never does: its first byte would say offline where its second tells
/// errors.
const FULL_STATUS: [u8; 2] = [0x10, 0x0F];
/// In its third byte: paper lies in the outlet (Custom KPM150, KPM300).
const IN_OUTLET: u8 = 0x20;

/// Takes the stream apart, byte by byte.
#[derive(Default)]
pub struct Classifier {
    /// An automatic status, four bytes, or a full one, six.
    packet: [u8; 6],
    filled: usize,
    /// Bytes seen of the answer to `DLE DC4 8`.
    forgotten: usize,
}

impl Classifier {
    /// Takes one byte; `None` in the middle of an automatic or a full status.
    ///
    /// The later bytes of an automatic status look like in-order answers, but real-time answers and flow control may
    /// stand between them. A lost first byte makes up to three false in-order answers: whoever counts answers must expect
    /// exactly as many as there were questions.
    pub fn push(&mut self, byte: u8) -> Option<Input> {
        match byte {
            XON => return Some(Input::Resume),
            XOFF => return Some(Input::Pause),
            _ => {}
        }
        self.forgotten = if byte == FORGOTTEN[self.forgotten] { self.forgotten + 1 } else { 0 };
        match byte {
            _ if self.forgotten == FORGOTTEN.len() => self.forgotten(),
            _ if self.forgotten > 0 => None,
            _ if byte & 0x93 == 0x12 => Some(Input::RealTime(byte)),
            _ if byte & 0x93 == 0x10 => self.begin(byte),
            _ if self.is_full_status() && byte & 0x10 == 0x00 => self.fill(byte),
            _ if byte & 0x90 == 0x00 && self.filled > 0 => self.fill(byte),
            0x00 | 0x03 | 0x0C | 0x0F => Some(Input::InOrder(byte)),
            _ => Some(Input::Noise),
        }
    }

    /// Gives up an automatic status that began and did not end.
    pub fn resynchronise(&mut self) {
        self.filled = 0;
        self.forgotten = 0;
    }

    fn forgotten(&mut self) -> Option<Input> {
        self.resynchronise();
        Some(Input::Forgotten)
    }

    fn begin(&mut self, byte: u8) -> Option<Input> {
        self.packet[0] = byte;
        self.filled = 1;
        None
    }

    fn is_full_status(&self) -> bool {
        self.filled >= FULL_STATUS.len() && self.packet.starts_with(&FULL_STATUS)
    }

    fn fill(&mut self, byte: u8) -> Option<Input> {
        self.packet[self.filled] = byte;
        self.filled += 1;
        let [a, b, c, d, ..] = self.packet;
        let input = match (self.filled, self.is_full_status()) {
            (4, false) => Input::Automatic(Condition::from_automatic([a, b, c, d])),
            (6, true) => Input::Outlet(c & IN_OUTLET != 0),
            _ => return None,
        };
        self.filled = 0;
        Some(input)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inputs(bytes: &[u8]) -> Vec<Input> {
        let mut classifier = Classifier::default();
        bytes.iter().filter_map(|byte| classifier.push(*byte)).collect()
    }

    const NORMAL: Input = Input::Automatic(Condition {
        is_cover_open: false,
        is_paper_out: false,
        is_paper_low: false,
        is_cutter_blocked: false,
        is_defect: false,
        is_hot: false,
        is_jammed: false,
        is_offline: false,
    });

    #[test]
    fn each_kind_is_known_by_its_bits() {
        assert_eq!(inputs(&[0x12, 0x7E]), [Input::RealTime(0x12), Input::RealTime(0x7E)]);
        assert_eq!(inputs(&[0x00, 0x0C]), [Input::InOrder(0x00), Input::InOrder(0x0C)]);
        assert_eq!(inputs(&[0x13, 0x11]), [Input::Pause, Input::Resume]);
        assert_eq!(inputs(&[0x10, 0x00, 0x00, 0x0F]), [NORMAL]);
        assert_eq!(inputs(&[0x15, 0x80, 0xFF, 0x92, 0x01, 0x20]), [Input::Noise; 6]);
    }

    #[test]
    fn the_end_of_forgetting_is_told_and_is_no_in_order_answer() {
        assert_eq!(inputs(&[0x37, 0x25, 0x00, 0x00]), [Input::Forgotten, Input::InOrder(0x00)]);
        assert_eq!(inputs(&[0x37, 0x13, 0x25, 0x00]), [Input::Pause, Input::Forgotten]);
        assert_eq!(inputs(&[0x37, 0x12, 0x03]), [Input::RealTime(0x12), Input::InOrder(0x03)]);
    }

    #[test]
    fn a_full_status_tells_whether_paper_lies_in_the_outlet() {
        assert_eq!(inputs(&[0x10, 0x0F, 0x00, 0x00, 0x00, 0x00]), [Input::Outlet(false)]);
        // Near end, no notch, drag motor and an error of the supply beside it.
        let mixed = [0x10, 0x0F, 0x12, 0xA4, 0x08, 0x13, 0x08, 0x80, 0x00];
        let told = [Input::RealTime(0x12), Input::Pause, Input::Outlet(true), Input::InOrder(0x00)];
        assert_eq!(inputs(&mixed), told);
    }

    #[test]
    fn answers_stand_between_the_bytes_of_an_automatic_status() {
        let mixed = [0x10, 0x00, 0x12, 0x00, 0x13, 0x0F, 0x03];
        assert_eq!(inputs(&mixed), [Input::RealTime(0x12), Input::Pause, NORMAL, Input::InOrder(0x03)]);
    }

    #[test]
    fn a_new_automatic_status_replaces_a_torn_one() {
        assert_eq!(inputs(&[0x10, 0x00, 0x10, 0x00, 0x00, 0x0F]), [NORMAL]);
    }

    #[test]
    fn a_torn_automatic_status_can_be_given_up() {
        let mut classifier = Classifier::default();
        assert_eq!(classifier.push(0x10), None);
        classifier.resynchronise();
        assert_eq!(classifier.push(0x00), Some(Input::InOrder(0x00)));
    }

    proptest! {
        #[test]
        fn no_stream_panics_and_at_most_three_bytes_are_held(bytes: Vec<u8>) {
            let statuses = inputs(&bytes).iter().filter(|input| matches!(input, Input::Automatic(_))).count();
            prop_assert!(inputs(&bytes).len() + 3 * statuses <= bytes.len());
        }

        #[test]
        fn an_automatic_status_behind_any_noise_is_found(mut bytes: Vec<u8>) {
            bytes.extend([0x10, 0x00, 0x00, 0x0F]);
            prop_assert_eq!(inputs(&bytes).pop(), Some(NORMAL));
        }
    }
}
