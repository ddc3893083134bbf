//! Cuts the power below the store's cipher.
//!
//! A script of calls is played once on the real store over a disk in memory that writes down every order. For each
//! order the campaign makes what a cut right behind it could have left (`platter.rs`), opens the real store on that, and
//! compares it with a plain list (`model.rs`): every call that had returned shows whole, the one under way whole or not
//! at all, the trail's chain holds, and the next item gets the next number. What the store does while it comes back is
//! cut again. Of files, those that were said to be kept are there, and none shows by half. Two controls must be found out: a disk that ignores syncs, and a database told to sync less often. Then the
//! key is changed (`rekey.rs`), and the disk fails for a while under a running store, and heals (`heal.rs`).

mod bench;
mod check;
mod disk;
mod folder;
mod heal;
mod keeping;
mod model;
pub mod mutants;
mod platter;
mod record;
mod rekey;
mod script;
mod vfs;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::bench::Bench;
use crate::check::check;
use crate::disk::Syncs;
use crate::platter::Fate;
use crate::record::{Cut, Recording, record};
use crate::script::{Step, script};

/// Calls of the script that is cut behind every order.
pub const CALLS: usize = 200;
/// Cuts where no number is asked for.
pub const CASES: usize = 50_000;
/// Troubles of the disk that come and go: one for so many cuts, and at least so many.
const CUTS_PER_TROUBLE: usize = 50;
const TROUBLES_MIN: usize = 25;
/// Calls of the longer scripts behind it, cut here and there.
const LONGER: std::ops::Range<usize> = 200..600;
/// Orders of a longer script that are cut behind: one in so many.
const LONGER_ONE_IN: u64 = 20;
/// Cuts whose recovery is cut as well: one in so many.
const AGAIN_ONE_IN: usize = 8;
/// Calls of the script that shows a control.
const CONTROL_CALLS: usize = 30;
/// Begins the line of a broken promise.
pub const BROKEN: &str = "BROKEN ";
/// Begins the sentence on a control that was not found out.
const BLIND: &str = "the control was not found out";
/// Broken promises after which a campaign stops: the first ones tell enough.
const VIOLATIONS_MAX: usize = 20;

/// What a campaign tried and what broke.
#[derive(Default)]
pub struct Outcome {
    /// Cuts.
    pub cuts: usize,
    /// Of these, in the midst of coming back from another.
    pub cuts_again: usize,
    /// Orders to the disk that were cut behind.
    pub orders: usize,
    /// Troubles of the disk that came and went.
    pub troubles: usize,
    /// Calls that were refused meanwhile.
    pub refused: usize,
    /// Calls that were in doubt meanwhile.
    pub in_doubt: usize,
    /// One sentence each.
    pub violations: Vec<String>,
}

/// Why a campaign could not be carried out.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The campaign: a script of `calls` cut behind every order, longer ones here and there until there were `cuts` cuts,
/// then the controls, a change of the key, and a disk that fails and heals.
pub fn run(calls: usize, cuts: usize, seed: u64) -> Result<Outcome, Error> {
    let mut all = Outcome::default();
    play(&mut all, calls, seed, 1, Syncs::Kept)?;
    let mut rng = StdRng::seed_from_u64(seed);
    while all.cuts < cuts && all.violations.is_empty() {
        play(&mut all, rng.random_range(LONGER), rng.random(), LONGER_ONE_IN, Syncs::Kept)?;
    }
    if all.violations.is_empty() {
        for syncs in [Syncs::Ignored, Syncs::Fewer] {
            all.violations.extend(control(script(CONTROL_CALLS, seed), syncs, seed)?);
        }
    }
    let (cuts, violations) = rekey::run(calls, seed)?;
    all.cuts += cuts;
    all.violations.extend(violations);
    fail_and_heal(&mut all, seed)?;
    Ok(all)
}

fn fail_and_heal(all: &mut Outcome, seed: u64) -> Result<(), Error> {
    let healed = heal::run((all.cuts / CUTS_PER_TROUBLE).max(TROUBLES_MIN), seed)?;
    (all.troubles, all.refused, all.in_doubt) = (healed.troubles, healed.refused, healed.in_doubt);
    all.violations.extend(healed.violations);
    Ok(())
}

/// Plays a script on a disk that must be found out, by a cut: what goes wrong without one shows nothing of the disk, so it is
/// an error, and a control stands only where the same calls go well on an honest one.
fn control(script: Vec<Step>, syncs: Syncs, seed: u64) -> Result<Option<String>, Error> {
    let recording = record(&Bench::new()?, script, syncs)
        .map_err(|flaw| format!("the control {syncs:?} cannot be played: {flaw}"))?;
    let mut found = Outcome::default();
    cut_everywhere(&mut found, &recording, seed, 1)?;
    Ok(found.violations.is_empty().then(|| format!("{BLIND}: {syncs:?}")))
}

/// Plays one script and cuts it behind one order in `one_in`.
fn play(all: &mut Outcome, calls: usize, seed: u64, one_in: u64, syncs: Syncs) -> Result<(), Error> {
    match record(&Bench::new()?, script(calls, seed), syncs) {
        Ok(recording) => cut_everywhere(all, &recording, seed, one_in),
        Err(flaw) => {
            all.violations.push(format!("script {seed} of {calls} calls: {flaw}"));
            Ok(())
        }
    }
}

