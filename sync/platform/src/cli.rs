//! The commands of an operator.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};
use jiff::{SignedDuration, Timestamp};
use kiosk_platform::{
    AlarmRow, CaseRow, CommandRow, Draft, Facts, OpenFile, Options, PAGES_ADDRESS, Platform, PlatformError,
    QuarantineRow, SYNTHETIC_CODE, state_name,
};
use kiosk_protocol::ids::{CaseNumber, ItemId, Key, PageNumber, TerminalId};
use kiosk_protocol::item::Media;
use kiosk_protocol::journal::{Countersigned, Line, SignedHead};
use kiosk_protocol::revocation::CardSerial;
use kiosk_protocol::service::Text;

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
struct Serve {
    /// The platform's folder.
    #[arg(long)]
    dir: PathBuf,
    /// Where to listen; port 0 takes a free one, written to DIR/address.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// When terminals shall ask for changes again, milliseconds.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(100..=3_600_000))]
    poll_ms: u32,
    /// 实施编码 of 31 characters for services without one.
    #[arg(long, default_value = SYNTHETIC_CODE, value_parser = implementing_code)]
    default_code: String,
    /// What stands before the number in the code of a page, for example https://HOST/pages.
    #[arg(long, default_value = PAGES_ADDRESS)]
    pages_address: String,
    /// For how many days after its end a terminal's certificate may still be renewed, at most 180.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(..=180))]
    renewal_grace_days: u64,
    /// Where Prometheus finds metrics (`/metrics`, in the clear), for example 127.0.0.1:9464.
    #[arg(long)]
    metrics: Option<SocketAddr>,
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

fn implementing_code(text: &str) -> Result<String, String> {
    let fits = text.len() == SYNTHETIC_CODE.len() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(text.to_owned()) } else { Err("must be 31 letters and digits".to_owned()) }
}

/// Runs a command.
pub async fn run(cli: Cli) -> Result<(), PlatformError> {
    match cli.command {
        Command::Init { dir, names, database } => {
            Platform::init_in(&dir, &names, database)?;
            say(&format!("made a platform in {}", dir.display()))
        }
        Command::Serve(args) => serve(args).await,
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
        Command::Commands { dir, json } => commands(&dir, json),
        Command::Cases { dir, json } => cases(&dir, json),
        Command::Files { dir, out, case } => files(&dir, &out, case),
        Command::Backup { dir, out } => {
            Platform::open(&dir)?.back_up(&out)?;
            say(&format!("{} holds the whole platform; keep it as secret", out.display()))
        }
        Command::Restore { dir, from, database } => {
            Platform::restore(&from, &dir, database)?;
            say(&format!("made a platform in {}", dir.display()))
        }
        Command::Openapi { out } => openapi(out),
        Command::Quarantine { dir, json, out } => quarantine(&dir, json, out.as_deref()),
        Command::Head { dir, terminal, out } => head(&dir, &TerminalId::try_from(terminal)?, out.as_deref()),
        Command::VerifyPage { dir, page } => verify_page(&dir, page),
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
        Command::Alarms { dir, json } => alarms(&dir, json),
        Command::RevokedCards { dir, json } => revoked_cards(&dir, json),
    }
}

async fn serve(args: Serve) -> Result<(), PlatformError> {
    let Serve { dir, listen, poll_ms, default_code, pages_address, renewal_grace_days, metrics } = args;
    let renewal_grace = Duration::from_secs(renewal_grace_days * 24 * 3600);
    let stop = stop_signal().map_err(PlatformError::Server)?;
    let options = Options {
        listen,
        poll_ms,
        default_code,
        pages_address,
        renewal_grace,
        metrics,
        ..Options::default()
    };
    let running = Platform::serve(&dir, options).await?;
    say(&format!("listening on https://{}", running.addr))?;
    running.metrics.iter().try_for_each(|addr| say(&format!("metrics on http://{addr}/metrics")))?;
    stop.await;
    running.stop().await
}

fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
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

fn commands(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.commands()?;
    if json {
        let json = serde_json::to_string_pretty(&rows);
        return say(&json.map_err(|error| PlatformError::Server(error.into()))?);
    }
    rows.iter().try_for_each(|row| {
        let CommandRow { id, terminal, kind, queued_at, expires_at, result } = row;
        let came = match result {
            Some((result, at)) => format!("{} at {at}  {}", result.outcome.word(), result.detail),
            None => format!("waits until {expires_at}"),
        };
        say(&format!("{id}  {terminal}  {kind}  queued {queued_at}  {came}"))
    })
}

fn alarms(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.alarms()?;
    if json {
        let json = serde_json::to_string_pretty(&rows);
        return say(&json.map_err(|error| PlatformError::Server(error.into()))?);
    }
    rows.iter().try_for_each(|row| {
        let AlarmRow { terminal, kind, detail, at } = row;
        say(&format!("{at}  {terminal}  {kind}  {detail}"))
    })
}

fn revoked_cards(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let (version, list) = Platform::open(dir)?.revocations()?;
    if json {
        return say(&serde_json::json!({ "version": version, "cards": list.cards }).to_string());
    }
    list.cards.iter().try_for_each(|card| say(&card.to_string()))
}

