//! What every command starts from: configuration, paths, identity, store.

use std::path::Path;
use std::sync::Arc;

use kiosk_client::Identity;
use kiosk_store::{KeyHome, Options, Store};

use crate::config::Config;
use crate::error::Failure;
use crate::paths::Paths;

/// A read configuration and where everything stands.
pub struct Setup {
    /// `kiosk.toml`.
    pub config: Config,
    /// Below its data directory.
    pub paths: Paths,
}

impl Setup {
    /// Reads the configuration.
    pub fn load(config: &Path) -> Result<Self, Failure> {
        let config = Config::load(config).map_err(Failure::Config)?;
        let paths = Paths::below(&config.terminal.data_dir);
        Ok(Self { config, paths })
    }

    /// The identity enrolment gave.
    pub fn identity(&self) -> Result<Identity, Failure> {
        Identity::load(&self.paths.identity).map_err(|error| Failure::Identity(Box::new(error)))
    }

    /// Opens the store; fails where another program holds it.
    pub fn open_store(&self, identity: &Identity) -> Result<Store, Failure> {
        let options = Options {
            path: self.paths.store.clone(),
            terminal: identity.terminal.clone(),
            epoch: identity.epoch,
            heads_key: identity.heads_key.clone(),
            limit: self.config.store.limit_mib.map(|mib| mib.saturating_mul(1 << 20)),
            clock: Arc::new(jiff::Timestamp::now),
        };
        let key = self.store_key();
        if key.kept().is_ok_and(|kept| kept != key.keep) {
            tracing::warn!("the store's key is not kept as store.key says; `kiosk store rekey` changes that");
        }
        Store::open(options, &key).map_err(Failure::Store)
    }

    /// Where the store's key is, and how the next one is kept.
    pub fn store_key(&self) -> KeyHome {
        let store = &self.config.store;
        let (path, keep) = (self.paths.store_key.clone(), store.key.into());
        KeyHome { path, keep, sealer: Arc::new(store.tpm.clone()) }
    }
}
