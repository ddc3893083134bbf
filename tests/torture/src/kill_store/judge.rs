//! What was said, what the store shows and what the platform has must fit together, whenever the process was killed.

use std::collections::BTreeMap;

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, ReceiptNumber};
use kiosk_protocol::item::{ItemBody, Verdict};
use kiosk_store::{ItemState, QueueRow, Store};
use uuid::Uuid;

use super::Any;
use super::centre::Taken;
use super::terminal::{Fate, Promise};

/// The epoch of a terminal that was never restored.
const EPOCH: u32 = 1;
/// More than any life has.
const ITEMS_MAX: usize = 10_000;
const BYTES_MAX: usize = 1 << 30;

/// What was promised so far.
#[derive(Default)]
pub struct Promised {
    /// Items, by their sequence.
    pub items: BTreeMap<u64, Promise>,
    /// Steps of the trail, at least.
    pub steps: u64,
    /// Digests of bodies the store was seen to hold.
    pub held: BTreeMap<u64, Digest>,
}

/// What a store shows.
pub struct Shown {
    pub rows: Vec<QueueRow>,
    pub held: BTreeMap<u64, Digest>,
    pub steps: u64,
    /// In what it does not hold by itself.
    pub flaws: Vec<String>,
}

impl Shown {
    /// Of a store nobody else uses.
    pub fn of(store: &Store) -> Result<Self, Any> {
        let waits = || Ok::<_, Any>((store.due(jiff::Timestamp::MAX, ITEMS_MAX, BYTES_MAX)?, store.queue()?));
        let before = waits()?;
        // This has all of it filed.
        let report = store.verify_journal()?;
        let (due, rows) = waits()?;
        let trail = report.first_bad.map(|(seq, flaw)| format!("the trail breaks at {seq}: {flaw}"));
        let is_changed = before != (due.clone(), rows.clone());
        let waits = is_changed.then(|| "what waits shows otherwise before it is filed".to_owned());
        let flaws = trail.into_iter().chain(waits).collect();
        let held = due.into_iter().map(|item| (item.id.seq, item.hash)).collect();
        Ok(Self { rows, held, steps: report.rows, flaws })
    }
}

/// What does not fit after a kill. Both were looked at when the process was gone.
pub fn flaws(promised: &Promised, shown: &Shown, taken: &[Taken], alarms: &[String]) -> Vec<String> {
    let rows: BTreeMap<u64, &QueueRow> = shown.rows.iter().map(|row| (row.seq, row)).collect();
    let at_platform: BTreeMap<u64, &Taken> = taken.iter().map(|taken| (taken.item.id.seq, taken)).collect();
    let mut flaws =
        alarms.iter().map(|alarm| format!("the platform is alarmed: {alarm}")).collect::<Vec<_>>();
    flaws.extend(shown.flaws.clone());
    if shown.steps < promised.steps {
        flaws.push(format!("of {} steps of the trail it shows {}", promised.steps, shown.steps));
    }
    flaws.extend(numbering(&shown.rows));
    let lost = promised.items.keys().filter(|seq| !rows.contains_key(seq));
    flaws.extend(lost.map(|seq| format!("item {seq} was said to be stored, and the store does not know it")));
    flaws.extend(shown.rows.iter().filter_map(|row| unanswered(row, at_platform.get(&row.seq).copied())));
    flaws.extend(taken.iter().filter_map(|taken| foreign(taken, &rows, promised)));
    flaws.extend(out_of_order(taken));
    flaws
}

/// What does not fit once nothing waits any more: everything was taken in, and answered as it had to be.
pub fn flaws_when_drained(promised: &Promised, shown: &Shown, taken: &[Taken]) -> Vec<String> {
    let mut flaws = Vec::new();
    if shown.rows.len() != taken.len() {
        flaws.push(format!("{} items, {} taken in", shown.rows.len(), taken.len()));
    }
    for row in &shown.rows {
        let fate = promised.items.get(&row.seq).map(|promise| promise.fate.state());
        if row.state == ItemState::Waiting || fate.is_some_and(|state| state != row.state) {
            flaws.push(format!("item {} ends as {:?} and not as {fate:?}", row.seq, row.state));
        }
    }
    flaws
}

/// Items are numbered from 1 on, each once, in the epoch of the enrolment.
fn numbering(rows: &[QueueRow]) -> Option<String> {
    let mut seqs: Vec<u64> = rows.iter().map(|row| row.seq).collect();
    seqs.sort_unstable();
    let all_there = seqs.iter().copied().eq(1..=rows.len() as u64);
    (!all_there).then(|| format!("items are numbered {seqs:?}"))
}

/// An item that is settled here before the platform has its answer.
fn unanswered(row: &QueueRow, taken: Option<&Taken>) -> Option<String> {
    let (seq, state) = (row.seq, row.state);
    match taken.map(|taken| fate(&taken.verdict).state()) {
        _ if state == ItemState::Waiting => None,
        Some(answered) if answered == state => None,
        Some(answered) => Some(format!("item {seq} is {state:?} here and {answered:?} at the platform")),
        None => Some(format!("item {seq} is {state:?}, and the platform never had it")),
    }
}

