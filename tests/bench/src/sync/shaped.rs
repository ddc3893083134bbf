//! `sync.shaped_link_s`: a backlog leaves over a poor link: 2 Mbit/s each way, 100 ms there and back, and of a hundred packets
//! one lost. Terminal and platform each have a network namespace of their own.

use std::sync::mpsc::channel;

use super::centre::{Centre, Database};
use super::link::{self, Tun};
use super::{Any, drain};
use crate::figure::{Figure, Goal, Line};

const NAME: &str = "sync.shaped_link_s";
/// Items over the link.
const ITEMS: usize = 10_000;
/// Seconds all of them may take.
const SECONDS: f64 = 60.0;
const TERMINAL: &str = "10.213.0.1";
const PLATFORM: &str = "10.213.0.2";
/// The same packets are lost each time.
const SEED: u64 = 20_261_129;

pub fn measure(backlog: usize) -> Result<Line, Any> {
    if !nix::unistd::Uid::effective().is_root() {
        return Ok(Line::Skipped { name: NAME, why: "needs root, for network namespaces".to_owned() });
    }
    let items = backlog.min(ITEMS);
    let (centre, far) = std::thread::spawn(platform).join().map_err(|_| "the platform's end failed")??;
    let took = std::thread::spawn(move || terminal(&centre, far, items));
    let value = took.join().map_err(|_| "the terminal's end failed")??;
    Ok(Figure { name: NAME.into(), value, unit: "s", goal: Goal::AtMost(SECONDS), sides: None }.into())
}

/// The platform stays in the namespace it is started in.
fn platform() -> Result<(Centre, Tun), String> {
    let tun = link::namespace(PLATFORM).map_err(|error| error.to_string())?;
    let centre = Centre::start_at(Database::Sqlite, PLATFORM).map_err(|error| error.to_string())?;
    Ok((centre, tun))
}

/// One thread, so that all its sockets are in this namespace.
fn terminal(centre: &Centre, far: Tun, items: usize) -> Result<f64, String> {
    let near = link::namespace(TERMINAL).map_err(|error| error.to_string())?;
    let (stop, stopped) = channel();
    let relay = link::relay(near, far, SEED, stopped).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let drained = runtime.map_err(Any::from).and_then(|runtime| runtime.block_on(over(centre, items)));
    drop(stop);
    relay.join();
    drained.map_err(|error| error.to_string())
}

async fn over(centre: &Centre, items: usize) -> Result<f64, Any> {
    let identity = centre.terminal("230202-0001").await?;
    let store = drain::filled(&centre.folder("outbox"), &identity, items)?;
    Ok(drain::drained(&store, &centre.url, &identity).await?.as_secs_f64())
}
