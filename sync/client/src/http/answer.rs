//! From HTTP answers and failures to types. A parser's message can quote what it read, so none of them
//! is passed on.

use std::time::Duration;

use kiosk_protocol::wire::Problem;
use kiosk_protocol::wire::file::OFFSET;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use rustls::AlertDescription as Alert;
use serde::de::DeserializeOwned;

use crate::deadlines::{ANSWER_BYTES_MAX, RETRY_AFTER_MAX};
use crate::tls;
use crate::transport::TransportError;

/// The body of a 2xx answer, at most so many bytes; any other status as an error.
pub async fn answer<T: DeserializeOwned>(response: Response, bytes_max: usize) -> Result<T, TransportError> {
    let body = bytes(response, bytes_max).await?;
    serde_json::from_slice(&body).map_err(|_| TransportError::BadAnswer("not JSON of its schema"))
}

/// The same, as it came.
pub async fn bytes(response: Response, bytes_max: usize) -> Result<Vec<u8>, TransportError> {
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    read(response, bytes_max).await
}

/// The offset a 2xx answer about a file tells; any other status as an error.
pub async fn offset(response: Response) -> Result<u64, TransportError> {
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    told_offset(&response)
}

/// The offset an answer about a file tells, whatever its status.
pub fn told_offset(response: &Response) -> Result<u64, TransportError> {
    let offset = response.headers().get(OFFSET).and_then(|value| value.to_str().ok()?.parse().ok());
    offset.ok_or(TransportError::BadAnswer("it tells no offset"))
}

/// What a request that got no answer means.
pub fn failure(error: &reqwest::Error) -> TransportError {
    match tls::cause(error) {
        Some(rustls::Error::InvalidCertificate(_)) => TransportError::Untrusted,
        Some(rustls::Error::AlertReceived(alert)) if is_about_us(*alert) => TransportError::Unauthorised,
        Some(_) | None if error.is_timeout() && !error.is_connect() => TransportError::TimedOut,
        Some(_) | None => TransportError::Unreachable,
    }
}

/// Alerts by which a server says that it does not accept the client's certificate (RFC 8446, 6.2). A
/// CA that was made anew under its old name shows as a signature that does not fit: `DecryptError`.
fn is_about_us(alert: Alert) -> bool {
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::CertificateRequired
            | Alert::DecryptError
    )
}

/// Any status but 2xx as an error.
pub async fn refusal(response: Response) -> TransportError {
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        let body = read(response, ANSWER_BYTES_MAX).await.unwrap_or_default();
        let has_no_rights = problem(status, &body).says_no_rights();
        return if has_no_rights { TransportError::Suspended } else { TransportError::Unauthorised };
    }
    let may_wait = status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE;
    if let (true, Some(wait)) = (may_wait, retry_after(&response)) {
        return TransportError::RetryAfter(wait);
    }
    if status == StatusCode::REQUEST_TIMEOUT {
        return TransportError::TimedOut;
    }
    let body = read(response, ANSWER_BYTES_MAX).await.unwrap_or_default();
    TransportError::Refused(problem(status, &body))
}

/// The status counts, whatever the body claims.
fn problem(status: StatusCode, body: &[u8]) -> Problem {
    let blank = || Problem { kind: "about:blank".to_owned(), title: String::new(), status: 0, detail: None };
    let problem = serde_json::from_slice(body).unwrap_or_else(|_| blank());
    Problem { status: status.as_u16(), ..problem }
}

/// Seconds only: a date would need two clocks to agree (RFC 9110, 10.2.3).
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(TransportError::BadAnswer("larger than its limit"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
