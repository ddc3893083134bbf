//! Commands into steps of the mechanism, with the styles in force.

use super::command::{Command, Parser, Question, Setting};
use super::compose::{Align, LINE_SPACING, Line, Style};
use super::glyphs::{Bitmap, Glyphs};
use super::paper::{DOTS, HEAD_TO_CUTTER, Note, Row};
use super::qr::Qr;

/// One thing the mechanism does, in order.
#[derive(Debug)]
pub enum Step {
    /// Prints a row and moves the paper by it.
    Row(Row),
    /// Moves the paper by so many rows.
    Feed(usize),
    /// Notes what was just printed.
    Note(Note),
    /// Cuts.
    Cut {
        /// Leaves a bridge.
        partial: bool,
    },
    /// Answers.
    Ask(Question),
}

/// What the commands so far have set, and the line they have begun.
#[derive(Debug)]
pub struct Writer {
    parser: Parser,
    style: Style,
    align: Align,
    spacing: usize,
    line: Line,
    qr: Qr,
    /// Times wider and higher than sent: the raster image that comes in.
    raster: (usize, usize),
    /// Rows of the picture that was printed last and is not noted yet.
    pictured: usize,
    steps: Vec<Step>,
    /// Commands that were skipped.
    pub unknown: u64,
}

impl Default for Writer {
    fn default() -> Writer {
        Writer {
            parser: Parser::default(),
            style: Style::default(),
            align: Align::default(),
            spacing: LINE_SPACING,
            line: Line::default(),
            qr: Qr::default(),
            raster: (1, 1),
            pictured: 0,
            steps: Vec::new(),
            unknown: 0,
        }
    }
}

impl Writer {
    /// Whether no command and no line is begun.
    pub fn is_idle(&self) -> bool {
        self.line.is_empty() && self.parser.is_idle()
    }

    /// Takes one byte and gives the steps it leads to.
    pub fn push(&mut self, byte: u8, glyphs: &mut Glyphs) -> Vec<Step> {
        if let Some(command) = self.parser.push(byte) {
            self.command(command, glyphs);
        }
        std::mem::take(&mut self.steps)
    }

    /// Answer to function 182.
    pub fn qr_size(&self) -> Vec<u8> {
        self.qr.size_answer(DOTS)
    }

    fn command(&mut self, command: Command, glyphs: &mut Glyphs) {
        // Between the bands of a picture the printer is asked how it stands.
        let goes_on = matches!(
            command,
            Command::Raster { .. } | Command::RasterRow(_) | Command::Ask(_) | Command::Ignored
        );
        if !goes_on {
            self.note_picture();
        }
        match command {
            Command::Narrow(byte) => self.character(narrow(byte), false, glyphs),
            Command::Wide(lead, trail) => self.character(wide(lead, trail), true, glyphs),
            Command::Tab => self.line.tab(),
            Command::LineFeed => self.feed(self.spacing),
            Command::FeedDots(dots) => self.feed(usize::from(dots)),
            Command::FeedLines(lines) => self.feed(usize::from(lines) * self.spacing),
            Command::QrPrint => self.qr(),
            Command::Raster { width, height } => self.raster = (width.into(), height.into()),
            Command::RasterRow(bytes) => self.raster_row(&bytes),
            Command::Cut { feed, partial } => self.cut(feed, partial),
            Command::Set(setting) => self.set(setting),
            Command::Ask(question) => self.steps.push(Step::Ask(question)),
            Command::Unknown => self.unknown += 1,
            Command::Ignored => {}
        }
    }

    fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Initialise => self.initialise(),
            // The parser keeps the mode: it decides how bytes are paired.
            Setting::ChineseMode(_) => {}
            Setting::PrintMode(n) => self.style.set_print_mode(n),
            Setting::ChinesePrintMode(n) => self.style.set_chinese_print_mode(n),
            Setting::ChineseQuadruple(on) => self.style.chinese_double = (on, on),
            Setting::Size(n) => self.style.set_size(n),
            Setting::Bold(on) => self.style.bold = on,
            Setting::Underline(n) => self.style.underline = usize::from(n & 3),
            Setting::ChineseUnderline(n) => self.style.chinese_underline = usize::from(n & 3),
            Setting::Reverse(on) => self.style.reverse = on,
            Setting::Align(n) => self.align = align(n),
            Setting::LineSpacing(dots) => self.spacing = dots.map_or(LINE_SPACING, usize::from),
            Setting::QrModule(n) => self.qr.set_module(n),
            Setting::QrLevel(n) => self.qr.set_level(n),
            Setting::QrStore(content) => self.qr.store(content),
        }
    }

    fn initialise(&mut self) {
        self.style = Style::default();
        self.align = Align::default();
        self.spacing = LINE_SPACING;
        self.line = Line::default();
        self.qr = Qr::default();
    }

    fn character(&mut self, character: char, wide: bool, glyphs: &mut Glyphs) {
        if !self.line.add(character, wide, &self.style, glyphs) {
            self.feed(self.spacing);
            self.line.add(character, wide, &self.style, glyphs);
        }
    }

    /// Prints the line and moves on until `dots` rows from its top are reached, and never back.
    fn feed(&mut self, dots: usize) {
        let line = std::mem::take(&mut self.line);
        let bitmap = line.bitmap();
        self.print(&bitmap);
        if !line.is_empty() {
            self.steps.push(Step::Note(Note::Line(line.text().to_owned())));
        }
        let rest = dots.saturating_sub(bitmap.height);
        if rest > 0 {
            self.steps.push(Step::Feed(rest));
        }
    }

    fn print(&mut self, bitmap: &Bitmap) {
        self.steps.extend(self.align.rows(bitmap).into_iter().map(Step::Row));
    }

    fn flush_line(&mut self) {
        if !self.line.is_empty() {
            self.feed(self.spacing);
        }
    }

    fn qr(&mut self) {
        self.flush_line();
        if let Some(symbol) = self.qr.symbol().filter(|symbol| symbol.width <= DOTS) {
            self.print(&symbol);
            self.steps.push(Step::Note(Note::Qr(self.qr.text())));
        }
    }

    fn raster_row(&mut self, bytes: &[u8]) {
        self.flush_line();
        let mut bitmap = Bitmap::blank(bytes.len() * 8, 1);
        for x in 0..bitmap.width {
            bitmap.set(x, 0, bytes[x / 8] & (0x80 >> (x % 8)) != 0);
        }
        let (across, down) = self.raster;
        self.print(&bitmap.enlarged(across, down));
        self.pictured += down;
    }

    /// Nobody can say what a picture shows, only that there is one: a line with a rare character, or a code.
    fn note_picture(&mut self) {
        match std::mem::take(&mut self.pictured) {
            0 => {}
            rows => self.steps.push(Step::Note(Note::Line(format!("[picture, {rows} rows]")))),
        }
    }

    fn cut(&mut self, feed: Option<u8>, partial: bool) {
        self.flush_line();
        if let Some(extra) = feed {
            self.steps.push(Step::Feed(HEAD_TO_CUTTER + usize::from(extra)));
        }
        self.steps.push(Step::Cut { partial });
    }
}

fn align(n: u8) -> Align {
    match n & 3 {
        1 => Align::Centre,
        2 => Align::Right,
        _ => Align::Left,
    }
}

/// A byte of the printer's one-byte code page; only ASCII has glyphs.
fn narrow(byte: u8) -> char {
    if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' }
}

/// A pair of bytes in the printer's font.
fn wide(lead: u8, trail: u8) -> char {
    let pair = [lead, trail];
    let (text, _) = encoding_rs::GBK.decode_without_bom_handling(&pair);
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => character,
        _ => '\u{FFFD}',
    }
}
