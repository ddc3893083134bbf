//! The fonts of pages, from Debian's packages: a serif as official papers have it, and one for rare characters of names.

use std::path::PathBuf;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Font files of `fonts-noto-cjk` and `fonts-hanazono`.
const FILES: [&str; 3] = [
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
];
/// The faces taken of them, as templates name them.
const FAMILIES: [&str; 2] = ["Noto Serif CJK SC", "HanaMinB"];

/// The fonts are not there. Cure: install the packages fonts-noto-cjk and fonts-hanazono.
#[derive(Debug, thiserror::Error)]
pub enum FontsError {
    /// A file cannot be read.
    #[error("cannot read {}; install fonts-noto-cjk and fonts-hanazono", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds another font.
    #[error("{0} holds none of the fonts of pages")]
    Other(&'static str),
}

/// All fonts, read once.
pub struct Fonts {
    /// What there is.
    pub book: LazyHash<FontBook>,
    /// The fonts, in the order of the book.
    pub faces: Vec<Font>,
}

impl Fonts {
    /// Reads them: about 90 MB.
    pub fn load() -> Result<Self, FontsError> {
        let mut faces = Vec::new();
        for path in FILES {
            faces.extend(faces_of(path)?);
        }
        Ok(Self { book: LazyHash::new(FontBook::from_fonts(&faces)), faces })
    }
}

fn faces_of(path: &'static str) -> Result<Vec<Font>, FontsError> {
    let bytes = std::fs::read(path).map_err(|source| FontsError::File { path: path.into(), source })?;
    let is_ours = |font: &Font| FAMILIES.contains(&font.info().family.as_str());
    let faces: Vec<Font> = Font::iter(Bytes::new(bytes)).filter(is_ours).collect();
    if faces.is_empty() { Err(FontsError::Other(path)) } else { Ok(faces) }
}
