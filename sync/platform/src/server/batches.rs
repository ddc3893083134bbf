//! `POST /v1/sync/batches`: a batch comes in, every item gets its answer.

use std::io::Read;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use kiosk_protocol::item::Item;
use kiosk_protocol::limits::{BATCH_ITEMS_MAX, BATCH_UNPACKED_BYTES_MAX};
use kiosk_protocol::wire::{Batch, BatchAnswer, Problem};

use super::openapi::{PROBLEM, Usual};
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body, parse};
use crate::ingest;
use crate::limits::ZSTD_WINDOW_LOG_MAX;

/// Takes a batch of items in; every item gets its answer, the same one whenever it comes again.
#[utoipa::path(
    post,
    path = "/v1/sync/batches",
    params(("content-encoding" = Option<Encoding>, Header, description = "How the body is packed, 256 KiB at most.")),
    request_body(content = Batch, description = "At most 256 items, and 8 MiB unpacked."),
    responses(
        (status = 200, body = BatchAnswer, description = "Every item has its answer."),
        (status = 415, body = Problem, content_type = PROBLEM, description = "`unknown-encoding`"),
        Usual,
    ),
)]
pub async fn batches(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<BatchAnswer>, Refusal> {
    let (encoding, bytes) = (encoding(&headers)?, body(bytes)?);
    blocking(&centre, move |centre| take_in(centre, &terminal, encoding, &bytes)).await.map(Json)
}

/// How a body is packed.
#[derive(Clone, Copy, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Encoding {
    Identity,
    Zstd,
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        Some(b"zstd") => Ok(Encoding::Zstd),
        None | Some(b"identity") => Ok(Encoding::Identity),
        Some(_) => {
            let title = "the body is packed in a way the platform does not know";
            Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown-encoding", title))
        }
    }
}

fn take_in(
    centre: &Centre,
    terminal: &Terminal,
    encoding: Encoding,
    bytes: &[u8],
) -> Result<BatchAnswer, Refusal> {
    let batch: Batch = match encoding {
        Encoding::Identity => parse(bytes)?,
        Encoding::Zstd => parse(&unpack(bytes)?)?,
    };
    ingested(centre, terminal, &batch.items)
}

/// The answers to items that were read.
pub fn ingested(centre: &Centre, terminal: &Terminal, items: &[Item]) -> Result<BatchAnswer, Refusal> {
    if items.len() > BATCH_ITEMS_MAX {
        return Err(Refusal::too_large("the batch has more items than the line allows"));
    }
    let server_time = (centre.clock)();
    let answers = ingest::ingest(centre, terminal, items, server_time)?;
    centre.metrics.judged(&answers);
    Ok(BatchAnswer { answers, server_time })
}

/// Unpacks no more than the line allows, whatever the sender promises.
fn unpack(packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let damaged = |_| Refusal::bad_request("the body is not zstd");
    let mut reader = zstd::stream::read::Decoder::with_buffer(packed).map_err(damaged)?;
    reader.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(damaged)?;
    let mut plain = Vec::new();
    reader.take(BATCH_UNPACKED_BYTES_MAX as u64 + 1).read_to_end(&mut plain).map_err(damaged)?;
    if plain.len() > BATCH_UNPACKED_BYTES_MAX {
        return Err(Refusal::too_large("the batch unpacks to more than the line allows"));
    }
    Ok(plain)
}
