//! TLS of the server. Terminals show certificates of our own authority; one that has ended is let in for a while, as it is
//! good for its renewal alone (`terminal.rs`).

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};

use crate::error::PlatformError;
use crate::keys::Keys;

/// TLS 1.3 and 1.2 with ring, certificates of our own authority only, and `grace` after their end.
pub fn config(keys: &Keys, grace: Duration) -> Result<ServerConfig, PlatformError> {
    let (chain, key) = keys.server()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(keys.ca.clone()).map_err(tls_error)?;
    let strict = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone())
        .allow_unauthenticated()
        .build()
        .map_err(tls_error)?;
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().map_err(tls_error)?;
    let config = config.with_client_cert_verifier(Arc::new(Graceful { strict, grace }));
    let mut config = config.with_single_cert(chain, key).map_err(tls_error)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn tls_error(error: impl std::error::Error + Send + Sync + 'static) -> PlatformError {
    PlatformError::Tls(Box::new(error))
}

/// As strict as the other, but for a certificate that ended not long ago.
#[derive(Debug)]
struct Graceful {
    strict: Arc<dyn ClientCertVerifier>,
    grace: Duration,
}

impl Graceful {
    /// The last moment of a certificate, where the grace since then is not over.
    fn last_moment(&self, certificate: &CertificateDer<'_>, now: UnixTime) -> Option<UnixTime> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let end = Duration::from_secs(parsed.validity().not_after.timestamp().try_into().ok()?);
        let is_within = now.as_secs() <= (end + self.grace).as_secs();
        is_within.then_some(UnixTime::since_unix_epoch(end))
    }
}

impl ClientCertVerifier for Graceful {
    fn offer_client_auth(&self) -> bool {
        self.strict.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.strict.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.strict.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        use CertificateError::{Expired, ExpiredContext};
        let verified = self.strict.verify_client_cert(end_entity, intermediates, now);
        let Err(Error::InvalidCertificate(Expired | ExpiredContext { .. })) = verified else {
            return verified;
        };
        match self.last_moment(end_entity, now) {
            Some(then) => self.strict.verify_client_cert(end_entity, intermediates, then),
            None => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