/// An item at the platform that is not what the store accepted.
fn foreign(taken: &Taken, rows: &BTreeMap<u64, &QueueRow>, promised: &Promised) -> Option<String> {
    let ItemId { epoch, seq, .. } = taken.item.id;
    let Some(row) = rows.get(&seq).filter(|_| epoch == EPOCH) else {
        return Some(format!("the platform has item {seq} of epoch {epoch}, which the store never accepted"));
    };
    let is_held = promised.held.get(&seq).is_none_or(|hash| *hash == taken.item.hash);
    let promise = promised.items.get(&seq);
    let is_whole = Digest::of(taken.item.body.as_bytes()) == taken.item.hash;
    let is_numbered = row.receipt == ReceiptNumber::of(&taken.item.id);
    let is_same = is_held && is_whole && is_numbered && says(&taken.item.body, row, promise);
    (!is_same).then(|| format!("the platform has other bytes of item {seq} than the store kept"))
}

fn says(body: &str, row: &QueueRow, promise: Option<&Promise>) -> bool {
    let Ok(body) = serde_json::from_str::<ItemBody>(body) else { return false };
    let content = serde_json::to_vec(&body.content).map(|json| Digest::of(&json)).ok();
    let is_promised = |promise: &Promise| {
        (promise.lane, promise.at, Some(promise.content)) == (body.lane, body.created_at, content)
    };
    (row.lane, row.created_at) == (body.lane, body.created_at) && promise.is_none_or(is_promised)
}

/// Lanes in which a later item was taken in before an earlier one.
fn out_of_order(taken: &[Taken]) -> Vec<String> {
    let mut lanes: BTreeMap<Uuid, Vec<u64>> = BTreeMap::new();
    for taken in taken {
        let lane = serde_json::from_str::<ItemBody>(&taken.item.body).map(|body| body.lane);
        lanes.entry(lane.unwrap_or_default()).or_default().push(taken.item.id.seq);
    }
    let unsorted = lanes.into_iter().filter(|(_, seqs)| !seqs.is_sorted());
    unsorted.map(|(lane, seqs)| format!("lane {lane} came as {seqs:?}")).collect()
}

fn fate(verdict: &Verdict) -> Fate {
    match verdict {
        Verdict::Accepted { .. } => Fate::Accepted,
        Verdict::Rejected { .. } => Fate::Rejected,
        Verdict::Quarantined { .. } => Fate::Quarantined,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use kiosk_protocol::codes::RatingLevel;
    use kiosk_protocol::ids::TerminalId;
    use kiosk_protocol::item::{Content, Item};

    use super::*;

    fn id(seq: u64) -> ItemId {
        ItemId { terminal: TerminalId::try_from("230202-0001".to_owned()).unwrap(), epoch: EPOCH, seq }
    }

    fn content() -> Content {
        Content::Rating { visit: Uuid::nil(), case: None, level: RatingLevel::Satisfied }
    }

    fn promise(seq: u64) -> Promise {
        let content = Digest::of(&serde_json::to_vec(&content()).unwrap());
        Promise { seq, lane: Uuid::nil(), at: Timestamp::UNIX_EPOCH, content, fate: Fate::Accepted }
    }

    fn row(seq: u64, state: ItemState) -> QueueRow {
        QueueRow {
            position: seq,
            seq,
            receipt: ReceiptNumber::of(&id(seq)),
            kind: "rating".to_owned(),
            lane: Uuid::nil(),
            state,
            attempts: 0,
            reason: None,
            created_at: Timestamp::UNIX_EPOCH,
            case_number: None,
        }
    }

    fn taken(seq: u64) -> Taken {
        let body = ItemBody {
            uuid: Uuid::nil(),
            lane: Uuid::nil(),
            created_at: Timestamp::UNIX_EPOCH,
            content: content(),
        };
        let body = serde_json::to_string(&body).unwrap();
        let hash = Digest::of(body.as_bytes());
        Taken { item: Item { id: id(seq), body, hash }, verdict: Verdict::Accepted { case_number: None } }
    }

    /// Two items were promised; the store and the platform stand so.
    fn judged(states: &[ItemState], taken: &[Taken]) -> usize {
        let items = (1..=2).map(|seq| (seq, promise(seq))).collect();
        let promised = Promised { items, ..Promised::default() };
        let rows = (1..).zip(states).map(|(seq, state)| row(seq, *state)).collect();
        let shown = Shown { rows, held: BTreeMap::new(), steps: 0, flaws: Vec::new() };
        flaws(&promised, &shown, taken, &[]).len()
    }

    #[test]
    fn only_what_fits_passes() {
        let (waiting, settled) = (ItemState::Waiting, ItemState::Settled);
        assert_eq!(judged(&[settled, waiting], &[taken(1)]), 0);
        assert_eq!(judged(&[waiting, waiting], &[taken(1), taken(2)]), 0, "the answer is on its way");
        assert_eq!(judged(&[waiting], &[]), 1, "one was lost");
        assert_eq!(judged(&[settled, settled], &[taken(1)]), 1, "settled before the answer");
        assert_eq!(judged(&[waiting, waiting], &[taken(3)]), 1, "nobody accepted it");
        assert_eq!(judged(&[waiting, waiting], &[taken(2), taken(1)]), 1, "out of order");
        let mut other = taken(1);
        other.item.body = other.item.body.replace("1970", "1971");
        other.item.hash = Digest::of(other.item.body.as_bytes());
        assert_eq!(judged(&[waiting, waiting], &[other]), 1, "other bytes");
        let refused = Taken { verdict: Verdict::Rejected { reason: String::new() }, ..taken(1) };
        assert_eq!(judged(&[settled, waiting], &[refused]), 1, "another answer");
    }
}
