//! The calls of `kiosk_protocol::wire`, one file each. Requests are checked at this border; what
//! blocks runs on blocking threads.

mod ask;
mod batches;
mod changes;
mod commands;
mod configuration;
mod enrol;
pub mod files;
mod head;
mod openapi;
mod problem;
mod published;
mod rates;
mod renew;
mod serve;
mod terminal;
mod tls;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post, put};
use jiff::Timestamp;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::limits::{BATCH_COMPRESSED_BYTES_MAX, FILE_CHUNK_BYTES, REQUEST_BYTES_MAX};
use serde::de::DeserializeOwned;

use crate::case_number::Generator;
use crate::departments::Departments;
use crate::keys::Keys;
use crate::limits::TOO_SLOW_S;
use crate::metrics::Metrics;
use crate::pages::Press;
use crate::store::Store;
use crate::texts::Texts;
pub use batches::ingested;
pub use changes::changes_since as changes;
use openapi::Passing;
pub use openapi::document as openapi;
pub use problem::Refusal;
pub use rates::Rates;
pub use serve::{Bounds, serve};
pub use terminal::Terminal;
pub use tls::config as tls_config;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What all calls share.
pub struct Centre {
    /// The memory.
    pub store: Store,
    /// The keys.
    pub keys: Keys,
    /// The business systems.
    pub departments: Departments,
    /// Sets pages.
    pub press: Press,
    /// Sentences for residents.
    pub texts: Texts,
    /// The platform's clock.
    pub clock: Clock,
    /// When terminals shall ask again, milliseconds.
    pub poll_ms: u32,
    /// Implementing code for items without one.
    pub default_code: String,
    /// How case numbers are made.
    pub case_number: Generator,
    /// What is counted.
    pub metrics: Metrics,
    /// How often a terminal may call.
    pub terminal_rates: Rates<TerminalId>,
    /// How often an address may ask for an enrolment.
    pub enrol_rates: Rates<IpAddr>,
}

/// All routes.
pub fn routes(centre: Arc<Centre>, bounds: Bounds) -> Router {
    let batches = post(batches::batches).layer(DefaultBodyLimit::max(BATCH_COMPRESSED_BYTES_MAX));
    let files = put(files::begin).head(files::offset).patch(files::grow);
    let files = files.layer(DefaultBodyLimit::max(FILE_CHUNK_BYTES));
    Router::new()
        .route("/v1/health", get(health))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/certs/renew", post(renew::renew))
        .route("/v1/sync/batches", batches)
        .route("/v1/sync/head", post(head::head))
        .route("/v1/sync/changes", get(changes::changes))
        .route("/v1/metadata", get(published::metadata))
        .route("/v1/targets/{name}/{version}", get(published::target))
        .route("/v1/commands/{id}/result", post(commands::result))
        .route("/v1/configuration/report", post(configuration::report))
        .route("/v1/ask", post(ask::ask))
        .route("/v1/files/{digest}", files)
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(from_fn(move |request: Request, next: Next| in_time(bounds.request, request, next)))
        .layer(from_fn_with_state(centre.clone(), counted))
        .with_state(centre)
}

/// Answers as long as the server is there.
#[utoipa::path(
    get,
    path = "/v1/health",
    security(()),
    responses((status = 204, description = "It is there."), Passing),
)]
async fn health() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "unknown-call", "there is no such call")
}

async fn wrong_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "the call takes another method")
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Result<Response, Refusal> {
    let late = |_| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "the platform is too slow now");
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    answer.map_err(|elapsed| late(elapsed).retry_after(TOO_SLOW_S))
}

/// Counts the answer under the path of its call, not under what was asked for.
async fn counted(
    State(centre): State<Arc<Centre>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let answer = next.run(request).await;
    let call = path.as_ref().map_or("unknown", MatchedPath::as_str);
    centre.metrics.answered(call, answer.status().as_u16(), started.elapsed());
    answer
}

/// Somebody calls too often.
fn too_often(wait: Duration) -> Refusal {
    let title = "too many requests; wait as long as Retry-After says";
    let seconds = wait.as_secs() + 1;
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too-often", title).retry_after(seconds)
}

/// Runs blocking work on a thread for it.
async fn blocking<T: Send + 'static>(
    centre: &Arc<Centre>,
    work: impl FnOnce(&Centre) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let centre = Arc::clone(centre);
    let done = tokio::task::spawn_blocking(move || work(&centre)).await;
    done.unwrap_or_else(|error| Err(Refusal::failure(&error)))
}

/// The body, within its limit.
fn body(bytes: Result<Bytes, BytesRejection>) -> Result<Bytes, Refusal> {
    bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::too_large("the body is larger than the line allows"),
        _ => Refusal::bad_request("the body did not arrive"),
    })
}

/// A parser's message can quote what it read, so it is not passed on.
fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(json).map_err(|_| Refusal::bad_request("the body is not JSON of its schema"))
}
