//! What one actor tells another, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::stage::{Actor, Stage};

/// A queue with one reader; clones share it.
pub struct Mailbox<T> {
    letters: Arc<Mutex<VecDeque<T>>>,
    owner: Actor,
    stage: Stage,
}

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Self { letters: Arc::clone(&self.letters), owner: self.owner, stage: self.stage.clone() }
    }
}

impl<T> Mailbox<T> {
    /// An empty one.
    pub fn of(owner: Actor, stage: &Stage) -> Self {
        Self { letters: Arc::default(), owner, stage: stage.clone() }
    }

    /// Puts a letter in; its reader goes on now.
    pub fn send(&self, letter: T) {
        self.letters().push_back(letter);
        self.stage.rouse(self.owner);
    }

    /// The oldest letter, if there is one.
    pub fn take(&self) -> Option<T> {
        self.letters().pop_front()
    }

    /// The oldest letter; nothing where none came within `wait`.
    pub fn receive(&self, wait: Duration) -> Option<T> {
        let end = self.stage.now() + wait;
        loop {
            let letter = self.take();
            if letter.is_some() || self.stage.now() >= end {
                return letter;
            }
            self.stage.wait(self.owner, end);
        }
    }

    fn letters(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
