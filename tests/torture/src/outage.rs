//! `outage`: a terminal without its platform for 30 days, while 50,000 items are accepted; then the line is back. The client,
//! the store and the platform are the shipped code, in virtual time and in this one process, whose memory may grow by
//! 64 MiB at most. The first item is one the platform fails at whenever it gets it: it delays no other lane, which shows from the
//! first answer on, as the terminal is in its longest back-off before; and it is taken in when the platform is mended.

mod line;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kiosk_client::deadlines::BACKOFF_CAP;
use kiosk_client::sync::Step;
use kiosk_platform::{Options, Platform};
use kiosk_protocol::crypto::SealingKey;
use kiosk_protocol::ids::TerminalId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::Outcome;
use crate::report::Report;
use crate::sim::{Terminal, Time, Wall, service};
use line::Line;

/// Items where no number is asked for.
pub const CASES: usize = 50_000;
/// How long the line is down.
const OUTAGE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Items accepted one after the other: one of them is a case.
const BURST: usize = 10;
/// Lanes of the other items; each case has its own besides.
const LANES: usize = 40;
/// Growth of the process that is allowed, MiB.
const GROWTH_MIB_MAX: f64 = 64.0;
/// From the line's return to the last item of all other lanes: the longest back-off, and what follows it.
const DRAIN_MAX: Duration = BACKOFF_CAP.saturating_add(OTHER_LANES_MAX);
/// The same from the first answer on: to find the item out, and to send the backlog, 200 batches of 40 ms each.
const OTHER_LANES_MAX: Duration = Duration::from_secs(15);
/// The item the platform fails at, and those behind it in its lane.
const STUCK: u64 = 3;
/// Files here live in memory, but not in this process.
const MEMORY: &str = "/dev/shm";

type Any = Box<dyn std::error::Error>;

/// Runs the campaign.
pub fn run(items: usize, seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(play(items, OUTAGE, seed))
}

async fn play(items: usize, outage: Duration, seed: u64) -> Outcome {
    let dir = tempfile::tempdir_in(if Path::new(MEMORY).is_dir() { MEMORY } else { "target" })?;
    let mut world = World::new(dir.path(), seed)?;
    world.offline(items, outage).await?;
    let waiting = world.terminal.store.backlog()?;
    let drained = world.back().await?;
    let mended = world.mended().await?;
    let mut violations = world.line.flaws(items);
    let flaws = [
        (waiting != items as u64).then(|| format!("{items} items, {waiting} waited when the line came back")),
        (drained > OTHER_LANES_MAX)
            .then(|| format!("the other lanes waited for {:.1} s", drained.as_secs_f64())),
        (mended > DRAIN_MAX).then(|| "the item was not taken in when the platform was mended".to_owned()),
        (world.growth_mib() > GROWTH_MIB_MAX)
            .then(|| format!("memory grew by {:.1} MiB", world.growth_mib())),
        world.terminal.store.verify_journal()?.first_bad.map(|flaw| format!("the journal breaks: {flaw:?}")),
    ];
    violations.extend(flaws.into_iter().flatten());
    let figures = BTreeMap::from([
        ("days_offline", outage.as_secs_f64() / 86_400.0),
        ("other_lanes_drained_s", drained.as_secs_f64()),
        ("memory_growth_mib", world.growth_mib()),
    ]);
    let tries = ("tries while the line was down".to_owned(), world.line.tries());
    Ok(Report { name: "outage", cases: items, violations, histogram: BTreeMap::from([tries]), figures })
}

struct World {
    rng: StdRng,
    time: Time,
    line: Arc<Line>,
    terminal: Terminal,
    sealing_key: SealingKey,
    lanes: Vec<Uuid>,
    at_start_kib: u64,
    most_kib: u64,
}

