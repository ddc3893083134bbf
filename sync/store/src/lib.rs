//! The durable local store: what a resident was promised, until the platform has it; and the trail.
//!
//! One SQLCipher file, one call at a time that works on it. A change, its outbox row and its journal rows are one
//! transaction, of a submission the row they are filed from; a call that returned `Ok` is on disk (WAL,
//! `synchronous=FULL`). Order comes from sequences that are never given twice, not from the clock. Submitted personal fields arrive here
//! sealed to the platform's key; the store's own key protects everything else.

mod commands;
mod configuration;
mod db;
mod downlink;
mod ending;
mod error;
mod files;
mod hold;
mod intake;
mod journal;
mod key;
pub mod limits;
mod log;
mod outbox;
mod quota;
mod rekey;
mod revocations;
mod schema;
mod service;
mod technicians;
#[cfg(test)]
mod testing;
mod trust;
mod writer;

pub use configuration::KeptConfiguration;
pub use downlink::CaseRow;
pub use error::{StoreError, TooBig};
pub use files::{BegunFile, FILES_FOLDER, FilesPort, FolderEntry, WaitingFile};
pub use journal::{Flaw, JournalReport};
pub use key::{KEY_BYTES, Keep, Key, KeyError, KeyFile, KeyHome, KeyPort, SealError, Sealer};
pub use log::LogPort;
pub use outbox::{ItemState, QueueRow};
pub use quota::{Room, Tier};
pub use revocations::KeptRevocations;
pub use schema::{DATABASE_FILE, LOCK_FILE};
pub use service::Pause;
pub use technicians::Technician;
pub use trust::{KeptTrust, News};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::crypto::{Digest, VerifyingKey};
use kiosk_protocol::ids::{ItemId, ReceiptNumber, TerminalId};
use kiosk_protocol::item::{Content, Item};
use kiosk_protocol::journal::{Countersigned, Line, SignedHead};
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::trust::Trusted;
use kiosk_protocol::wire::{Change, ItemAnswer};
use uuid::Uuid;

use crate::files::{FileFolder, Files};
use crate::hold::Hold;
use crate::journal::Turn;
use crate::log::LogFile;
use crate::quota::Quota;
use crate::writer::{Origin, Owned, Writer};

/// The wall clock; handed in, so that tests and virtual time can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How to open a store.
pub struct Options {
    /// Its directory; made where there is none.
    pub path: PathBuf,
    /// The terminal that items are made by from now on.
    pub terminal: TerminalId,
    /// The epoch of items made from now on.
    pub epoch: u32,
    /// What the platform of the terminal's enrolment countersigns the journal's heads with. A countersignature by another
    /// key is none; one of a platform the terminal was enrolled at before is `Flaw::Forged` until the next one.
    pub heads_key: VerifyingKey,
    /// What it may grow to, bytes; by default `limits::LIMIT_BYTES`, or half of its disk where that is less.
    pub limit: Option<u64>,
    /// Gives the time of rows; order does not depend on it. Called on the thread of the store's caller.
    pub clock: Clock,
}

/// What to keep and send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Items of one lane arrive in order.
    pub lane: Uuid,
    /// The content; what is personal in it is sealed already.
    pub content: Content,
}

/// An item that is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its identity.
    pub id: ItemId,
    /// The number for its receipt.
    pub receipt: ReceiptNumber,
    /// When it was accepted, in whole milliseconds.
    pub accepted_at: Timestamp,
}

/// A handle to the store; clones share it. The last one dropped closes the file. Every call waits for
/// its turn, at most `limits::TURN_WAIT_MAX`, and then for the disk: none belongs on a thread that draws or on an async worker.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    files: Files,
    journal_key: VerifyingKey,
}

impl Store {
    /// Opens the store, makes it where there is none, and brings an older schema up to date.
    pub fn open(options: Options, key: &dyn KeyPort) -> Result<Self, StoreError> {
        Self::open_on(options, key, Arc::new(LogFile), Arc::new(FileFolder))
    }

