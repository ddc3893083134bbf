//! `kiosk store rekey`: another key for the store, kept as the configuration says, while the terminal is stopped.

use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Keep, Store};

use super::say;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs the command. The step in the trail also proves that the store opens with its new key.
pub fn rekey(setup: &Setup) -> Result<(), Failure> {
    let identity = setup.identity()?;
    let key = setup.store_key();
    Store::rekey(&setup.paths.store, &key).map_err(Failure::Store)?;
    let store = setup.open_store(&identity)?;
    store.record(vec![TrailEvent::StoreKeyChanged]).map_err(Failure::Store)?;
    let kept = match key.keep {
        Keep::Plain => "in a file",
        Keep::Sealed => "sealed by the TPM",
    };
    say(&format!("The store has another key, {kept}. Keep no copy of the old one."));
    Ok(())
}
