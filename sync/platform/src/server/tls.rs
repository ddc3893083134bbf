//! TLS of the server.

use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::error::PlatformError;
use crate::keys::Keys;

/// TLS 1.3 and 1.2 with ring, certificates of our own authority only.
pub fn config(keys: &Keys) -> Result<ServerConfig, PlatformError> {
    let (chain, key) = keys.server()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(keys.ca.clone()).map_err(tls_error)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone())
        .allow_unauthenticated()
        .build()
        .map_err(tls_error)?;
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().map_err(tls_error)?;
    let config = config.with_client_cert_verifier(verifier).with_single_cert(chain, key);
    let mut config = config.map_err(tls_error)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn tls_error(error: impl std::error::Error + Send + Sync + 'static) -> PlatformError {
    PlatformError::Tls(Box::new(error))
}
