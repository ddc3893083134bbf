//! The line to a printer: a message there, a message back, and a clock.

mod http;
mod pin;

use std::time::Duration;

use kiosk_drivers_api::{Cancel, PageFault};

pub use http::HttpLine;

/// A line to a printer. Every call has a deadline; a broken connection is made anew by the next call.
pub trait Line: Send {
    /// The time since some moment that stays the same.
    fn now(&self) -> Duration;

    /// Waits.
    fn pause(&mut self, wait: Duration);

    /// Sends one message and returns the answer's body, within `wait` and soon after `cancel`.
    fn exchange(&mut self, post: Post, wait: Duration, cancel: &Cancel) -> Result<Vec<u8>, LineError>;
}

/// A message.
pub struct Post {
    /// An IPP request and, behind it, the document if there is one.
    pub body: Vec<u8>,
    /// With a document it goes over a connection of its own, whose buffers end with it, and never twice.
    pub has_document: bool,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The configured address or name is none. Cure: write it as `ipp://HOST[:PORT]/PATH`.
    #[error("not the address of a printer")]
    BadAddress,
    /// Nobody listens there. Cure: power, cable, address.
    #[error("nobody listens at the printer's address")]
    Missing,
    /// Its certificate is not the configured one, or that cannot be read. Cure: the right file.
    #[error("the printer's certificate is not the configured one")]
    Untrusted,
    /// No whole answer in time. Cure: power and cable.
    #[error("no answer in time")]
    Silent,
    /// The connection broke within the exchange. Cure: cable; the next call connects again.
    #[error("the connection broke")]
    Lost,
    /// HTTP 401 or 403. Cure: allow this terminal in the printer's settings.
    #[error("the printer does not allow it")]
    Forbidden,
    /// HTTP 404. Cure: correct the address.
    #[error("no printer under this path")]
    NotFound,
    /// Another HTTP status, or an answer without end. Cure: the address must name an IPP printer.
    #[error("no answer of an IPP printer")]
    Nonsense,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl From<LineError> for PageFault {
    fn from(error: LineError) -> Self {
        match error {
            LineError::BadAddress | LineError::NotFound => PageFault::NoSuchPrinter,
            LineError::Missing => PageFault::NotConnected,
            LineError::Untrusted => PageFault::NotTrusted,
            LineError::Silent | LineError::Lost => PageFault::Unconfirmed,
            LineError::Forbidden => PageFault::NotAllowed,
            LineError::Nonsense => PageFault::Garbled,
            LineError::Cancelled => PageFault::Cancelled,
        }
    }
}
