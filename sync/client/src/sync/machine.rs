//! The planner. Three jobs (send, pull, fetch) and each file that waits have a time they are due; the one due longest
//! goes first, so that files and items take turns. A hold on the link delays all of them. A failure of the link holds it for
//! a random time; a
//! refusal of one job delays that job only. The journal's head is shown after a poll; where that fails only it waits.
//! Whether a batch failed by the link or by an item in it is for `Suspicion` to say, and what calls beside the plan say of the link
//! for `reach`.

mod reach;

use std::time::Duration;

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::limits::BATCH_ITEMS_MAX;
use kiosk_store::WaitingFile;
use rand::rngs::StdRng;

use super::link::{Link, OfflineReason};
use super::settings::{Settings, jitter};
use super::suspicion::Suspicion;
use super::uploads::{Part, Uploads};
use crate::deadlines;
use crate::transport::TransportError;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send due items.
    Send {
        /// At most so many.
        items_max: usize,
    },
    /// Pull a page of changes.
    Pull,
    /// Fetch the catalogue.
    Fetch {
        /// The version in force here; 0 where there is none.
        have: u64,
    },
    /// Do what is next about a file.
    Upload(Part),
    /// Nothing, until then or until something happens.
    Wait {
        /// On the machine's clock.
        until: Duration,
    },
}

/// Why a batch has no verdicts, and what becomes of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The link. The machine holds it; the items stay due.
    Link,
    /// An item among others. They stay due; smaller batches find it.
    Batch,
    /// This one item. It is to be kept back for so long, and with it its lane.
    Item {
        /// From now.
        wait: Duration,
    },
}

/// Plans the sync.
#[derive(Debug)]
pub struct Machine {
    settings: Settings,
    rng: StdRng,
    link: Link,
    failures: u32,
    hold: Option<Hold>,
    send_at: Option<Duration>,
    /// Items gather until then.
    gather_until: Duration,
    pull_at: Duration,
    poll_min: Duration,
    fetch_at: Option<Duration>,
    in_force: u64,
    head_at: Duration,
    head_failures: u32,
    items_max: usize,
    found_in_a_row: u32,
    suspicion: Suspicion,
    uploads: Uploads,
}

/// Nothing is sent before a hold ends.
#[derive(Clone, Copy, Debug)]
struct Hold {
    from: Duration,
    until: Duration,
    why: OfflineReason,
}

impl Machine {
    /// A machine that has not reached anybody yet, and knows of no catalogue.
    pub fn new(settings: Settings, rng: StdRng, now: Duration) -> Self {
        let mut machine = Self {
            settings,
            rng,
            link: Link::Offline { since: now, why: OfflineReason::Starting },
            failures: 0,
            hold: None,
            send_at: None,
            gather_until: now,
            pull_at: now,
            poll_min: Duration::ZERO,
            fetch_at: None,
            in_force: 0,
            head_at: now,
            head_failures: 0,
            items_max: BATCH_ITEMS_MAX,
            found_in_a_row: 0,
            suspicion: Suspicion::default(),
            uploads: Uploads::default(),
        };
        machine.spread_first_contact(now);
        machine
    }

    fn spread_first_contact(&mut self, now: Duration) {
        let first = now + jitter(&mut self.rng, self.settings.spread);
        (self.send_at, self.pull_at) = (Some(first), first);
    }

    /// First contacts are spread over this window from now on, and so is the one of this start where it is still to be made.
    pub fn spread_over(&mut self, now: Duration, window: Duration) {
        let is_new = self.settings.spread != window;
        self.settings.spread = window;
        if is_new && matches!(self.link, Link::Offline { why: OfflineReason::Starting, .. }) {
            self.spread_first_contact(now);
        }
    }

    /// The link.
    pub fn link(&self) -> Link {
        self.link
    }

