//! The test page of the page printer, drawn with the terminal's own fonts and packed into a PDF.

use kiosk_drivers_api::PageBitmap;
use qrcode::{Color, EcLevel, QrCode};
use swash::FontRef;
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::Format;

use super::print::{Facts, SAMPLE};

/// A4 at 300 dots an inch, the resolution every printer of PWG Raster has (PWG 5102.4).
const WIDTH: u32 = 2480;
const HEIGHT: u32 = 3508;
const DPI: u32 = 300;
/// 20 mm.
const MARGIN: usize = 236;
/// Height of a line of text, dots: 6 mm.
const TEXT: usize = 71;
/// Side of a module of the code, dots: 1.4 mm.
const MODULE: usize = 16;

/// The fonts of `packaging/fontconfig`, in the order they are asked: file, and face within it.
const FONTS: [(&str, usize); 3] = [
    // "Noto Sans CJK SC".
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf", 0),
    ("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", 0),
];

/// Draws the page; nothing where no font is installed.
pub fn draw(facts: &Facts) -> Option<PageBitmap> {
    let mut sheet = Sheet::blank()?;
    let lines = ["TEST", &facts.terminal, &facts.time, SAMPLE, "0123456789 Abc Привет"];
    for (place, line) in lines.iter().enumerate() {
        sheet.text(MARGIN + 2 * TEXT * (place + 1), line);
    }
    sheet.code(MARGIN + 2 * TEXT * (lines.len() + 1), &facts.code());
    Some(sheet.bitmap)
}

/// A page in a PDF (ISO 32000-1) of one picture, a bit a dot.
pub fn pdf(page: &PageBitmap) -> Vec<u8> {
    let dots = packed(&bits(page));
    let (width, height) = (page.width, page.height);
    let picture = format!(
        "/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 1\
         /Filter/RunLengthDecode/Length {}",
        dots.len()
    );
    // A4 in points.
    let paint = b"q 595.28 0 0 841.89 0 0 cm /P Do Q";
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>"
            .to_vec(),
        stream(&format!("/Length {}", paint.len()), paint),
        stream(&picture, &dots),
    ];
    file(&objects)
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("<<{dictionary}>>\nstream\n").as_bytes(), bytes, b"\nendstream"].concat()
}

/// Header, objects, the table of their places, and where that is (7.5).
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (place, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", place + 1).into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file.extend(
        format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").into_bytes(),
    );
    file
}

/// Eight dots a byte, white as 1, each row from a new byte.
fn bits(page: &PageBitmap) -> Vec<u8> {
    let byte = |dots: &[u8]| {
        let white = |place: usize| u8::from(dots.get(place).is_none_or(|dot| *dot >= 128)) << (7 - place);
        (0..8).map(white).sum()
    };
    page.grey.chunks(page.width as usize).flat_map(|row| row.chunks(8).map(byte)).collect()
}

/// RunLengthDecode (ISO 32000-1, 7.4.5), of runs alone: a page is white for the most part.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let run = |run: &[u8]| -> Vec<u8> {
        let pieces = run.chunks(128);
        pieces
            .flat_map(
                |piece| if piece.len() == 1 { [0, piece[0]] } else { [(257 - piece.len()) as u8, piece[0]] },
            )
            .collect()
    };
    let runs = bytes.chunk_by(|left, right| left == right).flat_map(run);
    runs.chain([128]).collect()
}

struct Sheet {
    bitmap: PageBitmap,
    fonts: Vec<(Vec<u8>, usize)>,
    context: ScaleContext,
}

impl Sheet {
    fn blank() -> Option<Self> {
        let fonts: Vec<_> =
            FONTS.iter().filter_map(|(path, face)| Some((std::fs::read(path).ok()?, *face))).collect();
        let grey = vec![255; WIDTH as usize * HEIGHT as usize];
        let bitmap = PageBitmap { width: WIDTH, height: HEIGHT, dpi: DPI, grey };
        (!fonts.is_empty()).then(|| Self { bitmap, fonts, context: ScaleContext::new() })
    }

    /// A line of text on its baseline.
    fn text(&mut self, baseline: usize, text: &str) {
        text.chars().fold(MARGIN, |left, character| left + self.character(left, baseline, character));
    }

    /// Draws a character with the first font that has it, and says how wide it is.
    fn character(&mut self, left: usize, baseline: usize, character: char) -> usize {
        let fonts = self.fonts.iter().filter_map(|(data, face)| FontRef::from_index(data, *face));
        let found = fonts.map(|font| (font.charmap().map(character), font)).find(|(glyph, _)| *glyph != 0);
        let Some((glyph, font)) = found else { return TEXT };
        let advance = font.glyph_metrics(&[]).scale(TEXT as f32).advance_width(glyph) as usize;
        let mut scaler = self.context.builder(font).size(TEXT as f32).build();
        let Some(image) = Render::new(&[Source::Outline]).format(Format::Alpha).render(&mut scaler, glyph)
        else {
            return advance;
        };
        let (left, top) = (left as i32 + image.placement.left, baseline as i32 - image.placement.top);
        let columns = image.placement.width.max(1) as usize;
        for (place, coverage) in image.data.iter().enumerate() {
            self.dot(left + (place % columns) as i32, top + (place / columns) as i32, 255 - coverage);
        }
        advance
    }

    fn code(&mut self, top: usize, text: &str) {
        // The text is short, so a code can always be made.
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return };
        let side = code.width();
        for (place, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let (x, y) = (MARGIN + place % side * MODULE, top + place / side * MODULE);
            for dot in 0..MODULE * MODULE {
                self.dot((x + dot % MODULE) as i32, (y + dot / MODULE) as i32, 0);
            }
        }
    }

    /// Sets a dot; nothing beyond the edges.
    fn dot(&mut self, x: i32, y: i32, grey: u8) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let width = WIDTH as usize;
        if let Some(dot) = self.bitmap.grey.get_mut(y * width + x).filter(|_| x < width) {
            *dot = (*dot).min(grey);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn runs_are_packed_and_the_end_is_marked() {
        assert_eq!(packed(&[7]), [0, 7, 128]);
        assert_eq!(packed(&[7, 7, 7, 1]), [254, 7, 0, 1, 128]);
        assert_eq!(packed(&[9; 130]), [129, 9, 255, 9, 128]);
    }

    #[test]
    fn every_character_of_the_sample_is_drawn_as_itself() {
        let drawn = |character: char| {
            let mut sheet = Sheet::blank().unwrap();
            sheet.character(MARGIN, MARGIN, character);
            sheet.bitmap.grey.clone()
        };
        let missing = drawn('\u{10FFFF}');
        for character in SAMPLE.chars().filter(|character| !character.is_whitespace()) {
            assert!(drawn(character) != missing, "{character}");
        }
    }

    #[test]
    fn a_page_is_drawn_whole_and_becomes_a_small_pdf() {
        let facts = Facts { time: "2026-01-01 00:00".to_owned(), terminal: "t-1".to_owned() };
        let page = draw(&facts).unwrap();
        let ink = |from: usize, to: usize| {
            page.grey[from * 2480..to * 2480].iter().filter(|dot| **dot < 128).count()
        };
        assert!(ink(300, 1100) > 1_000, "text");
        assert!(ink(1150, 1600) > 10_000, "code");
        assert_eq!(ink(2500, 3508), 0);
        let pdf = pdf(&page);
        assert!(pdf.starts_with(b"%PDF-1.4") && pdf.ends_with(b"%%EOF\n"));
        assert!(pdf.len() < 200_000, "{}", pdf.len());
    }
}
