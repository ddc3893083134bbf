//! A platform in a folder: made, operated, served.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::ids::{CaseNumber, Key, PageNumber, TerminalId};
use kiosk_protocol::item::{FileRef, Media};
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::revocation::{CardSerial, Revocations};
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{Command, Ticket};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::backup;
use crate::case_number::{self, SYNTHETIC_CODE};
use crate::configuration;
use crate::core::Core;
use crate::departments::{BadData, Departments};
use crate::error::PlatformError;
use crate::keys::{self, Keys, Signers};
use crate::limits::{ENROL_AT_ONCE, ENROL_PER_S, RENEWAL_GRACE, TERMINAL_AT_ONCE, TERMINAL_PER_S};
use crate::metrics::Metrics;
use crate::pages::{self, Facts, Press};
use crate::publish::{self, Draft};
use crate::release;
use crate::revocations;
use crate::server::{self, Bounds, Centre, Clock, Rates};
use crate::store::{AlarmRow, CaseRow, CommandRow, Place, QuarantineRow, Scope, Store, StoreError};
use crate::texts::Texts;
use crate::ticket;

pub(crate) const DATABASE: &str = "platform.db";
/// Where pages are verified unless an address is given: a counter that knows the scheme.
pub const PAGES_ADDRESS: &str = "hecheng:page";
/// Holds the address of the running server, for scripts.
const ADDRESS: &str = "address";

/// Packages every new platform starts with.
const BUILT_IN: [(&str, &str); 2] = [
    ("gjj-rent-withdrawal.json", include_str!("../services/gjj-rent-withdrawal.json")),
    ("gjj-account.json", include_str!("../services/gjj-account.json")),
];

/// A platform and its folder.
pub struct Platform {
    dir: PathBuf,
    place: Place,
    store: Store,
}

/// A file of a case. About a person: zeroed when dropped.
pub struct OpenFile {
    /// Which of the materials it is.
    pub material: Key,
    /// What it is.
    pub media: Media,
    /// The file.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// How to serve.
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// When terminals shall ask for changes again, milliseconds.
    pub poll_ms: u32,
    /// Implementing code (31 characters) for items without one.
    pub default_code: String,
    /// What stands before the number in the code of a page.
    pub pages_address: String,
    /// The platform's clock.
    pub clock: Clock,
    /// What peers are granted.
    pub bounds: Bounds,
    /// How long after its end a terminal's certificate may still be renewed.
    pub renewal_grace: Duration,
    /// Where metrics are told, in the clear; nowhere where there is none.
    pub metrics: Option<SocketAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            poll_ms: 5_000,
            default_code: SYNTHETIC_CODE.to_owned(),
            pages_address: PAGES_ADDRESS.to_owned(),
            clock: Arc::new(Timestamp::now),
            bounds: Bounds::default(),
            renewal_grace: RENEWAL_GRACE,
            metrics: None,
        }
    }
}

