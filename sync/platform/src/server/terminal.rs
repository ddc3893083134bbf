//! Which terminal is calling, checked against the register at every request.

use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use rustls::pki_types::CertificateDer;

use super::problem::Refusal;
use super::tls::Peer;
use super::{Centre, blocking};

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
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let certificate = peer.and_then(|ConnectInfo(peer)| peer.certificate.clone());
        let certificate = certificate.ok_or_else(missing)?;
        blocking(centre, move |centre| registered(centre, &certificate)).await
    }
}

fn registered(centre: &Centre, certificate: &CertificateDer) -> Result<Terminal, Refusal> {
    let id = common_name(certificate).ok_or_else(missing)?;
    let enrolled = centre.store.read(|tx| tx.enrolled(&String::from(id.clone())))?.ok_or_else(missing)?;
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
