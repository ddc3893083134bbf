//! Each device is unplugged and plugged in again at each step of each kind of visit.
//!
//! The terminal must show a defined screen within 2 s, know the device again within 5 s of its return, and the visit must
//! go on to its end. Nobody restarts anything.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_sim::control::{CardAction, Command as Act, Device};
use kiosk_tests::deadlines::poll;
use kiosk_tests::scenario::Scenario;
use kiosk_tests::screen::Target;
use kiosk_tests::world::World;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::Outcome;
use crate::report::{Report, say};
use crate::visit;

/// A device, and the word for it in the terminal's status.
type Unpluggable = (Device, &'static str);
/// The devices a visit uses.
const DEVICES: [Unpluggable; 2] =
    [(Device::IdReader, "id_card"), (Device::ReceiptPrinter, "receipt_printer")];
/// From the fault to a screen that says something defined.
const SCREEN: Duration = Duration::from_secs(2);
/// From the device's return to its being used again.
const RECOVERED: Duration = Duration::from_secs(5);
/// What a visitor touches when the paper did not come.
const PRINT_AGAIN: &str = "print-again";

/// Runs `cases` of the matrix in random order; the whole matrix where no number is given.
pub fn run(cases: Option<usize>, seed: u64) -> Outcome {
    let logs = tempfile::tempdir()?;
    let visits = [visit::handling()?, visit::query()?, visit::unavailable()?];
    let mut world = visit::world(logs.path())?;
    let mut matrix = matrix(&visits);
    matrix.shuffle(&mut StdRng::seed_from_u64(seed));
    matrix.truncate(cases.unwrap_or(matrix.len()));
    let (mut violations, mut histogram, mut slowest) = (Vec::new(), BTreeMap::new(), Duration::ZERO);
    for &(device, visit, step) in &matrix {
        let mut case = Case { world: &mut world, visit, device, step, out: logs.path() };
        let (state, broken, back) = case.run()?;
        say(&format!("{} at step {step} ({state}): {}", device.0.file_name(), verdict(&broken)));
        *histogram.entry(format!("{} in {state}", device.0.file_name())).or_default() += 1;
        slowest = slowest.max(back);
        let line = visit.steps.get(step).map_or("the end", |step| step.text.as_str());
        violations
            .extend(broken.map(|what| {
                format!("{} before “{line}” of “{}”: {what}", device.0.file_name(), visit.title)
            }));
    }
    let figures = BTreeMap::from([("recovered_max_ms", slowest.as_secs_f64() * 1e3)]);
    Ok(Report { name: "devices", cases: matrix.len(), violations, histogram, figures })
}

fn matrix(visits: &[Scenario]) -> Vec<(Unpluggable, &Scenario, usize)> {
    let steps = |visit: &Scenario| 0..visit.steps.len();
    let moments = visits.iter().flat_map(|visit| steps(visit).map(move |step| (visit, step)));
    moments.flat_map(|(visit, step)| DEVICES.map(|device| (device, visit, step))).collect()
}

fn verdict(broken: &Option<String>) -> &str {
    broken.as_deref().unwrap_or("recovered")
}

struct Case<'a> {
    world: &'a mut World,
    visit: &'a Scenario,
    device: Unpluggable,
    step: usize,
    out: &'a Path,
}

impl Case<'_> {
    /// The state it hit, what broke, and how long the device took to come back.
    fn run(&mut self) -> Result<(String, Option<String>, Duration), Box<dyn std::error::Error>> {
        let mut broken = visit::play_first(self.world, self.visit, self.step, self.out);
        let state = visit::status(self.world, "state").unwrap_or_else(|| "unknown".to_owned());
        self.world.simulator.act(&Act::Unplug { device: self.device.0 })?;
        let screen = poll(SCREEN, || self.world.glass.read().ok()?.screen().map(str::to_owned));
        broken = broken.or(screen.is_none().then(|| "no defined screen in time".to_owned()));
        let noticed = poll(SCREEN, || (!self.is_online()).then_some(()));
        broken = broken.or(noticed.is_none().then(|| "its going was not noticed in time".to_owned()));
        self.world.simulator.act(&Act::Plug { device: self.device.0 })?;
        let plugged = Instant::now();
        let back = poll(RECOVERED, || self.is_online().then(|| plugged.elapsed()));
        broken = broken.or(back.is_none().then(|| "the device was not known again in time".to_owned()));
        self.print_again();
        let rest = Scenario {
            title: self.visit.title.clone(),
            steps: self.visit.steps.iter().skip(self.step).cloned().collect(),
        };
        broken = broken.or(visit::play_first(self.world, &rest, rest.steps.len(), self.out));
        if broken.is_some() {
            self.start_over()?;
        }
        Ok((state, broken, back.unwrap_or(RECOVERED)))
    }

    fn is_online(&self) -> bool {
        let (_, word) = self.device;
        visit::status(self.world, word).is_some_and(|words| words.starts_with("online"))
    }

    /// A visitor whose receipt did not come out asks for it again.
    fn print_again(&self) {
        let failed = || self.world.glass.read().ok()?.control(PRINT_AGAIN).map(drop);
        if failed().is_some() {
            // Where it went away meanwhile, the rest of the visit tells.
            let _ = self.world.glass.touch(&Target::Id(PRINT_AGAIN.to_owned()));
        }
    }

    /// After a broken case: the next one must not stand on its ruins.
    fn start_over(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        self.world.terminal.kill();
        self.world.simulator.act(&Act::Card(CardAction::Lift))?;
        self.world.terminal.start(&self.world.glass)?;
        Ok(())
    }
}
