//! The transport over HTTPS with mutual TLS.

mod answer;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::limits::{
    BATCH_COMPRESSED_BYTES_MAX, CATALOGUE_BYTES_MAX, METADATA_BYTES_MAX, REPLY_BYTES_MAX, ZSTD_LEVEL,
};
use kiosk_protocol::trust::{self, Described, Offered, Targets};
use kiosk_protocol::wire::file::{CHECKSUM, CHUNK, LENGTH, OFFSET, checksum};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, Changes, CommandResult, ConfigurationReport, HeadAnswer, HeadReport, Problem,
    RenewAnswer, RenewRequest, Reply,
};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use rustls::ClientConfig;
use uuid::Uuid;

pub use crate::tls::TlsError;
pub(crate) use answer::answer;

use crate::deadlines::{self, ANSWER_BYTES_MAX};
use crate::identity::Identity;
use crate::tls;
use crate::transport::{Answer, Chunk, Transport, TransportError};

/// Talks to one platform. Clones share their clients.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    base: Url,
    clients: Arc<RwLock<Clients>>,
}

/// Both show the same certificate.
#[derive(Clone, Debug)]
struct Clients {
    sync: Client,
    ask: Client,
}

impl Clients {
    fn new(identity: &Identity) -> Result<Self, TlsError> {
        let config = tls::mutual(identity)?;
        let sync = client(config.clone(), deadlines::CONNECT, 1)?;
        // A connection kept open keeps its buffers, and with them the last reply about a person. So an
        // ask closes its own; the resumed handshake costs one round trip.
        let ask = client(config, deadlines::ASK_CONNECT, 0)?;
        Ok(Self { sync, ask })
    }
}

/// What a look at the platform shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its clock, to the second, where it tells.
    pub clock: Option<Timestamp>,
    /// Its catalogue.
    pub catalogue: Offer,
}

/// A platform's catalogue beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The same version.
    Same,
    /// Another one, which the sync will fetch.
    Newer,
    /// None was published.
    Nothing,
}

/// Why an address is none of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it as https://host:port")]
pub struct BadUrl;

