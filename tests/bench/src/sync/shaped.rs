//! `sync.shaped_link_s`: a backlog leaves over a poor link: 2 Mbit/s each way, 100 ms there and back, and of a hundred packets
//! one lost. Terminal and platform each have a network namespace of their own. Items are those of visits; beside them, without a
//! goal, as many cases of a KiB: more than twice the bytes, and twice the seals.

use std::path::Path;
use std::sync::mpsc::channel;

use kiosk_protocol::crypto::SealingKey;
use kiosk_store::ItemState;

use super::case::{self, Contents};
use super::centre::{Centre, Database};
use super::link::{self, Tun};
use super::{Any, drain};
use crate::figure::{Figure, Goal, Line};

const NAME: &str = "sync.shaped_link_s";
const LARGE_NAME: &str = "sync.shaped_link_kib_s";
/// Items over the link.
const ITEMS: usize = 10_000;
/// Seconds all of them may take.
const SECONDS: f64 = 60.0;
const TERMINAL: &str = "10.213.0.1";
const PLATFORM: &str = "10.213.0.2";
/// The same packets are lost each time.
const SEED: u64 = 20_261_129;

/// Not measured where such a link cannot be made: for want of root, of a namespace or of `ip`.
pub fn measure(backlog: usize) -> Vec<Line> {
    both(backlog.min(ITEMS)).unwrap_or_else(|error| {
        [NAME, LARGE_NAME].map(|name| Line::Skipped { name, why: error.to_string() }).into()
    })
}

fn both(items: usize) -> Result<Vec<Line>, Any> {
    if !nix::unistd::Uid::effective().is_root() {
        return Err("needs root, for network namespaces".into());
    }
    let (value, large) = (seconds(items, case::visits)?, seconds(items, case::large)?);
    let figure = Figure { name: NAME.into(), value, unit: "s", goal: Goal::AtMost(SECONDS), sides: None };
    Ok(vec![figure.into(), Line::Told { name: LARGE_NAME, value: large, unit: "s" }])
}

fn seconds(items: usize, contents: fn(SealingKey) -> Contents) -> Result<f64, Any> {
    let (centre, far) = std::thread::spawn(platform).join().map_err(|_| "the platform's end failed")??;
    let took = std::thread::spawn(move || terminal(&centre, far, items, contents));
    Ok(took.join().map_err(|_| "the terminal's end failed")??)
}

/// The platform stays in the namespace it is started in.
fn platform() -> Result<(Centre, Tun), String> {
    let tun = link::namespace(PLATFORM).map_err(|error| error.to_string())?;
    let centre = Centre::start_at(Database::Sqlite, Path::new("target"), PLATFORM);
    let centre = centre.map_err(|error| error.to_string())?;
    Ok((centre, tun))
}

/// One thread, so that all its sockets are in this namespace.
fn terminal(
    centre: &Centre,
    far: Tun,
    items: usize,
    contents: fn(SealingKey) -> Contents,
) -> Result<f64, String> {
    let near = link::namespace(TERMINAL).map_err(|error| error.to_string())?;
    let (stop, stopped) = channel();
    let relay = link::relay(near, far, SEED, stopped).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let drained =
        runtime.map_err(Any::from).and_then(|runtime| runtime.block_on(over(centre, items, contents)));
    drop(stop);
    relay.join();
    drained.map_err(|error| error.to_string())
}

async fn over(centre: &Centre, items: usize, contents: fn(SealingKey) -> Contents) -> Result<f64, Any> {
    let identity = centre.terminal("230202-0001").await?;
    centre.publish(&case::service())?;
    let contents = contents(identity.sealing_key.clone());
    let store = drain::filled(&centre.folder("outbox"), &identity, items, contents)?;
    let took = drain::drained(&store, &centre.url, &identity).await?;
    match store.queue()?.iter().find(|item| item.state != ItemState::Settled) {
        Some(item) => Err(format!("item {} is {}", item.seq, item.state.as_str()).into()),
        None => Ok(took.as_secs_f64()),
    }
}
