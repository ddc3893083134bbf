//! What must hold after every step: what was said, shown and printed, against what was kept and what lies in the tray.

use std::collections::{BTreeMap, BTreeSet};

use kiosk_model::{Body, PageStage, PaperStage, Screen};
use kiosk_protocol::ids::ReceiptNumber;
use kiosk_protocol::receipt::ReceiptCode;
use kiosk_sim::ipp::Job;
use kiosk_sim::printer::Piece;
use kiosk_sim::residents::library;
use kiosk_store::Store;

use crate::keeper::{Keeper, TERMINAL};
use crate::platform::{Platform, page_number};

/// Digits of a number behind the terminal's name and a dash.
const DIGITS: usize = 8;

/// A broken rule, as a sentence.
pub type Broken = String;

/// What was seen so far.
#[derive(Default)]
pub struct Ledger {
    /// How often each number was called printed.
    said: BTreeMap<String, usize>,
    /// How many whole pieces of each number lie in the tray.
    whole: BTreeMap<String, usize>,
    /// And how many that are not whole.
    spoiled: BTreeMap<String, usize>,
    /// Numbers seen on glass and paper.
    seen: BTreeSet<String>,
    /// Of these, the ones that were looked up in the store.
    known: BTreeSet<String>,
    /// How often each page was called printed.
    pages_said: BTreeMap<String, usize>,
    /// How often all sheets of each page came out.
    pages_out: BTreeMap<String, usize>,
}

impl Ledger {
    /// A receipt was called printed.
    pub fn said_printed(&mut self, number: &str) {
        *self.said.entry(number.to_owned()).or_default() += 1;
    }

    /// A page was called printed.
    pub fn said_page(&mut self, number: &str) {
        *self.pages_said.entry(number.to_owned()).or_default() += 1;
    }

    /// How many receipts and how many pages were called printed.
    pub fn printed(&self) -> [usize; 2] {
        [self.said.values().sum(), self.pages_said.values().sum()]
    }

    /// All sheets of a page came out.
    pub fn page(&mut self, job: &Job) {
        let document = job.sheets.as_ref().map(|sheets| sheets.document.as_slice()).unwrap_or_default();
        *self.pages_out.entry(page_number(document)).or_default() += 1;
    }

    /// A piece was cut off.
    pub fn paper(&mut self, piece: &Piece) -> Result<(), Broken> {
        let text = piece.lines.join("\n");
        let numbers = numbers_in(&text);
        if library().iter().any(|person| text.contains(&person.number)) {
            return Err("a citizen number stands on the paper".to_owned());
        }
        if numbers.len() > 1 {
            return Err(format!("two receipts on one piece: {numbers:?}"));
        }
        for number in numbers {
            let is_whole = piece.complete && piece.qr.iter().any(|code| number_in(code) == number);
            let tally = if is_whole { &mut self.whole } else { &mut self.spoiled };
            *tally.entry(number.clone()).or_default() += 1;
            self.seen.insert(number);
        }
        Ok(())
    }

    /// A screen is shown.
    pub fn screen(&mut self, screen: &Screen) -> Result<(), Broken> {
        if let Body::Receipt { number, paper, .. } = &screen.body {
            self.seen.insert(number.clone());
            if *paper == PaperStage::Printed && self.whole_of(number) == 0 {
                return Err(format!(
                    "the screen calls {number} printed, and no whole piece lies in the tray"
                ));
            }
        }
        if let Body::Answer { page: Some(page), .. } = &screen.body {
            let is_out = self.pages_out.keys().any(|number| page.message.contains(number));
            if page.stage == PageStage::Printed && !is_out {
                return Err(format!("no sheet lies there, and the screen says: {}", page.message));
            }
        }
        match what_is_missing(&screen.body) {
            Some(missing) => Err(format!("the screen lacks {missing}")),
            None => Ok(()),
        }
    }

