//! `ui.*`: how fast the glass is, and what it costs.
//!
//! - `first_frame_ms`: `kiosk run` spawned → its attract screen seen by another client of the X server. Warm: a first
//!   start is not counted, the median of the others is. The clock's line is left out of what is compared.
//! - `touch_p95_ms`, `transition_p95_ms`: measured inside `bench-glass`, which draws the product's window with the
//!   product's renderer into memory. Touch: event dispatched → changed pixels computed. Transition: each frame from
//!   one screen of a visit to the next, the first with the time the new screen takes to arrive.
//! - `pss_mb`: what a `kiosk` holds after the idle minute below, plus what 1,000 visits add to a `bench-glass` that
//!   shows the same screen. No `kiosk` is driven through that many visits: its farewell alone stays for six seconds.
//! - `pss_growth_mb_per_1000`: what 1,000 visits add to `bench-glass` after 100 visits to warm up.
//!   Both count its resident set, which grows at least as PSS does.
//! - `idle_cpu_percent`: processor time of a `kiosk` on its attract screen for one minute, its devices and network
//!   included, in percent of one core. The clock changes once in that time.
//! - `vs_chromium_start`, `vs_chromium_pss`: spawned → home screen seen, and memory with it, against a page of the
//!   same look in Chromium's kiosk mode. Starts alternate; the observer touches our attract screen as soon as it
//!   sees it, which counts against us. Memory of Chromium is that of all its processes. The network is cut, so that
//!   neither side waits for anybody: the home screen says so.
//!
//! No screen reader runs on the buses of what is measured here.

mod chromium;
mod eye;
mod glass;
mod limits;
mod station;

use std::error::Error;

use crate::Figures;
use crate::figure::{Figure, Goal, Line, Sides};
use chromium::Chromium;
use kiosk_bench::percentile;
use station::{Seen, Station};

/// Counted starts of each side.
const STARTS: usize = 7;

/// Measures all figures of the glass.
pub fn measure() -> Figures {
    let station = Station::set_up()?;
    let mut first_frames = starts(|| station.kiosk_to_attract())?;
    let idle = station.idle()?;
    let homes = Homes::measure(&station)?;
    drop(station);
    let glass = glass::run()?;
    let pss = idle.pss_mb + glass.added_mb();
    let mut lines = vec![
        plain("ui.first_frame_ms", percentile(&mut first_frames, 0.5), "ms", Goal::AtMost(100.0)),
        plain("ui.touch_p95_ms", glass.touch_p95_ms, "ms", Goal::AtMost(8.0)),
        plain("ui.transition_p95_ms", glass.transition_p95_ms, "ms", Goal::AtMost(16.0)),
        plain("ui.pss_mb", pss, "MB", Goal::AtMost(60.0)),
        plain("ui.pss_growth_mb_per_1000", glass.growth_mb(), "MB", Goal::Below(1.0)),
        plain("ui.idle_cpu_percent", idle.processor_percent, "%", Goal::Below(1.0)),
    ];
    lines.extend(homes.comparisons());
    Ok(lines)
}

/// Starts once for nothing, so that files are in memory, and then as often as it counts.
fn starts<T>(mut start: impl FnMut() -> Result<T, Box<dyn Error>>) -> Result<Vec<T>, Box<dyn Error>> {
    start()?;
    (0..STARTS).map(|_| start()).collect()
}

/// The home screen, shown by us and by Chromium in turn.
struct Homes {
    ours: Vec<Seen>,
    theirs: Result<Vec<Seen>, String>,
}

impl Homes {
    fn measure(station: &Station) -> Result<Self, Box<dyn Error>> {
        station.cut_network()?;
        let mut chromium = match Chromium::find() {
            Ok(program) => Chromium::new(program, station.stage())?,
            Err(why) => return Ok(Self { ours: starts(|| station.kiosk_to_home())?, theirs: Err(why) }),
        };
        let pairs = starts(|| Ok((station.kiosk_to_home()?, chromium.show_home(station.stage())?)))?;
        let (ours, theirs) = pairs.into_iter().unzip();
        Ok(Self { ours, theirs: Ok(theirs) })
    }

    fn comparisons(&self) -> [Line; 2] {
        [
            self.comparison("ui.vs_chromium_start", |seen| seen.start_ms),
            self.comparison("ui.vs_chromium_pss", |seen| seen.pss_mb),
        ]
    }

    fn comparison(&self, name: &'static str, side: fn(&Seen) -> f64) -> Line {
        let theirs = match &self.theirs {
            Ok(theirs) => median(theirs, side),
            Err(why) => return Line::Skipped { name, why: why.clone() },
        };
        let ours = median(&self.ours, side);
        let sides = Some(Sides { ours, theirs, peer: "Chromium" });
        let value = theirs / ours;
        Line::Figure(Figure { name: name.to_owned(), value, unit: "ratio", goal: Goal::AtLeast(8.0), sides })
    }
}

fn median(all: &[Seen], side: fn(&Seen) -> f64) -> f64 {
    let mut values: Vec<f64> = all.iter().map(side).collect();
    percentile(&mut values, 0.5)
}

fn plain(name: &str, value: f64, unit: &'static str, goal: Goal) -> Line {
    Line::Figure(Figure { name: name.to_owned(), value, unit, goal, sides: None })
}
