//! A disk in memory that writes down everything that is done to it, and what of that survives a cut.
//!
//! Files are as the store sees them; the log is what the drive was asked to do, in order, with a mark for each call
//! of the store that returned. What a cut leaves is made from the log alone (`platter.rs`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The database's file; it is on the disk from the start, as the store makes it before it opens it.
pub const DATABASE: &str = kiosk_store::DATABASE_FILE;

/// Names and bytes of all files.
pub type Image = BTreeMap<String, Vec<u8>>;

/// What the disk was asked to do.
#[derive(Clone, Debug)]
pub enum Io {
    /// A new file under a name.
    Create {
        /// Its number.
        file: usize,
        /// Its name.
        name: String,
    },
    /// Bytes put somewhere.
    Write {
        /// The file.
        file: usize,
        /// From here on.
        offset: usize,
        /// These.
        bytes: Vec<u8>,
    },
    /// The file cut to a size.
    Truncate {
        /// The file.
        file: usize,
        /// The size.
        size: usize,
    },
    /// All that was done to the file is on the platter, and so is its name, if SQLite gave it.
    Sync {
        /// The file.
        file: usize,
    },
    /// A sync that failed, and behind which what was written into the file counts as written without being on the platter,
    /// until it is written again ("fsyncgate").
    Forget {
        /// The file.
        file: usize,
    },
    /// A name given up.
    Delete {
        /// The name.
        name: String,
    },
    /// A name changed.
    Rename {
        /// The name it had.
        from: String,
        /// The name it has, whoever had that.
        to: String,
    },
    /// What was done to names in a folder is on the platter.
    SyncFolder {
        /// The folder, as a name; empty for the one the others lie in.
        folder: String,
    },
    /// The next call of the script returned: from here on its effect was promised.
    Returned,
}

/// How the disk treats orders to sync; all but the first are controls that must be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncs {
    /// As an honest disk.
    Kept,
    /// It says yes and does nothing.
    Ignored,
    /// It is honest, but the database is told to run with `synchronous=NORMAL`.
    Fewer,
}

/// What does not work for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing can be read.
    Reads,
    /// What is written arrives by half, and the order fails.
    Writes,
    /// What was written does not reach the platter.
    Syncs,
    /// Nothing works, as with a loose cable.
    Away,
    /// No file can grow.
    Full,
    /// Nothing can be changed, as on a file system the kernel has set aside.
    ReadOnly,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Reads, Self::Writes, Self::Syncs, Self::Away, Self::Full, Self::ReadOnly];

    fn meets(self, order: Order) -> bool {
        match order {
            _ if self == Self::Away => true,
            Order::Read => self == Self::Reads,
            Order::Write { grows } => {
                matches!(self, Self::Writes | Self::ReadOnly) || (self == Self::Full && grows)
            }
            Order::Change => matches!(self, Self::Writes | Self::ReadOnly),
            Order::Sync => matches!(self, Self::Writes | Self::Syncs),
        }
    }
}

/// An order that may fail.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// To read.
    Read,
    /// To write.
    Write {
        /// Beyond the file's end.
        grows: bool,
    },
    /// To cut a file, make one, or change its name or give it up.
    Change,
    /// To bring a file to the platter.
    Sync,
}

/// The disk.
pub struct Disk {
    state: Mutex<State>,
    syncs: Syncs,
    ailing: Mutex<Option<Ailing>>,
}

struct Ailing {
    trouble: Trouble,
    /// How many of the orders it meets fail.
    share: f64,
    rng: StdRng,
}

#[derive(Default)]
struct State {
    files: Vec<Vec<u8>>,
    names: BTreeMap<String, usize>,
    log: Vec<Io>,
}

