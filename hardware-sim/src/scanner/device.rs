//! The scanner as a device on a line: takes orders, looks, and says what it sees.

use std::collections::VecDeque;
use std::time::Duration;

use super::code::Shown;
use super::dialect::Dialect;
use super::orders::{Order, take};
use super::packets;
use super::reports;
use crate::limits::{
    ANSWERS_MAX, LOOK_TIME, OVERSIZE_BYTES, PACKET_TRIES, PACKET_WAIT, REQUEST_GAP, SCANNER_ORDER_GAP,
    SEES_AGAIN, THINK_DECODE, THINK_ORDER, THINK_SLOW_EXTRA,
};
use crate::pacing::wire_time;
use crate::peripheral::{Peripheral, Said};
use crate::usb::{Setup, UsbPeripheral};

/// `SET_REPORT` to an interface (HID 1.11, 7.2).
const SET_REPORT: (u8, u8) = (0x21, 0x09);
/// Bytes the scanner takes at once.
const ROOM_BYTES: usize = 256;
/// What stands behind a code, but for packets.
const SUFFIX: u8 = b'\r';
/// Noise of the fault `garbage`; as a packet it would be 32 bytes long.
const NOISE: [u8; 6] = [0x20, 0xFF, 0x00, 0x7F, 0x02, 0xC3];

/// What goes wrong with the next code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is said to anything, until the fault is taken back.
    Silent,
    /// Half of it comes, then silence.
    Torn,
    /// Noise stands before it.
    Garbage,
    /// The checksum of its first packet is wrong.
    Checksum,
    /// It comes late.
    Slow,
    /// It has far more digits than any QR code holds bytes.
    Oversize,
}

/// A packet that waits to be acknowledged.
#[derive(Debug)]
struct Owed {
    packet: Vec<u8>,
    tries: u32,
    until: Duration,
}

/// A code scanner.
#[derive(Debug)]
pub struct Scanner {
    dialect: Dialect,
    shown: Option<Shown>,
    fault: Option<Fault>,
    /// Until when it looks; nothing while its light is off.
    lit_until: Option<Duration>,
    /// When it will have read what it sees.
    reads_at: Option<Duration>,
    received: Vec<u8>,
    heard_at: Duration,
    ordered_at: Option<Duration>,
    said: VecDeque<Said>,
    owed: Option<Owed>,
    waiting: VecDeque<Vec<u8>>,
    codes: u64,
    unknown_orders: u64,
}

impl Scanner {
    /// A scanner with nothing before its window.
    pub fn new(dialect: Dialect) -> Scanner {
        Scanner {
            dialect,
            shown: None,
            fault: None,
            lit_until: None,
            reads_at: None,
            received: Vec::new(),
            heard_at: Duration::ZERO,
            ordered_at: None,
            said: VecDeque::new(),
            owed: None,
            waiting: VecDeque::new(),
            codes: 0,
            unknown_orders: 0,
        }
    }

    /// How it talks.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What is held before its window.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// Whether its light is on.
    pub fn is_lit(&self) -> bool {
        self.dialect == Dialect::Plain || self.lit_until.is_some()
    }

    /// The fault that is set.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Codes it has read.
    pub fn codes(&self) -> u64 {
        self.codes
    }

    /// Orders it did not know.
    pub fn unknown_orders(&self) -> u64 {
        self.unknown_orders
    }

    /// Holds a code before its window, or takes it away.
    pub fn show(&mut self, now: Duration, shown: Option<Shown>) {
        self.shown = shown;
        self.look_from(now);
    }

    /// Spoils the next code; `None` takes that back.
    pub fn set_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    /// Begins to work, now that the plug is in.
    pub fn power_on(&mut self, now: Duration) {
        self.look_from(now);
    }

    fn is_silent(&self) -> bool {
        self.fault == Some(Fault::Silent)
    }

    fn look_from(&mut self, start: Duration) {
        let sees = self.is_lit() && self.shown.is_some();
        self.reads_at = sees.then_some(start + THINK_DECODE);
    }

    fn order(&mut self, now: Duration, order: Order, answer: Vec<u8>) {
        if self.dialect == Dialect::Newland {
            let is_hasty = self.ordered_at.is_some_and(|last| now < last + SCANNER_ORDER_GAP);
            self.ordered_at = Some(now);
            if is_hasty {
                return;
            }
        }
        // It looks once it has answered.
        let ready = now + THINK_ORDER + wire_time(answer.len(), self.baud());
        self.say(now + THINK_ORDER, answer);
        match order {
            Order::Pull => self.pull(ready),
            Order::Release => self.release(now),
            Order::Acknowledged => self.go_on(now),
            Order::Again => self.send_again(now),
            Order::Other => {}
            Order::Unknown => self.unknown_orders += 1,
        }
    }

    fn release(&mut self, now: Duration) {
        self.lit_until = None;
        self.look_from(now);
    }

    fn pull(&mut self, ready: Duration) {
        let is_looking = self.reads_at.is_some();
        self.lit_until = Some(ready + LOOK_TIME);
        if !is_looking {
            self.look_from(ready);
        }
    }

    fn say(&mut self, at: Duration, bytes: Vec<u8>) {
        if !bytes.is_empty() && self.said.len() < ANSWERS_MAX {
            self.said.push_back(Said { at, bytes });
        }
    }

