//! Refusals as RFC 9457 writes them. Nothing here repeats what was sent.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kiosk_protocol::wire::Problem;
use kiosk_protocol::wire::file::{LENGTH, OFFSET};

use crate::limits::DATABASE_AWAY_S;
use crate::store::StoreError;

/// A request that is not answered with what it asked for.
#[derive(Debug)]
pub struct Refusal {
    problem: Problem,
    retry_after_s: Option<u64>,
    /// How much of a file is here, and its length.
    held: Option<(u64, u64)>,
}

impl Refusal {
    /// A refusal of a kind (`urn:hecheng:problem:…`) in words for technicians.
    pub fn new(status: StatusCode, kind: &str, title: &str) -> Self {
        let problem = Problem {
            kind: format!("urn:hecheng:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
        };
        Self { problem, retry_after_s: None, held: None }
    }

    /// The same, with what was wrong this time.
    pub fn detailed(mut self, detail: String) -> Self {
        self.problem.detail = Some(detail);
        self
    }

    /// The same; the caller is to try again after so many seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The same, and how much of the file is here of how much.
    pub fn at_offset(mut self, received: u64, bytes: u64) -> Self {
        self.held = Some((received, bytes));
        self
    }

    /// The request is not what the call takes.
    pub fn bad_request(title: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", title)
    }

    /// The request is beyond a limit of the line.
    pub fn too_large(title: &str) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title)
    }

    /// The request contradicts what the platform knows.
    pub fn conflict(kind: &str, title: &str) -> Self {
        Self::new(StatusCode::CONFLICT, kind, title)
    }

    /// The platform failed; the caller may try again. The cause goes to the log, without personal data.
    pub fn failure(error: &dyn std::error::Error) -> Self {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, cause, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the platform failed; try again later")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        refusal.problem
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        if !error.is_passing() {
            return Self::failure(&error);
        }
        tracing::error!(%error, "the database is away or overloaded");
        let away = "the platform's database is away; try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database-away", away).retry_after(DATABASE_AWAY_S)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let wait = self.retry_after_s.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
        let held =
            self.held.map(|(received, bytes)| [(OFFSET, received.to_string()), (LENGTH, bytes.to_string())]);
        (status, kind, wait, held, Json(self.problem)).into_response()
    }
}