impl World {
    fn new(dir: &Path, seed: u64) -> Result<Self, Any> {
        let (time, home) = (Time::default(), dir.join("platform"));
        let platform = Platform::init(&home)?;
        platform.publish(&[service()])?;
        let wall = Wall::new(time.clone());
        let clock = wall.clone();
        let options =
            Options { clock: Arc::new(move || clock.shows()), poll_ms: 60_000, ..Options::default() };
        let core = platform.core(options)?;
        let (sealing_key, heads_key) = (core.sealing_key(), core.heads_key());
        let id = TerminalId::try_from("230202-0001".to_owned())?;
        let line = Arc::new(Line::new(core, id.clone(), time.clone()));
        let terminal = Terminal::new(id, dir.join("terminal"), wall, line.clone(), heads_key, seed)?;
        let lanes = (0..LANES).map(|_| Uuid::now_v7()).collect();
        let (rng, at_start_kib) = (StdRng::seed_from_u64(seed), resident_kib()?);
        Ok(Self { rng, time, line, terminal, sealing_key, lanes, at_start_kib, most_kib: at_start_kib })
    }

    /// Items are accepted all the time, and the platform is tried all the time.
    async fn offline(&mut self, items: usize, outage: Duration) -> Result<(), Any> {
        let stuck = Uuid::now_v7();
        (0..STUCK).try_for_each(|_| self.terminal.rate(stuck))?;
        let bursts = items.div_ceil(BURST);
        let pause = outage / u32::try_from(bursts)?;
        let mut rest = items.saturating_sub(STUCK as usize);
        for _ in 0..bursts {
            self.burst(rest.min(BURST))?;
            rest -= rest.min(BURST);
            self.run_for(pause).await?;
        }
        Ok(())
    }

    fn burst(&mut self, items: usize) -> Result<(), Any> {
        for number in 0..items {
            if number == 0 {
                self.terminal.apply(&self.sealing_key, &[])?;
            } else {
                let lane = self.lanes[self.rng.random_range(0..LANES)];
                self.terminal.rate(lane)?;
            }
        }
        Ok(())
    }

    /// The line is back: how long, from the first answer on, until all lanes but that of the stuck item are empty.
    async fn back(&mut self) -> Result<Duration, Any> {
        self.line.is_down(false);
        self.until_backlog(STUCK).await?;
        let answered_at = self.line.answered_at().ok_or("the line was back, and nothing was sent")?;
        Ok(self.time.now() - answered_at)
    }

    /// The platform is mended: how long until nothing waits.
    async fn mended(&mut self) -> Result<Duration, Any> {
        self.line.mend();
        self.until_backlog(0).await
    }

    /// At most a little longer than is allowed.
    async fn until_backlog(&mut self, left: u64) -> Result<Duration, Any> {
        let start = self.time.now();
        while self.terminal.store.backlog()? > left && self.time.now() - start <= DRAIN_MAX {
            self.step(start + DRAIN_MAX + Duration::from_secs(1)).await?;
        }
        Ok(self.time.now() - start)
    }

    async fn run_for(&mut self, time: Duration) -> Result<(), Any> {
        let end = self.time.now() + time;
        while self.time.now() < end {
            self.step(end).await?;
        }
        Ok(())
    }

    async fn step(&mut self, end: Duration) -> Result<(), Any> {
        match self.terminal.worker.next() {
            Step::Wait { until } => self.time.set(until.min(end)),
            step @ (Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_)) => {
                self.terminal.worker.perform(step).await;
                self.most_kib = self.most_kib.max(resident_kib()?);
            }
        }
        Ok(())
    }

    fn growth_mib(&self) -> f64 {
        (self.most_kib - self.at_start_kib) as f64 / 1024.0
    }
}

/// All of this process that is in memory, its program and what it maps included.
fn resident_kib() -> Result<u64, Any> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?.parse()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Two hours, so that the suite stays short; `./x torture outage` goes on for a month.
    #[test]
    fn time_offline_is_made_up_for_and_one_bad_item_delays_no_other_lane() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let report = runtime.block_on(play(300, Duration::from_secs(2 * 3600), 20_261_129)).unwrap();
        assert_eq!(report.violations, Vec::<String>::new());
        assert!(report.histogram.values().all(|tries| *tries > 30), "it kept trying: {:?}", report.histogram);
    }
}
