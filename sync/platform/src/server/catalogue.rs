//! `GET /v1/catalogue?have=`: the services in force.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::wire::Problem;

use super::openapi::{PROBLEM, Usual};
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking};

#[derive(serde::Deserialize)]
pub struct Have {
    have: Option<u64>,
}

/// Gives the services in force, signed, unless the terminal has them.
#[utoipa::path(
    get,
    path = "/v1/catalogue",
    params(("have" = Option<u64>, Query, maximum = 18446744073709551615_u64,
        description = "The version the terminal has.")),
    responses(
        (status = 200, body = CatalogueBundle, description = "The catalogue in force."),
        (status = 304, description = "The terminal has it."),
        (status = 404, body = Problem, content_type = PROBLEM, description = "`no-catalogue`"),
        Usual,
    ),
)]
pub async fn catalogue(
    State(centre): State<Arc<Centre>>,
    _terminal: Terminal,
    have: Result<Query<Have>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Have { have }) = have.map_err(|_| Refusal::bad_request("the query is not readable"))?;
    blocking(&centre, move |centre| newer(centre, have)).await
}

fn newer(centre: &Centre, have: Option<u64>) -> Result<Response, Refusal> {
    centre.store.read(|tx| {
        let version = tx.catalogue_version()?;
        if have == Some(version) {
            return Ok(StatusCode::NOT_MODIFIED.into_response());
        }
        let missing = || Refusal::new(StatusCode::NOT_FOUND, "no-catalogue", "nothing is published");
        Ok(Json(tx.bundle()?.ok_or_else(missing)?).into_response())
    })
}
