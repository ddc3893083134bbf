//! A document as a list of whole commands.

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use zeroize::Zeroizing;

use super::command::{
    CHINESE_MODE, INITIALISE, LINE_FEED, align, automatic_status, bold, chinese_quadruple, chinese_style,
    cut, size,
};
use super::layout::{cells, wrap};
use super::qr;
use super::raster::{self, Drawing};
use super::text::{CELL_HEIGHT, Font, Glyph};
use crate::glyphs::{Bitmap, Glyphs};
use crate::model::{ChineseDouble, Model};

/// Dots a line of normal size feeds: 24 of letters and the default gap. Lines of double size have no gap.
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
    /// Lays out `document` for a model of printer; `drawn` draws what the printer lacks.
    pub fn build(document: &Document, model: &Model, drawn: &mut dyn Glyphs) -> Job {
        let mut builder = Builder::new(Font { model, drawn });
        for line in &document.lines {
            builder.line(line);
        }
        builder.put(cut(model.cutter));
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

impl Style {
    fn scale(self) -> usize {
        match self.size {
            Size::Normal => 1,
            Size::Double => 2,
        }
    }

    /// Rows from one line to the next.
    fn pitch(self) -> usize {
        LINE_DOTS.max(CELL_HEIGHT * self.scale())
    }
}

/// How the printer stands after `ESC @`.
const PLAIN: Style = Style { align: Align::Left, size: Size::Normal, bold: false };

const CENTRED: Style = Style { align: Align::Centre, ..PLAIN };

struct Builder<'a> {
    font: Font<'a>,
    /// As the printer was told.
    style: Style,
    job: Job,
}

impl<'a> Builder<'a> {
    fn new(font: Font<'a>) -> Self {
        let automatic = font.model.automatic_status;
        let job = Job { commands: Vec::new(), dots: 0 };
        let mut builder = Self { font, style: PLAIN, job };
        builder.put(&INITIALISE);
        builder.put(&CHINESE_MODE);
        if automatic != 0 {
            builder.put(&automatic_status(automatic));
        }
        builder
    }

    fn line(&mut self, line: &Line) {
        match line {
            Line::Text { text, align, size, bold } => {
                self.paragraphs(text, Style { align: *align, size: *size, bold: *bold });
            }
            Line::Pair { label, value } => {
                let (label, value) = (self.font.glyphs(label), self.font.glyphs(value));
                self.pair(&label, &value);
            }
            Line::Rule => self.print(&vec![Glyph::DASH; self.columns(PLAIN)], PLAIN),
            Line::Space(lines) => (0..*lines).for_each(|_| self.print(&[], PLAIN)),
            Line::Qr(data) => self.qr(data),
        }
    }

    fn paragraphs(&mut self, text: &str, style: Style) {
        let columns = self.columns(style);
        for paragraph in text.split('\n') {
            let glyphs = self.font.glyphs(paragraph);
            for line in wrap(&glyphs, columns) {
                self.print(&glyphs[line], style);
            }
        }
    }

    fn columns(&self, style: Style) -> usize {
        self.font.model.columns / style.scale()
    }

    fn pair(&mut self, label: &[Glyph], value: &[Glyph]) {
        let columns = self.columns(PLAIN);
        if cells(label) + cells(value) < columns {
            return self.print(&apart(label, value, columns), PLAIN);
        }
        for line in wrap(label, columns) {
            self.print(&label[line], PLAIN);
        }
        for line in wrap(value, columns) {
            self.print(&apart(&[], &value[line], columns), PLAIN);
        }
    }

    fn qr(&mut self, data: &str) {
        // A printer looks for real-time commands in every byte, so none may hide in the data.
        let data: Zeroizing<String> =
            Zeroizing::new(data.chars().filter(|char| !char.is_control()).collect());
        let model = self.font.model;
        let Some(module) = qr::module_dots(data.len(), model) else {
            return self.paragraphs(&data, PLAIN);
        };
        if model.draws_qr {
            self.set(CENTRED);
            self.job.commands.extend(qr::commands(data.as_bytes(), module).map(Zeroizing::new));
            self.job.dots += usize::from(model.dots);
        } else if let Some(symbol) = qr::picture(data.as_bytes(), module, usize::from(model.dots)) {
            self.picture(&symbol);
        }
    }

    /// Prints one line: as text, or as a picture where the printer lacks one of its characters.
    fn print(&mut self, glyphs: &[Glyph], style: Style) {
        if glyphs.iter().any(Glyph::is_drawn) {
            return self.draw(glyphs, style);
        }
        self.set(style);
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 * glyphs.len() + 1));
        bytes.extend(glyphs.iter().flat_map(Glyph::bytes));
        bytes.push(LINE_FEED);
        self.job.commands.push(bytes);
        self.job.dots += style.pitch();
    }

    fn draw(&mut self, glyphs: &[Glyph], style: Style) {
        let Style { align, bold, .. } = style;
        let dots = usize::from(self.font.model.dots);
        let drawing = Drawing { align, scale: style.scale(), bold, dots, pitch: style.pitch() };
        let line = raster::line(glyphs, &drawing, self.font.drawn);
        self.picture(&line);
    }

    fn picture(&mut self, picture: &Bitmap) {
        self.set(Style { align: Align::Left, ..self.style });
        self.job.commands.extend(raster::commands(picture));
        self.job.dots += picture.height();
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
        match self.font.model.chinese_double {
            ChineseDouble::LikeLatin => {}
            ChineseDouble::Quadruple => self.put(&chinese_quadruple(is_double)),
            ChineseDouble::Style(bits) => self.put(&chinese_style(if is_double { bits } else { 0 })),
        }
    }

    fn put(&mut self, command: &[u8]) {
        self.job.commands.push(Zeroizing::new(command.to_vec()));
    }
}

