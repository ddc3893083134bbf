//! Codes as plain bytes on a serial line: optional prefix, content, suffix or silence.
//!
//! Newland's engines answer commands in the same stream: `02 01 '0000' (40|23) echo… (06|15|05) 3B 03`, where 06 is
//! done, 15 a bad value and 05 an unknown command.

use std::collections::VecDeque;

use kiosk_drivers_api::ScanFault;
use zeroize::Zeroizing;

use super::code::{Code, PAYLOAD_BYTES_MAX, aim_id, is_line_end};
use super::{Decoder, Heard};

/// What stands before a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Nothing.
    None,
    /// `]`, a letter, a digit or letter (ISO/IEC 15424).
    Aim,
}

/// What ends a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Carriage return.
    Cr,
    /// Carriage return and line feed.
    CrLf,
    /// Silence.
    Gap,
}

/// Whether answers to commands stand among the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// No.
    None,
    /// Newland's.
    Newland,
}

/// What Newland's answers begin and end with.
const ANSWER_HEAD: &[u8] = b"\x02\x010000";
const ANSWER_TAIL: &[u8] = b";\x03";
/// The character before the tail of an answer to a command that was carried out.
const ANSWER_DONE: u8 = 0x06;
/// The longest answer to a command of this driver has 18 bytes.
const ANSWER_BYTES_MAX: usize = 64;

/// Prefix and suffix come on top of the longest content.
const BUFFER_BYTES: usize = PAYLOAD_BYTES_MAX + 5;

/// Finds codes among plain bytes.
pub struct Plain {
    prefix: Prefix,
    ending: Ending,
    answers: Answers,
    buffer: Zeroizing<Vec<u8>>,
    is_oversize: bool,
    last: u8,
}

impl Plain {
    /// For a scanner set up like this.
    pub fn new(prefix: Prefix, ending: Ending, answers: Answers) -> Self {
        let buffer = Zeroizing::new(Vec::with_capacity(BUFFER_BYTES));
        Self { prefix, ending, answers, buffer, is_oversize: false, last: 0 }
    }

    fn take(&mut self, byte: u8, heard: &mut VecDeque<Heard>) {
        if self.buffer.is_empty() && is_line_end(byte) {
            return;
        }
        // The buffer never grows past its first size: that would leave a copy of personal data behind.
        if self.buffer.len() < BUFFER_BYTES {
            self.buffer.push(byte);
        } else {
            self.is_oversize = true;
        }
        let is_end = self.ends_with(byte);
        self.last = byte;
        if self.is_answer() {
            self.take_answer(heard);
        } else if is_end {
            self.finish(heard);
        }
    }

    fn ends_with(&self, byte: u8) -> bool {
        match self.ending {
            Ending::Cr => byte == b'\r',
            Ending::CrLf => self.last == b'\r' && byte == b'\n',
            Ending::Gap => false,
        }
    }

    fn is_answer(&self) -> bool {
        self.answers == Answers::Newland
            && self.buffer.len() <= ANSWER_BYTES_MAX
            && self.buffer.iter().zip(ANSWER_HEAD).all(|(have, want)| have == want)
    }

    fn take_answer(&mut self, heard: &mut VecDeque<Heard>) {
        let answer = self.buffer.get(ANSWER_HEAD.len()..).and_then(|rest| rest.strip_suffix(ANSWER_TAIL));
        if let Some(answer) = answer {
            let is_done = answer.last() == Some(&ANSWER_DONE);
            heard.push_back(if is_done { Heard::Done } else { Heard::Refused });
            self.forget();
        }
    }

    fn finish(&mut self, heard: &mut VecDeque<Heard>) {
        heard.push_back(self.code());
        self.forget();
    }

    fn code(&self) -> Heard {
        let (symbology, content) = match (self.prefix, self.buffer.as_slice()) {
            (Prefix::None, content) => (None, content),
            (Prefix::Aim, [b']', family, modifier, content @ ..]) => match aim_id(*family, *modifier) {
                None => return Heard::Lost(ScanFault::Garbled),
                symbology => (symbology, content),
            },
            (Prefix::Aim, _) => return Heard::Lost(ScanFault::Garbled),
        };
        let code = Code::new(symbology, content);
        if self.is_oversize || code.payload.len() > PAYLOAD_BYTES_MAX {
            return Heard::Lost(ScanFault::Oversize);
        }
        Heard::Code(code)
    }

    fn forget(&mut self) {
        self.buffer.clear();
        self.is_oversize = false;
        self.last = 0;
    }
}

impl Decoder for Plain {
    fn push(&mut self, bytes: &[u8], heard: &mut VecDeque<Heard>) {
        bytes.iter().for_each(|byte| self.take(*byte, heard));
    }

