//! `POST /v1/configuration/report`: what is in force at a terminal of what was set from afar.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use kiosk_protocol::wire::ConfigurationReport;

use super::openapi::Usual;
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body, parse};
use crate::store::Scope;

/// Keeps what is in force at the terminal, and what it refused; its last word counts.
#[utoipa::path(
    post,
    path = "/v1/configuration/report",
    request_body = ConfigurationReport,
    responses((status = 204, description = "It is kept."), Usual),
)]
pub async fn report(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let report: ConfigurationReport = parse(&body(bytes)?)?;
    if !report.fits() {
        return Err(Refusal::bad_request("the report is larger than any is"));
    }
    blocking(&centre, move |centre| kept(centre, &terminal, &report)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn kept(centre: &Centre, terminal: &Terminal, report: &ConfigurationReport) -> Result<(), Refusal> {
    let now = (centre.clock)();
    Ok(centre.store.write(Scope::Terminal(&terminal.id), |tx| tx.keep_report(&terminal.id, report, now))?)
}
