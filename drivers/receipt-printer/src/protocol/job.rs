//! A document as a list of whole commands.

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use zeroize::Zeroizing;

use super::command::{
    AUTOMATIC_STATUS, CHINESE_MODE, CUT, INITIALISE, LINE_FEED, align, bold, chinese_quadruple, size,
};
use super::layout::{cells, wrap};
use super::qr;
use super::text::{Glyph, glyphs};
use crate::model::Model;

/// Dots a line of normal size feeds: 24 of letters and the default gap.
const LINE_DOTS: usize = 30;

/// One command, or one line of text with its line feed: between two of them a real-time command may be sent. Zeroed.
type Bytes = Zeroizing<Vec<u8>>;

/// What is sent for one document, up to and including the cut.
pub struct Job {
    /// In the order of sending.
    pub commands: Vec<Bytes>,
    /// Length of the paper, in dots; tells how long printing takes.
    pub dots: usize,
}

impl Job {
    /// Lays out `document` for a model of printer.
    pub fn build(document: &Document, model: &Model) -> Job {
        let mut builder = Builder::new(model);
        for line in &document.lines {
            builder.line(line);
        }
        builder.put(&CUT);
        builder.job
    }

    /// Bytes of all commands together.
    pub fn bytes(&self) -> usize {
        self.commands.iter().map(|command| command.len()).sum()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Style {
    align: Align,
    size: Size,
    bold: bool,
}

/// How the printer stands after `ESC @`.
const PLAIN: Style = Style { align: Align::Left, size: Size::Normal, bold: false };

const CENTRED: Style = Style { align: Align::Centre, ..PLAIN };

struct Builder<'a> {
    model: &'a Model,
    style: Style,
    job: Job,
}

impl<'a> Builder<'a> {
    fn new(model: &'a Model) -> Self {
        let job = Job { commands: Vec::new(), dots: 0 };
        let mut builder = Self { model, style: PLAIN, job };
        builder.put(&INITIALISE);
        builder.put(&CHINESE_MODE);
        if model.has_automatic_status {
            builder.put(&AUTOMATIC_STATUS);
        }
        builder
    }

    fn line(&mut self, line: &Line) {
        match line {
            Line::Text { text, align, size, bold } => {
                self.paragraphs(text, Style { align: *align, size: *size, bold: *bold });
            }
            Line::Pair { label, value } => self.pair(&glyphs(label), &glyphs(value)),
            Line::Rule => {
                self.set(PLAIN);
                self.print(&glyphs(&"-".repeat(self.model.columns)), 0);
            }
            Line::Space(lines) => {
                self.set(PLAIN);
                (0..*lines).for_each(|_| self.print(&[], 0));
            }
            Line::Qr(data) => self.qr(data),
        }
    }

    fn paragraphs(&mut self, text: &str, style: Style) {
        self.set(style);
        let columns = match style.size {
            Size::Normal => self.model.columns,
            Size::Double => self.model.columns / 2,
        };
        for paragraph in text.split('\n') {
            let glyphs = glyphs(paragraph);
            for line in wrap(&glyphs, columns) {
                self.print(&glyphs[line], 0);
            }
        }
    }

    fn pair(&mut self, label: &[Glyph], value: &[Glyph]) {
        self.set(PLAIN);
        let columns = self.model.columns;
        let width = cells(label) + cells(value);
        if width < columns {
            let mut bytes = Zeroizing::new(Vec::with_capacity(columns + 1));
            bytes.extend(label.iter().flat_map(Glyph::bytes));
            let gap = columns - width;
            bytes.extend(std::iter::repeat_n(b' ', gap));
            self.print_after(bytes, value);
            return;
        }
        for line in wrap(label, columns) {
            self.print(&label[line], 0);
        }
        for line in wrap(value, columns) {
            let line = &value[line];
            self.print(line, columns.saturating_sub(cells(line)));
        }
    }

    fn qr(&mut self, data: &str) {
        // A printer looks for real-time commands in every byte, so none may hide in the data.
        let data: Zeroizing<String> =
            Zeroizing::new(data.chars().filter(|char| !char.is_control()).collect());
        let Some(module) = qr::module_dots(data.len(), self.model) else {
            return self.paragraphs(&data, PLAIN);
        };
        self.set(CENTRED);
        for command in qr::commands(data.as_bytes(), module) {
            self.job.commands.push(Zeroizing::new(command));
        }
        self.job.dots += usize::from(self.model.dots);
    }

    fn print(&mut self, glyphs: &[Glyph], indent: usize) {
        let mut bytes = Zeroizing::new(Vec::with_capacity(indent + cells(glyphs) + 1));
        bytes.resize(indent, b' ');
        self.print_after(bytes, glyphs);
    }

    fn print_after(&mut self, mut bytes: Bytes, glyphs: &[Glyph]) {
        bytes.extend(glyphs.iter().flat_map(Glyph::bytes));
        bytes.push(LINE_FEED);
        self.job.commands.push(bytes);
        self.job.dots += match self.style.size {
            Size::Normal => LINE_DOTS,
            Size::Double => 2 * LINE_DOTS,
        };
    }

