//! How a tester tells the simulator what happens: one set of commands for code, HTTP and the command line.

mod chip;
mod client;
mod command;
mod network;
mod scanner;
mod server;
mod state;

pub use chip::{ChipAction, ChipFault, ChipView};
pub use client::{Client, ClientError};
pub use command::{
    CardAction, Command, CommandError, Device, DiskState, PagePrinterState, PaperAction, PrinterState,
    ReaderAction,
};
pub use network::{Link, NetworkView};
pub use scanner::{ScannerAction, ScannerView};
pub(crate) use server::routes;
pub use state::{PagePrinterView, PaperPiece, PrinterView, ReaderView, State};
