//! The mechanism: a receive buffer, the commands out of it in order, and paper that moves at its own speed.
//!
//! Real-time requests are answered as they arrive. All else waits its turn: while something is wrong nothing is
//! executed, so an answer in order (`GS r`) proves that everything before it is on paper.

use std::collections::VecDeque;
use std::time::Duration;

use super::buffer::{Buffer, Flow, XON};
use super::command::Question;
use super::glyphs::Glyphs;
use super::paper::{Piece, Roll, Row};
use super::request::{CLEAR, holds_data};
use super::status::{Condition, PrinterState, concerns, identity};
use super::writer::{Step, Writer};
use crate::limits::{CUT_STROKE, PAPER_MM_PER_S, PIECES_MAX, PRINTER_RESERVE_BYTES};
use crate::peripheral::{Peripheral, Said};

/// Line rate of the printer, set by its switches.
const BAUD: u32 = 115_200;
/// Dots in a millimetre.
const DOTS_PER_MM: u64 = 8;
/// Time of one row.
const ROW_TIME: Duration = Duration::from_nanos(1_000_000_000 / (PAPER_MM_PER_S * DOTS_PER_MM));

/// Said once that is done.
const CLEARED: [u8; 3] = [0x37, 0x25, 0x00];

/// A receipt printer.
#[derive(Debug)]
pub struct Printer {
    condition: Condition,
    roll: Roll,
    pieces: Vec<Piece>,
    glyphs: Glyphs,
    /// A page lies where people take it.
    in_outlet: bool,
    lost_bytes: u64,
    /// When the mechanism is free.
    clock: Duration,
    power: Power,
}

/// What is lost with the power.
#[derive(Debug)]
struct Power {
    buffer: Buffer,
    /// The last bytes that arrived, to see real-time requests.
    last: [u8; CLEAR.len()],
    writer: Writer,
    steps: VecDeque<Step>,
    said: VecDeque<Said>,
    automatic: u8,
    reported: [u8; 4],
}

impl Power {
    fn on(flow: Flow) -> Power {
        Power {
            buffer: Buffer::new(flow),
            last: [0; CLEAR.len()],
            writer: Writer::default(),
            steps: VecDeque::new(),
            said: VecDeque::new(),
            automatic: 0,
            reported: Condition::default().automatic(),
        }
    }

    fn is_idle(&self) -> bool {
        self.buffer.is_empty() && self.steps.is_empty()
    }

    /// Whether part of a job is inside.
    fn holds_a_job(&self) -> bool {
        !self.steps.is_empty() || !self.writer.is_idle() || holds_data(self.buffer.bytes())
    }
}

impl Printer {
    /// A printer with a full roll, which holds the line back by wire.
    pub fn new(glyphs: Glyphs) -> Printer {
        Printer {
            condition: Condition::default(),
            roll: Roll::default(),
            pieces: Vec::new(),
            glyphs,
            in_outlet: false,
            lost_bytes: 0,
            clock: Duration::ZERO,
            power: Power::on(Flow::default()),
        }
    }

    /// The same, asking for pauses another way.
    pub fn with_flow(mut self, flow: Flow) -> Printer {
        self.power = Power::on(flow);
        self
    }

    /// Something happens to the printer, or is put right.
    pub fn set_state(&mut self, now: Duration, state: PrinterState) {
        self.advance(now);
        self.condition = Condition { state, cutter_stuck: false };
        self.report(now);
    }

    /// How it stands.
    pub fn condition(&self) -> Condition {
        self.condition
    }

    /// Bytes received and not yet executed.
    pub fn buffered(&self) -> usize {
        self.power.buffer.len()
    }

    /// Commands it skipped because it does not know them.
    pub fn unknown_commands(&self) -> u64 {
        self.power.writer.unknown
    }

    /// Printed paper that is not cut, millimetres.
    pub fn uncut_mm(&self) -> usize {
        self.roll.uncut_rows().div_ceil(DOTS_PER_MM as usize)
    }

