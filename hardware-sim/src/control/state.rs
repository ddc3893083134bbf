//! What a tester sees of the simulator.

use serde::{Deserialize, Serialize};

use super::chip::ChipView;
use super::command::{DiskState, PagePrinterState, PrinterState};
use super::network::NetworkView;
use super::scanner::ScannerView;
use crate::ipp::PrintedJob;

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The ID-card reader.
    pub reader: ReaderView,
    /// The receipt printer.
    pub printer: PrinterView,
    /// The page printer.
    pub page_printer: PagePrinterView,
    /// The slot for chip cards; absent without one.
    pub chip: Option<ChipView>,
    /// The code scanner.
    pub scanner: ScannerView,
    /// Cut pieces in the tray, oldest first.
    pub papers: Vec<PaperPiece>,
    /// The network; absent without a proxy.
    pub network: Option<NetworkView>,
    /// The terminal's small disk; absent without one.
    pub disk: Option<DiskState>,
}

/// The reader at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderView {
    /// Whether its plug is in.
    pub plugged: bool,
    /// Key of the resident whose card lies on it.
    pub card: Option<String>,
    /// The fault that waits for the next answer.
    pub fault: Option<String>,
    /// Line rate it listens at.
    pub baud: u32,
    /// Bytes it received.
    pub bytes_in: u64,
    /// Bytes it sent.
    pub bytes_out: u64,
}

/// The printer at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterView {
    /// Whether its plug is in.
    pub plugged: bool,
    /// How it stands.
    pub state: PrinterState,
    /// Whether it waits for someone to put something right.
    pub stopped: bool,
    /// Bytes it received.
    pub bytes_in: u64,
    /// Bytes it sent.
    pub bytes_out: u64,
    /// Bytes it has received but not yet executed.
    pub buffered: usize,
    /// Printed paper that is not yet cut, millimetres.
    pub uncut_mm: usize,
    /// Bytes that came to a full buffer and were lost, since it was started.
    pub lost_bytes: u64,
    /// Whether a page lies in its outlet; taking the paper empties it.
    pub in_outlet: bool,
    /// Commands it did not know and skipped, since it was plugged in.
    pub unknown_commands: u64,
}

/// The page printer at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePrinterView {
    /// Whether its plug is in.
    pub plugged: bool,
    /// How it stands.
    pub state: PagePrinterState,
    /// Where it is printed to.
    pub uri: String,
    /// Jobs that are not at their end.
    pub waiting: usize,
    /// Requests it answered.
    pub requests: u64,
    /// Time from their heads to their answers, microseconds.
    pub handling_us: u64,
    /// What came out and was not taken, oldest first.
    pub printed: Vec<PrintedJob>,
}

/// One cut piece of paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperPiece {
    /// Counts from 1.
    pub number: u32,
    /// Its picture, an absolute path.
    pub png: std::path::PathBuf,
    /// Lines of text as printed, from top to bottom; what came as a picture is `[picture, 30 rows]`.
    pub lines: Vec<String>,
    /// Content of the QR codes, from top to bottom.
    pub qr: Vec<String>,
    /// When it was cut.
    pub time: jiff::Timestamp,
    /// Whether it was printed in one go, without a loss of power or data.
    pub complete: bool,
}
