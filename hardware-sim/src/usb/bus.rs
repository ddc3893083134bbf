//! Packets between the transfers of programs and the device.
//!
//! A device that has no room for a packet does not take it, and one that has nothing to say gives none: the transfer waits until
//! it is called off. Pulling the plug ends every transfer.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::descriptor::{PACKET_BYTES, Shape};
use super::peripheral::{Setup, UsbPeripheral};
use super::pipes::{Outbox, Spread};
use super::tree::Fifo;
use super::urb::{CANCELLED, NO_DEVICE, OVERFLOWED, SETUP_BYTES, STALLED, Urb};
use crate::line::End;
use crate::recording::Way;

/// A device, the programs that have it open, and their transfers.
pub(crate) struct Bus<P> {
    pub(crate) end: End<P>,
    shape: Shape,
    spread: Spread,
    outbox: Outbox,
    sessions: BTreeMap<u64, Session>,
    /// What a program waits at; none while the plug is out.
    fifo: Option<Fifo>,
    /// The program that has claimed the interface.
    claimed_by: Option<u64>,
    /// What the kernel has put on the interface.
    kernel_driver: Option<&'static str>,
    after: Box<dyn FnMut(&mut P) + Send>,
}

/// A program's open device file.
#[derive(Debug, Default)]
struct Session {
    pending: VecDeque<Urb>,
    done: VecDeque<Urb>,
    /// The plug was pulled since it was opened.
    is_gone: bool,
}

/// What there is to fetch for a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    Done(Box<Urb>),
    Nothing,
    Gone,
}

impl<P: UsbPeripheral> Bus<P> {
    pub(crate) fn new(device: P, shape: Shape, after: Box<dyn FnMut(&mut P) + Send>) -> Self {
        Self {
            end: End::new(device),
            spread: shape.spread(),
            shape,
            outbox: Outbox::default(),
            sessions: BTreeMap::new(),
            fifo: None,
            claimed_by: None,
            kernel_driver: None,
            after,
        }
    }

    pub(crate) fn is_plugged(&self) -> bool {
        self.fifo.is_some()
    }

    pub(crate) fn plug(&mut self, fifo: Fifo) {
        self.fifo = Some(fifo);
        self.kernel_driver = self.shape.kernel_driver;
    }

    /// Ends every transfer, and lets the device lose its power.
    pub(crate) fn unplug(&mut self) {
        for session in self.sessions.values_mut() {
            session.is_gone = true;
            let ended = session.pending.drain(..).map(|urb| urb.ended(NO_DEVICE));
            session.done.extend(ended);
        }
        self.wake();
        self.fifo = None;
        self.claimed_by = None;
        self.outbox.clear();
        self.end.device.power_cycle();
    }

    pub(crate) fn open(&mut self, session: u64) {
        let is_gone = !self.is_plugged();
        self.sessions.insert(session, Session { is_gone, ..Session::default() });
    }

    pub(crate) fn close(&mut self, session: u64) {
        self.sessions.remove(&session);
        self.release(session);
    }

    pub(crate) fn is_gone(&self, session: u64) -> bool {
        self.sessions.get(&session).is_none_or(|session| session.is_gone)
    }

