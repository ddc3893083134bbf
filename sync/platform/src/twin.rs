//! The configuration twin: what operators want of terminals (desired), what terminals say is in force (reported), and how far
//! the two are apart. What is desired is published and signed like the catalogue: a change is a new version of one file, never
//! a change of an old one, so that what a terminal reports can be compared key by key, however old it is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiosk_protocol::configuration::{self, Configuration, ConfigurationFile};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::limits::OWN_CONFIGURATIONS_MAX;
use kiosk_protocol::wire::ConfigurationReport;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::PlatformError;
use crate::keys::Signers;
use crate::release;
use crate::store::{Listed, Scope, Store, Tx};

/// A terminal, what is meant for it, and what is in force there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TerminalRow {
    /// Its name.
    pub terminal: TerminalId,
    /// When it was enrolled last.
    pub enrolled_at: Timestamp,
    /// An operator took its rights.
    pub revoked: bool,
    /// The versions it should have.
    pub desired: Versions,
    /// What it said last; nothing where it has said nothing yet.
    pub reported: Option<Reported>,
    /// How the two go together.
    pub standing: Standing,
    /// Versions it does not have yet, of both files together.
    pub behind: u64,
    /// Keys whose values are not those that are meant.
    pub differs: Vec<Difference>,
}

/// Versions of the two files; 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Versions {
    /// Of the one for all terminals.
    pub all: u64,
    /// Of the terminal's own.
    pub own: u64,
}

/// A report, and when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// What the terminal said.
    #[serde(flatten)]
    pub report: ConfigurationReport,
    /// When, by the platform's clock.
    pub received_at: Timestamp,
}

/// How what is reported goes together with what is desired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The terminal has said nothing yet.
    Silent,
    /// What is meant is in force.
    InForce,
    /// The terminal has not taken the newest yet. Cure: wait for its next poll.
    Behind,
    /// The terminal cannot take the newest, and goes on with the one before. Cure: as the report says; mostly a program that
    /// is too old for a key.
    Refused,
    /// The terminal has a newer one: this platform was restored from a backup. Cure: set it again until the version is newer.
    Ahead,
}

/// A key whose value is not the one that is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The key.
    pub key: String,
    /// What is meant; nothing where it is left to the terminal.
    pub desired: Option<Value>,
    /// What is in force.
    pub in_force: Option<Value>,
}

/// Sets keys for a terminal, or for all; the others stay as they are, and one that is null is unset (RFC 7396). Answers the
/// version, which stays where nothing changes.
pub fn set(
    store: &Store,
    signers: &Signers,
    terminal: Option<&TerminalId>,
    keys: &Map<String, Value>,
    now: Timestamp,
) -> Result<u64, PlatformError> {
    change(store, signers, terminal, now, |mut entries| {
        entries.extend(keys.clone());
        entries.retain(|_, value| !value.is_null());
        Ok(entries)
    })
}

/// Leaves keys to the terminal again, or to what is set for all; every key where none is named.
pub fn unset(
    store: &Store,
    signers: &Signers,
    terminal: Option<&TerminalId>,
    keys: &[String],
    now: Timestamp,
) -> Result<u64, PlatformError> {
    change(store, signers, terminal, now, |mut entries| {
        if keys.is_empty() {
            return Ok(Map::new());
        }
        for key in keys {
            entries.remove(key).ok_or_else(|| PlatformError::NotSet(key.clone()))?;
        }
        Ok(entries)
    })
}

fn change(
    store: &Store,
    signers: &Signers,
    terminal: Option<&TerminalId>,
    now: Timestamp,
    change: impl Fn(Map<String, Value>) -> Result<Map<String, Value>, PlatformError>,
) -> Result<u64, PlatformError> {
    store.write(Scope::Catalogue, |tx| {
        let had = newest(tx, terminal)?;
        if let Some(terminal) = terminal {
            may_have_its_own(tx, terminal, had.is_some())?;
        }
        let (version, entries) = had.map_or_else(Default::default, |had| (had.version, had.set.entries()));
        let set = Configuration::try_from(change(entries.clone())?)?;
        if set.entries() == entries {
            return Ok(version);
        }
        let file = ConfigurationFile { version: version + 1, terminal: terminal.cloned(), set_at: now, set };
        tx.keep_target(&configuration::target(terminal)?, file.version, &file.to_json()?)?;
        release::renew(tx, signers, now)?;
        Ok(file.version)
    })
}

fn may_have_its_own(tx: &Tx, terminal: &TerminalId, has_one: bool) -> Result<(), PlatformError> {
    if tx.enrolled(terminal)?.is_none() {
        return Err(PlatformError::NoTerminal(terminal.clone()));
    }
    let others =
        tx.newest_targets()?.iter().filter(|(name, _)| configuration::terminal_of(name).is_some()).count();
    if !has_one && others >= OWN_CONFIGURATIONS_MAX {
        return Err(PlatformError::TooMuch("terminals with a configuration of their own"));
    }
    Ok(())
}

