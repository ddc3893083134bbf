//! Where the store's key is, and whether it can be had.

use kiosk_store::{Keep, KeyHome, KeyPort};

use super::Check;
use crate::error::chain;
use crate::setup::Setup;

const NAME: &str = "key";

/// Reads it, also beside a running terminal.
pub fn look(setup: &Setup) -> Check {
    let home = setup.store_key();
    match home.kept().and_then(|kept| home.key().map(|_| kept)) {
        Ok(kept) => weigh(kept, &home, &setup.config.store.tpm.to_string()),
        Err(error) => {
            Check::fail(NAME, chain(&error), "as it says; without its key the store opens for nobody")
        }
    }
}

fn weigh(kept: Keep, home: &KeyHome, tpm: &str) -> Check {
    let path = home.path.display();
    let says = match kept {
        Keep::Plain => format!("{path}, in the plain"),
        Keep::Sealed => format!("{path}, unsealed by the TPM at {tpm}"),
    };
    if kept == home.keep {
        return Check::ok(NAME, says);
    }
    Check::warn(NAME, says + "; store.key says otherwise", "stop the terminal and run `kiosk store rekey`")
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