    fn set(&mut self, style: Style) {
        if style.align != self.style.align {
            self.put(&align(u8::from(style.align == Align::Centre)));
        }
        if style.size != self.style.size {
            self.set_size(style.size == Size::Double);
        }
        if style.bold != self.style.bold {
            self.put(&bold(style.bold));
        }
        self.style = style;
    }

    fn set_size(&mut self, is_double: bool) {
        self.put(&size(if is_double { 0x11 } else { 0x00 }));
        if self.model.has_chinese_quadruple {
            self.put(&chinese_quadruple(is_double));
        }
    }

    fn put(&mut self, command: &[u8]) {
        self.job.commands.push(Zeroizing::new(command.to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &[u8] = b"\x1B@\x1C&\x1Da\x0E";
    const TAIL: &[u8] = b"\x1DVB\x00";

    fn printed(lines: Vec<Line>) -> Vec<u8> {
        let job = Job::build(&Document { lines }, &Model::GENERIC_80_MM);
        let bytes: Vec<u8> = job.commands.iter().flat_map(|command| command.to_vec()).collect();
        assert_eq!(bytes.len(), job.bytes());
        let body = bytes.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix(TAIL));
        body.map(<[u8]>::to_vec).unwrap_or_default()
    }

    fn plain(text: &str) -> Line {
        Line::Text { text: text.into(), align: Align::Left, size: Size::Normal, bold: false }
    }

    fn pair(label: &str, value: &str) -> Line {
        Line::Pair { label: label.into(), value: value.into() }
    }

    #[test]
    fn an_empty_document_is_begun_and_cut() {
        let job = Job::build(&Document::default(), &Model::GENERIC_58_MM);
        let commands: Vec<Vec<u8>> = job.commands.iter().map(|command| command.to_vec()).collect();
        assert_eq!(commands, [b"\x1B@".to_vec(), b"\x1C&".to_vec(), TAIL.to_vec()]);
    }

    #[test]
    fn plain_text_needs_no_style() {
        assert_eq!(printed(vec![plain("鹤城\nOK")]), b"\xBA\xD7\xB3\xC7\nOK\n");
    }

    #[test]
    fn a_heading_is_centred_doubled_and_set_back() {
        let heading = Line::Text { text: "A".into(), align: Align::Centre, size: Size::Double, bold: true };
        let expected = b"\x1Ba\x01\x1D!\x11\x1CW\x01\x1BE\x01A\n\x1Ba\x00\x1D!\x00\x1CW\x00\x1BE\x00b\n";
        assert_eq!(printed(vec![heading, plain("b")]), expected);
    }

    #[test]
    fn double_text_wraps_at_half_the_columns() {
        let text = Line::Text { text: "a".repeat(25), align: Align::Left, size: Size::Double, bold: false };
        let bytes = printed(vec![text]);
        assert!(bytes.ends_with(b"aaaa\na\n"));
    }

    #[test]
    fn a_pair_stands_at_both_edges() {
        let line = printed(vec![pair("编号", "A1")]);
        assert_eq!(line.len(), 49);
        assert!(line.starts_with(b"\xB1\xE0\xBA\xC5  ") && line.ends_with(b"  A1\n"));
    }

    #[test]
    fn a_pair_too_wide_takes_two_lines_with_the_value_at_the_right() {
        let bytes = printed(vec![pair(&"a".repeat(30), &"b".repeat(20))]);
        let expected = format!("{}\n{}{}\n", "a".repeat(30), " ".repeat(28), "b".repeat(20));
        assert_eq!(bytes, expected.as_bytes());
    }

    #[test]
    fn a_pair_that_just_fits_keeps_one_space() {
        let bytes = printed(vec![pair(&"a".repeat(27), &"b".repeat(20))]);
        assert_eq!(bytes, format!("{} {}\n", "a".repeat(27), "b".repeat(20)).as_bytes());
    }

    #[test]
    fn rules_and_spaces_are_lines() {
        assert_eq!(printed(vec![Line::Rule, Line::Space(2)]), format!("{}\n\n\n", "-".repeat(48)).as_bytes());
    }

    #[test]
    fn a_qr_code_is_centred_and_carries_no_control_characters() {
        let bytes = printed(vec![Line::Qr("HK\u{10}\u{04}\u{01}-1".into())]);
        assert!(bytes.starts_with(b"\x1Ba\x01\x1D(k\x04\x001A2\x00\x1D(k\x03\x001C\x08"));
        assert!(bytes.windows(7).any(|seen| seen == b"1P0HK-1"));
    }

    #[test]
    fn what_no_symbol_holds_is_printed_as_text() {
        let bytes = printed(vec![Line::Qr("a".repeat(2_400))]);
        assert_eq!(bytes.len(), 2_400 + 50);
    }

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(printed(vec![plain("\u{1B}@\u{10}\u{05}")]), b"\xA1\xFE@\xA1\xFE\xA1\xFE\n");
    }

    proptest! {
        #[test]
        fn no_document_panics_and_every_line_ends(texts in proptest::collection::vec(any::<String>(), 0..8)) {
            let lines = texts.iter().flat_map(|text| [plain(text), pair(text, text), Line::Qr(text.clone())]).collect();
            let job = Job::build(&Document { lines }, &Model::GENERIC_58_MM);
            prop_assert!(job.commands.iter().all(|command| !command.is_empty()));
        }
    }
}
