//! `bench NAME [--json]`: figures, each with its goal. Comparisons are measured in one run, since machines are
//! shared and noisy.

mod devices;
mod figure;
#[allow(clippy::expect_used)]
#[path = "../../../sync/platform/tests/postgres/mod.rs"]
mod postgres;
mod store;
mod sync;
mod ui;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use figure::Line;

/// The figures of the terminal.
#[derive(Parser)]
struct Cli {
    /// Which figures; all where none is named.
    name: Option<Name>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Commits on each side of `store`.
    #[arg(long, default_value_t = 5000)]
    commits: usize,
    /// Items of the backlog of `sync`.
    #[arg(long, default_value_t = 50_000)]
    backlog: usize,
    /// How long terminals send to a platform of `sync`, milliseconds.
    #[arg(long, default_value_t = 8000, hide = true)]
    sending_ms: u64,
    /// Turns of each side of `sync`'s comparison with a stream.
    #[arg(long, default_value_t = 7, hide = true)]
    turns: usize,
}

impl Cli {
    fn sync_size(&self) -> sync::Size {
        let sending = Duration::from_millis(self.sending_ms);
        sync::Size { backlog: self.backlog, sending, turns: self.turns }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    Ui,
    Devices,
    Store,
    Sync,
}

/// What a bench gives.
type Figures = Result<Vec<Line>, Box<dyn Error>>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let names = cli.name.map_or_else(|| Name::value_variants().to_vec(), |name| vec![name]);
    let mut all_ok = true;
    if let Err(error) = kiosk_tests::world::end_programs_with_runner() {
        figure::say(&format!("bench: {error}"));
        return ExitCode::from(2);
    }
    for name in names {
        let figures = match name {
            Name::Ui => ui::measure(),
            Name::Devices => devices::measure(),
            Name::Store => store::measure(cli.commits),
            Name::Sync => sync::measure(&cli.sync_size()),
        };
        match figures {
            Ok(lines) => lines.iter().for_each(|line| {
                all_ok &= line.ok();
                line.print(cli.json);
            }),
            Err(error) => {
                figure::say(&format!("bench: {}", kiosk_tests::world::chain(error.as_ref())));
                return ExitCode::from(2);
            }
        }
    }
    if all_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
