//! Which terminal is calling, checked against the register at every request.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use rustls::pki_types::CertificateDer;

use super::problem::Refusal;
use super::serve::Peer;
use super::{Centre, blocking, too_often};

/// A terminal whose certificate is the one in force.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its name.
    pub id: TerminalId,
    /// Its epoch; items cannot be of a later one.
    pub epoch: u32,
}

impl FromRequestParts<Arc<Centre>> for Terminal {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, centre: &Arc<Centre>) -> Result<Self, Refusal> {
        let peer = parts.extensions.get::<Peer>();
        let certificate = peer.and_then(|peer| peer.certificate.clone()).ok_or_else(missing)?;
        let terminal = blocking(centre, move |centre| registered(centre, &certificate)).await?;
        centre.terminal_rates.check(terminal.id.clone(), Instant::now()).map_err(too_often)?;
        Ok(terminal)
    }
}

fn registered(centre: &Centre, certificate: &CertificateDer) -> Result<Terminal, Refusal> {
    let id = common_name(certificate).ok_or_else(missing)?;
    let enrolled = centre.store.read(|tx| tx.enrolled(&id))?.ok_or_else(missing)?;
    if enrolled.revoked {
        return Err(forbidden("terminal-revoked", "the terminal's rights were taken"));
    }
    if enrolled.certificate != Digest::of(certificate) {
        return Err(forbidden("certificate-replaced", "the terminal was enrolled again with another key"));
    }
    Ok(Terminal { id, epoch: enrolled.epoch })
}

fn common_name(certificate: &CertificateDer) -> Option<TerminalId> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let name = parsed.subject().iter_common_name().next()?.as_str().ok()?;
    TerminalId::try_from(name.to_owned()).ok()
}

fn missing() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "certificate-missing", "this call needs a terminal's certificate")
}

fn forbidden(kind: &str, title: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, kind, title)
}
