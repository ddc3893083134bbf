//! Carries the renewal out: asks over the line of the sync, and changes the files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::wire::RenewRequest;
use rcgen::KeyPair;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::machine::{Machine, Step};
use crate::enrol::csr;
use crate::http::{HttpError, HttpTransport};
use crate::identity::{CERTIFICATE_FILE, Identity, NEXT_CERTIFICATE_FILE};
use crate::tls::{self, TlsError};
use crate::transport::TransportError;
use crate::{enrol, files};

/// Renews the certificate of one terminal. `run` it on a tokio runtime, beside the sync.
pub struct Renewer {
    url: String,
    dir: PathBuf,
    identity: Identity,
    transport: Arc<HttpTransport>,
    machine: Machine,
    renewed: Box<dyn Fn() + Send>,
}

/// Why a step is not done. It is tried again.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The platform does not take the new certificate.
    #[error("the platform does not take the new certificate")]
    NotTaken,
    /// No answer, or a refusal.
    #[error("no answer")]
    Transport(#[from] TransportError),
    /// A file. Cure: owner, mode and space of the identity's directory.
    #[error("a file cannot be used")]
    File(#[from] std::io::Error),
    /// The key cannot be used. Cure: enrol again.
    #[error("the terminal's key cannot be used")]
    Key(#[from] rcgen::Error),
    /// A certificate cannot be used.
    #[error("a certificate cannot be used")]
    Tls(#[from] TlsError),
    /// No transport.
    #[error("no transport")]
    Http(#[from] HttpError),
    /// The certificate is not for our key, or not by the platform's authority.
    #[error("the new certificate is unusable")]
    Certificate(#[from] enrol::BadEnrolAnswer),
}

impl Renewer {
    /// Of the identity in this directory; `transport` is the one of the sync and shows the new certificate once that works,
    /// which is when `renewed` is called.
    pub fn new(
        url: &str,
        dir: &Path,
        identity: Identity,
        transport: Arc<HttpTransport>,
        renewed: impl Fn() + Send + 'static,
    ) -> Result<Self, TlsError> {
        let has_next = dir.join(NEXT_CERTIFICATE_FILE).exists();
        let machine = Machine::new(identity.validity()?, has_next, rand::make_rng());
        Ok(Self {
            url: url.to_owned(),
            dir: dir.to_owned(),
            identity,
            transport,
            machine,
            renewed: Box::new(renewed),
        })
    }

    /// Runs until the runtime ends.
    pub async fn run(mut self) {
        loop {
            match self.machine.next(Timestamp::now()) {
                Step::Wait(rest) => tokio::time::sleep(rest).await,
                step @ (Step::Ask | Step::Prove) => self.perform(step).await,
            }
        }
    }

    /// What to do now.
    pub fn next(&self, now: Timestamp) -> Step {
        self.machine.next(now)
    }

    /// Does the step.
    pub async fn perform(&mut self, step: Step) {
        let done = match step {
            Step::Ask => self.ask().await,
            Step::Prove => self.prove().await,
            Step::Wait(_) => Ok(()),
        };
        let Err(failure) = done else { return };
        let now = Timestamp::now();
        tracing::warn!(?step, error = &failure as &dyn std::error::Error, "the certificate is not renewed");
        match failure {
            Failure::NotTaken => self.machine.discarded(now),
            Failure::Transport(TransportError::RetryAfter(patience)) => self.machine.failed(now, patience),
            Failure::Transport(_)
            | Failure::File(_)
            | Failure::Key(_)
            | Failure::Tls(_)
            | Failure::Http(_)
            | Failure::Certificate(_) => self.machine.failed(now, Duration::ZERO),
        }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        let key = KeyPair::from_pem(&std::fs::read_to_string(&self.identity.key_path)?)?;
        let answer = self.transport.renew(&RenewRequest { csr_pem: csr(&key)? }).await?;
        let pem = answer.certificate_pem.as_bytes();
        let new = CertificateDer::from_pem_slice(pem).map_err(|_| enrol::BadEnrolAnswer::Certificate)?;
        enrol::check_certificate(&new, &key, tls::certificate(&self.identity.ca_path)?)?;
        files::replace(&self.dir, NEXT_CERTIFICATE_FILE, pem)?;
        self.machine.asked();
        Ok(())
    }

    async fn prove(&mut self) -> Result<(), Failure> {
        let next = self.dir.join(NEXT_CERTIFICATE_FILE);
        let candidate = Identity { certificate_path: next.clone(), ..self.identity.clone() };
        let is_usable = match HttpTransport::new(&self.url, &candidate) {
            Ok(transport) => transport.look(None).await.map(drop),
            // Half of a file, or none: as good as refused.
            Err(_) => Err(TransportError::Unauthorised),
        };
        match is_usable {
            Err(TransportError::Unauthorised | TransportError::Suspended) => {
                std::fs::remove_file(next)?;
                return Err(Failure::NotTaken);
            }
            taken => taken?,
        }
        files::rename(&self.dir, NEXT_CERTIFICATE_FILE, CERTIFICATE_FILE)?;
        self.transport.adopt(&self.identity)?;
        let validity = self.identity.validity()?;
        tracing::info!(until = %validity.until, "certificate renewed");
        self.machine.proven(Timestamp::now(), validity);
        (self.renewed)();
        Ok(())
    }
}