/// Why there is no transport.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address.
    #[error("not an address of a platform")]
    Url(#[from] BadUrl),
    /// TLS.
    #[error("TLS does not start")]
    Tls(#[from] TlsError),
}

impl HttpTransport {
    /// A transport to the platform at `url` (`https://host:port`). Does not connect yet.
    pub fn new(url: &str, identity: &Identity) -> Result<Self, HttpError> {
        let clients = Arc::new(RwLock::new(Clients::new(identity)?));
        Ok(Self { base: endpoint(url, "")?, clients })
    }

    /// Shows another certificate from the next request on. Connections and resumed sessions of the old one are left.
    pub fn adopt(&self, identity: &Identity) -> Result<(), TlsError> {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Clients::new(identity)?;
        Ok(())
    }

    /// Asks for a new certificate.
    pub async fn renew(&self, request: &RenewRequest) -> Result<RenewAnswer, TransportError> {
        let request = self.sync().post(self.url("v1/certs/renew")?).timeout(deadlines::RENEW).json(request);
        answer(send(request).await?, ANSWER_BYTES_MAX).await
    }

    fn sync(&self) -> Client {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).sync.clone()
    }

    fn asking(&self) -> Client {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).ask.clone()
    }

    /// Looks at the platform as this terminal, changing nothing on either side. `have` is the catalogue's version here.
    pub async fn look(&self, have: Option<u64>) -> Result<Look, TransportError> {
        let response = send(self.sync().get(self.metadata_url(0)?).timeout(deadlines::LOOK)).await?;
        let clock = date_of(&response);
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(Look { clock, catalogue: Offer::Nothing });
        }
        let offered: Offered = answer(response, METADATA_BYTES_MAX).await?;
        let catalogue = match offered_catalogue(&offered) {
            None => Offer::Nothing,
            offered if offered == have => Offer::Same,
            Some(_) => Offer::Newer,
        };
        Ok(Look { clock, catalogue })
    }

    fn metadata_url(&self, root: u64) -> Result<Url, TransportError> {
        let mut url = self.url("v1/metadata")?;
        url.query_pairs_mut().append_pair("root", &root.to_string());
        Ok(url)
    }

    fn url(&self, path: &str) -> Result<Url, TransportError> {
        self.base.join(path).map_err(|_| TransportError::BadAnswer("an address cannot be made"))
    }

    async fn post_batch(&self, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        let json = serde_json::to_vec(batch).map_err(|_| TransportError::Refused(too_large()))?;
        let packed = zstd::bulk::compress(&json, ZSTD_LEVEL);
        let packed = packed.map_err(|_| TransportError::Refused(too_large()))?;
        if packed.len() > BATCH_COMPRESSED_BYTES_MAX {
            return Err(TransportError::Refused(too_large()));
        }
        let request = self.sync().post(self.url("v1/sync/batches")?).timeout(deadlines::BATCH);
        let request = request.header(CONTENT_TYPE, "application/json").header(CONTENT_ENCODING, "zstd");
        answer(send(request.body(packed)).await?, ANSWER_BYTES_MAX).await
    }

    async fn get_changes(&self, cursor: Option<&str>) -> Result<Changes, TransportError> {
        let mut url = self.url("v1/sync/changes")?;
        if let Some(cursor) = cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        let request = self.sync().get(url).timeout(deadlines::CHANGES);
        answer(send(request).await?, ANSWER_BYTES_MAX).await
    }

    async fn get_metadata(&self, root: u64) -> Result<Offered, TransportError> {
        let request = self.sync().get(self.metadata_url(root)?).timeout(deadlines::CHANGES);
        answer(send(request).await?, METADATA_BYTES_MAX).await
    }

    /// The signed length bounds what is read, and the line's limit bounds that.
    async fn get_target(&self, name: &str, file: &Described) -> Result<Vec<u8>, TransportError> {
        let url = self.url(&format!("v1/targets/{name}/{}", file.version))?;
        let bytes_max = usize::try_from(file.bytes).unwrap_or(usize::MAX).min(CATALOGUE_BYTES_MAX);
        let response = send(self.sync().get(url).timeout(deadlines::CATALOGUE)).await?;
        answer::bytes(response, bytes_max).await
    }

    async fn head_file(&self, file: &Digest) -> Result<Option<u64>, TransportError> {
        let response = send(self.sync().head(self.file(file)?).timeout(deadlines::FILE)).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        answer::offset(response).await.map(Some)
    }

    async fn put_file(&self, file: &Digest, bytes: u64) -> Result<u64, TransportError> {
        let request = self.sync().put(self.file(file)?).timeout(deadlines::FILE);
        answer::offset(send(request.header(LENGTH, bytes)).await?).await
    }

    async fn patch_file(&self, chunk: &Chunk) -> Result<u64, TransportError> {
        let Chunk { file, offset, bytes } = chunk;
        let request =
            self.sync().patch(self.file(file)?).timeout(deadlines::FILE).header(CONTENT_TYPE, CHUNK);
        let request = request.header(OFFSET, *offset).header(CHECKSUM, checksum(bytes));
        let response = send(request.body(bytes.clone())).await?;
        if response.status() == StatusCode::CONFLICT && response.headers().contains_key(OFFSET) {
            return answer::told_offset(&response);
        }
        answer::offset(response).await
    }

    fn file(&self, file: &Digest) -> Result<Url, TransportError> {
        self.url(&format!("v1/files/{file}"))
    }

    async fn post_head(&self, report: &HeadReport) -> Result<HeadAnswer, TransportError> {
        let request = self.sync().post(self.url("v1/sync/head")?).timeout(deadlines::HEAD).json(report);
        answer(send(request).await?, ANSWER_BYTES_MAX).await
    }

    async fn post_result(&self, id: &Uuid, result: &CommandResult) -> Result<(), TransportError> {
        let url = self.url(&format!("v1/commands/{id}/result"))?;
        let response = send(self.sync().post(url).timeout(deadlines::HEAD).json(result)).await?;
        answer::bytes(response, ANSWER_BYTES_MAX).await.map(drop)
    }

    async fn post_configuration(&self, report: &ConfigurationReport) -> Result<(), TransportError> {
        let url = self.url("v1/configuration/report")?;
        let response = send(self.sync().post(url).timeout(deadlines::HEAD).json(report)).await?;
        answer::bytes(response, ANSWER_BYTES_MAX).await.map(drop)
    }

    async fn post_ask(&self, ask: &Ask) -> Result<Reply, TransportError> {
        let request = self.asking().post(self.url("v1/ask")?).timeout(deadlines::ASK).json(ask);
        answer(send(request).await?, REPLY_BYTES_MAX).await
    }
}

