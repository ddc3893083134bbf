//! What a store keeps beside its items: tries of technicians' PINs, whether residents are served, commands, what is
//! trusted, and files of cases. A cut must give nobody a try for nothing, end no pause, have no command carried out twice, and
//! take no file that was said to be kept, nor show one by half.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::Key;
use kiosk_protocol::revocation::Revocations;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::trust::{Described, Keyring, Newest, Role, Root, Snapshot, Targets, Trusted};
use kiosk_protocol::wire::{Command, CommandResult, Outcome};
use kiosk_store::{
    KeptConfiguration, KeptRevocations, KeptTrust, News, Pause, Store, StoreError, WaitingFile,
};
use uuid::Uuid;

/// A technician's card.
const CARD: &str = "T1";
const KIND: &str = "made-up";
const CONFIGURATION: &str = "configuration";
/// Lengths of files, bytes: from within one sector of the disk to several.
const FILE_BYTES: [usize; 3] = [200, 1_500, 3_100];

/// What is to be kept.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// A technician's PIN is tried.
    Try,
    /// It was the right one.
    Admit,
    /// A technician takes the terminal out of service, or puts it back.
    Serve(bool),
    /// The platform takes the terminal's rights, or gives them back.
    Rights(bool),
    /// The oldest command that waits is begun.
    Begin,
    /// The oldest command that was begun is done.
    Finish,
    /// The terminal has started: what was begun is over.
    Interrupt,
    /// The platform has the oldest result it was not told.
    Tell,
    /// Other metadata, with a configuration of that version.
    Trust(u64),
    /// For so many seconds the terminal has run since.
    Run(u64),
    /// Another list of revocations.
    Revoke(u64),
    /// A file of a case; the same number is the same bytes.
    File(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Begun,
    Finished { outcome: Outcome, is_told: bool },
}

/// What is kept, as a plain list.
#[derive(Clone, Default)]
pub struct Keeping {
    tries: u32,
    paused_since: Option<Timestamp>,
    suspended_since: Option<Timestamp>,
    commands: BTreeMap<Uuid, State>,
    trusted: u64,
    run_s: u64,
    revocations: u64,
    files: BTreeSet<usize>,
}

/// What somebody outside sees of it.
#[derive(Debug, PartialEq)]
pub struct Kept {
    tries: u32,
    pause: Option<Pause>,
    suspension: Option<Timestamp>,
    next_command: Option<Command>,
    untold: Option<(Uuid, CommandResult)>,
    trusted: Option<KeptTrust>,
    configurations: Vec<KeptConfiguration>,
    revocations: KeptRevocations,
}

impl Kept {
    /// What a store shows.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            tries: store.technician_tries()?,
            pause: store.pause()?,
            suspension: store.suspension()?,
            next_command: store.next_command()?,
            untold: store.untold_result()?,
            trusted: store.trusted()?,
            configurations: store.configurations()?,
            revocations: store.revocations()?,
        })
    }

    /// The first part that differs.
    pub fn difference(&self, promised: &Self) -> Option<&'static str> {
        let equal = [
            ("tries of a PIN", self.tries == promised.tries),
            ("the pause", self.pause == promised.pause),
            ("the terminal's rights", self.suspension == promised.suspension),
            ("the next command", self.next_command == promised.next_command),
            ("a command's result", self.untold == promised.untold),
            ("what is trusted", self.trusted == promised.trusted),
            ("the configuration", self.configurations == promised.configurations),
            ("what is revoked", self.revocations == promised.revocations),
        ];
        equal.into_iter().find(|(_, equal)| !equal).map(|(what, _)| what)
    }
}

impl Keeping {
    /// A command came, for the first time or again.
    pub fn command_came(&mut self, id: Uuid) {
        let state = self.commands.entry(id).or_insert(State::Waiting);
        if let State::Finished { is_told, .. } = state {
            *is_told = false;
        }
    }

    /// Takes it in; how many steps of the trail it makes.
    pub fn take(&mut self, keep: Keep, now: Timestamp) -> u64 {
        match keep {
            Keep::Try => {
                self.tries += 1;
                1
            }
            Keep::Admit => {
                self.tries = 0;
                1
            }
            Keep::Serve(is_served) => changed(&mut self.paused_since, !is_served, now),
            Keep::Rights(has_rights) => changed(&mut self.suspended_since, !has_rights, now),
            Keep::Begin => self.begin(),
            Keep::Finish => self.finish(self.first(|state| state == State::Begun), Outcome::Done),
            Keep::Interrupt => self.interrupt(),
            Keep::Tell => self.tell(),
            Keep::Trust(version) => {
                (self.trusted, self.run_s) = (version, 0);
                1
            }
            Keep::Run(seconds) => {
                self.run_s = seconds;
                0
            }
            Keep::Revoke(version) => {
                self.revocations = version;
                1
            }
            Keep::File(number) => {
                self.files.insert(number);
                0
            }
        }
    }

    fn first(&self, is_meant: impl Fn(State) -> bool) -> Option<Uuid> {
        self.commands.iter().find(|(_, state)| is_meant(**state)).map(|(id, _)| *id)
    }

    fn begin(&mut self) -> u64 {
        if let Some(id) = self.first(|state| state == State::Waiting) {
            self.commands.insert(id, State::Begun);
        }
        0
    }

    fn finish(&mut self, id: Option<Uuid>, outcome: Outcome) -> u64 {
        let Some(id) = id else { return 0 };
        self.commands.insert(id, State::Finished { outcome, is_told: false });
        1
    }

