//! A terminal: the real store on a file in memory, and the real client.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use kiosk_client::sync::Settings;
use kiosk_client::{Transport, Worker};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, SealingKey, Suite, VerifyingKey};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::item::{CaseFile, Content, FileRef, Media, Person};
use kiosk_protocol::service::Language;
use kiosk_store::{Draft, KeyFile, Options, Store};
use rand::SeedableRng;
use rand::rngs::StdRng;
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
    catalogue_key: VerifyingKey,
    pub store: Store,
    pub worker: Worker,
    /// Cases submitted.
    pub cases: usize,
    /// Items submitted.
    pub items: usize,
    /// Digests of the files of each case that has some, before they were sealed.
    pub files: BTreeMap<Uuid, Vec<Digest>>,
}

impl Terminal {
    pub fn new(
        id: TerminalId,
        dir: PathBuf,
        wall: Wall,
        line: Arc<dyn Transport>,
        catalogue_key: VerifyingKey,
        seed: u64,
    ) -> Result<Self, Any> {
        std::fs::create_dir(&dir)?;
        KeyFile::create(dir.join("store.key"))?;
        let store = open(&id, &dir, &wall)?;
        let worker = worker(&store, &line, &catalogue_key, &wall, seed);
        Ok(Self {
            id,
            dir,
            wall,
            line,
            catalogue_key,
            store,
            worker,
            cases: 0,
            items: 0,
            files: BTreeMap::new(),
        })
    }

    /// Ends and starts again, on what is on disk.
    pub fn restart(self, seed: u64) -> Result<Self, Any> {
        let Self { id, dir, wall, line, catalogue_key, store, worker: old, cases, items, files } = self;
        drop((old, store));
        let store = open(&id, &dir, &wall)?;
        let worker = worker(&store, &line, &catalogue_key, &wall, seed);
        Ok(Self { id, dir, wall, line, catalogue_key, store, worker, cases, items, files })
    }

    /// A rating in a lane.
    pub fn rate(&mut self, lane: Uuid) -> Result<(), Any> {
        let content = Content::Rating { visit: Uuid::now_v7(), case: None, level: RatingLevel::Satisfied };
        self.submit(Draft { lane, content })
    }

    /// A case of its own lane, with these files.
    pub fn apply(&mut self, key: &SealingKey, plain: &[Vec<u8>]) -> Result<(), Any> {
        let case = Uuid::now_v7();
        let files = plain.iter().map(|plain| self.keep_file(key, plain)).collect::<Result<Vec<_>, Any>>()?;
        if !files.is_empty() {
            self.files.insert(case, plain.iter().map(|plain| Digest::of(plain)).collect());
        }
        let content = case_content(case, key, files)?;
        self.cases += 1;
        self.submit(Draft { lane: case, content })
    }

    fn keep_file(&self, key: &SealingKey, plain: &[u8]) -> Result<FileRef, Any> {
        let (material, suite) = (Key::try_from(FIELD)?, Suite::Sm2Sm3);
        let digest = self.store.keep_file(&key.seal_file(plain)?)?;
        Ok(FileRef { material, media: Media::Jpeg, suite, digest })
    }

    fn submit(&mut self, draft: Draft) -> Result<(), Any> {
        self.store.submit(draft, Vec::new())?;
        self.items += 1;
        self.worker.woken();
        Ok(())
    }
}

/// A case of the service, which belongs to nobody.
pub fn case_content(case: Uuid, key: &SealingKey, files: Vec<FileRef>) -> Result<Content, Any> {
    let applicant = Person { name: "王秀兰".into(), number: "230203198803120022".into() };
    let values = [(Key::try_from(FIELD)?, "7".into())].into_iter().collect();
    let file = CaseFile { applicant, values }.seal(key)?;
    let (service, department) = (Key::try_from(SERVICE)?, Key::try_from(SERVICE)?);
    Ok(Content::Case { case, service, version: 1, department, language: Language::ZhCn, file, files })
}

fn worker(store: &Store, line: &Arc<dyn Transport>, key: &VerifyingKey, wall: &Wall, seed: u64) -> Worker {
    let (store, rng) = (Arc::new(store.clone()), StdRng::seed_from_u64(seed));
    Worker::new(store, line.clone(), key.clone(), Settings::default(), rng, Arc::new(wall.clone()))
}

fn open(id: &TerminalId, dir: &std::path::Path, wall: &Wall) -> Result<Store, Any> {
    let wall = wall.clone();
    let clock = Arc::new(move || wall.shows());
    let options = Options { path: dir.join("store"), terminal: id.clone(), epoch: EPOCH, limit: None, clock };
    Ok(Store::open(options, &KeyFile { path: dir.join("store.key") })?)
}
