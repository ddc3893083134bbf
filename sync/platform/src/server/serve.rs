//! The listener: TLS, HTTP/1.1, and bounds on both. Each connection runs on its own task, so that a slow peer delays
//! nobody. A client certificate is asked for but not demanded: enrolment comes before it.
//!
//! There is room for so many connections; more wait in the listen queue of the system. A connection that sends no
//! whole request head in time is closed. When the server stops, requests at hand are finished.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use crate::limits::{
    ACCEPT_AGAIN, CONNECTIONS_MAX, HANDSHAKE, HEAD, HEAD_BYTES_MAX, LAST_ANSWER, REQUEST, TYPESET,
};
use crate::metrics::Metrics;

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its certificate, by our authority and in its time, where it showed one.
    pub certificate: Option<Arc<CertificateDer<'static>>>,
    /// Where it calls from.
    pub address: IpAddr,
}

/// What a server grants its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Open connections, handshakes included.
    pub connections: usize,
    /// From the end of one answer, or the handshake, to the end of the next request's head.
    pub head: Duration,
    /// From a request's head to its answer.
    pub request: Duration,
    /// Setting a page.
    pub typeset: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: CONNECTIONS_MAX, head: HEAD, request: REQUEST, typeset: TYPESET }
    }
}

/// What all connections share.
#[derive(Clone)]
struct Shared {
    acceptor: TlsAcceptor,
    routes: Router,
    metrics: Metrics,
    head: Duration,
    stopping: watch::Receiver<bool>,
}

/// Serves until it is stopped; then finishes what is at hand, each request within its own deadline.
pub async fn serve(
    socket: TcpListener,
    tls: ServerConfig,
    routes: Router,
    metrics: Metrics,
    bounds: Bounds,
    stop: oneshot::Receiver<()>,
) {
    let slots = Arc::new(Semaphore::new(bounds.connections));
    let (stopping_tx, stopping) = watch::channel(false);
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let shared = Shared { acceptor, routes, metrics, head: bounds.head, stopping };
    tokio::select! {
        () = accept(socket, &slots, &shared) => {}
        // A dropped sender stops the server too.
        _ = stop => {}
    }
    stopping_tx.send_replace(true);
    let all = u32::try_from(bounds.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(bounds.request + LAST_ANSWER, slots.acquire_many(all)).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

async fn accept(socket: TcpListener, slots: &Arc<Semaphore>, shared: &Shared) {
    // The semaphore is never closed, so the loop ends with its task only.
    while let Ok(slot) = slots.clone().acquire_owned().await {
        match socket.accept().await {
            Ok((stream, address)) => drop(tokio::spawn(connection(stream, address, shared.clone(), slot))),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, address: SocketAddr, shared: Shared, _slot: OwnedSemaphorePermit) {
    let _open = shared.metrics.connection();
    // Answers are small and wait for nothing: Nagle's algorithm would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    match tokio::time::timeout(HANDSHAKE, shared.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => talk(stream, address, shared).await,
        Ok(Err(error)) => tracing::info!(%address, %error, "a handshake failed"),
        Err(_) => tracing::info!(%address, "a handshake took too long"),
    }
}

async fn talk(stream: TlsStream<TcpStream>, address: SocketAddr, shared: Shared) {
    let Shared { acceptor: _, routes, metrics: _, head, stopping } = shared;
    let peer = peer(&stream, address);
    let service = service_fn(move |request| answer(routes.clone(), peer.clone(), request));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(HEAD_BYTES_MAX);
    let mut talk = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = talk.as_mut() => ended,
        () = stopped(stopping) => {
            talk.as_mut().graceful_shutdown();
            talk.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%address, %error, "a connection broke");
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the server is gone, which is as much a stop.
    stopping.wait_for(|stopping| *stopping).await.ok();
}

fn peer(stream: &TlsStream<TcpStream>, address: SocketAddr) -> Peer {
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(|chain| chain.first());
    Peer { certificate: certificate.map(|leaf| Arc::new(leaf.clone().into_owned())), address: address.ip() }
}

async fn answer(routes: Router, peer: Peer, request: Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    routes.oneshot(request).await
}
