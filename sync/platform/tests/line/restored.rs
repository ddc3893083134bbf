//! A terminal whose folder is put back from a backup, or runs twice: the real store and client, played whole.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::enrol::enrol;
use kiosk_client::sync::Settings;
use kiosk_client::{Handle, HttpTransport, Identity, Runner};
use kiosk_platform::Platform;
use kiosk_protocol::ids::{ReceiptNumber, TerminalId};
use kiosk_protocol::item::Content;
use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Accepted, Draft, ItemState, KeyFile, Store, StoreError};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::world::{ALICE, World, withdrawal};

stories! {
    a_restored_terminal_goes_on_in_a_new_epoch,
    what_a_restored_terminal_makes_under_numbers_that_were_used_is_put_aside,
    a_restored_terminal_that_worked_on_beyond_what_was_shown_is_noticed,
    two_copies_of_a_terminal_are_noticed_by_their_items,
    two_copies_of_a_terminal_are_noticed_by_their_trails,
}

/// Far longer than it takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks. Who looks without rest takes the processors from those it waits for.
const LOOK: Duration = Duration::from_millis(2);
/// In a terminal's folder.
const IDENTITY: &str = "identity";
const STORE: &str = "store";
const KEY: &str = "store.key";
/// First contact at once, and tries that follow each other.
const SETTINGS: Settings = Settings {
    spread: Duration::ZERO,
    backoff_base: Duration::from_millis(5),
    backoff_cap: Duration::from_millis(50),
};

/// All that a terminal keeps on its disk.
struct Disk {
    folder: Arc<tempfile::TempDir>,
    url: String,
}

impl Disk {
    /// Of a terminal that was enrolled as `kiosk enrol` does, and has done nothing yet.
    async fn enrolled(world: &World) -> Self {
        let (folder, url) = (Arc::new(tempfile::tempdir().unwrap()), world.url(""));
        let key = KeyFile::create(folder.path().join(KEY)).unwrap();
        let journal_key = Store::journal_key_at(&folder.path().join(STORE), &key).unwrap();
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let ticket = world.platform().ticket(&terminal, &Platform::site_unnamed().unwrap()).unwrap();
        enrol(&url, &ticket, Some(journal_key), &folder.path().join(IDENTITY)).await.unwrap();
        Self { folder, url }
    }

    /// Another disk with the same on it, once the terminal is off: the last call of a client that was stopped may still hold
    /// the store.
    async fn copy(&self) -> Self {
        drop(self.switch_on().await);
        let copy = Self { folder: Arc::new(tempfile::tempdir().unwrap()), url: self.url.clone() };
        copy_into(self.folder.path(), copy.folder.path());
        copy
    }

    /// The terminal, switched on, once whoever ran on this disk before has let go of it.
    async fn switch_on(&self) -> Kiosk {
        let identity = Identity::load(&self.folder.path().join(IDENTITY)).unwrap();
        let mut store = Err(StoreError::InUse);
        meanwhile(|| {
            store = self.open(&identity);
            !matches!(store, Err(StoreError::InUse))
        })
        .await;
        Kiosk { store: store.unwrap(), identity, url: self.url.clone(), _disk: self.folder.clone() }
    }

