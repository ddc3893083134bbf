//! `sync.vs_redis_stream`: items kept durably one after the other and delivered in batches of 256 meanwhile, over the same
//! through a stream of Debian's Redis with `appendfsync always`. Ours is the terminal's store and client and the platform
//! behind TLS, durable at both ends; theirs is one server on a socket, with a producer and a consumer that acknowledges.
//! Ours gathers items behind a batch that had room. The other consumer is measured both ways, as it gathers as long and as it
//! reads on at once, and the better one counts.
//!
//! All of it lies on a disk as a terminal has one (`disk.rs`). The same on the machine's own disk, whatever that is, is told beside
//! it without a goal.

mod client;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kiosk_bench::percentile;
use kiosk_client::Identity;
use kiosk_client::deadlines::GATHER;
use kiosk_protocol::limits::BATCH_ITEMS_MAX;
use kiosk_store::Draft;
use uuid::Uuid;

use super::centre::{Centre, Database, LOOPBACK};
use super::disk::Disk;
use super::{Any, Size, drain, ingest, rating};
use crate::figure::{Figure, Goal, Line, Sides};
use client::{Reply, Stream};

const NAME: &str = "sync.vs_redis_stream";
const AS_FOUND_NAME: &str = "sync.vs_redis_stream_as_found";
const SERVER: &str = "/usr/bin/redis-server";
/// Items of a turn: enough that neither the first contact nor the last wait for company counts for much.
const ITEMS: usize = 5_000;
/// A server must listen within this.
const START: Duration = Duration::from_secs(10);
/// How often is looked whether all is delivered.
const LOOK: Duration = Duration::from_millis(5);
/// Of a stream, its readers and this reader.
const STREAM: &str = "items";
const GROUP: &str = "platform";

/// Both disks; the first one where it could be made.
pub async fn measure(size: &Size, disk: Result<Disk, Any>) -> Result<Vec<Line>, Any> {
    if !Path::new(SERVER).exists() {
        let why = "install the package redis-server";
        return Ok([NAME, AS_FOUND_NAME].map(|name| Line::Skipped { name, why: why.to_owned() }).into());
    }
    let figure = match disk {
        Ok(disk) => figure(compare(size, &disk.path()).await?).into(),
        Err(error) => Line::Skipped { name: NAME, why: error.to_string() },
    };
    let Sides { ours, theirs, .. } = compare(size, Path::new("target")).await?;
    Ok(vec![figure, Line::Told { name: AS_FOUND_NAME, value: ours / theirs, unit: "ratio" }])
}

fn figure(sides: Sides) -> Figure {
    let (name, value, unit) = (NAME.into(), sides.ours / sides.theirs, "ratio");
    Figure { name, value, unit, goal: Goal::AtLeast(1.0), sides: Some(sides) }
}

/// The sides take turns in this folder, and the middle one of each counts, since a disk is not the same from second to second.
async fn compare(size: &Size, folder: &Path) -> Result<Sides, Any> {
    let centre = Centre::start_at(Database::Sqlite, folder, LOOPBACK)?;
    let identity = centre.terminal("230202-0001").await?;
    let server = Server::start(&centre.folder("redis"))?;
    let (mut ours, mut gathering, mut at_once) = (Vec::new(), Vec::new(), Vec::new());
    let items = size.backlog.min(ITEMS);
    for turn in 0..size.turns {
        gathering.push(through_redis(&server, &identity, items, GATHER)?);
        at_once.push(through_redis(&server, &identity, items, Duration::ZERO)?);
        ours.push(through_ours(&centre, &identity, items, turn).await?);
    }
    let (ours, (theirs, peer)) = (percentile(&mut ours, 0.5), better(&mut gathering, &mut at_once));
    Ok(Sides { ours, theirs, peer })
}

/// The middle of the better consumer's turns, and which one that is.
fn better(gathering: &mut [f64], at_once: &mut [f64]) -> (f64, &'static str) {
    let (gathering, at_once) = (percentile(gathering, 0.5), percentile(at_once, 0.5));
    if gathering >= at_once {
        (gathering, "redis stream, gathering")
    } else {
        (at_once, "redis stream, read at once")
    }
}

