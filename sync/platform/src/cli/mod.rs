//! The commands of an operator.

mod serve;
mod show;
mod twin;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use jiff::{SignedDuration, Timestamp};
use kiosk_platform::{Draft, Platform, PlatformError};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::revocation::CardSerial;
use kiosk_protocol::service::Text;
use serde::Serialize;

use serve::Serve;

/// The reference central platform of Hecheng Kiosk.
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    /// Write the log as JSON, one object a line.
    #[arg(long, global = true)]
    pub log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a platform in a folder: keys, database, built-in services.
    Init {
        /// The folder; made where it is missing.
        #[arg(long)]
        dir: PathBuf,
        /// Another host name or address of the server, besides localhost and 127.0.0.1.
        #[arg(long = "name")]
        names: Vec<String>,
        /// A PostgreSQL database (`postgres://user@host/database`) instead of a file in the folder.
        #[arg(long)]
        database: Option<String>,
    },
    /// Serve terminals until SIGTERM or SIGINT.
    Serve(Serve),
    /// Print a one-time ticket for a terminal, good for 72 hours.
    Ticket(TicketArgs),
    /// Publish service packages, also to a running platform.
    Publish {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// Service packages.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Take a service out of the catalogue.
    Withdraw {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The service.
        service: String,
    },
    /// Have a terminal do something once: sync-now, report-status or restart-when-idle. What it does not know it says.
    #[command(name = "command")]
    Order {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The terminal.
        terminal: String,
        /// What to do.
        kind: String,
        /// After so many hours it is not done any more.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(1..=720))]
        hours: i64,
    },
    /// List commands and what came of them.
    Commands {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// What terminals do, set from afar: for all, or for one, whose keys win.
    Configuration {
        #[command(subcommand)]
        command: twin::Command,
    },
    /// List terminals: what is meant for each, what it says is in force, and how far the two are apart.
    Terminals {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List all cases, without personal data.
    Cases {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the files of a case, opened, into a folder. They are about a person.
    Files {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The folder; made where it is missing.
        #[arg(long)]
        out: PathBuf,
        /// The national number of the case.
        case: String,
    },
    /// List what was put aside for a human, with the reason.
    Quarantine {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// Also write the bytes of each, as they came, into this folder.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// List alarms: journals that went back or contradict themselves (a restored backup, a clone), items of others, damaged files.
    Alarms {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write keys, configuration and database, also of a running platform, into a new folder.
    ///
    /// A PostgreSQL database is written by `pg_dump`, which must be installed, at least as new as its server.
    Backup {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The new folder. It is as secret as the platform's.
        out: PathBuf,
    },
    /// Make a platform of a backup.
    Restore {
        /// The platform's folder; made where it is missing.
        #[arg(long)]
        dir: PathBuf,
        /// What `backup` wrote.
        from: PathBuf,
        /// Another PostgreSQL database than the one it was taken from; an empty one.
        #[arg(long)]
        database: Option<String>,
    },
    /// Write the OpenAPI document of what the platform answers.
    Openapi {
        /// A file; standard output where none is named.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Say whether a page is genuine: a PDF file whole, or the number on one.
    VerifyPage {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// A file (`.pdf`), or a page's number.
        page: String,
    },
    /// Show the newest head of a terminal's journal, and what `journal-verify` checks an export against.
    Head {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The terminal.
        terminal: String,
        /// Also write the head, for `journal-verify --head`.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Make other keys for all that is published; those before count no more.
    RotateKeys {
        /// The platform's folder. Copy it to other servers afterwards.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Take a terminal's rights.
    Revoke {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The terminal.
        terminal: String,
    },
    /// Give a terminal's rights back to the key that had them.
    Readmit {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The terminal.
        terminal: String,
    },
    /// Have a technician's card open nothing any more, at every terminal.
    RevokeCard {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The card's serial.
        card: String,
    },
    /// Take a technician's card off the list of those that were revoked.
    ReadmitCard {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The card's serial.
        card: String,
    },
    /// List the technicians' cards that were revoked.
    RevokedCards {
        /// The platform's folder.
        #[arg(long)]
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args)]
struct TicketArgs {
    /// The platform's folder.
    #[arg(long)]
    dir: PathBuf,
    /// The terminal: region code and running number.
    #[arg(long, default_value = "230202-0001")]
    terminal: String,
    /// Where it stands, in Chinese. All three or none.
    #[arg(long, requires_all = ["site_en", "site_ru"])]
    site_zh: Option<String>,
    /// In English.
    #[arg(long, requires_all = ["site_zh", "site_ru"])]
    site_en: Option<String>,
    /// In Russian.
    #[arg(long, requires_all = ["site_zh", "site_en"])]
    site_ru: Option<String>,
}

/// Runs a command.
pub async fn run(cli: Cli) -> Result<(), PlatformError> {
    match cli.command {
        Command::Init { dir, names, database } => {
            Platform::init_in(&dir, &names, database)?;
            say(&format!("made a platform in {}", dir.display()))
        }
        Command::Serve(args) => serve::serve(args).await,
        Command::Ticket(args) => ticket(args),
        Command::Publish { dir, files } => publish(&dir, &files),
        Command::Withdraw { dir, service } => {
            let version = Platform::open(&dir)?.withdraw(&Key::try_from(service)?)?;
            say(&format!("catalogue {version} is in force"))
        }
        Command::Order { dir, terminal, kind, hours } => {
            let (terminal, kind) = (TerminalId::try_from(terminal)?, Key::try_from(kind)?);
            let expires_at = Timestamp::now() + SignedDuration::from_hours(hours);
            let id = Platform::open(&dir)?.command(&terminal, kind, expires_at)?;
            say(&format!("{id} waits for {terminal} until {expires_at}"))
        }
        Command::Commands { dir, json } => show::commands(&dir, json),
        Command::Configuration { command } => twin::run(command),
        Command::Terminals { dir, json } => twin::terminals(&dir, json),
        Command::Cases { dir, json } => show::cases(&dir, json),
        Command::Files { dir, out, case } => show::files(&dir, &out, case),
        Command::Backup { dir, out } => {
            Platform::open(&dir)?.back_up(&out)?;
            say(&format!("{} holds the whole platform; keep it as secret", out.display()))
        }
        Command::Restore { dir, from, database } => {
            Platform::restore(&from, &dir, database)?;
            say(&format!("made a platform in {}", dir.display()))
        }
        Command::Openapi { out } => show::openapi(out),
        Command::Alarms { dir, json } => show::alarms(&dir, json),
        Command::Quarantine { dir, json, out } => show::quarantine(&dir, json, out.as_deref()),
        Command::Head { dir, terminal, out } => {
            show::head(&dir, &TerminalId::try_from(terminal)?, out.as_deref())
        }
        Command::VerifyPage { dir, page } => show::verify_page(&dir, page),
        Command::RotateKeys { dir } => {
            Platform::open(&dir)?.rotate_keys()?;
            say("other keys are in force; terminals follow at their next poll")
        }
        Command::Revoke { dir, terminal } => {
            let terminal = TerminalId::try_from(terminal)?;
            Platform::open(&dir)?.revoke(&terminal)?;
            say(&format!("{terminal} has no rights any more"))
        }
        Command::Readmit { dir, terminal } => {
            let terminal = TerminalId::try_from(terminal)?;
            Platform::open(&dir)?.readmit(&terminal)?;
            say(&format!("{terminal} has its rights again"))
        }
        Command::RevokeCard { dir, card } => {
            let version = Platform::open(&dir)?.revoke_card(&CardSerial::try_from(card)?)?;
            say(&format!("list {version} is in force; terminals follow at their next poll"))
        }
        Command::ReadmitCard { dir, card } => {
            let version = Platform::open(&dir)?.readmit_card(&CardSerial::try_from(card)?)?;
            say(&format!("list {version} is in force; terminals follow at their next poll"))
        }
        Command::RevokedCards { dir, json } => show::revoked_cards(&dir, json),
    }
}

fn ticket(args: TicketArgs) -> Result<(), PlatformError> {
    let site = match (args.site_zh, args.site_en, args.site_ru) {
        (Some(zh_cn), Some(en), Some(ru)) => Text { zh_cn, en, ru },
        _ => Platform::site_unnamed()?,
    };
    let ticket = Platform::open(&args.dir)?.ticket(&TerminalId::try_from(args.terminal)?, &site)?;
    say(&String::from(ticket))
}

fn publish(dir: &Path, files: &[PathBuf]) -> Result<(), PlatformError> {
    let read = |path: &PathBuf| {
        let json = std::fs::read_to_string(path);
        let json = json.map_err(|source| PlatformError::File { path: path.clone(), source })?;
        Ok(Draft { file: path.display().to_string(), json })
    };
    let drafts = files.iter().map(read).collect::<Result<Vec<_>, PlatformError>>()?;
    let version = Platform::open(dir)?.publish(&drafts)?;
    say(&format!("catalogue {version} is in force"))
}

fn say(line: &str) -> Result<(), PlatformError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(PlatformError::Server)
}

fn say_json<T: Serialize>(value: &T) -> Result<(), PlatformError> {
    say(&serde_json::to_string_pretty(value).map_err(|error| PlatformError::Server(error.into()))?)
}