impl Disk {
    /// A disk that holds these files and lost nothing of them.
    pub fn new(image: Image, syncs: Syncs) -> Arc<Self> {
        let mut state = State::default();
        for (name, bytes) in image {
            state.names.insert(name, state.files.len());
            state.files.push(bytes);
        }
        Arc::new(Self { state: Mutex::new(state), syncs, ailing: Mutex::new(None) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on a share of the orders fails that this trouble meets.
    pub fn fall_ill(&self, trouble: Trouble, share: f64, seed: u64) {
        *self.ailing() = Some(Ailing { trouble, share, rng: StdRng::seed_from_u64(seed) });
    }

    /// From now on everything works.
    pub fn heal(&self) {
        *self.ailing() = None;
    }

    /// Whether this order fails, and of what.
    pub fn fails(&self, order: Order) -> Option<Trouble> {
        let mut ailing = self.ailing();
        let ailing = ailing.as_mut().filter(|ailing| ailing.trouble.meets(order))?;
        ailing.rng.random_bool(ailing.share).then_some(ailing.trouble)
    }

    fn ailing(&self) -> MutexGuard<'_, Option<Ailing>> {
        self.ailing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it treats syncs.
    pub fn syncs(&self) -> Syncs {
        self.syncs
    }

    /// Notes that the next call of the script returned.
    pub fn returned(&self) {
        self.state().log.push(Io::Returned);
    }

    /// The files as they are seen.
    pub fn image(&self) -> Image {
        let state = self.state();
        state.names.iter().map(|(name, file)| (name.clone(), state.files[*file].clone())).collect()
    }

    /// Takes the log.
    pub fn take_log(&self) -> Vec<Io> {
        std::mem::take(&mut self.state().log)
    }

    /// The number of the file of this name; a new one where asked for.
    pub fn open(&self, name: &str, create: bool) -> Option<usize> {
        let mut state = self.state();
        if let Some(file) = state.names.get(name) {
            return Some(*file);
        }
        if !create {
            return None;
        }
        let file = state.files.len();
        state.files.push(Vec::new());
        state.names.insert(name.to_owned(), file);
        state.log.push(Io::Create { file, name: name.to_owned() });
        Some(file)
    }

    /// Whether there is a file of this name with bytes in it.
    pub fn has(&self, name: &str) -> bool {
        let state = self.state();
        state.names.get(name).is_some_and(|file| !state.files[*file].is_empty())
    }

    /// Gives the name up.
    pub fn delete(&self, name: &str) {
        let mut state = self.state();
        state.names.remove(name);
        state.log.push(Io::Delete { name: name.to_owned() });
    }

    /// Changes the name; whether there is one.
    pub fn rename(&self, from: &str, to: &str) -> bool {
        let mut state = self.state();
        let Some(file) = state.names.remove(from) else { return false };
        state.names.insert(to.to_owned(), file);
        state.log.push(Io::Rename { from: from.to_owned(), to: to.to_owned() });
        true
    }

    /// Names and sizes of all files.
    pub fn sizes(&self) -> Vec<(String, usize)> {
        let state = self.state();
        state.names.iter().map(|(name, file)| (name.clone(), state.files[*file].len())).collect()
    }

    /// Fills the buffer from the file, with zeros behind its end; whether the file had enough.
    pub fn read(&self, file: usize, offset: usize, into: &mut [u8]) -> bool {
        let state = self.state();
        let bytes = state.files[file].get(offset..).unwrap_or_default();
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        into[count..].fill(0);
        count == into.len()
    }

    /// Puts bytes into the file, or in trouble half of them, or none.
    pub fn try_write(&self, file: usize, offset: usize, bytes: &[u8]) -> Result<(), Trouble> {
        let grows = offset + bytes.len() > self.size(file);
        let Some(trouble) = self.fails(Order::Write { grows }) else {
            self.write(file, offset, bytes);
            return Ok(());
        };
        if trouble == Trouble::Writes {
            self.write(file, offset, &bytes[..bytes.len() / 2]);
        }
        Err(trouble)
    }

    fn write(&self, file: usize, offset: usize, bytes: &[u8]) {
        let mut state = self.state();
        put(&mut state.files[file], offset, bytes);
        state.log.push(Io::Write { file, offset, bytes: bytes.to_vec() });
    }

    /// Cuts the file.
    pub fn truncate(&self, file: usize, size: usize) {
        let mut state = self.state();
        state.files[file].resize(size, 0);
        state.log.push(Io::Truncate { file, size });
    }

    /// Brings the file to the platter, unless the disk lies. Half of the syncs that fail are made good by the next one, the
    /// others by none.
    pub fn try_sync(&self, file: usize) -> Result<(), Trouble> {
        if let Some(trouble) = self.fails(Order::Sync) {
            if self.ailing().as_mut().is_some_and(|ailing| ailing.rng.random()) {
                self.state().log.push(Io::Forget { file });
            }
            return Err(trouble);
        }
        if self.syncs != Syncs::Ignored {
            self.state().log.push(Io::Sync { file });
        }
        Ok(())
    }

    /// Brings what was done to names in the folder to the platter, unless the disk lies.
    pub fn try_sync_folder(&self, folder: &str) -> Result<(), Trouble> {
        match self.fails(Order::Sync) {
            Some(trouble) => return Err(trouble),
            None if self.syncs == Syncs::Ignored => {}
            None => self.state().log.push(Io::SyncFolder { folder: folder.to_owned() }),
        }
        Ok(())
    }

    /// The file's size.
    pub fn size(&self, file: usize) -> usize {
        self.state().files[file].len()
    }
}

/// The folder a name lies in, empty where it lies beside the database.
pub(crate) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Puts bytes into a file that grows where it must.
pub(crate) fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}
