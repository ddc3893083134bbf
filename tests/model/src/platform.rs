//! The platform's double: keeps every item once, however often it comes, behind a network that may be cut or lose
//! requests and answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kiosk_client::{Answer, Chunk, Transport, TransportError};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{CaseNumber, PageNumber, ReceiptNumber};
use kiosk_protocol::item::{Content, Item, ItemBody, Verdict};
use kiosk_protocol::receipt::ReceiptProof;
use kiosk_protocol::service::Text;
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, CaseState, CaseView, Changes, HeadAnswer, HeadReport, ItemAnswer, Pdf, Question,
    Reply,
};
use kiosk_protocol::wire::{CommandResult, ConfigurationReport};
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::Uuid;

use crate::limits::POLL_MS;

/// What is on file about everybody; fields of the services look for their own keys.
const VALUES: &str = include_str!("../fixtures/values.json");

/// What the page's number stands behind.
const PDF_HEAD: &str = "%PDF-1.7\n";

/// The number of a page that this platform made.
pub fn page_number(pdf: &[u8]) -> String {
    let text = String::from_utf8_lossy(pdf);
    text.strip_prefix(PDF_HEAD).and_then(|rest| rest.lines().next()).unwrap_or_default().to_owned()
}

fn text(word: &str) -> Text {
    Text { zh_cn: word.into(), en: word.into(), ru: word.into() }
}

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It carries everything.
    Up,
    /// It carries nothing.
    Cut,
    /// Requests and answers are lost, or come twice.
    Lossy,
}

/// The platform at the end of the network; clones are the same.
#[derive(Clone)]
pub struct Platform(Arc<Mutex<State>>);

struct State {
    network: Network,
    rng: StdRng,
    kept: BTreeMap<ReceiptNumber, Digest>,
    cases: BTreeMap<Uuid, ReceiptNumber>,
    faults: Vec<String>,
}

impl Platform {
    /// A platform that has nothing.
    pub fn new(rng: StdRng) -> Self {
        let (kept, cases) = (BTreeMap::new(), BTreeMap::new());
        Self(Arc::new(Mutex::new(State { network: Network::Up, rng, kept, cases, faults: Vec::new() })))
    }

    /// Something becomes of the network.
    pub fn set_network(&self, network: Network) {
        self.state().network = network;
    }

    /// How the network is.
    pub fn network(&self) -> Network {
        self.state().network
    }

    /// The numbers of all items it has.
    pub fn kept(&self) -> Vec<ReceiptNumber> {
        self.state().kept.keys().cloned().collect()
    }

    /// What no terminal may send.
    pub fn faults(&self) -> Vec<String> {
        self.state().faults.clone()
    }

    /// Its answer to a question; nothing where the answer is lost.
    pub fn answer(&self, ask: &Ask) -> Option<Reply> {
        match &ask.question {
            Question::Cases => Some(Reply::Cases { cases: Vec::new() }),
            Question::Case { receipt, proof } => self.state().case(receipt, proof),
            Question::Page { .. } => self.state().page(),
            Question::Prefill { .. } | Question::Query { .. } => serde_json::from_str(VALUES).ok(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The case of a receipt, for whoever can prove that he holds it.
    fn case(&self, receipt: &ReceiptNumber, proof: &ReceiptProof) -> Option<Reply> {
        let is_its = |(case, number): &(&Uuid, &ReceiptNumber)| {
            *number == receipt && ReceiptProof::of(receipt, **case) == *proof
        };
        if !self.cases.iter().any(|case| is_its(&case)) {
            return Some(Reply::Refused { why: text("no such case") });
        }
        let view = CaseView {
            receipt: receipt.clone(),
            case_number: CaseNumber(format!("BJ-{receipt}")),
            title: text("a case"),
            state: CaseState::InProgress,
            submitted_at: Timestamp::UNIX_EPOCH,
        };
        Some(Reply::Cases { cases: vec![view] })
    }

    /// A page of one sheet that says nothing but its number.
    fn page(&mut self) -> Option<Reply> {
        let number = PageNumber::of(self.rng.random());
        let file = format!("{PDF_HEAD}{number}\n<</Type/Page>>\n%%EOF");
        let pdf = Pdf::try_from(file.into_bytes()).ok()?;
        Some(Reply::Page { pdf, pages: 1, number })
    }

    fn carry(&mut self, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        let fate = match self.network {
            Network::Up => 3,
            Network::Cut => 0,
            Network::Lossy => self.rng.random_range(0..4),
        };
        match fate {
            0 => Err(TransportError::Unreachable),
            1 => {
                // The request arrives, the answer does not.
                self.ingest(batch);
                Err(TransportError::TimedOut)
            }
            2 => {
                self.ingest(batch);
                Ok(self.ingest(batch))
            }
            _ => Ok(self.ingest(batch)),
        }
    }

    fn ingest(&mut self, batch: &Batch) -> BatchAnswer {
        let answers = batch.items.iter().map(|item| self.keep(item)).collect();
        BatchAnswer { answers, server_time: Timestamp::UNIX_EPOCH }
    }

    fn keep(&mut self, item: &Item) -> ItemAnswer {
        let number = ReceiptNumber::of(&item.id);
        let before = self.kept.insert(number.clone(), item.hash);
        if before.is_some_and(|hash| hash != item.hash) {
            self.faults.push(format!("{number} came with two contents"));
        }
        if item.hash != Digest::of(item.body.as_bytes()) {
            self.faults.push(format!("{number} came with a wrong digest"));
        }
        let case_number = self.note_case(item, &number);
        ItemAnswer { id: item.id.clone(), verdict: Verdict::Accepted { case_number } }
    }

    fn note_case(&mut self, item: &Item, number: &ReceiptNumber) -> Option<CaseNumber> {
        let body: Option<ItemBody> = serde_json::from_str(&item.body).ok();
        let Some(Content::Case { case, .. }) = body.map(|body| body.content) else { return None };
        let first = self.cases.entry(case).or_insert_with(|| number.clone()).clone();
        if first != *number {
            self.faults.push(format!("one case came as {first} and as {number}"));
        }
        Some(CaseNumber(format!("BJ-{number}")))
    }
}

impl Transport for Platform {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        let answer = self.state().carry(batch);
        Box::pin(async { answer })
    }

    fn changes<'a>(&'a self, _: Option<&'a str>) -> Answer<'a, Changes> {
        let is_cut = self.network() == Network::Cut;
        Box::pin(async move {
            let (changes, cursor) = (Vec::new(), String::new());
            let page = Changes { changes, cursor, more: false, metadata_version: 0, next_poll_ms: POLL_MS };
            if is_cut { Err(TransportError::Unreachable) } else { Ok(page) }
        })
    }

    fn metadata(&self, _: u64) -> Answer<'_, Offered> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn command_result<'a>(&'a self, _: &'a Uuid, _: &'a CommandResult) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn target<'a>(&'a self, _: &'a str, _: &'a Described) -> Answer<'a, Vec<u8>> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn head<'a>(&'a self, _: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn configuration_report<'a>(&'a self, _: &'a ConfigurationReport) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn ask<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Reply> {
        let answer = self.answer(ask).ok_or(TransportError::Unreachable);
        Box::pin(async { answer })
    }

    fn file_offset<'a>(&'a self, _: &'a Digest) -> Answer<'a, Option<u64>> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn begin_file<'a>(&'a self, _: &'a Digest, _: u64) -> Answer<'a, u64> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn chunk<'a>(&'a self, _: &'a Chunk) -> Answer<'a, u64> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }
}
