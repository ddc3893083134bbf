//! The code scanner's: a receipt's QR code lies there, the trigger is pulled, the code read, the trigger released. D is all
//! bytes on the line plus the peer's think times: two orders, one code. T begins with the first byte of the trigger, so that
//! the distance a scanner wants between the release before and this one is not in it. Of the dialects the worst counts.

use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use kiosk_drivers_api::{Cancel, CodeScanner};
use kiosk_scanner::{Dialect, Input, Scanner, SerialInput};
use kiosk_serial::{LinkError, SerialLink};
use kiosk_sim::control::{Command, Device, ScannerAction, ScannerView};
use kiosk_sim::scanner::Dialect as Kind;
use kiosk_sim::{Options, Simulator, limits};

use super::{CALLS, figure, wire};
use crate::figure::Figure;

const KINDS: [(Kind, Dialect); 3] = [
    (Kind::Newland, Dialect::NEWLAND),
    (Kind::Honeywell, Dialect::HONEYWELL),
    (Kind::Ssi, Dialect::ZEBRA_SSI),
];

/// An input that tells when each command began to leave.
struct Timed {
    input: SerialInput<SerialLink>,
    sent: Sender<Instant>,
}

impl Input for Timed {
    fn open(&mut self) -> Result<(), LinkError> {
        self.input.open()
    }

    fn close(&mut self) {
        self.input.close();
    }

    fn send(&mut self, command: &[u8], wait: Duration) -> Result<bool, LinkError> {
        // Whoever measures outlives the scanner.
        let _ = self.sent.send(Instant::now());
        self.input.send(command, wait)
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        self.input.receive(buffer, wait)
    }

    fn now(&self) -> Duration {
        self.input.now()
    }
}

pub(super) fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    let figures = KINDS.map(|(kind, dialect)| of(&dir.join(dialect.name), kind, dialect));
    let figures: Vec<Figure> = figures.into_iter().collect::<Result<_, _>>()?;
    let worst = figures.into_iter().max_by(|one, other| one.value.total_cmp(&other.value));
    Ok(worst.ok_or("no dialect")?)
}

fn of(dir: &Path, kind: Kind, dialect: Dialect) -> Result<Figure, Box<dyn Error>> {
    let simulator = Simulator::start(&Options { scanner: kind, ..Options::in_dir(dir) })?;
    let path = simulator.path(Device::Scanner).display().to_string();
    let (sender, sent) = channel();
    let input = Timed { input: SerialInput(SerialLink::new(path, kind.baud())), sent: sender };
    let mut scanner = Scanner::on(input, dialect);
    let _open = scanner.status();
    // Honeywell's triggers are not answered, so that nobody waits for their think time.
    let orders = if dialect.has_answers { limits::THINK_ORDER * 2 } else { limits::THINK_ORDER };
    let mut times = Vec::new();
    for call in 0..CALLS {
        simulator.act(&Command::Scanner(receipt(call)))?;
        let before = bytes(&simulator.state().scanner);
        sent.try_iter().for_each(drop);
        scanner.scan(&Cancel::default())?;
        let took = sent.try_iter().min().ok_or("no trigger was pulled")?.elapsed();
        let bytes = bytes(&simulator.state().scanner) - before;
        times.push((took, wire(bytes, kind.baud()) + orders + limits::THINK_DECODE));
    }
    Ok(figure("device.scanner.wire_ratio", &times))
}

/// Another receipt each time, since the same one is not taken twice in a row.
fn receipt(number: usize) -> ScannerAction {
    let text = format!("hecheng:receipt/230202-0001-0100000{number}");
    ScannerAction::Show { text, symbology: "Q1".to_owned(), gbk: false }
}

fn bytes(view: &ScannerView) -> u64 {
    view.bytes_in + view.bytes_out
}
