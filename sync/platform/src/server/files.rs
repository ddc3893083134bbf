//! `PUT`, `HEAD` and `PATCH /v1/files/{digest}`: a file begins, tells how far it came, and grows.
//!
//! Each chunk is one transaction with all it brings about: the last one verifies the digest and hands over the cases that
//! waited for the file. What was answered is on disk, so that a terminal goes on at the offset after any cut.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::limits::{FILE_BYTES_MAX, FILE_CHUNK_BYTES};
use kiosk_protocol::wire::Problem;
use kiosk_protocol::wire::file::{CHECKSUM, CHECKSUM_MISMATCH, CHUNK, LENGTH, OFFSET, checksum};

use super::openapi::{PROBLEM, Raw, Usual};
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body};
use crate::ingest;
use crate::limits::{FILES_ABANDONED_HOURS, FILES_SWEPT_AT_ONCE, FILES_UNNAMED_BYTES_MAX};
use crate::store::{Held, Scope, StoreError, Tx};

/// Characters of an SM3 digest in Base64.
const CHECKSUM_CHARS: usize = 44;

/// Begins a file of a case, or finds it begun.
#[utoipa::path(
    put,
    path = "/v1/files/{digest}",
    params(
        ("digest" = Digest, Path, description = "Digest of the file's sealed bytes: its name."),
        ("upload-length" = u64, Header, minimum = 1, maximum = 20971520, description = "Bytes of the whole file."),
    ),
    responses(
        (status = 201, description = "It begins.",
            headers(("upload-offset" = u64, description = "Bytes the platform has."),
                ("upload-length" = u64, description = "Bytes of the whole file."))),
        (status = 204, description = "It was begun before.",
            headers(("upload-offset" = u64, description = "Bytes the platform has."),
                ("upload-length" = u64, description = "Bytes of the whole file."))),
        (status = 409, body = Problem, content_type = PROBLEM, description = "`file-differs`"),
        Usual,
        (status = 413, body = Problem, content_type = PROBLEM, description = "`too-large`, `file-quota`"),
    ),
)]
pub async fn begin(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    digest: Result<Path<Digest>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (digest, bytes) = (name(digest)?, number(&headers, LENGTH)?);
    let began = blocking(&centre, move |centre| begun(centre, &terminal.id, &digest, bytes)).await?;
    let status = if began.is_new { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    Ok((status, told(began.held)).into_response())
}

/// Tells how much of a file the platform has; it is whole when the offset is its length.
#[utoipa::path(
    head,
    path = "/v1/files/{digest}",
    params(("digest" = Digest, Path, description = "Digest of the file's sealed bytes: its name.")),
    responses(
        (status = 200, description = "How far it came.",
            headers(("upload-offset" = u64, description = "Bytes the platform has."),
                ("upload-length" = u64, description = "Bytes of the whole file."))),
        (status = 404, description = "`file-unknown`"),
        Usual,
    ),
)]
pub async fn offset(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    digest: Result<Path<Digest>, PathRejection>,
) -> Result<Response, Refusal> {
    let digest = name(digest)?;
    let held = blocking(&centre, move |centre| held(centre, &terminal.id, &digest)).await?;
    Ok(told(held).into_response())
}

/// Keeps the next chunk of a file. With the last one its digest is verified, and the cases that waited for it go on.
#[utoipa::path(
    patch,
    path = "/v1/files/{digest}",
    params(
        ("digest" = Digest, Path, description = "Digest of the file's sealed bytes: its name."),
        ("upload-offset" = u64, Header, maximum = 18446744073709551615_u64, description = "Where the chunk begins."),
        ("upload-checksum" = String, Header, pattern = "^sm3 [A-Za-z0-9+/]{43}=$",
            description = "SM3 digest of the chunk, in Base64."),
    ),
    request_body(content = inline(Raw), content_type = CHUNK, description = "256 KiB, or what ends the file."),
    responses(
        (status = 204, description = "It is kept.",
            headers(("upload-offset" = u64, description = "Bytes the platform has."),
                ("upload-length" = u64, description = "Bytes of the whole file."))),
        (status = 404, body = Problem, content_type = PROBLEM, description = "`file-unknown`"),
        (status = 409, body = Problem, content_type = PROBLEM, description = "`file-offset`: go on at the offset told",
            headers(("upload-offset" = u64, description = "Bytes the platform has."),
                ("upload-length" = u64, description = "Bytes of the whole file."))),
        (status = 422, body = Problem, content_type = PROBLEM, description = "`file-damaged`: the file begins anew"),
        (status = 460, body = Problem, content_type = PROBLEM, description = "`file-checksum`: send the chunk again"),
        Usual,
    ),
)]
pub async fn grow(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    digest: Result<Path<Digest>, PathRejection>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let (digest, at) = (name(digest)?, number(&headers, OFFSET)?);
    let bytes = body(bytes)?;
    if claimed(&headers)? != checksum(&bytes) {
        return Err(mismatch());
    }
    let held = blocking(&centre, move |centre| grown(centre, &terminal.id, &digest, at, &bytes)).await?;
    Ok((StatusCode::NO_CONTENT, told(held)).into_response())
}

/// What a call that begins a file found or made.
pub struct Began {
    is_new: bool,
    pub held: Held,
}

/// Begins a file, or finds it begun.
pub fn begun(centre: &Centre, terminal: &TerminalId, digest: &Digest, bytes: u64) -> Result<Began, Refusal> {
    if bytes == 0 {
        return Err(Refusal::bad_request("the file is empty"));
    }
    if bytes > FILE_BYTES_MAX {
        return Err(Refusal::too_large("the file is larger than the line allows"));
    }
    let now = (centre.clock)();
    sweep(centre, now)?;
    centre.store.write(Scope::Terminal(terminal), |tx| begin_once(tx, terminal, digest, bytes, now))
}

