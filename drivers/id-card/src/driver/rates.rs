//! Which line rate the module answers at.
//!
//! The configured rate is used as long as it is answered. After silence the self-test is sent at the other rates in turn,
//! as the makers' own programs do; the first that is answered stays, over closing and opening too.

use std::time::Duration;

use kiosk_drivers_api::{Cancel, ReaderFault};
use kiosk_serial::Link;

use super::{Reader, fault_of_link};
use crate::deadlines::{PROBE, PROBE_EVERY, SILENCES};
use crate::protocol::Command;

/// The rates of command `60 0n`, in the order of n.
const RATES: [u32; 5] = [115_200, 57_600, 38_400, 19_200, 9_600];

/// How far the present rate can be trusted.
#[derive(Default)]
pub(super) struct Rates {
    silences: u32,
    next_round: Duration,
}

impl Rates {
    /// Notes how a command ended.
    pub(super) fn note(&mut self, fault: Option<&ReaderFault>) {
        self.silences = if fault.is_some_and(is_silence) { self.silences.saturating_add(1) } else { 0 };
    }

    /// Whether the other rates should be tried.
    pub(super) fn are_in_doubt(&self, now: Duration) -> bool {
        self.silences >= SILENCES && now >= self.next_round
    }
}

/// Nobody answers, or the answer is no frame: so it looks when both ends keep different rates.
fn is_silence(fault: &ReaderFault) -> bool {
    matches!(fault, ReaderFault::NoAnswer | ReaderFault::Garbled { status: 0 })
}

impl<L: Link> Reader<L> {
    /// Tries the other rates; without an answer the present one stays.
    pub(super) fn find_rate(&mut self, cancel: &Cancel) -> Result<(), ReaderFault> {
        let Some(present) = self.link.baud() else { return Ok(()) };
        self.rates.next_round = self.link.now() + PROBE_EVERY;
        for baud in RATES.into_iter().filter(|baud| *baud != present) {
            self.link.set_baud(baud).map_err(fault_of_link)?;
            match self.exchange_within(PROBE, Command::ModuleStatus, cancel) {
                Err(fault) if is_silence(&fault) => {}
                Err(fault @ (ReaderFault::Cancelled | ReaderFault::NotConnected)) => {
                    self.link.close();
                    self.link.set_baud(present).map_err(fault_of_link)?;
                    return Err(fault);
                }
                Ok(_) | Err(_) => {
                    tracing::warn!(baud, configured = present, "the reader answers at another line rate");
                    self.rates.note(None);
                    return Ok(());
                }
            }
        }
        self.link.set_baud(present).map_err(fault_of_link)
    }
}
