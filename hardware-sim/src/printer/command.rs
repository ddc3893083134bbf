//! Bytes into ESC/POS commands, one byte at a time.
//!
//! The printer knows the two-byte part of GB 18030 only. In Chinese mode a lead byte takes the next one with it,
//! so a four-byte sequence comes out as two wrong characters, as it does on such printers.

use super::paper::ROW_BYTES;
use crate::limits::QR_BYTES_MAX;

const HT: u8 = 0x09;
const LF: u8 = 0x0A;
const DLE: u8 = 0x10;
const ESC: u8 = 0x1B;
const FS: u8 = 0x1C;
const GS: u8 = 0x1D;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A character of one byte.
    Narrow(u8),
    /// A character of two bytes.
    Wide(u8, u8),
    /// To the next multiple of eight narrow characters.
    Tab,
    /// LF: prints the line.
    LineFeed,
    /// ESC J n: prints the line and feeds n dots.
    FeedDots(u8),
    /// ESC d n: prints the line and feeds n lines.
    FeedLines(u8),
    /// Function 181.
    QrPrint,
    /// Head of a raster image: doubling of width and height.
    Raster {
        /// 1 or 2.
        width: u8,
        /// 1 or 2.
        height: u8,
    },
    /// One row of a raster image; longer rows are cut at the paper's edge.
    RasterRow(Vec<u8>),
    /// GS V.
    Cut {
        /// Feeds to the cutter and so many dots more before the cut; none cuts at place.
        feed: Option<u8>,
        /// Leaves a bridge.
        partial: bool,
    },
    /// Known, but without effect on this printer.
    Ignored,
    /// Not known, and skipped as far as its length is known.
    Unknown,
    /// Changes how what follows looks.
    Set(Setting),
    /// Wants an answer in order.
    Ask(Question),
}

/// How what follows is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// ESC @.
    Initialise,
    /// FS & and FS .
    ChineseMode(bool),
    /// ESC ! n.
    PrintMode(u8),
    /// FS ! n.
    ChinesePrintMode(u8),
    /// FS W n.
    ChineseQuadruple(bool),
    /// GS ! n.
    Size(u8),
    /// ESC E n and ESC G n.
    Bold(bool),
    /// ESC - n.
    Underline(u8),
    /// FS - n.
    ChineseUnderline(u8),
    /// GS B n.
    Reverse(bool),
    /// ESC a n.
    Align(u8),
    /// ESC 3 n in dots; none is ESC 2.
    LineSpacing(Option<u8>),
    /// Function 167: dots of a QR module.
    QrModule(u8),
    /// Function 169: error correction, 30 to 33 hexadecimal.
    QrLevel(u8),
    /// Function 180: what the code says.
    QrStore(Vec<u8>),
}

/// What is answered once everything before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Function 182: asks how large the code is.
    QrSize,
    /// GS r n.
    Status(u8),
    /// GS a n.
    AutomaticStatus(u8),
    /// GS I n.
    Identity(u8),
}

/// Collects bytes until they make a command.
#[derive(Clone, Debug)]
pub struct Parser {
    chinese: bool,
    pending: Vec<u8>,
    raster: Option<Raster>,
}

#[derive(Clone, Debug)]
struct Raster {
    row_bytes: usize,
    rows_left: usize,
    seen: usize,
    row: Vec<u8>,
}

impl Default for Parser {
    /// Chinese mode is on after power-on.
    fn default() -> Parser {
        Parser { chinese: true, pending: Vec::new(), raster: None }
    }
}

