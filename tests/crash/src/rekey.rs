//! The key of a store is changed, and the power goes behind every order to the disk.
//!
//! Until the next key has taken the old one's place both are there, and one of them opens what a cut left; from then on the
//! new one does. Either way nothing is missing.

use std::sync::{Arc, Mutex, PoisonError};

use kiosk_store::{KEY_BYTES, Key, KeyError, KeyPort, Store};
use zeroize::Zeroizing;

use crate::Error;
use crate::bench::{Bench, SAME};
use crate::disk::{Disk, Image, Io, Syncs};
use crate::model::{Model, view_of};
use crate::platter::{Fate, Platter};
use crate::record::{empty_disk, fates};
use crate::script::{Call, script};

/// The key changed to.
const NEXT: [u8; KEY_BYTES] = [8; KEY_BYTES];

/// Cuts the change of the key of a store that has seen so many calls; how many cuts, and what broke.
pub fn run(calls: usize, seed: u64) -> Result<(usize, Vec<String>), Error> {
    let bench = Bench::new()?;
    let (base, model) = filled(&bench, calls, seed)?;
    let disk = Disk::new(base.clone(), Syncs::Kept);
    crate::vfs::mount(&bench.store(), disk.clone());
    let keys = Keys { held: Mutex::new((SAME, None)), disk: Some(disk.clone()) };
    Store::rekey(&bench.store(), &keys)?;
    let (mut cuts, mut violations) = (0, Vec::new());
    let mut platter = Platter::new(&base);
    let (log, mut held) = (disk.take_log(), (SAME, Some(NEXT)));
    for (behind, io) in log.iter().enumerate() {
        platter.take(io);
        if matches!(io, Io::Returned) {
            held = (NEXT, None);
        }
        for fate in fates(io, platter.is_settled(), seed.wrapping_add(behind as u64)) {
            cuts += 1;
            let flaw = opens(&bench, platter.image(fate), held, &model).err();
            violations.extend(flaw.map(|flaw| told(behind, fate, &flaw)));
        }
    }
    Ok((cuts, violations))
}

fn told(behind: usize, fate: Fate, flaw: &str) -> String {
    format!("the key was being changed, cut behind order {behind} ({fate:?}): {flaw}")
}

/// A store that has seen the calls of a script, and was closed.
fn filled(bench: &Bench, calls: usize, seed: u64) -> Result<(Image, Model), Error> {
    let (disk, mut model) = (Disk::new(empty_disk(), Syncs::Kept), Model::default());
    let store = bench.open(&disk, model.epoch)?;
    for step in script(calls, seed).iter().filter(|step| !matches!(step.call, Call::Reopen { .. })) {
        bench.set_clock(step.at);
        model.call(step, &store)?;
        model.take(step);
    }
    drop(store);
    Ok((disk.image(), model))
}

fn opens(bench: &Bench, image: Image, held: Held, model: &Model) -> Result<(), String> {
    crate::vfs::mount(&bench.store(), Disk::new(image, Syncs::Kept));
    bench.set_clock(model.now);
    let keys = Keys { held: Mutex::new(held), disk: None };
    let store = bench.open_with(&keys, model.epoch).map_err(|error| format!("it does not open: {error}"))?;
    model.holds_files(&store)?;
    let seen = view_of(&store, model.now)?;
    if seen == model.view() { Ok(()) } else { Err(seen.flaw(&model.view())) }
}

/// The key and the next one.
type Held = ([u8; KEY_BYTES], Option<[u8; KEY_BYTES]>);

/// Keys in memory; the disk notes when the next one takes the place.
struct Keys {
    held: Mutex<Held>,
    disk: Option<Arc<Disk>>,
}

impl KeyPort for Keys {
    fn key(&self) -> Result<Key, KeyError> {
        Ok(Zeroizing::new(self.held.lock().unwrap_or_else(PoisonError::into_inner).0))
    }

    fn next(&self) -> Result<Option<Key>, KeyError> {
        Ok(self.held.lock().unwrap_or_else(PoisonError::into_inner).1.map(Zeroizing::new))
    }

    fn renew(&self) -> Result<Key, KeyError> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(NEXT);
        Ok(Zeroizing::new(NEXT))
    }

    fn advance(&self) -> Result<(), KeyError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = held.1.take() {
            held.0 = next;
        }
        self.disk.iter().for_each(|disk| disk.returned());
        Ok(())
    }
}
