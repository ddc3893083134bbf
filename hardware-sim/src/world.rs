//! Everything that stands around the terminal, and what a command does to it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use crate::attached::Attached;
use crate::chip::{Slot, library};
use crate::control::{
    CardAction, ChipAction, ChipView, Command, CommandError, Device, Link, NetworkView, PagePrinterView,
    PaperAction, PaperPiece, PrinterView, ReaderView, ScannerAction, ScannerView, State,
};
use crate::disk::Disk;
use crate::ipp::Socket;
use crate::line::Line;
use crate::peripheral::Peripheral;
use crate::printer::{Glyphs, Printer};
use crate::reader::{Card, Reader};
use crate::recording::{Masker, Tape, Wire};
use crate::residents::Resident;
use crate::scanner::{Dialect, Scanner, Shown};
use crate::simulator::{Options, UsbOptions};
use crate::tray::Tray;
use crate::usb::{Place, ReaderPipes, Shape, UsbLine, UsbPeripheral};

/// The devices, the tray, the residents and the network.
#[derive(Debug)]
pub struct World {
    epoch: Instant,
    residents: Vec<Resident>,
    reader: Attached<Reader>,
    // Ends before the tray, whose thread waits for the printer's last piece.
    printer: Attached<Printer>,
    page_printer: Socket,
    scanner: Attached<Scanner>,
    tray: Tray,
    chip: Option<Slot>,
    network: Option<watch::Sender<NetworkView>>,
    disk: Option<Disk>,
}

impl World {
    /// Plugs the devices in below `dir`.
    pub fn build(
        dir: &Path,
        options: &Options,
        residents: Vec<Resident>,
        network: Option<watch::Sender<NetworkView>>,
    ) -> std::io::Result<World> {
        let epoch = Instant::now();
        let link = |device: Device| dir.join(device.file_name());
        let (tray, slit) = Tray::open(dir.join("paper"))?;
        let room = Room { dir, usb: options.usb.as_ref(), scanner: options.scanner, epoch };
        let reader = room.attach(Reader::new(options.reader_baud), Device::IdReader, |_| {})?;
        let drop_into_tray = move |printer: &mut Printer| {
            printer.take_pieces().into_iter().for_each(|piece| slit.drop_in(piece));
        };
        let printer = Printer::new(glyphs()).with_flow(options.printer_flow);
        let printer = room.attach(printer, Device::ReceiptPrinter, drop_into_tray)?;
        let scanner = room.attach(Scanner::new(options.scanner), Device::Scanner, |_| {})?;
        let page_printer = Socket::start(&link(Device::PagePrinter), dir.join("pages"), epoch)?;
        let slot = |address| Slot::start(address, library(&residents));
        let chip = options.vpcd.map(slot).transpose()?;
        let disk = options.disk.as_deref().map(Disk::at);
        let world =
            World { epoch, residents, reader, printer, page_printer, scanner, tray, chip, network, disk };
        options.record.as_deref().map(|into| world.record(into)).transpose()?;
        Ok(world)
    }

    /// Takes down what goes over every wire from now on, without the data of the residents.
    fn record(&self, into: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(into)?;
        let masker = Arc::new(Masker::of(&self.residents));
        let tape = |device: &str, wire| Tape::new(into, device, wire, Arc::clone(&masker));
        let named = |device: Device, wire| tape(device.file_name(), wire);
        let (reader, printer, scanner) = (self.reader.wire(), self.printer.wire(), self.scanner.wire());
        self.reader.with(|end| end.record(named(Device::IdReader, reader)));
        self.printer.with(|end| end.record(named(Device::ReceiptPrinter, printer)));
        self.scanner.with(|end| end.record(named(Device::Scanner, scanner)));
        self.page_printer.record(named(Device::PagePrinter, Wire::Ipp));
        if let Some(slot) = &self.chip {
            slot.record(tape(CHIP, Wire::PcSc), self.epoch);
        }
        Ok(())
    }

    /// Whose cards there are.
    pub fn residents(&self) -> &[Resident] {
        &self.residents
    }

