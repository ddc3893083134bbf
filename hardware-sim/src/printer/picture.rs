//! A piece of paper as a picture: 80 mm wide, 8 dots a millimetre, with its cut edges.

use super::paper::{DOTS, Piece};

/// Dots across the whole paper.
pub const PAPER_DOTS: usize = 640;
const MARGIN: usize = (PAPER_DOTS - DOTS) / 2;
/// Rows of background above and below the paper.
const EDGE: usize = 12;
/// Dots of one tooth of the cutter.
const TOOTH: usize = 6;
/// Dots of the bridge a partial cut leaves.
const BRIDGE: std::ops::Range<usize> = 310..330;

const BACKGROUND: u8 = 0xC4;
const PAPER: u8 = 0xFC;
const INK: u8 = 0x18;
/// 203 dpi, as PNG counts it.
const DOTS_PER_METRE: u32 = 8_000;

/// The picture of `piece` as a PNG file, grey, one pixel a dot.
pub fn png(piece: &Piece) -> Result<Vec<u8>, png::EncodingError> {
    let height = piece.rows.len() + 2 * EDGE;
    let pixels: Vec<u8> = (0..height).flat_map(|y| line(piece, y)).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, PAPER_DOTS as u32, u32::try_from(height).unwrap_or(0));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: DOTS_PER_METRE,
        yppu: DOTS_PER_METRE,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

fn line(piece: &Piece, y: usize) -> Vec<u8> {
    let Some(row) = y.checked_sub(EDGE).and_then(|y| piece.rows.get(y)) else {
        let beyond = if y < EDGE { EDGE - y } else { y + 1 - EDGE - piece.rows.len() };
        let bridge = piece.partial && y >= EDGE;
        return (0..PAPER_DOTS).map(|x| edge(x, beyond, bridge)).collect();
    };
    let dot = |x: usize| x.checked_sub(MARGIN).is_some_and(|x| row.is_black(x));
    (0..PAPER_DOTS).map(|x| if dot(x) { INK } else { PAPER }).collect()
}

/// A pixel `beyond` rows outside of the straight part: the teeth of the blade, and the bridge.
fn edge(x: usize, beyond: usize, bridge: bool) -> u8 {
    let tooth = (x % TOOTH).abs_diff(TOOTH / 2);
    let paper = beyond <= tooth || bridge && BRIDGE.contains(&x) && beyond <= EDGE / 2;
    if paper { PAPER } else { BACKGROUND }
}
