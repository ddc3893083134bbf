//! What a cut of the power leaves on the platter.
//!
//! Synced bytes are there. Of what was done since, a drive may have carried out anything: nothing, all, all but the end
//! of the last write, or sectors here and there in any order. A write never harms its neighbours within a sector
//! (SQLite's "powersafe overwrite", which its own file system layer takes for granted as well). A new name of SQLite's is
//! there once its file was synced, since SQLite then syncs the folder too; a name given up may come back until then. The names
//! the store itself gives, to files of cases and their folder, are there once it synced the folder they lie in. What a sync
//! that failed was for may be lost for good, unless it is written again: Linux takes it for written.

use std::collections::BTreeMap;

use kiosk_store::FILES_FOLDER;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::disk::{Image, Io, folder_of, put};

/// The unit a drive writes whole: 512 bytes, the smallest in use, tears finest.
const SECTOR: usize = 512;
/// How likely a sector was written, one of these for each cut.
const SHARES: [f64; 3] = [0.1, 0.5, 0.9];

/// What became of the writes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// None was carried out.
    Dropped,
    /// All were: the cut came right behind the last one.
    Kept,
    /// All, but of the last one only the first sectors.
    Torn(u64),
    /// Any sectors of any of them.
    Scattered(u64),
}

/// The platter and what the drive has not written yet.
pub struct Platter<'a> {
    files: Vec<Vec<u8>>,
    names: BTreeMap<String, usize>,
    /// The names as they will be.
    names_after: BTreeMap<String, usize>,
    waiting: Vec<&'a Io>,
}

impl<'a> Platter<'a> {
    /// Begins with files that lie safely.
    pub fn new(image: &Image) -> Self {
        let names: BTreeMap<_, _> = image.keys().cloned().zip(0..).collect();
        Self {
            files: image.values().cloned().collect(),
            names_after: names.clone(),
            names,
            waiting: Vec::new(),
        }
    }

    /// Goes on by one order.
    pub fn take(&mut self, io: &'a Io) {
        match io {
            Io::Create { file, name } => {
                self.files.push(Vec::new());
                self.names_after.insert(name.clone(), *file);
            }
            Io::Delete { name } => drop(self.names_after.remove(name)),
            Io::Write { .. } | Io::Truncate { .. } => self.waiting.push(io),
            Io::Rename { from, to } => {
                let file = self.names_after.remove(from);
                self.names_after.extend(file.map(|file| (to.clone(), file)));
            }
            Io::Sync { file } => self.sync(*file),
            Io::SyncFolder { folder } => self.sync_names(|name| folder_of(name) == folder),
            Io::Forget { file } => self.forget(*file),
            Io::Returned => {}
        }
    }

    /// What was written is lost; that the file was cut stays known, as its size stands in the file system's own log.
    fn forget(&mut self, file: usize) {
        self.waiting.retain(|io| !matches!(io, Io::Write { file: of, .. } if *of == file));
    }

    fn sync(&mut self, synced: usize) {
        let (now, later) = self.waiting.drain(..).partition(|io| file_of(io) == Some(synced));
        self.waiting = later;
        let now: Vec<&Io> = now;
        now.into_iter().for_each(|io| carry_out(&mut self.files, io));
        let is_sqlites = |name: &str| !name.starts_with(FILES_FOLDER);
        if self.names_after.iter().any(|(name, file)| *file == synced && is_sqlites(name)) {
            self.sync_names(is_sqlites);
        }
    }

    fn sync_names(&mut self, are_meant: impl Fn(&str) -> bool) {
        self.names.retain(|name, _| !are_meant(name));
        let after = self.names_after.iter().filter(|(name, _)| are_meant(name));
        self.names.extend(after.map(|(name, file)| (name.clone(), *file)));
    }

    /// What a cut leaves now.
    pub fn image(&self, fate: Fate) -> Image {
        let mut files = self.files.clone();
        let (last, before) = match self.waiting.split_last() {
            Some((last, before)) => (Some(*last), before),
            None => (None, &[][..]),
        };
        match fate {
            Fate::Dropped => {}
            Fate::Kept => self.waiting.iter().for_each(|io| carry_out(&mut files, io)),
            Fate::Torn(seed) => {
                before.iter().for_each(|io| carry_out(&mut files, io));
                last.into_iter().for_each(|io| tear(&mut files, io, seed));
            }
            Fate::Scattered(seed) => self.scatter(&mut files, seed),
        }
        let names = self.names_left(fate);
        let is_reached = |name: &str| folder_of(name).is_empty() || names.contains_key(folder_of(name));
        let reached = names.iter().filter(|(name, _)| is_reached(name));
        reached.map(|(name, file)| (name.clone(), files[*file].clone())).collect()
    }

    fn scatter(&self, files: &mut [Vec<u8>], seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        let share = SHARES[rng.random_range(0..SHARES.len())];
        for io in &self.waiting {
            for part in sectors(io) {
                if rng.random_bool(share) {
                    carry_out(files, &part);
                }
            }
        }
    }

    /// Each name stands as synced or as it is now.
    fn names_left(&self, fate: Fate) -> BTreeMap<String, usize> {
        match fate {
            Fate::Dropped => self.names.clone(),
            Fate::Kept | Fate::Torn(_) => self.names_after.clone(),
            Fate::Scattered(seed) => {
                let mut rng = StdRng::seed_from_u64(!seed);
                let all = self.names.keys().chain(self.names_after.keys());
                let pick = all.filter_map(|name| {
                    let names = if rng.random() { &self.names } else { &self.names_after };
                    names.get(name).map(|file| (name.clone(), *file))
                });
                pick.collect()
            }
        }
    }

