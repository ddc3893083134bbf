//! Faults by chance: each begins at some moment and is put right some time later.

use std::time::Duration;

use kiosk_sim::ipp::PagePrinterState;
use kiosk_sim::printer::PrinterState;
use kiosk_sim::reader::Fault;
use kiosk_sim::scanner::Fault as ScannerFault;

use crate::chance::Chance;
use crate::chips::ChipTrouble;
use crate::devices::Devices;
use crate::keeper::{Disk, Keeper};
use crate::limits::{FAULT_EVERY_MS, FAULT_MS};
use crate::platform::{Network, Platform};

/// Everything that can break.
pub struct Things<'a> {
    /// The devices.
    pub devices: &'a Devices,
    /// The store.
    pub keeper: &'a mut Keeper,
    /// The network and what is behind it.
    pub platform: &'a Platform,
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Printer(PrinterState),
    PrinterUnplugged,
    Reader(Fault),
    ReaderUnplugged,
    Slot(ChipTrouble),
    Scanner(ScannerFault),
    ScannerUnplugged,
    Pages(PagePrinterState),
    PagesUnplugged,
    Network(Network),
    Disk(Disk),
}

/// Third status bytes of the reader's module (GA/T 467): what it refuses is the card, or itself.
const CARD_REFUSED: u8 = 0x31;
const CARD_MOVED: u8 = 0x41;
const NOT_AUTHORISED: u8 = 0x66;

const TROUBLES: [Trouble; 53] = [
    Trouble::Printer(PrinterState::PaperOut),
    Trouble::Printer(PrinterState::NearEnd),
    Trouble::Printer(PrinterState::CoverOpen),
    Trouble::Printer(PrinterState::Jam),
    Trouble::Printer(PrinterState::Cutter),
    Trouble::Printer(PrinterState::HeadHot),
    Trouble::PrinterUnplugged,
    Trouble::Reader(Fault::Garbage),
    Trouble::Reader(Fault::Torn),
    Trouble::Reader(Fault::Silent),
    Trouble::Reader(Fault::Slow),
    Trouble::Reader(Fault::Checksum),
    Trouble::Reader(Fault::Status(CARD_REFUSED)),
    Trouble::Reader(Fault::Status(CARD_MOVED)),
    Trouble::Reader(Fault::Status(NOT_AUTHORISED)),
    Trouble::ReaderUnplugged,
    Trouble::Slot(ChipTrouble::NoService),
    Trouble::Slot(ChipTrouble::NoReader),
    Trouble::Slot(ChipTrouble::InUse),
    Trouble::Slot(ChipTrouble::Mute),
    Trouble::Slot(ChipTrouble::Silent),
    Trouble::Slot(ChipTrouble::Slow),
    Trouble::Slot(ChipTrouble::Garbage),
    Trouble::Slot(ChipTrouble::Blocked),
    Trouble::Slot(ChipTrouble::Refuses(0x6A82)),
    Trouble::Slot(ChipTrouble::Refuses(0x6982)),
    Trouble::Slot(ChipTrouble::RemovedAt(1)),
    Trouble::Slot(ChipTrouble::RemovedAt(5)),
    Trouble::Slot(ChipTrouble::RemovedAt(11)),
    Trouble::Scanner(ScannerFault::Silent),
    Trouble::Scanner(ScannerFault::Torn),
    Trouble::Scanner(ScannerFault::Garbage),
    Trouble::Scanner(ScannerFault::Slow),
    Trouble::Scanner(ScannerFault::Oversize),
    Trouble::ScannerUnplugged,
    Trouble::Pages(PagePrinterState::PaperOut),
    Trouble::Pages(PagePrinterState::Jam),
    Trouble::Pages(PagePrinterState::DoorOpen),
    Trouble::Pages(PagePrinterState::TonerEmpty),
    Trouble::Pages(PagePrinterState::Stopped),
    Trouble::Pages(PagePrinterState::Busy),
    Trouble::Pages(PagePrinterState::Aborts),
    Trouble::Pages(PagePrinterState::Silent),
    Trouble::Pages(PagePrinterState::Slow),
    Trouble::Pages(PagePrinterState::Garbage),
    Trouble::Pages(PagePrinterState::Torn),
    Trouble::PagesUnplugged,
    Trouble::Network(Network::Cut),
    Trouble::Network(Network::Lossy),
    Trouble::Disk(Disk::Full),
    Trouble::Disk(Disk::Broken),
    Trouble::Disk(Disk::Slow),
    Trouble::Disk(Disk::InDoubt),
];

