//! The platform's double: keeps every item once, however often it comes, behind a network that may be cut or lose
//! requests and answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kiosk_client::{Answer, Transport, TransportError};
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{CaseNumber, ReceiptNumber};
use kiosk_protocol::item::{Content, Item, ItemBody, Verdict};
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, Changes, ItemAnswer, Question, Reply};
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::Uuid;

use crate::limits::POLL_MS;

/// What is on file about everybody; fields of the services look for their own keys.
const VALUES: &str = include_str!("../fixtures/values.json");

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
        let json = match ask.question {
            Question::Cases => r#"{"reply":"cases","cases":[]}"#,
            Question::Prefill { .. } | Question::Query { .. } => VALUES,
        };
        serde_json::from_str(json).ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
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
            let page = Changes { changes, cursor, more: false, catalogue_version: 0, next_poll_ms: POLL_MS };
            if is_cut { Err(TransportError::Unreachable) } else { Ok(page) }
        })
    }

    fn catalogue(&self, _: u64) -> Answer<'_, Option<CatalogueBundle>> {
        Box::pin(async { Ok(None) })
    }

    fn ask<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Reply> {
        let answer = self.answer(ask).ok_or(TransportError::Unreachable);
        Box::pin(async { answer })
    }
}