    /// The pieces cut since the last call.
    pub fn take_pieces(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.pieces)
    }

    /// Whether a page lies where people take it.
    pub fn is_in_outlet(&self) -> bool {
        self.in_outlet
    }

    /// Somebody takes what lies there.
    pub fn empty_outlet(&mut self) {
        self.in_outlet = false;
    }

    /// Bytes that found no room in the buffer.
    pub fn lost_bytes(&self) -> u64 {
        self.lost_bytes
    }

    fn arrive(&mut self, now: Duration, byte: u8) {
        self.power.last.rotate_left(1);
        self.power.last[CLEAR.len() - 1] = byte;
        let [.., before, last, _] = self.power.last;
        let real_time = before == 0x10 && matches!((last, byte), (0x04, 1..=4 | 20) | (0x05, 1..=2));
        if !self.power.buffer.push(byte) {
            self.lost_bytes += 1;
            self.roll.interrupt();
        }
        self.say_wish(now);
        if real_time {
            self.real_time(now, last, byte);
        }
        if self.power.last == CLEAR {
            self.lose_job();
            self.say(now, CLEARED.to_vec());
        }
    }

    /// Asks for a pause, or ends it.
    fn say_wish(&mut self, at: Duration) {
        let wish = self.power.buffer.wish();
        wish.into_iter().for_each(|byte| self.say(at, vec![byte]));
    }

    /// Answers a request as it arrives.
    fn real_time(&mut self, now: Duration, kind: u8, n: u8) {
        self.power.buffer.drop_request();
        if kind == 0x05 {
            self.recover(now, n);
        } else if n == 20 {
            self.say(now, self.condition.full(self.in_outlet).to_vec());
        } else if let Some(status) = self.condition.real_time(n) {
            self.say(now, vec![status]);
        }
    }

    /// DLE ENQ: 1 tries again, 2 throws the job away first.
    fn recover(&mut self, now: Duration, n: u8) {
        if !self.condition.recoverable() {
            return;
        }
        self.condition.cutter_stuck = false;
        if n == 2 {
            self.lose_job();
        }
        self.report(now);
    }

    fn lose_job(&mut self) {
        if self.power.holds_a_job() || self.roll.uncut_rows() > 0 {
            self.roll.interrupt();
        }
        let fresh = Power::on(self.power.buffer.flow());
        let old = std::mem::replace(&mut self.power, fresh);
        self.power.automatic = old.automatic;
        self.power.reported = old.reported;
        self.power.said = old.said;
        self.power.writer.unknown = old.writer.unknown;
        if old.buffer.is_paused() {
            self.say(self.clock, vec![XON]);
        }
    }

    fn say(&mut self, at: Duration, bytes: Vec<u8>) {
        if self.power.said.len() < PRINTER_RESERVE_BYTES {
            self.power.said.push_back(Said { at, bytes });
        }
    }

    /// Sends the automatic status where it changed in a group that is switched on.
    fn report(&mut self, now: Duration) {
        let status = self.condition.automatic();
        if concerns(self.power.automatic, self.power.reported, status) {
            self.say(now, status.to_vec());
        }
        self.power.reported = status;
    }

    /// Does one step at `self.clock`.
    fn step(&mut self, step: Step) {
        match step {
            Step::Row(row) => {
                self.roll.print(row);
                self.clock += ROW_TIME;
            }
            Step::Feed(rows) => {
                self.roll.print(Row::default());
                self.clock += ROW_TIME;
                if rows > 1 {
                    self.power.steps.push_front(Step::Feed(rows - 1));
                }
            }
            Step::Note(note) => self.roll.note(note),
            Step::Ask(question) => self.answer(&question),
            Step::Cut { partial } => self.cut(partial),
        }
    }

    fn cut(&mut self, partial: bool) {
        if self.condition.state == PrinterState::Cutter {
            self.condition.cutter_stuck = true;
            self.power.steps.push_front(Step::Cut { partial });
            self.report(self.clock);
            return;
        }
        self.clock += CUT_STROKE;
        self.in_outlet = true;
        let piece = self.roll.cut(partial);
        if self.pieces.len() < PIECES_MAX {
            self.pieces.push(piece);
        }
    }

    /// Takes one byte out of the buffer.
    fn parse(&mut self) -> bool {
        let Some(byte) = self.power.buffer.pop() else { return false };
        self.say_wish(self.clock);
        self.power.steps.extend(self.power.writer.push(byte, &mut self.glyphs));
        true
    }

    fn answer(&mut self, question: &Question) {
        let bytes = match question {
            Question::Status(1 | 49) => vec![self.condition.paper()],
            Question::Status(2 | 50) => vec![0],
            Question::Status(_) => Vec::new(),
            Question::QrSize => self.power.writer.qr_size(),
            Question::Identity(n) => identity(*n),
            Question::AutomaticStatus(groups) => {
                self.power.automatic = *groups;
                if *groups == 0 { Vec::new() } else { self.condition.automatic().to_vec() }
            }
        };
        if !bytes.is_empty() {
            self.say(self.clock, bytes);
        }
    }
}

