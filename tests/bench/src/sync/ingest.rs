//! `platform.ingest_per_s.*`: durable items a second; and over bare inserts of the same rows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kiosk_client::{HttpTransport, Identity, Transport};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::item::{Content, Item, ItemBody};
use kiosk_protocol::limits::BATCH_ITEMS_MAX;
use kiosk_protocol::wire::Batch;
use uuid::{Builder, Uuid};

use super::centre::{Centre, Database};
use super::{Any, bare};
use crate::figure::{Figure, Goal, Line, Sides};

/// Terminals that send at once, and connections that insert at once where a database takes more than one.
pub const TERMINALS: usize = 4;
/// How long bare inserts run at most, before and after.
const BARE: Duration = Duration::from_secs(3);
/// Items a second a platform must take in.
const PER_S: f64 = 5_000.0;
/// Of bare inserts.
const SHARE: f64 = 0.5;

pub async fn measure(database: Database, sending: Duration) -> Result<Vec<Line>, Any> {
    let (centre, alone) = (Centre::start(database)?, sending.min(BARE));
    let before = bare::per_second(database, &centre, alone).await?;
    let mut senders = Vec::new();
    for number in 1..=TERMINALS {
        let identity = centre.terminal(&format!("230202-{number:04}")).await?;
        let transport = HttpTransport::new(&centre.url, &identity)?;
        senders.push(tokio::spawn(send(Arc::new(identity), transport, sending)));
    }
    let (start, mut taken) = (Instant::now(), 0);
    for sender in senders {
        taken += sender.await?.map_err(|error| error.to_string())?;
    }
    let ours = taken as f64 / start.elapsed().as_secs_f64();
    let theirs = (before + bare::per_second(database, &centre, alone).await?) / 2.0;
    Ok(figures(database, ours, theirs))
}

fn figures(database: Database, ours: f64, theirs: f64) -> Vec<Line> {
    let absolute = Figure {
        name: format!("platform.ingest_per_s.{}", database.name()),
        value: ours,
        unit: "1/s",
        goal: Goal::AtLeast(PER_S),
        sides: None,
    };
    let ratio = Figure {
        name: format!("platform.ingest_vs_bare.{}", database.name()),
        value: ours / theirs,
        unit: "ratio",
        goal: Goal::AtLeast(SHARE),
        sides: Some(Sides { ours, theirs, peer: "bare inserts" }),
    };
    vec![absolute.into(), ratio.into()]
}

/// Sends batch after batch; answers how many items were taken.
async fn send(
    identity: Arc<Identity>,
    transport: HttpTransport,
    sending: Duration,
) -> Result<usize, kiosk_client::TransportError> {
    let (start, mut seq) = (Instant::now(), 1);
    while start.elapsed() < sending {
        let batch = Batch { items: (seq..).take(BATCH_ITEMS_MAX).map(|seq| item(&identity, seq)).collect() };
        transport.batch(&batch).await?;
        seq += BATCH_ITEMS_MAX as u64;
    }
    Ok(seq as usize - 1)
}

/// As a terminal's store makes it.
pub fn item(identity: &Identity, seq: u64) -> Item {
    let now = Timestamp::now();
    let level = RatingLevel::Satisfied;
    let content = Content::Rating { visit: uuid(now), case: None, level };
    let body = ItemBody { uuid: uuid(now), lane: uuid(now), created_at: now, content };
    let body = serde_json::to_string(&body).unwrap_or_default();
    let id = ItemId { terminal: identity.terminal.clone(), epoch: identity.epoch, seq };
    Item { id, hash: Digest::of(body.as_bytes()), body }
}

/// Version 7, by a generator that asks the system for nothing: what loads the platform shares its processors.
fn uuid(now: Timestamp) -> Uuid {
    let ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid()
}
