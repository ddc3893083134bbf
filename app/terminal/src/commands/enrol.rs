//! `kiosk enrol`: a ticket for this terminal's identity, and its store with the keys that lie beside and in it: the
//! platform learns what the journal will be verified with.

use std::os::unix::fs::DirBuilderExt;

use kiosk_client::Identity;
use kiosk_client::enrol::EnrolError;
use kiosk_protocol::wire::Ticket;
use kiosk_store::{DATABASE_FILE, Store, StoreError};

use super::say;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs the command. What exists already is never overwritten.
pub fn run(setup: &Setup, ticket: &str) -> Result<(), Failure> {
    let ticket = Ticket::try_from(ticket.to_owned()).map_err(|error| Failure::Refused(error.to_string()))?;
    if setup.identity().is_ok() {
        let kept = EnrolError::AlreadyEnrolled(setup.paths.identity.clone());
        return Err(Failure::Enrol(Box::new(kept)));
    }
    let data_dir = &setup.config.terminal.data_dir;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(Failure::DataDir)?;
    make_key(setup).map_err(Failure::Store)?;
    let identity = enrol(setup, &ticket)?;
    say(&format!("enrolled as {} (epoch {})", identity.terminal, identity.epoch));
    Ok(())
}

/// A store that is there already waits for the key it was made with.
fn make_key(setup: &Setup) -> Result<(), StoreError> {
    let is_there = setup.paths.store_key.exists() || setup.paths.store.join(DATABASE_FILE).exists();
    if is_there { Ok(()) } else { Ok(setup.store_key().create()?) }
}

fn enrol(setup: &Setup, ticket: &Ticket) -> Result<Identity, Failure> {
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
    let key = Store::journal_key_at(&setup.paths.store, &setup.store_key()).map_err(Failure::Store)?;
    let url = &setup.config.platform.url;
    let enrolled = kiosk_client::enrol::enrol(url, ticket, Some(key), &setup.paths.identity);
    runtime.block_on(enrolled).map_err(|error| Failure::Enrol(Box::new(error)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_never_for_a_store_that_lost_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let config = include_str!("../../../../packaging/kiosk.toml");
        let config = config.replace("/var/lib/hecheng-kiosk", &folder.path().display().to_string());
        let file = folder.path().join("kiosk.toml");
        fs::write(&file, config).unwrap();
        let setup = Setup::load(&file).unwrap();
        make_key(&setup).unwrap();
        let key = fs::read(&setup.paths.store_key).unwrap();
        make_key(&setup).unwrap();
        assert_eq!(fs::read(&setup.paths.store_key).unwrap(), key);
        Store::journal_key_at(&setup.paths.store, &setup.store_key()).unwrap();
        fs::remove_file(&setup.paths.store_key).unwrap();
        make_key(&setup).unwrap();
        assert!(!setup.paths.store_key.exists());
    }
}
