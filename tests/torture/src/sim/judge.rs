//! What is wrong when all is over: at the line, at the platform, at each terminal.

use std::collections::BTreeSet;
use std::path::Path;

use kiosk_platform::{Core, Options, Platform};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::item::{Content, Item, ItemBody, Verdict};
use kiosk_protocol::limits::BATCH_ITEMS_MAX;
use kiosk_protocol::wire::{Batch, CaseState};
use kiosk_store::ItemState;
use uuid::Uuid;

use super::line::{Centre, Shared, lock};
use super::terminal::{EPOCH, Terminal};
use super::world::Any;

/// Sequences no terminal comes to.
const PROBES: u64 = 1 << 40;

/// Everything that is not as it must be.
pub fn flaws(centre: &Shared, terminals: &[Terminal], home: &Path) -> Result<Vec<String>, Any> {
    let mut centre = lock(centre);
    let mut flaws = std::mem::take(&mut centre.violations);
    flaws.extend(line_flaws(&centre, terminals));
    let platform = Platform::open(home)?;
    flaws.extend(platform_flaws(&platform, terminals)?);
    for terminal in terminals {
        flaws.extend(terminal_flaws(terminal)?);
        flaws.extend(file_flaws(terminal, &platform)?);
    }
    let core = platform.core(Options::default())?;
    for terminal in terminals {
        flaws.extend(rating_flaws(terminal, &core)?);
    }
    Ok(flaws)
}

/// Items have effect in the order of their lanes, refused ones in their turn, and each once.
fn line_flaws(centre: &Centre, terminals: &[Terminal]) -> Vec<String> {
    let unordered = centre.lanes.values().filter(|lane| !lane.is_sorted()).count();
    let effects: usize = centre.lanes.values().map(Vec::len).sum();
    let items: usize = terminals.iter().map(|terminal| terminal.expected.len()).sum();
    let flaws = [
        (unordered > 0).then(|| format!("{unordered} lanes lost their order")),
        (effects != items).then(|| format!("{items} items, {effects} were answered")),
    ];
    flaws.into_iter().flatten().collect()
}

/// Every case is there once, and all that was put aside is there for a human.
fn platform_flaws(platform: &Platform, terminals: &[Terminal]) -> Result<Vec<String>, Any> {
    let kept = platform.cases()?;
    let numbers: BTreeSet<_> = kept.iter().map(|case| case.case_number.0.clone()).collect();
    let submitted: usize = terminals.iter().map(|terminal| terminal.cases).sum();
    let aside = platform.quarantine()?.len();
    let strange: usize = terminals.iter().map(|terminal| count(terminal, ItemState::Quarantined)).sum();
    let (kept, numbers) = (kept.len(), numbers.len());
    let flaws = [
        ((kept, numbers) != (submitted, submitted))
            .then(|| format!("{submitted} cases, {kept} kept, {numbers} numbers")),
        (aside != strange).then(|| format!("{strange} items are for a human, {aside} were put aside")),
    ];
    Ok(flaws.into_iter().flatten().collect())
}

fn count(terminal: &Terminal, outcome: ItemState) -> usize {
    terminal.expected.values().filter(|expected| **expected == outcome).count()
}

/// Every item came to its end, and terminals know what became of their cases.
fn terminal_flaws(terminal: &Terminal) -> Result<Vec<String>, Any> {
    let queue = terminal.store.queue()?;
    let is_right = |seq: &u64, state: ItemState| terminal.expected.get(seq) == Some(&state);
    let wrong = queue.iter().filter(|row| !is_right(&row.seq, row.state)).map(|row| {
        let expected = terminal.expected.get(&row.seq);
        format!("item {} is {:?}, not {expected:?}: {:?}", row.seq, row.state, row.reason)
    });
    let told = terminal.store.case_states()?;
    let moved = told.iter().filter(|case| case.state != CaseState::Received).count();
    let journal = terminal.store.verify_journal()?;
    let (items, rows) = (terminal.expected.len(), queue.len());
    let flaws = [
        (rows != items).then(|| format!("{items} items, {rows} in the queue")),
        (moved != terminal.cases).then(|| format!("{} cases, {moved} known to have moved", terminal.cases)),
        journal.first_bad.map(|flaw| format!("the journal breaks: {flaw:?}")),
    ];
    Ok(wrong.chain(flaws.into_iter().flatten()).collect())
}

/// Files that are not at the platform as they were, or that still lie at the terminal.
fn file_flaws(terminal: &Terminal, platform: &Platform) -> Result<Vec<String>, Any> {
    let mut flaws = Vec::new();
    let left = terminal.store.files()?.len();
    if left > 0 {
        flaws.push(format!("{left} files are still at the terminal"));
    }
    for told in terminal.store.case_states()? {
        let Some(sent) = terminal.files.get(&told.case) else { continue };
        let Ok(files) = platform.files(&told.case_number) else {
            flaws.push("a case is no longer at the platform".to_owned());
            continue;
        };
        let mut kept: Vec<Digest> = files.iter().map(|file| Digest::of(&file.bytes)).collect();
        let mut sent = sent.clone();
        kept.sort();
        sent.sort();
        if kept != sent {
            flaws.push(format!("a case with {} files has {} of them", sent.len(), kept.len()));
        }
    }
    Ok(flaws)
}

/// Ratings the platform does not have: it would take another one of the same visit.
fn rating_flaws(terminal: &Terminal, core: &Core) -> Result<Option<String>, Any> {
    let mut lost = 0;
    let mut seq = PROBES;
    for visits in terminal.rated.chunks(BATCH_ITEMS_MAX) {
        let items =
            visits.iter().map(|visit| probe(terminal, *visit, &mut seq)).collect::<Result<_, Any>>()?;
        let answer = core.batch(terminal.id(), EPOCH, &Batch { items });
        let answers = answer.map_err(|problem| problem.kind)?.answers;
        lost += answers.iter().filter(|answer| !matches!(answer.verdict, Verdict::Rejected { .. })).count();
    }
    Ok((lost > 0).then(|| format!("{} ratings, {lost} of them lost", terminal.rated.len())))
}

fn probe(terminal: &Terminal, visit: Uuid, seq: &mut u64) -> Result<Item, Any> {
    *seq += 1;
    let content = Content::Rating { visit, case: None, level: RatingLevel::Satisfied };
    let created_at = terminal.wall.shows();
    let body = serde_json::to_string(&ItemBody { uuid: visit, lane: visit, created_at, content })?;
    let id = ItemId { terminal: terminal.id().clone(), epoch: EPOCH, seq: *seq };
    Ok(Item { id, hash: Digest::of(body.as_bytes()), body })
}
