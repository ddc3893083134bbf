//! `POST /v1/sync/head`: where a terminal's journal stands.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use kiosk_protocol::wire::{HeadAnswer, HeadReport, Problem};

use super::openapi::{PROBLEM, Usual};
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body, parse};
use crate::heads;

/// Weighs where a terminal's journal stands, and countersigns it.
#[utoipa::path(
    post,
    path = "/v1/sync/head",
    request_body = HeadReport,
    responses(
        (status = 200, body = HeadAnswer, description = "The countersignature, the row to show first, or the epoch to go on in."),
        (status = 409, body = Problem, content_type = PROBLEM, description = "`journal-unfit`"),
        Usual,
    ),
)]
pub async fn head(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<HeadAnswer>, Refusal> {
    let report: HeadReport = parse(&body(bytes)?)?;
    blocking(&centre, move |centre| heads::weigh(centre, &terminal, &report)).await.map(Json)
}
