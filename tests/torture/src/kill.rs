//! SIGKILL at a random moment of a visit, again and again, in one world.
//!
//! Each case plays a visit to a step (every other case the visit that submits, every other of these up to the
//! touch that submits, else all steps of all visits in turn), waits a random moment, kills the terminal and
//! starts it again. Every third submitting visit has no network.
//!
//! In the end the platform must have exactly what the terminal's queue says was accepted, each once; every
//! receipt that came out of the printer, and every number a resident was shown, must have its record; the
//! trail must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_protocol::receipt::ReceiptCode;
use kiosk_sim::control::{CardAction, Command as Act, Link};
use kiosk_tests::deadlines::{READY, poll};
use kiosk_tests::scenario::Scenario;
use kiosk_tests::screen::Target;
use kiosk_tests::world::{World, chain};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use crate::Outcome;
use crate::report::{Report, say};
use crate::visit;

/// Cases where none are asked for.
pub const CASES: usize = 200;
/// Every state of the visits.
const STATES: [&str; 14] = [
    "attract",
    "home",
    "identify",
    "guide",
    "asking",
    "form",
    "confirm",
    "submitting",
    "receipt",
    "answer",
    "unavailable",
    "cases",
    "rating",
    "farewell",
];
/// The step whose touch submits; `submitting` is the shortest state and the one that matters most.
const SUBMIT: &str = "touch submit";
/// A kill comes up to this long after its step; most come much sooner, so that states a visit only passes
/// through are hit as well.
const DELAY_MS_MAX: f64 = 1_200.0;
/// What opens a visit by itself.
const READER: &str = "id_card";
/// After the last case, until everything accepted must have reached the platform.
const DRAINED: Duration = Duration::from_secs(120);
/// From the kill to the attract screen: no case may take longer, ms.
const BACK_MS_MAX: f64 = 3_000.0;
/// And 99 of 100 not longer than this, ms.
const BACK_P99_MS_MAX: f64 = 1_000.0;

struct Campaign {
    world: World,
    visits: Visits,
    rng: StdRng,
    back_ms: Vec<f64>,
    histogram: BTreeMap<String, usize>,
    printed: BTreeSet<String>,
    shown: Vec<String>,
    violations: Vec<String>,
}

/// Runs the campaign.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let logs = tempfile::tempdir()?;
    let mut campaign = Campaign {
        world: visit::world(logs.path())?,
        visits: Visits::read()?,
        rng: StdRng::seed_from_u64(seed),
        back_ms: Vec::new(),
        histogram: BTreeMap::new(),
        printed: BTreeSet::new(),
        shown: Vec::new(),
        violations: Vec::new(),
    };
    // A terminal that never reached its platform has no services to offer yet.
    campaign.network(false)?;
    campaign.await_attract()?;
    for case in 0..cases {
        campaign.case(case, logs.path())?;
    }
    campaign.network(false)?;
    campaign.settle()?;
    campaign.judge()?;
    Ok(campaign.report(cases))
}

/// Which visits there are, and how far each case plays which.
struct Visits {
    handling: Scenario,
    /// The steps of `handling` up to the touch that submits.
    submit: usize,
    asking: [Scenario; 2],
}

impl Visits {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        let handling = visit::handling()?;
        let submit = handling.steps.iter().position(|step| step.text == SUBMIT);
        let submit = submit.ok_or("the visit does not submit")? + 1;
        Ok(Self { handling, submit, asking: [visit::query()?, visit::unavailable()?] })
    }

    fn of(&self, case: usize) -> (Scenario, usize) {
        let round = case / 4;
        let all_steps = |visit: &Scenario, turn: usize| (visit.clone(), 1 + turn % visit.steps.len());
        match case % 4 {
            0 => (self.handling.clone(), self.submit),
            2 => all_steps(&self.handling, round),
            _ => all_steps(&self.asking[round % 2], case / 2),
        }
    }
}

impl Campaign {
    fn case(&mut self, case: usize, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let (visit, steps) = self.visits.of(case);
        self.network(case.is_multiple_of(2) && case.is_multiple_of(3))?;
        if let Some(unmet) = visit::play_first(&mut self.world, &visit, steps, out) {
            self.violations.push(format!("case {case}: “{}” step {steps}: {unmet}", visit.title));
        }
        let share: f64 = self.rng.random();
        std::thread::sleep(Duration::from_secs_f64(DELAY_MS_MAX * share.powi(6) / 1e3));
        let state = visit::status(&self.world, "state").unwrap_or_else(|| "unknown".to_owned());
        *self.histogram.entry(state.clone()).or_default() += 1;
        if state == "receipt" {
            self.remember_number();
        }
        let back = self.kill_and_start()?;
        self.back_ms.push(back.as_secs_f64() * 1e3);
        self.end_what_opened_by_itself()?;
        self.collect_receipts()?;
        say(&format!("case {case}: killed in {state}, back after {:.0} ms", self.back_ms[case]));
        Ok(())
    }

    /// Remembers what stands on a screen that tells a number, before the kill takes it away.
    fn remember_number(&mut self) {
        let Ok(tree) = self.world.glass.read() else { return };
        if tree.screen() == Some("receipt") {
            self.shown.push(tree.labels().join("\n"));
        }
    }

    fn network(&mut self, is_cut: bool) -> Result<(), Box<dyn std::error::Error>> {
        let link = if is_cut { Link::Cut } else { Link::Restore };
        self.violations.extend(visit::network(&self.world, link)?);
        Ok(())
    }

