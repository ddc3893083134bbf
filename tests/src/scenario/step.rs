//! What a scenario is made of.

use std::path::PathBuf;
use std::time::Duration;

use kiosk_sim::control::Command as Act;

use crate::screen::Target;
use crate::world::{Ailment, Extras};

/// A whole scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows; the file's name where it does not say.
    pub title: String,
    /// From top to bottom.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// What its world must have besides, because a step uses it.
    pub fn extras(&self) -> Extras {
        let uses = |used: fn(&Act) -> bool| {
            self.steps.iter().any(|step| matches!(&step.action, Action::Act(act) if used(act)))
        };
        Extras {
            slot: uses(|act| matches!(act, Act::Chip(_))),
            small_disk: uses(|act| matches!(act, Act::Disk { .. })),
            ailing_disk: self.steps.iter().any(|step| matches!(step.action, Action::SetDisk(Some(_)))),
            scanner: uses(|act| matches!(act, Act::Scanner(_))),
            usb: self.steps.iter().any(|step| step.action == Action::DevicesOnUsb),
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// As it was written.
    pub text: String,
    /// What it asks for.
    pub action: Action,
    /// How long it may take, where the tester says so.
    pub within: Option<Duration>,
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Reader, receipt printer and scanner are on USB in this world, from its beginning.
    DevicesOnUsb,
    /// Touch what has this label or this id.
    Touch(Target),
    /// Touch the keys of the number pad, one after another.
    Type(String),
    /// Something happens at the devices or in the network; in the simulator's words.
    Act(Act),
    /// Wait until the glass shows something.
    Wait(Wanted),
    /// Take a picture of the screen.
    Picture(String),
    /// Something must be found outside the glass.
    Expect(Expectation),
    /// Publish a service package to the running platform; the path is relative to the scenario.
    Publish(PathBuf),
    /// Set keys for all terminals; the path is relative to the scenario.
    Configure(PathBuf),
    /// Kill the terminal as a power cut would.
    KillTerminal,
    /// Start the terminal again.
    StartTerminal,
    /// Put the technician's card in the slot on the roster of the terminal, which does not run, with this PIN.
    AddTechnician(String),
    /// The terminal's disk fails so, or is well again.
    SetDisk(Option<Ailment>),
    /// Let technicians' PINs be tried again.
    UnlockTechnicians,
}

/// What the glass must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The screen of this name.
    Screen(String),
    /// A text, or a part of one.
    Text(String),
    /// This text no longer.
    NoText(String),
}

/// What must be found outside the glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The newest piece of paper holds this text.
    PaperContains(String),
    /// The newest piece of paper holds a QR code.
    PaperHasQr,
    /// So many pieces of paper lie in the tray.
    Papers(usize),
    /// So many pages lie at the page printer, copies counted.
    Pages(usize),
    /// The newest page holds this text.
    PageContains(String),
    /// So many items wait at the terminal.
    Queue(usize),
    /// So many cases are at the platform.
    PlatformCases(usize),
    /// The one case is in this state, at the platform or as the terminal was told.
    CaseState(Case, String),
    /// The national number that the platform gave the one case stands on the glass.
    CaseNumberShown,
    /// The terminal's trail holds from its first row to its head.
    JournalHolds,
}

/// Who is asked about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The platform.
    AtPlatform,
    /// The terminal.
    AtTerminal,
}
