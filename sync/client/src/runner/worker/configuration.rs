//! What was set from afar: taken with the metadata that name it, kept, shown, and told to the platform. One that is signed but
//! cannot be used is refused by its name, once; what was in force stays, and so does everything else that was published. After
//! a start it is looked at again: a newer program takes what an older one did not know.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::configuration::{self, BadConfiguration, Configuration, ConfigurationFile, Reach};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::limits::{CONFIGURATION_BYTES_MAX, REPORT_REASON_CHARS_MAX, SOFTWARE_CHARS_MAX};
use kiosk_protocol::trust::{self, Described, Trusted};
use kiosk_protocol::wire::{ConfigurationReport, RefusedConfiguration};
use kiosk_store::KeptConfiguration;

use super::Worker;
use super::catalogue::{Refused, Taken};
use crate::transport::TransportError;

/// The status of a refusal by which an older platform says that it does not take reports.
const UNKNOWN: u16 = 404;

/// Who this terminal is: for what is set for it alone, and for what it says of that.
#[derive(Clone, Debug)]
pub struct Me {
    /// Its name.
    pub terminal: TerminalId,
    /// The version of its software.
    pub software: String,
}

/// What is in force here of what was set from afar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configured {
    /// Version of the one for all terminals; 0 where there is none.
    pub all: u64,
    /// Version of its own; 0 where there is none.
    pub own: u64,
    /// Both together.
    pub set: Configuration,
}

/// What is in force, what was refused, and what the platform knows of it. Nothing is taken by a terminal without a name.
#[derive(Default)]
pub(super) struct Twin {
    me: Option<Me>,
    all: Option<ConfigurationFile>,
    own: Option<ConfigurationFile>,
    refused: Vec<RefusedConfiguration>,
    told: Option<ConfigurationReport>,
    /// Not before, on the clock that never jumps.
    tell_at: Duration,
}

/// A configuration that is named and not in force.
struct Named {
    reach: Reach,
    target: Key,
    file: Described,
}

/// The same, downloaded: what it is, and as it was published.
pub(super) struct Found {
    named: Named,
    read: Result<(ConfigurationFile, String), BadConfiguration>,
}

impl Found {
    /// As it is kept, where it can be used.
    pub fn kept(&self) -> Option<KeptConfiguration> {
        let (_, file) = self.read.as_ref().ok()?;
        let Named { target, file: Described { version, .. }, .. } = &self.named;
        Some(KeptConfiguration { target: target.clone(), version: *version, file: file.clone() })
    }
}

impl Twin {
    fn terminal(&self, reach: Reach) -> Option<&TerminalId> {
        match reach {
            Reach::All => None,
            Reach::Own => self.me.as_ref().map(|me| &me.terminal),
        }
    }

    fn target(&self, reach: Reach) -> Option<Key> {
        self.me.as_ref()?;
        configuration::target(self.terminal(reach)).ok()
    }

    fn file(&mut self, reach: Reach) -> &mut Option<ConfigurationFile> {
        match reach {
            Reach::All => &mut self.all,
            Reach::Own => &mut self.own,
        }
    }

    fn version(&self, reach: Reach) -> u64 {
        let file = match reach {
            Reach::All => &self.all,
            Reach::Own => &self.own,
        };
        file.as_ref().map_or(0, |file| file.version)
    }

    /// What is named for this terminal, neither in force nor refused.
    fn news(&self, trusted: &Trusted) -> Vec<Named> {
        let is_known = |reach, version| {
            let is_refused = |one: &RefusedConfiguration| one.of == reach && one.version == version;
            self.version(reach) == version || self.refused.iter().any(is_refused)
        };
        let named = |reach| {
            let target = self.target(reach)?;
            let file = *trusted.targets.file(target.as_str())?;
            (!is_known(reach, file.version)).then_some(Named { reach, target, file })
        };
        [Reach::All, Reach::Own].into_iter().filter_map(named).collect()
    }

    fn read(&self, named: &Named, bytes: &[u8]) -> Result<(ConfigurationFile, String), BadConfiguration> {
        let (offered, in_force) = (named.file.version, self.version(named.reach));
        if offered < in_force {
            return Err(BadConfiguration::GoesBack { offered, in_force });
        }
        let file = ConfigurationFile::parse(bytes, offered, self.terminal(named.reach))?;
        Ok((file, String::from_utf8_lossy(bytes).into_owned()))
    }

    /// What an earlier run kept; of another terminal's nothing.
    fn load(&mut self, kept: &[KeptConfiguration]) {
        for reach in [Reach::All, Reach::Own] {
            let target = self.target(reach);
            let Some(kept) = kept.iter().find(|kept| Some(&kept.target) == target.as_ref()) else { continue };
            match ConfigurationFile::parse(kept.file.as_bytes(), kept.version, self.terminal(reach)) {
                Ok(file) => *self.file(reach) = Some(file),
                Err(error) => tracing::error!(%error, ?reach, "the configuration kept here is not usable"),
            }
        }
    }