    pub(crate) fn kernel_driver(&self) -> Option<&'static str> {
        self.kernel_driver
    }

    /// Sends the kernel driver away; tells whether there was one.
    pub(crate) fn detach(&mut self) -> bool {
        self.kernel_driver.take().is_some()
    }

    /// Claims the interface; not while somebody else has it.
    pub(crate) fn claim(&mut self, session: u64) -> bool {
        let is_free = self.kernel_driver.is_none() && self.claimed_by.is_none_or(|owner| owner == session);
        if is_free {
            self.claimed_by = Some(session);
        }
        is_free
    }

    pub(crate) fn release(&mut self, session: u64) {
        self.claimed_by.take_if(|owner| *owner == session);
    }

    /// Begins a transfer; tells whether the device is still there. Behind a pulled plug none may begin: nothing would end it.
    pub(crate) fn submit(&mut self, session: u64, urb: Urb, now: Duration) -> bool {
        let here = self.sessions.get_mut(&session).filter(|session| !session.is_gone);
        let is_there = here.map(|session| session.pending.push_back(urb)).is_some();
        self.pump(now);
        is_there
    }

    /// Calls a transfer off; tells whether it was still under way.
    pub(crate) fn discard(&mut self, session: u64, address: u64) -> bool {
        let Some(session) = self.sessions.get_mut(&session) else { return false };
        let place = session.pending.iter().position(|urb| urb.address == address);
        let Some(urb) = place.and_then(|place| session.pending.remove(place)) else { return false };
        session.done.push_back(urb.ended(CANCELLED));
        self.wake();
        true
    }

    /// The next transfer that is done. While there is none for anybody, programs wait again.
    pub(crate) fn fetch(&mut self, session: u64) -> Fetched {
        let Some(here) = self.sessions.get_mut(&session) else { return Fetched::Gone };
        if let Some(urb) = here.done.pop_front() {
            return Fetched::Done(Box::new(urb));
        }
        if here.is_gone {
            return Fetched::Gone;
        }
        let nothing = self.sessions.values().all(|session| session.done.is_empty());
        if nothing && let Some(Err(error)) = self.fifo.as_mut().map(Fifo::fill) {
            tracing::warn!(%error, "a device file cannot be filled");
        }
        Fetched::Nothing
    }

    /// Lets the device go on up to `now`, and transfers with it.
    pub(crate) fn pump(&mut self, now: Duration) {
        if !self.is_plugged() {
            return;
        }
        loop {
            self.end.device.advance(now);
            while let Some(said) = self.end.device.say() {
                self.end.note(now, Way::FromDevice, &said.bytes);
                self.outbox.put(self.spread, &said.bytes);
                self.end.device.said();
            }
            if !self.carry(now) {
                break;
            }
        }
        (self.after)(&mut self.end.device);
        self.wake();
    }

    /// Carries what can be carried; tells whether any transfer ended.
    fn carry(&mut self, now: Duration) -> bool {
        let mut sessions = std::mem::take(&mut self.sessions);
        let mut has_ended = false;
        for session in sessions.values_mut() {
            let mut waiting = Vec::new();
            for mut urb in std::mem::take(&mut session.pending) {
                // Transfers of an endpoint end in order.
                let may = !waiting.iter().any(|before: &Urb| before.endpoint() == urb.endpoint());
                if may && self.ends(&mut urb, now) {
                    has_ended = true;
                    session.done.push_back(urb);
                } else {
                    waiting.push(urb);
                }
            }
            session.pending.extend(waiting);
        }
        self.sessions = sessions;
        has_ended
    }

    fn ends(&mut self, urb: &mut Urb, now: Duration) -> bool {
        if urb.is_control() {
            self.control(urb, now);
            true
        } else if urb.is_in() {
            self.give(urb)
        } else {
            self.take(urb, now)
        }
    }

    fn take(&mut self, urb: &mut Urb, now: Duration) -> bool {
        while urb.done < urb.data.len() {
            let end = urb.data.len().min(urb.done + PACKET_BYTES);
            let packet = &urb.data[urb.done..end];
            if self.end.device.room() < packet.len() {
                return false;
            }
            self.end.note(now, Way::ToDevice, packet);
            self.end.device.hear(now, packet);
            self.end.bytes_in += packet.len() as u64;
            urb.done = end;
        }
        true
    }

    /// A transfer is full, or ends with a packet that is not.
    fn give(&mut self, urb: &mut Urb) -> bool {
        while let Some(packet) = self.outbox.take(urb.endpoint()) {
            if urb.data.len() + packet.len() > urb.length() {
                urb.status = OVERFLOWED;
                return true;
            }
            self.end.bytes_out += packet.len() as u64;
            urb.data.extend(&packet);
            urb.done = urb.data.len();
            if packet.len() < PACKET_BYTES || urb.done == urb.length() {
                return true;
            }
        }
        false
    }

    fn control(&mut self, urb: &mut Urb, now: Duration) {
        let Some((head, data)) = urb.data.split_first_chunk::<SETUP_BYTES>() else {
            urb.status = STALLED;
            return;
        };
        let setup = Setup::read(*head);
        // What stands in the buffer of a request that wants something is nobody's business.
        let data = if setup.kind & 0x80 == 0 { data } else { &[] };
        self.end.note(now, Way::Question, &[head, data].concat());
        let Some(mut answer) = self.end.device.class_request(now, setup, data) else {
            urb.status = STALLED;
            return;
        };
        if self.shape.is_soft_reset(setup) {
            self.outbox.clear();
        }
        answer.truncate(usize::from(setup.length));
        self.end.note(now, Way::Answer, &answer);
        urb.done = if setup.kind & 0x80 == 0 { data.len() } else { answer.len() };
        urb.data.truncate(SETUP_BYTES);
        urb.data.extend(answer);
    }

    /// Tells programs that something is to be fetched.
    fn wake(&mut self) {
        let something = self.sessions.values().any(|session| !session.done.is_empty());
        if something && let Some(Err(error)) = self.fifo.as_mut().map(Fifo::drain) {
            tracing::warn!(%error, "a device file cannot be drained");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::printer::{Glyphs, Printer, PrinterState};
    use crate::reader::Reader;
    use crate::usb::tree::{Place, Tree};
    use crate::usb::urb::urb;

    const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];
    const NOW: Duration = Duration::from_secs(1);
    const LATER: Duration = Duration::from_secs(2);
    const ME: u64 = 1;
    const BULK: u8 = 3;

    fn plugged<P: UsbPeripheral>(device: P, shape: Shape) -> (tempfile::TempDir, Bus<P>) {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::new(dir.path(), Place { port: 1 }, &shape);
        let mut bus = Bus::new(device, shape, Box::new(|_| {}));
        bus.plug(tree.plug().unwrap());
        bus.open(ME);
        (dir, bus)
    }

    fn reader() -> (tempfile::TempDir, Bus<Reader>) {
        plugged(Reader::new(115_200), Shape::reader_four_pipes())
    }

    fn printer() -> (tempfile::TempDir, Bus<Printer>) {
        plugged(Printer::new(Glyphs::without_font()), Shape::printer())
    }

    fn out(endpoint: u8, bytes: &[u8]) -> Urb {
        let mut transfer = urb(BULK, endpoint, i32::try_from(bytes.len()).unwrap());
        transfer.data = bytes.to_vec();
        transfer
    }

    fn fetched<P: UsbPeripheral>(bus: &mut Bus<P>) -> (i32, Vec<u8>) {
        let Fetched::Done(urb) = bus.fetch(ME) else { panic!("nothing to fetch") };
        (urb.status, urb.data[..urb.done].to_vec())
    }

    #[test]
    fn a_frame_goes_out_in_two_pipes_and_comes_back_in_two() {
        let (_dir, mut bus) = reader();
        bus.submit(ME, out(0x02, &FIND[..7]), NOW);
        bus.submit(ME, out(0x06, &FIND[7..]), NOW);
        bus.submit(ME, urb(BULK, 0x81, 64), NOW);
        assert_eq!(fetched(&mut bus), (0, FIND[..7].to_vec()));
        assert_eq!(fetched(&mut bus), (0, FIND[7..].to_vec()));
        assert_eq!(bus.fetch(ME), Fetched::Nothing, "it thinks");
        bus.pump(LATER);
        assert_eq!(fetched(&mut bus), (0, vec![0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04]));
        bus.submit(ME, urb(BULK, 0x85, 64), LATER);
        assert_eq!(fetched(&mut bus), (0, vec![0x00, 0x00, 0x80, 0x84]));
    }

    #[test]
    fn a_packet_too_large_for_the_transfer_overflows() {
        let (_dir, mut bus) = reader();
        bus.submit(ME, out(0x02, &FIND), NOW);
        bus.submit(ME, urb(BULK, 0x81, 4), NOW);
        fetched(&mut bus);
        bus.pump(LATER);
        assert_eq!(fetched(&mut bus).0, OVERFLOWED);
    }

    #[test]
    fn a_transfer_called_off_tells_how_much_was_taken() {
        let (_dir, mut bus) = printer();
        bus.end.device.set_state(NOW, PrinterState::PaperOut);
        bus.submit(ME, out(0x01, &[b'x'; 6_000]), NOW);
        assert_eq!(bus.fetch(ME), Fetched::Nothing);
        assert!(bus.discard(ME, 0x7000));
        assert!(!bus.discard(ME, 0x7000));
        let (status, taken) = fetched(&mut bus);
        assert_eq!(status, CANCELLED);
        assert!((4_000..4_200).contains(&taken.len()), "{}", taken.len());
    }

    #[test]
    fn transfers_end_when_the_plug_is_pulled() {
        let (_dir, mut bus) = reader();
        bus.submit(ME, urb(BULK, 0x81, 64), NOW);
        bus.unplug();
        assert!(!bus.submit(ME, urb(BULK, 0x81, 64), NOW), "nothing would end it");
        assert_eq!(fetched(&mut bus), (NO_DEVICE, Vec::new()));
        assert_eq!(bus.fetch(ME), Fetched::Gone);
        assert!(bus.is_gone(ME));
    }

    #[test]
    fn one_program_has_the_interface_once_the_kernel_lets_it_go() {
        let (_dir, mut bus) = printer();
        bus.open(2);
        assert_eq!(bus.kernel_driver(), Some("usblp"));
        assert!(!bus.claim(ME));
        assert!(bus.detach());
        assert!(bus.claim(ME) && !bus.claim(2));
        bus.close(ME);
        assert!(bus.claim(2));
    }

    #[test]
    fn class_requests_are_answered_or_stall() {
        let (_dir, mut bus) = printer();
        let request = |head: [u8; 8]| {
            let mut transfer = urb(2, 0, 9);
            transfer.data = head.to_vec();
            transfer
        };
        bus.submit(ME, request([0xA1, 1, 0, 0, 0, 0, 1, 0]), NOW);
        let Fetched::Done(answer) = bus.fetch(ME) else { panic!("nothing") };
        assert_eq!(answer.received(), Some((0x1008, [0x18].as_slice())));
        bus.submit(ME, request([0xA1, 9, 0, 0, 0, 0, 1, 0]), NOW);
        assert_eq!(fetched(&mut bus).0, STALLED);
    }
}
