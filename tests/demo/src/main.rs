//! `demo`: a platform, a simulator and a terminal to touch, until Ctrl-C.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kiosk_tests::deadlines::{READY, poll};
use kiosk_tests::world::{DisplayChoice, Plan, World, chain};

/// Where logs and the picture go.
const OUT: &str = "target/demo";

fn main() -> ExitCode {
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "demo: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<(), Box<dyn std::error::Error>> {
    let display = std::env::var("DISPLAY").ok().filter(|name| !name.is_empty());
    let seen = display.is_some();
    let display = display.map_or(DisplayChoice::Own, DisplayChoice::Given);
    let world = World::start(&Plan { logs: PathBuf::from(OUT), display, keep: false })?;
    // The first services come from the platform a moment after the start.
    poll(READY, || world.glass.read().ok().filter(|tree| tree.screen() == Some("attract")));
    let picture = Path::new(OUT).join("window.png");
    world.glass.picture(&picture)?;
    say(&what_next(&world, seen, &picture));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(tokio::signal::ctrl_c())?;
    Ok(())
}

fn what_next(world: &World, seen: bool, picture: &Path) -> String {
    let devices = world.folder().join("devices").display().to_string();
    let window = if seen {
        "The terminal is in its window: touch it with the mouse.".to_owned()
    } else {
        format!(
            "There is no display, so the window is on a hidden one ({}); its picture: {}",
            world.desk.display(),
            picture.display()
        )
    };
    format!(
        "{window}\n\nFrom another shell:\n  export KIOSK_SIM={devices}\n  \
         target/debug/kiosk-sim card place alice        put a card on the reader\n  \
         target/debug/kiosk-sim card lift\n  \
         target/debug/kiosk-sim network cut             and restore\n  \
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
