//! A platform that asks for patience gets it from everything, whichever call it answers so.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiosk_client::sync::{OfflineReason, Settings, Step};
use kiosk_client::{LinkState, Me, Transport, Worker};
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{Change, Command};
use kiosk_store::Store;
use rand::SeedableRng;
use rand::rngs::StdRng;
use uuid::Uuid;

use super::line::VirtualClock;
use super::offering::{BUSY_FOR, Busy, Platform, open};
use super::runner::ask;

/// A terminal with something to tell of each kind, and the platform it tells.
struct World {
    platform: Arc<Platform>,
    clock: Arc<VirtualClock>,
    worker: Worker,
    _dir: tempfile::TempDir,
}

impl World {
    async fn new(busy_at: Busy) -> Self {
        let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
        let (store, platform) = (open(&dir), Platform::offering(1, &key));
        store.record(vec![TrailEvent::VisitBegun { visit: Uuid::nil() }]).unwrap();
        *platform.commands.lock().unwrap() = vec![command()];
        *platform.busy_at.lock().unwrap() = Some(busy_at);
        let (clock, worker) = worker(store, &platform, &key).await;
        Self { platform, clock, worker, _dir: dir }
    }

    /// Holds everything for as long as it was asked, also where somebody comes.
    fn waits_as_asked(mut self) {
        let offline =
            |state: &LinkState| matches!(state, LinkState::Offline { why: OfflineReason::Busy, .. });
        assert!(offline(&self.worker.link().borrow()));
        self.worker.woken();
        let Step::Wait { until } = self.worker.next() else { panic!("not held: {:?}", self.worker.next()) };
        assert!(until >= self.clock.now() + BUSY_FOR, "{until:?}");
        self.clock.set(until);
        assert!(!matches!(self.worker.next(), Step::Wait { .. }), "longer than it asked for");
    }
}

fn command() -> Change {
    let expires_at = Timestamp::now() + SignedDuration::from_hours(24 * 3650);
    Change::Command(Command { id: Uuid::from_u128(1), kind: Key::try_from("sync-now").unwrap(), expires_at })
}

async fn worker(store: Store, platform: &Arc<Platform>, key: &SigningKey) -> (Arc<VirtualClock>, Worker) {
    let (clock, rng) = (Arc::new(VirtualClock::default()), StdRng::seed_from_u64(1));
    clock.advance(Duration::from_secs(100));
    let (store, platform, key) = (Arc::new(store), platform.clone(), key.verifying_key());
    let mut worker = Worker::new(store, platform, key, Settings::default(), rng, clock.clone());
    let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
    worker.introduce(Me { terminal, software: "0.0.1".to_owned() });
    worker.load_catalogue().await;
    (clock, worker)
}

#[tokio::test]
async fn about_the_journals_head() {
    let mut world = World::new(Busy::Heads).await;
    world.worker.perform(Step::Pull).await;
    assert_eq!(*world.platform.heads.borrow(), 1);
    world.waits_as_asked();
}

#[tokio::test]
async fn about_what_came_of_a_command_and_asks_nothing_else_behind_it() {
    let mut world = World::new(Busy::Results).await;
    world.worker.perform(Step::Pull).await;
    assert_eq!(world.platform.results.borrow().len(), 1);
    assert_eq!((world.platform.reports.borrow().len(), *world.platform.heads.borrow()), (0, 0));
    world.waits_as_asked();
}

#[tokio::test]
async fn about_the_configuration_in_force_and_asks_nothing_else_behind_it() {
    let mut world = World::new(Busy::Reports).await;
    world.worker.perform(Step::Pull).await;
    assert_eq!((world.platform.reports.borrow().len(), *world.platform.heads.borrow()), (1, 0));
    world.waits_as_asked();
}

#[tokio::test]
async fn about_an_ask_while_the_link_is_down() {
    let mut world = World::new(Busy::Asks).await;
    let answer = world.platform.ask(&ask()).await.map(drop);
    world.worker.asked(&answer);
    world.waits_as_asked();
}
