//! A QR code as a picture (GB/T 18284, ISO/IEC 18004).

use qrcode::{Color, EcLevel, QrCode};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// Modules of silence around the code, by the standard.
const QUIET_ZONE_MODULES: usize = 4;
/// Pixels per module. The screen scales further without smoothing.
const MODULE_PX: usize = 4;

const DARK: Rgb8Pixel = Rgb8Pixel { r: 0, g: 0, b: 0 };
const LIGHT: Rgb8Pixel = Rgb8Pixel { r: 255, g: 255, b: 255 };

/// Draws the text; an empty picture where it is empty or longer than a QR code can carry.
pub fn image(text: &str) -> Image {
    if text.is_empty() {
        return Image::default();
    }
    QrCode::with_error_correction_level(text, EcLevel::M)
        .map_or_else(|_too_long| Image::default(), |code| draw(&code))
}

fn draw(code: &QrCode) -> Image {
    let modules = code.width() + 2 * QUIET_ZONE_MODULES;
    let side = modules * MODULE_PX;
    let pixels = (0..side * side).map(|at| pixel(code, at % side / MODULE_PX, at / side / MODULE_PX));
    // A code has at most 177 modules, so the side fits.
    let side = u32::try_from(side).unwrap_or_default();
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(side, side);
    for (target, source) in buffer.make_mut_slice().iter_mut().zip(pixels) {
        *target = source;
    }
    Image::from_rgb8(buffer)
}

fn pixel(code: &QrCode, x: usize, y: usize) -> Rgb8Pixel {
    let inside = |at: usize| at.checked_sub(QUIET_ZONE_MODULES).filter(|at| *at < code.width());
    match (inside(x), inside(y)) {
        (Some(x), Some(y)) if code[(x, y)] == Color::Dark => DARK,
        (_, _) => LIGHT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_finder_pattern() {
        let Ok(code) = QrCode::with_error_correction_level("HC-0001", EcLevel::M) else {
            panic!("not drawn")
        };
        assert_eq!(pixel(&code, 3, 3), LIGHT);
        assert_eq!(pixel(&code, 4, 4), DARK);
        assert_eq!(pixel(&code, 5, 5), LIGHT);
        assert_eq!(pixel(&code, code.width() + 3, 4), DARK);
        assert_eq!(pixel(&code, code.width() + 4, 4), LIGHT);
    }

    #[test]
    fn what_does_not_fit_gives_no_picture() {
        assert_eq!(image(&"x".repeat(4000)).size().width, 0);
        assert_eq!(image("").size().width, 0);
        assert!(image("HC-0001").size().width > 0);
    }
}
