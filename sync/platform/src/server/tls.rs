//! The TLS listener: a handshake runs on its own task, so that a slow peer delays nobody. A client
//! certificate is asked for but not demanded: enrolment comes before it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::error::PlatformError;
use crate::keys::Keys;
use crate::limits::{ACCEPT_AGAIN, ACCEPTED_MAX, HANDSHAKE, HANDSHAKES_MAX};

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its certificate, by our authority and in its time, where it showed one.
    pub certificate: Option<Arc<CertificateDer<'static>>>,
}

type Connection = (TlsStream<TcpStream>, Peer);

/// Connections whose handshake is done.
pub struct TlsListener {
    done: mpsc::Receiver<Connection>,
    accepting: JoinHandle<()>,
}

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

impl TlsListener {
    /// Accepts on the socket until it is dropped.
    pub fn new(socket: TcpListener, config: ServerConfig) -> Self {
        let (sender, done) = mpsc::channel(ACCEPTED_MAX);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let accepting = tokio::spawn(accept(socket, acceptor, sender));
        Self { done, accepting }
    }
}

async fn accept(socket: TcpListener, acceptor: TlsAcceptor, done: mpsc::Sender<Connection>) {
    let slots = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    // The semaphore is never closed, so the loop ends with its task only.
    while let Ok(slot) = slots.clone().acquire_owned().await {
        match socket.accept().await {
            Ok((stream, address)) => {
                tokio::spawn(shake(stream, address, acceptor.clone(), done.clone(), slot));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

async fn shake(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<Connection>,
    _slot: OwnedSemaphorePermit,
) {
    // Answers are small and wait for nothing: Nagle's algorithm would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let certificates = stream.get_ref().1.peer_certificates();
            let certificate = certificates.and_then(|chain| chain.first());
            let certificate = certificate.map(|leaf| Arc::new(leaf.clone().into_owned()));
            // It only fails when the server is stopping.
            done.send((stream, Peer { certificate })).await.ok();
        }
        Ok(Err(error)) => tracing::info!(%address, %error, "a handshake failed"),
        Err(_) => tracing::info!(%address, "a handshake took too long"),
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> Connection {
        match self.done.recv().await {
            Some(connection) => connection,
            // The accepting task holds a sender; without it there is nothing to wait for.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { certificate: None })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}