    /// The same, where the log's file and the files of cases are reached another way than by their paths.
    pub fn open_on(
        options: Options,
        key: &dyn KeyPort,
        log: Arc<dyn LogPort>,
        files: Arc<dyn FilesPort>,
    ) -> Result<Self, StoreError> {
        let lock = schema::lock(&options.path)?;
        let _work = ending::work();
        let Options { path: directory, terminal, epoch, heads_key, limit, clock } = options;
        let (connection, place) = rekey::open(&directory, key, log.clone())?;
        ending::guard();
        let files = Files::open(&directory, files)?;
        let quota = Quota::new(&directory, files.clone(), limit)?;
        let signer = journal::signer(&connection)?;
        let journal_key = signer.verifying_key();
        let mut origin = Origin { terminal, epoch, heads_key, clock, signer };
        origin.epoch = journal::epoch(&connection, &origin)?;
        let hold = Hold::new(place, connection);
        let writer =
            Writer::new(Owned { hold, log, origin, quota, _lock: lock, looked: log::Looked::default() });
        Ok(Self { writer: Arc::new(writer), files, journal_key })
    }

    /// What the journal's heads are verified with, of a store whose terminal has no name yet. Makes the store where there
    /// is none.
    pub fn journal_key_at(path: &Path, key: &dyn KeyPort) -> Result<VerifyingKey, StoreError> {
        let lock = schema::lock(path)?;
        let _work = ending::work();
        let (connection, _) = rekey::open(path, key, Arc::new(LogFile))?;
        let signer = journal::signer(&connection)?;
        drop((connection, lock));
        Ok(signer.verifying_key())
    }

    /// Changes the key of the store in this directory, which nobody has open, without losing a row. A cut at any point leaves
    /// a store that opens. For its time it needs as much free disk as the store takes.
    pub fn rekey(directory: &Path, key: &dyn KeyPort) -> Result<(), StoreError> {
        rekey::change(directory, key)
    }

    /// Keeps an item and its trail in one transaction; when this returns, both are on disk. A case that was kept in
    /// this epoch already is not kept again: the answer is the first one's, and nothing is added to the trail. So a
    /// caller that got `InDoubt` may hand the same case over once more. Where no room is left nothing new is kept.
    pub fn submit(&self, draft: Draft, trail: Vec<TrailEvent>) -> Result<Accepted, StoreError> {
        self.writer.call_at_once(|db| {
            let quota = db.quota;
            db.write_unfiled(|change, origin| {
                if let Some(first) = outbox::kept_before(change, origin, &draft)? {
                    return Ok(first);
                }
                if quota.is_out(change)? {
                    return Err(StoreError::Full);
                }
                intake::accept(change, origin, draft, &trail)
            })
        })
    }

    /// Keeps a file of a case, sealed; when this returns it is on disk. Its case is submitted afterwards, so that no case
    /// names a file that is not here. One whose case never came is sent too, and the platform forgets it. It counts as what the
    /// store holds: where there is no room for it, it is refused.
    pub fn keep_file(&self, sealed: &[u8]) -> Result<Digest, StoreError> {
        let bytes = sealed.len() as u64;
        if !self.writer.call(|db| db.quota.has_room_for_file(db.connection, bytes))? {
            return Err(StoreError::Full);
        }
        self.files.keep(sealed)
    }

    /// The files the platform does not have yet.
    pub fn files(&self) -> Result<Vec<WaitingFile>, StoreError> {
        self.files.waiting()
    }

    /// Bytes of a file from the offset on, so many.
    pub fn read_file(&self, file: &Digest, offset: u64, bytes: usize) -> Result<Vec<u8>, StoreError> {
        self.files.read(file, offset, bytes)
    }

    /// Removes a file the platform confirmed whole.
    pub fn remove_file(&self, file: &Digest) -> Result<(), StoreError> {
        self.files.remove(file)
    }

    /// Keeps trail events in one transaction, at most `limits::TRAIL_EVENTS_MAX`.
    pub fn record(&self, trail: Vec<TrailEvent>) -> Result<(), StoreError> {
        self.writer
            .call(|db| db.write(|change, origin| journal::append(change, origin, origin.now()?, &trail)))
    }