    /// Carries out a command.
    pub fn act(&self, command: &Command) -> Result<(), CommandError> {
        tracing::info!(?command, "command");
        match command {
            Command::Card(CardAction::Place { resident }) => {
                let card = Card::of(self.resident(resident)?);
                self.reader.with(|end| end.device.sam.place(card));
            }
            Command::Card(CardAction::Lift) => self.reader.with(|end| end.device.sam.lift()),
            Command::Reader(action) => {
                let fault = action.fault()?;
                self.reader.with(|end| end.device.sam.set_fault(fault));
            }
            Command::Printer { state } => {
                self.printer.with(|end| end.device.set_state(self.epoch.elapsed(), *state));
            }
            Command::PagePrinter { state } => self.page_printer.set_state(*state),
            Command::Chip(action) => self.chip(action)?,
            Command::Scanner(action) => self.scan(action)?,
            Command::Network { link } => self.set_network(*link)?,
            Command::Disk { state } => self.disk.as_ref().ok_or(CommandError::NoDisk)?.set(*state)?,
            Command::Unplug { device } => self.set_plugged(*device, false),
            Command::UnplugAfter { device, bytes } => self.pull_after(*device, *bytes)?,
            Command::Plug { device } => self.set_plugged(*device, true),
            Command::Paper(PaperAction::Take) => {
                self.tray.take();
                self.page_printer.take();
                self.printer.with(|end| end.device.empty_outlet());
            }
            Command::Paper(PaperAction::List) => {}
        }
        Ok(())
    }

    /// How everything stands.
    pub fn state(&self) -> State {
        State {
            reader: self.reader_view(),
            printer: self.printer_view(),
            page_printer: self.page_printer_view(),
            chip: self.chip.as_ref().map(|slot| ChipView::from(slot.view())),
            scanner: self.scanner_view(),
            papers: self.papers(),
            network: self.network.as_ref().map(|network| *network.borrow()),
            disk: self.disk.as_ref().map(Disk::state),
        }
    }

    /// What lies in the tray, with all the printer has cut so far.
    pub fn papers(&self) -> Vec<PaperPiece> {
        // A step of the printer that is under way ends first.
        self.printer.with(|_| ());
        self.tray.list()
    }

    fn resident(&self, key: &str) -> Result<&Resident, CommandError> {
        self.residents.iter().find(|resident| resident.key == key).ok_or_else(|| {
            let known: Vec<&str> = self.residents.iter().map(|resident| resident.key.as_str()).collect();
            CommandError::UnknownResident { key: key.to_owned(), known: known.join(", ") }
        })
    }

    fn chip(&self, action: &ChipAction) -> Result<(), CommandError> {
        let slot = self.chip.as_ref().ok_or(CommandError::NoSlot)?;
        match action {
            ChipAction::Insert { card } => slot
                .insert(card)
                .map_err(|known| CommandError::UnknownCard { key: card.clone(), known: known.join(", ") })?,
            ChipAction::Remove => slot.remove(),
            ChipAction::Fault(fault) => slot.set_fault(fault.fault()?),
        }
        Ok(())
    }

    fn scan(&self, action: &ScannerAction) -> Result<(), CommandError> {
        let now = self.epoch.elapsed();
        let show = |shown| self.scanner.with(|end| end.device.show(now, shown));
        match action {
            ScannerAction::Show { .. } | ScannerAction::ShowHex { .. } => show(action.shown()?),
            ScannerAction::ShowPaper => show(Some(Shown::qr(&self.newest_qr()?))),
            ScannerAction::Hide => show(None),
            ScannerAction::Ok
            | ScannerAction::Silent
            | ScannerAction::Torn
            | ScannerAction::Garbage
            | ScannerAction::Checksum
            | ScannerAction::Slow
            | ScannerAction::Oversize => {
                let fault = action.fault(self.scanner.with(|end| end.device.dialect()))?;
                self.scanner.with(|end| end.device.set_fault(fault));
            }
        }
        Ok(())
    }

    /// The last QR code of the newest piece of paper with one.
    fn newest_qr(&self) -> Result<String, CommandError> {
        let newest = self.papers().into_iter().rev().find_map(|mut paper| paper.qr.pop());
        newest.ok_or(CommandError::NoPaperCode)
    }

    fn set_network(&self, link: Link) -> Result<(), CommandError> {
        let network = self.network.as_ref().ok_or(CommandError::NoProxy)?;
        network.send_modify(|network| *network = network.after(link));
        Ok(())
    }

    fn set_plugged(&self, device: Device, plugged: bool) {
        match device {
            Device::IdReader => self.reader.set_plugged(plugged),
            Device::ReceiptPrinter => self.printer.set_plugged(plugged),
            Device::PagePrinter => self.page_printer.set_plugged(plugged),
            Device::Scanner => self.plug_scanner(plugged),
        }
    }