    /// What to do now.
    pub fn next(&self, now: Duration) -> Step {
        let send = self.send_at.map(|at| at.max(self.gather_until));
        let send = send.map(|at| (at, Step::Send { items_max: self.items_max }));
        let pull = Some((self.pull_at, Step::Pull));
        let fetch = self.fetch_at.map(|at| (at, Step::Fetch { have: self.in_force }));
        let probe = self.suspicion.is_probing().then_some((Duration::ZERO, Step::Pull));
        let upload = self.uploads.next().map(|(at, part)| (at, Step::Upload(part)));
        let jobs = [probe, send, pull, fetch, upload].into_iter().flatten();
        let (at, step) = jobs.min_by_key(|(at, _)| *at).unwrap_or((self.pull_at, Step::Pull));
        let at = self.hold.map_or(at, |hold| at.max(hold.until));
        if at <= now { step } else { Step::Wait { until: at } }
    }

    /// Whether being woken changes anything: not while items gather, since the next batch goes then anyway.
    pub fn heeds_waking(&self, now: Duration) -> bool {
        let is_planned = self.send_at.is_some_and(|at| at <= self.gather_until);
        self.hold.is_some() || now >= self.gather_until || !is_planned
    }

    /// How many of these due items, from the front, go into one batch.
    pub fn lead(&self, items: &[ItemId]) -> usize {
        self.suspicion.lead(items)
    }

    /// The item has its verdict.
    pub fn settled(&mut self, item: &ItemId) {
        self.suspicion.acquit(item);
    }

    /// A batch was answered; whether more would have had room. The next item is due then.
    pub fn sent(&mut self, now: Duration, had_room: bool, next: Option<Duration>) {
        self.gather_until = if had_room { now + deadlines::GATHER } else { now };
        self.up();
        self.suspicion.taken();
        self.found_in_a_row = 0;
        self.items_max = (self.items_max * 2).min(BATCH_ITEMS_MAX);
        self.nothing_due(now, next);
    }

    /// Nothing was due; nobody was asked. The next item is due then.
    pub fn nothing_due(&mut self, now: Duration, next: Option<Duration>) {
        self.send_at = next.map(|at| at.min(now + self.settings.backoff_cap));
    }

    /// A batch got no verdicts. A refusal is about its items at once; any other failure only after the
    /// platform has answered something else between several of them. A platform that asked for patience
    /// gets it either way.
    pub fn batch_failed(&mut self, now: Duration, items: &[ItemId], error: &TransportError) -> Blame {
        let reason = OfflineReason::of(error);
        let is_items = match reason {
            None => true,
            Some(why) if why.is_about_identity() => false,
            Some(_) => self.suspicion.failed(items),
        };
        match reason {
            None => self.up(),
            Some(OfflineReason::Busy) => self.down(now, OfflineReason::Busy, error),
            Some(_) if is_items => {}
            Some(why) if why.is_about_identity() => self.down(now, why, error),
            Some(why) => self.doubted(now, why),
        }
        if is_items { self.narrow(now, items) } else { Blame::Link }
    }

    /// Halves the batch, down to the item that is to blame. Where one after the other is found, it is not
    /// about items, and the pace slackens.
    fn narrow(&mut self, now: Duration, items: &[ItemId]) -> Blame {
        self.send_at = Some(now);
        let [item] = items else {
            self.items_max = (items.len() / 2).max(1);
            return Blame::Batch;
        };
        let times = self.suspicion.convict(item);
        if times == 1 {
            self.items_max = 1;
            self.found_in_a_row = self.found_in_a_row.saturating_add(1);
            self.send_at = Some(now + self.slackened());
        }
        Blame::Item { wait: jitter(&mut self.rng, self.settings.window(times - 1)) }
    }

    fn slackened(&mut self) -> Duration {
        match self.found_in_a_row.checked_sub(deadlines::CULPRITS_IN_A_ROW) {
            Some(beyond) => jitter(&mut self.rng, self.settings.window(beyond)),
            None => Duration::ZERO,
        }
    }

    /// A page of changes was kept.
    pub fn pulled(&mut self, now: Duration, more: bool, next_poll: Duration, metadata_version: u64) {
        self.up();
        let poll = next_poll.max(self.poll_min).clamp(deadlines::POLL_MIN, deadlines::POLL_MAX);
        self.pull_at = if more { now } else { now + poll };
        if metadata_version > self.in_force {
            self.fetch_at.get_or_insert(now);
        }
    }