    /// The items to send now, in the order of acceptance: at most `items_max`, and bodies of `bytes_max`
    /// bytes together, but at least one. A lane whose first item must still wait is left out whole. A
    /// retry time more than `limits::RETRY_AHEAD_MAX` ahead counts as come: the clock has jumped.
    pub fn due(&self, now: Timestamp, items_max: usize, bytes_max: usize) -> Result<Vec<Item>, StoreError> {
        self.writer.call(|db| outbox::due(db.connection, now, items_max, bytes_max))
    }

    /// Keeps the platform's answers and their trail in one transaction. Of an accepted item the body
    /// goes. Answers for items that are unknown or have an answer already change nothing.
    pub fn settle(&self, answers: &[ItemAnswer]) -> Result<(), StoreError> {
        self.writer
            .call(|db| db.write(|change, origin| outbox::settle(change, origin, origin.now()?, answers)))
    }

    /// Sets when to try the items again, counts the attempt and keeps why it failed (cut at
    /// `limits::REASON_CHARS_MAX`; never personal data).
    pub fn postpone(&self, ids: &[ItemId], until: Timestamp, reason: &str) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, _| outbox::postpone(change, ids, until, reason)))
    }

    /// When the next item is due; not later than the store's clock says when one is due now, `None`
    /// when nothing waits.
    pub fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.writer.call(|db| outbox::next_due(db.connection, (db.origin.clock)()))
    }

    /// The queue for technicians, oldest first, at most `limits::LIST_ROWS_MAX` rows: refused and
    /// quarantined items before waiting ones, newest before older, and settled ones among the newest. What is accepted and
    /// not filed yet stands behind them.
    pub fn queue(&self) -> Result<Vec<QueueRow>, StoreError> {
        self.writer.call(|db| outbox::queue(db.connection))
    }

    /// All there is behind this place of the queue, oldest first, `limits::LIST_ROWS_MAX` rows at a time; 0 begins it.
    pub fn queue_page(&self, behind: u64) -> Result<Vec<QueueRow>, StoreError> {
        self.writer.call(|db| outbox::page(db.connection, behind))
    }

    /// How many items wait for an answer.
    pub fn backlog(&self) -> Result<u64, StoreError> {
        self.writer.call(|db| outbox::backlog(db.connection))
    }

    /// How much room there is, once what was accepted is filed. Holds or gives up the reserve, and drops what may be dropped
    /// where room is tight; so it is to be called now and then.
    pub fn room(&self) -> Result<Room, StoreError> {
        self.writer.call(quota::mind)
    }

    /// What to ask for changes with; `None` before the first.
    pub fn cursor(&self) -> Result<Option<String>, StoreError> {
        self.writer.call(|db| downlink::cursor(db.connection, &db.origin.terminal))
    }

    /// Keeps a page of changes and the cursor behind it in one transaction. Taking a page twice is harmless.
    pub fn apply_changes(&self, changes: &[Change], cursor: &str) -> Result<(), StoreError> {
        self.writer
            .call(|db| db.write(|change, origin| downlink::apply(change, &origin.terminal, changes, cursor)))
    }

    /// Where each case is, oldest first: the newest `limits::LIST_ROWS_MAX`.
    pub fn case_states(&self) -> Result<Vec<CaseRow>, StoreError> {
        self.writer.call(|db| downlink::cases(db.connection))
    }

    /// What was published and is trusted; `None` before the first.
    pub fn trusted(&self) -> Result<Option<KeptTrust>, StoreError> {
        self.writer.call(|db| trust::trusted(db.connection))
    }

    /// Keeps what is trusted from now on, and what came with it, in one transaction. The caller has verified all of it.
    pub fn keep_trusted(&self, trusted: &Trusted, news: News) -> Result<(), StoreError> {
        let News { catalogue, configurations } = news;
        let catalogue = match catalogue {
            Some((version, bundle)) => Some((version, downlink::catalogue_json(&bundle)?)),
            None => None,
        };
        self.writer.call(|db| {
            db.write(|change, origin| {
                let catalogue = catalogue.as_ref().map(|(version, json)| (*version, json.as_str()));
                trust::keep(change, origin, trusted, catalogue, &configurations)
            })
        })
    }

    /// What was set from afar and is in force, as it was published.
    pub fn configurations(&self) -> Result<Vec<KeptConfiguration>, StoreError> {
        self.writer.call(|db| configuration::all(db.connection))
    }

    /// Keeps for how long the terminal has run since that was taken: a clock that is set back must not hide it.
    pub fn keep_trust_run(&self, run: Duration) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, _| trust::keep_run(change, run)))
    }

    /// The catalogue in force, as it was put; the caller has found it to be a target that is trusted.
    pub fn catalogue(&self) -> Result<Option<CatalogueBundle>, StoreError> {
        self.writer.call(|db| downlink::catalogue(db.connection))
    }

    /// Puts a newer catalogue in force and records it in the trail. The same version changes nothing,
    /// an older one is refused. The caller has verified the bundle.
    pub fn put_catalogue(&self, version: u64, bundle: &CatalogueBundle) -> Result<(), StoreError> {
        let json = downlink::catalogue_json(bundle)?;
        self.writer
            .call(|db| db.write(|change, origin| downlink::put_catalogue(change, origin, version, &json)))
    }

    /// Signs where the journal stands, for the platform to countersign; `None` while nothing was recorded. The same head
    /// again until something is recorded. Every `journal::HEAD_ROWS` rows a head is signed without being asked for.
    pub fn sign_journal(&self) -> Result<Option<SignedHead>, StoreError> {
        self.writer.call(|db| db.write(|change, origin| journal::sign_tip(change, origin, origin.now()?)))
    }

    /// The head to show the platform: where the journal stands, signed; `None` where it countersigned that already.
    pub fn head_to_show(&self) -> Result<Option<SignedHead>, StoreError> {
        self.writer.call(|db| db.write(|change, origin| journal::head_to_show(change, origin, origin.now()?)))
    }

    /// Keeps what the platform of the enrolment countersigned, so that an end cut off shows; whether it was that platform.
    /// The caller has seen that it is what was shown.
    pub fn keep_countersigned(&self, shown: &Countersigned) -> Result<bool, StoreError> {
        self.writer.call(|db| {
            db.write(|change, origin| journal::keep_countersigned(change, &origin.heads_key, shown))
        })
    }

    /// Goes on in an epoch the platform put this terminal into: items made from now on carry it, also after the next
    /// start. An earlier one changes nothing.
    pub fn begin_epoch(&self, epoch: u32) -> Result<(), StoreError> {
        self.writer.call(|db| {
            let begun =
                db.write(|change, origin| journal::begin_epoch(change, origin, origin.now()?, epoch))?;
            if begun {
                db.origin.epoch = epoch;
            }
            Ok(())
        })
    }

    /// What the journal's heads are verified with: made with the store, and the same for ever.
    pub fn journal_key(&self) -> VerifyingKey {
        self.journal_key.clone()
    }

    /// The next lines of an export, behind this row: rows, and the heads that sign them; none behind the last row. Behind
    /// 0, whose journal it is comes first, with what the platform countersigned.
    pub fn journal_lines(&self, behind: u64) -> Result<Vec<Line>, StoreError> {
        self.writer.call(|db| {
            intake::file_all(db)?;
            journal::lines(db.connection, db.origin, behind)
        })
    }

    /// Recomputes the whole hash chain and verifies the signed heads. `Err` only when the file cannot be read; a row that does not
    /// hold stands in the report. Other calls go on in between.
    pub fn verify_journal(&self) -> Result<JournalReport, StoreError> {
        let mut walk = self.writer.call(|db| {
            intake::file_all(db)?;
            journal::Walk::start(db.connection, db.origin)
        })?;
        loop {
            match self.writer.call(|db| walk.turn(db.connection))? {
                Turn::Further(further) => walk = further,
                Turn::Done(report) => return Ok(report),
            }
        }
    }
}
