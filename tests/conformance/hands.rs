//! Who puts cards down, opens covers and pulls plugs: the simulator's control, or a technician at the bench.

use std::cell::Cell;
use std::io::Write;

use kiosk_sim::Simulator;
use kiosk_sim::control::{
    CardAction, ChipAction, Command, Device, PagePrinterState, PrinterState, ScannerAction,
};

/// Something to be done to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Put a card on the reader or into the slot, or a code before the scanner.
    Place,
    /// Take it away.
    Lift,
    /// Pull the plug.
    Unplug,
    /// Put it in.
    Plug,
    /// Take the paper out.
    TakePaperOut,
    /// Open the cover, or the door.
    Open,
    /// Put paper in and close everything.
    PutRight,
}

/// Does it.
pub trait Hands {
    /// Does the deed; `false` where nobody can.
    fn act(&mut self, deed: Deed) -> bool;

    /// Whether so many whole pages have come out so far; nothing where nobody looks.
    fn count_pages(&mut self) -> Option<usize>;
}

/// The simulator's hands for one of its devices.
pub struct Simulated {
    pub simulator: Simulator,
    pub device: Option<Device>,
    /// How many codes were shown. Each is another one: the same within a second counts as still lying there.
    codes: Cell<u32>,
    _folder: tempfile::TempDir,
}

impl Simulated {
    /// Of a device with a plug, or of the slot for chip cards.
    pub fn of(simulator: Simulator, device: Option<Device>, folder: tempfile::TempDir) -> Self {
        Self { simulator, device, codes: Cell::default(), _folder: folder }
    }

    fn command(&self, deed: Deed) -> Option<Command> {
        let of_card = || match self.device {
            Some(Device::IdReader) => Some((
                Command::Card(CardAction::Place { resident: "alice".to_owned() }),
                Command::Card(CardAction::Lift),
            )),
            None => Some((
                Command::Chip(ChipAction::Insert { card: "alice-social".to_owned() }),
                Command::Chip(ChipAction::Remove),
            )),
            Some(Device::Scanner) => {
                self.codes.update(|codes| codes + 1);
                let code = ScannerAction::Show {
                    text: format!("https://example.org/齐齐哈尔/{}", self.codes.get()),
                    symbology: "Q1".to_owned(),
                    gbk: false,
                };
                Some((Command::Scanner(code), Command::Scanner(ScannerAction::Hide)))
            }
            Some(Device::ReceiptPrinter | Device::PagePrinter) => None,
        };
        match deed {
            Deed::Place => of_card().map(|(place, _)| place),
            Deed::Lift => of_card().map(|(_, lift)| lift),
            Deed::Unplug => self.device.map(|device| Command::Unplug { device }),
            Deed::Plug => self.device.map(|device| Command::Plug { device }),
            Deed::TakePaperOut => self.printer(PrinterState::PaperOut, PagePrinterState::PaperOut),
            Deed::Open => self.printer(PrinterState::CoverOpen, PagePrinterState::DoorOpen),
            Deed::PutRight => self.printer(PrinterState::Ok, PagePrinterState::Ok),
        }
    }

    fn printer(&self, receipt: PrinterState, page: PagePrinterState) -> Option<Command> {
        match self.device? {
            Device::ReceiptPrinter => Some(Command::Printer { state: receipt }),
            Device::PagePrinter => Some(Command::PagePrinter { state: page }),
            Device::IdReader | Device::Scanner => None,
        }
    }
}

impl Hands for Simulated {
    fn act(&mut self, deed: Deed) -> bool {
        self.command(deed).is_some_and(|command| self.simulator.act(&command).is_ok())
    }

    fn count_pages(&mut self) -> Option<usize> {
        match self.device? {
            Device::ReceiptPrinter => {
                let pieces = self.simulator.papers();
                Some(pieces.iter().filter(|piece| piece.complete && !piece.lines.is_empty()).count())
            }
            Device::PagePrinter => Some(self.simulator.state().page_printer.printed.len()),
            Device::IdReader | Device::Scanner => None,
        }
    }
}

/// Somebody at the bench, who is told what to do and presses Enter.
pub struct Technician {
    /// Whether there is anybody.
    pub present: bool,
}

impl Technician {
    fn ask(&self, words: &str) -> Option<String> {
        let mut answer = String::new();
        let mut out = std::io::stderr().lock();
        let asked = self.present && write!(out, "  >> {words} ").and_then(|()| out.flush()).is_ok();
        (asked && std::io::stdin().read_line(&mut answer).is_ok()).then_some(answer)
    }
}

impl Hands for Technician {
    fn act(&mut self, deed: Deed) -> bool {
        let words = match deed {
            Deed::Place => "Put a card on the reader or into the slot, or hold a code before the scanner,",
            Deed::Lift => "Take card or code away",
            Deed::Unplug => "Pull the device's plug (data line or power)",
            Deed::Plug => "Put the plug in again",
            Deed::TakePaperOut => "Take the paper out and close everything",
            Deed::Open => "Open the cover",
            Deed::PutRight => "Put paper in and close everything",
        };
        self.ask(&format!("{words} and press Enter.")).is_some()
    }

    fn count_pages(&mut self) -> Option<usize> {
        self.ask("How many whole pages have come out since the start?")?.trim().parse().ok()
    }
}
