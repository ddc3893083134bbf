//! Sets a page with Typst: a template and a sheet become a PDF file, in memory.

use std::sync::LazyLock;

use kiosk_protocol::wire::{BadPdf, Pdf};
use secrecy::zeroize::Zeroizing;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::{Frame, FrameItem};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::fonts::Fonts;
use super::sheet::Sheet;
use super::template::PARTS;
use crate::limits::PAGE_SHEETS_MAX;

/// The program named in the file's properties.
const CREATOR: &str = "kiosk-platform";

/// Why a page cannot be set. Says nothing of what would stand on it.
#[derive(Debug, thiserror::Error)]
pub enum TypesetError {
    /// The sheet does not become JSON.
    #[error("the sheet cannot be written")]
    Sheet(#[source] serde_json::Error),
    /// The template fails. Cure: mend it; its words are not repeated, they can hold a person's.
    #[error("the template fails, line: {0:?}")]
    Template(Option<usize>),
    /// No font has a character. Cure: another font in `fonts.rs`.
    #[error("no font has a character of the page")]
    NoGlyph,
    /// It takes more paper than anybody should carry.
    #[error("more than {} sheets", PAGE_SHEETS_MAX)]
    TooLong,
    /// The file is beyond the limit of the line.
    #[error(transparent)]
    File(#[from] BadPdf),
}

/// A page, set.
pub struct Typeset {
    /// The file.
    pub pdf: Pdf,
    /// Its sheets.
    pub sheets: u16,
}

/// Sets a page. Takes a second or so of a processor.
pub fn typeset(fonts: &Fonts, template: &str, sheet: &Sheet) -> Result<Typeset, TypesetError> {
    let json = serde_json::to_vec(sheet).map(Zeroizing::new).map_err(TypesetError::Sheet)?;
    let template = Source::new(FILES.template, template.to_owned());
    let desk = Desk { fonts, template, sheet: Bytes::new(json) };
    let set = desk.set();
    // What was set is remembered for the next time by default: it is about a person.
    typst::comemo::evict(0);
    set
}

/// The only files a template sees.
struct Files {
    template: FileId,
    parts: FileId,
    sheet: FileId,
}

static FILES: LazyLock<Files> = LazyLock::new(|| Files {
    template: file("template.typ"),
    parts: file("parts.typ"),
    sheet: file("sheet.json"),
});
static PARTS_SOURCE: LazyLock<Source> = LazyLock::new(|| Source::new(FILES.parts, PARTS.to_owned()));
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

#[allow(clippy::expect_used, reason = "the names above are plain")]
fn file(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain name")).intern()
}

/// Everything there is for one page.
struct Desk<'a> {
    fonts: &'a Fonts,
    template: Source,
    sheet: Bytes,
}

impl Desk<'_> {
    fn set(&self) -> Result<Typeset, TypesetError> {
        let Warned { output, .. } = typst::compile::<PagedDocument>(self);
        let document = output.map_err(|errors| self.failure(errors.first()))?;
        let sheets = u16::try_from(document.pages().len()).unwrap_or(u16::MAX);
        if sheets > PAGE_SHEETS_MAX {
            return Err(TypesetError::TooLong);
        }
        if document.pages().iter().any(|page| lacks_a_glyph(&page.frame)) {
            return Err(TypesetError::NoGlyph);
        }
        let options =
            PdfOptions { creator: Smart::Custom(Some(CREATOR.to_owned())), ..PdfOptions::default() };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| self.failure(errors.first()))?;
        Ok(Typeset { pdf: Pdf::try_from(pdf)?, sheets })
    }

    fn failure(&self, error: Option<&SourceDiagnostic>) -> TypesetError {
        let place = error.and_then(|error| Some((error.span.id()?, self.range(error.span)?)));
        let line = place.and_then(|(file, range)| {
            self.source(file).ok()?.lines().byte_to_line(range.start).map(|line| line + 1)
        });
        TypesetError::Template(line)
    }
}

/// A character no font has is set as its font's glyph 0, a box.
fn lacks_a_glyph(frame: &Frame) -> bool {
    frame.items().any(|(_, item)| match item {
        FrameItem::Group(group) => lacks_a_glyph(&group.frame),
        FrameItem::Text(text) => text.glyphs.iter().any(|glyph| glyph.id == 0),
        FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => false,
    })
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        FILES.template
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == FILES.template {
            Ok(self.template.clone())
        } else if id == FILES.parts {
            Ok(PARTS_SOURCE.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == FILES.sheet { Ok(self.sheet.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.faces.get(index).cloned()
    }

    /// A page tells the time it was issued at, which stands on the sheet.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