    fn end(&mut self, heard: &mut VecDeque<Heard>) {
        if !self.is_waiting() {
            return;
        }
        match self.ending {
            Ending::Gap if !self.is_answer() => return self.finish(heard),
            Ending::Cr | Ending::CrLf | Ending::Gap => {}
        }
        let fault = if self.is_oversize { ScanFault::Oversize } else { ScanFault::Garbled };
        heard.push_back(Heard::Lost(fault));
        self.forget();
    }

    fn is_waiting(&self) -> bool {
        !self.buffer.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{hear, words};
    use super::*;

    fn cr() -> Plain {
        Plain::new(Prefix::None, Ending::Cr, Answers::None)
    }

    fn aim() -> Plain {
        Plain::new(Prefix::Aim, Ending::CrLf, Answers::None)
    }

    fn newland() -> Plain {
        Plain::new(Prefix::None, Ending::Cr, Answers::Newland)
    }

    fn ended(mut decoder: Plain, bytes: &[u8]) -> Vec<String> {
        let mut heard = VecDeque::new();
        decoder.push(bytes, &mut heard);
        decoder.end(&mut heard);
        assert!(!decoder.is_waiting());
        words(heard)
    }

    #[test]
    fn a_suffix_ends_a_code_and_a_line_feed_behind_it_is_skipped() {
        assert_eq!(hear(cr, b"6901234567892\r\nabc\r"), ["6901234567892", "abc"]);
    }

    #[test]
    fn a_prefix_names_the_kind_of_code() {
        assert_eq!(
            hear(aim, b"]Q1https://a/\r\n]E06901234567892\r\n"),
            ["]Q1https://a/", "]E06901234567892"]
        );
        assert_eq!(hear(aim, b"]Q1a\rb\r\n"), ["]Q1a\rb"]);
    }

    #[test]
    fn a_missing_prefix_is_garbled() {
        assert_eq!(hear(aim, b"abc\r\n]\r\n]Q1a\r\n"), ["Garbled", "Garbled", "]Q1a"]);
    }

    #[test]
    fn silence_ends_a_code_only_where_nothing_else_does() {
        let gap = Plain::new(Prefix::None, Ending::Gap, Answers::None);
        assert_eq!(ended(gap, b"a\rb"), ["a\rb"]);
        assert_eq!(ended(cr(), b"abc"), ["Garbled"]);
        assert_eq!(ended(cr(), b""), [""; 0]);
    }

    #[test]
    fn answers_to_commands_stand_among_codes() {
        let done = b"\x02\x010000#SCNTRG1\x06;\x03";
        let refused = b"\x02\x010000#SCNTRGX\x15;\x03";
        assert_eq!(hear(newland, &[done.as_slice(), b"abc\r", refused].concat()), ["done", "abc", "refused"]);
        assert_eq!(hear(newland, b"\x02\x01 is a code\r"), ["\x02\x01 is a code"]);
        assert_eq!(ended(newland(), &done[..9]), ["Garbled"]);
    }

    #[test]
    fn the_longest_code_passes_and_one_byte_more_does_not() {
        let code = |bytes: usize| [vec![b'7'; bytes], b"\r".to_vec(), b"next\r".to_vec()].concat();
        let heard = hear(cr, &code(PAYLOAD_BYTES_MAX));
        assert_eq!(heard[0].len(), PAYLOAD_BYTES_MAX);
        assert_eq!(hear(cr, &code(PAYLOAD_BYTES_MAX + 1)), ["Oversize", "next"]);
        assert_eq!(hear(cr, &code(100_000)), ["Oversize", "next"]);
        assert_eq!(ended(cr(), &[b'7'; 100_000]), ["Oversize"]);
    }

    fn any_setting() -> impl Strategy<Value = (Prefix, Ending, Answers)> {
        (
            prop_oneof![Just(Prefix::None), Just(Prefix::Aim)],
            prop_oneof![Just(Ending::Cr), Just(Ending::CrLf), Just(Ending::Gap)],
            prop_oneof![Just(Answers::None), Just(Answers::Newland)],
        )
    }

    proptest! {
        #[test]
        fn no_stream_panics_or_outgrows_the_buffer(
            (prefix, ending, answers) in any_setting(),
            chunks in proptest::collection::vec(proptest::collection::vec(
                prop_oneof![Just(b'\r'), Just(b'\n'), Just(0x02), Just(b']'), any::<u8>()], 0..4000), 0..6)) {
            let mut decoder = Plain::new(prefix, ending, answers);
            let mut heard = VecDeque::new();
            for chunk in &chunks {
                decoder.push(chunk, &mut heard);
            }
            decoder.end(&mut heard);
            prop_assert_eq!(decoder.buffer.capacity(), BUFFER_BYTES);
            prop_assert!(!decoder.is_waiting());
        }

        #[test]
        fn any_content_without_line_ends_comes_out_as_sent(content in "[^\r\n\u{2}]{1,300}") {
            let stream = [content.as_bytes(), b"\r"].concat();
            prop_assert_eq!(hear(cr, &stream), [content]);
        }
    }
}
