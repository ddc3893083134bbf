//! The port of a printer of whole pages.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{About, Cancel, DeviceStatus};

/// A printer of whole pages, A4 as a rule.
pub trait PagePrinter: Send {
    /// Asks the printer how it stands; connects if need be.
    fn status(&mut self) -> PagePrinterStatus;

    /// Prints, and returns only when the printer itself said that the job is complete and no fault of its own speaks
    /// against that. What fails is cancelled at the printer, so that it does not come out later.
    fn print(&mut self, job: &PageJob, cancel: &Cancel) -> Result<(), PageFault>;

    /// What it says about itself: make, model, name; empty where it cannot be asked.
    fn about(&mut self) -> About {
        About::new()
    }
}

/// What is to be printed. Zeroed when dropped, since it may name a person.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct PageJob {
    /// The pages as PDF (ISO 32000).
    pub pdf: Vec<u8>,
    /// How many pages that are, 1 and more: the printer's time follows from it.
    pub pages: u16,
    /// The same pages drawn, for printers that know no PDF; may stay empty.
    pub bitmaps: Vec<PageBitmap>,
    /// How often each page comes out, 1 and more.
    pub copies: u8,
    /// What it is printed on.
    pub paper: PaperSize,
}

/// One drawn page, whole paper, no margins left out.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct PageBitmap {
    /// Dots from left to right, 1 and more.
    pub width: u32,
    /// Dots from top to bottom, 1 and more.
    pub height: u32,
    /// Dots in an inch, both ways.
    pub dpi: u32,
    /// One byte a dot, 0 black, 255 white, row by row: `width` × `height` of them.
    pub grey: Vec<u8>,
}

/// Sizes of paper (ISO 216).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Zeroize)]
pub enum PaperSize {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 148 × 210 mm.
    A5,
}

/// How a page printer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagePrinterStatus {
    /// The common part.
    pub device: DeviceStatus,
    /// What is left in the trays.
    pub paper: Supply,
    /// Toner or ink.
    pub toner: Supply,
    /// The fault that stands, if any.
    pub fault: Option<PageFault>,
}

/// What is left of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// Enough.
    Ok,
    /// Little. Cure: have some at hand.
    Low,
    /// None in one place at least; the printer may go on from another. Cure: fill it up.
    Out,
    /// The printer does not answer, so nobody knows.
    Unknown,
}

/// Why a page did not come out, or may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    /// No paper. Cure: fill the tray.
    #[error("paper out")]
    PaperOut,
    /// The tray holds other paper than was asked for. Cure: put in the size asked for, set the tray to it.
    #[error("other paper needed")]
    PaperNeeded,
    /// Paper is stuck. Cure: open the printer and pull it out.
    #[error("paper jam")]
    Jammed,
    /// A cover is open. Cure: close it.
    #[error("cover open")]
    CoverOpen,
    /// A door is open. Cure: close it.
    #[error("door open")]
    DoorOpen,
    /// A tray is not in its place. Cure: push it in.
    #[error("tray missing")]
    TrayMissing,
    /// The output bin is full. Cure: take the paper away.
    #[error("output bin full")]
    OutputFull,
    /// No toner or ink, or no cartridge. Cure: a new cartridge.
    #[error("toner or ink empty")]
    TonerEmpty,
    /// The container for waste toner is full. Cure: a new container.
    #[error("waste container full")]
    WasteFull,
    /// Somebody stopped the printer or its queue. Cure: resume it at its panel, or with `cupsenable`.
    #[error("printer stopped")]
    Stopped,
    /// The printer's memory or its queue's disk is full. Cure: delete what waits there.
    #[error("no room for the job")]
    SpoolFull,
    /// The queue answers, the printer behind it does not. Cure: the printer's power and cable.
    #[error("the queue does not reach its printer")]
    Unreachable,
    /// A defect, or a worn part. Cure: power cycle, then service.
    #[error("the printer reports a defect")]
    Defect,
    /// It prints for somebody else. Cure: try again shortly.
    #[error("busy with another job")]
    Busy,
    /// It takes no jobs. Cure: allow them at its panel, or with `cupsaccept`.
    #[error("not accepting jobs")]
    NotAccepting,
    /// It wants a name and password, or refuses this terminal. Cure: allow the terminal in the printer's settings.
    #[error("not allowed to print")]
    NotAllowed,
    /// There is no printer under this path. Cure: correct the address.
    #[error("no such printer or queue")]
    NoSuchPrinter,
    /// It knows no PDF and there were no drawn pages, or it knows neither. Cure: a queue that converts, or draw the pages.
    #[error("no form of the page that the printer knows")]
    FormatRefused,
    /// It has not this paper or does not print so many copies. Cure: other paper, fewer copies.
    #[error("paper size or number of copies refused")]
    OptionRefused,
    /// The job was cancelled at the printer or by its operator. Cure: print again.
    #[error("cancelled at the printer")]
    CancelledThere,
    /// The printer gave the job up or says that it came out with errors. Cure: print again; if it stays, another page.
    #[error("the printer gave the job up")]
    Aborted,
    /// Nobody answers at the address. Cure: power, cable, address; the driver connects again by itself.
    #[error("printer not connected")]
    NotConnected,
    /// Its certificate is not the one configured, or none is. Cure: the right certificate file, or `ipp:` without TLS.
    #[error("the printer's certificate is not the configured one")]
    NotTrusted,
    /// It answers in no intelligible way. Cure: the address must name an IPP printer; then service.
    #[error("the printer's answer made no sense")]
    Garbled,
    /// The printer stopped answering or came to no end: the page may or may not be out. Cure: power and cable.
    #[error("the printer did not confirm the page in time")]
    Unconfirmed,
    /// The caller asked to stop; some pages may be out.
    #[error("cancelled")]
    Cancelled,
}
