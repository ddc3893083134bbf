//! One pass: a whole visit, and before its steps faults strike and are put right again.

use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_sim::control::{
    CardAction, ChipAction, ChipFault, Command as Act, Link, PagePrinterState, PaperAction, PrinterState,
    ReaderAction, ScannerAction,
};
use kiosk_tests::deadlines::poll;
use kiosk_tests::scenario::{Scenario, Step, parse};
use kiosk_tests::screen::{Target, Tree};
use kiosk_tests::world::World;

use super::fault::{Blow, Fault, Laid, Part, Stands};
use crate::report::say;
use crate::visit;

/// From the fault to a screen that says something defined, and to the terminal's knowing of it.
const SCREEN: Duration = Duration::from_secs(2);
/// From the fault's end to the part being used again.
const RECOVERED: Duration = Duration::from_secs(5);
/// Longer than from one status question to the next: what a plug that was pulled for a moment leads to is over then.
const SETTLED: Duration = Duration::from_millis(1_200);
/// Longer than the session waits for a receipt (45 s) before it says that none came; below its idle time.
const PAPER: Duration = Duration::from_secs(50);
/// Steps before and after the visit, when nobody is there: a card then begins another one.
const NOBODY: &str = "wait screen attract";
/// The step that wakes the terminal; a device that speaks of a card has done so already.
const WAKE: &str = "touch wake";
/// The touch behind which a receipt is printed: the printer's faults still stand then.
const SUBMIT: &str = "touch submit";
/// The same for a page; faults that the terminal knows of take its button away.
const PRINT_PAGE: &str = "touch print-page";
/// The visit with a chip card types this, and what a fault of the slot takes off the glass is typed again. Nobody enters it
/// without a look at the marks: keys touched while the glass changed were not taken.
const PIN_AGAIN: &str = "title \"The PIN once more\"\ntouch key-clear\ntype \"246800\"\nwait text \"已输入6位\" within 2 s\ntouch submit\n";
/// What the marks say of all of it.
const TYPED: &str = "已输入6位";
/// What the glass says while the card looks at it.
const CHECKING: &str = "正在核对密码";
/// The step behind the touch that enters it.
const ENTERED: &str = "wait screen cases";
/// Until what was typed has been taken: several tries, each behind the card's own look at it.
const TAKEN: Duration = Duration::from_secs(30);

/// What a visitor waits for from a printer, and touches where it did not come.
struct Printout {
    /// What the glass says when it is out.
    printed: &'static str,
    /// What it says meanwhile.
    working: &'static [&'static str],
    /// The button that asks for it again.
    again: &'static str,
}

const PRINTOUTS: [Printout; 2] = [
    Printout { printed: "请在屏幕下方取走", working: &["正在打印回执"], again: "print-again" },
    Printout {
        printed: "证明已经打好", working: &["正在打印证明", "正在制作证明"], again: "print-page"
    },
];

/// What a pass has to tell.
#[derive(Default)]
pub struct Told {
    /// Steps before which a fault struck.
    pub cells: usize,
    /// Steps before which one should have struck.
    pub planned: usize,
    /// One sentence each.
    pub broken: Vec<String>,
    /// From a fault to a defined screen, at most.
    pub screen_max: Duration,
    /// From its end to the part being used again, at most.
    pub back_max: Duration,
}

type Trouble = Box<dyn std::error::Error>;

/// A visit in a world, and the fault before each of its steps.
pub struct Pass<'a> {
    /// Where.
    pub world: &'a mut World,
    /// What is played.
    pub visit: &'a Scenario,
    /// What strikes before each step, if anything.
    pub faults: Vec<Option<&'a Fault>>,
    /// Where pictures go.
    pub out: &'a Path,
}

/// A fault that stands.
struct Standing {
    laid: Laid,
    state: String,
    screen: Option<String>,
    screen_after: Duration,
    noticed_after: Option<Duration>,
}

