//! `POST /v1/sync/head`: where a terminal's journal stands.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use kiosk_protocol::wire::{HeadAnswer, HeadReport};

use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body, parse};
use crate::heads;

pub async fn head(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<HeadAnswer>, Refusal> {
    let report: HeadReport = parse(&body(bytes)?)?;
    blocking(&centre, move |centre| heads::weigh(centre, &terminal, &report)).await.map(Json)
}
