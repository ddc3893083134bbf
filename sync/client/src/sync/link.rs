//! Whether the platform is within reach.

use std::time::Duration;

use crate::transport::TransportError;

/// RFC 6585, 4: about the terminal, not about the request.
const TOO_MANY_REQUESTS: u16 = 429;

/// The link, as the last outcome showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The platform answered.
    Online,
    /// It did not.
    Offline {
        /// Since when, on the machine's clock.
        since: Duration,
        /// Why, as of the last try.
        why: OfflineReason,
    },
}

/// Why the platform is out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineReason {
    /// Not tried yet.
    Starting,
    /// No connection.
    Unreachable,
    /// Connected, no answer.
    TimedOut,
    /// Not the platform we know. Cure: address, intercepting proxy, clock.
    Untrusted,
    /// The platform does not accept this terminal. Cure: enrol again, or reactivate the terminal.
    Unauthorised,
    /// The platform took this terminal's rights. Cure: its operator readmits it, or a new ticket.
    Suspended,
    /// The platform asked for patience.
    Busy,
    /// The platform has an internal error, or answers nonsense.
    Failing,
}

impl OfflineReason {
    /// The two ends do not know each other: no request can be to blame for that.
    pub(super) fn is_about_identity(self) -> bool {
        matches!(self, Self::Untrusted | Self::Unauthorised | Self::Suspended)
    }

    /// Trying again before its time may help: a platform that asked for patience or said no gets what it asked for.
    pub(super) fn may_pass_early(self) -> bool {
        !matches!(self, Self::Busy | Self::Unauthorised | Self::Suspended)
    }

    /// What the error says about the link; nothing where the platform works and refuses one request.
    pub fn of(error: &TransportError) -> Option<Self> {
        match error {
            TransportError::Unreachable => Some(Self::Unreachable),
            TransportError::Untrusted => Some(Self::Untrusted),
            TransportError::TimedOut => Some(Self::TimedOut),
            TransportError::Refused(problem) if problem.status == TOO_MANY_REQUESTS => Some(Self::Busy),
            TransportError::Refused(problem) if problem.status < 500 => None,
            TransportError::RetryAfter(_) => Some(Self::Busy),
            TransportError::Unauthorised => Some(Self::Unauthorised),
            TransportError::Suspended => Some(Self::Suspended),
            TransportError::Refused(_) | TransportError::BadAnswer(_) => Some(Self::Failing),
        }
    }
}
