//! Refusals as RFC 9457 writes them. Nothing here repeats what was sent.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kiosk_protocol::wire::Problem;

use crate::store::StoreError;

/// A request that is not answered with what it asked for.
#[derive(Debug)]
pub struct Refusal(Problem);

impl Refusal {
    /// A refusal of a kind (`urn:hecheng:problem:…`) in words for technicians.
    pub fn new(status: StatusCode, kind: &str, title: &str) -> Self {
        Self(Problem {
            kind: format!("urn:hecheng:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
        })
    }

    /// The same, with what was wrong this time.
    pub fn detailed(mut self, detail: String) -> Self {
        self.0.detail = Some(detail);
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

    /// The platform failed; the caller may try again. The cause goes to the log, without personal data.
    pub fn failure(error: &dyn std::error::Error) -> Self {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, cause, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the platform failed; try again later")
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::failure(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self.0)).into_response()
    }
}
