//! A page printer that does what was recorded, in virtual time, and the page that is printed on it.

use std::time::Duration;

use kiosk_drivers_api::{Cancel, PageJob, PaperSize};
use kiosk_page_printer::line::{Line, LineError, Post};
use kiosk_page_printer::{Config, Printer};
use kiosk_sim::ipp::replayed;
use kiosk_sim::recording::{Dialogue, Recording};

/// The driver's end of a recording.
pub struct Recorded {
    /// What the printer has still to say.
    pub dialogue: Dialogue,
    now: Duration,
}

impl Line for Recorded {
    fn now(&self) -> Duration {
        self.now
    }

    fn pause(&mut self, wait: Duration) {
        self.now += wait;
    }

    fn exchange(&mut self, post: Post, wait: Duration, _cancel: &Cancel) -> Result<Vec<u8>, LineError> {
        let answer = replayed(&mut self.dialogue, &post.body);
        self.now += answer.as_ref().map_or(wait, |(after, _)| *after);
        match answer.map(|(_, reply)| reply) {
            Some(reply) if reply.status == 200 => Ok(reply.body),
            Some(_) => Err(LineError::Nonsense),
            None => Err(LineError::Silent),
        }
    }
}

/// Who prints, and where.
pub fn config(uri: &str) -> Config {
    Config { uri: uri.to_owned(), user: "230202-0001".to_owned(), certificate: None }
}

/// A driver above a recording; the address is another one than it was then.
pub fn printer(recording: &Recording) -> Printer<Recorded> {
    let line = Recorded { dialogue: Dialogue::new(recording), now: Duration::ZERO };
    Printer::on(line, &config("ipp://printer.example/ipp/print"))
}

/// One page about nobody. Its document is not recorded, so that any bytes will do.
pub fn page(copies: u8) -> PageJob {
    let pdf = b"%PDF-1.4 /Type /Page ".to_vec();
    PageJob { pdf, pages: 1, bitmaps: Vec::new(), copies, paper: PaperSize::A4 }
}
