//! `kiosk`: see `kiosk --help`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kiosk_terminal::error::Failure;
use kiosk_terminal::setup::Setup;
use kiosk_terminal::technician::{Device, TestPage, Work};
use kiosk_terminal::{commands, logging, run};

/// Freed memory is zeroed, so that what a resident typed does not outlive the visit in some buffer of a library.
#[global_allocator]
static ZEROING: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Hecheng Kiosk (鹤城自助): the self-service terminal.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The configuration file.
    #[arg(long, default_value = "/etc/hecheng-kiosk/kiosk.toml", env = "KIOSK_CONFIG", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the terminal.
    Run,
    /// Get this terminal's identity from the platform.
    Enrol {
        /// The one-time ticket from the platform's operator.
        #[arg(long)]
        ticket: String,
    },
    /// Show what is plugged in and how it stands, or work at one device alone. Exit code 1: it does not do its part.
    Devices {
        /// One JSON object a line.
        #[arg(long, global = true)]
        json: bool,
        #[command(subcommand)]
        command: Option<DevicesCommand>,
    },
    /// Say whether the terminal is ready to serve. Exit code 0: it is; 1: something wants attention; 2: it is not.
    Doctor {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what waits to be sent, and why.
    ///
    /// An item is waiting, settled (the platform has it), rejected (refused by a rule, which is named) or quarantined (the
    /// platform keeps it for people to look at, with the reason). Files of cases on their way come behind, then how full the
    /// store is.
    Queue {
        /// Every item there is, however many.
        #[arg(long)]
        all: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show whether residents are served, or take the terminal out of service and put it back.
    Service {
        /// As JSON.
        #[arg(long)]
        json: bool,
        #[command(subcommand)]
        command: Option<ServiceCommand>,
    },
    /// The durable store.
    Store {
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Who may open the technician's screens with a card and a PIN.
    Technician {
        #[command(subcommand)]
        command: TechnicianCommand,
    },
    /// The tamper-evident trail.
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
}

#[derive(Subcommand)]
enum DevicesCommand {
    /// Reach a device, ask how it stands and who it is, and say what is wrong.
    Test {
        /// Which.
        kind: Device,
    },
    /// Await an identity card or a chip card and show, masked, what was read.
    ReadCard,
    /// Await a code and show, masked, what was read.
    Scan {
        /// Show it whole: it may name a person.
        #[arg(long)]
        show: bool,
    },
    /// Print a test page; "printed" is what the printer itself confirmed.
    PrintTest {
        /// Where.
        #[arg(long, value_enum, default_value = "receipt")]
        kind: TestPage,
    },
}

impl DevicesCommand {
    fn work(&self) -> Work {
        match self {
            Self::Test { kind } => Work::Test(*kind),
            Self::ReadCard => Work::ReadCard,
            Self::Scan { show: false } => Work::Scan,
            Self::Scan { show: true } => Work::ScanWhole,
            Self::PrintTest { kind } => Work::Print(*kind),
        }
    }
}

#[derive(Subcommand)]
enum StoreCommand {
    /// Give the store another key, kept as `store.key` says: in a file, or sealed by the TPM. The terminal must be stopped; may
    /// be broken off and begun again.
    Rekey,
}

#[derive(Clone, Copy, Subcommand)]
enum ServiceCommand {
    /// Take the terminal out of service, also over restarts: its screen says where else to go.
    Pause,
    /// Put it back, whoever took it out.
    Resume,
}

#[derive(Subcommand)]
enum TechnicianCommand {
    /// Put the card that is put in now on the roster, or give it another PIN. The PIN is read from standard input.
    Add {
        /// Whose it is.
        #[arg(long)]
        name: String,
        /// Its last day, YYYY-MM-DD.
        #[arg(long)]
        until: jiff::civil::Date,
    },
    /// Show the roster.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a card off the roster.
    Remove {
        /// Its serial.
        card: String,
    },
    /// Let PINs be tried again after too many were wrong.
    Unlock,
}

#[derive(Subcommand)]
enum JournalCommand {
    /// Check the hash chain from its first row to its head.
    ///
    /// Also that each head fits its signature and its row, and that the platform's countersignatures are of the key this
    /// terminal was enrolled with. Tells up to which row the platform has seen the trail. Exit code 0: all of it holds; 1: it
    /// names the first row that does not.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write it down for `journal-verify`, which checks it anywhere.
    Export {
        /// Where to; standard output where none is given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match carry_out(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr().lock(), "kiosk: {}", failure.chain());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn carry_out(cli: &Cli) -> Result<(), Failure> {
    let setup = Setup::load(&cli.config)?;
    logging::start(&setup.config.log);
    match &cli.command {
        Command::Run => run::run(setup),
        Command::Enrol { ticket } => commands::enrol::run(&setup, ticket),
        Command::Devices { json, command: None } => commands::devices::list(&setup, *json),
        Command::Devices { json, command: Some(command) } => {
            commands::devices::work(&setup, command.work(), *json)
        }
        Command::Doctor { json } => commands::doctor::run(&setup, *json),
        Command::Queue { all, json } => commands::queue::run(&setup, *all, *json),
        Command::Service { json, command: None } => commands::service::show(&setup, *json),
        Command::Service { command: Some(ServiceCommand::Pause), .. } => commands::service::pause(&setup),
        Command::Service { command: Some(ServiceCommand::Resume), .. } => commands::service::resume(&setup),
        Command::Store { command: StoreCommand::Rekey } => commands::store::rekey(&setup),
        Command::Technician { command } => technician(&setup, command),
        Command::Journal { command: JournalCommand::Verify { json } } => {
            commands::journal::verify(&setup, *json)
        }
        Command::Journal { command: JournalCommand::Export { out } } => {
            commands::journal::export(&setup, out.as_deref())
        }
    }
}

fn technician(setup: &Setup, command: &TechnicianCommand) -> Result<(), Failure> {
    match command {
        TechnicianCommand::Add { name, until } => commands::technician::enter(setup, name, *until),
        TechnicianCommand::List { json } => commands::technician::show(setup, *json),
        TechnicianCommand::Remove { card } => commands::technician::take_off(setup, card),
        TechnicianCommand::Unlock => commands::technician::open(setup),
    }
}
