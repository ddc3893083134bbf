//! `GET /v1/sync/changes?cursor=`: what became of this terminal's cases, and what operators ask of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use kiosk_protocol::limits::CHANGES_PAGE_MAX;
use kiosk_protocol::wire::Changes;

use super::openapi::Usual;
use super::problem::Refusal;
use super::published::renew_if_due;
use super::terminal::Terminal;
use super::{Centre, blocking};
use crate::store::Scope;

/// All numbers of so many digits fit the database's 63 bits.
const CURSOR_DIGITS_MAX: usize = 18;

#[derive(serde::Deserialize)]
pub struct Since {
    cursor: Option<String>,
}

/// Tells what became of this terminal's cases and what operators ask of it, page by page, and when to ask again.
#[utoipa::path(
    get,
    path = "/v1/sync/changes",
    params(("cursor" = Option<String>, Query, pattern = "^(c[0-9]{1,18})?$",
        description = "Where the page before ended; all from the beginning where there is none.")),
    responses((status = 200, body = Changes, description = "What changed behind the cursor."), Usual),
)]
pub async fn changes(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    since: Result<Query<Since>, QueryRejection>,
) -> Result<Json<Changes>, Refusal> {
    let Query(since) = since.map_err(|_| Refusal::bad_request("the query is not readable"))?;
    blocking(&centre, move |centre| changes_since(centre, &terminal, since.cursor.as_deref())).await.map(Json)
}

/// What a terminal is told behind a cursor.
pub fn changes_since(centre: &Centre, terminal: &Terminal, cursor: Option<&str>) -> Result<Changes, Refusal> {
    page(centre, terminal, position(cursor)?)
}

/// Position in the terminal's changes; the text is ours and means nothing to others.
fn position(cursor: Option<&str>) -> Result<u64, Refusal> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(0) };
    let digits = cursor.strip_prefix('c').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number =
        digits.filter(|digits| digits.len() <= CURSOR_DIGITS_MAX).and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| Refusal::bad_request("the cursor is not one of ours"))
}

fn page(centre: &Centre, terminal: &Terminal, after: u64) -> Result<Changes, Refusal> {
    let now = (centre.clock)();
    if centre.store.read(|tx| tx.is_due(&terminal.id, now))? {
        centre.store.write(Scope::Terminal(&terminal.id), |tx| tx.advance(&terminal.id, now))?;
    }
    renew_if_due(centre, now)?;
    centre.store.read(|tx| {
        let mut rows = tx.changes(&terminal.id, after, CHANGES_PAGE_MAX as u32 + 1)?;
        let more = rows.len() > CHANGES_PAGE_MAX;
        rows.truncate(CHANGES_PAGE_MAX);
        let cursor = format!("c{}", rows.last().map_or(after, |(number, _)| *number));
        let changes = rows.into_iter().map(|(_, change)| change).collect();
        let metadata_version = tx.newest_timestamp()?.map_or(0, |(version, _)| version);
        Ok(Changes { changes, cursor, more, metadata_version, next_poll_ms: centre.poll_ms })
    })
}