    fn take(&mut self, found: Found) {
        let Found { named: Named { reach, file: Described { version, .. }, .. }, read } = found;
        self.refused.retain(|one| one.of != reach);
        match read {
            Ok((file, _)) => {
                tracing::info!(?reach, version, "configuration in force");
                *self.file(reach) = Some(file);
            }
            Err(error) => {
                tracing::error!(?reach, version, %error, "a configuration is refused; what was in force stays");
                self.refused.extend(refused(reach, version, &error));
            }
        }
    }

    fn configured(&self) -> Configured {
        let set =
            |file: &Option<ConfigurationFile>| file.as_ref().map(|file| file.set.clone()).unwrap_or_default();
        let set = set(&self.own).over(&set(&self.all));
        Configured { all: self.version(Reach::All), own: self.version(Reach::Own), set }
    }

    /// What the platform does not know yet.
    fn to_tell(&self, now: Duration, at: Timestamp) -> Option<ConfigurationReport> {
        let software = self.me.as_ref()?.software.chars().take(SOFTWARE_CHARS_MAX).collect();
        let (all, own) = (self.version(Reach::All), self.version(Reach::Own));
        let report = ConfigurationReport { software, all, own, refused: self.refused.clone(), at };
        let is_same =
            |told: &ConfigurationReport| *told == ConfigurationReport { at: told.at, ..report.clone() };
        let is_known = self.told.as_ref().is_some_and(is_same);
        (!is_known && self.tell_at <= now).then_some(report)
    }
}

fn refused(of: Reach, version: u64, error: &BadConfiguration) -> Option<RefusedConfiguration> {
    let reason = error.to_string().chars().take(REPORT_REASON_CHARS_MAX).collect();
    Some(RefusedConfiguration { of, version, why: Key::try_from(error.name()).ok()?, reason })
}

impl Worker {
    /// From now on this terminal takes what is set for it, and says so.
    pub fn introduce(&mut self, me: Me) {
        self.twin.me = Some(me);
    }

    /// Shows what an earlier run kept. What is named beyond that is fetched at the next poll.
    pub(super) async fn load_configuration(&mut self) {
        match self.stored(|store| store.configurations()).await {
            Ok(kept) => self.twin.load(&kept),
            Err(fault) => {
                tracing::error!(error = &fault as &dyn std::error::Error, "cannot read the configuration");
            }
        }
        if self.held.trusted.as_ref().is_some_and(|trusted| !self.twin.news(trusted).is_empty()) {
            self.machine.in_force(0);
        }
        self.show_configuration();
    }

    /// The configurations that are named now and are not in force. Bytes that are not those that were signed are refused
    /// with all that is offered.
    pub(super) async fn found(&self, trusted: &Trusted) -> Taken<Vec<Found>> {
        let mut found = Vec::new();
        for named in self.twin.news(trusted) {
            let read = if named.file.bytes > CONFIGURATION_BYTES_MAX as u64 {
                Err(BadConfiguration::TooLarge(named.file.bytes))
            } else {
                match self.download(named.target.as_str(), trust::CONFIGURATION, &named.file).await? {
                    Ok(bytes) if named.file.is(&bytes) => self.twin.read(&named, &bytes),
                    Ok(_) => return Ok(Err(Refused::NotTheFile(trust::CONFIGURATION))),
                    Err(error) => return Ok(Err(error)),
                }
            };
            found.push(Found { named, read });
        }
        Ok(Ok(found))
    }

    /// Puts in force what is on disk.
    pub(super) fn configure(&mut self, found: Vec<Found>) {
        found.into_iter().for_each(|found| self.twin.take(found));
        self.show_configuration();
    }

    fn show_configuration(&mut self) {
        let configured = self.twin.configured();
        let poll = configured.set.poll_s_min.unwrap_or(0);
        self.machine.poll_no_sooner(Duration::from_secs(poll.into()));
        let spread =
            configured.set.spread_s.map_or(self.settings.spread, |spread| Duration::from_secs(spread.into()));
        self.machine.spread_over(self.clock.elapsed(), spread);
        self.configuration.send_if_modified(|old| {
            let changed = **old != configured;
            if changed {
                *old = Arc::new(configured);
            }
            changed
        });
    }

    /// Tells the platform what it does not know yet. That it cannot be told holds up nothing, unless the platform asks for
    /// patience.
    pub(super) async fn tell_configuration(&mut self) {
        let now = self.clock.elapsed();
        if !self.machine.may_go_on(now) {
            return;
        }
        let Some(report) = self.twin.to_tell(now, self.clock.wall()) else { return };
        match self.transport.configuration_report(&report).await {
            Ok(()) => self.twin.told = Some(report),
            Err(TransportError::Refused(problem)) if problem.status == UNKNOWN => {
                self.twin.told = Some(report);
            }
            Err(error) => {
                tracing::warn!(%error, "the configuration in force is not told yet");
                self.twin.tell_at = now + self.settings.backoff_cap;
                self.machine.beside_failed(now, &error);
            }
        }
    }
}