/// A server at work. Dropping it stops it without waiting.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where it tells its metrics.
    pub metrics: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Takes no more requests, finishes those at hand, and ends.
    ///
    /// # Errors
    /// The server ended with an error.
    pub async fn stop(self) -> Result<(), PlatformError> {
        // It only fails when the server has ended already.
        self.stop.send(()).ok();
        self.serving.await.map_err(|error| PlatformError::Server(std::io::Error::other(error)))
    }
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

    /// All commands and what came of them, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn commands(&self) -> Result<Vec<CommandRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.commands())?)
    }

    /// All cases, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn cases(&self) -> Result<Vec<CaseRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.cases(Timestamp::now()))?)
    }

    /// The files of a case, their seals open, as far as they are here whole.
    ///
    /// # Errors
    /// The database or a seal fails.
    pub fn files(&self, number: &CaseNumber) -> Result<Vec<OpenFile>, PlatformError> {
        let unsealing = Keys::open(&self.dir)?.unsealing;
        let named = self.store.read(|tx| tx.files_of(number))?;
        let files = named.into_iter().map(|(terminal, FileRef { material, media, suite, digest })| {
            let whole = self.store.read(|tx| match tx.file(&terminal, &digest)? {
                Some(held) if held.is_whole() => tx.file_bytes(&terminal, &digest).map(Some),
                Some(_) | None => Ok::<_, StoreError>(None),
            })?;
            let Some(sealed) = whole else { return Ok(None) };
            let bytes = unsealing.open_file(suite, &sealed).map_err(|_| StoreError::Unreadable("a seal"))?;
            Ok(Some(OpenFile { material, media, bytes }))
        });
        files.filter_map(Result::transpose).collect()
    }

    /// The newest head of a terminal's journal.
    ///
    /// # Errors
    /// It showed none, or the database fails.
    pub fn head(&self, terminal: &TerminalId) -> Result<Countersigned, PlatformError> {
        let shown = self.store.read(|tx| tx.newest_head(terminal))?;
        shown.ok_or_else(|| PlatformError::NoHead(terminal.clone()))
    }

    /// What a terminal's journal is verified with in an epoch.
    ///
    /// # Errors
    /// It was not told, or the database fails.
    pub fn journal_key(&self, terminal: &TerminalId, epoch: u32) -> Result<VerifyingKey, PlatformError> {
        let key = self.store.read(|tx| tx.journal_key(terminal, epoch))?;
        key.ok_or_else(|| PlatformError::NoHead(terminal.clone()))
    }

    /// All alarms, oldest first: journals that went back or contradict themselves, items of others, damaged files.
    ///
    /// # Errors
    /// The database fails.
    pub fn alarms(&self) -> Result<Vec<AlarmRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.alarms())?)
    }

    /// All that was put aside for a human, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn quarantine(&self) -> Result<Vec<QuarantineRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.quarantined())?)
    }

    /// Reason and source of every fetch of personal data, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn accesses(&self) -> Result<Vec<(String, String)>, PlatformError> {
        Ok(self.store.read(|tx| tx.accesses())?)
    }

    /// The facts of the page whose file this is.
    ///
    /// # Errors
    /// The file is no page of this platform, or a byte of it was changed.
    pub fn verify_page(&self, file: &[u8]) -> Result<Facts, PlatformError> {
        pages::of_file(&self.store, &Keys::open(&self.dir)?.pages.verifying_key(), file)
    }

    /// The facts of the page with this number. They say nothing of the paper the number was read from.
    ///
    /// # Errors
    /// No page of this platform has it.
    pub fn verify_page_number(&self, number: &PageNumber) -> Result<Facts, PlatformError> {
        pages::of_number(&self.store, &Keys::open(&self.dir)?.pages.verifying_key(), number)
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

    /// The list of what was revoked, and its version.
    ///
    /// # Errors
    /// The database fails.
    pub fn revocations(&self) -> Result<(u64, Revocations), PlatformError> {
        self.store.read(revocations::newest)
    }

    /// Where a terminal stands that is given no place of its own.
    ///
    /// # Errors
    /// The built-in texts are not usable.
    pub fn site_unnamed() -> Result<Text, PlatformError> {
        Ok(Texts::built_in().map_err(BadData::from)?.site_unnamed)
    }

    /// Serves the platform of a folder until it is stopped.
    ///
    /// # Errors
    /// There is none, its keys are not usable, or the address is taken.
    pub async fn serve(dir: &Path, options: Options) -> Result<Running, PlatformError> {
        let platform = Self::open(dir)?;
        let Options { listen, bounds, renewal_grace, metrics: metrics_at, .. } = options;
        let centre = platform.centre(options)?;
        let config = server::tls_config(&centre.keys, renewal_grace)?;
        let listening = |error| PlatformError::Listen(listen, error);
        let socket = TcpListener::bind(listen).await.map_err(listening)?;
        let addr = socket.local_addr().map_err(listening)?;
        let told = centre.metrics.clone();
        let metrics = match metrics_at {
            Some(listen) => Some(told.serve(listen).await?),
            None => None,
        };
        platform.write_address(addr)?;
        let (stop, stopped) = oneshot::channel();
        let routes = server::routes(Arc::new(centre));
        let serving = tokio::spawn(server::serve(socket, config, routes, told, bounds, stopped));
        tracing::info!(%addr, "serving");
        Ok(Running { addr, metrics, stop, serving })
    }

    /// The inside of a server, without a line.
    ///
    /// # Errors
    /// Its keys or built-in data are not usable.
    pub fn core(&self, options: Options) -> Result<Core, PlatformError> {
        Ok(Core(self.centre(options)?))
    }

    fn centre(&self, options: Options) -> Result<Centre, PlatformError> {
        let Options { poll_ms, default_code, pages_address, clock, .. } = options;
        Ok(Centre {
            store: self.store.clone(),
            keys: Keys::open(&self.dir)?,
            departments: Departments::built_in()?,
            press: Press::new(pages_address),
            texts: Texts::built_in().map_err(BadData::from)?,
            clock,
            poll_ms,
            default_code,
            case_number: case_number::local,
            metrics: Metrics::new(),
            terminal_rates: Rates::new(TERMINAL_PER_S, TERMINAL_AT_ONCE),
            enrol_rates: Rates::new(ENROL_PER_S, ENROL_AT_ONCE),
        })
    }

    fn write_address(&self, addr: SocketAddr) -> Result<(), PlatformError> {
        let path = self.dir.join(ADDRESS);
        std::fs::write(&path, addr.to_string()).map_err(|source| PlatformError::File { path, source })
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
