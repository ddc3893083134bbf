//! `kiosk-sim`: runs the simulator, or tells a running one what happens.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kiosk_sim::control::{Client, ClientError, Command, PaperAction};
use kiosk_sim::printer::Flow;
use kiosk_sim::scanner::Dialect;
use kiosk_sim::usb::ReaderPipes;
use kiosk_sim::{Options, Simulator, UsbOptions};
use serde::Serialize;

/// The kiosk's devices at the wire: card reader, printers, chip cards, code scanner, network
#[derive(Parser)]
#[command(name = "kiosk-sim", version)]
struct Arguments {
    /// Address or directory of the running simulator
    #[arg(long, env = "KIOSK_SIM", default_value = "127.0.0.1:7700", global = true, value_name = "ADDR|DIR")]
    control: String,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs the simulator until it is interrupted; `--control` is where it listens, port 0 takes a free one
    Run(Run),
    /// Shows how everything stands
    State,
    /// Lists the residents whose cards there are
    Residents,
    #[command(flatten)]
    Command(Command),
}

#[derive(clap::Args)]
struct Run {
    /// Directory for the devices' paths, the addresses and the papers
    #[arg(long)]
    dir: PathBuf,
    /// Network between terminal and platform: where to listen, and the platform behind
    #[arg(long, value_name = "LISTEN=TARGET", value_parser = proxy)]
    proxy: Option<(SocketAddr, SocketAddr)>,
    /// Where pcscd takes virtual chip cards, usually 127.0.0.1:35963
    #[arg(long, value_name = "ADDR")]
    vpcd: Option<SocketAddr>,
    /// A small disk of the terminal's own that can be filled, such as a tmpfs at its data directory
    #[arg(long, value_name = "DIR")]
    disk: Option<PathBuf>,
    /// Records what goes over every wire into this directory, data of persons masked
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Puts reader, receipt printer and a hid-pos scanner on a USB bus: the directory that UMOCKDEV_DIR of the terminal names
    #[arg(long, value_name = "DIR")]
    usb: Option<PathBuf>,
    /// How the reader on USB puts frames into pipes
    #[arg(long, value_enum, default_value_t, value_name = "PIPES")]
    reader_pipes: ReaderPipes,
    /// Residents instead of those built in, written like residents.toml
    #[arg(long)]
    residents: Option<PathBuf>,
    /// Line rate of the ID-card reader after power-on
    #[arg(long, default_value_t = 115_200)]
    reader_baud: u32,
    /// How the code scanner talks; `ssi` at 9600 baud, `hid-pos` on USB alone, the others at 115200
    #[arg(long, value_enum, default_value_t = Dialect::Newland)]
    scanner: Dialect,
    /// How the receipt printer asks for pauses
    #[arg(long, value_enum, default_value_t)]
    printer_flow: Flow,
}

/// Exit code of a command that could not be carried out, as for wrong words.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.what {
        What::Run(run) => start(run, &arguments.control),
        What::State => client(&arguments).and_then(|client| show(&client.state()?)),
        What::Residents => client(&arguments).and_then(|client| show(&client.residents()?)),
        What::Command(command) => client(&arguments).and_then(|client| act(&client, command)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::from(REFUSED)
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

fn client(arguments: &Arguments) -> Result<Client, Box<dyn std::error::Error>> {
    Ok(Client::new(&arguments.control)?)
}

/// Carries out a command. Only what concerns paper is shown.
fn act(client: &Client, command: &Command) -> Done {
    let before = client.state()?;
    let after = client.act(command)?;
    match command {
        Command::Paper(PaperAction::List) => show(&after.papers),
        Command::Paper(PaperAction::Take) => show(&before.papers),
        Command::Card(_)
        | Command::Printer { .. }
        | Command::PagePrinter { .. }
        | Command::Reader(_)
        | Command::Chip(_)
        | Command::Scanner(_)
        | Command::Network { .. }
        | Command::Disk { .. }
        | Command::Unplug { .. }
        | Command::UnplugAfter { .. }
        | Command::Plug { .. } => Ok(()),
    }
}

fn show(value: &impl Serialize) -> Done {
    let text = serde_json::to_string_pretty(value)?;
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

fn start(run: &Run, control: &str) -> Done {
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(colours).init();
    let control = control.parse().map_err(|_| ClientError::NoAddress(control.to_owned()))?;
    let options = Options {
        dir: run.dir.clone(),
        control,
        proxy: run.proxy,
        vpcd: run.vpcd,
        disk: run.disk.clone(),
        record: run.record.clone(),
        usb: run.usb.clone().map(|dir| UsbOptions { dir, reader_pipes: run.reader_pipes }),
        residents: run.residents.clone(),
        reader_baud: run.reader_baud,
        scanner: run.scanner,
        printer_flow: run.printer_flow,
    };
    let simulator = Simulator::start(&options)?;
    let address = simulator.control();
    writeln!(std::io::stdout().lock(), "kiosk-sim: control {address}, devices in {}", run.dir.display())?;
    wait_for_end()?;
    Ok(())
}

/// Waits for an interrupt or a termination.
fn wait_for_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

fn proxy(word: &str) -> Result<(SocketAddr, SocketAddr), String> {
    let (listen, target) =
        word.split_once('=').ok_or("expected LISTEN=TARGET, such as 127.0.0.1:7443=127.0.0.1:8443")?;
    let address = |word: &str| word.parse().map_err(|_| format!("{word:?} is not HOST:PORT"));
    Ok((address(listen)?, address(target)?))
}

fn complain(error: &dyn std::error::Error) {
    let mut chain = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        chain.push(error.to_string());
        cause = error.source();
    }
    // Nothing is left to do where even standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "kiosk-sim: {}", chain.join(": "));
}
