//! A platform in a folder: made, operated, served.

mod serving;
mod shown;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::revocation::CardSerial;
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{Command, Ticket};
use uuid::Uuid;

use crate::backup;
use crate::configuration;
use crate::departments::BadData;
use crate::error::PlatformError;
use crate::keys::{self, Keys, Signers};
use crate::publish::{self, Draft};
use crate::release;
use crate::revocations;
use crate::store::{Place, Scope, Store};
use crate::texts::Texts;
use crate::ticket;
use crate::twin;

pub use serving::{Options, PAGES_ADDRESS, Running};
pub use shown::OpenFile;

pub(crate) const DATABASE: &str = "platform.db";

/// Packages every new platform starts with.
const BUILT_IN: [(&str, &str); 2] = [
    ("gjj-rent-withdrawal.json", include_str!("../../services/gjj-rent-withdrawal.json")),
    ("gjj-account.json", include_str!("../../services/gjj-account.json")),
];

/// A platform and its folder.
pub struct Platform {
    dir: PathBuf,
    place: Place,
    store: Store,
}

impl Platform {
    /// Makes a platform in a folder that holds none: keys, database, built-in services.
    ///
    /// # Errors
    /// The folder holds a platform, or cannot be written.
    pub fn init(dir: &Path) -> Result<Self, PlatformError> {
        Self::init_named(dir, &[])
    }

    /// The same; its server certificate is also good for these host names and addresses.
    ///
    /// # Errors
    /// As `init`, or a name is no host name.
    pub fn init_named(dir: &Path, names: &[String]) -> Result<Self, PlatformError> {
        Self::init_in(dir, names, None)
    }

    /// The same in a PostgreSQL database. More servers are added by copying the folder, not by this.
    ///
    /// # Errors
    /// As `init_named`, or the database cannot be used or belongs to another platform.
    pub fn init_in(dir: &Path, names: &[String], database: Option<String>) -> Result<Self, PlatformError> {
        if place_of(dir)?.is_some() {
            return Err(PlatformError::Exists(dir.to_owned()));
        }
        let place = database.map_or_else(|| Place::File(dir.join(DATABASE)), Place::Url);
        if let Place::Url(_) = &place {
            let store = Store::open(&place)?;
            if store.read(|tx| tx.catalogue_version())? > 0 {
                return Err(PlatformError::DatabaseTaken);
            }
        }
        keys::create(dir, names)?;
        configuration::write(dir, &place)?;
        let platform = Self { dir: dir.to_owned(), store: Store::open(&place)?, place };
        let built_in = BUILT_IN.map(|(file, json)| Draft { file: file.to_owned(), json: json.to_owned() });
        platform.publish(&built_in)?;
        Ok(platform)
    }

    /// Opens the platform of a folder, running or not.
    ///
    /// # Errors
    /// There is none, or its database does not open.
    pub fn open(dir: &Path) -> Result<Self, PlatformError> {
        let place = place_of(dir)?.ok_or_else(|| PlatformError::Missing(dir.to_owned()))?;
        Ok(Self { dir: dir.to_owned(), store: Store::open(&place)?, place })
    }

    /// Writes a backup of the whole platform, also of a running one, into a new folder.
    ///
    /// # Errors
    /// The folder exists, a file cannot be copied, or a tool of PostgreSQL fails.
    pub fn back_up(&self, out: &Path) -> Result<(), PlatformError> {
        backup::back_up(&self.dir, &self.place, &self.store, out)
    }

    /// Makes a platform of a backup, in a folder that holds none; in another PostgreSQL database where one is named.
    ///
    /// # Errors
    /// There is no backup, the folder or the database is not empty, or a tool of PostgreSQL fails.
    pub fn restore(from: &Path, dir: &Path, database: Option<String>) -> Result<Self, PlatformError> {
        if place_of(dir)?.is_some() {
            return Err(PlatformError::Exists(dir.to_owned()));
        }
        backup::restore(from, dir, database)?;
        Self::open(dir)
    }

    /// Makes a one-time ticket for a terminal.
    ///
    /// # Errors
    /// Keys or database fail.
    pub fn ticket(&self, terminal: &TerminalId, site: &Text) -> Result<Ticket, PlatformError> {
        Ok(ticket::issue(&self.store, &Keys::open(&self.dir)?, terminal, site, Timestamp::now())?)
    }

    /// Publishes packages, also to a server that runs. Answers the catalogue's version.
    ///
    /// # Errors
    /// A package is not usable or not newer; then none is published.
    pub fn publish(&self, drafts: &[Draft]) -> Result<u64, PlatformError> {
        publish::publish(&self.store, &Signers::open(&self.dir)?, drafts, Timestamp::now())
    }

    /// Takes a service out of the catalogue. Answers the catalogue's version.
    ///
    /// # Errors
    /// The service is not in force.
    pub fn withdraw(&self, service: &Key) -> Result<u64, PlatformError> {
        publish::withdraw(&self.store, &Signers::open(&self.dir)?, service, Timestamp::now())
    }

