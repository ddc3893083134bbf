//! A disk that fails for a while under a running store, and is well again.
//!
//! Reads, writes or syncs fail, or all of them, the disk is full, or nothing on it can be changed: for a few calls of a
//! script, each order or some of them. Meanwhile a call is refused and nothing of it may show, or it is in doubt and shows
//! whole or not at all later; what is shown at all must be right, and what was shown once of a call in doubt stays. When the
//! disk is well, the same store serves again within `SERVED_WITHIN`, without being opened by anybody, and shows everything
//! that was acknowledged. A cut of the power then leaves what was shown, and nothing else.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kiosk_store::{Store, StoreError};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::Error;
use crate::bench::Bench;
use crate::check::check;
use crate::disk::{Disk, Io, Syncs, Trouble};
use crate::keeping::Keep;
use crate::model::{Model, View, view_of};
use crate::platter::{Fate, Platter};
use crate::record::empty_disk;
use crate::script::{Call, Step, script};

/// Calls of one script.
const CALLS: usize = 150;
/// Calls between two troubles, about.
const CALLS_PER_TROUBLE: u32 = 6;
/// Calls a trouble lasts.
const LASTS: std::ops::RangeInclusive<usize> = 1..=6;
/// How many of the orders fail, one of these for each trouble.
const SHARES: [f64; 3] = [0.2, 0.6, 1.0];
/// Calls in doubt at a time; each doubles what may be.
const DOUBTS_MAX: usize = 4;
/// From a healed disk to the first answer: the longest pause between two tries (2 s) with room for a busy machine.
const SERVED_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

/// What a campaign tried and what broke.
#[derive(Default)]
pub struct Outcome {
    /// Troubles that came and went.
    pub troubles: usize,
    /// Calls that were refused.
    pub refused: usize,
    /// Calls in doubt.
    pub in_doubt: usize,
    /// One sentence each.
    pub violations: Vec<String>,
}

/// Plays scripts until there were so many troubles, or one broke something.
pub fn run(troubles: usize, seed: u64) -> Result<Outcome, Error> {
    let mut all = Outcome::default();
    let mut rng = StdRng::seed_from_u64(seed);
    while all.troubles < troubles && all.violations.is_empty() {
        let seed = rng.random();
        let mut patient = Patient::new(seed, all)?;
        let played = patient.play(&script(CALLS, seed));
        all = patient.outcome;
        all.violations.extend(played.err().map(|flaw| format!("script {seed} on an ailing disk: {flaw}")));
    }
    Ok(all)
}

/// A store on a disk that may be ill.
struct Patient {
    bench: Bench,
    disk: Arc<Disk>,
    rng: StdRng,
    /// How the store may stand: one model, and one more for each way calls in doubt may have ended.
    models: Vec<Model>,
    /// How it stood when the disk had healed, each time.
    healed: Vec<Model>,
    /// The trouble, and how many calls it still lasts.
    trouble: Option<(Trouble, usize)>,
    outcome: Outcome,
}

impl Patient {
    fn new(seed: u64, outcome: Outcome) -> Result<Self, Error> {
        Ok(Self {
            bench: Bench::new()?,
            disk: Disk::new(empty_disk(), Syncs::Kept),
            rng: StdRng::seed_from_u64(!seed),
            models: vec![Model::default()],
            healed: Vec::new(),
            trouble: None,
            outcome,
        })
    }

    fn play(&mut self, script: &[Step]) -> Result<(), String> {
        let mut store = None;
        for (number, step) in script.iter().enumerate() {
            self.bench.set_clock(step.at);
            let at = |flaw| format!("call {number}: {flaw}");
            match (&step.call, &store) {
                (Call::Reopen { .. }, _) | (_, None) => {
                    store = Some(self.reopen(store.take(), step).map_err(at)?)
                }
                (_, Some(store)) => self.step(store, step).map_err(at)?,
            }
        }
        store.iter().try_for_each(|store| self.heal(store))?;
        drop(store);
        self.cut_behind_each_healing()
    }

    /// Whoever opens a store does so on a disk that works.
    fn reopen(&mut self, store: Option<Store>, step: &Step) -> Result<Store, String> {
        store.iter().try_for_each(|store| self.heal(store))?;
        drop(store);
        self.models.iter_mut().for_each(|model| model.take(step));
        let opened = self.bench.open(&self.disk, self.models[0].epoch);
        opened.map_err(|error| format!("it does not open: {error}"))
    }

    fn step(&mut self, store: &Store, step: &Step) -> Result<(), String> {
        if self.trouble.is_none() && self.rng.random_ratio(1, CALLS_PER_TROUBLE) {
            self.fall_ill();
        }
        self.call(store, step)?;
        match &mut self.trouble {
            None => Ok(()),
            Some((_, left)) if *left > 0 && self.models.len() < 1 << DOUBTS_MAX => {
                *left -= 1;
                self.look(store, step)
            }
            Some(_) => self.heal(store),
        }
    }

