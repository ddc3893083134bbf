//! `kiosk-dock`: a window beside the terminal that shows the simulated devices and lets things happen to them.
//!
//! Whatever is for people to read stands in `ui/`. A button tells its wish in the simulator's own words; a thread of its
//! own passes them on, and looks at the simulator several times a second.

mod glass;
mod link;
mod shown;

use std::io::Write;
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;

use clap::Parser;
use slint::{BackendSelector, ComponentHandle, PhysicalPosition};

use crate::glass::{Dock, Sim};
use crate::link::Link;

/// A window beside the terminal: puts cards, opens covers, pulls plugs, cuts the network; sees the paper come out
#[derive(Parser)]
#[command(name = "kiosk-dock", version)]
struct Arguments {
    /// Address or directory of the running simulator
    #[arg(long, env = "KIOSK_SIM", default_value = "127.0.0.1:7700", value_name = "ADDR|DIR")]
    control: String,
    /// Where the window opens, pixels from the left of the display
    #[arg(long, value_name = "PX")]
    left: Option<i32>,
}

/// Wishes on their way to the simulator; a finger is slower.
const WISHES_MAX: usize = 16;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do where even standard error is closed.
            let _ = writeln!(std::io::stderr().lock(), "kiosk-dock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), slint::PlatformError> {
    BackendSelector::new().backend_name("winit".into()).renderer_name("software".into()).select()?;
    let dock = Dock::new()?;
    let (wishes, wished) = sync_channel(WISHES_MAX);
    // A full queue means that the simulator does not answer, which the window says already.
    dock.global::<Sim>().on_act(move |words| drop(wishes.try_send(words.to_string())));
    let weak = dock.as_weak();
    let link = Link::new(&arguments.control);
    let seen = move |seen| weak.upgrade_in_event_loop(move |dock| shown::show(&dock, seen)).is_ok();
    std::thread::spawn(move || link.serve(&wished, seen));
    if let Some(left) = arguments.left {
        dock.window().set_position(PhysicalPosition::new(left, 0));
    }
    dock.run()
}