    fn open(&self, identity: &Identity) -> Result<Store, StoreError> {
        let (terminal, heads_key) = (identity.terminal.clone(), identity.heads_key.clone());
        let (path, clock) = (self.folder.path().join(STORE), Arc::new(Timestamp::now));
        let epoch = identity.epoch;
        let options = kiosk_store::Options { path, terminal, epoch, heads_key, limit: None, clock };
        Store::open(options, &KeyFile { path: self.folder.path().join(KEY) })
    }
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&to).unwrap();
            copy_into(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A terminal that is on; not yet in contact.
struct Kiosk {
    store: Store,
    identity: Identity,
    url: String,
    _disk: Arc<tempfile::TempDir>,
}

impl Kiosk {
    /// A resident hands a case in.
    fn takes_a_case(&self) -> Accepted {
        let content = withdrawal(&self.identity.sealing_key, ALICE);
        let Content::Case { case: lane, .. } = content else { panic!("no case") };
        self.store.submit(Draft { lane, content }, vec![step()]).unwrap()
    }

    fn records_a_step(&self) {
        self.store.record(vec![step()]).unwrap();
    }

    /// The bytes that wait to be sent, in their order.
    fn waiting(&self) -> Vec<Vec<u8>> {
        let due = self.store.due(Timestamp::MAX, 100, usize::MAX).unwrap();
        due.into_iter().map(|item| item.body.into_bytes()).collect()
    }

    /// Its client at work.
    fn syncs(&self) -> (Handle, JoinHandle<()>) {
        let transport = Arc::new(HttpTransport::new(&self.url, &self.identity).unwrap());
        let (store, key) = (Arc::new(self.store.clone()), self.identity.catalogue_key.clone());
        let (runner, handle) = Runner::new(store, transport, key, SETTINGS);
        (handle, tokio::spawn(runner.run()))
    }

    /// Its client works until every item is answered and the trail's head is countersigned.
    async fn tells_all(&self) {
        let (handle, run) = self.syncs();
        meanwhile(|| self.has_told_all()).await;
        handle.stop();
        tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
    }

    fn has_told_all(&self) -> bool {
        self.store.backlog().unwrap() == 0 && self.store.head_to_show().unwrap().is_none()
    }

    /// The epoch of its trail's head.
    fn epoch(&self) -> u32 {
        self.store.sign_journal().unwrap().unwrap().epoch
    }

    /// What it says became of an item.
    fn state(&self, item: &Accepted) -> ItemState {
        let rows = self.store.queue().unwrap();
        rows.iter().find(|row| row.receipt == item.receipt).unwrap().state
    }

    /// Its trail holds, and the platform has seen all of it.
    fn is_well(&self, world: &World) {
        let report = self.store.verify_journal().unwrap();
        assert_eq!(report.first_bad, None);
        let shown = world.platform().head(&self.identity.terminal).unwrap().head;
        assert_eq!((report.rows, report.countersigned), (shown.seq, shown.seq));
    }
}

fn step() -> TrailEvent {
    TrailEvent::VisitBegun { visit: Uuid::now_v7() }
}

/// Lets everything run until it is so.
async fn meanwhile(mut is_so: impl FnMut() -> bool) {
    let watch = async {
        while !is_so() {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, watch).await.expect("in time");
}

fn ids(items: &[&Accepted]) -> Vec<(u32, u64)> {
    items.iter().map(|item| (item.id.epoch, item.id.seq)).collect()
}

/// Every case the platform took in, with the number it gave, oldest first.
fn taken(world: &World) -> Vec<(ReceiptNumber, String)> {
    let cases = world.platform().cases().unwrap();
    cases.into_iter().map(|case| (case.receipt, case.case_number.0)).collect()
}

fn receipts(taken: &[(ReceiptNumber, String)]) -> Vec<ReceiptNumber> {
    taken.iter().map(|(receipt, _)| receipt.clone()).collect()
}

/// The disk of a terminal before it delivered two more cases, one of which it had kept already; these cases; and what the
/// platform took in.
struct Backup {
    disk: Disk,
    kept: Accepted,
    made_since: Accepted,
    taken: Vec<(ReceiptNumber, String)>,
}

async fn backup(world: &World) -> Backup {
    let disk = Disk::enrolled(world).await;
    let kiosk = disk.switch_on().await;
    let first = kiosk.takes_a_case();
    kiosk.tells_all().await;
    let kept = kiosk.takes_a_case();
    drop(kiosk);
    let copy = disk.copy().await;
    let kiosk = disk.switch_on().await;
    let made_since = kiosk.takes_a_case();
    kiosk.records_a_step();
    kiosk.tells_all().await;
    kiosk.is_well(world);
    let taken = taken(world);
    assert_eq!(ids(&[&first, &kept, &made_since]), [(1, 1), (1, 2), (1, 3)]);
    assert_eq!(receipts(&taken), [&first, &kept, &made_since].map(|item| item.receipt.clone()));
    assert!(world.alarms().is_empty());
    Backup { disk: copy, kept, made_since, taken }
}

async fn a_restored_terminal_goes_on_in_a_new_epoch(world: World) {
    let Backup { disk, kept, taken: before, .. } = backup(&world).await;
    let kiosk = disk.switch_on().await;
    assert_eq!(kiosk.state(&kept), ItemState::Waiting, "it does not know that it delivered this");
    kiosk.tells_all().await;
    assert_eq!(world.alarms(), ["journal-went-back"]);
    assert_eq!(kiosk.state(&kept), ItemState::Settled);
    assert_eq!(taken(&world), before, "what came again counts once, under the number it had");

    let now = kiosk.takes_a_case();
    kiosk.tells_all().await;
    drop(kiosk);
    let kiosk = disk.switch_on().await;
    let later = kiosk.takes_a_case();
    kiosk.tells_all().await;
    assert_eq!(ids(&[&now, &later]), [(2, 1), (2, 2)], "over a restart too");
    let (all, new) = (taken(&world), [now.receipt, later.receipt]);
    assert_eq!((&all[..3], receipts(&all[3..])), (&before[..], new.to_vec()));
    assert_eq!((world.alarms().len(), world.quarantined().len()), (1, 0));
    kiosk.is_well(&world);
    world.stop().await;
}

async fn what_a_restored_terminal_makes_under_numbers_that_were_used_is_put_aside(world: World) {
    let Backup { disk, kept, made_since, taken: before } = backup(&world).await;
    let kiosk = disk.switch_on().await;
    let reused = kiosk.takes_a_case();
    assert_eq!(reused.id, made_since.id);
    let bytes = kiosk.waiting();
    kiosk.tells_all().await;
    assert_eq!((kiosk.state(&kept), kiosk.state(&reused)), (ItemState::Settled, ItemState::Quarantined));
    assert_eq!(world.quarantined(), bytes[1..], "kept for a human as it was made");
    assert_eq!(taken(&world), before, "and in nobody's place");
    assert_eq!(world.alarms()[0], "identity-conflict");
    let after = kiosk.takes_a_case();
    kiosk.tells_all().await;
    assert_eq!((after.id.epoch, kiosk.state(&after)), (2, ItemState::Settled));
    kiosk.is_well(&world);
    world.stop().await;
}

/// Its trail is longer than the one that was shown, so that its head does not go back.
async fn a_restored_terminal_that_worked_on_beyond_what_was_shown_is_noticed(world: World) {
    let Backup { disk, made_since, taken: before, .. } = backup(&world).await;
    let kiosk = disk.switch_on().await;
    let reused = kiosk.takes_a_case();
    let free = kiosk.takes_a_case();
    (0..20).for_each(|_| kiosk.records_a_step());
    kiosk.tells_all().await;
    assert_eq!((&reused.id, free.id.seq), (&made_since.id, 4));
    assert_eq!((kiosk.state(&reused), kiosk.state(&free)), (ItemState::Quarantined, ItemState::Settled));
    assert_eq!(world.alarms(), ["identity-conflict", "journal-contradicted"]);
    let after = kiosk.takes_a_case();
    kiosk.tells_all().await;
    let all = taken(&world);
    assert_eq!((&all[..3], receipts(&all[3..])), (&before[..], vec![free.receipt, after.receipt]));
    assert_eq!((after.id.epoch, after.id.seq), (2, 1));
    kiosk.is_well(&world);
    world.stop().await;
}

/// Alarms about two items under one number.
fn conflicts(world: &World) -> usize {
    world.alarms().iter().filter(|kind| *kind == "identity-conflict").count()
}

/// Two terminals that are one.
async fn twins(world: &World) -> [Kiosk; 2] {
    let disk = Disk::enrolled(world).await;
    let kiosk = disk.switch_on().await;
    kiosk.takes_a_case();
    kiosk.tells_all().await;
    drop(kiosk);
    [disk.copy().await.switch_on().await, disk.switch_on().await]
}

async fn two_copies_of_a_terminal_are_noticed_by_their_items(world: World) {
    let [one, other] = twins(&world).await;
    let work = [&one, &other].map(Kiosk::syncs);
    let (ours, theirs) = (one.takes_a_case(), other.takes_a_case());
    assert_eq!(ours.id, theirs.id);
    let bytes = [one.waiting(), other.waiting()].concat();
    let wake = || work.iter().for_each(|(handle, _)| handle.wake());
    wake();
    meanwhile(|| [&one, &other].iter().all(|kiosk| kiosk.store.backlog().unwrap() == 0)).await;
    let mut states = [one.state(&ours), other.state(&theirs)].map(ItemState::as_str);
    states.sort_unstable();
    assert_eq!(states, ["quarantined", "settled"], "whichever came first");
    assert_eq!((taken(&world).len(), world.quarantined().len()), (2, 1));
    assert!(bytes.contains(&world.quarantined()[0]));
    assert_eq!(conflicts(&world), 1);

    // Both are put into the same epoch, and it goes on.
    let both_are_told = || [&one, &other].iter().all(|kiosk| kiosk.epoch() == 2);
    [&one, &other].iter().for_each(|kiosk| kiosk.records_a_step());
    meanwhile(both_are_told).await;
    let (ours, theirs) = (one.takes_a_case(), other.takes_a_case());
    assert_eq!((&ours.id, ours.id.epoch), (&theirs.id, 2));
    wake();
    meanwhile(|| [&one, &other].iter().all(|kiosk| kiosk.store.backlog().unwrap() == 0)).await;
    assert_eq!(conflicts(&world), 2);
    assert_eq!((taken(&world).len(), world.quarantined().len()), (3, 2));
    drop(work);
    world.stop().await;
}

async fn two_copies_of_a_terminal_are_noticed_by_their_trails(world: World) {
    let [one, other] = twins(&world).await;
    one.records_a_step();
    one.tells_all().await;
    other.records_a_step();
    other.tells_all().await;
    assert_eq!(world.alarms(), ["journal-contradicted"]);
    assert_eq!(other.epoch(), 2);
    let work = one.syncs();
    one.records_a_step();
    meanwhile(|| one.epoch() == 2 && world.alarms().len() > 1).await;
    drop(work);
    world.stop().await;
}
