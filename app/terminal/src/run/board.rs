//! What the terminal is doing at the moment, for technicians. Nothing here names a person.

use std::sync::{Arc, Mutex, PoisonError};

use kiosk_drivers_api::{DeviceStatus, PrinterStatus};
use kiosk_session::Link;
use serde::Serialize;

/// Shared between the session's loop, which writes it, and the control socket, which reads it.
#[derive(Clone, Default)]
pub struct Board(Arc<Mutex<Facts>>);

#[derive(Clone, Default)]
struct Facts {
    state: &'static str,
    trouble: Option<String>,
    link: Option<Link>,
    catalogue_version: Option<u64>,
    reader: Option<DeviceStatus>,
    printer: Option<PrinterStatus>,
}

/// The answer to `status`.
#[derive(Serialize)]
pub struct Status {
    /// The session's state; `closed` while nobody can be taken in.
    pub state: &'static str,
    /// Why nobody can be taken in, else nothing.
    pub trouble: Option<String>,
    /// `online` or `offline`.
    pub link: &'static str,
    /// The catalogue in force.
    pub catalogue_version: Option<u64>,
    /// The identity-card reader, in XFS words.
    pub id_card: String,
    /// The receipt printer, in XFS words, with paper and fault.
    pub receipt_printer: String,
}

impl Board {
    /// Notes the session's state.
    pub fn state(&self, state: &'static str) {
        self.change(|facts| facts.state = state);
    }

    /// Notes why nobody can be taken in, or that nothing is in the way.
    pub fn trouble(&self, trouble: Option<String>) {
        self.change(|facts| facts.trouble = trouble);
    }

    /// Notes the link.
    pub fn link(&self, link: Link) {
        self.change(|facts| facts.link = Some(link));
    }

    /// Notes the catalogue in force.
    pub fn catalogue(&self, version: u64) {
        self.change(|facts| facts.catalogue_version = Some(version));
    }

    /// Notes the reader's state.
    pub fn reader(&self, status: DeviceStatus) {
        self.change(|facts| facts.reader = Some(status));
    }

    /// Notes the printer's state.
    pub fn printer(&self, status: PrinterStatus) {
        self.change(|facts| facts.printer = Some(status));
    }

    /// What is known now.
    pub fn status(&self) -> Status {
        let facts = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Status {
            state: facts.state,
            trouble: facts.trouble,
            link: if facts.link == Some(Link::Online) { "online" } else { "offline" },
            catalogue_version: facts.catalogue_version,
            id_card: facts.reader.map_or_else(not_known, device_words),
            receipt_printer: facts.printer.map_or_else(not_known, printer_words),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn not_known() -> String {
    "not known yet".to_owned()
}

/// A device's state in the words of XFS4IoT.
pub fn device_words(status: DeviceStatus) -> String {
    let words = match status {
        DeviceStatus::Online => "online",
        DeviceStatus::Offline => "offline",
        DeviceStatus::NoDevice => "no device",
        DeviceStatus::HardwareError => "hardware error",
        DeviceStatus::UserActionNeeded => "user action needed",
        DeviceStatus::Busy => "busy",
    };
    words.to_owned()
}

/// A printer's state in the words of XFS4IoT, with paper and fault.
pub fn printer_words(status: PrinterStatus) -> String {
    let device = device_words(status.device);
    let paper = format!("paper {:?}", status.paper).to_lowercase();
    match status.fault {
        Some(fault) => format!("{device}, {paper}: {fault}"),
        None => format!("{device}, {paper}"),
    }
}