/// One at the left edge, the other at the right.
fn apart(left: &[Glyph], right: &[Glyph], columns: usize) -> Zeroizing<Vec<Glyph>> {
    let gap = columns.saturating_sub(cells(left) + cells(right));
    let mut line = Zeroizing::new(Vec::with_capacity(left.len() + gap + right.len()));
    line.extend_from_slice(left);
    line.extend(std::iter::repeat_n(Glyph::SPACE, gap));
    line.extend_from_slice(right);
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::glyphs::NoGlyphs;
    use crate::scripted::Blocks;

    const HEAD: &[u8] = b"\x1B@\x1C&\x1Da\x0E";
    const TAIL: &[u8] = b"\x1DVB\x00";

    fn sent(lines: Vec<Line>, model: &Model, drawn: &mut dyn Glyphs) -> Vec<u8> {
        let job = Job::build(&Document { lines }, model, drawn);
        let bytes: Vec<u8> = job.commands.iter().flat_map(|command| command.to_vec()).collect();
        assert_eq!(bytes.len(), job.bytes());
        bytes
    }

    fn printed(lines: Vec<Line>) -> Vec<u8> {
        let bytes = sent(lines, &Model::GENERIC_80, &mut NoGlyphs);
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
        let job = Job::build(&Document::default(), &Model::GENERIC_58, &mut NoGlyphs);
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
    fn a_line_with_a_character_the_printer_lacks_is_a_picture_and_the_others_stay_text() {
        let heading =
            Line::Text { text: "𬍛".into(), align: Align::Centre, size: Size::Normal, bold: false };
        let bytes = sent(vec![plain("鹤城"), heading, plain("OK")], &Model::GENERIC_80, &mut Blocks);
        let rest = bytes.strip_prefix(&[HEAD, b"\xBA\xD7\xB3\xC7\n"].concat()[..]).unwrap_or_default();
        // 38 bytes reach to dot 298, the last that is black in the middle cell of 576; the gap is one byte wide.
        assert_eq!(rest[..8], [0x1D, 0x76, 0x30, 0, 38, 0, 24, 0]);
        let gap = &rest[8 + 38 * 24..];
        assert_eq!(gap, [&[0x1D, 0x76, 0x30, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0][..], b"OK\n", TAIL].concat());
    }

    #[test]
    fn a_picture_in_a_doubled_heading_is_doubled_and_leaves_the_printers_style_alone() {
        let heading = |text: &str| Line::Text {
            text: text.into(),
            align: Align::Centre,
            size: Size::Double,
            bold: true,
        };
        let bytes = sent(vec![heading("𬍛"), plain("b")], &Model::GENERIC_80, &mut Blocks);
        let rest = bytes.strip_prefix(HEAD).unwrap_or_default();
        assert_eq!(rest[4..8], [39, 0, 24, 0], "dots up to 311, two bands of 24 rows");
        assert!(bytes.ends_with(&[b"b\n", TAIL].concat()) && !bytes.contains(&0x45));
        let bytes = sent(vec![heading("A"), heading("𬍛")], &Model::GENERIC_80, &mut Blocks);
        assert!(
            bytes.windows(5).any(|seen| seen == b"A\n\x1Ba\x00"),
            "a picture is placed from the left edge"
        );
    }

    #[test]
    fn a_pair_with_a_rare_name_keeps_its_places() {
        let job =
            Job::build(&Document { lines: vec![pair("姓名", "赵𬍛䶮")] }, &Model::GENERIC_80, &mut Blocks);
        // 72 bytes a row: the name ends at the right edge.
        assert_eq!(job.commands[3][..8], [0x1D, 0x76, 0x30, 0, 72, 0, 24, 0]);
        assert_eq!(job.dots, LINE_DOTS);
    }

    #[test]
    fn a_printer_that_draws_no_qr_code_gets_a_picture() {
        let bytes = sent(vec![Line::Qr("HK-1".into())], &Model::SPRT_80, &mut NoGlyphs);
        assert!(!bytes.windows(3).any(|seen| seen == b"\x1D(k"));
        // 168 rows of a symbol that ends at dot 371, in bands of 24.
        let bands = bytes.windows(8).filter(|seen| *seen == [0x1D, 0x76, 0x30, 0, 47, 0, 24, 0]).count();
        assert_eq!(bands, 7);
    }

    #[test]
    fn each_model_is_told_its_own_way() {
        let double = Line::Text { text: "A".into(), align: Align::Left, size: Size::Double, bold: false };
        let told = |model: &Model| sent(vec![double.clone()], model, &mut NoGlyphs);
        assert_eq!(told(&Model::SPRT_80), b"\x1B@\x1C&\x1D!\x11\x1C!\x30A\n\x1DVB\x00");
        assert_eq!(told(&Model::PRESENTER_80), b"\x1B@\x1C&\x1D!\x11A\n\x1DVA\x00");
        assert_eq!(told(&Model::TEAR_58), b"\x1B@\x1C&\x1D!\x11\x1CW\x01A\n\x1Bd\x04");
    }

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(printed(vec![plain("\u{1B}@\u{10}\u{05}")]), b"\xA1\xFE@\xA1\xFE\xA1\xFE\n");
    }

    proptest! {
        #[test]
        fn no_document_panics_and_every_line_ends(texts in proptest::collection::vec(any::<String>(), 0..8)) {
            let lines = texts.iter().flat_map(|text| [plain(text), pair(text, text), Line::Qr(text.clone())]).collect();
            let job = Job::build(&Document { lines }, &Model::GENERIC_58, &mut Blocks);
            prop_assert!(job.commands.iter().all(|command| !command.is_empty()));
        }
    }
}
