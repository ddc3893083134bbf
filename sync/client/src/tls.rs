//! TLS by rustls with ring, never with roots of the system.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::identity::Identity;

/// Why there is no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file holds no usable PEM. Cure: enrol again.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: pem::Error,
    },
    /// The file holds no certificate. Cure: enrol again.
    #[error("{} is no certificate", .0.display())]
    NotX509(PathBuf),
    /// Key, certificate and CA do not make a configuration. Cure: enrol again.
    #[error("the terminal's certificate is not usable")]
    Config(#[from] rustls::Error),
    /// The HTTP client does not start.
    #[error("the HTTP client does not start")]
    Client(#[from] reqwest::Error),
}

/// The one source of algorithms.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Trusts the platform's CA only, and shows the terminal's certificate.
pub fn mutual(identity: &Identity) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&identity.ca_path)?)?;
    let chain = vec![certificate(&identity.certificate_path)?];
    let path = &identity.key_path;
    let key = PrivateKeyDer::from_pem_file(path).map_err(|source| in_file(path, source))?;
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_client_auth_cert(chain, key)?)
}

/// Trusts what the verifier accepts, and shows no certificate.
pub fn verified_by(verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// The TLS error inside another error.
pub fn cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // An `io::Error` hides what it wraps from `source`.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref());
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// A certificate in PEM.
pub fn certificate(path: &Path) -> Result<CertificateDer<'static>, TlsError> {
    CertificateDer::from_pem_file(path).map_err(|source| in_file(path, source))
}

fn in_file(path: &Path, source: pem::Error) -> TlsError {
    TlsError::File { path: path.to_owned(), source }
}