fn begin_once(
    tx: &Tx,
    terminal: &TerminalId,
    digest: &Digest,
    bytes: u64,
    now: Timestamp,
) -> Result<Began, Refusal> {
    if let Some(held) = tx.file(terminal, digest)? {
        let differs =
            || Refusal::new(StatusCode::CONFLICT, "file-differs", "the file was begun with another length");
        return if held.bytes == bytes { Ok(Began { is_new: false, held }) } else { Err(differs()) };
    }
    if tx.unnamed_bytes(terminal)?.saturating_add(bytes) > FILES_UNNAMED_BYTES_MAX {
        let full = "the terminal has too many files here that belong to no case yet";
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "file-quota", full));
    }
    tx.begin_file(terminal, digest, bytes, now)?;
    Ok(Began { is_new: true, held: Held { bytes, received: 0 } })
}

/// Removes what terminals left behind, a few terminals at a time, each in its own scope.
fn sweep(centre: &Centre, now: Timestamp) -> Result<(), StoreError> {
    let since =
        now.saturating_sub(SignedDuration::from_hours(FILES_ABANDONED_HOURS)).unwrap_or(Timestamp::MIN);
    let terminals = centre.store.read(|tx| tx.with_abandoned(since, FILES_SWEPT_AT_ONCE))?;
    terminals.iter().try_for_each(|terminal| {
        tracing::info!(%terminal, "parts of files that stopped growing are removed");
        centre.store.write(Scope::Terminal(terminal), |tx| tx.remove_abandoned(terminal, since))
    })
}

/// How far a file came.
pub fn held(centre: &Centre, terminal: &TerminalId, digest: &Digest) -> Result<Held, Refusal> {
    centre.store.read(|tx| tx.file(terminal, digest))?.ok_or_else(unknown)
}

/// Keeps the next chunk of a file.
pub fn grown(
    centre: &Centre,
    terminal: &TerminalId,
    digest: &Digest,
    at: u64,
    chunk: &[u8],
) -> Result<Held, Refusal> {
    let now = (centre.clock)();
    let grown = centre.store.write(Scope::Terminal(terminal), |tx| {
        let held = tx.file(terminal, digest)?.ok_or_else(unknown)?;
        let held = Held { received: fitting(held, at, chunk)?, ..held };
        tx.add_chunk(terminal, digest, chunk, held.received, now)?;
        let is_good = !held.is_whole() || finished(centre, tx, terminal, digest, held.bytes, now)?;
        Ok::<_, Refusal>(is_good.then_some(held))
    });
    grown?.ok_or_else(damaged)
}

/// All of a file is here. Where it fits its name, the cases that waited for it go on; else it begins anew.
fn finished(
    centre: &Centre,
    tx: &Tx,
    terminal: &TerminalId,
    digest: &Digest,
    bytes: u64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if tx.digest_of_chunks(terminal, digest, bytes)? == *digest {
        ingest::file_is_whole(centre, tx, terminal, digest, now)?;
        return Ok(true);
    }
    tx.drop_chunks(terminal, digest, now)?;
    tx.alarm(terminal, "file-damaged", &digest.to_string(), now)?;
    Ok(false)
}

/// How many bytes the file has with this chunk.
fn fitting(held: Held, at: u64, chunk: &[u8]) -> Result<u64, Refusal> {
    if at != held.received {
        let title = "the chunk does not begin where the file ends";
        return Err(
            Refusal::new(StatusCode::CONFLICT, "file-offset", title).at_offset(held.received, held.bytes)
        );
    }
    let received = held.received + chunk.len() as u64;
    let is_full = chunk.len() == FILE_CHUNK_BYTES;
    match received {
        _ if chunk.is_empty() => Err(Refusal::bad_request("the chunk is empty")),
        beyond if beyond > held.bytes => Err(Refusal::too_large("the chunk goes beyond the end of the file")),
        within if within < held.bytes && !is_full => {
            Err(Refusal::bad_request("a chunk that does not end the file has to be a full one"))
        }
        received => Ok(received),
    }
}

fn told(held: Held) -> [(&'static str, String); 2] {
    [(OFFSET, held.received.to_string()), (LENGTH, held.bytes.to_string())]
}

fn name(digest: Result<Path<Digest>, PathRejection>) -> Result<Digest, Refusal> {
    let Path(digest) =
        digest.map_err(|_| Refusal::bad_request("the name of a file is 64 hexadecimal digits"))?;
    Ok(digest)
}

fn number(headers: &HeaderMap, header: &str) -> Result<u64, Refusal> {
    let text = headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| Refusal::bad_request("a length or an offset is missing or no number"))
}

/// The checksum a chunk came with, where it is one.
fn claimed(headers: &HeaderMap) -> Result<&str, Refusal> {
    let text = headers.get(CHECKSUM).and_then(|value| value.to_str().ok());
    let is_one = |text: &&str| text.strip_prefix("sm3 ").is_some_and(|digest| digest.len() == CHECKSUM_CHARS);
    text.filter(is_one).ok_or_else(|| Refusal::bad_request("the checksum is missing or of another kind"))
}

fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "file-unknown", "the file was never begun here")
}

/// Also what campaigns in virtual time are told.
pub fn mismatch() -> Refusal {
    let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Refusal::new(status, "file-checksum", "the chunk does not fit its checksum; send it again")
}

/// Every chunk fitted its checksum, so the terminal's own file is not what it was named.
fn damaged() -> Refusal {
    let title = "the file does not fit its name; it begins anew";
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "file-damaged", title)
}
