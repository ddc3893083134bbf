//! Pages that came out of the page printer, read and drawn by Debian's `poppler-utils`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::play::Unmet;

/// Dots an inch of a page's picture: small letters can be read.
const DPI: &str = "75";

/// What a document says.
pub(super) fn text(document: &Path) -> Result<String, Unmet> {
    let said = poppler(Command::new("pdftotext").arg("-raw").arg(document).arg("-"))?;
    String::from_utf8(said).map_err(|error| Unmet(format!("pdftotext: {error}")))
}

/// The same words without spaces: where a program that reads a page guesses spaces, nobody wrote one.
pub(super) fn unspaced(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Pictures of its pages, beside it.
pub(super) fn pictures(document: &Path) -> Result<Vec<PathBuf>, Unmet> {
    let stem = document.with_extension("");
    poppler(Command::new("pdftoppm").args(["-png", "-r", DPI]).arg(document).arg(&stem))?;
    let folder = document.parent().unwrap_or(Path::new("/"));
    let failed = |error: std::io::Error| Unmet(format!("{}: {error}", folder.display()));
    let name = format!("{}-", stem.file_name().unwrap_or_default().to_string_lossy());
    let mut drawn: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(failed)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "png"))
        .filter(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&name)))
        .collect();
    drawn.sort();
    Ok(drawn)
}

fn poppler(command: &mut Command) -> Result<Vec<u8>, Unmet> {
    let output = command.output().map_err(|error| Unmet(format!("{command:?}: {error}")))?;
    if !output.status.success() {
        return Err(Unmet(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(output.stdout)
}
