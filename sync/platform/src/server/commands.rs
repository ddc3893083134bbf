//! `POST /v1/commands/{id}/result`: what came of a command.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::limits::COMMAND_DETAIL_CHARS_MAX;
use kiosk_protocol::wire::{CommandResult, Problem};
use uuid::Uuid;

use super::openapi::{PROBLEM, Usual};
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body, parse};
use crate::store::Scope;

/// Keeps what came of a command; told again, the first word counts.
#[utoipa::path(
    post,
    path = "/v1/commands/{id}/result",
    params(("id" = String, Path, format = "uuid", description = "The command.")),
    request_body = CommandResult,
    responses(
        (status = 204, description = "It is kept."),
        (status = 404, body = Problem, content_type = PROBLEM, description = "`command-unknown`"),
        Usual,
    ),
)]
pub async fn result(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    id: Result<Path<Uuid>, PathRejection>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let Path(id) = id.map_err(|_| unknown())?;
    let result: CommandResult = parse(&body(bytes)?)?;
    if result.detail.chars().count() > COMMAND_DETAIL_CHARS_MAX {
        return Err(Refusal::bad_request("the detail is too long"));
    }
    blocking(&centre, move |centre| ended(centre, &terminal.id, id, &result)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn ended(centre: &Centre, terminal: &TerminalId, id: Uuid, result: &CommandResult) -> Result<(), Refusal> {
    let now = (centre.clock)();
    let known =
        centre.store.write(Scope::Terminal(terminal), |tx| tx.end_command(terminal, id, result, now))?;
    if known { Ok(()) } else { Err(unknown()) }
}

fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "command-unknown", "this terminal was given no such command")
}
