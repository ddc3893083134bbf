//! A platform that runs, and terminals that talk to it.

mod terminal;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_platform::{Bounds, Options, Platform, Running};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{EnrolAnswer, EnrolRequest, Problem};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use reqwest::{Client, Response};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;

pub use terminal::{Terminal, withdrawal};

use crate::postgres::Cluster;

/// A synthetic resident the built-in department knows.
pub const ALICE: (&str, &str) = ("王秀兰", "230203198803120022");
/// How often terminals poll, milliseconds: as often as they may.
const POLL_MS: u32 = 200;

pub struct World {
    dir: tempfile::TempDir,
    now: Arc<AtomicI64>,
    running: Running,
    cluster: Option<Cluster>,
}

/// A page may take as long as any request: fonts are read anew by each process that sets one.
fn patient() -> Bounds {
    let bounds = Bounds::default();
    Bounds { typeset: bounds.request, ..bounds }
}

/// It stands still until it is told to run on.
fn clock(now: &Arc<AtomicI64>) -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    let now = now.clone();
    Arc::new(move || Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap())
}

impl World {
    /// With SQLite.
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Platform::init(dir.path()).unwrap();
        Self::serve(dir, None, patient()).await
    }

    /// With SQLite, and other bounds.
    pub async fn bounded(bounds: Bounds) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Platform::init(dir.path()).unwrap();
        Self::serve(dir, None, bounds).await
    }

    /// With a PostgreSQL of its own.
    pub async fn on_postgres() -> Self {
        let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::quick());
        Platform::init_in(dir.path(), &[], Some(cluster.url())).unwrap();
        Self::serve(dir, Some(cluster), patient()).await
    }

    /// The same; what grows is partitioned by the terminal.
    pub async fn partitioned() -> Self {
        let world = Self::on_postgres().await;
        world.change("SELECT partition_by_terminal(4)").await;
        world
    }

    async fn serve(dir: tempfile::TempDir, cluster: Option<Cluster>, bounds: Bounds) -> Self {
        let now = Arc::new(AtomicI64::new(Timestamp::now().as_second()));
        let metrics = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let options = Options { clock: clock(&now), bounds, metrics, poll_ms: POLL_MS, ..Options::default() };
        let running = Platform::serve(dir.path(), options).await.unwrap();
        Self { dir, now, running, cluster }
    }

    /// What another server at the same time goes by.
    pub fn options(&self) -> Options {
        Options { clock: clock(&self.now), ..Options::default() }
    }

    /// Lets the platform's clock run on.
    pub fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn platform(&self) -> Platform {
        Platform::open(self.dir.path()).unwrap()
    }

    /// Kinds of all alarms, oldest first.
    pub fn alarms(&self) -> Vec<String> {
        self.platform().alarms().unwrap().into_iter().map(|alarm| alarm.kind).collect()
    }

    /// The bytes kept for a human.
    pub fn quarantined(&self) -> Vec<Vec<u8>> {
        self.platform().quarantine().unwrap().into_iter().map(|row| row.body).collect()
    }

    /// Changes the database itself, as somebody who may not would.
    pub async fn change(&self, sql: &str) {
        assert_ne!(self.try_change(sql).await.unwrap(), 0, "nothing was changed");
    }

    /// The same; how many rows, or what the database said.
    pub async fn try_change(&self, sql: &str) -> Result<u64, String> {
        match &self.cluster {
            None => {
                let changed = self.file().execute(sql, []);
                changed.map(|rows| rows as u64).map_err(|error| error.to_string())
            }
            Some(cluster) => {
                let changed = self.sql(&cluster.url()).await.execute(sql, &[]).await;
                changed.map_err(|error| error.as_db_error().unwrap().message().to_owned())
            }
        }
    }

    /// Takes the guard off a table that is append-only, as its owner can.
    pub async fn unguard(&self, table: &str) {
        match &self.cluster {
            None => self.file().execute_batch(&format!("DROP TRIGGER {table}_no_update")).unwrap(),
            Some(cluster) => {
                let drop = format!("DROP TRIGGER append_only ON {table}");
                self.sql(&cluster.url()).await.batch_execute(&drop).await.unwrap();
            }
        }
    }

    pub fn is_on_postgres(&self) -> bool {
        self.cluster.is_some()
    }

    /// The names of all tables.
    pub async fn tables(&self) -> Vec<String> {
        let Some(cluster) = &self.cluster else {
            let file = self.file();
            let mut names = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
            return names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        };
        let names = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
            AND relnamespace = 'public'::regnamespace";
        let rows = self.sql(&cluster.url()).await.query(names, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("platform.db")).unwrap()
    }

    /// The address of an empty database, where this one is in PostgreSQL.
    pub async fn another_database(&self) -> Option<String> {
        let url = self.cluster.as_ref()?.url();
        self.sql(&url).await.batch_execute("CREATE DATABASE another").await.unwrap();
        Some(format!("{}/another", url.strip_suffix("/postgres").unwrap()))
    }

    /// Waits until a server is in the middle of a transaction that writes; false where `ended` came first.
    pub async fn sees_a_transaction(&self, ended: impl Fn() -> bool) -> bool {
        let Some(cluster) = &self.cluster else { return self.sees_the_file_locked(ended).await };
        let client = self.sql(&cluster.url()).await;
        let writing =
            "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND state <> 'idle'";
        while !ended() {
            if client.query_one(writing, &[]).await.unwrap().get::<_, i64>(0) > 0 {
                return true;
            }
        }
        false
    }

    async fn sees_the_file_locked(&self, ended: impl Fn() -> bool) -> bool {
        let file = self.file();
        file.busy_timeout(Duration::ZERO).unwrap();
        while !ended() {
            if file.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err() {
                return true;
            }
            tokio::task::yield_now().await;
        }
        false
    }

    async fn sql(&self, url: &str) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn address(&self) -> SocketAddr {
        self.running.addr
    }

    /// Where its metrics are.
    pub fn metrics(&self) -> String {
        format!("http://{}/metrics", self.running.metrics.unwrap())
    }

    /// A connection whose bytes are written by hand.
    pub async fn raw_connection(&self) -> tokio_rustls::client::TlsStream<TcpStream> {
        self.raw_connection_by(config(self.dir.path(), None)).await
    }

    /// The same, as a terminal.
    pub async fn raw_connection_of(&self, terminal: &Terminal) -> tokio_rustls::client::TlsStream<TcpStream> {
        self.raw_connection_by(terminal.tls.clone()).await
    }

    async fn raw_connection_by(
        &self,
        tls: rustls::ClientConfig,
    ) -> tokio_rustls::client::TlsStream<TcpStream> {
        let connector = tokio_rustls::TlsConnector::from(Arc::new(tls));
        let stream = TcpStream::connect(self.address()).await.unwrap();
        connector.connect("localhost".try_into().unwrap(), stream).await.unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.running.addr)
    }

    pub fn stranger(&self) -> Client {
        client(config(self.dir.path(), None))
    }

    /// Who calls from this address of the machine.
    pub fn stranger_at(&self, address: IpAddr) -> Client {
        let tls = config(self.dir.path(), None);
        Client::builder().tls_backend_preconfigured(tls).no_proxy().local_address(address).build().unwrap()
    }

    pub fn ticket(&self, terminal: &str) -> String {
        let terminal = TerminalId::try_from(terminal.to_owned()).unwrap();
        let site = Text { zh_cn: "大厅".into(), en: "Hall".into(), ru: "Зал".into() };
        self.platform().ticket(&terminal, &site).unwrap().code
    }

    pub async fn enrol(&self, code: &str, key: &KeyPair) -> Response {
        let csr_pem = CertificateParams::default().serialize_request(key).unwrap().pem().unwrap();
        self.enrol_by(&EnrolRequest { code: code.to_owned(), csr_pem, journal_key: None }).await
    }

    async fn enrol_by(&self, request: &EnrolRequest) -> Response {
        self.stranger().post(self.url("/v1/enrol")).json(request).send().await.unwrap()
    }

    pub async fn terminal(&self, name: &str) -> Terminal {
        let key = KeyPair::generate().unwrap();
        let csr_pem = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let request = EnrolRequest { code: self.ticket(name), csr_pem, journal_key: None };
        self.terminal_by(request, &key).await
    }

    pub async fn terminal_by(&self, request: EnrolRequest, key: &KeyPair) -> Terminal {
        let answer: EnrolAnswer = self.enrol_by(&request).await.json().await.unwrap();
        let certificate = answer.certificate_pem.clone();
        self.showing(answer, &certificate, key)
    }

    /// A terminal that shows this certificate.
    pub fn showing(&self, answer: EnrolAnswer, certificate_pem: &str, key: &KeyPair) -> Terminal {
        let tls = config(self.dir.path(), Some((certificate_pem, key)));
        Terminal { client: client(tls.clone()), answer, base: self.url(""), tls }
    }

    /// A certificate of the platform's authority that ends so many days from now.
    pub fn certificate(&self, terminal: &TerminalId, key: &KeyPair, days: i64) -> String {
        let text = |file| std::fs::read_to_string(self.dir.path().join(file)).unwrap();
        let ca = KeyPair::from_pem(&text("ca.key")).unwrap();
        let ca = Issuer::from_ca_cert_pem(&text("ca.pem"), ca).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, terminal.to_string());
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let now = Timestamp::now().as_second();
        let end = Duration::from_secs((now + days * 24 * 3600).try_into().unwrap());
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + end;
        params.signed_by(key, &ca).unwrap().pem()
    }

    pub async fn stop(self) {
        self.running.stop().await.unwrap();
    }
}

fn client(tls: rustls::ClientConfig) -> Client {
    Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

/// Trusts the platform's authority only.
fn config(dir: &Path, identity: Option<(&str, &KeyPair)>) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(dir.join("ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    match identity {
        None => config.with_no_client_auth(),
        Some((pem, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
            config.with_client_auth_cert(chain, key).unwrap()
        }
    }
}

/// Status and kind of a refusal.
pub async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(kind, "application/problem+json");
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status);
    (status, problem.kind.trim_start_matches("urn:hecheng:problem:").to_owned())
}