    fn fall_ill(&mut self) {
        let trouble = *Trouble::ALL.choose(&mut self.rng).unwrap_or(&Trouble::Reads);
        let share = *SHARES.choose(&mut self.rng).unwrap_or(&1.0);
        self.disk.fall_ill(trouble, share, self.rng.random());
        self.trouble = Some((trouble, self.rng.random_range(LASTS)));
        self.outcome.troubles += 1;
    }

    /// What names items or commands by their place is left out while it is in doubt which there are.
    fn call(&mut self, store: &Store, step: &Step) -> Result<(), String> {
        let names_items = matches!(
            step.call,
            Call::Settle { .. } | Call::Postpone { .. } | Call::Keep(Keep::Begin | Keep::Finish | Keep::Tell)
        );
        if names_items && self.models.len() > 1 {
            return Ok(());
        }
        match (self.models[0].call(step, store), self.trouble) {
            (Ok(()), _) => self.models.iter_mut().for_each(|model| model.take(step)),
            (Err(StoreError::InDoubt(_)), Some(_)) => self.doubt(step),
            (Err(StoreError::Internal), Some(_)) => return Err("it panics".to_owned()),
            (Err(_), Some(_)) => self.outcome.refused += 1,
            (Err(error), None) => return Err(format!("it is refused on a disk that works: {error}")),
        }
        Ok(())
    }

    fn doubt(&mut self, step: &Step) {
        self.outcome.in_doubt += 1;
        let kept = self.models.clone().into_iter().map(|mut model| {
            model.take(step);
            model
        });
        self.models.extend(kept.collect::<Vec<_>>());
    }

    /// While the disk ails the store may show nothing; what it shows is right, and ends every doubt.
    fn look(&mut self, store: &Store, step: &Step) -> Result<(), String> {
        // As a terminal does all the time; it may fail, and what it files must not end in doubt unheard.
        store.room().ok();
        if let Ok(report) = store.verify_journal()
            && let Some((seq, flaw)) = report.first_bad
        {
            return Err(format!("while the disk ails the trail is said to break at {seq}: {flaw}"));
        }
        match view_of(store, step.at) {
            Err(_) => Ok(()),
            Ok(seen) => self.shown(&seen, step.at).map_err(|flaw| format!("while the disk ails, {flaw}")),
        }
    }

    /// Of the ways it may stand, only the one it shows is left.
    fn shown(&mut self, seen: &View, now: Timestamp) -> Result<(), String> {
        let shows = |model: &&Model| (*model).clone().at_time(now).view() == *seen;
        let model = self.models.iter().find(shows).ok_or_else(|| seen.flaw(&self.models[0].view()))?;
        self.models = vec![model.clone()];
        Ok(())
    }

    /// The disk is well: the store serves by itself, and what it shows ends every doubt.
    fn heal(&mut self, store: &Store) -> Result<(), String> {
        self.disk.heal();
        let Some((trouble, _)) = self.trouble.take() else { return Ok(()) };
        let now = self.models[0].now;
        let seen = served(store, now)
            .map_err(|flaw| format!("after {trouble:?} it does not serve again: {flaw}"))?;
        self.shown(&seen, now).map_err(|flaw| format!("after {trouble:?}, {flaw}"))?;
        self.models[0].now = now;
        self.healed.push(self.models[0].clone());
        self.disk.returned();
        self.models[0].holds_files(store).map_err(|flaw| format!("after {trouble:?}, {flaw}"))
    }

    /// What was acknowledged before a healing is on the platter behind it, whatever became of what was not synced.
    fn cut_behind_each_healing(&mut self) -> Result<(), String> {
        let log = self.disk.take_log();
        let mut platter = Platter::new(&empty_disk());
        let mut healed = self.healed.iter().enumerate();
        for io in &log {
            platter.take(io);
            if !matches!(io, Io::Returned) {
                continue;
            }
            let (number, model) = healed.next().ok_or("it healed more often than it was seen")?;
            for fate in [Fate::Dropped, Fate::Kept, Fate::Scattered(self.rng.random())] {
                check(&self.bench, platter.image(fate), model, None).map_err(|flaw| {
                    format!("cut once the disk had healed the {number}th time ({fate:?}): {flaw}")
                })?;
            }
        }
        Ok(())
    }
}

