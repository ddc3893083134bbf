//! Why a terminal is not enrolled.

use std::path::PathBuf;

use kiosk_protocol::wire::Problem;
use rustls::CertificateError;

use crate::http::BadUrl;
use crate::tls::{self, TlsError};
use crate::transport::TransportError;

/// Why a terminal is not enrolled. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The directory holds an identity; it is kept. Cure: nothing, or another directory.
    #[error("{} holds an identity already; it was kept", .0.display())]
    AlreadyEnrolled(PathBuf),
    /// Another enrolment is writing there. Cure: wait for it.
    #[error("another enrolment is writing to {}", .0.display())]
    Busy(PathBuf),
    /// The address is not one of a platform.
    #[error("not an address of a platform")]
    Url(#[source] BadUrl),
    /// The server's CA is not the one of the ticket. Cure: check the address, and that the ticket is of
    /// this platform; somebody may listen in.
    #[error("the server's CA is not the one the ticket names")]
    WrongCa,
    /// The server's certificate is of the right CA but not for this address. Cure: use the name the
    /// platform was set up with.
    #[error("the server's certificate is not for this address")]
    WrongName,
    /// The server's certificate is not valid now. Cure: set the terminal's clock.
    #[error("the server's certificate is not valid at this time: check the clock")]
    Clock,
    /// No connection, or it broke. Where it broke after the ticket was sent, the ticket may be used up.
    #[error("the platform cannot be reached")]
    Unreachable,
    /// No answer by the deadline.
    #[error("the platform did not answer in time")]
    TimedOut,
    /// The ticket was used before. Cure: a new ticket.
    #[error("the ticket was used before")]
    TicketUsed,
    /// The ticket is too old. Cure: a new ticket.
    #[error("the ticket has expired")]
    TicketExpired,
    /// The platform never gave this ticket out. Cure: check the code.
    #[error("the platform does not know this ticket")]
    TicketUnknown,
    /// The platform refuses for another reason.
    #[error("the platform refused: {kind} ({status})", kind = .0.kind, status = .0.status)]
    Refused(Problem),
    /// The platform is busy. Cure: try again later.
    #[error("the platform is busy: try again later")]
    PlatformBusy,
    /// The answer is not one to trust or to use.
    #[error("the platform's answer is unusable")]
    BadAnswer(#[from] BadEnrolAnswer),
    /// The files cannot be written. Cure: owner, mode and space of the directory.
    #[error("cannot write the identity to {}", path.display())]
    Files {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The key could not be made.
    #[error("cannot make a key")]
    Key(#[from] rcgen::Error),
    /// TLS does not start.
    #[error("TLS does not start")]
    Tls(#[from] TlsError),
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEnrolAnswer {
    /// Not JSON of its schema.
    #[error("it is not an enrolment answer")]
    Shape,
    /// The CA is not the one of the ticket.
    #[error("its CA is not the one the ticket names")]
    Ca,
    /// The certificate is not by the CA, not for a client, or not valid now.
    #[error("its certificate is not usable")]
    Certificate,
    /// The certificate is for another key.
    #[error("its certificate is for another key")]
    Key,
    /// It cannot be kept.
    #[error("it cannot be written down")]
    Record,
}

impl EnrolError {
    pub(super) fn of_connection(error: &reqwest::Error) -> Self {
        match tls::cause(error) {
            Some(rustls::Error::InvalidCertificate(invalid)) => Self::of_certificate(invalid),
            Some(_) | None if error.is_timeout() && !error.is_connect() => Self::TimedOut,
            Some(_) | None => Self::Unreachable,
        }
    }

    fn of_certificate(invalid: &CertificateError) -> Self {
        use CertificateError as Bad;
        let is_clock = matches!(
            invalid,
            Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. }
        );
        let is_name = matches!(invalid, Bad::NotValidForName | Bad::NotValidForNameContext { .. });
        match (is_clock, is_name) {
            (true, _) => Self::Clock,
            (false, true) => Self::WrongName,
            (false, false) => Self::WrongCa,
        }
    }

    pub(super) fn of_answer(error: TransportError) -> Self {
        match error {
            TransportError::Refused(problem) => Self::of_problem(problem),
            TransportError::RetryAfter(_) => Self::PlatformBusy,
            TransportError::Unreachable => Self::Unreachable,
            TransportError::TimedOut => Self::TimedOut,
            TransportError::Untrusted => Self::WrongCa,
            TransportError::Unauthorised | TransportError::Suspended => Self::TicketUnknown,
            TransportError::BadAnswer(_) => Self::BadAnswer(BadEnrolAnswer::Shape),
        }
    }

    fn of_problem(problem: Problem) -> Self {
        match problem.kind.as_str() {
            "urn:hecheng:problem:ticket-used" => Self::TicketUsed,
            "urn:hecheng:problem:ticket-expired" => Self::TicketExpired,
            "urn:hecheng:problem:ticket-unknown" => Self::TicketUnknown,
            _ => Self::Refused(problem),
        }
    }
}
