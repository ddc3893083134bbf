//! What the terminal is doing at the moment, for technicians; and whether one may work at it. Nothing here names a person.
//!
//! Policy: technicians work while nobody is served, one at a time. A visit that begins ends their work.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kiosk_drivers_api::{Cancel, DeviceStatus, PagePrinterStatus, PrinterStatus};
use kiosk_protocol::catalogue::Catalogue;
use kiosk_session::Link;
use kiosk_store::Pause;
use serde::Serialize;

use crate::technician::{Begun, Device, NOT_KNOWN, Shift, Standing, device_words, printer_words};

/// Shared between the session's loop, which writes it, and the control socket, which reads it.
#[derive(Clone, Default)]
pub struct Board(Arc<Mutex<Facts>>);

#[derive(Default)]
struct Facts {
    state: &'static str,
    is_visited: bool,
    is_to_restart: bool,
    trouble: Option<String>,
    pause: Option<Pause>,
    link: Option<Link>,
    catalogue: Option<(u64, Timestamp)>,
    reader: Option<DeviceStatus>,
    printer: Option<PrinterStatus>,
    pages: Option<PagePrinterStatus>,
    slot: Option<DeviceStatus>,
    scanner: Option<DeviceStatus>,
    work: Option<Cancel>,
    /// Whether all devices that the work needs are in the technician's hands.
    is_at_work: bool,
}

/// The answer to `status`.
#[derive(Serialize)]
pub struct Status {
    /// The session's state; `closed`, `suspended`, `paused`, `closed_from_afar` or `out_of_service` while nobody is taken in.
    pub state: &'static str,
    /// Why nobody can be taken in, else nothing.
    pub trouble: Option<String>,
    /// Since when the terminal is taken out of service, and by whom.
    pub pause: Option<Pause>,
    /// Whether a technician has the devices in hand: a card is read for him now.
    pub technician: bool,
    /// `online` or `offline`.
    pub link: &'static str,
    /// The catalogue in force.
    pub catalogue_version: Option<u64>,
    /// When it was published.
    pub catalogue_published_at: Option<Timestamp>,
    /// The identity-card reader, in XFS words.
    pub id_card: String,
    /// The receipt printer, in XFS words, with paper and fault.
    pub receipt_printer: String,
}

/// Why no technician may work now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Taken {
    /// Somebody is served.
    #[error("a visit is under way; try again when it has ended")]
    ByVisit,
    /// Another technician works.
    #[error("another test is under way; try again when it has ended")]
    ByTechnician,
}

/// Leave to work, until it is dropped.
pub struct Leave {
    board: Board,
    /// Raised when a visit begins.
    pub cancel: Cancel,
}

impl Board {
    /// Notes the session's state, and whether somebody is served: then a technician's work ends.
    pub fn state(&self, state: &'static str, is_visited: bool) {
        let mut facts = self.facts();
        (facts.state, facts.is_visited) = (state, is_visited);
        facts.work.iter().filter(|_| is_visited).for_each(Cancel::cancel);
    }

    /// Notes why nobody can be taken in, or that nothing is in the way.
    pub fn trouble(&self, trouble: Option<String>) {
        self.facts().trouble = trouble;
    }

    /// Notes whether the terminal is taken out of service.
    pub fn pause(&self, pause: Option<Pause>) {
        self.facts().pause = pause;
    }

    /// Notes the link.
    pub fn link(&self, link: Link) {
        self.facts().link = Some(link);
    }

    /// Notes the catalogue in force.
    pub fn catalogue(&self, catalogue: &Catalogue) {
        self.facts().catalogue = Some((catalogue.version, catalogue.published_at));
    }

    /// Notes the reader's state.
    pub fn reader(&self, status: DeviceStatus) {
        self.facts().reader = Some(status);
    }

    /// Notes the receipt printer's state.
    pub fn printer(&self, status: PrinterStatus) {
        self.facts().printer = Some(status);
    }

    /// Notes the page printer's state.
    pub fn pages(&self, status: PagePrinterStatus) {
        self.facts().pages = Some(status);
    }

    /// Notes the slot's state.
    pub fn slot(&self, status: DeviceStatus) {
        self.facts().slot = Some(status);
    }

