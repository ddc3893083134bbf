//! `POST /v1/enrol`: a ticket for a certificate.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::{Extension, Json};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::wire::{EnrolAnswer, EnrolRequest, Problem};

use super::openapi::{PROBLEM, Passing};
use super::problem::Refusal;
use super::serve::Peer;
use super::{Centre, blocking, body, parse, too_often};
use crate::keys::{BadRequest, Keys};
use crate::store::{Scope, TicketState, Tx};

/// Gives a certificate for a ticket.
#[utoipa::path(
    post,
    path = "/v1/enrol",
    security(()),
    request_body = EnrolRequest,
    responses(
        (status = 200, body = EnrolAnswer, description = "The terminal's identity."),
        (status = 400, body = Problem, content_type = PROBLEM, description = "`bad-request`, `bad-csr`"),
        (status = 404, body = Problem, content_type = PROBLEM, description = "`ticket-unknown`"),
        (status = 409, body = Problem, content_type = PROBLEM, description = "`ticket-used`"),
        (status = 410, body = Problem, content_type = PROBLEM, description = "`ticket-expired`, `ticket-void`"),
        (status = 413, body = Problem, content_type = PROBLEM, description = "`too-large`"),
        Passing,
    ),
)]
pub async fn enrol(
    State(centre): State<Arc<Centre>>,
    Extension(peer): Extension<Peer>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<EnrolAnswer>, Refusal> {
    centre.enrol_rates.check(peer.address, Instant::now()).map_err(too_often)?;
    let request: EnrolRequest = parse(&body(bytes)?)?;
    blocking(&centre, move |centre| answer(centre, &request)).await.map(Json)
}

/// A request that is not accepted does not use the ticket up.
fn answer(centre: &Centre, request: &EnrolRequest) -> Result<EnrolAnswer, Refusal> {
    let code_hash = Digest::of(request.code.as_bytes());
    centre.store.write(Scope::Register, |tx| enrol_by(centre, tx, &code_hash, request))
}

fn enrol_by(
    centre: &Centre,
    tx: &Tx,
    code_hash: &Digest,
    request: &EnrolRequest,
) -> Result<EnrolAnswer, Refusal> {
    let now = (centre.clock)();
    let (terminal, site) = match tx.ticket(code_hash, now)? {
        TicketState::Good { terminal, site } => (terminal, site),
        TicketState::Used => return Err(refused(StatusCode::CONFLICT, "used", "was used already")),
        TicketState::Void => return Err(refused(StatusCode::GONE, "void", "was voided by a revocation")),
        TicketState::Expired => return Err(refused(StatusCode::GONE, "expired", "is out of date")),
        TicketState::Unknown => return Err(refused(StatusCode::NOT_FOUND, "unknown", "was never given")),
    };
    let csr = Keys::parse_request(&request.csr_pem).map_err(|error| bad_csr(&error))?;
    let issued = centre.keys.issue(&terminal, &csr).map_err(|error| bad_csr(&error))?;
    let signers = centre.keys.signers().map_err(|error| Refusal::failure(&error))?;
    let epoch = tx.enrol(code_hash, &terminal, &site, &issued, now)?;
    if let Some(key) = &request.journal_key {
        tx.register_journal(&terminal, epoch, key, now)?;
    }
    tracing::info!(%terminal, epoch, "enrolled");
    Ok(EnrolAnswer {
        terminal,
        epoch,
        site,
        certificate_pem: issued.pem,
        ca_pem: centre.keys.ca_pem.clone(),
        sealing_key: centre.keys.unsealing.sealing_key(),
        catalogue_key: signers.root.verifying_key(),
        heads_key: centre.keys.heads.verifying_key(),
    })
}

fn refused(status: StatusCode, kind: &str, what: &str) -> Refusal {
    Refusal::new(status, &format!("ticket-{kind}"), &format!("the ticket {what}"))
}

/// A certificate request that is not taken.
pub fn bad_csr(error: &BadRequest) -> Refusal {
    match error {
        BadRequest::Form | BadRequest::Key | BadRequest::OtherKey => {
            let kind = Refusal::new(StatusCode::BAD_REQUEST, "bad-csr", "the certificate request is refused");
            kind.detailed(error.to_string())
        }
        BadRequest::Issue(_) => Refusal::failure(error),
    }
}