    /// How long it took from the kill until the attract screen was seen. The card is taken when the screen goes
    /// dark: one that lies there still would open a visit of its own.
    fn kill_and_start(&mut self) -> Result<Duration, Box<dyn std::error::Error>> {
        let killed = Instant::now();
        self.world.terminal.kill();
        self.world.simulator.act(&Act::Card(CardAction::Lift))?;
        self.world.terminal.start(&self.world.glass)?;
        self.await_attract()?;
        Ok(killed.elapsed())
    }

    /// A reader may answer the killed terminal late, and the next one takes that for a card which then is not there. Whoever
    /// comes next finds a home screen that says so; the next case wants the attract screen.
    fn end_what_opened_by_itself(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let reader = || visit::device(&self.world, READER).filter(|standing| standing == "online");
        poll(READY, reader).ok_or("the reader is not seen after a start")?;
        if visit::status(&self.world, "state").as_deref() == Some("attract") {
            return Ok(());
        }
        self.world.glass.touch(&Target::Id("end".to_owned()))?;
        self.await_attract()
    }

    fn await_attract(&self) -> Result<(), Box<dyn std::error::Error>> {
        let glass = &self.world.glass;
        let attract = poll(READY, || glass.read().ok().filter(|tree| tree.screen() == Some("attract")));
        attract.map(drop).ok_or_else(|| self.what_is_seen().into())
    }

    fn what_is_seen(&self) -> String {
        let state = visit::status(&self.world, "state").unwrap_or_else(|| "unknown".to_owned());
        let seen =
            self.world.glass.read().map_or_else(|error| chain(&error), |tree| tree.labels().join(" / "));
        format!("no attract screen after a start: in state {state}, the glass shows: {seen}")
    }

    /// Waits until nothing waits any more.
    fn settle(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let terminal = &self.world.terminal;
        let empty = || terminal.queue().ok().filter(|queue| queue["waiting"] == 0);
        if poll(DRAINED, empty).is_none() {
            let waiting = terminal.queue()?["waiting"].clone();
            self.violations.push(format!("{waiting} items still wait {} s after the end", DRAINED.as_secs()));
        }
        Ok(())
    }

    fn judge(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let queue = self.world.terminal.queue()?;
        let items = queue["items"].as_array().cloned().unwrap_or_default();
        let kept = items.iter().filter(|item| item["kind"] == "case");
        let kept: BTreeSet<String> = kept.filter_map(receipt).collect();
        let cases = self.world.platform.cases()?;
        let arrived: BTreeSet<String> = cases.iter().filter_map(receipt).collect();
        if arrived.len() != cases.len() {
            self.violations.push(format!("{} cases for {} receipts: doubled", cases.len(), arrived.len()));
        }
        self.missing("accepted but not at the platform", &kept, &arrived);
        self.missing("at the platform but not accepted", &arrived, &kept);
        self.missing("printed without a record", &self.printed.clone(), &kept);
        self.judge_shown(&kept);
        if let Err(error) = self.world.terminal.verify_journal() {
            self.violations.push(error.chain());
        }
        self.judge_times();
        self.judge_states();
        Ok(())
    }

    fn missing(&mut self, what: &str, from: &BTreeSet<String>, of: &BTreeSet<String>) {
        self.violations.extend(from.difference(of).map(|receipt| format!("{receipt} {what}")));
    }

    fn judge_shown(&mut self, kept: &BTreeSet<String>) {
        let has_none = |shown: &&String| !kept.iter().any(|receipt| shown.contains(receipt.as_str()));
        let lost = self.shown.iter().filter(has_none).map(|shown| format!("shown without a record: {shown}"));
        self.violations.extend(lost);
    }

    /// Remembers the receipt numbers on the paper in the tray, which holds the newest pieces only.
    fn collect_receipts(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let papers = self.world.simulator.state()?.papers;
        for code in papers.iter().flat_map(|paper| &paper.qr) {
            let code = ReceiptCode::try_from(code.as_str());
            let code = code.map_err(|error| format!("what was printed is no code of a receipt: {error}"))?;
            self.printed.insert(code.receipt.to_string());
        }
        Ok(())
    }

    /// A long campaign that misses a state has not tried what it is for.
    fn judge_states(&mut self) {
        if self.back_ms.len() >= CASES {
            let missed = STATES.iter().filter(|state| !self.histogram.contains_key(**state));
            self.violations.extend(missed.map(|state| format!("no kill hit the state {state}")));
        }
    }

    fn judge_times(&mut self) {
        let slow = self.back_ms.iter().filter(|ms| **ms > BACK_MS_MAX).count();
        if slow > 0 {
            self.violations.push(format!("{slow} starts took longer than {BACK_MS_MAX} ms"));
        }
        if self.percentile(0.99) > BACK_P99_MS_MAX {
            self.violations.push(format!("kill to attract p99 is {:.0} ms", self.percentile(0.99)));
        }
    }

    fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.back_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
        sorted.get(place).copied().unwrap_or(0.0)
    }

    fn report(self, cases: usize) -> Report {
        let figures = BTreeMap::from([
            ("receipts_printed", self.printed.len() as f64),
            ("numbers_shown_before_a_kill", self.shown.len() as f64),
            ("kill_to_attract_p50_ms", self.percentile(0.5)),
            ("kill_to_attract_p99_ms", self.percentile(0.99)),
            ("kill_to_attract_max_ms", self.percentile(1.0)),
        ]);
        Report { name: "kill", cases, violations: self.violations, histogram: self.histogram, figures }
    }
}

fn receipt(row: &Value) -> Option<String> {
    row["receipt"].as_str().map(str::to_owned)
}
