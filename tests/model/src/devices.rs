//! The devices in the hall, each with its line: what is held, put down and broken in front of the terminal.

use kiosk_id_card::Reader as CardDriver;
use kiosk_page_printer::{Config as PagesAt, Printer as PagesDriver};
use kiosk_scanner::{Dialect as Spoken, Scanner as CodeDriver, SerialInput};
use kiosk_sim::printer::{Glyphs, Printer};
use kiosk_sim::reader::{BAUDS, Reader};
use kiosk_sim::scanner::{Dialect, Scanner, Shown};
use kiosk_smart_card::{Reader as ChipDriver, TECHNICIAN_APPLICATION};

use crate::cable::Cable;
use crate::chance::Chance;
use crate::chips::Chips;
use crate::kinds;
use crate::sheets::{Sheets, URI};
use crate::stage::{Actor, Stage};

/// Every kind of scanner on a line, and what the driver calls it.
const SCANNERS: [(Dialect, Spoken); 4] = [
    (Dialect::Plain, Spoken::PLAIN),
    (Dialect::Newland, Spoken::NEWLAND),
    (Dialect::Honeywell, Spoken::HONEYWELL),
    (Dialect::Ssi, Spoken::ZEBRA_SSI),
];

/// The devices.
pub struct Devices {
    /// The identity-card reader's line.
    pub cards: Cable<Reader>,
    /// The receipt printer's line.
    pub paper: Cable<Printer>,
    /// The scanner's line.
    pub codes: Cable<Scanner>,
    /// The slot for chip cards.
    pub chips: Chips,
    /// The page printer.
    pub sheets: Sheets,
    stage: Stage,
    spoken: Spoken,
}

impl Devices {
    /// All of them; which scanner it is, is chance.
    pub fn new(stage: &Stage, chance: &mut Chance) -> Self {
        let (dialect, spoken) = chance.one_of(&SCANNERS).copied().unwrap_or(SCANNERS[0]);
        Self {
            cards: Cable::new(Reader::new(BAUDS[0]), stage, Actor::Reader),
            paper: Cable::new(Printer::new(Glyphs::without_font()), stage, Actor::Printer),
            codes: Cable::new(Scanner::new(dialect), stage, Actor::Scanner),
            chips: Chips::new(stage),
            sheets: Sheets::new(stage),
            stage: stage.clone(),
            spoken,
        }
    }

    /// The reader's driver.
    pub fn reader(&self) -> kinds::Reader {
        kinds::Reader(Box::new(CardDriver::on(self.cards.wire())))
    }

    /// The slot's driver.
    pub fn slot(&self) -> kinds::Slot {
        kinds::Slot(Box::new(ChipDriver::on(self.chips.clone(), TECHNICIAN_APPLICATION.to_vec())))
    }

    /// The scanner's driver.
    pub fn scanner(&self) -> kinds::Scanner {
        kinds::Scanner(Box::new(CodeDriver::on(SerialInput(self.codes.wire()), self.spoken)))
    }

    /// The page printer's driver.
    pub fn pages(&self) -> kinds::Pages {
        let config = PagesAt { uri: URI.to_owned(), user: "kiosk".to_owned(), certificate: None };
        kinds::Pages(Box::new(PagesDriver::on(self.sheets.clone(), &config)))
    }

    /// Holds a code before the scanner, or takes it away.
    pub fn show(&self, code: Option<&str>) {
        self.codes.with(|scanner, now| scanner.show(now, code.map(Shown::qr)));
    }

    /// Puts the scanner's plug in; its light goes on with it.
    pub fn plug_scanner(&self) {
        self.codes.set_plugged(true);
        self.codes.with(|scanner, now| scanner.power_on(now));
    }

    /// Everything that was put down or held somewhere is taken away.
    pub fn clear(&self) {
        self.cards.with(|reader, _| reader.sam.lift());
        self.chips.remove();
        self.show(None);
        self.stage.rouse(Actor::Slot);
    }
}