    fn pull_after(&self, device: Device, bytes: u64) -> Result<(), CommandError> {
        let is_told = match device {
            Device::IdReader => self.reader.pull_after(bytes),
            Device::ReceiptPrinter => self.printer.pull_after(bytes),
            Device::Scanner => self.scanner.pull_after(bytes),
            Device::PagePrinter => false,
        };
        if is_told { Ok(()) } else { Err(CommandError::NoLine) }
    }

    /// One that always looks begins to when it has power.
    fn plug_scanner(&self, plugged: bool) {
        self.scanner.set_plugged(plugged);
        if plugged {
            self.scanner.with(|end| end.device.power_on(self.epoch.elapsed()));
        }
    }

    fn reader_view(&self) -> ReaderView {
        let plugged = self.reader.is_plugged();
        self.reader.with(|end| ReaderView {
            plugged,
            card: end.device.sam.card().map(|card| card.resident.clone()),
            fault: end.device.sam.fault().map(|fault| format!("{fault:?}").to_lowercase()),
            baud: end.device.baud(),
            bytes_in: end.bytes_in,
            bytes_out: end.bytes_out,
        })
    }

    fn scanner_view(&self) -> ScannerView {
        let plugged = self.scanner.is_plugged();
        self.scanner.with(|end| ScannerView::of(end, plugged))
    }

    fn page_printer_view(&self) -> PagePrinterView {
        let (requests, handling) = self.page_printer.handled();
        let (state, waiting) = self.page_printer.with(|printer| (printer.state(), printer.waiting()));
        PagePrinterView {
            plugged: self.page_printer.is_plugged(),
            state,
            uri: self.page_printer.uri(),
            waiting,
            requests,
            handling_us: u64::try_from(handling.as_micros()).unwrap_or(u64::MAX),
            printed: self.page_printer.printed(),
        }
    }

    fn printer_view(&self) -> PrinterView {
        let plugged = self.printer.is_plugged();
        self.printer.with(|end| PrinterView {
            plugged,
            state: end.device.condition().state,
            stopped: end.device.condition().stopped(),
            bytes_in: end.bytes_in,
            bytes_out: end.bytes_out,
            buffered: end.device.buffered(),
            uncut_mm: end.device.uncut_mm(),
            lost_bytes: end.device.lost_bytes(),
            in_outlet: end.device.is_in_outlet(),
            unknown_commands: end.device.unknown_commands(),
        })
    }
}

/// What the recording of the slot is called; it has no path in the simulator's folder.
const CHIP: &str = "chip";

/// Where devices are plugged in.
struct Room<'a> {
    dir: &'a Path,
    usb: Option<&'a UsbOptions>,
    scanner: Dialect,
    epoch: Instant,
}

impl Room<'_> {
    /// Plugs a device in: on the bus, if there is one, else behind a pty. `after` sees it after each step.
    fn attach<P: UsbPeripheral>(
        &self,
        device: P,
        which: Device,
        after: impl FnMut(&mut P) + Send + 'static,
    ) -> std::io::Result<Attached<P>> {
        let port = self.usb.and_then(|usb| Some((usb, self.port(which, usb.reader_pipes)?)));
        match port {
            Some((usb, (port, shape))) => {
                UsbLine::start(device, (usb.dir.as_path(), Place { port }, shape), self.epoch, after)
                    .map(Attached::Usb)
            }
            None => Line::start(device, &self.dir.join(which.file_name()), self.epoch, after)
                .map(Attached::Serial),
        }
    }

    /// The port of the bus a device is plugged in at, and how it shows itself; none for devices without a USB plug.
    fn port(&self, device: Device, pipes: ReaderPipes) -> Option<(u8, Shape)> {
        match (device, pipes) {
            (Device::IdReader, ReaderPipes::Four) => Some((1, Shape::reader_four_pipes())),
            (Device::IdReader, ReaderPipes::Pair) => Some((1, Shape::reader_one_pair())),
            (Device::ReceiptPrinter, _) => Some((2, Shape::printer())),
            (Device::Scanner, _) => (self.scanner == Dialect::HidPos).then(|| (3, Shape::scanner())),
            (Device::PagePrinter, _) => None,
        }
    }
}

fn glyphs() -> Glyphs {
    Glyphs::load().unwrap_or_else(|error| {
        tracing::warn!(%error, "receipts will show frames instead of characters");
        Glyphs::without_font()
    })
}