/// What the store shows once it serves again; why it does not, where that takes too long.
fn served(store: &Store, now: Timestamp) -> Result<View, String> {
    let until = Instant::now() + SERVED_WITHIN;
    loop {
        match view_of(store, now) {
            Ok(seen) => return Ok(seen),
            Err(flaw) if Instant::now() > until => return Err(flaw),
            Err(_) => thread::sleep(POLL),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::codes::RatingLevel;
    use kiosk_protocol::item::Content;
    use uuid::Uuid;

    use super::*;

    fn rating(number: u128) -> Step {
        let visit = Uuid::from_u128(number);
        let content = Arc::new(Content::Rating { visit, case: None, level: RatingLevel::Fair });
        Step { at: Timestamp::UNIX_EPOCH, call: Call::Submit { lane: visit, content, steps: 1 } }
    }

    /// A sync fails, the process ends, and the next one finds in the log what is not on the platter.
    fn cut_behind_a_failed_sync(seed: u64) -> Result<(), String> {
        let (bench, disk) = (Bench::new().unwrap(), Disk::new(empty_disk(), Syncs::Kept));
        let (mut model, steps) = (Model::default(), [rating(1), rating(2), rating(3)]);
        let store = bench.open(&disk, model.epoch).unwrap();
        model.call(&steps[0], &store).unwrap();
        model.take(&steps[0]);
        disk.fall_ill(Trouble::Syncs, 1.0, seed);
        assert!(matches!(model.call(&steps[1], &store), Err(StoreError::InDoubt(_))));
        disk.fall_ill(Trouble::Away, 1.0, seed);
        drop(store);
        disk.heal();
        let store = bench.open(&disk, model.epoch).unwrap();
        model.take(&steps[1]);
        assert_eq!(view_of(&store, model.now)?, model.view(), "it counts once it is found");
        model.call(&steps[2], &store).unwrap();
        model.take(&steps[2]);
        cut(&bench, &disk, store, &model)
    }

    /// A cut that leaves what was synced, and nothing else, shows the same.
    fn cut(bench: &Bench, disk: &Disk, store: Store, model: &Model) -> Result<(), String> {
        let (log, base) = (disk.take_log(), empty_disk());
        drop(store);
        let mut platter = Platter::new(&base);
        log.iter().for_each(|io| platter.take(io));
        check(bench, platter.image(Fate::Dropped), model, None).map(drop)
    }

    #[test]
    fn what_is_shown_of_a_call_in_doubt_stays_so() {
        for seed in 0..8 {
            let (bench, disk) = (Bench::new().unwrap(), Disk::new(empty_disk(), Syncs::Kept));
            let model = Model::default();
            bench.open(&disk, model.epoch).unwrap();
            // Who made it has every page in memory; who opens it again reads.
            let store = bench.open(&disk, model.epoch).unwrap();
            model.call(&rating(1), &store).unwrap();
            served(&store, model.now).unwrap();
            disk.fall_ill(Trouble::Syncs, 1.0, seed);
            assert!(matches!(model.call(&rating(2), &store), Err(StoreError::InDoubt(_))));
            disk.heal();
            let shown = served(&store, model.now).unwrap();
            disk.fall_ill(Trouble::Reads, 1.0, seed);
            // The second call finds the connection gone, while nothing can be read: so its end left the log as it was.
            (0..2).for_each(|_| assert!(store.technicians().is_err(), "it costs the connection"));
            disk.heal();
            assert_eq!(served(&store, model.now).unwrap(), shown, "seed {seed}");
        }
    }

    /// A commit whose sync failed stands whole in the log. The end of that connection moves nothing, so that the next one finds
    /// it and it counts; else it would be shown as undone, and come back from the log with a cut.
    #[test]
    fn what_is_shown_behind_a_connection_let_go_is_what_a_cut_leaves() {
        let mut in_doubt = 0;
        for seed in 0..32 {
            let (bench, disk) = (Bench::new().unwrap(), Disk::new(empty_disk(), Syncs::Kept));
            let (mut model, steps) = (Model::default(), [rating(1), rating(2)]);
            let store = bench.open(&disk, model.epoch).unwrap();
            model.call(&steps[0], &store).unwrap();
            model.take(&steps[0]);
            disk.fall_ill(Trouble::Syncs, 0.5, seed);
            let Err(StoreError::InDoubt(_)) = model.call(&steps[1], &store) else { continue };
            // Once this is answered the connection has gone, on a disk of which some syncs fail.
            store.cursor().ok();
            disk.heal();
            model.take(&steps[1]);
            assert_eq!(served(&store, model.now).unwrap(), model.view(), "seed {seed}: it counts");
            assert_eq!(cut(&bench, &disk, store, &model), Ok(()), "seed {seed}");
            in_doubt += 1;
        }
        assert!(in_doubt > 0, "no sync failed that mattered");
    }

    #[test]
    fn what_a_failed_sync_left_in_the_log_is_not_built_upon() {
        for seed in 0..8 {
            assert_eq!(cut_behind_a_failed_sync(seed), Ok(()), "seed {seed}");
        }
    }
}