/// All cores share the orders of one recording.
fn cut_everywhere(all: &mut Outcome, recording: &Recording, seed: u64, one_in: u64) -> Result<(), Error> {
    let workers = std::thread::available_parallelism()?.get();
    let shared = Shared::default();
    std::thread::scope(|scope| {
        let work = |worker| {
            scope.spawn({
                let shared = &shared;
                move || {
                    shared.cut(&Bench::new()?, recording, seed, move |at| {
                        at % workers == worker && is_chosen(seed, at, one_in)
                    })
                }
            })
        };
        let threads: Vec<_> = (0..workers).map(work).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    all.cuts += shared.cuts.into_inner();
    all.cuts_again += shared.cuts_again.into_inner();
    all.orders += (0..recording.log.len()).filter(|at| is_chosen(seed, *at, one_in)).count();
    let mut violations = shared.violations.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    violations.sort_unstable();
    let calls = recording.script.len();
    all.violations
        .extend(violations.into_iter().map(|(_, flaw)| format!("script {seed} of {calls} calls, {flaw}")));
    Ok(())
}

fn is_chosen(seed: u64, at: usize, one_in: u64) -> bool {
    one_in == 1 || StdRng::seed_from_u64(seed.wrapping_add(at as u64)).random_range(0..one_in) == 0
}

/// What the threads count together.
#[derive(Default)]
struct Shared {
    cuts: AtomicUsize,
    cuts_again: AtomicUsize,
    violations: Mutex<Vec<(usize, String)>>,
}

/// Enough is broken.
struct Enough;

impl Shared {
    fn cut(
        &self,
        bench: &Bench,
        recording: &Recording,
        seed: u64,
        chosen: impl Fn(usize) -> bool,
    ) -> Result<(), Error> {
        let ended = recording.cuts(seed, chosen, |cut, model, under_way| {
            let number = self.cuts.fetch_add(1, Ordering::Relaxed);
            let Cut { behind, fate, image } = cut;
            match check(bench, image, model, under_way) {
                Ok(recovery) if number.is_multiple_of(AGAIN_ONE_IN) => {
                    self.cut_again(bench, &recovery, behind, fate)
                }
                Ok(_) => Ok(()),
                Err(flaw) => self.broken(behind, format!("cut behind order {behind} ({fate:?}): {flaw}")),
            }
        });
        // What ended early did so because enough was broken; that stands in the list.
        ended.or(Ok(()))
    }

    /// Cuts the way back, behind one of its orders.
    fn cut_again(
        &self,
        bench: &Bench,
        recovery: &Recording,
        behind: usize,
        fate: Fate,
    ) -> Result<(), Enough> {
        let seed = behind as u64;
        let chosen = StdRng::seed_from_u64(seed).random_range(0..recovery.log.len().max(1));
        recovery.cuts(
            seed,
            |at| at == chosen,
            |cut, model, under_way| {
                self.cuts.fetch_add(1, Ordering::Relaxed);
                self.cuts_again.fetch_add(1, Ordering::Relaxed);
                let words = format!(
                    "cut behind order {behind} ({fate:?}) and again behind {chosen} ({:?})",
                    cut.fate
                );
                check(bench, cut.image, model, under_way)
                    .map(drop)
                    .or_else(|flaw| self.broken(behind, format!("{words}: {flaw}")))
            },
        )
    }

    fn broken(&self, behind: usize, flaw: String) -> Result<(), Enough> {
        let mut violations = self.violations.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        violations.push((behind, flaw));
        if violations.len() < VIOLATIONS_MAX { Ok(()) } else { Err(Enough) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_store::limits::TRAIL_EVENTS_MAX;

    use super::*;
    use crate::disk::Io;
    use crate::keeping::Keep;
    use crate::script::Call;

    /// The short form of the campaign.
    #[test]
    fn no_cut_loses_or_halves_anything() {
        let outcome = run(30, 0, 20_261_124).unwrap();
        assert_eq!(outcome.violations, Vec::<String>::new());
        assert!(outcome.cuts > 1_000 && outcome.cuts_again > 100, "{} cuts", outcome.cuts);
        assert!(outcome.troubles >= TROUBLES_MIN && outcome.refused > 0 && outcome.in_doubt > 0);
    }

    /// The second time the bytes are there already, and stay.
    #[test]
    fn a_file_that_was_kept_is_whole_behind_every_cut() {
        let keep = |number| Step { call: Call::Keep(Keep::File(number)), ..script(1, 1).remove(0) };
        let calls = [script(1, 1), [0, 1, 2, 0].map(keep).into()].concat();
        let (bench, cuts) = (Bench::new().unwrap(), Shared::default());
        let recording = record(&bench, calls, Syncs::Kept).unwrap();
        let opened = recording.log.iter().position(|io| matches!(io, Io::Returned)).unwrap();
        cuts.cut(&bench, &recording, 1, |at| at > opened).unwrap();
        assert_eq!(cuts.violations.into_inner().unwrap(), Vec::new());
        assert!(cuts.cuts.into_inner() > 50);
    }

    #[test]
    fn a_call_that_fails_without_a_cut_finds_no_control_out() {
        let calls = || script(2, 1);
        let too_many = Step { call: Call::Record { steps: TRAIL_EVENTS_MAX + 1 }, ..calls()[1].clone() };
        let broken = [calls(), vec![too_many]].concat();
        let error = control(broken, Syncs::Ignored, 1).unwrap_err().to_string();
        assert!(error.contains("without any cut"), "{error}");
        assert_eq!(control(calls(), Syncs::Ignored, 1).unwrap(), None);
        let blind = control(calls(), Syncs::Kept, 1).unwrap();
        assert!(blind.is_some_and(|blind| blind.starts_with(BLIND)), "an honest disk cannot be found out");
    }
}