    /// Has read what it sees, and says it; a scanner with a trigger then stops looking.
    fn read(&mut self, at: Duration) {
        self.reads_at = None;
        let Some(mut shown) = self.shown.clone() else { return };
        if self.is_silent() {
            return self.look_from(at + SEES_AGAIN);
        }
        let fault = self.fault.take();
        if fault == Some(Fault::Slow) {
            self.reads_at = Some(at + THINK_SLOW_EXTRA);
            self.lit_until = Some(at + THINK_SLOW_EXTRA + LOOK_TIME);
            return;
        }
        if fault == Some(Fault::Oversize) {
            shown.content = vec![b'7'; OVERSIZE_BYTES];
        }
        self.codes += 1;
        self.lit_until = None;
        let end = self.say_code(at, &shown, fault);
        if self.dialect == Dialect::Plain {
            self.look_from(end + SEES_AGAIN);
        }
    }

    /// When it will have been said.
    fn say_code(&mut self, at: Duration, shown: &Shown, fault: Option<Fault>) -> Duration {
        if self.dialect == Dialect::Ssi {
            self.waiting = packets::of_code(shown).into();
            self.say_packet(at, fault);
            return at;
        }
        if self.dialect == Dialect::HidPos {
            self.say_reports(at, shown, fault);
            return at;
        }
        let bytes = spoil([shown.content.as_slice(), &[SUFFIX]].concat(), fault);
        let end = at + wire_time(bytes.len(), self.baud());
        self.say(at, bytes);
        end
    }

    fn say_reports(&mut self, at: Duration, shown: &Shown, fault: Option<Fault>) {
        let code = if fault == Some(Fault::Torn) { reports::torn(shown) } else { reports::of_code(shown) };
        let noise = (fault == Some(Fault::Garbage)).then_some(reports::NOISE);
        self.say(at, noise.into_iter().chain(code).flatten().collect());
    }

    fn say_packet(&mut self, at: Duration, fault: Option<Fault>) {
        self.owed = self.waiting.pop_front().map(|packet| {
            let until = at + wire_time(packet.len(), self.dialect.baud()) + PACKET_WAIT;
            Owed { packet, tries: 1, until }
        });
        if let Some(packet) = self.owed.as_ref().map(|owed| owed.packet.clone()) {
            self.say(at, spoil(packet, fault));
        }
    }

    fn go_on(&mut self, now: Duration) {
        if self.owed.take().is_some() {
            self.say_packet(now + THINK_ORDER, None);
        }
    }

    /// Sends the last packet again; after [`PACKET_TRIES`] the code is given up.
    fn send_again(&mut self, now: Duration) {
        let Some(owed) = &mut self.owed else { return };
        if owed.tries == PACKET_TRIES {
            self.owed = None;
            return self.waiting.clear();
        }
        let packet = packets::again(&owed.packet);
        owed.tries += 1;
        owed.until = now + wire_time(packet.len(), self.dialect.baud()) + PACKET_WAIT;
        self.say(now + THINK_ORDER, packet);
    }
}

impl Peripheral for Scanner {
    fn baud(&self) -> u32 {
        self.dialect.baud()
    }

    fn room(&self) -> usize {
        ROOM_BYTES
    }

    fn hear(&mut self, now: Duration, bytes: &[u8]) {
        if now.saturating_sub(self.heard_at) > REQUEST_GAP || self.is_silent() {
            self.received.clear();
        }
        self.heard_at = now;
        if self.is_silent() {
            return;
        }
        self.received.extend(bytes);
        while let Some((order, answer)) = take(self.dialect, &mut self.received) {
            self.order(now, order, answer);
        }
    }

    fn advance(&mut self, now: Duration) {
        while let Some(at) = self.reads_at.filter(|at| *at <= now) {
            self.read(at);
        }
        if self.lit_until.take_if(|until| *until <= now).is_some() {
            self.reads_at = None;
        }
        if let Some(until) = self.owed.as_ref().map(|owed| owed.until).filter(|until| *until <= now) {
            self.send_again(until);
        }
    }

    fn due(&self) -> Option<Duration> {
        let owed = self.owed.as_ref().map(|owed| owed.until);
        [self.reads_at, self.lit_until, owed].into_iter().flatten().min()
    }

    fn say(&mut self) -> Option<Said> {
        self.said.pop_front()
    }

    fn said(&mut self) {}

    fn power_cycle(&mut self) {
        let kept = (self.shown.take(), self.fault, self.codes, self.unknown_orders);
        *self = Scanner::new(self.dialect);
        (self.shown, self.fault, self.codes, self.unknown_orders) = kept;
    }
}

impl UsbPeripheral for Scanner {
    fn class_request(&mut self, now: Duration, setup: Setup, data: &[u8]) -> Option<Vec<u8>> {
        let order = reports::order(data).filter(|_| (setup.kind, setup.request) == SET_REPORT)?;
        if !self.is_silent() {
            self.order(now, order, Vec::new());
        }
        Some(Vec::new())
    }
}

fn spoil(mut bytes: Vec<u8>, fault: Option<Fault>) -> Vec<u8> {
    match fault {
        Some(Fault::Torn) => bytes.truncate(bytes.len() / 2),
        Some(Fault::Garbage) => bytes = [NOISE.as_slice(), &bytes].concat(),
        Some(Fault::Checksum) => bytes.iter_mut().next_back().into_iter().for_each(|byte| *byte ^= 0x01),
        None | Some(Fault::Silent | Fault::Slow | Fault::Oversize) => {}
    }
    bytes
}

#[cfg(test)]
mod tests;