    /// Notes the scanner's state.
    pub fn scanner(&self, status: DeviceStatus) {
        self.facts().scanner = Some(status);
    }

    /// What is known now.
    pub fn status(&self) -> Status {
        let facts = self.facts();
        let not_known = || NOT_KNOWN.to_owned();
        Status {
            state: facts.state,
            trouble: facts.trouble.clone(),
            pause: facts.pause.clone(),
            technician: facts.is_at_work,
            link: if facts.link == Some(Link::Online) { "online" } else { "offline" },
            catalogue_version: facts.catalogue.map(|(version, _)| version),
            catalogue_published_at: facts.catalogue.map(|(_, at)| at),
            id_card: facts.reader.map_or_else(not_known, |status| device_words(status).to_owned()),
            receipt_printer: facts.printer.map_or_else(not_known, printer_words),
        }
    }

    /// How each device stands, as far as it was told.
    pub fn standings(&self) -> Vec<Standing> {
        let facts = self.facts();
        let of_device =
            |device, status: Option<DeviceStatus>| status.map(|status| Standing::of_device(device, status));
        let known = [
            of_device(Device::IdCard, facts.reader),
            facts.printer.map(Standing::of_printer),
            facts.pages.map(Standing::of_pages),
            of_device(Device::SmartCard, facts.slot),
            of_device(Device::Scanner, facts.scanner),
        ];
        let all = Device::ALL.into_iter().zip(known);
        all.map(|(device, known)| known.unwrap_or_else(|| Standing::word(device, NOT_KNOWN))).collect()
    }

    /// Lets a technician work.
    pub fn leave(&self) -> Result<Leave, Taken> {
        let mut facts = self.facts();
        if facts.is_visited {
            return Err(Taken::ByVisit);
        }
        if facts.work.is_some() {
            return Err(Taken::ByTechnician);
        }
        let cancel = Cancel::default();
        facts.work = Some(cancel.clone());
        Ok(Leave { board: self.clone(), cancel })
    }

    /// Whether somebody is served.
    pub fn is_visited(&self) -> bool {
        self.facts().is_visited
    }

    /// Has the program end, to be started again, once nobody is served.
    pub fn restart_when_idle(&self) {
        self.facts().is_to_restart = true;
    }

    /// Whether the program is to end now: nobody is served, and no technician is at work.
    pub fn may_restart(&self) -> bool {
        let facts = self.facts();
        facts.is_to_restart && !facts.is_visited && facts.work.is_none()
    }

    fn work_has_begun(&self) {
        let mut facts = self.facts();
        facts.is_at_work = facts.work.is_some();
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave {
    /// The time of one piece of work; a visit that begins ends it.
    pub fn shift(&self) -> Shift {
        let board = self.board.clone();
        Shift { cancel: self.cancel.clone(), begun: Begun::new(move || board.work_has_begun()) }
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        let mut facts = self.board.facts();
        (facts.work, facts.is_at_work) = (None, false);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn technicians_work_one_at_a_time_and_never_beside_a_visit() {
        let board = Board::default();
        board.state("attract", false);
        let leave = board.leave().unwrap();
        assert_eq!(board.leave().err(), Some(Taken::ByTechnician));
        board.state("home", true);
        assert!(leave.cancel.is_cancelled(), "a visit ends the work");
        drop(leave);
        assert_eq!(board.leave().err(), Some(Taken::ByVisit));
        board.state("attract", false);
        assert!(!board.leave().unwrap().cancel.is_cancelled());
    }

    #[test]
    fn a_technician_is_at_work_once_the_last_device_is_in_hand() {
        let board = Board::default();
        let leave = board.leave().unwrap();
        let shift = leave.shift();
        let (reader, slot) = (shift.begun.clone(), shift.begun);
        reader.told();
        assert!(!board.status().technician, "the slot may still take a card for a visit");
        slot.told();
        assert!(board.status().technician);
        drop(leave);
        assert!(!board.status().technician);
    }

    #[test]
    fn what_nobody_told_is_not_known() {
        let board = Board::default();
        board.slot(DeviceStatus::NoDevice);
        let words: Vec<_> = board.standings().into_iter().map(|standing| standing.status).collect();
        assert_eq!(words, [NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, "no device", NOT_KNOWN]);
    }
}
