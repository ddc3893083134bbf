//! `GET /v1/metadata?root=` and `GET /v1/targets/{name}/{version}`: what is published, signed, and its files.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::configuration::{ConfigurationFile, terminal_of};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::limits::ROOTS_MAX;
use kiosk_protocol::revocation::Revocations;
use kiosk_protocol::trust::Offered;
use kiosk_protocol::wire::Problem;

use super::openapi::{PROBLEM, Usual};
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking};
use crate::error::PlatformError;
use crate::release;
use crate::store::{Scope, StoreError};

/// A file that is published.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "none is ever made")]
#[expect(dead_code, reason = "only its schema is used: files go out byte for byte")]
enum TargetFile {
    /// The services.
    Catalogue(CatalogueBundle),
    /// What is set from afar.
    Configuration(ConfigurationFile),
    /// What was revoked.
    Revocations(Revocations),
}

#[derive(serde::Deserialize)]
pub struct Behind {
    root: Option<u64>,
}

/// Gives the metadata in force, with the roots the terminal does not have.
#[utoipa::path(
    get,
    path = "/v1/metadata",
    params(("root" = Option<u64>, Query, maximum = 9223372036854775807_u64,
        description = "The root the terminal has; all of them where it has none.")),
    responses(
        (status = 200, body = Offered, description = "What is in force."),
        (status = 404, body = Problem, content_type = PROBLEM, description = "`not-published`"),
        Usual,
    ),
)]
pub async fn metadata(
    State(centre): State<Arc<Centre>>,
    _terminal: Terminal,
    behind: Result<Query<Behind>, QueryRejection>,
) -> Result<Json<Offered>, Refusal> {
    let unreadable = || Refusal::bad_request("the query is not readable");
    let Query(Behind { root }) = behind.map_err(|_| unreadable())?;
    let root = root.unwrap_or(0);
    i64::try_from(root).map_err(|_| unreadable())?;
    blocking(&centre, move |centre| offered(centre, root)).await.map(Json)
}

fn offered(centre: &Centre, root: u64) -> Result<Offered, Refusal> {
    renew_if_due(centre, (centre.clock)())?;
    let offered = centre.store.read(|tx| tx.offered(root, ROOTS_MAX as u32))?;
    offered.ok_or_else(|| not_published("nothing is published"))
}

/// Gives a file that targets name or named, byte for byte.
#[utoipa::path(
    get,
    path = "/v1/targets/{name}/{version}",
    params(
        ("name" = Key, Path, description = "Its name."),
        ("version" = u64, Path, maximum = 9223372036854775807_u64, description = "Its version."),
    ),
    responses(
        (status = 200, body = TargetFile, description = "The file."),
        (status = 404, body = Problem, content_type = PROBLEM, description = "`not-published`"),
        Usual,
    ),
)]
pub async fn target(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    path: Result<Path<(Key, u64)>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path((name, version)) = path.map_err(|_| not_published("no file has such a name and version"))?;
    let content = blocking(&centre, move |centre| file(centre, &terminal.id, &name, version)).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], content).into_response())
}

/// What is set for one terminal is given to no other.
fn file(centre: &Centre, caller: &TerminalId, name: &Key, version: u64) -> Result<String, Refusal> {
    let missing = || not_published("no such file was published");
    if terminal_of(name).is_some_and(|terminal| terminal != *caller) {
        return Err(missing());
    }
    i64::try_from(version).map_err(|_| missing())?;
    centre.store.read(|tx| tx.target(name, version))?.ok_or_else(missing)
}

fn not_published(title: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "not-published", title)
}

/// Signs anew what has half of its life behind it. A server that cannot goes on serving what there is.
pub fn renew_if_due(centre: &Centre, now: Timestamp) -> Result<(), StoreError> {
    if centre.store.read(|tx| tx.newest_timestamp())?.is_some_and(|(_, renew_at)| now < renew_at) {
        return Ok(());
    }
    let renewed = centre
        .keys
        .signers()
        .map_err(PlatformError::from)
        .and_then(|signers| centre.store.write(Scope::Catalogue, |tx| release::renew(tx, &signers, now)));
    match renewed {
        Ok(version) => tracing::info!(version, "what is published was renewed"),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "what is published cannot be renewed; terminals will hold it for stale"
        ),
    }
    Ok(())
}
