//! What came out, as files.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::model::Job;

/// One printed job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedJob {
    /// Counts from 1.
    pub number: u32,
    /// The document as it was sent, an absolute path; `.pdf` or `.pwg`.
    pub file: PathBuf,
    /// Its MIME media type.
    pub format: String,
    /// Pages in it.
    pub pages: u32,
    /// How often each came out.
    pub copies: u32,
    /// Name of the paper's size (PWG 5101.1).
    pub media: String,
    /// Who sent it.
    pub user: String,
    /// When the simulator took note that it was out.
    pub time: jiff::Timestamp,
}

impl PrintedJob {
    /// Writes a job's document below `dir`, and what is known of it beside.
    pub fn save(dir: &Path, number: u32, job: Job) -> std::io::Result<PrintedJob> {
        let sheets = job.sheets.ok_or_else(|| std::io::Error::other("a job without a document"))?;
        let ending = if sheets.format == "application/pdf" { "pdf" } else { "pwg" };
        let file = dir.join(format!("{number:04}.{ending}"));
        std::fs::write(&file, &sheets.document)?;
        let printed = PrintedJob {
            number,
            file,
            format: sheets.format,
            pages: sheets.pages,
            copies: job.copies,
            media: job.media,
            user: job.user,
            time: jiff::Timestamp::now(),
        };
        let description = serde_json::to_vec_pretty(&printed).map_err(std::io::Error::other)?;
        std::fs::write(printed.file.with_extension("json"), description)?;
        Ok(printed)
    }
}

/// Pages of a document: page objects of a PDF that can be read without unpacking, the first header's count of a PWG raster
/// (PWG 5102.4 4.3: `TotalPageCount`); 1 where neither tells.
pub(super) fn page_count(format: &str, document: &[u8]) -> u32 {
    const TOTAL_PAGE_COUNT: usize = 4 + 452;
    let count = if format == "application/pdf" {
        let pages = |mark: &[u8]| {
            let found = document.windows(mark.len() + 1).filter(|part| part.starts_with(mark));
            found.filter(|part| !part.ends_with(b"s")).count()
        };
        u32::try_from(pages(b"/Type/Page") + pages(b"/Type /Page")).unwrap_or(u32::MAX)
    } else {
        let bytes = document.get(TOTAL_PAGE_COUNT..).and_then(|rest| rest.first_chunk());
        bytes.map_or(1, |bytes| u32::from_be_bytes(*bytes))
    };
    count.clamp(1, crate::limits::PAGES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_and_page_trees_not() {
        let count = |text: &str| page_count("application/pdf", text.as_bytes());
        assert_eq!(count("<</Type/Pages/Kids[]>> <</Type/Page>> <</Type /Page /Parent 1 0 R>>"), 2);
        assert_eq!(count("packed away"), 1);
    }
}