impl Pass<'_> {
    /// Plays it to its end, or to the first step that is not met.
    pub fn play(&mut self) -> Result<Told, Trouble> {
        let mut told = Told::default();
        let visit = self.visit;
        let struck = |step: &Step| !step.text.starts_with(NOBODY);
        let faults = std::mem::take(&mut self.faults);
        let plan: Vec<_> = visit.steps.iter().zip(faults).collect();
        told.planned = plan.iter().filter(|(step, fault)| fault.is_some() && struck(step)).count();
        for (step, fault) in plan {
            let fault = fault.filter(|_| struck(step));
            if let Some(unmet) = self.step(step, fault, &mut told)? {
                told.broken.push(format!("“{}” of “{}” was not met: {unmet}", step.text, visit.title));
                self.start_over()?;
                break;
            }
        }
        Ok(told)
    }

    /// A fault and the step behind it; some faults still stand while it is taken.
    fn step(
        &mut self,
        step: &Step,
        fault: Option<&Fault>,
        told: &mut Told,
    ) -> Result<Option<String>, Trouble> {
        let Some(fault) = fault else {
            self.print_again(step);
            return Ok(self.take(step));
        };
        let standing = self.strike(fault)?;
        let is_late = stands_over(fault, step);
        let early = is_late.then(|| self.take(step)).flatten();
        let wrong = self.mend(fault, &standing, step, told)?;
        let place = format!("{}, {}, before “{}”", fault.part.name(), fault.name, step.text);
        told.broken
            .extend(wrong.into_iter().map(|what| format!("{place} of “{}”: {what}", self.visit.title)));
        let unmet = if is_late { early } else { self.take(step) };
        Ok(unmet.map(|unmet| format!("{place}: {unmet}")))
    }

    fn take(&mut self, step: &Step) -> Option<String> {
        let is_awake = || visit::status(self.world, "state").as_deref() != Some("attract");
        if step.text == WAKE && is_awake() {
            return None;
        }
        let alone = Scenario { title: self.visit.title.clone(), steps: vec![step.clone()] };
        visit::play_first(self.world, &alone, 1, self.out)
    }

    fn strike(&mut self, fault: &Fault) -> Result<Standing, Trouble> {
        let state = visit::status(self.world, "state").unwrap_or_else(|| "unknown".to_owned());
        let laid = Laid::of(&self.world.simulator.state()?);
        self.blows(fault, fault.strike, &laid)?;
        let struck = Instant::now();
        let screen = poll(SCREEN, || self.world.glass.read().ok()?.screen().map(str::to_owned));
        let screen_after = struck.elapsed();
        let noticed_after = match fault.stands {
            Stands::UntilNoticed => {
                let noticed = || (!self.is_well(fault.part)).then(|| struck.elapsed());
                poll(SCREEN.saturating_sub(struck.elapsed()), noticed)
            }
            Stands::For(time) => {
                std::thread::sleep(time.saturating_sub(struck.elapsed()));
                Some(struck.elapsed())
            }
        };
        Ok(Standing { laid, state, screen, screen_after, noticed_after })
    }

    /// Puts the fault right, waits for the part, and says what was wrong meanwhile.
    fn mend(
        &mut self,
        fault: &Fault,
        standing: &Standing,
        step: &Step,
        told: &mut Told,
    ) -> Result<Vec<&'static str>, Trouble> {
        let mut wrong = Vec::new();
        wrong.extend((!self.is_honest()?).then_some("it says printed, and no whole paper lies there"));
        self.blows(fault, fault.mend, &standing.laid)?;
        if fault.pulls_plug() {
            std::thread::sleep(SETTLED);
        }
        let mended = Instant::now();
        let back = poll(RECOVERED, || self.is_well(fault.part).then(|| mended.elapsed()));
        self.print_again(step);
        if fault.part == Part::Slot {
            self.type_again(step)?;
        }
        wrong.extend((!self.is_honest()?).then_some("it says printed, and no whole paper lies there"));
        wrong.extend(standing.screen.is_none().then_some("no defined screen in time"));
        wrong.extend(standing.noticed_after.is_none().then_some("it was not noticed in time"));
        wrong.extend(back.is_none().then_some("the part was not used again in time"));
        told.cells += 1;
        told.screen_max = told.screen_max.max(standing.screen_after);
        told.back_max = told.back_max.max(back.unwrap_or(RECOVERED));
        tell(fault, standing, step, back, &wrong);
        Ok(wrong)
    }

    fn blows(&mut self, fault: &Fault, blows: &[Blow], laid: &Laid) -> Result<(), Trouble> {
        blows.iter().try_for_each(|blow| blow.strike(fault.part, laid, self.world))
    }

    fn is_well(&self, part: Part) -> bool {
        let words = part
            .kind()
            .map_or_else(|| visit::status(self.world, "link"), |kind| visit::device(self.world, kind));
        words.is_some_and(|words| words == "online")
    }

    /// A visitor whose paper did not come out asks for it again.
    fn print_again(&self, step: &Step) {
        for Printout { printed, working, again } in PRINTOUTS {
            if !step.text.contains(printed) {
                continue;
            }
            let shown = poll(PAPER, || {
                let tree = self.world.glass.read().ok()?;
                let is_at_work = working.iter().any(|words| tree.shows(words)) && !tree.shows(printed);
                // A screen in the midst of its change shows neither.
                let is_over = tree.shows(printed) || tree.control(again).is_some();
                (is_over && !is_at_work).then_some(tree)
            });
            let failed = shown.filter(|tree| !tree.shows(printed));
            if failed.is_some() {
                // Where it went away meanwhile, the rest of the visit tells.
                let _ = self.world.glass.touch(&Target::Id(again.to_owned()));
            }
        }
    }

    /// A visitor whose PIN went with the card types it again, and enters it where that was done.
    fn type_again(&mut self, step: &Step) -> Result<(), Trouble> {
        let was_entered = step.text.starts_with(ENTERED);
        if step.text != SUBMIT && !was_entered {
            return Ok(());
        }
        let again = parse("visit-chip", PIN_AGAIN)?;
        let steps = again.steps.len() - usize::from(!was_entered);
        let end = Instant::now() + TAKEN;
        while Instant::now() < end && !self.is_taken(was_entered) {
            let tree = self.world.glass.read().ok();
            let asks = |tree: &Tree| tree.screen() == Some("card-pin") && !tree.shows(CHECKING);
            if tree.is_some_and(|tree| asks(&tree)) {
                // Where it does not work out, the next look tells.
                drop(visit::play_first(self.world, &again, steps, self.out));
            }
        }
        Ok(())
    }

    /// The whole PIN stands there, or was entered and found right.
    fn is_taken(&self, was_entered: bool) -> bool {
        let Ok(tree) = self.world.glass.read() else { return false };
        tree.screen() == Some("cases") || !was_entered && tree.shows(TYPED)
    }

    /// Nothing is called printed without whole paper.
    fn is_honest(&self) -> Result<bool, Trouble> {
        let Ok(tree) = self.world.glass.read() else { return Ok(true) };
        let [receipt, page] = PRINTOUTS.map(|printout| tree.shows(printout.printed));
        let state = self.world.simulator.state()?;
        let has_receipt = state.papers.iter().any(|paper| paper.complete && !paper.qr.is_empty());
        Ok((!receipt || has_receipt) && (!page || !state.page_printer.printed.is_empty()))
    }

    /// After a broken pass: the next one must not stand on its ruins.
    fn start_over(&mut self) -> Result<(), Trouble> {
        self.world.terminal.kill();
        put_right(self.world)?;
        Ok(self.world.terminal.start(&self.world.glass)?)
    }
}

