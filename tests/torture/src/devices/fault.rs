//! The faults, as data: what happens, how it is put right, and what the terminal must make of it.

use kiosk_sim::control::{CardAction, Command as Act, Device, Link, PrinterState, ReaderAction};

/// What a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The identity-card reader.
    Reader,
    /// The receipt printer.
    Printer,
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
    /// Whether the terminal must know of it while it stands, when nobody uses the part.
    pub is_noticed: bool,
}

/// One thing that happens in front of the terminal.
#[derive(Clone, Copy)]
pub enum Blow {
    /// The part's plug is pulled.
    Unplug,
    /// It is put in.
    Plug,
    /// The reader's next answer is spoiled.
    Answer(fn() -> ReaderAction),
    /// The printer stands so.
    Stands(PrinterState),
    /// The card is taken away.
    Lift,
    /// The card of somebody else, which has expired, is put down instead.
    OtherCard,
    /// The card is put down again, where one lay before.
    CardBack,
    /// The network stands so.
    Link(Link),
}

impl Part {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "id-reader",
            Self::Printer => "receipt-printer",
            Self::Network => "network",
        }
    }

    /// The word for it in the terminal's status.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reader => "id_card",
            Self::Printer => "receipt_printer",
            Self::Network => "link",
        }
    }

    /// Whether it is used by a visit that prints nothing and may not need the network.
    pub fn is_used_everywhere(self) -> bool {
        self == Self::Reader
    }

    fn device(self) -> Option<Device> {
        match self {
            Self::Reader => Some(Device::IdReader),
            Self::Printer => Some(Device::ReceiptPrinter),
            Self::Network => None,
        }
    }
}

impl Blow {
    /// In the simulator's words; `card` is whose lay on the reader. Nothing where the part has no plug.
    pub fn act(self, part: Part, card: Option<&str>) -> Option<Act> {
        let place = |resident: &str| Act::Card(CardAction::Place { resident: resident.to_owned() });
        match self {
            Self::Unplug => part.device().map(|device| Act::Unplug { device }),
            Self::Plug => part.device().map(|device| Act::Plug { device }),
            Self::Answer(spoiled) => Some(Act::Reader(spoiled())),
            Self::Stands(state) => Some(Act::Printer { state }),
            Self::Lift => Some(Act::Card(CardAction::Lift)),
            Self::OtherCard => Some(place(EXPIRED)),
            Self::CardBack => Some(card.map_or(Act::Card(CardAction::Lift), place)),
            Self::Link(link) => Some(Act::Network { link }),
        }
    }
}

/// A resident whose card has expired.
const EXPIRED: &str = "expired";

const fn lasting(part: Part, name: &'static str, strike: &'static [Blow], mend: &'static [Blow]) -> Fault {
    Fault { part, name, strike, mend, is_noticed: true }
}

const fn passing(name: &'static str, strike: &'static [Blow], mend: &'static [Blow]) -> Fault {
    Fault { part: Part::Reader, name, strike, mend, is_noticed: false }
}

/// A refusal by the reader's module with this status (GA/T 467).
macro_rules! refusal {
    ($name:literal, $code:literal) => {
        passing($name, &[Blow::Answer(|| ReaderAction::Status { code: $code.to_owned() })], ANSWERS)
    };
}

const PLUG: &[Blow] = &[Blow::Plug];
const FLAPS: &[Blow] = &[Blow::Unplug, Blow::Plug, Blow::Unplug, Blow::Plug];
const ANSWERS: &[Blow] = &[Blow::Answer(|| ReaderAction::Ok)];
const OK: Blow = Blow::Stands(PrinterState::Ok);
const WELL: &[Blow] = &[OK];