/// What is broken, and what comes next.
pub struct Faults {
    /// Whether somebody is there. Where nobody is, the reader does not speak of a card: it would be taken for one.
    pub somebody: bool,
    next: Duration,
    lasting: Vec<(Duration, Trouble)>,
}

impl Faults {
    /// Nothing is broken yet.
    pub fn new(chance: &mut Chance) -> Self {
        Self { somebody: true, next: chance.ms(FAULT_EVERY_MS), lasting: Vec::new() }
    }

    /// When something breaks or is put right.
    pub fn due(&self) -> Duration {
        self.lasting.iter().map(|(end, _)| *end).chain([self.next]).min().unwrap_or(self.next)
    }

    /// Breaks and puts right what is due; the words of what broke.
    pub fn act(&mut self, now: Duration, things: &mut Things, chance: &mut Chance) -> Option<String> {
        let (over, lasting) = self.lasting.drain(..).partition(|(end, _)| *end <= now);
        self.lasting = lasting;
        let over: Vec<(Duration, Trouble)> = over;
        over.iter().for_each(|(_, trouble)| trouble.mend(things));
        if self.next > now {
            return None;
        }
        self.next = now + chance.ms(FAULT_EVERY_MS);
        let trouble = chance.one_of(&TROUBLES).copied();
        let trouble = trouble.filter(|trouble| self.somebody || !trouble.is_about_a_card())?;
        trouble.strike(things);
        self.lasting.push((now + chance.ms(FAULT_MS), trouble));
        Some(format!("{trouble:?}"))
    }

    /// Puts everything right.
    pub fn mend_all(&mut self, things: &mut Things) {
        TROUBLES.iter().for_each(|trouble| trouble.mend(things));
        self.lasting.clear();
    }
}

impl Trouble {
    fn is_about_a_card(self) -> bool {
        matches!(self, Self::Reader(Fault::Status(CARD_REFUSED | CARD_MOVED)))
    }

    fn strike(self, things: &mut Things) {
        let devices = things.devices;
        match self {
            Self::Printer(state) => devices.paper.with(|printer, now| printer.set_state(now, state)),
            Self::PrinterUnplugged => devices.paper.set_plugged(false),
            Self::Reader(fault) => devices.cards.with(|reader, _| reader.sam.set_fault(Some(fault))),
            Self::ReaderUnplugged => devices.cards.set_plugged(false),
            Self::Slot(trouble) => devices.chips.set_trouble(Some(trouble)),
            Self::Scanner(fault) => devices.codes.with(|scanner, _| scanner.set_fault(Some(fault))),
            Self::ScannerUnplugged => devices.codes.set_plugged(false),
            Self::Pages(state) => devices.sheets.set_state(state),
            Self::PagesUnplugged => devices.sheets.set_plugged(false),
            Self::Network(network) => things.platform.set_network(network),
            Self::Disk(disk) => things.keeper.disk = disk,
        }
    }

    fn mend(self, things: &mut Things) {
        let devices = things.devices;
        match self {
            Self::Printer(_) => devices.paper.with(|printer, now| printer.set_state(now, PrinterState::Ok)),
            Self::PrinterUnplugged => devices.paper.set_plugged(true),
            Self::Reader(_) => devices.cards.with(|reader, _| reader.sam.set_fault(None)),
            Self::ReaderUnplugged => devices.cards.set_plugged(true),
            Self::Slot(_) => devices.chips.set_trouble(None),
            Self::Scanner(_) => devices.codes.with(|scanner, _| scanner.set_fault(None)),
            Self::ScannerUnplugged => devices.plug_scanner(),
            Self::Pages(_) => devices.sheets.set_state(PagePrinterState::Ok),
            Self::PagesUnplugged => devices.sheets.set_plugged(true),
            Self::Network(_) => things.platform.set_network(Network::Up),
            Self::Disk(_) => things.keeper.disk = Disk::Well,
        }
    }
}
