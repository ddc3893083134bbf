//! `kiosk store rekey`: another key for the store, while the terminal is stopped.

use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{KeyFile, Store};

use super::say;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs the command. The step in the trail also proves that the store opens with its new key.
pub fn rekey(setup: &Setup) -> Result<(), Failure> {
    let identity = setup.identity()?;
    let key = KeyFile { path: setup.paths.store_key.clone() };
    Store::rekey(&setup.paths.store, &key).map_err(Failure::Store)?;
    let store = setup.open_store(&identity)?;
    store.record(vec![TrailEvent::StoreKeyChanged]).map_err(Failure::Store)?;
    say("The store has another key. Keep no copy of the old one.");
    Ok(())
}
