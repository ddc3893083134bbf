//! What waits for the keeper's thread.
//!
//! Policy: nobody who hands over waits. A step of the trail stands in line until it is recorded, and nothing behind it
//! is carried out before. An item behind a step that cannot be recorded is given back: a resident waits for its answer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kiosk_protocol::trail::TrailEvent;

use super::keeper::Item;
use crate::deadlines::{ORDERS_MAX, STEPS_MAX};

/// The line, shared between the session's thread, which lines up, and the keeper's, which serves.
#[derive(Default)]
pub struct Waiting(Mutex<Line>);

#[derive(Default)]
struct Line {
    orders: VecDeque<Order>,
    /// Since when something waits and nothing was done.
    stands_since: Option<Instant>,
}

enum Order {
    Item(Item),
    Step(TrailEvent),
}

/// What is first in line.
pub enum Next {
    /// An item, out of line now.
    Item(Item),
    /// Steps that follow each other; they stay in line until `done`.
    Steps(Vec<TrailEvent>),
}

impl Waiting {
    /// Lines an item up, or gives it back where there is no room.
    pub fn item(&self, item: Item) -> Result<(), Item> {
        let mut line = self.line();
        if line.orders.len() >= ORDERS_MAX {
            return Err(item);
        }
        line.push(Order::Item(item));
        Ok(())
    }

    /// Lines a step up; `false` where there is no room.
    pub fn step(&self, step: TrailEvent) -> bool {
        let mut line = self.line();
        let room = line.orders.len() < STEPS_MAX;
        if room {
            line.push(Order::Step(step));
        }
        room
    }

    /// What is first.
    pub fn next(&self) -> Option<Next> {
        let mut line = self.line();
        let steps: Vec<_> = line.orders.iter().map_while(Order::step).cloned().collect();
        if !steps.is_empty() {
            return Some(Next::Steps(steps));
        }
        line.orders.pop_front().and_then(Order::item).map(Next::Item)
    }

    /// The item, or the first so many steps, are done: the line moves.
    pub fn done(&self, steps: usize) {
        let mut line = self.line();
        line.orders.drain(..steps);
        line.stands_since = (!line.orders.is_empty()).then(Instant::now);
    }

    /// Gives back all items; the steps stay.
    pub fn give_up_items(&self) -> Vec<Item> {
        let mut line = self.line();
        let orders = std::mem::take(&mut line.orders);
        let (steps, items) = orders.into_iter().partition(|order| order.step().is_some());
        line.orders = steps;
        let items: VecDeque<Order> = items;
        items.into_iter().filter_map(Order::item).collect()
    }

    /// How many wait, and for how long nothing was done.
    pub fn stands(&self) -> (usize, Duration) {
        let line = self.line();
        (line.orders.len(), line.stands_since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn push(&mut self, order: Order) {
        self.orders.push_back(order);
        self.stands_since.get_or_insert_with(Instant::now);
    }
}

impl Order {
    fn step(&self) -> Option<&TrailEvent> {
        match self {
            Self::Step(step) => Some(step),
            Self::Item(_) => None,
        }
    }

    fn item(self) -> Option<Item> {
        match self {
            Self::Item(item) => Some(item),
            Self::Step(_) => None,
        }
    }
}
