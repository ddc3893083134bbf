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

/// A terminal with a certificate that is good now.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its name.
    pub id: TerminalId,
    /// Its epoch; items cannot be of a later one.
    pub epoch: u32,
}

/// A terminal that is registered with the key of its certificate, which may have ended: TLS has bounded how long ago.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The terminal.
    pub terminal: Terminal,
    /// Digest of its public key.
    pub key: Digest,
    /// Its certificate has ended.
    pub has_ended: bool,
}

impl FromRequestParts<Arc<Centre>> for Registered {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, centre: &Arc<Centre>) -> Result<Self, Refusal> {
        let peer = parts.extensions.get::<Peer>();
        let certificate = peer.and_then(|peer| peer.certificate.clone()).ok_or_else(missing)?;
        let registered = blocking(centre, move |centre| registered(centre, &certificate)).await?;
        let caller = registered.terminal.id.clone();
        centre.terminal_rates.check(caller, Instant::now()).map_err(too_often)?;
        Ok(registered)
    }
}

impl FromRequestParts<Arc<Centre>> for Terminal {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, centre: &Arc<Centre>) -> Result<Self, Refusal> {
        let registered = Registered::from_request_parts(parts, centre).await?;
        if registered.has_ended {
            return Err(forbidden(
                "certificate-ended",
                "the terminal's certificate has ended; it may be renewed",
            ));
        }
        Ok(registered.terminal)
    }
}

fn registered(centre: &Centre, certificate: &CertificateDer) -> Result<Registered, Refusal> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|_| missing())?;
    let name = parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let id = name.and_then(|name| TerminalId::try_from(name.to_owned()).ok()).ok_or_else(missing)?;
    let enrolled = centre.store.read(|tx| tx.enrolled(&id))?.ok_or_else(missing)?;
    if enrolled.revoked {
        return Err(forbidden("terminal-revoked", "the terminal's rights were taken"));
    }
    let key = Digest::of(parsed.public_key().raw);
    if enrolled.key.map_or(enrolled.certificate != Digest::of(certificate), |registered| registered != key) {
        return Err(replaced());
    }
    // By the clock that TLS goes by.
    let has_ended = !parsed.validity().is_valid();
    Ok(Registered { terminal: Terminal { id, epoch: enrolled.epoch }, key, has_ended })
}

fn missing() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "certificate-missing", "this call needs a terminal's certificate")
}

/// Another key counts by now.
pub fn replaced() -> Refusal {
    forbidden("certificate-replaced", "the terminal was enrolled again with another key")
}

fn forbidden(kind: &str, title: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, kind, title)
}
