//! QR codes by the printer's own settings (ESC/POS functions 165 to 182).

use qrcode::{Color, EcLevel, QrCode};

use super::glyphs::Bitmap;

/// Dots of a module after power-on, and the range ESC/POS allows.
const MODULE_DEFAULT: u8 = 3;
const MODULE_MAX: u8 = 16;

/// Settings and the content that waits to be printed.
#[derive(Clone, Debug)]
pub struct Qr {
    module: u8,
    level: EcLevel,
    content: Vec<u8>,
}

impl Default for Qr {
    fn default() -> Qr {
        Qr { module: MODULE_DEFAULT, level: EcLevel::L, content: Vec::new() }
    }
}

impl Qr {
    /// Function 167; a value out of range is ignored.
    pub fn set_module(&mut self, dots: u8) {
        if (1..=MODULE_MAX).contains(&dots) {
            self.module = dots;
        }
    }

    /// Function 169; a value out of range is ignored.
    pub fn set_level(&mut self, level: u8) {
        self.level = match level {
            0x30 => EcLevel::L,
            0x31 => EcLevel::M,
            0x32 => EcLevel::Q,
            0x33 => EcLevel::H,
            _ => self.level,
        };
    }

    /// Function 180.
    pub fn store(&mut self, content: Vec<u8>) {
        self.content = content;
    }

    /// The content as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    /// Function 181: the symbol; none where nothing is stored or it does not fit in any version.
    pub fn symbol(&self) -> Option<Bitmap> {
        if self.content.is_empty() {
            return None;
        }
        let code = QrCode::with_error_correction_level(&self.content, self.level).ok()?;
        let width = code.width();
        let mut bitmap = Bitmap::blank(width, width);
        for (index, color) in code.into_colors().into_iter().enumerate() {
            bitmap.set(index % width, index / width, color == Color::Dark);
        }
        Some(bitmap.enlarged(self.module.into(), self.module.into()))
    }

    /// Answer to function 182: width, height, type and whether it can be printed (30) or not (31).
    pub fn size_answer(&self, widest: usize) -> Vec<u8> {
        let dots = self.symbol().map_or(0, |symbol| symbol.width);
        let able = if (1..=widest).contains(&dots) { 0x30 } else { 0x31 };
        let digits = dots.to_string();
        let parts =
            [&[0x37, 0x36], digits.as_bytes(), &[0x1F], digits.as_bytes(), &[0x1F, 0x31, 0x1F, able, 0]];
        parts.concat()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_symbol_has_the_size_the_settings_give() {
        let mut qr = Qr::default();
        assert!(qr.symbol().is_none());
        qr.store(b"HTTPS://EXAMPLE.CN/1".to_vec());
        qr.set_level(0x31);
        qr.set_module(6);
        let symbol = qr.symbol().unwrap();
        // 20 alphanumeric characters at level M fit in version 1: 21 modules hold exactly 20.
        assert_eq!((symbol.width, symbol.height), (21 * 6, 21 * 6));
        // The dark finder pattern begins in the corner; its ring is white.
        assert!(symbol.get(0, 0) && symbol.get(5, 5) && !symbol.get(6, 6));
        assert_eq!(qr.size_answer(576), b"76126\x1F126\x1F1\x1F0\0");
    }

    #[test]
    fn too_much_content_prints_nothing() {
        let mut qr = Qr::default();
        qr.store(vec![0xFF; 7000]);
        assert!(qr.symbol().is_none());
        assert_eq!(qr.size_answer(576), b"760\x1F0\x1F1\x1F1\0");
    }
}