    /// Whether a cut now could leave anything but what was synced.
    pub fn is_settled(&self) -> bool {
        self.waiting.is_empty() && self.names == self.names_after
    }
}

fn file_of(io: &Io) -> Option<usize> {
    match io {
        Io::Write { file, .. }
        | Io::Truncate { file, .. }
        | Io::Create { file, .. }
        | Io::Sync { file }
        | Io::Forget { file } => Some(*file),
        Io::Delete { .. } | Io::Rename { .. } | Io::SyncFolder { .. } | Io::Returned => None,
    }
}

fn carry_out(files: &mut [Vec<u8>], io: &Io) {
    match io {
        Io::Write { file, offset, bytes } => put(&mut files[*file], *offset, bytes),
        Io::Truncate { file, size } => files[*file].resize(*size, 0),
        Io::Create { .. }
        | Io::Sync { .. }
        | Io::SyncFolder { .. }
        | Io::Forget { .. }
        | Io::Delete { .. }
        | Io::Rename { .. }
        | Io::Returned => {}
    }
}

/// The first sectors of a write, at least one less than all.
fn tear(files: &mut [Vec<u8>], io: &Io, seed: u64) {
    let parts = sectors(io);
    let kept = StdRng::seed_from_u64(seed).random_range(0..parts.len().max(1));
    parts.iter().take(kept).for_each(|part| carry_out(files, part));
}

/// A write as the sectors it touches; anything else as it is.
fn sectors(io: &Io) -> Vec<Io> {
    let Io::Write { file, offset, bytes } = io else { return vec![io.clone()] };
    let mut parts = Vec::new();
    let mut done = 0;
    while done < bytes.len() {
        let at = offset + done;
        let size = (SECTOR - at % SECTOR).min(bytes.len() - done);
        parts.push(Io::Write { file: *file, offset: at, bytes: bytes[done..done + size].to_vec() });
        done += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "store.db-wal";

    fn write(offset: usize, byte: u8, count: usize) -> Io {
        Io::Write { file: 0, offset, bytes: vec![byte; count] }
    }

    fn image() -> Image {
        [("store.db".to_owned(), vec![0; 2048])].into()
    }

    #[test]
    fn synced_bytes_stay_and_others_meet_their_fate() {
        let ios = [write(0, 1, 1024), Io::Sync { file: 0 }, write(1024, 2, 1024)];
        let mut platter = Platter::new(&image());
        ios.iter().for_each(|io| platter.take(io));
        let left = |fate| platter.image(fate).remove("store.db").unwrap();
        let ends = |fate| [left(fate)[1023], left(fate)[1024], left(fate)[2047]];
        assert_eq!((ends(Fate::Dropped), ends(Fate::Kept)), ([1, 0, 0], [1, 2, 2]));
        let torn: std::collections::BTreeSet<_> = (0..20).map(|seed| ends(Fate::Torn(seed))).collect();
        assert_eq!(torn, [[1, 0, 0], [1, 2, 0]].into());
        let scattered: std::collections::BTreeSet<_> =
            (0..50).map(|seed| ends(Fate::Scattered(seed))).collect();
        assert!(scattered.contains(&[1, 0, 2]), "a later sector without an earlier one: {scattered:?}");
    }

    #[test]
    fn what_a_failed_sync_forgot_is_lost_until_it_is_written_again() {
        let ios = [
            write(0, 1, 512),
            write(512, 1, 512),
            Io::Forget { file: 0 },
            write(512, 2, 512),
            Io::Sync { file: 0 },
        ];
        let mut platter = Platter::new(&image());
        ios.iter().for_each(|io| platter.take(io));
        let left = platter.image(Fate::Kept).remove("store.db").unwrap();
        assert_eq!((left[0], left[512]), (0, 2));
    }

    #[test]
    fn a_write_is_torn_at_the_sectors_of_the_disk() {
        let sizes: Vec<_> = sectors(&write(500, 1, 600))
            .iter()
            .map(|io| matches!(io, Io::Write { bytes, .. } if bytes.len() == 12))
            .collect();
        assert_eq!(sizes, [true, false, false]);
    }

    #[test]
    fn a_name_is_safe_once_its_file_is_synced() {
        let ios = [Io::Create { file: 1, name: LOG.to_owned() }, Io::Sync { file: 1 }];
        let mut platter = Platter::new(&image());
        platter.take(&ios[0]);
        assert!(!platter.image(Fate::Dropped).contains_key(LOG) && !platter.is_settled());
        platter.take(&ios[1]);
        assert!(platter.image(Fate::Dropped).contains_key(LOG) && platter.is_settled());
    }

    #[test]
    fn a_name_the_store_gives_is_safe_once_its_folder_is_synced_and_that_one_has_a_name() {
        let (draft, kept) = (format!("{FILES_FOLDER}/draft"), format!("{FILES_FOLDER}/kept"));
        let sync_folder = |folder: &str| Io::SyncFolder { folder: folder.to_owned() };
        let ios = [
            Io::Create { file: 1, name: FILES_FOLDER.to_owned() },
            Io::Create { file: 2, name: draft.clone() },
            Io::Sync { file: 2 },
            Io::Rename { from: draft, to: kept.clone() },
            Io::Sync { file: 0 },
            sync_folder(FILES_FOLDER),
            sync_folder(""),
        ];
        let mut platter = Platter::new(&image());
        let is_kept = |io| {
            platter.take(io);
            [Fate::Dropped, Fate::Kept].map(|fate| platter.image(fate).contains_key(&kept))
        };
        let seen: Vec<_> = ios.iter().map(is_kept).collect();
        let (never, perhaps, surely) = ([false, false], [false, true], [true, true]);
        assert_eq!(seen, [never, never, never, perhaps, perhaps, perhaps, surely]);
    }
}
