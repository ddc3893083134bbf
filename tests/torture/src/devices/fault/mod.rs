//! The faults, as data: what happens, how it is put right, and what the terminal must make of it.

mod cards;
mod chips;
mod codes;
mod pages;
mod paper;

use std::time::Duration;

use kiosk_sim::control::{CardAction, ChipAction, Command as Act, Device, Link, ScannerAction, State};
use kiosk_tests::pcscd::Pcscd;
use kiosk_tests::world::World;

/// What a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The identity-card reader.
    Reader,
    /// The receipt printer.
    Printer,
    /// The slot for chip cards.
    Slot,
    /// The scanner.
    Scanner,
    /// The page printer.
    Pages,
    /// The network.
    Network,
}

/// One fault.
#[derive(Clone, Copy)]
pub struct Fault {
    /// What it strikes.
    pub part: Part,
    /// What happens.
    pub name: &'static str,
    /// How it happens.
    pub strike: &'static [Blow],
    /// How it is put right; what passes by itself needs nothing.
    pub mend: &'static [Blow],
    /// How long it stands.
    pub stands: Stands,
}

impl Fault {
    /// Whether it pulls a plug and puts it in again before the terminal may have seen that.
    pub fn pulls_plug(&self) -> bool {
        self.stands != Stands::UntilNoticed && self.strike.iter().any(|blow| matches!(blow, Blow::Unplug))
    }
}

/// How long a fault stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Until the terminal knows of it, which it must in time, also when nobody uses the part.
    UntilNoticed,
    /// So long; it may only show while the part is used, or pass before anybody looks.
    For(Duration),
}

/// Longer than a look at a card takes.
const SHORT: Duration = Duration::from_millis(400);
/// Longer than the smart-card service takes to see a card, and the terminal to read it.
const SLOT: Duration = Duration::from_millis(1_500);

/// One thing that happens in front of the terminal.
#[derive(Clone, Copy)]
pub enum Blow {
    /// The part's plug is pulled.
    Unplug,
    /// It is put in.
    Plug,
    /// In the simulator's words.
    Do(fn() -> Act),
    /// The card is put down again, where one lay before.
    CardBack,
    /// The chip card is put in again, where one was in before.
    ChipBack,
    /// The code is held there again, where one was before.
    CodeBack,
    /// Something becomes of the smart-card service.
    Service(Service),
}

/// What becomes of the smart-card service.
#[derive(Clone, Copy)]
pub enum Service {
    /// It is killed.
    Killed,
    /// It is started, again if it runs.
    Started,
    /// It is started and finds no reader: its plug was pulled.
    WithoutReader,
}

/// What lay and was held where before a fault.
#[derive(Default)]
pub struct Laid {
    card: Option<String>,
    chip: Option<String>,
    code: Option<String>,
}

impl Laid {
    /// As things are.
    pub fn of(state: &State) -> Self {
        Self {
            card: state.reader.card.clone(),
            chip: state.chip.as_ref().and_then(|chip| chip.card.clone()),
            code: state.scanner.shown.clone(),
        }
    }

    fn card(&self) -> CardAction {
        self.card.clone().map_or(CardAction::Lift, |resident| CardAction::Place { resident })
    }

    fn chip(&self) -> ChipAction {
        self.chip.clone().map_or(ChipAction::Remove, |card| ChipAction::Insert { card })
    }

    fn code(&self) -> ScannerAction {
        let show = |text| ScannerAction::Show { text, symbology: "Q1".to_owned(), gbk: false };
        self.code.clone().map_or(ScannerAction::Hide, show)
    }
}

impl Part {
    /// All with a device of their own.
    pub const DEVICES: [Self; 5] = [Self::Reader, Self::Printer, Self::Slot, Self::Scanner, Self::Pages];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "id-reader",
            Self::Printer => "receipt-printer",
            Self::Slot => "smart-card",
            Self::Scanner => "scanner",
            Self::Pages => "page-printer",
            Self::Network => "network",
        }
    }

    /// What a technician calls it; nothing for the network.
    pub fn kind(self) -> Option<&'static str> {
        match self {
            Self::Reader => Some("id_card"),
            Self::Printer => Some("receipt_printer"),
            Self::Slot => Some("smart_card"),
            Self::Scanner => Some("scanner"),
            Self::Pages => Some("page_printer"),
            Self::Network => None,
        }
    }

    /// What has its plug.
    pub fn plug(self) -> Option<Device> {
        match self {
            Self::Reader => Some(Device::IdReader),
            Self::Printer => Some(Device::ReceiptPrinter),
            Self::Scanner => Some(Device::Scanner),
            Self::Pages => Some(Device::PagePrinter),
            Self::Slot | Self::Network => None,
        }
    }
}

impl Blow {
    /// Has it happen to a part.
    pub fn strike(
        self,
        part: Part,
        laid: &Laid,
        world: &mut World,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let act = match self {
            Self::Unplug => part.plug().map(|device| Act::Unplug { device }),
            Self::Plug => part.plug().map(|device| Act::Plug { device }),
            Self::Do(act) => Some(act()),
            Self::CardBack => Some(Act::Card(laid.card())),
            Self::ChipBack => Some(Act::Chip(laid.chip())),
            Self::CodeBack => Some(Act::Scanner(laid.code())),
            Self::Service(service) => {
                world.pcscd.as_mut().map_or(Ok(()), |pcscd| service.becomes(pcscd))?;
                None
            }
        };
        act.map_or(Ok(()), |act| world.simulator.act(&act).map(drop))?;
        Ok(())
    }
}

impl Service {
    fn becomes(self, pcscd: &mut Pcscd) -> Result<(), kiosk_tests::world::WorldError> {
        match self {
            Self::Killed => pcscd.kill(),
            Self::Started => {
                pcscd.kill();
                pcscd.run()?;
            }
            Self::WithoutReader => pcscd.run_without_readers()?,
        }
        Ok(())
    }
}

/// One that lasts until it is put right.
const fn lasting(part: Part, name: &'static str, strike: &'static [Blow], mend: &'static [Blow]) -> Fault {
    Fault { part, name, strike, mend, stands: Stands::UntilNoticed }
}

/// One that may pass unnoticed.
const fn passing(part: Part, name: &'static str, strike: &'static [Blow], mend: &'static [Blow]) -> Fault {
    let time = if matches!(part, Part::Slot) { SLOT } else { SHORT };
    Fault { part, name, strike, mend, stands: Stands::For(time) }
}

const PLUG: &[Blow] = &[Blow::Plug];
const CYCLE: &[Blow] = &[Blow::Unplug, Blow::Plug];
const FLAPS: &[Blow] = &[Blow::Unplug, Blow::Plug, Blow::Unplug, Blow::Plug];

/// A network that is cut; no device, but what a visit that submits must bear at every step.
const CUT: Fault = passing(
    Part::Network,
    "cut",
    &[Blow::Do(|| Act::Network { link: Link::Cut })],
    &[Blow::Do(|| Act::Network { link: Link::Restore })],
);

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    cards::FAULTS
        .iter()
        .chain(&paper::FAULTS)
        .chain(&chips::FAULTS)
        .chain(&codes::FAULTS)
        .chain(&pages::FAULTS)
        .chain([&CUT])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_device_has_fifteen_faults_and_more() {
        for part in Part::DEVICES {
            let names: Vec<&str> = all().filter(|fault| fault.part == part).map(|fault| fault.name).collect();
            let distinct: BTreeSet<&str> = names.iter().copied().collect();
            assert!(names.len() >= 15 && distinct.len() == names.len(), "{}: {names:?}", part.name());
        }
    }
}