fn cases(dir: &Path, json: bool) -> Result<(), PlatformError> {
    let cases = Platform::open(dir)?.cases()?;
    if json {
        let json = serde_json::to_string_pretty(&cases);
        return say(&json.map_err(|error| PlatformError::Server(error.into()))?);
    }
    cases.iter().try_for_each(|case| say(&line(case)))
}

/// Files of pages end with `.pdf`, and no number does.
fn verify_page(dir: &Path, page: String) -> Result<(), PlatformError> {
    let platform = Platform::open(dir)?;
    let facts = if page.ends_with(".pdf") {
        platform.verify_page(&read(Path::new(&page))?)?
    } else {
        platform.verify_page_number(&PageNumber::try_from(page)?)?
    };
    let Facts { number, digest, service, version, issued_at, .. } = facts;
    say(&format!(
        "genuine: page {number} of {service} {version}, issued {issued_at}, SM3 of its file {digest}"
    ))
}

fn openapi(out: Option<PathBuf>) -> Result<(), PlatformError> {
    let document = kiosk_platform::openapi().map_err(|error| PlatformError::Server(error.into()))?;
    let Some(path) = out else { return say(document.trim_end()) };
    std::fs::write(&path, document).map_err(|source| PlatformError::File { path, source })
}

/// Readable by their owner only.
fn files(dir: &Path, out: &Path, case: String) -> Result<(), PlatformError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(out);
    made.map_err(|source| PlatformError::File { path: out.to_owned(), source })?;
    for (number, file) in (1..).zip(Platform::open(dir)?.files(&CaseNumber(case))?) {
        let OpenFile { material, media, bytes } = file;
        let path = out.join(format!("{number:02}-{material}.{}", extension(media)));
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let written = opened.and_then(|mut file| file.write_all(&bytes));
        written.map_err(|source| PlatformError::File { path: path.clone(), source })?;
        say(&path.display().to_string())?;
    }
    Ok(())
}

fn extension(media: Media) -> &'static str {
    match media {
        Media::Jpeg => "jpg",
        Media::Png => "png",
        Media::Pdf => "pdf",
    }
}

fn quarantine(dir: &Path, json: bool, out: Option<&Path>) -> Result<(), PlatformError> {
    let rows = Platform::open(dir)?.quarantine()?;
    if let Some(out) = out {
        rows.iter().try_for_each(|row| write_bytes(out, row))?;
    }
    if json {
        let json = serde_json::to_string_pretty(&rows);
        return say(&json.map_err(|error| PlatformError::Server(error.into()))?);
    }
    rows.iter().try_for_each(|row| {
        let QuarantineRow { item, reason, hash, received_at, body } = row;
        let ItemId { terminal, epoch, seq } = item;
        let bytes = body.len();
        say(&format!("{terminal} epoch {epoch} seq {seq}  {received_at}  {bytes} bytes {hash}  {reason}"))
    })
}

fn head(dir: &Path, terminal: &TerminalId, out: Option<&Path>) -> Result<(), PlatformError> {
    let platform = Platform::open(dir)?;
    let shown = platform.head(terminal)?;
    let Countersigned { head: SignedHead { epoch, seq, hash, .. }, at, key, .. } = &shown;
    say(&format!("{terminal}: row {seq} of its journal, hash {hash}, shown in epoch {epoch} at {at}"))?;
    let journal_key = String::from(platform.journal_key(terminal, *epoch)?);
    let platform_key = String::from(key.clone());
    say(&format!("journal-verify --key {journal_key} --platform-key {platform_key} --head HEAD EXPORT"))?;
    let Some(out) = out else { return Ok(()) };
    let line = serde_json::to_string(&Line::Countersigned(shown.clone()));
    let line = line.map_err(|error| PlatformError::Server(error.into()))?;
    let written = std::fs::write(out, line + "\n");
    written.map_err(|source| PlatformError::File { path: out.to_owned(), source })
}

/// Named by their digest, as nothing else of them can be trusted.
fn write_bytes(out: &Path, row: &QuarantineRow) -> Result<(), PlatformError> {
    let path = out.join(row.hash.to_string());
    let written = std::fs::create_dir_all(out).and_then(|()| std::fs::write(&path, &row.body));
    written.map_err(|source| PlatformError::File { path, source })
}

fn read(path: &Path) -> Result<Vec<u8>, PlatformError> {
    std::fs::read(path).map_err(|source| PlatformError::File { path: path.to_owned(), source })
}

fn line(case: &CaseRow) -> String {
    let CaseRow { receipt, case_number, service, state, submitted_at, changed_at, files_missing, .. } = case;
    let state = state_name(*state);
    let missing = match files_missing {
        0 => String::new(),
        missing => format!("  waits for {missing} files"),
    };
    format!(
        "{receipt}  {case_number}  {service}  {state}  submitted {submitted_at}  changed {changed_at}{missing}"
    )
}

fn say(line: &str) -> Result<(), PlatformError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(PlatformError::Server)
}