    /// What was said and shown stands in tray and store.
    pub fn check(&mut self, store: &Store) -> Result<(), Broken> {
        for (number, said) in &self.said {
            let whole = self.whole_of(number);
            if *said > whole {
                return Err(format!(
                    "{number} was called printed {said} times, {whole} whole pieces lie there"
                ));
            }
        }
        for (number, said) in &self.pages_said {
            let out = self.pages_out.get(number).copied().unwrap_or_default();
            if *said > out {
                return Err(format!(
                    "page {number} was called printed {said} times and came out {out} times"
                ));
            }
        }
        if self.seen.is_subset(&self.known) {
            return Ok(());
        }
        let rows = store.queue().map_err(|error| error.to_string())?;
        self.known.extend(rows.iter().map(|row| row.receipt.to_string()));
        let unknown = self.seen.difference(&self.known).next();
        unknown.map_or(Ok(()), |number| Err(format!("{number} was shown or printed and has no record")))
    }

    fn whole_of(&self, number: &str) -> usize {
        self.whole.get(number).copied().unwrap_or_default()
    }
}

/// In the end everything accepted is at the platform, each once, and the trail is whole.
pub fn settled(keeper: &Keeper, platform: &Platform) -> Result<(), Broken> {
    if let Some(fault) = platform.faults().into_iter().next() {
        return Err(fault);
    }
    let accepted: Vec<ReceiptNumber> = keeper.accepted.keys().cloned().collect();
    let kept = platform.kept();
    if accepted != kept {
        return Err(format!("accepted {accepted:?}, the platform has {kept:?}"));
    }
    let report = keeper.store.verify_journal().map_err(|error| error.to_string())?;
    let expected = keeper.recorded + accepted.len() as u64;
    if report.first_bad.is_some() || report.rows != expected {
        return Err(format!("the trail should have {expected} rows: {report:?}"));
    }
    Ok(())
}

/// The receipt number in a code.
pub fn number_in(code: &str) -> String {
    ReceiptCode::try_from(code).map(|code| code.receipt.to_string()).unwrap_or_default()
}

/// Every receipt number in a text.
fn numbers_in(text: &str) -> BTreeSet<String> {
    let prefix = format!("{TERMINAL}-");
    let after = |(at, _): (usize, &str)| {
        let end = at + prefix.len() + DIGITS;
        text.get(at..end).map(str::to_owned)
    };
    text.match_indices(&prefix).filter_map(after).collect()
}

/// What a defined screen has and this one has not.
fn what_is_missing(body: &Body) -> Option<&'static str> {
    let text = |text: &str, what| text.trim().is_empty().then_some(what);
    match body {
        Body::Attract => None,
        Body::Home { tiles, page, pages, .. } => {
            (tiles.is_empty() || page > pages || *page == 0).then_some("services")
        }
        Body::Identify { message, .. }
        | Body::Scan { message, .. }
        | Body::Working { message }
        | Body::Pin { message, .. }
        | Body::OutOfService { message } => text(message, "a message"),
        Body::Technician { title, rows, .. } => text(title, "a title").or(rows.is_empty().then_some("rows")),
        Body::Guide { title, rows, .. } => text(title, "a title").or(rows.is_empty().then_some("rows")),
        Body::Form { title, fields, active, .. } => {
            let astray = active.is_some_and(|active| active >= fields.len());
            text(title, "a title").or((fields.is_empty() || astray).then_some("fields"))
        }
        Body::Confirm { title, rows, note } => {
            text(title, "a title").or(text(note, "a note")).or(rows.is_empty().then_some("rows"))
        }
        Body::Receipt { number, message, delivery, .. } => {
            text(number, "a number").or(text(message, "a message")).or(text(delivery, "the delivery"))
        }
        Body::Answer { title, page, .. } => {
            text(title, "a title").or(page.as_ref().and_then(|page| text(&page.label, "a label of its page")))
        }
        Body::Unavailable { title, why, instead, .. } => {
            text(title, "a title").or(text(why, "why")).or(text(instead, "what to do instead"))
        }
        Body::Cases { title, cases, empty } => {
            text(title, "a title").or(text(empty, "a sentence").filter(|_| cases.is_empty()))
        }
        Body::Rating { levels } => levels.iter().find_map(|level| text(level, "a level")),
        Body::Farewell { lines } => lines.is_empty().then_some("sentences"),
    }
}
