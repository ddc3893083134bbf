//! `POST /v1/certs/renew`: a new certificate for the same key, also shortly after the old one's end.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use kiosk_protocol::wire::{RenewAnswer, RenewRequest};

use super::enrol::bad_csr;
use super::openapi::Usual;
use super::problem::Refusal;
use super::terminal::{Registered, replaced};
use super::{Centre, blocking, body, parse};
use crate::keys::{BadRequest, Keys};
use crate::store::Scope;

/// Gives a new certificate for the key of the one that is shown.
#[utoipa::path(
    post,
    path = "/v1/certs/renew",
    request_body = RenewRequest,
    responses((status = 200, body = RenewAnswer, description = "The new certificate."), Usual),
)]
pub async fn renew(
    State(centre): State<Arc<Centre>>,
    registered: Registered,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<RenewAnswer>, Refusal> {
    let request: RenewRequest = parse(&body(bytes)?)?;
    blocking(&centre, move |centre| answer(centre, &registered, &request)).await.map(Json)
}

fn answer(centre: &Centre, registered: &Registered, request: &RenewRequest) -> Result<RenewAnswer, Refusal> {
    let Registered { terminal, key, .. } = registered;
    let csr = Keys::parse_request(&request.csr_pem).map_err(|error| bad_csr(&error))?;
    let issued = centre.keys.issue(&terminal.id, &csr).map_err(|error| bad_csr(&error))?;
    if issued.key != *key {
        return Err(bad_csr(&BadRequest::OtherKey));
    }
    if !centre.store.write(Scope::Register, |tx| tx.renew(&terminal.id, key))? {
        return Err(replaced());
    }
    tracing::info!(terminal = %terminal.id, "certificate renewed");
    Ok(RenewAnswer { certificate_pem: issued.pem })
}
