//! What the platform counts, as Prometheus reads it. No terminal, person, service or case is a label.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use kiosk_protocol::item::Verdict;
use kiosk_protocol::wire::ItemAnswer;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::error::PlatformError;
use crate::heads::Weighed;

/// Seconds; the last one is below the deadline of a request.
const SECONDS: [f64; 8] = [0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 20.0];
/// OpenMetrics 1.0, 5.1.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    call: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Judged {
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    found: &'static str,
}

/// All counters; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    calls: Family<Call, Counter>,
    seconds: Histogram,
    items: Family<Judged, Counter>,
    heads: Family<Found, Counter>,
    connections: Gauge,
}

/// A connection as long as it is open.
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Counters at nothing.
    pub fn new() -> Self {
        Self {
            calls: Family::default(),
            seconds: Histogram::new(SECONDS),
            items: Family::default(),
            heads: Family::default(),
            connections: Gauge::default(),
        }
    }

    /// A connection was accepted.
    pub fn connection(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// A request was answered.
    pub fn answered(&self, call: &str, status: u16, took: Duration) {
        self.calls.get_or_create(&Call { call: call.to_owned(), status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Items were judged, now or earlier.
    pub fn judged(&self, answers: &[ItemAnswer]) {
        for answer in answers {
            let verdict = match &answer.verdict {
                Verdict::Accepted { .. } => "accepted",
                Verdict::Rejected { .. } => "rejected",
                Verdict::Quarantined { .. } => "quarantined",
            };
            self.items.get_or_create(&Judged { verdict }).inc();
        }
    }

    /// A journal's head was weighed. One that is `unfit` is an alarm.
    pub fn weighed(&self, weighed: &Weighed) {
        let found = match weighed {
            Weighed::New(_) => "new",
            Weighed::Known(_) => "known",
            Weighed::Elsewhere(_) => "elsewhere",
            Weighed::Behind(_) => "behind",
            Weighed::Unfit(_) => "unfit",
        };
        self.heads.get_or_create(&Found { found }).inc();
    }

    /// As text.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("hecheng_platform");
        registry.register("requests", "Requests answered", self.calls.clone());
        registry.register("request_seconds", "Time from request to answer", self.seconds.clone());
        registry.register("items", "Items answered, repetitions included", self.items.clone());
        registry.register("heads", "Heads of journals that were shown", self.heads.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }

    /// Serves the text at `/metrics`, in the clear: for the machine itself or its network of operators.
    pub async fn serve(&self, listen: SocketAddr) -> Result<SocketAddr, PlatformError> {
        let listening = |error| PlatformError::Listen(listen, error);
        let socket = TcpListener::bind(listen).await.map_err(listening)?;
        let address = socket.local_addr().map_err(listening)?;
        let routes = Router::new().route("/metrics", get(told)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(socket, routes).await });
        Ok(address)
    }
}

async fn told(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT)], metrics.text().unwrap_or_default())
}
