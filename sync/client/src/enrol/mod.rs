//! Enrolment: a ticket for an identity. The key is made here and never leaves; nobody is trusted but
//! the CA the ticket names; an identity that is there is never overwritten.

mod error;
mod pin;

use std::path::Path;
use std::sync::Arc;

use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::wire::{EnrolAnswer, EnrolRequest, Ticket};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;

pub use error::{BadEnrolAnswer, EnrolError};

use crate::identity::{CA_FILE, CERTIFICATE_FILE, IDENTITY_FILE, Identity, KEY_FILE, Record};
use crate::{deadlines, files, http, tls};

/// Enrols the terminal at `url` (`https://host:port`) and keeps its identity in `dir`. The platform is told what the
/// heads of the journal will be verified with, where that is known already.
pub async fn enrol(
    url: &str,
    ticket: &Ticket,
    journal_key: Option<VerifyingKey>,
    dir: &Path,
) -> Result<Identity, EnrolError> {
    files::make_private_dir(dir).map_err(|source| EnrolError::Files { path: dir.to_owned(), source })?;
    if dir.join(IDENTITY_FILE).exists() {
        return Err(EnrolError::AlreadyEnrolled(dir.to_owned()));
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let request = EnrolRequest { code: ticket.code.clone(), csr_pem: csr(&key)?, journal_key };
    let answer = post(url, ticket, &request).await?;
    check(&answer, &key, ticket)?;
    keep(answer, &key, dir)
}

/// Names nobody: the platform gives the name.
pub(crate) fn csr(key: &KeyPair) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.serialize_request(key)?.pem()
}

async fn post(url: &str, ticket: &Ticket, request: &EnrolRequest) -> Result<EnrolAnswer, EnrolError> {
    let url = http::endpoint(url, "v1/enrol").map_err(EnrolError::Url)?;
    let verifier = pin::PinnedCa { sha256: ticket.ca_sha256, provider: tls::provider() };
    let config = tls::verified_by(Arc::new(verifier)).map_err(tls::TlsError::from)?;
    let client = http::client(config, deadlines::CONNECT, 0)?;
    let sent = client.post(url).timeout(deadlines::ENROL).json(request).send().await;
    let response = sent.map_err(|error| EnrolError::of_connection(&error))?;
    http::answer(response, deadlines::ANSWER_BYTES_MAX).await.map_err(EnrolError::of_answer)
}

/// The CA must be that of the ticket, and the certificate by it.
fn check(answer: &EnrolAnswer, key: &KeyPair, ticket: &Ticket) -> Result<(), BadEnrolAnswer> {
    let ca = CertificateDer::from_pem_slice(answer.ca_pem.as_bytes()).map_err(|_| BadEnrolAnswer::Ca)?;
    if !pin::has_fingerprint(&ca, &ticket.ca_sha256) {
        return Err(BadEnrolAnswer::Ca);
    }
    let ours = CertificateDer::from_pem_slice(answer.certificate_pem.as_bytes());
    check_certificate(&ours.map_err(|_| BadEnrolAnswer::Certificate)?, key, ca)
}

/// A certificate must be for our key, by this CA, and good for a client today.
pub(crate) fn check_certificate(
    ours: &CertificateDer<'_>,
    key: &KeyPair,
    ca: CertificateDer<'_>,
) -> Result<(), BadEnrolAnswer> {
    let (_, parsed) = x509_parser::parse_x509_certificate(ours).map_err(|_| BadEnrolAnswer::Certificate)?;
    if parsed.public_key().raw != key.subject_public_key_info() {
        return Err(BadEnrolAnswer::Key);
    }
    let mut roots = RootCertStore::empty();
    roots.add(ca).map_err(|_| BadEnrolAnswer::Ca)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), tls::provider()).build();
    let verifier = verifier.map_err(|_| BadEnrolAnswer::Ca)?;
    let verified = verifier.verify_client_cert(ours, &[], UnixTime::now());
    verified.map(|_| ()).map_err(|_| BadEnrolAnswer::Certificate)
}

/// Writes the identity; `identity.json` last, as it makes the rest count.
fn keep(answer: EnrolAnswer, key: &KeyPair, dir: &Path) -> Result<Identity, EnrolError> {
    let EnrolAnswer { terminal, epoch, site, certificate_pem, ca_pem, sealing_key, catalogue_key, heads_key } =
        answer;
    let record = Record { terminal, epoch, site, sealing_key, catalogue_key, heads_key };
    let json = serde_json::to_vec_pretty(&record).map_err(|_| BadEnrolAnswer::Record)?;
    let in_dir = |source| EnrolError::Files { path: dir.to_owned(), source };
    let lock = std::fs::File::open(dir).map_err(in_dir)?;
    lock.try_lock().map_err(|_| EnrolError::Busy(dir.to_owned()))?;
    if dir.join(IDENTITY_FILE).exists() {
        return Err(EnrolError::AlreadyEnrolled(dir.to_owned()));
    }
    files::replace(dir, KEY_FILE, key.serialize_pem().as_bytes()).map_err(in_dir)?;
    files::replace(dir, CERTIFICATE_FILE, certificate_pem.as_bytes()).map_err(in_dir)?;
    files::replace(dir, CA_FILE, ca_pem.as_bytes()).map_err(in_dir)?;
    files::create(dir, IDENTITY_FILE, &json).map_err(in_dir)?;
    Ok(Identity::of(record, dir))
}
