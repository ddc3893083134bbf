//! QR codes: drawn by the printer itself (`GS ( k`), or here where it cannot.

use qrcode::{Color, EcLevel, QrCode};

use crate::glyphs::Bitmap;
use crate::model::Model;

/// Bytes a symbol of each version holds at error level M in byte mode (ISO/IEC 18004, table 7). Version 1 comes first.
const BYTES_AT_M: [usize; 40] = [
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779,
    857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
];

/// Light modules needed on both sides together (ISO/IEC 18004, quiet zone of four).
const QUIET_MODULES: usize = 8;

/// Below two dots, 0.25 mm, cameras of telephones no longer tell modules apart.
const MODULE_DOTS_MIN: usize = 2;

/// Side of a module in dots, as large as model and paper allow; `None` where the data does not fit on the paper.
pub(super) fn module_dots(bytes: usize, model: &Model) -> Option<u8> {
    let version = BYTES_AT_M.iter().position(|room| bytes <= *room)? + 1;
    let modules = 17 + 4 * version + QUIET_MODULES;
    let dots = (usize::from(model.dots) / modules).min(usize::from(model.qr_module_max));
    if dots < MODULE_DOTS_MIN { None } else { u8::try_from(dots).ok() }
}

/// The commands that print `data` as a symbol of model 2, error level M.
pub(super) fn commands(data: &[u8], module_dots: u8) -> [Vec<u8>; 5] {
    [
        function(&[0x31, 0x41, 0x32, 0x00]),
        function(&[0x31, 0x43, module_dots]),
        function(&[0x31, 0x45, 0x31]),
        function(&[&[0x31, 0x50, 0x30], data].concat()),
        function(&[0x31, 0x51, 0x30]),
    ]
}

/// The same symbol as a picture in the middle of the paper; `None` where no symbol holds the data.
pub(super) fn picture(data: &[u8], module_dots: u8, dots: usize) -> Option<Bitmap> {
    let code = QrCode::with_error_correction_level(data, EcLevel::M).ok()?;
    let (modules, scale) = (code.width(), usize::from(module_dots));
    let mut symbol = Bitmap::blank(modules, modules);
    let colors = code.into_colors();
    let dark = colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    dark.for_each(|(at, _)| symbol.blacken(at % modules, at / modules));
    let mut picture = Bitmap::blank(dots, modules * scale);
    picture.stamp(&symbol, dots.saturating_sub(modules * scale) / 2, 0, scale);
    Some(picture)
}

/// `GS ( k pL pH …`: the length counts what follows it.
fn function(parameters: &[u8]) -> Vec<u8> {
    let [low, high] = u16::try_from(parameters.len()).unwrap_or(u16::MAX).to_le_bytes();
    [&[0x1D, 0x28, 0x6B, low, high], parameters].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_five_commands() {
        let [kind, module, level, store, print] = commands(b"HK-1", 6);
        assert_eq!(kind, [0x1D, 0x28, 0x6B, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00]);
        assert_eq!(module, [0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x43, 0x06]);
        assert_eq!(level, [0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x45, 0x31]);
        assert_eq!(store, [0x1D, 0x28, 0x6B, 0x07, 0x00, 0x31, 0x50, 0x30, b'H', b'K', b'-', b'1']);
        assert_eq!(print, [0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x51, 0x30]);
    }

    #[test]
    fn the_length_of_long_data_takes_both_bytes() {
        let [_, _, _, store, _] = commands(&[b'a'; 300], 2);
        assert_eq!(store[3..5], [0x2F, 0x01]);
    }

    #[test]
    fn a_drawn_symbol_stands_in_the_middle_with_its_finder_in_the_corner() {
        // Version 1 (ISO/IEC 18004): 21 modules; the finder's ring of one module is white inside black.
        let picture = picture(b"HK-1", 8, 576).unwrap_or_else(|| Bitmap::blank(0, 0));
        assert_eq!((picture.width(), picture.height()), (576, 168));
        let row: Vec<bool> = (0..576).map(|x| picture.is_black(x, 12)).collect();
        assert_eq!(row.iter().position(|black| *black), Some(204));
        assert!(!row[212] && !row[251] && row[252] && row[371] && !row[372]);
    }

    #[test]
    fn modules_are_as_large_as_the_paper_allows() {
        let wide = Model::GENERIC_80;
        assert_eq!(module_dots(14, &wide), Some(8));
        // Version 14: 73 + 8 modules in 576 dots.
        assert_eq!(module_dots(362, &wide), Some(7));
        assert_eq!(module_dots(2_331, &wide), Some(3));
        assert_eq!(module_dots(2_331, &Model::GENERIC_58), Some(2));
        assert_eq!(module_dots(2_332, &wide), None);
    }
}