/// Items a second, from the first kept to the last verdict kept.
async fn through_ours(centre: &Centre, identity: &Identity, items: usize, turn: usize) -> Result<f64, Any> {
    let outbox = centre.folder(&format!("outbox-{turn}"));
    let store = drain::open(&outbox, identity, &drain::key(&outbox)?)?;
    let (runner, handle) = drain::runner(&store, &centre.url, identity)?;
    let running = tokio::spawn(runner.run());
    let start = Instant::now();
    let (keeper, waker) = (store.clone(), handle.clone());
    let kept = tokio::task::spawn_blocking(move || {
        (0..items).try_for_each(|_| {
            keeper.submit(Draft { lane: Uuid::now_v7(), content: rating() }, Vec::new())?;
            waker.wake();
            Ok::<_, kiosk_store::StoreError>(())
        })
    });
    kept.await??;
    while store.backlog()? > 0 {
        tokio::time::sleep(LOOK).await;
    }
    let took = start.elapsed();
    handle.stop();
    running.await?;
    Ok(items as f64 / took.as_secs_f64())
}

/// Items a second, from the first kept to the last acknowledged. Behind a read that had room the consumer waits for so long.
fn through_redis(server: &Server, identity: &Identity, count: usize, gather: Duration) -> Result<f64, Any> {
    let (mut producer, mut consumer) = (Stream::connect(&server.socket)?, Stream::connect(&server.socket)?);
    producer.call(&["DEL", STREAM])?;
    producer.call(&["XGROUP", "CREATE", STREAM, GROUP, "$", "MKSTREAM"])?;
    let items: Vec<String> = (1..=count as u64)
        .map(|seq| serde_json::to_string(&ingest::item(identity, seq)))
        .collect::<Result<_, _>>()?;
    let start = Instant::now();
    let producing = std::thread::spawn(move || {
        items.iter().try_for_each(|item| producer.call(&["XADD", STREAM, "*", "item", item]).map(drop))
    });
    let mut delivered = 0;
    while delivered < count {
        let read = deliver(&mut consumer)?;
        delivered += read;
        if read < BATCH_ITEMS_MAX && delivered < count {
            std::thread::sleep(gather);
        }
    }
    let took = start.elapsed();
    producing.join().map_err(|_| "the producer failed")??;
    Ok(count as f64 / took.as_secs_f64())
}

/// Reads a batch, acknowledges it, and answers how many items it had.
fn deliver(consumer: &mut Stream) -> Result<usize, Any> {
    let count = BATCH_ITEMS_MAX.to_string();
    let read =
        ["XREADGROUP", "GROUP", GROUP, "one", "COUNT", &count, "BLOCK", "1000", "STREAMS", STREAM, ">"];
    let ids = ids(&consumer.call(&read)?);
    if ids.is_empty() {
        return Ok(0);
    }
    let acknowledge: Vec<&str> =
        ["XACK", STREAM, GROUP].into_iter().chain(ids.iter().map(String::as_str)).collect();
    consumer.call(&acknowledge)?;
    Ok(ids.len())
}

/// The ids in the answer to a read of one stream.
fn ids(reply: &Reply) -> Vec<String> {
    let entries = reply.at(0).and_then(|stream| stream.at(1));
    let entries = entries.map_or(&[] as &[Reply], Reply::parts);
    entries.iter().filter_map(|entry| Some(entry.at(0)?.text()?.to_owned())).collect()
}

/// A server of our own.
struct Server {
    socket: PathBuf,
    serving: Child,
}

impl Server {
    fn start(dir: &Path) -> Result<Self, Any> {
        std::fs::create_dir(dir)?;
        let dir = dir.canonicalize()?;
        let socket = dir.join("socket");
        let mut command = Command::new(SERVER);
        command.args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
        command.arg("--dir").arg(&dir).arg("--unixsocket").arg(&socket);
        let serving = command.stdout(Stdio::null()).spawn()?;
        let (server, start) = (Self { socket, serving }, Instant::now());
        while Stream::connect(&server.socket).is_err() {
            if start.elapsed() > START {
                return Err("redis does not listen".into());
            }
            std::thread::sleep(LOOK);
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.kill().ok();
        self.serving.wait().ok();
    }
}
