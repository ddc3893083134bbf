//! A script played once on a disk that writes everything down, and every moment at which the power could have gone.

use kiosk_store::Store;

use crate::bench::Bench;
use crate::disk::{DATABASE, Disk, Image, Io, Syncs};
use crate::model::{Model, view_of};
use crate::platter::{Fate, Platter};
use crate::script::{Call, Step};

/// What the disk was asked to do while a script was played.
pub struct Recording {
    /// What lay on the disk before.
    pub base: Image,
    /// The orders, and a mark behind each call.
    pub log: Vec<Io>,
    /// The calls.
    pub script: Vec<Step>,
    /// How the store stood before.
    pub start: Model,
}

/// One cut of the power.
pub struct Cut {
    /// Behind this order of the log.
    pub behind: usize,
    /// What became of the unsynced writes.
    pub fate: Fate,
    /// What is on the platter.
    pub image: Image,
}

/// A disk as the store makes it before it opens the database.
pub fn empty_disk() -> Image {
    [(DATABASE.to_owned(), Vec::new())].into()
}

/// Plays the script on an empty disk. An error says which call went wrong although nothing was cut.
pub fn record(bench: &Bench, script: Vec<Step>, syncs: Syncs) -> Result<Recording, String> {
    let disk = Disk::new(empty_disk(), syncs);
    let mut model = Model::default();
    let mut store = None;
    for (number, step) in script.iter().enumerate() {
        bench.set_clock(step.at);
        let say = |error| format!("without any cut, call {number} ({:?}) fails: {error}", step.call);
        match (&step.call, &store) {
            (Call::Reopen { .. }, _) | (_, None) => {
                drop(store.take());
                model.take(step);
                store = Some(bench.open(&disk, model.epoch).map_err(say)?);
            }
            (_, Some(store)) => {
                model.call(step, store).map_err(say)?;
                model.take(step);
            }
        }
        disk.returned();
    }
    let view = |store: &Store| model.holds_files(store).and_then(|()| view_of(store, model.now));
    let seen = store.as_ref().map(view).transpose();
    if seen.map_err(|flaw| format!("without any cut, {flaw}"))? != Some(model.view()) {
        return Err("without any cut, the store shows something else than was called".to_owned());
    }
    drop(store);
    Ok(Recording { base: empty_disk(), log: disk.take_log(), script, start: Model::default() })
}

impl Recording {
    /// Goes through all cuts behind orders that are chosen, each with how the store stood: after the last call that
    /// returned, and the call under way. Stops when `visit` says so with an error.
    pub fn cuts<E>(
        &self,
        seed: u64,
        chosen: impl Fn(usize) -> bool,
        mut visit: impl FnMut(Cut, &Model, Option<&Step>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut platter = Platter::new(&self.base);
        let mut model = self.start.clone();
        let mut calls = self.script.iter();
        let mut under_way = calls.next();
        for (behind, io) in self.log.iter().enumerate() {
            platter.take(io);
            if let (Io::Returned, Some(step)) = (io, under_way) {
                model.take(step);
                under_way = calls.next();
            }
            if !chosen(behind) {
                continue;
            }
            for fate in fates(io, platter.is_settled(), seed.wrapping_add(behind as u64)) {
                visit(Cut { behind, fate, image: platter.image(fate) }, &model, under_way)?;
            }
        }
        Ok(())
    }
}

/// The fates worth a look behind this order: those that differ from what was looked at behind the order before.
pub fn fates(io: &Io, is_settled: bool, seed: u64) -> Vec<Fate> {
    match io {
        _ if is_settled => vec![Fate::Dropped],
        Io::Write { .. } | Io::Truncate { .. } => vec![Fate::Kept, Fate::Torn(seed), Fate::Scattered(seed)],
        Io::Create { .. }
        | Io::Delete { .. }
        | Io::Rename { .. }
        | Io::Sync { .. }
        | Io::SyncFolder { .. }
        | Io::Forget { .. }
        | Io::Returned => vec![Fate::Dropped, Fate::Kept, Fate::Scattered(seed)],
    }
}
