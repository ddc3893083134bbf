//! The page printer's: D is what the simulator measured from the head of each request to its answer, and the waits
//! between two questions, which the driver makes through its line, are taken off T.

use std::error::Error;
use std::time::{Duration, Instant};

use kiosk_drivers_api::{Cancel, PageJob, PagePrinter, PaperSize};
use kiosk_page_printer::line::{HttpLine, Line, LineError, Post};
use kiosk_page_printer::{Config, Printer};
use kiosk_sim::Simulator;
use kiosk_sim::control::Device;

use super::{CALLS, figure};
use crate::figure::Figure;

/// A sealed page as it is sent: text and a picture.
const PDF_BYTES: usize = 200_000;

/// A line that counts how long the driver waits by itself.
struct Counting {
    line: HttpLine,
    paused: Duration,
}

impl Line for Counting {
    fn now(&self) -> Duration {
        self.line.now()
    }

    fn pause(&mut self, wait: Duration) {
        let start = Instant::now();
        self.line.pause(wait);
        self.paused += start.elapsed();
    }

    fn exchange(&mut self, post: Post, wait: Duration, cancel: &Cancel) -> Result<Vec<u8>, LineError> {
        self.line.exchange(post, wait, cancel)
    }
}

pub(super) fn measure(simulator: &Simulator) -> Result<Figure, Box<dyn Error>> {
    let uri = std::fs::read_to_string(simulator.path(Device::PagePrinter))?.trim().to_owned();
    let config = Config { uri, user: "kiosk-bench".to_owned(), certificate: None };
    let line = Counting { line: HttpLine::new(config.clone()), paused: Duration::ZERO };
    let mut printer = Printer::on(line, &config);
    let _open = printer.status();
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let (handled, paused) = (handling(simulator), printer.line().paused);
        let start = Instant::now();
        printer.print(&page(), &Cancel::default())?;
        let took = start.elapsed();
        times.push((took - (printer.line().paused - paused), handling(simulator) - handled));
    }
    Ok(figure("device.page_printer.wire_ratio", &times))
}

fn handling(simulator: &Simulator) -> Duration {
    Duration::from_micros(simulator.state().page_printer.handling_us)
}

fn page() -> PageJob {
    let mut pdf = b"%PDF-1.7 <</Type/Page>>".to_vec();
    pdf.resize(PDF_BYTES, b' ');
    PageJob { pdf, pages: 1, bitmaps: Vec::new(), copies: 1, paper: PaperSize::A4 }
}
