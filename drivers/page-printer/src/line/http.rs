//! The line over HTTP (RFC 8010 chapter 4) and HTTPS.

use std::error::Error;
use std::time::{Duration, Instant};

use kiosk_drivers_api::Cancel;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, ClientBuilder, Response, StatusCode, Url};
use rustls::ClientConfig;
use tokio::runtime::{Builder, Runtime};

use super::{Line, LineError, Post, pin};
use crate::config::Config;
use crate::deadlines::{ANSWER_BYTES_MAX, CONNECTION_IDLE, SLICE};

/// RFC 8010 4.2: where printers listen unless told otherwise.
const PORT: u16 = 631;
/// RFC 8010 4.1.
const IPP: &str = "application/ipp";

/// A line over HTTP or HTTPS.
pub struct HttpLine {
    config: Config,
    started: Instant,
    open: Option<Open>,
}

/// What is made at the first call.
struct Open {
    runtime: Runtime,
    url: Url,
    /// Keeps its connection from question to question.
    questions: Client,
    documents: Client,
}

impl HttpLine {
    /// Remembers where the printer is; opens nothing.
    pub fn new(config: Config) -> Self {
        Self { config, started: Instant::now(), open: None }
    }

    fn open(&mut self) -> Result<&Open, LineError> {
        match &mut self.open {
            Some(open) => Ok(open),
            none @ None => Ok(none.insert(Open::new(&self.config)?)),
        }
    }
}

impl Line for HttpLine {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn pause(&mut self, wait: Duration) {
        std::thread::sleep(wait);
    }

    fn exchange(&mut self, post: Post, wait: Duration, cancel: &Cancel) -> Result<Vec<u8>, LineError> {
        let open = self.open()?;
        open.runtime.block_on(async {
            tokio::select! {
                biased;
                () = raised(cancel) => Err(LineError::Cancelled),
                answer = tokio::time::timeout(wait, open.post(post)) => answer.unwrap_or(Err(LineError::Silent)),
            }
        })
    }
}

impl Open {
    fn new(config: &Config) -> Result<Open, LineError> {
        let url = http_url(&config.uri)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|_| LineError::Missing)?;
        // The client wants a TLS configuration also where it needs none.
        let tls = match url.scheme() {
            "https" => pin::trust(config.certificate.as_deref())?,
            _ => pin::trust_nobody()?,
        };
        let client = |idle| plain(tls.clone(), idle).build().map_err(|_| LineError::Untrusted);
        Ok(Open { questions: client(1)?, documents: client(0)?, runtime, url })
    }

    /// A question is put twice where the kept connection broke: the printer may have ended it while it was unused.
    async fn post(&self, post: Post) -> Result<Vec<u8>, LineError> {
        if post.has_document {
            return self.send(&self.documents, post.body).await;
        }
        match self.send(&self.questions, post.body.clone()).await {
            Err(LineError::Lost) => self.send(&self.questions, post.body).await,
            answer => answer,
        }
    }

    async fn send(&self, client: &Client, body: Vec<u8>) -> Result<Vec<u8>, LineError> {
        let request = client.post(self.url.clone()).header(CONTENT_TYPE, IPP).body(body);
        let answer = request.send().await.map_err(|error| failure(&error))?;
        match answer.status() {
            StatusCode::OK => whole(answer).await,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(LineError::Forbidden),
            StatusCode::NOT_FOUND => Err(LineError::NotFound),
            _ => Err(LineError::Nonsense),
        }
    }
}

/// A client that goes straight to the printer and keeps so many unused connections.
fn plain(tls: ClientConfig, idle: usize) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(CONNECTION_IDLE)
        .pool_max_idle_per_host(idle)
}

/// `ipp` becomes `http`, `ipps` `https`; the port is named always.
fn http_url(uri: &str) -> Result<Url, LineError> {
    let (scheme, rest) = uri.split_once("://").ok_or(LineError::BadAddress)?;
    let scheme = match scheme {
        "ipp" => "http",
        "ipps" => "https",
        _ => return Err(LineError::BadAddress),
    };
    let mut url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| LineError::BadAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(LineError::BadAddress);
    }
    // Where the port named is that of plain HTTP, the URL does not keep it.
    let authority = rest.split('/').next().unwrap_or_default();
    let is_named = authority.ends_with(":80") || authority.ends_with(":443");
    if url.port().is_none() && !is_named {
        url.set_port(Some(PORT)).map_err(|()| LineError::BadAddress)?;
    }
    Ok(url)
}

async fn whole(mut answer: Response) -> Result<Vec<u8>, LineError> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(LineError::Nonsense);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn failure(error: &reqwest::Error) -> LineError {
    if has_tls_cause(error) {
        return LineError::Untrusted;
    }
    if error.is_connect() { LineError::Missing } else { LineError::Lost }
}

/// Whether TLS is the reason; an `io::Error` hides what it wraps from `source`.
fn has_tls_cause(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref());
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

async fn raised(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(SLICE).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// What one question gets from a server that takes it and answers with `pieces`, each as often as said.
    fn ask(pieces: &'static [(&'static [u8], usize)]) -> Result<Vec<u8>, LineError> {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("ipp://{}/ipp/print", server.local_addr().unwrap());
        std::thread::spawn(move || {
            for connection in server.incoming() {
                let mut connection = connection.unwrap();
                let mut head = [0; 4_096];
                let _ = connection.read(&mut head).unwrap();
                for (piece, times) in pieces {
                    // The other end hangs up when it has had enough.
                    let _ = connection.write_all(&piece.repeat(*times));
                }
            }
        });
        let mut line = HttpLine::new(Config { uri, user: "kiosk-1".to_owned(), certificate: None });
        let post = Post { body: vec![1], has_document: false };
        line.exchange(post, Duration::from_secs(5), &Cancel::default())
    }

    #[test]
    fn only_an_http_answer_of_a_printer_is_one() {
        const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(ask(&[(OK, 1), (b"ab", 1)]), Ok(b"ab".to_vec()));
        assert_eq!(ask(&[(OK, 1), (b"a", 1)]), Err(LineError::Lost));
        assert_eq!(ask(&[(b"\xFFnoise\r\n\r\n", 1)]), Err(LineError::Lost));
        assert_eq!(ask(&[]), Err(LineError::Lost));
        assert_eq!(ask(&[(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 1)]), Err(LineError::Forbidden));
        assert_eq!(ask(&[(b"HTTP/1.1 302 Go\r\nContent-Length: 0\r\n\r\n", 1)]), Err(LineError::Nonsense));
    }

    #[test]
    fn an_answer_without_end_is_ended() {
        const ENDLESS: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        const CHUNK: &[u8] = b"8\r\nabcdefgh\r\n";
        assert_eq!(ask(&[(ENDLESS, 1), (CHUNK, ANSWER_BYTES_MAX / 8 + 1)]), Err(LineError::Nonsense));
    }

    #[test]
    fn addresses_become_those_of_http() {
        let url = |uri: &str| http_url(uri).map(String::from);
        assert_eq!(url("ipp://10.0.0.9/ipp/print").unwrap(), "http://10.0.0.9:631/ipp/print");
        assert_eq!(url("ipps://printer:8631/ipp/print").unwrap(), "https://printer:8631/ipp/print");
        assert_eq!(url("ipp://printer:80/ipp/print").unwrap(), "http://printer/ipp/print");
        for wrong in ["", "http://p/", "ipp", "ipp:p", "ipp://", "ippx://p/", "ipp://me:secret@p/ipp/print"] {
            assert_eq!(url(wrong), Err(LineError::BadAddress), "{wrong}");
        }
    }
}
