//! How much room the store has, told to the session, the trail and the log when it comes to another tier.

use std::sync::mpsc::SyncSender;
use std::time::Instant;

use kiosk_protocol::trail::TrailEvent;
use kiosk_session::{Event, Room};
use kiosk_store::{Store, Tier};

use crate::deadlines::ROOM_POLL;

/// What was told last.
pub struct RoomWatch {
    events: SyncSender<Event>,
    tier: Tier,
    looked: Option<Instant>,
}

impl RoomWatch {
    /// Nothing is known yet, and enough room assumed.
    pub fn new(events: SyncSender<Event>) -> Self {
        Self { events, tier: Tier::Ample, looked: None }
    }

    /// Looks again at the next turn, however soon.
    pub fn hurry(&mut self) {
        self.looked = None;
    }

    /// Looks, unless that was done just now. Gives the step of the trail where the tier is another.
    pub fn look(&mut self, store: &Store) -> Option<TrailEvent> {
        if self.looked.is_some_and(|looked| looked.elapsed() < ROOM_POLL) {
            return None;
        }
        self.looked = Some(Instant::now());
        // A store that cannot tell is in other trouble, which shows elsewhere.
        let room = store.room().ok().filter(|room| room.tier != self.tier)?;
        tracing::warn!(percent = room.percent, left = room.left, "the room of the store");
        let (before, now) = (session_room(self.tier), session_room(room.tier));
        self.tier = room.tier;
        if before != now {
            // The session's thread only ends when the program does.
            let _ = self.events.send(Event::RoomChanged(now));
        }
        Some(TrailEvent::RoomChanged { percent: room.percent })
    }
}

fn session_room(tier: Tier) -> Room {
    match tier {
        Tier::Ample | Tier::Filling | Tier::Tight => Room::Enough,
        Tier::Scarce | Tier::Out => Room::Scarce,
    }
}
