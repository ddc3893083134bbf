//! Plays the steps of a scenario in a world.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiosk_sim::control::{Command as Act, State};
use serde_json::Value;

use super::{Action, Case, Expectation, Scenario, Step, Wanted, page};
use crate::deadlines::{FOUND, SHOWN, poll};
use crate::report::{Report, Row, Verdict};
use crate::screen::{GlassError, Target};
use crate::world::{Paper, World, WorldError, chain};

/// What a step that was met has to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What was seen, in a few words.
    pub seen: String,
    /// Pictures that were taken.
    pub pictures: Vec<PathBuf>,
}

/// What was there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet(pub String);

impl From<WorldError> for Unmet {
    fn from(error: WorldError) -> Self {
        Self(chain(&error))
    }
}

impl From<GlassError> for Unmet {
    fn from(error: GlassError) -> Self {
        Self(chain(&error))
    }
}

type Outcome = Result<Told, Unmet>;

/// Plays a scenario to its end, or to the first step that is not met. `folder` is where the scenario
/// stands, `out` where pictures go.
pub fn play(world: &mut World, scenario: &Scenario, folder: &Path, out: &Path) -> Report {
    let mut player = Player { world, folder, out, pictures: 0 };
    let mut report = Report::new(&scenario.title);
    for step in &scenario.steps {
        let row = if report.failed() { Row::skipped(step) } else { player.row(step) };
        report.rows.push(row);
    }
    report
}

struct Player<'a> {
    world: &'a mut World,
    folder: &'a Path,
    out: &'a Path,
    pictures: usize,
}

