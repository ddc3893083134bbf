//! Random calls against a plain list in memory: nothing lost, nothing doubled, lanes in order, the
//! journal complete, over restarts and clock jumps.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, SigningKey};
use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::item::{Content, ItemBody, Verdict};
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::ItemAnswer;
use kiosk_store::{Draft, ItemState, KeyFile, Options, Store};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tempfile::TempDir;
use uuid::Uuid;

/// Retry times farther ahead count as come.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(10);

#[derive(Clone, Debug)]
enum Call {
    Submit { lane: u8, events: usize },
    Settle { which: Vec<prop::sample::Index>, as_state: u8 },
    Postpone { which: Vec<prop::sample::Index>, seconds: i64 },
    Wait { seconds: i64 },
    Reopen,
}

fn call() -> impl Strategy<Value = Call> {
    let which = || prop::collection::vec(any::<prop::sample::Index>(), 1..4);
    let decade = 315_360_000;
    prop_oneof![
        6 => (0..4_u8, 0..3_usize).prop_map(|(lane, events)| Call::Submit { lane, events }),
        3 => (which(), 0..3_u8).prop_map(|(which, as_state)| Call::Settle { which, as_state }),
        3 => (which(), 0..900_i64).prop_map(|(which, seconds)| Call::Postpone { which, seconds }),
        2 => prop_oneof![0..400_i64, Just(decade), Just(-decade)].prop_map(|seconds| Call::Wait { seconds }),
        1 => Just(Call::Reopen),
    ]
}

struct Entry {
    id: ItemId,
    lane: u8,
    state: ItemState,
    retry_at: Timestamp,
    attempts: u32,
}

struct World {
    directory: TempDir,
    key: KeyFile,
    clock: Arc<AtomicI64>,
    store: Option<Store>,
    entries: Vec<Entry>,
    trail_rows: u64,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = KeyFile::create(directory.path().join("key")).unwrap();
        let clock = Arc::new(AtomicI64::new(1_790_000_000));
        let mut world = Self { directory, key, clock, store: None, entries: vec![], trail_rows: 0 };
        world.reopen();
        world
    }

    fn reopen(&mut self) {
        self.store = None;
        let clock = self.clock.clone();
        let clock = move || Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap();
        let terminal = TerminalId::try_from("T-1".to_owned()).unwrap();
        let path = self.directory.path().join("store");
        let heads_key = SigningKey::generate().unwrap().verifying_key();
        let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock: Arc::new(clock) };
        self.store = Some(Store::open(options, &self.key).unwrap());
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::Relaxed)).unwrap()
    }

    fn run(&mut self, call: Call) {
        match call {
            Call::Submit { lane, events } => self.submit(lane, events),
            Call::Settle { which, as_state } => self.settle(&which, as_state),
            Call::Postpone { which, seconds } => self.postpone(&which, seconds),
            Call::Wait { seconds } => drop(self.clock.fetch_add(seconds, Ordering::Relaxed)),
            Call::Reopen => self.reopen(),
        }
    }

    fn submit(&mut self, lane: u8, events: usize) {
        let content = Content::Rating { visit: Uuid::nil(), case: None, level: RatingLevel::Fair };
        let draft = Draft { lane: Uuid::from_u128(lane.into()), content };
        let trail = vec![TrailEvent::VisitBegun { visit: Uuid::nil() }; events];
        let id = self.store().submit(draft, trail).unwrap().id;
        self.trail_rows += events as u64;
        let retry_at = Timestamp::UNIX_EPOCH;
        self.entries.push(Entry { id, lane, state: ItemState::Waiting, retry_at, attempts: 0 });
    }

    fn settle(&mut self, which: &[prop::sample::Index], as_state: u8) {
        let (state, verdict) = match as_state {
            0 => (ItemState::Settled, Verdict::Accepted { case_number: None }),
            1 => (ItemState::Rejected, Verdict::Rejected { reason: "rule".to_owned() }),
            _ => (ItemState::Quarantined, Verdict::Quarantined { reason: "schema".to_owned() }),
        };
        let mut answers = vec![];
        for at in self.pick(which) {
            let entry = &mut self.entries[at];
            answers.push(ItemAnswer { id: entry.id.clone(), verdict: verdict.clone() });
            if entry.state == ItemState::Waiting {
                entry.state = state;
                self.trail_rows += 1;
            }
        }
        self.store().settle(&answers).unwrap();
    }

    fn postpone(&mut self, which: &[prop::sample::Index], seconds: i64) {
        let until = self.now() + SignedDuration::from_secs(seconds);
        let mut ids = vec![];
        for at in self.pick(which) {
            let entry = &mut self.entries[at];
            ids.push(entry.id.clone());
            if entry.state == ItemState::Waiting {
                (entry.retry_at, entry.attempts) = (until, entry.attempts + 1);
            }
        }
        self.store().postpone(&ids, until, "no network").unwrap();
    }

    fn pick(&self, which: &[prop::sample::Index]) -> Vec<usize> {
        let count = self.entries.len();
        which.iter().filter(|_| count > 0).map(|which| which.index(count)).collect()
    }

    /// The rule read off its sentence: an item is due if it and every earlier waiting item of its lane
    /// has its time come.
    fn due(&self) -> Vec<ItemId> {
        let ready = |entry: &Entry| {
            let ahead = entry.retry_at.duration_since(self.now());
            !ahead.is_positive() || ahead > AHEAD_MAX
        };
        let waiting: Vec<_> = self.entries.iter().filter(|entry| entry.state == ItemState::Waiting).collect();
        let due = waiting.iter().enumerate().filter(|(at, entry)| {
            waiting[..=*at].iter().filter(|earlier| earlier.lane == entry.lane).all(|earlier| ready(earlier))
        });
        due.map(|(_, entry)| entry.id.clone()).collect()
    }

    fn check(&self) {
        let due = self.store().due(self.now(), 1000, 1 << 20).unwrap();
        let mut uuids = std::collections::HashSet::new();
        for item in &due {
            assert_eq!(item.hash, Digest::of(item.body.as_bytes()));
            let body: ItemBody = serde_json::from_str(&item.body).unwrap();
            assert!(uuids.insert(body.uuid));
        }
        assert_eq!(due.into_iter().map(|item| item.id).collect::<Vec<_>>(), self.due());
        let seen = self.store().queue().unwrap().into_iter().map(|row| (row.seq, row.state, row.attempts));
        let expected = (1_u64..).zip(&self.entries).map(|(seq, entry)| (seq, entry.state, entry.attempts));
        assert_eq!(seen.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        let waiting = self.entries.iter().filter(|entry| entry.state == ItemState::Waiting).count();
        assert_eq!(self.store().backlog().unwrap(), waiting as u64);
        let next = self.store().next_due().unwrap();
        assert_eq!(next.is_some_and(|at| at <= self.now()), !self.due().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_store_does_what_a_plain_list_does(calls in prop::collection::vec(call(), 1..40)) {
        let mut world = World::new();
        for call in calls {
            world.run(call);
            world.check();
        }
        let report = world.store().verify_journal().unwrap();
        prop_assert_eq!((report.rows, report.first_bad), (world.trail_rows, None));
    }
}
