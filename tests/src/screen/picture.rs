//! A picture of the display.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::GlassError;

/// Pixels of the whole display, RGB, 8 bit each.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    /// From the bytes of an X image of depth 24 in Z format: blue, green, red, unused.
    pub(super) fn from_bgrx(width: u16, height: u16, bytes: &[u8]) -> Self {
        let rgb = bytes.as_chunks::<4>().0.iter().flat_map(|&[blue, green, red, _]| [red, green, blue]);
        Self { width: width.into(), height: height.into(), rgb: rgb.collect() }
    }

    /// Writes a PNG file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), GlassError> {
        self.encode(path).map_err(|source| GlassError::Write { path: path.display().to_string(), source })
    }

    fn encode(&self, path: &Path) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_x_image_becomes_the_same_colours_in_png() {
        let picture = Picture::from_bgrx(2, 1, &[1, 2, 3, 0, 4, 5, 6, 0]);
        assert_eq!(picture.rgb, [3, 2, 1, 6, 5, 4]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        picture.write(&path).unwrap();
        let decoder = png::Decoder::new(std::io::BufReader::new(File::open(path).unwrap()));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; 6];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, [3, 2, 1, 6, 5, 4]);
    }
}
