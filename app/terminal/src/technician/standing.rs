//! How a device stands, in a technician's words: those of XFS4IoT, and what is wrong with its cure.

use kiosk_drivers_api::{DeviceStatus, Outlet, PagePrinterStatus, Paper, PrinterStatus, Supply};
use serde::{Deserialize, Serialize};

use super::{Device, cures};

/// How a device stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which.
    pub kind: Device,
    /// The word of XFS4IoT, or that nobody knows yet.
    pub status: String,
    /// `ok`, `low`, `out` or `unknown`, where it has paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// `empty` or `page not taken`, where it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlet: Option<String>,
    /// As `paper`, where it has toner or ink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toner: Option<String>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

/// The status of a device that works.
pub const ONLINE: &str = "online";
/// The status of a device that is at work.
pub const BUSY: &str = "busy";
/// The status of a device nobody has asked yet.
pub const NOT_KNOWN: &str = "not known yet";
/// The status of a device that is none of the terminal's.
pub const NOT_CONFIGURED: &str = "not configured";

impl Standing {
    /// Only a word.
    pub fn word(kind: Device, status: &str) -> Self {
        Self {
            kind,
            status: status.to_owned(),
            paper: None,
            outlet: None,
            toner: None,
            fault: None,
            cure: None,
        }
    }

    /// A device that has nothing to run out of.
    pub fn of_device(kind: Device, status: DeviceStatus) -> Self {
        let cure = cures::of_status(status).map(str::to_owned);
        Self { cure, ..Self::word(kind, device_words(status)) }
    }

    /// The receipt printer.
    pub fn of_printer(status: PrinterStatus) -> Self {
        let cure = status
            .fault
            .map_or_else(|| cures::of_status(status.device), |fault| Some(cures::of_print(fault)));
        Self {
            paper: Some(paper_word(status.paper).to_owned()),
            outlet: outlet_word(status.outlet).map(str::to_owned),
            fault: status.fault.map(|fault| fault.to_string()),
            cure: cure.map(str::to_owned),
            ..Self::word(Device::ReceiptPrinter, device_words(status.device))
        }
    }

    /// The page printer.
    pub fn of_pages(status: PagePrinterStatus) -> Self {
        let cure =
            status.fault.map_or_else(|| cures::of_status(status.device), |fault| Some(cures::of_page(fault)));
        Self {
            paper: Some(supply_word(status.paper).to_owned()),
            toner: Some(supply_word(status.toner).to_owned()),
            fault: status.fault.map(|fault| fault.to_string()),
            cure: cure.map(str::to_owned),
            ..Self::word(Device::PagePrinter, device_words(status.device))
        }
    }

    /// A device whose driver broke down.
    pub fn broken(kind: Device) -> Self {
        let fault = ("the driver broke down".to_owned(), cures::BROKEN);
        Self::of_device(kind, DeviceStatus::HardwareError).with_fault(Some(fault))
    }

    /// What is wrong, told by whoever knows more than the status.
    pub fn with_fault(self, fault: Option<(String, &str)>) -> Self {
        match fault {
            Some((fault, cure)) => Self { fault: Some(fault), cure: Some(cure.to_owned()), ..self },
            None => self,
        }
    }

    /// Whether it works.
    pub fn is_well(&self) -> bool {
        self.status == ONLINE && self.fault.is_none()
    }
}

/// A device's state in the words of XFS4IoT.
pub fn device_words(status: DeviceStatus) -> &'static str {
    match status {
        DeviceStatus::Online => ONLINE,
        DeviceStatus::Offline => "offline",
        DeviceStatus::NoDevice => "no device",
        DeviceStatus::HardwareError => "hardware error",
        DeviceStatus::UserActionNeeded => "user action needed",
        DeviceStatus::Busy => BUSY,
    }
}

/// A receipt printer's state in the words of XFS4IoT, with paper and fault.
pub fn printer_words(status: PrinterStatus) -> String {
    let device = device_words(status.device);
    let paper = format!("paper {:?}", status.paper).to_lowercase();
    match status.fault {
        Some(fault) => format!("{device}, {paper}: {fault}"),
        None => format!("{device}, {paper}"),
    }
}

fn paper_word(paper: Paper) -> &'static str {
    match paper {
        Paper::Ok => "ok",
        Paper::NearEnd => "low",
        Paper::Out => "out",
        Paper::Unknown => "unknown",
    }
}

fn outlet_word(outlet: Outlet) -> Option<&'static str> {
    match outlet {
        Outlet::Empty => Some("empty"),
        Outlet::Occupied => Some("page not taken"),
        Outlet::Unknown => None,
    }
}

fn supply_word(supply: Supply) -> &'static str {
    match supply {
        Supply::Ok => "ok",
        Supply::Low => "low",
        Supply::Out => "out",
        Supply::Unknown => "unknown",
    }
}
