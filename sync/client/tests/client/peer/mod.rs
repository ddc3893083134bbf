//! A platform of a few lines: its own CA, a TLS server, and one scripted answer.

mod authority;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub use authority::Authority;

/// What arrived.
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

type Script = dyn Fn(&Request) -> Vec<u8> + Send + Sync;

/// A server that lives as long as its runtime.
pub struct Peer {
    pub url: String,
    pub requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
}

/// How a server shows itself.
pub struct Face<'a> {
    /// Signs the server's certificate.
    pub signed_by: &'a Authority,
    /// Stands behind the certificate in the chain, and signs the certificates of clients.
    pub shown: &'a Authority,
    /// The name in the certificate.
    pub name: &'a str,
    /// Whether clients must show a certificate.
    pub mutual: bool,
}

impl Peer {
    pub async fn start(face: Face<'_>, script: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let acceptor = TlsAcceptor::from(Arc::new(config(face)));
        let (seen, script): (_, Arc<Script>) = (Arc::clone(&requests), Arc::new(script));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&seen), Arc::clone(&script)));
            }
        });
        Self { url, requests, connections }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

/// An HTTP answer as it stands on the line.
pub fn http(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn config(face: Face<'_>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(face.shown.roots(), provider.clone());
    let clients = if face.mutual { clients } else { clients.allow_unauthenticated() };
    let (leaf, key) = face.signed_by.server(face.name);
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_client_cert_verifier(clients.build().unwrap());
    builder.with_single_cert(vec![leaf, face.shown.der()], key).unwrap()
}

async fn serve(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    seen: Arc<Mutex<Vec<Request>>>,
    script: Arc<Script>,
) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    loop {
        let request = read(&mut stream).await?;
        let answer = script(&request);
        seen.lock().unwrap().push(request);
        if answer.is_empty() {
            return None;
        }
        stream.write_all(&answer).await.ok()?;
        stream.flush().await.ok()?;
    }
}

async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { head, body })
}