impl Parser {
    /// Whether no command is begun.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.raster.is_none()
    }

    /// Takes one byte; gives a command once it is whole.
    pub fn push(&mut self, byte: u8) -> Option<Command> {
        if self.raster.is_some() {
            return self.push_raster(byte);
        }
        self.pending.push(byte);
        let command = self.complete()?;
        self.pending.clear();
        if let Command::Set(Setting::ChineseMode(on)) = command {
            self.chinese = on;
        }
        self.chinese |= command == Command::Set(Setting::Initialise);
        Some(command)
    }

    fn push_raster(&mut self, byte: u8) -> Option<Command> {
        let raster = self.raster.as_mut()?;
        raster.seen += 1;
        if raster.row.len() < ROW_BYTES {
            raster.row.push(byte);
        }
        if raster.seen < raster.row_bytes {
            return None;
        }
        raster.seen = 0;
        raster.rows_left -= 1;
        let row = std::mem::take(&mut raster.row);
        if raster.rows_left == 0 {
            self.raster = None;
        }
        Some(Command::RasterRow(row))
    }

    fn complete(&mut self) -> Option<Command> {
        match *self.pending.as_slice() {
            [DLE | ESC | FS | GS] => None,
            [byte] => self.character(byte),
            [lead @ 0x81..=0xFE, trail] => self.second(lead, trail),
            [DLE, 0x14, ref rest @ ..] => real_time_pulse(rest),
            [DLE, 0x04 | 0x05, ref rest @ ..] => (rest.len() == 1).then_some(Command::Ignored),
            [ESC, op, ref arguments @ ..] => escape(op, arguments),
            [FS, op, ref arguments @ ..] => field(op, arguments),
            [GS, b'v', ..] => self.begin_raster(),
            [GS, op, ref arguments @ ..] => group(op, arguments),
            _ => Some(Command::Unknown),
        }
    }

    fn character(&self, byte: u8) -> Option<Command> {
        match byte {
            LF => Some(Command::LineFeed),
            HT => Some(Command::Tab),
            0x00..=0x1F | 0x7F => Some(Command::Ignored),
            0x81..=0xFE if self.chinese => None,
            _ => Some(Command::Narrow(byte)),
        }
    }

    /// The byte after a lead byte: digits come with it, wrongly, control bytes do not.
    fn second(&mut self, lead: u8, trail: u8) -> Option<Command> {
        if trail >= 0x30 {
            return Some(Command::Wide(lead, trail));
        }
        self.pending = vec![trail];
        self.complete()
    }

    fn begin_raster(&mut self) -> Option<Command> {
        let &[_, _, b'0', mode, x_low, x_high, y_low, y_high] = self.pending.as_slice() else {
            let hopeless = self.pending.get(2).is_some_and(|kind| *kind != b'0');
            return hopeless.then_some(Command::Unknown);
        };
        let row_bytes = usize::from(u16::from_le_bytes([x_low, x_high]));
        let rows_left = usize::from(u16::from_le_bytes([y_low, y_high]));
        if row_bytes == 0 || rows_left == 0 {
            return Some(Command::Unknown);
        }
        self.raster = Some(Raster { row_bytes, rows_left, seen: 0, row: Vec::new() });
        Some(Command::Raster { width: 1 + (mode & 1), height: 1 + (mode >> 1 & 1) })
    }
}

/// DLE DC4: five bytes in all, ten for its function 8.
fn real_time_pulse(rest: &[u8]) -> Option<Command> {
    let length = if rest.first() == Some(&8) { 8 } else { 3 };
    (rest.len() >= length).then_some(Command::Ignored)
}

fn escape(op: u8, arguments: &[u8]) -> Option<Command> {
    match (op, arguments) {
        (b'@', []) => Some(Command::Set(Setting::Initialise)),
        (b'2', []) => Some(Command::Set(Setting::LineSpacing(None))),
        (b'3', &[n]) => Some(Command::Set(Setting::LineSpacing(Some(n)))),
        (b'!', &[n]) => Some(Command::Set(Setting::PrintMode(n))),
        (b'E' | b'G', &[n]) => Some(Command::Set(Setting::Bold(n & 1 != 0))),
        (b'-', &[n]) => Some(Command::Set(Setting::Underline(n))),
        (b'a', &[n]) => Some(Command::Set(Setting::Align(n))),
        (b'd', &[n]) => Some(Command::FeedLines(n)),
        (b'J', &[n]) => Some(Command::FeedDots(n)),
        (b'3' | b'!' | b'E' | b'G' | b'-' | b'a' | b'd' | b'J', []) => None,
        (b'M' | b't' | b'R' | b' ' | b'{' | b'V' | b'r' | b'=', _) => ignored(arguments, 1),
        (b'$' | b'\\' | b'c', _) => ignored(arguments, 2),
        (b'p', _) => ignored(arguments, 3),
        _ => Some(Command::Unknown),
    }
}

fn field(op: u8, arguments: &[u8]) -> Option<Command> {
    match (op, arguments) {
        (b'&', []) => Some(Command::Set(Setting::ChineseMode(true))),
        (b'.', []) => Some(Command::Set(Setting::ChineseMode(false))),
        (b'!', &[n]) => Some(Command::Set(Setting::ChinesePrintMode(n))),
        (b'W', &[n]) => Some(Command::Set(Setting::ChineseQuadruple(n & 1 != 0))),
        (b'-', &[n]) => Some(Command::Set(Setting::ChineseUnderline(n))),
        (b'!' | b'W' | b'-', []) => None,
        (b'C', _) => ignored(arguments, 1),
        (b'S', _) => ignored(arguments, 2),
        _ => Some(Command::Unknown),
    }
}

fn group(op: u8, arguments: &[u8]) -> Option<Command> {
    match (op, arguments) {
        (b'!', &[n]) => Some(Command::Set(Setting::Size(n))),
        (b'B', &[n]) => Some(Command::Set(Setting::Reverse(n & 1 != 0))),
        (b'I', &[n]) => Some(Command::Ask(Question::Identity(n))),
        (b'a', &[n]) => Some(Command::Ask(Question::AutomaticStatus(n))),
        (b'r', &[n]) => Some(Command::Ask(Question::Status(n))),
        (b'!' | b'B' | b'I' | b'a' | b'r', []) => None,
        (b'V', _) => cut(arguments),
        (b'(', _) => block(arguments),
        (b'h' | b'w' | b'H' | b'f' | b'b', _) => ignored(arguments, 1),
        (b'L' | b'W' | b'P', _) => ignored(arguments, 2),
        _ => Some(Command::Unknown),
    }
}