    fn interrupt(&mut self) -> u64 {
        let mut steps = 0;
        while let Some(id) = self.first(|state| state == State::Begun) {
            steps += self.finish(Some(id), Outcome::Interrupted);
        }
        steps
    }

    fn tell(&mut self) -> u64 {
        if let Some((id, _)) = self.untold()
            && let Some(State::Finished { is_told, .. }) = self.commands.get_mut(&id)
        {
            *is_told = true;
        }
        0
    }

    fn untold(&self) -> Option<(Uuid, CommandResult)> {
        self.commands.iter().find_map(|(id, state)| match state {
            State::Finished { outcome, is_told: false } => Some((*id, CommandResult::new(*outcome, ""))),
            State::Finished { .. } | State::Waiting | State::Begun => None,
        })
    }

    /// Makes the call to a store that stands so.
    pub fn call(&self, keep: Keep, store: &Store) -> Result<(), StoreError> {
        let card = || Some(CARD.to_owned());
        let begun = |state| state == State::Begun;
        match keep {
            Keep::Try => store.count_technician_try(CARD).map(drop),
            Keep::Admit => {
                store.forget_technician_tries(TrailEvent::TechnicianAdmitted { card: CARD.to_owned() })
            }
            Keep::Serve(true) => store.resume_service(card()),
            Keep::Serve(false) => store.pause_service(card()),
            Keep::Rights(has_rights) => store.keep_suspended(!has_rights),
            Keep::Begin => {
                let waiting = self.first(|state| state == State::Waiting);
                waiting.map_or(Ok(()), |id| store.begin_command(id).map(drop))
            }
            Keep::Finish => self
                .first(begun)
                .map_or(Ok(()), |id| store.finish_command(id, &CommandResult::new(Outcome::Done, ""))),
            Keep::Interrupt => store.interrupt_commands(),
            Keep::Tell => self.untold().map_or(Ok(()), |(id, _)| store.result_told(id)),
            Keep::Trust(version) => store.keep_trusted(&trusted(version), news(version)),
            Keep::Run(seconds) => store.keep_trust_run(Duration::from_secs(seconds)),
            Keep::Revoke(version) => store.keep_revocations(version, Revocations::default()),
            Keep::File(number) => store.keep_file(&file(number)).map(drop),
        }
    }

    /// Whether a store shows each file that was kept, and each that it shows is whole: its name tells its bytes. One more may
    /// be there, as nobody was told yet.
    pub fn holds_files(&self, store: &Store) -> Result<(), String> {
        let say = |error: StoreError| format!("a file cannot be read: {error}");
        let mut shown = BTreeSet::new();
        for WaitingFile { digest, bytes } in store.files().map_err(say)? {
            if Digest::of(&store.read_file(&digest, 0, bytes as usize).map_err(say)?) != digest {
                return Err("it shows a file by half".to_owned());
            }
            shown.insert(digest);
        }
        match self.files.iter().filter(|number| !shown.contains(&Digest::of(&file(**number)))).count() {
            0 => Ok(()),
            lost => Err(format!("of {} files kept it lost {lost}", self.files.len())),
        }
    }

    /// What is to be seen.
    pub fn view(&self) -> Kept {
        let trust = || KeptTrust { trusted: trusted(self.trusted), run: Duration::from_secs(self.run_s) };
        let is_trusted = self.trusted > 0;
        Kept {
            tries: self.tries,
            pause: self.paused_since.map(|since| Pause { since, card: Some(CARD.to_owned()) }),
            suspension: self.suspended_since,
            next_command: self.first(|state| state == State::Waiting).map(command),
            untold: self.untold(),
            trusted: is_trusted.then(trust),
            configurations: if is_trusted { news(self.trusted).configurations } else { Vec::new() },
            revocations: KeptRevocations { version: self.revocations, list: Revocations::default() },
        }
    }
}

/// Begins or ends what lasts; what is so already makes no step.
fn changed(since: &mut Option<Timestamp>, begins: bool, now: Timestamp) -> u64 {
    if since.is_some() == begins {
        return 0;
    }
    *since = begins.then_some(now);
    1
}

fn file(number: usize) -> Vec<u8> {
    vec![number as u8 + 1; FILE_BYTES[number % FILE_BYTES.len()]]
}

/// A command of this name.
pub fn command(id: Uuid) -> Command {
    Command { id, kind: key(KIND), expires_at: Timestamp::UNIX_EPOCH }
}

fn news(version: u64) -> News {
    let one = KeptConfiguration { target: key(CONFIGURATION), version, file: format!("file {version}") };
    News { catalogue: None, configurations: vec![one] }
}

fn key(text: &str) -> Key {
    match Key::try_from(text.to_owned()) {
        Ok(key) => key,
        Err(_) => unreachable!("it is a key"),
    }
}

/// Only the versions matter here; who calls has verified it.
fn trusted(version: u64) -> Trusted {
    let (expires, signed_at) = (Timestamp::MAX, Timestamp::UNIX_EPOCH);
    let ring = || Keyring { keys: Vec::new(), threshold: 1 };
    let named = Described::of(version, b"");
    let (root, targets, snapshot, timestamp) = (ring(), ring(), ring(), ring());
    Trusted {
        root: Root { role: Role::Root, version, expires, root, targets, snapshot, timestamp },
        newest: Newest { role: Role::Timestamp, version, expires, signed_at, snapshot: named },
        snapshot: Snapshot { role: Role::Snapshot, version, expires, targets: named },
        targets: Targets { role: Role::Targets, version, expires, targets: BTreeMap::new() },
    }
}