/// All of them.
pub static FAULTS: [Fault; 34] = [
    lasting(Part::Reader, "unplugged", &[Blow::Unplug], PLUG),
    passing("power cycle", &[Blow::Unplug, Blow::Plug], &[]),
    passing("plug with bad contact", FLAPS, &[]),
    passing("noise before the answer", &[Blow::Answer(|| ReaderAction::Garbage)], ANSWERS),
    passing("torn answer", &[Blow::Answer(|| ReaderAction::Torn)], ANSWERS),
    passing("no answer", &[Blow::Answer(|| ReaderAction::Silent)], ANSWERS),
    passing("late answer", &[Blow::Answer(|| ReaderAction::Slow)], ANSWERS),
    passing("wrong checksum", &[Blow::Answer(|| ReaderAction::Checksum)], ANSWERS),
    refusal!("card not authorised", "31"),
    refusal!("record not verified", "33"),
    refusal!("card of an unknown kind", "40"),
    refusal!("card not read", "41"),
    refusal!("random number not had", "47"),
    refusal!("self-test failed", "60"),
    refusal!("module not authorised", "66"),
    refusal!("card not chosen", "81"),
    passing("card lifted too early", &[Blow::Lift], &[Blow::CardBack]),
    passing("wrong card", &[Blow::OtherCard], &[Blow::CardBack]),
    lasting(Part::Printer, "unplugged", &[Blow::Unplug], PLUG),
    lasting(Part::Printer, "paper out", &[Blow::Stands(PrinterState::PaperOut)], WELL),
    lasting(Part::Printer, "cover open", &[Blow::Stands(PrinterState::CoverOpen)], WELL),
    lasting(Part::Printer, "paper jam", &[Blow::Stands(PrinterState::Jam)], WELL),
    lasting(Part::Printer, "head too hot", &[Blow::Stands(PrinterState::HeadHot)], WELL),
    lasting(Part::Printer, "unplugged without paper", PAPERLESS, &[Blow::Plug, OK]),
    lasting(Part::Printer, "cover open, then no paper", OPENED, WELL),
    lasting(Part::Printer, "jam behind an open cover", JAMMED, WELL),
    unnoticed("paper nearly out", &[Blow::Stands(PrinterState::NearEnd)], WELL),
    unnoticed("cutter blocked", &[Blow::Stands(PrinterState::Cutter)], WELL),
    unnoticed("cutter blocked, then a power cycle", CUTTER, WELL),
    unnoticed("power cycle", &[Blow::Unplug, Blow::Plug], &[]),
    unnoticed("plug with bad contact", FLAPS, &[]),
    unnoticed("paper put in again", &[Blow::Stands(PrinterState::PaperOut), OK], &[]),
    unnoticed("cover shut again", &[Blow::Stands(PrinterState::CoverOpen), OK], &[]),
    Fault { part: Part::Network, name: "cut", strike: CUT, mend: RESTORE, is_noticed: false },
];

const PAPERLESS: &[Blow] = &[Blow::Stands(PrinterState::PaperOut), Blow::Unplug];
const OPENED: &[Blow] = &[Blow::Stands(PrinterState::CoverOpen), Blow::Stands(PrinterState::PaperOut)];
const JAMMED: &[Blow] = &[Blow::Stands(PrinterState::Jam), Blow::Stands(PrinterState::CoverOpen)];
const CUTTER: &[Blow] = &[Blow::Stands(PrinterState::Cutter), Blow::Unplug, Blow::Plug];
const CUT: &[Blow] = &[Blow::Link(Link::Cut)];
const RESTORE: &[Blow] = &[Blow::Link(Link::Restore)];

/// A fault of the printer that only shows while it prints, or passes before anybody looks.
const fn unnoticed(name: &'static str, strike: &'static [Blow], mend: &'static [Blow]) -> Fault {
    Fault { part: Part::Printer, name, strike, mend, is_noticed: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_device_has_fifteen_faults_and_more() {
        for part in [Part::Reader, Part::Printer] {
            let names: Vec<&str> =
                FAULTS.iter().filter(|fault| fault.part == part).map(|fault| fault.name).collect();
            let mut distinct = names.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert!(names.len() >= 15 && distinct.len() == names.len(), "{}: {names:?}", part.name());
        }
    }
}