impl Peripheral for Printer {
    fn baud(&self) -> u32 {
        BAUD
    }

    fn room(&self) -> usize {
        self.power.buffer.room()
    }

    fn hear(&mut self, now: Duration, bytes: &[u8]) {
        self.advance(now);
        for byte in bytes {
            self.arrive(now, *byte);
        }
    }

    fn advance(&mut self, now: Duration) {
        while self.clock <= now && !self.condition.stopped() {
            match self.power.steps.pop_front() {
                Some(step) => self.step(step),
                None if self.parse() => {}
                None => break,
            }
        }
        if self.condition.stopped() || self.power.is_idle() {
            self.clock = self.clock.max(now);
        }
    }

    /// When the next step is due that shows outside: paper that merely moves wakes nobody.
    fn due(&self) -> Option<Duration> {
        if self.condition.stopped() || self.power.is_idle() {
            return None;
        }
        let rows = |step: &Step| match step {
            Step::Row(_) => Some(1),
            Step::Feed(rows) => Some(*rows),
            Step::Note(_) => Some(0),
            Step::Cut { .. } | Step::Ask(_) => None,
        };
        let moving: usize = self.power.steps.iter().map_while(rows).sum();
        Some(self.clock + ROW_TIME * u32::try_from(moving).unwrap_or(u32::MAX))
    }

    fn say(&mut self) -> Option<Said> {
        self.power.said.pop_front()
    }

    fn said(&mut self) {}

    fn power_cycle(&mut self) {
        self.lose_job();
        self.power = Power::on(self.power.buffer.flow());
        self.condition.cutter_stuck = false;
        self.power.reported = self.condition.automatic();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// As Epson and Citizen publish it: `DLE DC4 8` clears, `37 25 00` says so.
    const DLE_DC4_8: &[u8] = &[0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
    const CLEAR_RESPONSE: &[u8] = &[0x37, 0x25, 0x00];
    const CUT: &[u8] = &[0x1D, 0x56, 0x42, 0x00];
    const STATUS_IN_ORDER: &[u8] = &[0x1D, 0x72, 0x01];
    const START: Duration = Duration::from_secs(1);
    const LATER: Duration = Duration::from_secs(60);

    /// A printer that something happened to in the first line of three, with the cut and a question behind them.
    fn stopped_by(state: PrinterState) -> Printer {
        let mut printer = Printer::new(Glyphs::load().unwrap());
        printer.hear(START, &[b"one\ntwo\nthree\n", CUT, STATUS_IN_ORDER].concat());
        printer.set_state(START + Duration::from_millis(10), state);
        printer
    }

    fn bytes_said(printer: &mut Printer) -> Vec<u8> {
        std::iter::from_fn(|| Peripheral::say(printer)).flat_map(|said| said.bytes).collect()
    }

    #[test]
    fn a_job_cleared_while_paper_was_out_does_not_come_out_with_new_paper() {
        let mut printer = stopped_by(PrinterState::PaperOut);
        let printed = printer.uncut_mm();
        printer.hear(LATER, DLE_DC4_8);
        assert_eq!(bytes_said(&mut printer), CLEAR_RESPONSE);
        printer.set_state(LATER, PrinterState::Ok);
        printer.advance(LATER * 2);
        assert_eq!((printer.uncut_mm(), printer.take_pieces().len()), (printed, 0));
        assert!(bytes_said(&mut printer).is_empty());
        printer.hear(LATER * 2, &[b"next\n", CUT].concat());
        printer.advance(LATER * 3);
        assert_eq!(printer.take_pieces().remove(0).lines, ["next"]);
    }

    #[test]
    fn the_order_to_clear_is_answered_at_once_in_every_state() {
        use PrinterState as S;
        for state in [S::Ok, S::NearEnd, S::PaperOut, S::CoverOpen, S::Jam, S::Cutter, S::HeadHot] {
            let mut printer = stopped_by(state);
            let now = START + Duration::from_millis(11);
            printer.hear(now, DLE_DC4_8);
            let said = Peripheral::say(&mut printer);
            assert_eq!(said, Some(Said { at: now, bytes: CLEAR_RESPONSE.to_vec() }), "{state:?}");
            assert_eq!(printer.buffered(), 0, "{state:?}");
        }
    }
}
