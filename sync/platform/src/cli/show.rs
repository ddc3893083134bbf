//! What a platform shows its operators.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kiosk_platform::{
    AlarmRow, CaseRow, CommandRow, Facts, OpenFile, Platform, PlatformError, QuarantineRow, state_name,
};
use kiosk_protocol::ids::{CaseNumber, ItemId, PageNumber, TerminalId};
use kiosk_protocol::item::Media;
use kiosk_protocol::journal::{Countersigned, Line, SignedHead};

use super::{say, say_json};

pub fn commands(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.commands()?;
    if json {
        return say_json(&rows);
    }
    rows.iter().try_for_each(|row| {
        let CommandRow { id, terminal, kind, queued_at, expires_at, result } = row;
        let came = match result {
            Some((result, at)) => format!("{} at {at}  {}", result.outcome.word(), result.detail),
            None => format!("waits until {expires_at}"),
        };
        say(&format!("{id}  {terminal}  {kind}  queued {queued_at}  {came}"))
    })
}

pub fn alarms(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.alarms()?;
    if json {
        return say_json(&rows);
    }
    rows.iter().try_for_each(|row| {
        let AlarmRow { terminal, kind, detail, at } = row;
        say(&format!("{at}  {terminal}  {kind}  {detail}"))
    })
}

pub fn revoked_cards(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let (version, list) = Platform::open(dir)?.revocations()?;
    if json {
        return say_json(&serde_json::json!({ "version": version, "cards": list.cards }));
    }
    list.cards.iter().try_for_each(|card| say(&card.to_string()))
}

pub fn cases(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let cases = Platform::open(dir)?.cases()?;
    if json {
        return say_json(&cases);
    }
    cases.iter().try_for_each(|case| say(&line(case)))
}

/// Files of pages end with `.pdf`, and no number does.
pub fn verify_page(dir: &Path, page: String) -> Result<(), PlatformError> {
    let platform = Platform::open(dir)?;
    let facts = if page.ends_with(".pdf") {
        platform.verify_page(&read(Path::new(&page))?)?
    } else {
        platform.verify_page_number(&PageNumber::try_from(page)?)?
    };
    let Facts { number, digest, service, version, issued_at, .. } = facts;
    say(&format!(
        "genuine: page {number} of {service} {version}, issued {issued_at}, SM3 of its file {digest}"
    ))
}

pub fn openapi(out: Option<PathBuf>) -> Result<(), PlatformError> {
    let document = kiosk_platform::openapi().map_err(|error| PlatformError::Server(error.into()))?;
    let Some(path) = out else { return say(document.trim_end()) };
    std::fs::write(&path, document).map_err(|source| PlatformError::File { path, source })
}

/// Readable by their owner only.
pub fn files(dir: &Path, out: &Path, case: String) -> Result<(), PlatformError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(out);
    made.map_err(|source| PlatformError::File { path: out.to_owned(), source })?;
    for (number, file) in (1..).zip(Platform::open(dir)?.files(&CaseNumber(case))?) {
        let OpenFile { material, media, bytes } = file;
        let path = out.join(format!("{number:02}-{material}.{}", extension(media)));
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let written = opened.and_then(|mut file| file.write_all(&bytes));
        written.map_err(|source| PlatformError::File { path: path.clone(), source })?;
        say(&path.display().to_string())?;
    }
    Ok(())
}

fn extension(media: Media) -> &'static str {
    match media {
        Media::Jpeg => "jpg",
        Media::Png => "png",
        Media::Pdf => "pdf",
    }
}

pub fn quarantine(dir: &Path, json: bool, out: Option<&Path>) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.quarantine()?;
    if let Some(out) = out {
        rows.iter().try_for_each(|row| write_bytes(out, row))?;
    }
    if json {
        return say_json(&rows);
    }
    rows.iter().try_for_each(|row| {
        let QuarantineRow { item, reason, hash, received_at, body } = row;
        let ItemId { terminal, epoch, seq } = item;
        let bytes = body.len();
        say(&format!("{terminal} epoch {epoch} seq {seq}  {received_at}  {bytes} bytes {hash}  {reason}"))
    })
}

pub fn head(dir: &Path, terminal: &TerminalId, out: Option<&Path>) -> Result<(), PlatformError> {
    let platform = Platform::open(dir)?;
    let shown = platform.head(terminal)?;
    let Countersigned { head: SignedHead { epoch, seq, hash, .. }, at, key, .. } = &shown;
    say(&format!("{terminal}: row {seq} of its journal, hash {hash}, shown in epoch {epoch} at {at}"))?;
    let journal_key = String::from(platform.journal_key(terminal, *epoch)?);
    let platform_key = String::from(key.clone());
    say(&format!("journal-verify --key {journal_key} --platform-key {platform_key} --head HEAD EXPORT"))?;
    let Some(out) = out else { return Ok(()) };
    let line = serde_json::to_string(&Line::Countersigned(shown.clone()));
    let line = line.map_err(|error| PlatformError::Server(error.into()))?;
    let written = std::fs::write(out, line + "\n");
    written.map_err(|source| PlatformError::File { path: out.to_owned(), source })
}

/// Named by their digest, as nothing else of them can be trusted.
fn write_bytes(out: &Path, row: &QuarantineRow) -> Result<(), PlatformError> {
    let path = out.join(row.hash.to_string());
    let written = std::fs::create_dir_all(out).and_then(|()| std::fs::write(&path, &row.body));
    written.map_err(|source| PlatformError::File { path, source })
}

fn line(case: &CaseRow) -> String {
    let CaseRow { receipt, case_number, service, state, submitted_at, changed_at, files_missing, .. } = case;
    let state = state_name(*state);
    let missing = match files_missing {
        0 => String::new(),
        missing => format!("  waits for {missing} files"),
    };
    format!(
        "{receipt}  {case_number}  {service}  {state}  submitted {submitted_at}  changed {changed_at}{missing}"
    )
}

fn read(path: &Path) -> Result<Vec<u8>, PlatformError> {
    std::fs::read(path).map_err(|source| PlatformError::File { path: path.to_owned(), source })
}
