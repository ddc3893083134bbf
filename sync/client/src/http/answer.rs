//! From HTTP answers and failures to types. A parser's message can quote what it read, so none of them
//! is passed on.

use std::time::{Duration, SystemTime};

use kiosk_protocol::wire::Problem;
use kiosk_protocol::wire::file::OFFSET;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
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
    if let (true, Some(wait)) = (may_wait, retry_after(response.headers())) {
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

/// Seconds, or a date (RFC 9110, 10.2.3). The answer's own `Date` says how far away that is, so that no two clocks need to
/// agree; without one the date says nothing. One that is over asks for nothing more.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = text(headers, RETRY_AFTER)?.trim().parse().ok().map(Duration::from_secs);
    let until_date = || {
        let (until, from) = (date(headers, RETRY_AFTER)?, date(headers, DATE)?);
        Some(until.duration_since(from).unwrap_or_default())
    };
    Some(seconds.or_else(until_date)?.min(RETRY_AFTER_MAX))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, name)?).ok()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
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

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn told(retry_after: &'static str, date: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(retry_after))]);
        headers.extend(date.iter().map(|date| (DATE, HeaderValue::from_static(date))));
        super::retry_after(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_waited_up_to_an_hour() {
        assert_eq!((told("7", &[]), told("0", &[NOW])), (Some(7), Some(0)));
        assert_eq!((told("3600", &[NOW]), told("3601", &[NOW])), (Some(3600), Some(3600)));
        assert_eq!((told("-7", &[NOW]), told("7.5", &[NOW]), told("", &[NOW])), (None, None, None));
        assert_eq!(super::retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn a_date_is_as_far_as_it_is_from_the_date_of_the_answer() {
        assert_eq!(told("Sun, 06 Nov 1994 08:50:00 GMT", &[NOW]), Some(23));
        assert_eq!(told("Sunday, 06-Nov-94 08:50:00 GMT", &[NOW]), Some(23), "RFC 850");
        assert_eq!(told("Sun Nov  6 08:50:00 1994", &[NOW]), Some(23), "asctime");
        assert_eq!(told("Sun, 06 Nov 1994 08:50:00 GMT", &["Sun Nov  6 08:49:37 1994"]), Some(23));
    }

    #[test]
    fn a_date_that_is_over_asks_for_nothing_and_a_far_one_for_an_hour() {
        assert_eq!((told(NOW, &[NOW]), told("Sun, 06 Nov 1994 08:49:36 GMT", &[NOW])), (Some(0), Some(0)));
        assert_eq!(told("Sun, 06 Nov 1994 09:49:37 GMT", &[NOW]), Some(3600));
        assert_eq!(told("Fri, 31 Dec 9999 23:59:59 GMT", &[NOW]), Some(3600));
    }

    #[test]
    fn a_date_without_a_usable_one_beside_it_says_nothing() {
        for beside in [&[][..], &[""], &["yesterday"], &["Sun, 06 Nov 1994 08:49:37 CST"]] {
            assert_eq!(told("Sun, 06 Nov 1994 08:50:00 GMT", beside), None, "{beside:?}");
        }
        assert_eq!(told("Sun, 31 Feb 1994 25:61:00 GMT", &[NOW]), None);
    }
}
