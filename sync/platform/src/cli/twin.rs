//! What is set from afar, and how far terminals are with it.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use kiosk_platform::{Difference, Platform, PlatformError, Reported, Standing, TerminalRow};
use kiosk_protocol::configuration::{ConfigurationFile, Reach};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::wire::ConfigurationReport;
use serde::Serialize;
use serde_json::Value;

use super::{say, say_json};

#[derive(Subcommand)]
pub enum Command {
    /// Set keys; the others stay. Terminals take them at their next poll.
    Set {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// Only for this terminal; for all where none is named.
        #[arg(long)]
        terminal: Option<String>,
        /// The keys, as JSON: {"idle_s": 90}; null unsets one. `-` reads standard input.
        file: PathBuf,
    },
    /// Leave keys to the terminal again, or to what is set for all.
    Unset {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// Only for this terminal.
        #[arg(long)]
        terminal: Option<String>,
        /// The keys; every key where none is named.
        keys: Vec<String>,
    },
    /// Show what is set, and how far terminals are with it.
    Show {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// Only what this terminal shall do.
        #[arg(long)]
        terminal: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs a command.
pub fn run(command: Command) -> Result<(), PlatformError> {
    match command {
        Command::Set { dir, terminal, file } => {
            let (terminal, keys) = (id(terminal)?, read(file)?);
            let version = Platform::open(&dir)?.configure(terminal.as_ref(), &keys)?;
            say(&format!("version {version} is in force for {}", whom(terminal.as_ref())))
        }
        Command::Unset { dir, terminal, keys } => {
            let terminal = id(terminal)?;
            let version = Platform::open(&dir)?.unconfigure(terminal.as_ref(), &keys)?;
            say(&format!("version {version} is in force for {}", whom(terminal.as_ref())))
        }
        Command::Show { dir, terminal, json } => show(&dir, id(terminal)?.as_ref(), json),
    }
}

fn id(terminal: Option<String>) -> Result<Option<TerminalId>, PlatformError> {
    Ok(terminal.map(TerminalId::try_from).transpose()?)
}

fn whom(terminal: Option<&TerminalId>) -> String {
    terminal.map_or_else(|| "all terminals".to_owned(), ToString::to_string)
}

fn read(path: PathBuf) -> Result<String, PlatformError> {
    let mut keys = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut keys).map(|_| keys)
    } else {
        std::fs::read_to_string(&path)
    };
    read.map_err(|source| PlatformError::File { path, source })
}

/// What is set, and the terminals it is for.
#[derive(Serialize)]
struct Shown {
    configurations: Vec<ConfigurationFile>,
    terminals: Vec<TerminalRow>,
}

fn show(dir: &Path, terminal: Option<&TerminalId>, json: bool) -> Result<(), PlatformError> {
    let platform = Platform::open(dir)?;
    let mut shown = Shown { configurations: platform.configurations()?, terminals: platform.terminals()? };
    if let Some(terminal) = terminal {
        shown.configurations.retain(|file| file.terminal.as_ref().is_none_or(|of| of == terminal));
        shown.terminals.retain(|row| row.terminal == *terminal);
        if shown.terminals.is_empty() {
            return Err(PlatformError::NoTerminal(terminal.clone()));
        }
    }
    if json {
        return say_json(&shown);
    }
    shown.configurations.iter().try_for_each(|file| {
        let ConfigurationFile { version, terminal, set_at, set } = file;
        let set = Value::Object(set.entries());
        say(&format!("{}  version {version}  set {set_at}  {set}", whom(terminal.as_ref())))
    })?;
    shown.terminals.iter().try_for_each(|row| say(&line(row)))
}

/// Lists terminals.
pub fn terminals(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.terminals()?;
    if json { say_json(&rows) } else { rows.iter().try_for_each(|row| say(&line(row))) }
}

fn line(row: &TerminalRow) -> String {
    let TerminalRow { terminal, revoked, desired, reported, standing, behind, differs, .. } = row;
    let rights = if *revoked { "  has no rights" } else { "" };
    let (all, own) = (desired.all, desired.own);
    let told = reported.as_ref().map(told).unwrap_or_default();
    let differs: String = differs.iter().map(difference).collect();
    format!("{terminal}{rights}  {}  shall have {all}/{own}{told}{differs}", stands(*standing, *behind))
}

fn stands(standing: Standing, behind: u64) -> String {
    match standing {
        Standing::Silent => "has said nothing".to_owned(),
        Standing::InForce => "in force".to_owned(),
        Standing::Behind => format!("behind by {behind}"),
        Standing::Refused => "refused".to_owned(),
        Standing::Ahead => "ahead of this platform".to_owned(),
    }
}

fn told(reported: &Reported) -> String {
    let Reported { report: ConfigurationReport { software, all, own, refused, .. }, received_at } = reported;
    let refused = refused.iter().map(|one| {
        let of = match one.of {
            Reach::All => "for all",
            Reach::Own => "of its own",
        };
        format!("  refused version {} {of} ({}): {}", one.version, one.why, one.reason)
    });
    let refused: String = refused.collect();
    format!("  has {all}/{own}  software {software}  told {received_at}{refused}")
}

fn difference(difference: &Difference) -> String {
    let Difference { key, desired, in_force } = difference;
    let word =
        |value: &Option<Value>| value.as_ref().map_or_else(|| "its own".to_owned(), ToString::to_string);
    format!("  {key} is {}, shall be {}", word(in_force), word(desired))
}