fn ignored(arguments: &[u8], length: usize) -> Option<Command> {
    (arguments.len() >= length).then_some(Command::Ignored)
}

fn cut(arguments: &[u8]) -> Option<Command> {
    match *arguments {
        [] | [65 | 66] => None,
        [m @ (0 | 1 | 48 | 49)] => Some(Command::Cut { feed: None, partial: m & 1 == 1 }),
        [m @ (65 | 66), n] => Some(Command::Cut { feed: Some(n), partial: m == 66 }),
        _ => Some(Command::Unknown),
    }
}

/// GS ( with its two-byte length.
fn block(arguments: &[u8]) -> Option<Command> {
    let &[kind, low, high, ref data @ ..] = arguments else {
        return None;
    };
    if data.len() < usize::from(u16::from_le_bytes([low, high])) {
        return None;
    }
    match (kind, data) {
        (b'k', [0x31, 0x41, ..]) => Some(Command::Ignored),
        (b'k', &[0x31, 0x43, n]) => Some(Command::Set(Setting::QrModule(n))),
        (b'k', &[0x31, 0x45, n]) => Some(Command::Set(Setting::QrLevel(n))),
        (b'k', [0x31, 0x50, 0x30, text @ ..]) if text.len() <= QR_BYTES_MAX => {
            Some(Command::Set(Setting::QrStore(text.to_vec())))
        }
        (b'k', [0x31, 0x51, 0x30]) => Some(Command::QrPrint),
        (b'k', [0x31, 0x52, 0x30]) => Some(Command::Ask(Question::QrSize)),
        _ => Some(Command::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Vec<Command> {
        let mut parser = Parser::default();
        bytes.iter().filter_map(|byte| parser.push(*byte)).collect()
    }

    #[test]
    fn text_of_one_and_two_bytes() {
        // 中 is D6 D0 in GB 18030.
        assert_eq!(parse(b"A\xD6\xD0"), [Command::Narrow(b'A'), Command::Wide(0xD6, 0xD0)]);
        let western = parse(b"\x1C.\xD6\x1C&\xD6\xD0");
        assert_eq!(western[1], Command::Narrow(0xD6));
        assert_eq!(western[3], Command::Wide(0xD6, 0xD0));
    }

    #[test]
    fn a_four_byte_character_becomes_two_wrong_ones() {
        // U+2C35B is 99 31 D9 37.
        let wrong = [Command::Wide(0x99, 0x31), Command::Wide(0xD9, 0x37)];
        assert_eq!(parse(&[0x99, 0x31, 0xD9, 0x37]), wrong);
    }

    #[test]
    fn a_control_byte_is_not_swallowed_by_a_lead_byte() {
        assert_eq!(parse(&[0xD6, 0x0A]), [Command::LineFeed]);
        assert_eq!(parse(&[0xD6, 0x1B, b'@']), [Command::Set(Setting::Initialise)]);
    }

    #[test]
    fn every_cut_is_known() {
        let at_place = |partial| Command::Cut { feed: None, partial };
        for (m, partial) in [(0, false), (48, false), (1, true), (49, true)] {
            assert_eq!(parse(&[0x1D, 0x56, m]), [at_place(partial)]);
        }
        let fed = |partial| Command::Cut { feed: Some(5), partial };
        assert_eq!(parse(&[0x1D, 0x56, 65, 5, 0x1D, 0x56, 66, 5]), [fed(false), fed(true)]);
    }

    #[test]
    fn qr_functions_by_their_published_bytes() {
        let bytes = [
            &[0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0][..],
            &[0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43, 6],
            &[0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x45, 0x31],
            &[0x1D, 0x28, 0x6B, 5, 0, 0x31, 0x50, 0x30, b'h', b'i'],
            &[0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30],
        ];
        let commands = [
            Command::Ignored,
            Command::Set(Setting::QrModule(6)),
            Command::Set(Setting::QrLevel(0x31)),
            Command::Set(Setting::QrStore(b"hi".to_vec())),
            Command::QrPrint,
        ];
        assert_eq!(parse(&bytes.concat()), commands);
    }

    #[test]
    fn raster_rows_come_one_by_one() {
        let bytes = [0x1D, 0x76, 0x30, 3, 2, 0, 2, 0, 0xFF, 0x1B, 0x10, 0x04, b'A'];
        let commands = [
            Command::Raster { width: 2, height: 2 },
            Command::RasterRow(vec![0xFF, 0x1B]),
            Command::RasterRow(vec![0x10, 0x04]),
            Command::Narrow(b'A'),
        ];
        assert_eq!(parse(&bytes), commands);
    }

    #[test]
    fn real_time_requests_in_the_buffer_are_skipped() {
        assert_eq!(parse(&[0x10, 0x04, 0x01, b'A']), [Command::Ignored, Command::Narrow(b'A')]);
    }
}