/// Takes away what lies about, plugs everything in and makes it well.
pub fn put_right(world: &mut World) -> Result<(), Trouble> {
    if let Some(pcscd) = &mut world.pcscd {
        pcscd.run()?;
        world.simulator.act(&Act::Chip(ChipAction::Fault(ChipFault::Ok)))?;
        world.simulator.act(&Act::Chip(ChipAction::Remove))?;
    }
    let plugs = Part::DEVICES.into_iter().filter_map(Part::plug).map(|device| Act::Plug { device });
    let well = [
        Act::Card(CardAction::Lift),
        Act::Reader(ReaderAction::Ok),
        Act::Printer { state: PrinterState::Ok },
        Act::PagePrinter { state: PagePrinterState::Ok },
        Act::Scanner(ScannerAction::Hide),
        Act::Scanner(ScannerAction::Ok),
        Act::Network { link: Link::Restore },
        Act::Paper(PaperAction::Take),
    ];
    for act in plugs.chain(well) {
        world.simulator.act(&act)?;
    }
    Ok(())
}

/// Whether a fault still stands while a step is taken: where the step has something printed on the part.
fn stands_over(fault: &Fault, step: &Step) -> bool {
    match fault.part {
        Part::Printer => step.text == SUBMIT,
        Part::Pages => step.text == PRINT_PAGE && fault.stands != Stands::UntilNoticed,
        Part::Reader | Part::Slot | Part::Scanner | Part::Network => false,
    }
}

/// One cell of the matrix.
fn tell(fault: &Fault, standing: &Standing, step: &Step, back: Option<Duration>, wrong: &[&str]) {
    let ms = |time: Duration| format!("{} ms", time.as_millis());
    let Standing { state, screen, screen_after, noticed_after, .. } = standing;
    let noticed = match fault.stands {
        Stands::UntilNoticed => noticed_after.map_or_else(|| "never".to_owned(), ms),
        Stands::For(_) => "-".to_owned(),
    };
    let back = back.map_or_else(|| "never".to_owned(), ms);
    let word = if wrong.is_empty() { "well" } else { "BROKEN" };
    say(&format!(
        "{} | {} | {state} | {} | screen {} in {} | noticed {noticed} | back {back} | {word}",
        fault.part.name(),
        fault.name,
        step.text,
        screen.as_deref().unwrap_or("none"),
        ms(*screen_after),
    ));
}
