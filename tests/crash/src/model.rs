//! What a store must show after some calls of a script: a plain list in memory, which knows nothing of pages.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::catalogue::{CatalogueBundle, Signed};
use kiosk_protocol::crypto::{Digest, Suite};
use kiosk_protocol::ids::{CaseNumber, ItemId, ReceiptNumber, TerminalId};
use kiosk_protocol::item::{Content, ItemBody, Verdict};
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{CaseState, Change, ItemAnswer};
use kiosk_store::{CaseRow, Draft, ItemState, QueueRow, Store, StoreError};
use uuid::Uuid;

use crate::bench;
use crate::keeping::{self, Keeping, Kept};
use crate::script::{Answer, Call, Step};

/// What a refused or postponed item is told.
const REASON: &str = "made up";
/// Retry times farther ahead count as come (`kiosk_store::limits::RETRY_AHEAD_MAX`).
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(10);
/// All that `due` could give; no script has as many.
const ITEMS_MAX: usize = 10_000;
const BYTES_MAX: usize = 1 << 30;

/// The terminal of all scripts.
pub fn terminal() -> TerminalId {
    match "230202-0001".to_owned().try_into() {
        Ok(terminal) => terminal,
        Err(_) => unreachable!("it is a terminal's name"),
    }
}

/// One step of a trail.
pub fn steps(count: usize) -> Vec<TrailEvent> {
    vec![TrailEvent::VisitBegun { visit: Uuid::nil() }; count]
}

/// What somebody outside sees of a store.
#[derive(Debug, PartialEq)]
pub struct View {
    queue: Vec<QueueRow>,
    due: Vec<(ItemId, Uuid, Timestamp, Content)>,
    waiting: u64,
    cursor: Option<String>,
    cases: Vec<CaseRow>,
    catalogue: Option<CatalogueBundle>,
    kept: Kept,
    trail_rows: u64,
    countersigned: u64,
}

impl View {
    /// In what it falls short of what was promised.
    pub fn flaw(&self, promised: &Self) -> String {
        let counts = [
            ("items", self.queue.len(), promised.queue.len()),
            ("steps of the trail", self.trail_rows as usize, promised.trail_rows as usize),
        ];
        let less = counts.into_iter().find(|(_, seen, promised)| seen < promised);
        match less {
            Some((what, seen, promised)) => format!("of {promised} {what} promised it shows {seen}"),
            None => format!("it shows half a call, or loses one: {}", self.difference(promised)),
        }
    }

    fn difference(&self, promised: &Self) -> &'static str {
        let equal = [
            ("items", self.queue == promised.queue),
            ("what is due", self.due == promised.due),
            ("the backlog", self.waiting == promised.waiting),
            ("the cursor", self.cursor == promised.cursor),
            ("cases", self.cases == promised.cases),
            ("the catalogue", self.catalogue == promised.catalogue),
            ("the countersignature", self.countersigned == promised.countersigned),
        ];
        let differing = equal.into_iter().find(|(_, equal)| !equal).map(|(what, _)| what);
        differing.or_else(|| self.kept.difference(&promised.kept)).unwrap_or("the trail")
    }
}

/// The list.
#[derive(Clone)]
pub struct Model {
    /// The epoch of items made from now on.
    pub epoch: u32,
    /// The clock.
    pub now: Timestamp,
    items: Vec<Entry>,
    trail_rows: u64,
    /// How many of these the platform has countersigned.
    countersigned: u64,
    cursor: Option<String>,
    cases: BTreeMap<Uuid, CaseRow>,
    catalogue: Option<(u64, usize)>,
    keeping: Keeping,
}

#[derive(Clone)]
struct Entry {
    id: ItemId,
    lane: Uuid,
    content: Arc<Content>,
    made: Timestamp,
    state: ItemState,
    retry_at: Timestamp,
    attempts: u32,
    reason: Option<String>,
    case_number: Option<CaseNumber>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            epoch: 1,
            now: Timestamp::UNIX_EPOCH,
            items: Vec::new(),
            trail_rows: 0,
            countersigned: 0,
            cursor: None,
            cases: BTreeMap::new(),
            catalogue: None,
            keeping: Keeping::default(),
        }
    }
}

