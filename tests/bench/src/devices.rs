//! `device.*.wire_ratio`: how much longer a driver takes than the wire itself.
//!
//! T is the time of one call of the driver, first request byte to typed result. D is what the wire and the peer
//! need: all bytes × 10 / baud, plus the peer's declared think times. The peers read the baud from the pty and pace
//! by absolute deadlines; a driver's sleeps never count in D, and its waits between two polls not in T.

mod page_printer;
mod scanner;
mod smart_card;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_bench::percentile;
use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_drivers_api::{Cancel, IdCardReader, ReceiptPrinter};
use kiosk_id_card::SerialIdCardReader;
use kiosk_receipt_printer::{Flow, Model, SerialReceiptPrinter};
use kiosk_sim::control::{CardAction, Command, Device};
use kiosk_sim::{Options, Simulator, limits};

use crate::Figures;
use crate::figure::{Figure, Goal, Sides};

/// The line of both devices.
const BAUD: u32 = 115_200;
/// Calls of each driver; the median counts.
const CALLS: usize = 9;
/// Dots in a millimetre of paper at 203 dpi.
const DOTS_PER_MM: f64 = 8.0;

/// Measures the drivers.
pub fn measure() -> Figures {
    let dir = tempfile::tempdir()?;
    let simulator = Simulator::start(&Options::in_dir(dir.path()))?;
    Ok(vec![
        id_card(&simulator)?.into(),
        receipt_printer(&simulator)?.into(),
        page_printer::measure(&simulator)?.into(),
        smart_card::measure(dir.path())?,
        scanner::measure(dir.path())?.into(),
    ])
}

fn id_card(simulator: &Simulator) -> Result<Figure, Box<dyn Error>> {
    let path = simulator.path(Device::IdReader).display().to_string();
    let mut reader = SerialIdCardReader::new(kiosk_id_card::Config { path, baud: BAUD, fingerprints: false });
    let _open = reader.status();
    let think = limits::THINK_FIND + limits::THINK_SELECT + limits::THINK_READ + limits::THINK_ITEM;
    let mut times = Vec::new();
    for _ in 0..CALLS {
        simulator.act(&Command::Card(CardAction::Place { resident: "alice".to_owned() }))?;
        let before = simulator.state().reader;
        let start = Instant::now();
        reader.read(&Cancel::default())?;
        let took = start.elapsed();
        let after = simulator.state().reader;
        let bytes = after.bytes_in + after.bytes_out - before.bytes_in - before.bytes_out;
        times.push((took, wire(bytes, BAUD) + think));
        simulator.act(&Command::Card(CardAction::Lift))?;
    }
    Ok(figure("device.id_card.wire_ratio", &times))
}

fn receipt_printer(simulator: &Simulator) -> Result<Figure, Box<dyn Error>> {
    let path = simulator.path(Device::ReceiptPrinter).display().to_string();
    let (model, flow) = (Model::GENERIC_80, Flow::Software);
    let config = kiosk_receipt_printer::Config { path, baud: BAUD, flow, model };
    let mut printer = SerialReceiptPrinter::new(config);
    let _open = printer.status();
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let before = simulator.state().printer;
        let start = Instant::now();
        printer.print(&receipt(), &Cancel::default())?;
        let took = start.elapsed();
        let after = simulator.state().printer;
        let bytes = after.bytes_in + after.bytes_out - before.bytes_in - before.bytes_out;
        let paper = simulator.papers().pop().ok_or("no paper came out")?;
        times.push((took, wire(bytes, BAUD) + moved(&paper.png)? + limits::CUT_STROKE));
    }
    Ok(figure("device.receipt_printer.wire_ratio", &times))
}

fn receipt() -> Document {
    let text = |text: &str| Line::Text {
        text: text.to_owned(),
        align: Align::Left,
        size: Size::Normal,
        bold: false,
    };
    let mut lines: Vec<Line> = (0..20).map(|_| text("鹤城自助 0123456789")).collect();
    lines.push(Line::Qr("hecheng:receipt/230202-0001-01000001".to_owned()));
    Document { lines }
}

/// 8N1: ten bits for each byte.
fn wire(bytes: u64, baud: u32) -> Duration {
    Duration::from_secs_f64(bytes as f64 * 10.0 / f64::from(baud))
}

/// How long the paper moved.
fn moved(png: &Path) -> Result<Duration, Box<dyn Error>> {
    let file = std::io::BufReader::new(std::fs::File::open(png)?);
    let rows = png::Decoder::new(file).read_info()?.info().height;
    Ok(Duration::from_secs_f64(f64::from(rows) / DOTS_PER_MM / limits::PAPER_MM_PER_S as f64))
}

fn figure(name: &str, times: &[(Duration, Duration)]) -> Figure {
    let seconds = |side: fn(&(Duration, Duration)) -> Duration| {
        let mut all: Vec<f64> = times.iter().map(|pair| side(pair).as_secs_f64()).collect();
        percentile(&mut all, 0.5)
    };
    let (ours, theirs) = (seconds(|pair| pair.0), seconds(|pair| pair.1));
    Figure {
        name: name.to_owned(),
        value: ours / theirs,
        unit: "ratio",
        goal: Goal::AtMost(1.3),
        sides: Some(Sides { ours, theirs, peer: "the wire, s" }),
    }
}
