//! Virtual time, shared by threads of which exactly one runs at a time.
//!
//! A driver is ordinary blocking code, so each has a thread; but whenever an actor waits, the one that is due next goes
//! on and the clock jumps there. Nothing sleeps, and the order depends on nothing but the times: a visit can be played
//! again from its seed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::TURNS_AT_ONCE_MAX;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The session's loop, the resident, and everything that happens to them.
    Hall,
    /// The thread of the identity-card reader.
    Reader,
    /// The thread of the slot for chip cards.
    Slot,
    /// The thread of the scanner.
    Scanner,
    /// The thread of the receipt printer.
    Printer,
    /// The thread of the page printer.
    Pages,
}

const ACTORS: usize = 6;

/// The clock and whose turn it is; clones share them.
#[derive(Clone, Default)]
pub struct Stage(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    turns: [Condvar; ACTORS],
}

#[derive(Default)]
struct State {
    now: Duration,
    running: usize,
    /// When each wants to go on; nothing while it runs or is not there.
    waits: [Option<Duration>; ACTORS],
    turns_at_once: u32,
}

impl Stage {
    /// Since the terminal started.
    pub fn now(&self) -> Duration {
        self.state().now
    }

    /// Lets the others act until then, or until somebody rouses this one.
    ///
    /// # Panics
    ///
    /// When time stands still: somebody waits for nothing, over and over.
    pub fn wait(&self, me: Actor, until: Duration) {
        let mut state = self.state();
        state.waits[me as usize] = Some(until.max(state.now));
        let next = state.pass_on();
        assert!(state.turns_at_once < TURNS_AT_ONCE_MAX, "{me:?}: time stands still at {:?}", state.now);
        if next != Some(me as usize) {
            self.hand_over(next);
            drop(self.await_turn(state, me));
        }
    }

    /// The actor goes on now, when its turn comes.
    pub fn rouse(&self, who: Actor) {
        let mut state = self.state();
        let now = state.now;
        state.waits[who as usize].iter_mut().for_each(|at| *at = now);
    }

    /// Announces an actor whose thread is about to start; it begins with [`Stage::enter`].
    pub fn announce(&self, who: Actor) {
        let mut state = self.state();
        state.waits[who as usize] = Some(state.now);
    }

    /// Waits for the first turn.
    pub fn enter(&self, me: Actor) {
        drop(self.await_turn(self.state(), me));
    }

    /// Leaves for good.
    pub fn leave(&self) {
        let next = self.state().pass_on();
        self.hand_over(next);
    }

    fn hand_over(&self, next: Option<usize>) {
        next.and_then(|next| self.0.turns.get(next)).into_iter().for_each(Condvar::notify_one);
    }

    fn await_turn<'a>(&'a self, state: MutexGuard<'a, State>, me: Actor) -> MutexGuard<'a, State> {
        let me = me as usize;
        let turn = self.0.turns[me].wait_while(state, |state| state.running != me);
        turn.unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Gives the turn to the one that is due next, and turns the clock there.
    fn pass_on(&mut self) -> Option<usize> {
        let due = |(who, wait): (usize, &Option<Duration>)| wait.map(|at| (at, who));
        let (at, who) = self.waits.iter().enumerate().filter_map(due).min()?;
        self.turns_at_once = if at > self.now { 0 } else { self.turns_at_once + 1 };
        self.now = at;
        self.waits[who] = None;
        self.running = who;
        Some(who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn whoever_is_due_next_goes_on_and_the_clock_jumps_there() {
        let stage = Stage::default();
        stage.announce(Actor::Reader);
        let other = stage.clone();
        let thread = std::thread::spawn(move || {
            other.enter(Actor::Reader);
            other.wait(Actor::Reader, SECOND * 5);
            let woken = other.now();
            other.leave();
            woken
        });
        stage.wait(Actor::Hall, SECOND * 3);
        assert_eq!(stage.now(), SECOND * 3);
        stage.wait(Actor::Hall, SECOND * 3600);
        assert_eq!(stage.now(), SECOND * 3600);
        assert_eq!(thread.join().ok(), Some(SECOND * 5));
    }

    #[test]
    fn a_roused_actor_goes_on_at_once() {
        let stage = Stage::default();
        stage.announce(Actor::Printer);
        let other = stage.clone();
        let thread = std::thread::spawn(move || {
            other.enter(Actor::Printer);
            other.wait(Actor::Printer, SECOND * 60);
            let woken = other.now();
            other.leave();
            woken
        });
        stage.wait(Actor::Hall, SECOND);
        stage.rouse(Actor::Printer);
        stage.wait(Actor::Hall, SECOND * 2);
        assert_eq!(thread.join().ok(), Some(SECOND));
    }

    #[test]
    #[should_panic(expected = "time stands still")]
    fn waiting_for_nothing_is_noticed() {
        let stage = Stage::default();
        (0..=TURNS_AT_ONCE_MAX).for_each(|_| stage.wait(Actor::Hall, SECOND));
    }
}
