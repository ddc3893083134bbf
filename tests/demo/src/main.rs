//! `demo`: a platform, a simulator, a terminal to touch and a dock beside it, until Ctrl-C.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kiosk_tests::deadlines::{READY, poll};
use kiosk_tests::world::{DisplayChoice, Dock, Extras, Plan, World, WorldError, chain};
use tokio::signal::unix::{SignalKind, signal};

/// Where logs and the picture go.
const OUT: &str = "target/demo";

/// A platform, a simulator and a terminal to touch, until Ctrl-C.
#[derive(Parser)]
struct Cli {
    /// Leave out the dock, the window that lets things happen to the devices.
    #[arg(long)]
    no_dock: bool,
}

fn main() -> ExitCode {
    match demo(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "demo: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn demo(cli: &Cli) -> Result<(), Box<dyn std::error::Error>> {
    let display = std::env::var("DISPLAY").ok().filter(|name| !name.is_empty());
    let seen = display.is_some();
    let display = display.map_or(DisplayChoice::Own, DisplayChoice::Given);
    let world = start(&Plan { logs: PathBuf::from(OUT), display, keep: false })?;
    // The first services come from the platform a moment after the start.
    poll(READY, || world.glass.read().ok().filter(|tree| tree.screen() == Some("attract")));
    let picture = Path::new(OUT).join("window.png");
    world.glass.picture(&picture)?;
    let room = world.desk.room_beside().filter(|_| !cli.no_dock);
    let dock = |left| Dock::start(world.simulator.folder(), &world.desk, left, Path::new(OUT));
    let dock = room.map(dock).transpose()?;
    say(&what_next(&world, seen, dock.is_some(), &picture));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(end())?;
    Ok(())
}

/// With a scanner, and a slot for chip cards and a small disk to fill where this user may have them.
fn start(plan: &Plan) -> Result<World, WorldError> {
    let scanner = Extras { scanner: true, ..Extras::default() };
    let all = Extras { slot: true, small_disk: true, ..scanner };
    World::start_with(plan, all).or_else(|_| World::start_with(plan, scanner))
}

async fn end() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

fn what_next(world: &World, seen: bool, dock: bool, picture: &Path) -> String {
    let devices = world.simulator.folder().display();
    let window = if seen {
        "The terminal is in its window: touch it with the mouse.".to_owned()
    } else {
        format!(
            "There is no display, so the window is on a hidden one ({}); its picture: {}",
            world.desk.display(),
            picture.display()
        )
    };
    let dock = if dock {
        "The dock beside it puts cards down, opens covers, pulls plugs and cuts the network."
    } else {
        "The dock, target/debug/kiosk-dock, does the same in a window, on a display with room for it."
    };
    format!(
        "{window}\n{dock}\n\nFrom another shell:\n  export KIOSK_SIM={devices}\n  \
         target/debug/kiosk-sim card place alice        put a card on the reader\n  \
         target/debug/kiosk-sim card lift\n  \
         target/debug/kiosk-sim network cut             or delay 300, slow 64, garble; restore\n  \
         target/debug/kiosk-sim printer paper-out       or cover-open, jam, ok\n  \
         target/debug/kiosk-sim unplug receipt-printer  and plug\n  \
         target/debug/kiosk-sim paper list              what came out of the printer\n  \
         target/debug/kiosk --config {folder}/kiosk.toml queue\n  \
         target/debug/kiosk --config {folder}/kiosk.toml journal verify\n\nCtrl-C ends everything.",
        folder = world.folder().display(),
    )
}

fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
