//! A terminal that was enrolled, and what it hands in.

use jiff::Timestamp;
use kiosk_protocol::crypto::{Digest, SealingKey};
use kiosk_protocol::ids::{ItemId, Key};
use kiosk_protocol::item::{CaseFile, Content, Item, ItemBody, Person, Verdict};
use kiosk_protocol::service::Language;
use kiosk_protocol::wire::{Batch, BatchAnswer, Changes, EnrolAnswer};
use reqwest::{Client, Response};
use uuid::Uuid;

pub struct Terminal {
    pub client: Client,
    pub answer: EnrolAnswer,
    pub base: String,
    pub(super) tls: rustls::ClientConfig,
}

impl Terminal {
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Vec<u8>) -> Response {
        self.client.post(format!("{}{path}", self.base)).body(body).send().await.unwrap()
    }

    pub async fn changes(&self, cursor: &str) -> Changes {
        self.get(&format!("/v1/sync/changes?cursor={cursor}")).await.json().await.unwrap()
    }

    /// The same terminal, talking to another server.
    pub fn at(&self, base: &str) -> Self {
        let (client, answer, tls) = (self.client.clone(), self.answer.clone(), self.tls.clone());
        Self { client, answer, base: base.to_owned(), tls }
    }

    /// Sends items and gives what became of each.
    pub async fn send(&self, items: Vec<Item>) -> Vec<Verdict> {
        self.try_send(items).await.unwrap()
    }

    pub async fn try_send(&self, items: Vec<Item>) -> reqwest::Result<Vec<Verdict>> {
        let json = serde_json::to_vec(&Batch { items }).unwrap();
        let packed = zstd::bulk::compress(&json, 3).unwrap();
        let request = self
            .client
            .post(format!("{}/v1/sync/batches", self.base))
            .header("content-encoding", "zstd")
            .body(packed);
        let answer: BatchAnswer = request.send().await?.json().await?;
        Ok(answer.answers.into_iter().map(|answer| answer.verdict).collect())
    }

    pub fn item(&self, seq: u64, content: Content) -> Item {
        let (uuid, created_at) = (Uuid::now_v7(), Timestamp::now());
        let body = ItemBody { uuid, lane: uuid, created_at, content };
        self.raw(seq, serde_json::to_string(&body).unwrap())
    }

    pub fn raw(&self, seq: u64, body: String) -> Item {
        let id = ItemId { terminal: self.answer.terminal.clone(), epoch: self.answer.epoch, seq };
        Item { id, hash: Digest::of(body.as_bytes()), body }
    }

    pub fn case(&self, service: &str, person: (&str, &str), fields: &[(&str, &str)]) -> Content {
        case(&self.answer.sealing_key, service, person, fields)
    }

    /// A complete withdrawal.
    pub fn withdrawal(&self, person: (&str, &str)) -> Content {
        withdrawal(&self.answer.sealing_key, person)
    }
}

fn case(sealed_for: &SealingKey, service: &str, person: (&str, &str), fields: &[(&str, &str)]) -> Content {
    let key = |name: &str| Key::try_from(name).unwrap();
    let applicant = Person { name: person.0.into(), number: person.1.into() };
    let values = fields.iter().map(|(name, value)| (key(name), (*value).into())).collect();
    let file = CaseFile { applicant, values }.seal(sealed_for).unwrap();
    Content::Case {
        case: Uuid::now_v7(),
        service: key(service),
        version: 1,
        department: key("housing-fund"),
        language: Language::ZhCn,
        file,
        files: Vec::new(),
    }
}

/// A complete withdrawal.
pub fn withdrawal(sealed_for: &SealingKey, person: (&str, &str)) -> Content {
    let fields = [
        ("applicant-name", person.0),
        ("home", "market"),
        ("amount", "150000"),
        ("phone", "13900000000"),
        ("bank-card", "6217000012345678903"),
    ];
    case(sealed_for, "gjj-rent-withdrawal", person, &fields)
}
