//! One pass: a whole visit, and before each of its steps the same fault strikes and is put right again.

use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_sim::control::{CardAction, Command as Act, Device, Link, PaperAction, PrinterState, ReaderAction};
use kiosk_tests::deadlines::poll;
use kiosk_tests::scenario::{Scenario, Step};
use kiosk_tests::screen::Target;
use kiosk_tests::world::World;

use super::fault::{Blow, Fault};
use crate::report::say;

/// From the fault to a screen that says something defined.
const SCREEN: Duration = Duration::from_secs(2);
/// From the fault's end to the part being used again.
const RECOVERED: Duration = Duration::from_secs(5);
/// How long a fault stands that nobody must notice: longer than a look at the reader takes.
const STANDS: Duration = Duration::from_millis(400);
/// What a visitor touches when the paper did not come.
const PRINT_AGAIN: &str = "print-again";
/// Steps before and after the visit, when nobody is there: a card then begins another one.
const NOBODY: &str = "wait screen attract";
/// The step that wakes the terminal; a reader that speaks of a card has done so already.
const WAKE: &str = "touch wake";
/// What the glass says when the paper is out.
const PRINTED: &str = "请在屏幕下方取走";

/// What a pass has to tell.
#[derive(Default)]
pub struct Told {
    /// Steps before which the fault struck.
    pub cells: usize,
    /// One sentence each.
    pub broken: Vec<String>,
    /// From the fault to a defined screen, at most.
    pub screen_max: Duration,
    /// From its end to the part being used again, at most.
    pub back_max: Duration,
}

type Trouble = Box<dyn std::error::Error>;

/// A fault and a visit in a world.
pub struct Pass<'a> {
    /// Where.
    pub world: &'a mut World,
    /// What strikes.
    pub fault: &'a Fault,
    /// What is played.
    pub visit: &'a Scenario,
    /// Where pictures go.
    pub out: &'a Path,
}

impl Pass<'_> {
    /// Plays it to its end, or to the first step that is not met.
    pub fn play(&mut self) -> Result<Told, Trouble> {
        self.world.simulator.act(&Act::Paper(PaperAction::Take))?;
        let mut told = Told::default();
        let visit = self.visit;
        for step in &visit.steps {
            if !step.text.starts_with(NOBODY) {
                self.cell(step, &mut told)?;
            }
            if step.text == WAKE && crate::visit::status(self.world, "state").as_deref() != Some("attract") {
                continue;
            }
            let alone = Scenario { title: visit.title.clone(), steps: vec![step.clone()] };
            if let Some(unmet) = crate::visit::play_first(self.world, &alone, 1, self.out) {
                told.broken.push(self.sentence(step, &format!("the visit did not go on: {unmet}")));
                self.start_over()?;
                break;
            }
        }
        Ok(told)
    }

    /// The fault before one step.
    fn cell(&mut self, step: &Step, told: &mut Told) -> Result<(), Trouble> {
        let state = crate::visit::status(self.world, "state").unwrap_or_else(|| "unknown".to_owned());
        let card = self.world.simulator.state()?.reader.card;
        self.blows(self.fault.strike, card.as_deref())?;
        let struck = Instant::now();
        let screen = poll(SCREEN, || self.world.glass.read().ok()?.screen().map(str::to_owned));
        told.screen_max = told.screen_max.max(struck.elapsed());
        told.cells += 1;
        let mut wrong = Vec::new();
        wrong.extend(screen.is_none().then_some("no defined screen in time"));
        wrong.extend((!self.is_noticed()).then_some("it was not noticed in time"));
        self.blows(self.fault.mend, card.as_deref())?;
        let mended = Instant::now();
        let back = poll(RECOVERED, || self.is_well().then(|| mended.elapsed()));
        wrong.extend(back.is_none().then_some("the part was not used again in time"));
        told.back_max = told.back_max.max(back.unwrap_or(RECOVERED));
        self.print_again();
        wrong.extend((!self.is_honest()?).then_some("it says printed, and no whole paper lies there"));
        let screen = screen.as_deref().unwrap_or("none");
        let word = if wrong.is_empty() { "well" } else { "BROKEN" };
        let (part, name) = (self.fault.part.name(), self.fault.name);
        say(&format!("{part} | {name} | {state} | {} | screen {screen} | {word}", step.text));
        told.broken.extend(wrong.into_iter().map(|what| self.sentence(step, what)));
        Ok(())
    }

    fn sentence(&self, step: &Step, what: &str) -> String {
        let (part, name) = (self.fault.part.name(), self.fault.name);
        format!("{part}, {name}, before “{}” of “{}”: {what}", step.text, self.visit.title)
    }

    fn blows(&self, blows: &[Blow], card: Option<&str>) -> Result<(), Trouble> {
        for act in blows.iter().filter_map(|blow| blow.act(self.fault.part, card)) {
            self.world.simulator.act(&act)?;
        }
        Ok(())
    }

    fn is_noticed(&self) -> bool {
        if !self.fault.is_noticed {
            std::thread::sleep(STANDS);
            return true;
        }
        poll(SCREEN, || (!self.is_well()).then_some(())).is_some()
    }

    fn is_well(&self) -> bool {
        crate::visit::status(self.world, self.fault.part.word())
            .is_some_and(|words| words.starts_with("online"))
    }

    /// A visitor whose receipt did not come out asks for it again.
    fn print_again(&self) {
        let failed = || self.world.glass.read().ok()?.control(PRINT_AGAIN).map(drop);
        if failed().is_some() {
            // Where it went away meanwhile, the rest of the visit tells.
            let _ = self.world.glass.touch(&Target::Id(PRINT_AGAIN.to_owned()));
        }
    }

    /// Nothing is called printed without a whole piece of paper.
    fn is_honest(&self) -> Result<bool, Trouble> {
        let says_so = self.world.glass.read().is_ok_and(|tree| tree.shows(PRINTED));
        let papers = self.world.simulator.state()?.papers;
        Ok(!says_so || papers.iter().any(|paper| paper.complete && !paper.qr.is_empty()))
    }

    /// After a broken pass: the next one must not stand on its ruins.
    fn start_over(&mut self) -> Result<(), Trouble> {
        self.world.terminal.kill();
        let well = [
            Act::Card(CardAction::Lift),
            Act::Reader(ReaderAction::Ok),
            Act::Printer { state: PrinterState::Ok },
            Act::Plug { device: Device::IdReader },
            Act::Plug { device: Device::ReceiptPrinter },
            Act::Network { link: Link::Restore },
        ];
        for act in &well {
            self.world.simulator.act(act)?;
        }
        Ok(self.world.terminal.start(&self.world.glass)?)
    }
}