impl Model {
    /// The same at another time.
    pub fn at_time(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// Takes a step in.
    pub fn take(&mut self, step: &Step) {
        self.now = step.at;
        match &step.call {
            Call::Reopen { new_epoch } => self.epoch += u32::from(*new_epoch),
            Call::Submit { lane, content, steps } => self.submit(*lane, content, *steps),
            Call::Countersign => self.countersigned = self.trail_rows,
            Call::Record { steps } => self.trail_rows += *steps as u64,
            Call::Settle { answers } => self.settle(answers),
            Call::Postpone { items, seconds } => self.postpone(items, *seconds),
            Call::Changes { cursor, cases, commands } => self.change(cursor, cases, commands),
            Call::Catalogue { version, size } => {
                self.catalogue = Some((*version, *size));
                self.trail_rows += 1;
            }
            Call::Keep(keep) => self.trail_rows += self.keeping.take(*keep, self.now),
        }
    }

    fn submit(&mut self, lane: Uuid, content: &Arc<Content>, steps: usize) {
        let is_case = matches!(**content, Content::Case { .. });
        let same = |entry: &Entry| {
            entry.lane == lane
                && entry.id.epoch == self.epoch
                && matches!(*entry.content, Content::Case { .. })
        };
        if is_case && self.items.iter().any(same) {
            return;
        }
        let seq = 1 + self.items.iter().filter(|entry| entry.id.epoch == self.epoch).count() as u64;
        let id = ItemId { terminal: terminal(), epoch: self.epoch, seq };
        self.trail_rows += steps as u64;
        self.items.push(Entry {
            id,
            lane,
            content: content.clone(),
            made: self.now,
            state: ItemState::Waiting,
            retry_at: Timestamp::UNIX_EPOCH,
            attempts: 0,
            reason: None,
            case_number: None,
        });
    }

    fn settle(&mut self, answers: &[(usize, Answer)]) {
        for (item, answer) in answers {
            let Some(at) = self.at(*item) else { continue };
            let entry = &mut self.items[at];
            if entry.state != ItemState::Waiting {
                continue;
            }
            (entry.state, entry.reason, entry.case_number) = match answer {
                Answer::Accepted => (ItemState::Settled, None, Some(number_of(&entry.id))),
                Answer::Rejected => (ItemState::Rejected, Some(REASON.to_owned()), None),
                Answer::Quarantined => (ItemState::Quarantined, Some(REASON.to_owned()), None),
            };
            self.trail_rows += 1;
        }
    }

    fn postpone(&mut self, items: &[usize], seconds: i64) {
        let until = self.now + SignedDuration::from_secs(seconds);
        for item in items {
            let Some(at) = self.at(*item) else { continue };
            let entry = &mut self.items[at];
            if entry.state == ItemState::Waiting {
                (entry.retry_at, entry.attempts) = (until, entry.attempts + 1);
                entry.reason = Some(REASON.to_owned());
            }
        }
    }

    fn change(&mut self, cursor: &str, cases: &[(Uuid, CaseState)], commands: &[Uuid]) {
        self.cursor = Some(cursor.to_owned());
        for (case, state) in cases {
            self.cases.insert(*case, case_row(*case, *state, self.now));
        }
        commands.iter().for_each(|id| self.keeping.command_came(*id));
    }

    fn at(&self, item: usize) -> Option<usize> {
        item.checked_rem(self.items.len())
    }

    fn ids(&self, items: impl Iterator<Item = usize>) -> Vec<ItemId> {
        items.filter_map(|item| self.at(item)).map(|at| self.items[at].id.clone()).collect()
    }

    /// Makes a step's call to a store that stands as this model does. `Reopen` is the caller's.
    pub fn call(&self, step: &Step, store: &Store) -> Result<(), StoreError> {
        match &step.call {
            Call::Reopen { .. } => Ok(()),
            Call::Submit { lane, content, steps: count } => {
                let draft = Draft { lane: *lane, content: Content::clone(content) };
                store.submit(draft, steps(*count)).map(drop)
            }
            Call::Countersign => countersign(store, step.at),
            Call::Record { steps: count } => store.record(steps(*count)),
            Call::Settle { answers } => store.settle(&self.answers(answers)),
            Call::Postpone { items, seconds } => {
                let until = step.at + SignedDuration::from_secs(*seconds);
                store.postpone(&self.ids(items.iter().copied()), until, REASON)
            }
            Call::Changes { cursor, cases, commands } => {
                let cases = cases.iter().map(|(case, state)| {
                    let CaseRow { case, state, case_number, at } = case_row(*case, *state, step.at);
                    Change::Case { case, case_number, state, at }
                });
                let commands = commands.iter().map(|id| Change::Command(keeping::command(*id)));
                store.apply_changes(&cases.chain(commands).collect::<Vec<_>>(), cursor)
            }
            Call::Catalogue { version, size } => store.put_catalogue(*version, &bundle(*version, *size)),
            Call::Keep(keep) => self.keeping.call(*keep, store),
        }
    }

    fn answers(&self, answers: &[(usize, Answer)]) -> Vec<ItemAnswer> {
        let answer = |(item, answer): &(usize, Answer)| {
            let id = self.items.get(self.at(*item)?)?.id.clone();
            let verdict = match answer {
                Answer::Accepted => Verdict::Accepted { case_number: Some(number_of(&id)) },
                Answer::Rejected => Verdict::Rejected { reason: REASON.to_owned() },
                Answer::Quarantined => Verdict::Quarantined { reason: REASON.to_owned() },
            };
            Some(ItemAnswer { id, verdict })
        };
        answers.iter().filter_map(answer).collect()
    }

    /// Whether a store shows the files it said it kept, and none by half.
    pub fn holds_files(&self, store: &Store) -> Result<(), String> {
        self.keeping.holds_files(store)
    }

    /// What is to be seen.
    pub fn view(&self) -> View {
        View {
            queue: (1..).zip(&self.items).map(queue_row).collect(),
            due: self.due(),
            waiting: self.items.iter().filter(|entry| entry.state == ItemState::Waiting).count() as u64,
            cursor: self.cursor.clone(),
            cases: self.cases.values().cloned().collect(),
            catalogue: self.catalogue.map(|(version, size)| bundle(version, size)),
            kept: self.keeping.view(),
            trail_rows: self.trail_rows,
            countersigned: self.countersigned,
        }
    }

    /// The rule read off its sentence: an item is due if its time and that of every earlier waiting item of its lane
    /// has come.
    fn due(&self) -> Vec<(ItemId, Uuid, Timestamp, Content)> {
        let mut held_up = HashSet::new();
        let mut due = Vec::new();
        for entry in self.items.iter().filter(|entry| entry.state == ItemState::Waiting) {
            let ahead = entry.retry_at.duration_since(self.now);
            if (ahead.is_positive() && ahead <= AHEAD_MAX) || held_up.contains(&entry.lane) {
                held_up.insert(entry.lane);
            } else {
                due.push((entry.id.clone(), entry.lane, entry.made, Content::clone(&entry.content)));
            }
        }
        due
    }
}

fn queue_row((position, entry): (u64, &Entry)) -> QueueRow {
    let kind = match *entry.content {
        Content::Case { .. } => "case",
        Content::Rating { .. } => "rating",
    };
    QueueRow {
        position,
        seq: entry.id.seq,
        receipt: ReceiptNumber::of(&entry.id),
        kind: kind.to_owned(),
        lane: entry.lane,
        state: entry.state,
        attempts: entry.attempts,
        reason: entry.reason.clone(),
        created_at: entry.made,
        case_number: entry.case_number.clone(),
    }
}

fn number_of(id: &ItemId) -> CaseNumber {
    CaseNumber(format!("{}-{}", id.epoch, id.seq))
}

fn case_row(case: Uuid, state: CaseState, at: Timestamp) -> CaseRow {
    CaseRow { case, state, case_number: CaseNumber(case.to_string()), at }
}

fn bundle(version: u64, size: usize) -> CatalogueBundle {
    let payload = format!("{version}{}", "c".repeat(size));
    let index = Signed { suite: Suite::Sm2Sm3, payload, signature: "made up".to_owned() };
    CatalogueBundle { index, packages: vec![] }
}

/// Shows the head and keeps what the platform makes of it; nothing where it has countersigned that.
fn countersign(store: &Store, at: Timestamp) -> Result<(), StoreError> {
    let Some(head) = store.head_to_show()? else { return Ok(()) };
    let shown = Countersigned::sign(&bench::platform()?, head, at).map_err(|_| StoreError::Internal)?;
    store.keep_countersigned(&shown).map(drop)
}

/// What a store shows, or in what way it does not hold.
pub fn view_of(store: &Store, now: Timestamp) -> Result<View, String> {
    let say = |error: StoreError| format!("it cannot be read: {error}");
    let waits = || Ok((store.due(now, ITEMS_MAX, BYTES_MAX)?, store.queue()?, store.backlog()?));
    let before = waits().map_err(say)?;
    // This has all of it filed.
    let report = store.verify_journal().map_err(say)?;
    if let Some((seq, flaw)) = report.first_bad {
        return Err(format!("the trail breaks at {seq}: {flaw}"));
    }
    let (due, queue, waiting) = waits().map_err(say)?;
    if before != (due.clone(), queue.clone(), waiting) {
        return Err("what waits shows otherwise before it is filed".to_owned());
    }
    Ok(View {
        due: due.into_iter().map(opened).collect::<Result<_, _>>()?,
        queue,
        waiting,
        cursor: store.cursor().map_err(say)?,
        cases: store.case_states().map_err(say)?,
        catalogue: store.catalogue().map_err(say)?,
        kept: Kept::of(store).map_err(say)?,
        trail_rows: report.rows,
        countersigned: report.countersigned,
    })
}

fn opened(item: kiosk_protocol::item::Item) -> Result<(ItemId, Uuid, Timestamp, Content), String> {
    let kiosk_protocol::item::Item { id, body, hash } = item;
    if Digest::of(body.as_bytes()) != hash {
        return Err(format!("item {} has other bytes than its hash says", id.seq));
    }
    let body: ItemBody =
        serde_json::from_str(&body).map_err(|_| format!("item {} cannot be read", id.seq))?;
    Ok((id, body.lane, body.created_at, body.content))
}
