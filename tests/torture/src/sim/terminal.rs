//! A terminal: the real store on a file in memory, and the real client.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kiosk_client::sync::Settings;
use kiosk_client::{Transport, Worker};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, SealingKey, SigningKey, Suite, VerifyingKey};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::item::{CaseFile, Content, FileRef, Media, Person};
use kiosk_protocol::service::Language;
use kiosk_store::{Draft, FILES_FOLDER, ItemState, KeyFile, Options, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::clock::Wall;
use super::world::{Any, FIELD, SERVICE};

/// Of all items.
pub const EPOCH: u32 = 1;

pub struct Terminal {
    id: TerminalId,
    dir: PathBuf,
    pub wall: Wall,
    line: Arc<dyn Transport>,
    /// Nothing is published here.
    catalogue_key: VerifyingKey,
    heads_key: VerifyingKey,
    pub store: Store,
    pub worker: Worker,
    /// What must become of each item, by its sequence.
    pub expected: BTreeMap<u64, ItemState>,
    /// Cases that must be taken.
    pub cases: usize,
    /// Visits whose rating must count.
    pub rated: Vec<Uuid>,
    /// Digests of the files of each case that has some, before they were sealed.
    pub files: BTreeMap<Uuid, Vec<Digest>>,
    files_kept: u64,
    ids: StdRng,
}

/// A case of the service as it is filled in; it belongs to nobody.
pub struct Form {
    case: Uuid,
    version: u32,
    value: &'static str,
    files: Vec<FileRef>,
}

impl Form {
    /// One the platform accepts.
    pub fn right(case: Uuid) -> Self {
        Self { case, version: 1, value: "7", files: Vec::new() }
    }

    pub fn content(self, key: &SealingKey) -> Result<Content, Any> {
        let Self { case, version, value, files } = self;
        let applicant = Person { name: "王秀兰".into(), number: "230203198803120022".into() };
        let values = [(Key::try_from(FIELD)?, value.into())].into_iter().collect();
        let file = CaseFile { applicant, values }.seal(key)?;
        let (service, department) = (Key::try_from(SERVICE)?, Key::try_from(SERVICE)?);
        Ok(Content::Case { case, service, version, department, language: Language::ZhCn, file, files })
    }
}

impl Terminal {
    pub fn new(
        id: TerminalId,
        dir: PathBuf,
        wall: Wall,
        line: Arc<dyn Transport>,
        heads_key: VerifyingKey,
        seed: u64,
    ) -> Result<Self, Any> {
        std::fs::create_dir(&dir)?;
        KeyFile::create(dir.join("store.key"))?;
        let store = open(&id, &dir, &wall, &heads_key)?;
        let catalogue_key = SigningKey::generate()?.verifying_key();
        let worker = worker(&store, &line, &catalogue_key, &wall, seed);
        Ok(Self {
            id,
            dir,
            wall,
            line,
            catalogue_key,
            heads_key,
            store,
            worker,
            expected: BTreeMap::new(),
            cases: 0,
            rated: Vec::new(),
            files: BTreeMap::new(),
            files_kept: 0,
            ids: StdRng::seed_from_u64(!seed),
        })
    }

    pub fn id(&self) -> &TerminalId {
        &self.id
    }

    /// Ends and starts again, on what is on disk.
    pub fn restart(self, seed: u64) -> Result<Self, Any> {
        drop((self.store, self.worker));
        let store = open(&self.id, &self.dir, &self.wall, &self.heads_key)?;
        let worker = worker(&store, &self.line, &self.catalogue_key, &self.wall, seed);
        Ok(Self { store, worker, ..self })
    }

    /// A rating in a lane.
    pub fn rate(&mut self, lane: Uuid) -> Result<(), Any> {
        let visit = self.uuid();
        self.rated.push(visit);
        self.rate_visit(lane, visit, ItemState::Settled)
    }

    /// The same visit rated twice, one behind the other: the second is refused, and holds up nothing.
    pub fn rate_twice(&mut self, lane: Uuid) -> Result<(), Any> {
        self.rate(lane)?;
        let visit = self.rated.last().copied().unwrap_or_default();
        self.rate_visit(lane, visit, ItemState::Rejected)
    }

    /// A case of its own lane, with these files.
    pub fn apply(&mut self, key: &SealingKey, plain: &[Vec<u8>]) -> Result<(), Any> {
        let case = self.uuid();
        let files = plain.iter().map(|plain| self.keep_file(key, plain)).collect::<Result<Vec<_>, Any>>()?;
        if !files.is_empty() {
            self.files.insert(case, plain.iter().map(|plain| Digest::of(plain)).collect());
        }
        self.cases += 1;
        self.hand_in(key, Form { files, ..Form::right(case) }, ItemState::Settled)
    }

    /// A case that breaks a rule of its form, and a rating behind it in its lane.
    pub fn apply_wrongly(&mut self, key: &SealingKey) -> Result<(), Any> {
        let case = self.uuid();
        let form = Form { value: "seven", ..Form::right(case) };
        self.hand_in(key, form, ItemState::Rejected)?;
        self.rate(case)
    }

    /// A case of a version nobody published, and a rating behind it in its lane.
    pub fn apply_strangely(&mut self, key: &SealingKey) -> Result<(), Any> {
        let case = self.uuid();
        let form = Form { version: 2, ..Form::right(case) };
        self.hand_in(key, form, ItemState::Quarantined)?;
        self.rate(case)
    }

    fn hand_in(&mut self, key: &SealingKey, form: Form, outcome: ItemState) -> Result<(), Any> {
        let (lane, content) = (form.case, form.content(key)?);
        self.submit(Draft { lane, content }, outcome)
    }

    fn rate_visit(&mut self, lane: Uuid, visit: Uuid, outcome: ItemState) -> Result<(), Any> {
        let content = Content::Rating { visit, case: None, level: RatingLevel::Satisfied };
        self.submit(Draft { lane, content }, outcome)
    }

    /// The order files leave in is that of their times, which the world says: seals, and so names, are never the same twice.
    fn keep_file(&mut self, key: &SealingKey, plain: &[u8]) -> Result<FileRef, Any> {
        let (material, suite) = (Key::try_from(FIELD)?, Suite::Sm2Sm3);
        let digest = self.store.keep_file(&key.seal_file(plain)?)?;
        self.files_kept += 1;
        let path = self.dir.join("store").join(FILES_FOLDER).join(digest.to_string());
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(self.files_kept);
        File::options().write(true).open(path)?.set_modified(at)?;
        Ok(FileRef { material, media: Media::Jpeg, suite, digest })
    }

    fn submit(&mut self, draft: Draft, outcome: ItemState) -> Result<(), Any> {
        let accepted = self.store.submit(draft, Vec::new())?;
        self.expected.insert(accepted.id.seq, outcome);
        if self.worker.heeds_waking() {
            self.worker.woken();
        }
        Ok(())
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u128(self.ids.random())
    }
}

fn worker(store: &Store, line: &Arc<dyn Transport>, key: &VerifyingKey, wall: &Wall, seed: u64) -> Worker {
    let (store, rng) = (Arc::new(store.clone()), StdRng::seed_from_u64(seed));
    Worker::new(store, line.clone(), key.clone(), Settings::default(), rng, Arc::new(wall.clone()))
}

fn open(id: &TerminalId, dir: &Path, wall: &Wall, heads_key: &VerifyingKey) -> Result<Store, Any> {
    let (wall, path) = (wall.clone(), dir.join("store"));
    let (terminal, heads_key) = (id.clone(), heads_key.clone());
    let clock = Arc::new(move || wall.shows());
    let options = Options { path, terminal, epoch: EPOCH, heads_key, limit: None, clock };
    Ok(Store::open(options, &KeyFile { path: dir.join("store.key") })?)
}