impl Player<'_> {
    fn row(&mut self, step: &Step) -> Row {
        let began = Instant::now();
        let outcome = self.step(step);
        let took = began.elapsed();
        match outcome {
            Ok(told) => Row::met(step, took, told),
            Err(Unmet(why)) => {
                let told = self.what_is_there(why);
                Row { verdict: Verdict::Unmet, ..Row::met(step, took, told) }
            }
        }
    }

    fn step(&mut self, step: &Step) -> Outcome {
        match &step.action {
            // The world was made so.
            Action::DevicesOnUsb => Ok(Told::default()),
            Action::Touch(target) => self.touch(target, step.within.unwrap_or(SHOWN)),
            Action::Type(keys) => self.type_keys(keys),
            Action::Act(act) => self.act(act),
            Action::Wait(wanted) => self.wait(wanted, step.within.unwrap_or(SHOWN)),
            Action::Picture(name) => self.picture(name),
            Action::Expect(what) => self.expect(what, step.within.unwrap_or(FOUND)),
            Action::Publish(path) => self.publish(path),
            Action::Configure(path) => self.configure(path),
            Action::KillTerminal => {
                self.world.terminal.kill();
                Ok(Told::default())
            }
            Action::StartTerminal => {
                self.world.terminal.start(&self.world.glass)?;
                Ok(Told::default())
            }
            Action::AddTechnician(pin) => {
                self.world.terminal.add_technician(pin)?;
                Ok(Told::default())
            }
            Action::SetDisk(ailment) => {
                self.world.set_disk(*ailment)?;
                Ok(Told::default())
            }
            Action::UnlockTechnicians => {
                self.world.terminal.unlock_technicians()?;
                Ok(Told::default())
            }
        }
    }

    /// A control that is still on its way is waited for; a touch is made once.
    fn touch(&mut self, target: &Target, limit: Duration) -> Outcome {
        let mut last = GlassError::NoSuchElement(target.clone());
        let touched = poll(limit, || match self.world.glass.touch(target) {
            Ok(element) => Some(element),
            Err(error) => {
                last = error;
                None
            }
        });
        let element = touched.ok_or(last)?;
        let (x, y) = element.area.middle();
        Ok(Told { seen: format!("{} at {x}, {y}", element.role), pictures: Vec::new() })
    }

    fn type_keys(&mut self, keys: &str) -> Outcome {
        for key in keys.chars() {
            let id = if key == '.' { "key-point".to_owned() } else { format!("key-{key}") };
            self.touch(&Target::Id(id), SHOWN)?;
        }
        Ok(Told::default())
    }

    fn act(&mut self, act: &Act) -> Outcome {
        self.world.simulator.act(act)?;
        Ok(Told::default())
    }

    fn wait(&mut self, wanted: &Wanted, limit: Duration) -> Outcome {
        let glass = &self.world.glass;
        let shown = poll(limit, || {
            let tree = glass.read().ok()?;
            let there = match wanted {
                Wanted::Screen(name) => tree.screen() == Some(name),
                Wanted::Text(text) => tree.shows(text),
                Wanted::NoText(text) => !tree.shows(text),
            };
            there.then(|| tree.screen().unwrap_or("no name").to_owned())
        });
        let screen = shown.ok_or_else(|| Unmet(format!("not within {} s", limit.as_secs())))?;
        Ok(Told { seen: format!("screen {screen}"), pictures: Vec::new() })
    }

    fn picture(&mut self, name: &str) -> Outcome {
        let path = self.next_picture(name);
        self.world.glass.picture(&path)?;
        Ok(Told { seen: String::new(), pictures: vec![path] })
    }

    fn next_picture(&mut self, name: &str) -> PathBuf {
        self.pictures += 1;
        self.out.join(format!("{:02}-{name}.png", self.pictures))
    }

    fn publish(&mut self, path: &Path) -> Outcome {
        self.world.platform.publish(&self.folder.join(path))?;
        Ok(Told::default())
    }

    fn configure(&mut self, path: &Path) -> Outcome {
        self.world.platform.configure(&self.folder.join(path))?;
        Ok(Told::default())
    }

    fn expect(&mut self, what: &Expectation, limit: Duration) -> Outcome {
        let mut last = Unmet("nothing was looked at".to_owned());
        let found = poll(limit, || match self.look_for(what) {
            Ok(told) => Some(told),
            Err(unmet) => {
                last = unmet;
                None
            }
        });
        found.ok_or(last).and_then(|told| self.keep_pictures(told))
    }

    fn look_for(&self, what: &Expectation) -> Outcome {
        let (wanted, is) = match what {
            Expectation::PaperContains(text) => {
                let state = self.world.simulator.state()?;
                return paper_with(&state, text, |paper| paper.lines.join("\n").contains(text));
            }
            Expectation::PaperHasQr => {
                let state = self.world.simulator.state()?;
                return paper_with(&state, "a QR code", |paper| !paper.qr.is_empty());
            }
            Expectation::Papers(count) => {
                (format!("{count} papers"), format!("{} papers", written(&self.world.simulator.state()?)))
            }
            Expectation::Pages(count) => {
                (format!("{count} pages"), format!("{} pages", pages(&self.world.simulator.state()?)))
            }
            Expectation::PageContains(text) => return self.page_with(text),
            Expectation::Queue(count) => {
                let waiting = self.world.terminal.queue()?["waiting"].clone();
                (format!("{count} waiting"), format!("{waiting} waiting"))
            }
            Expectation::PlatformCases(count) => {
                (format!("{count} cases"), format!("{} cases", self.world.platform.cases()?.len()))
            }
            Expectation::CaseState(Case::AtPlatform, state) => {
                (format!("state {state}"), only_state(&self.world.platform.cases()?))
            }
            Expectation::CaseState(Case::AtTerminal, state) => {
                let cases = self.world.terminal.queue()?["cases"].as_array().cloned().unwrap_or_default();
                (format!("state {state}"), only_state(&cases))
            }
            Expectation::CaseNumberShown => return self.case_number_shown(),
            Expectation::JournalHolds => {
                let report = self.world.terminal.verify_journal()?;
                return Ok(Told { seen: format!("{} rows hold", report["rows"]), pictures: Vec::new() });
            }
        };
        if wanted == is {
            Ok(Told { seen: is, pictures: Vec::new() })
        } else {
            Err(Unmet(format!("{is} instead")))
        }
    }

    fn page_with(&self, text: &str) -> Outcome {
        let printed = self.world.simulator.state()?.page_printer.printed;
        let newest = printed.last().ok_or_else(|| Unmet("no page came".to_owned()))?;
        let says = page::text(&newest.file)?;
        if !page::unspaced(&says).contains(&page::unspaced(text)) {
            return Err(Unmet(format!("{text} is not on the page; it says: {says}")));
        }
        Ok(Told { seen: format!("page {}", newest.number), pictures: page::pictures(&newest.file)? })
    }

    fn case_number_shown(&self) -> Outcome {
        let cases = self.world.platform.cases()?;
        let [case] = cases.as_slice() else {
            return Err(Unmet(format!("{} cases at the platform", cases.len())));
        };
        let number = case["case_number"].as_str().filter(|number| !number.is_empty());
        let number = number.ok_or_else(|| Unmet("the platform gave the case no number".to_owned()))?;
        if !self.world.glass.read()?.shows(number) {
            return Err(Unmet(format!("{number} is not on the glass")));
        }
        Ok(Told { seen: number.to_owned(), pictures: Vec::new() })
    }

    /// Pictures of paper and pages belong to the report; the simulator's folder goes away.
    fn keep_pictures(&self, told: Told) -> Outcome {
        let mut kept = Vec::new();
        for paper in &told.pictures {
            let name = paper.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let what = if told.seen.starts_with("page") { "page" } else { "paper" };
            let path = self.out.join(format!("{what}-{name}.png"));
            std::fs::copy(paper, &path).map_err(|error| Unmet(format!("{}: {error}", paper.display())))?;
            kept.push(path);
        }
        Ok(Told { pictures: kept, ..told })
    }

    /// The screen, its texts and a picture, for a step that was not met.
    fn what_is_there(&mut self, why: String) -> Told {
        let path = self.next_picture("instead");
        let pictures = self.world.glass.picture(&path).is_ok().then_some(path).into_iter().collect();
        let there = match self.world.glass.read() {
            Ok(tree) => format!(
                "the screen is {}, it shows: {}",
                tree.screen().unwrap_or("unnamed"),
                tree.labels().join(" | ")
            ),
            Err(error) => format!("the screen cannot be read: {}", chain(&error)),
        };
        let ended = if self.world.terminal.runs() { "" } else { "; the terminal does not run" };
        Told { seen: format!("{why}{ended}; {there}"), pictures }
    }
}

fn paper_with(state: &State, wanted: &str, holds: impl Fn(&Paper) -> bool) -> Outcome {
    let Some(newest) = state.papers.last() else {
        return Err(Unmet(format!("no paper came; the printer is {:?}", state.printer.state)));
    };
    if !holds(newest) {
        let lines = newest.lines.join(" | ");
        return Err(Unmet(format!("{wanted} is not on the paper; it says: {lines}")));
    }
    Ok(Told { seen: format!("paper {}", newest.number), pictures: vec![newest.png.clone()] })
}

/// Pieces with something on them; a printer that is cleaned cuts off a blank strip.
fn written(state: &State) -> usize {
    state.papers.iter().filter(|paper| !(paper.lines.is_empty() && paper.qr.is_empty())).count()
}

/// Pages that came out of the page printer and were not taken.
fn pages(state: &State) -> u32 {
    state.page_printer.printed.iter().map(|job| job.pages * job.copies).sum()
}

/// The state of the one case there is.
fn only_state(cases: &[Value]) -> String {
    match cases {
        [one] => format!("state {}", one["state"].as_str().unwrap_or("unknown")),
        several => format!("{} cases", several.len()),
    }
}