impl Transport for HttpTransport {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        Box::pin(self.post_batch(batch))
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>) -> Answer<'a, Changes> {
        Box::pin(self.get_changes(cursor))
    }

    fn metadata(&self, root: u64) -> Answer<'_, Offered> {
        Box::pin(self.get_metadata(root))
    }

    fn target<'a>(&'a self, name: &'a str, file: &'a Described) -> Answer<'a, Vec<u8>> {
        Box::pin(self.get_target(name, file))
    }

    fn head<'a>(&'a self, report: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        Box::pin(self.post_head(report))
    }

    fn command_result<'a>(&'a self, id: &'a Uuid, result: &'a CommandResult) -> Answer<'a, ()> {
        Box::pin(self.post_result(id, result))
    }

    fn configuration_report<'a>(&'a self, report: &'a ConfigurationReport) -> Answer<'a, ()> {
        Box::pin(self.post_configuration(report))
    }

    fn ask<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Reply> {
        Box::pin(self.post_ask(ask))
    }

    fn file_offset<'a>(&'a self, file: &'a Digest) -> Answer<'a, Option<u64>> {
        Box::pin(self.head_file(file))
    }

    fn begin_file<'a>(&'a self, file: &'a Digest, bytes: u64) -> Answer<'a, u64> {
        Box::pin(self.put_file(file, bytes))
    }

    fn chunk<'a>(&'a self, chunk: &'a Chunk) -> Answer<'a, u64> {
        Box::pin(self.patch_file(chunk))
    }
}

/// An HTTPS client that goes straight to the platform and keeps so many unused connections.
pub(crate) fn client(config: ClientConfig, connect: Duration, idle: usize) -> Result<Client, TlsError> {
    let builder = Client::builder()
        .tls_backend_preconfigured(config)
        .https_only(true)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect)
        .pool_idle_timeout(deadlines::CONNECTION_IDLE)
        .pool_max_idle_per_host(idle);
    Ok(builder.build()?)
}

/// An address below `https://host:port`.
pub(crate) fn endpoint(url: &str, path: &str) -> Result<Url, BadUrl> {
    let mut base = Url::parse(url).map_err(|_| BadUrl)?;
    if base.scheme() != "https" || !base.has_host() {
        return Err(BadUrl);
    }
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    base.join(path).map_err(|_| BadUrl)
}

/// The catalogue's version, as the platform says it: for a look that is good enough.
fn offered_catalogue(offered: &Offered) -> Option<u64> {
    let targets: Targets = serde_json::from_str(&offered.targets.payload).ok()?;
    targets.file(trust::CATALOGUE).map(|file| file.version)
}

/// RFC 9110, 6.6.1.
fn date_of(response: &Response) -> Option<Timestamp> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp())
}

async fn send(request: RequestBuilder) -> Result<Response, TransportError> {
    request.send().await.map_err(|error| answer::failure(&error))
}

/// What the platform would say to a batch beyond the limits of the line.
fn too_large() -> Problem {
    Problem {
        kind: "urn:hecheng:problem:too-large".to_owned(),
        title: "The batch is too large".to_owned(),
        status: StatusCode::PAYLOAD_TOO_LARGE.as_u16(),
        detail: None,
    }
}