    /// From the next page on, polls are at least so far apart, whatever the platform says.
    pub fn poll_no_sooner(&mut self, than: Duration) {
        self.poll_min = than;
    }

    /// The platform answered about the catalogue: there is nothing more to fetch.
    pub fn fetched(&mut self) {
        self.up();
        self.fetch_at = None;
    }

    /// The catalogue of this version is in force.
    pub fn in_force(&mut self, version: u64) {
        self.in_force = version;
    }

    /// The platform offered a catalogue that is not taken.
    pub fn catalogue_refused(&mut self, now: Duration) {
        self.up();
        self.fetch_at = Some(now + self.settings.backoff_cap);
    }

    /// These files wait.
    pub fn files(&mut self, now: Duration, waiting: &[WaitingFile]) {
        self.uploads.found(now, waiting);
    }

    /// The platform told how much of a file it has; nothing where it was never begun there. False where that is more than
    /// there is.
    pub fn file_stands_at(&mut self, now: Duration, file: &Digest, offset: Option<u64>) -> bool {
        self.up();
        self.uploads.stands_at(now, file, offset)
    }

    /// A file the platform has was removed here.
    pub fn file_done(&mut self, file: &Digest) {
        self.uploads.done(file);
    }

    /// Whether the link or the file is to blame is for the next pull to find out, so that a file that cannot be sent holds
    /// up nothing else; it backs off by itself.
    fn upload_failed(&mut self, now: Duration, file: &Digest, error: &TransportError) {
        match OfflineReason::of(error) {
            None => self.up(),
            Some(why) if why == OfflineReason::Busy || why.is_about_identity() => self.down(now, why, error),
            Some(_) => self.pull_at = self.pull_at.min(now),
        }
        let window = self.settings.window(self.uploads.failed(file));
        self.uploads.delay(file, now + jitter(&mut self.rng, window));
    }

    /// Whether the journal's head may be shown now.
    pub fn may_show_head(&self, now: Duration) -> bool {
        self.head_at <= now && self.may_go_on(now)
    }

    /// The head was countersigned.
    pub fn head_shown(&mut self) {
        self.head_failures = 0;
    }

    /// The head was not countersigned. Unless the platform asks for patience it says nothing of the link: the next poll does.
    pub fn head_failed(&mut self, now: Duration, error: &TransportError) {
        self.beside_failed(now, error);
        self.head_at = now + jitter(&mut self.rng, self.settings.window(self.head_failures));
        self.head_failures = self.head_failures.saturating_add(1);
    }

    /// A step other than a batch failed.
    pub fn failed(&mut self, now: Duration, step: Step, error: &TransportError) {
        if let Step::Upload(part) = step {
            return self.upload_failed(now, part.file(), error);
        }
        match OfflineReason::of(error) {
            Some(why) => {
                self.suspicion.unanswered();
                self.down(now, why, error);
            }
            None => self.refused(now, step),
        }
    }

    /// The store failed at this step; the link is not to blame.
    pub fn store_failed(&mut self, now: Duration, step: Step) {
        let wait = match step {
            // It would be downloaded again each time.
            Step::Fetch { .. } => self.settings.backoff_cap,
            Step::Send { .. } | Step::Pull | Step::Upload(_) | Step::Wait { .. } => deadlines::STORE_RETRY,
        };
        self.delay(step, now + wait);
    }

    fn refused(&mut self, now: Duration, step: Step) {
        self.up();
        self.delay(step, now + self.settings.backoff_cap);
    }

    fn delay(&mut self, step: Step, at: Duration) {
        match step {
            Step::Send { .. } => self.send_at = Some(at),
            Step::Pull => self.pull_at = at,
            Step::Fetch { .. } => self.fetch_at = Some(at),
            Step::Upload(part) => self.uploads.delay(part.file(), at),
            Step::Wait { .. } => {}
        }
    }
}