fn newest(tx: &Tx, terminal: Option<&TerminalId>) -> Result<Option<ConfigurationFile>, PlatformError> {
    let found = tx.newest_target(&configuration::target(terminal)?)?;
    let parse =
        |(version, content): (u64, String)| ConfigurationFile::parse(content.as_bytes(), version, terminal);
    Ok(found.map(parse).transpose()?)
}

/// What is set: for all terminals first, then for single ones.
pub fn desired(tx: &Tx) -> Result<Vec<ConfigurationFile>, PlatformError> {
    let names = tx.newest_targets()?;
    let own = names.iter().filter_map(|(name, _)| configuration::terminal_of(name)).map(Some);
    let files = std::iter::once(None).chain(own).map(|terminal| newest(tx, terminal.as_ref()));
    files.filter_map(Result::transpose).collect()
}

/// All terminals, with what is meant for each and what is in force there.
pub fn terminals(tx: &Tx) -> Result<Vec<TerminalRow>, PlatformError> {
    let mut sheet = Sheet { tx, desired: BTreeMap::new(), read: BTreeMap::new() };
    for file in desired(tx)? {
        sheet.desired.insert(file.terminal.clone(), file);
    }
    let reports = tx.reports()?.into_iter();
    let mut reports: BTreeMap<_, _> =
        reports.map(|(terminal, report, received_at)| (terminal, Reported { report, received_at })).collect();
    let listed = tx.register()?.into_iter();
    let row = |listed: Listed| {
        let reported = reports.remove(&listed.terminal);
        sheet.row(listed, reported)
    };
    listed.map(row).collect()
}

/// What the rows of one answer share.
struct Sheet<'a> {
    tx: &'a Tx<'a>,
    desired: BTreeMap<Option<TerminalId>, ConfigurationFile>,
    /// Older versions that were read already.
    read: BTreeMap<(Key, u64), Configuration>,
}

impl Sheet<'_> {
    fn row(&mut self, listed: Listed, reported: Option<Reported>) -> Result<TerminalRow, PlatformError> {
        let Listed { terminal, enrolled_at, revoked } = listed;
        let of = |file: Option<&ConfigurationFile>| file.map_or(0, |file| file.version);
        let (all, own) = (self.desired.get(&None), self.desired.get(&Some(terminal.clone())));
        let desired = Versions { all: of(all), own: of(own) };
        let (standing, behind) = standing(desired, reported.as_ref());
        let differs = match &reported {
            Some(Reported { report, .. }) if standing != Standing::InForce => {
                let set =
                    |file: Option<&ConfigurationFile>| file.map(|file| file.set.clone()).unwrap_or_default();
                let meant = set(own).over(&set(all));
                let in_force = self.at(Some(&terminal), report.own)?.over(&self.at(None, report.all)?);
                differences(&meant, &in_force)
            }
            Some(_) | None => Vec::new(),
        };
        Ok(TerminalRow { terminal, enrolled_at, revoked, desired, reported, standing, behind, differs })
    }

    /// What was set in a version. One this platform does not have, as after a restored backup, counts as nothing.
    fn at(&mut self, terminal: Option<&TerminalId>, version: u64) -> Result<Configuration, PlatformError> {
        let name = configuration::target(terminal)?;
        let key = (name, version);
        if let Some(known) = self.read.get(&key) {
            return Ok(known.clone());
        }
        let file = self.tx.target(&key.0, version)?;
        let parse = |content: String| ConfigurationFile::parse(content.as_bytes(), version, terminal);
        let set = file.map(parse).transpose()?.map(|file| file.set).unwrap_or_default();
        self.read.insert(key, set.clone());
        Ok(set)
    }
}

fn standing(desired: Versions, reported: Option<&Reported>) -> (Standing, u64) {
    let Some(Reported { report, .. }) = reported else {
        return (Standing::Silent, desired.all + desired.own);
    };
    let behind = desired.all.saturating_sub(report.all) + desired.own.saturating_sub(report.own);
    let is_ahead = report.all > desired.all || report.own > desired.own;
    let standing = match () {
        () if !report.refused.is_empty() => Standing::Refused,
        () if behind > 0 => Standing::Behind,
        () if is_ahead => Standing::Ahead,
        () => Standing::InForce,
    };
    (standing, behind)
}

fn differences(meant: &Configuration, in_force: &Configuration) -> Vec<Difference> {
    let (meant, in_force) = (meant.entries(), in_force.entries());
    let keys = meant.keys().chain(in_force.keys().filter(|key| !meant.contains_key(*key)));
    let difference = |key: &String| {
        let (desired, in_force) = (meant.get(key).cloned(), in_force.get(key).cloned());
        (desired != in_force).then(|| Difference { key: key.clone(), desired, in_force })
    };
    keys.filter_map(difference).collect()
}

/// The keys an operator hands over, as JSON.
pub fn keys(json: &str) -> Result<Map<String, Value>, PlatformError> {
    let bad = |error: serde_json::Error| configuration::BadConfiguration::Form(error.to_string());
    let keys: Map<String, Value> = serde_json::from_str(json).map_err(bad)?;
    let set = keys.iter().filter(|(_, value)| !value.is_null());
    Configuration::try_from(set.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())?;
    Ok(keys)
}
