//! The port of a receipt printer.

use crate::paper::Document;
use crate::{About, Cancel, DeviceStatus};

/// A receipt printer.
pub trait ReceiptPrinter: Send {
    /// Asks the device how it stands; opens or reopens it if need be.
    fn status(&mut self) -> PrinterStatus;

    /// Prints and cuts, and returns only when the device itself confirmed that the paper is out:
    /// the in-order answer behind the cut arrived and no error stands.
    fn print(&mut self, document: &Document, cancel: &Cancel) -> Result<(), PrintFault>;

    /// What it says about itself: model and firmware; empty where it cannot be asked.
    fn about(&mut self) -> About {
        About::new()
    }
}

/// How a receipt printer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrinterStatus {
    /// The common part.
    pub device: DeviceStatus,
    /// The roll.
    pub paper: Paper,
    /// Whether the last page was taken.
    pub outlet: Outlet,
    /// The fault that stands, if any.
    pub fault: Option<PrintFault>,
}

/// What is left of the roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Enough.
    Ok,
    /// The near-end sensor sees the end coming. Cure: bring a new roll.
    NearEnd,
    /// None. Cure: new roll.
    Out,
    /// The printer does not answer, so nobody knows.
    Unknown,
}

/// Whether a page lies where residents take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlet {
    /// The page was taken, or none was printed.
    Empty,
    /// A page was not taken yet. Cure: take it; it may name somebody.
    Occupied,
    /// The printer has no sensor there, or does not answer.
    Unknown,
}

/// Why a page did not come out, or may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintFault {
    /// The roll is empty. Cure: new roll.
    #[error("paper out")]
    PaperOut,
    /// The cover is open. Cure: close it.
    #[error("cover open")]
    CoverOpen,
    /// The cutter is blocked. Cure: free the paper, then recover.
    #[error("cutter blocked")]
    CutterBlocked,
    /// Paper does not move. Cure: free the paper, then recover.
    #[error("paper jam or recoverable mechanical error")]
    Jammed,
    /// The head is too hot; it recovers by itself within minutes.
    #[error("print head too hot")]
    HeadHot,
    /// A defect the printer cannot recover from. Cure: power cycle, then service.
    #[error("printer reports an unrecoverable error")]
    Unrecoverable,
    /// Not connected, or the path is missing. Cure: plug it in; the driver reconnects by itself.
    #[error("printer not connected")]
    NotConnected,
    /// The operating system refuses access. Cure: install the udev rules.
    #[error("no permission to open the printer")]
    NoPermission,
    /// The printer stopped answering: the page may or may not be out. Cure: power and cable.
    #[error("the printer did not confirm the page in time")]
    Unconfirmed,
    /// The caller asked to stop; part of the page may be out.
    #[error("cancelled")]
    Cancelled,
}
