//! One small port per device kind.
//!
//! Drivers implement these traits; the terminal uses nothing else of them. A port never
//! panics and never blocks past its deadline: an expected failure is a typed fault whose
//! documentation names the cure, and the fault is what a screen explains.

mod about;
mod cancel;
mod card;
mod page_printer;
pub mod paper;
mod printer;
mod reader;
mod scanner;
mod smart_card;
mod status;

pub use about::About;
pub use cancel::Cancel;
pub use card::{CardDate, CardKind, IdCard, Private, PrivateBytes, Sex, ValidUntil};
pub use page_printer::{PageBitmap, PageFault, PageJob, PagePrinter, PagePrinterStatus, PaperSize, Supply};
pub use printer::{Outlet, Paper, PrintFault, PrinterStatus, ReceiptPrinter};
pub use reader::{IdCardReader, ReaderFault};
pub use scanner::{AimId, CodeScanner, Scan, ScanFault, Trigger};
pub use smart_card::{
    BankCard, CHALLENGE_BYTES, CardHolder, CardKey, CardPart, CardScheme, Generation, Kept, POINT_BYTES,
    SIGNATURE_BYTES, SmartCard, SmartCardFault, SmartCardReader, SocialSecurityCard, TechnicianCard,
    Validity,
};
pub use status::DeviceStatus;