    /// Makes other keys for all that is published and puts them in force, also for servers that run; the keys before count
    /// no more. Terminals follow by themselves: the old root key and the new one sign the change. May be done again after a
    /// cut. Other servers need a copy of the folder.
    ///
    /// # Errors
    /// Keys or database fail, or the keys were changed in another folder.
    pub fn rotate_keys(&self) -> Result<(), PlatformError> {
        let waiting = Signers::next(&self.dir)?;
        let are_old = !self.store.read(|tx| release::are_in_force(tx, &Signers::open(&self.dir)?))?;
        let is_cut_short = are_old && self.store.read(|tx| release::are_in_force(tx, &waiting))?;
        if !is_cut_short {
            let (old, new) = (Signers::open(&self.dir)?, Signers::make_next(&self.dir)?);
            self.store.write(Scope::Catalogue, |tx| {
                if !release::are_in_force(tx, &old)? {
                    return Err(PlatformError::OtherKeys);
                }
                release::renew(tx, &old, Timestamp::now())?;
                release::rotate(tx, &old, &new, Timestamp::now())
            })?;
        }
        Ok(Signers::adopt_next(&self.dir)?)
    }

    /// Has a terminal do something once, until then. Answers the command's name.
    ///
    /// # Errors
    /// The terminal was never enrolled or has no rights, or the database fails.
    pub fn command(
        &self,
        terminal: &TerminalId,
        kind: Key,
        expires_at: Timestamp,
    ) -> Result<Uuid, PlatformError> {
        let command = Command { id: Uuid::now_v7(), kind, expires_at };
        self.store.write(Scope::Terminal(terminal), |tx| {
            if tx.enrolled(terminal)?.is_none_or(|enrolled| enrolled.revoked) {
                return Err(PlatformError::NoTerminal(terminal.clone()));
            }
            Ok(tx.queue_command(terminal, &command, Timestamp::now())?)
        })?;
        Ok(command.id)
    }

    /// Sets keys (JSON) for one terminal, whose own win, or for all; the others stay, and one that is null is unset. Terminals
    /// take it at their next poll. Answers the version.
    ///
    /// # Errors
    /// A key is not known, a value not possible, the terminal was never enrolled, or keys or database fail.
    pub fn configure(&self, terminal: Option<&TerminalId>, keys: &str) -> Result<u64, PlatformError> {
        let (keys, signers) = (twin::keys(keys)?, Signers::open(&self.dir)?);
        twin::set(&self.store, &signers, terminal, &keys, Timestamp::now())
    }

    /// Leaves keys to the terminal again, or to what is set for all; every key where none is named. Answers the version.
    ///
    /// # Errors
    /// A key is not set there, the terminal was never enrolled, or keys or database fail.
    pub fn unconfigure(&self, terminal: Option<&TerminalId>, keys: &[String]) -> Result<u64, PlatformError> {
        twin::unset(&self.store, &Signers::open(&self.dir)?, terminal, keys, Timestamp::now())
    }

    /// Takes a terminal's rights, from its next request on, and voids its unused tickets.
    ///
    /// # Errors
    /// It was never enrolled and has no open ticket.
    pub fn revoke(&self, terminal: &TerminalId) -> Result<(), PlatformError> {
        let known = self.store.write(Scope::Register, |tx| tx.revoke(terminal, Timestamp::now()))?;
        if known { Ok(()) } else { Err(PlatformError::NoTerminal(terminal.clone())) }
    }

    /// Gives a terminal's rights back to the key that had them, from its next request on. Tickets that were voided stay so.
    ///
    /// # Errors
    /// Its rights were not taken.
    pub fn readmit(&self, terminal: &TerminalId) -> Result<(), PlatformError> {
        let given = self.store.write(Scope::Register, |tx| tx.readmit(terminal))?;
        if given { Ok(()) } else { Err(PlatformError::NotRevoked(terminal.to_string())) }
    }

    /// Has a technician's card open nothing any more, at each terminal from its next poll on. Answers the version of the list.
    ///
    /// # Errors
    /// There are too many, or keys or database fail.
    pub fn revoke_card(&self, card: &CardSerial) -> Result<u64, PlatformError> {
        revocations::revoke_card(&self.store, &Signers::open(&self.dir)?, card, Timestamp::now())
    }

    /// Takes a card off that list again; it opens what its terminal's roster lets it.
    ///
    /// # Errors
    /// It is not on the list, or keys or database fail.
    pub fn readmit_card(&self, card: &CardSerial) -> Result<u64, PlatformError> {
        revocations::readmit_card(&self.store, &Signers::open(&self.dir)?, card, Timestamp::now())
    }

    /// Where a terminal stands that is given no place of its own.
    ///
    /// # Errors
    /// The built-in texts are not usable.
    pub fn site_unnamed() -> Result<Text, PlatformError> {
        Ok(Texts::built_in().map_err(BadData::from)?.site_unnamed)
    }
}

/// Where the memory of a folder is; nothing where it holds no platform.
fn place_of(dir: &Path) -> Result<Option<Place>, PlatformError> {
    if let Some(url) = configuration::read(dir)?.database {
        return Ok(Some(Place::Url(url)));
    }
    let path = dir.join(DATABASE);
    Ok(path.exists().then_some(Place::File(path)))
}
