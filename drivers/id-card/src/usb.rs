//! A reader on USB. Some put head and body of a frame through pipes of their own, others whole frames through one pair; the
//! descriptor tells which.

use std::time::Duration;

use kiosk_serial::{Link, LinkError};
use kiosk_usb::{BYTE_TIME, InPipe, Interface, OutPipe, Port, Role, UsbError, UsbId, UsbPort, Wanted};

use crate::driver::Reader;
use crate::protocol::{HEADER_BYTES, PREAMBLE};

/// Readers met so far. The first is the most common by far, sold under several names.
pub const USB_IDS: [UsbId; 5] = [
    UsbId::new(0x0400, 0xC35A),
    UsbId::new(0x0483, 0x5652),
    UsbId::new(0x10C4, 0x8A1B),
    UsbId::new(0x2015, 0x0008),
    UsbId::new(0x9573, 0x4836),
];

/// Endpoints of readers with two pipes each way: head out, body out, head in, body in.
const FOUR: [u8; 4] = [0x02, 0x06, 0x81, 0x85];

/// Which reader it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbConfig {
    /// Any of these; none at all means [`USB_IDS`].
    pub ids: Vec<UsbId>,
    /// Whether fingerprints are read too: only where the site has a verifier and a right to use them.
    pub fingerprints: bool,
}

/// A reader on USB.
pub type UsbIdCardReader = Reader<ReaderLink<UsbPort>>;

impl UsbIdCardReader {
    /// Remembers which reader it may be. Never fails and never waits: the device is looked for on first use.
    pub fn new(config: UsbConfig) -> Self {
        let ids = if config.ids.is_empty() { USB_IDS.to_vec() } else { config.ids };
        let reader = Self::on(ReaderLink::on(UsbPort::new(Wanted { ids, role: Role::BulkPair })));
        if config.fingerprints { reader.with_fingerprints() } else { reader }
    }
}

/// The line to a reader on some port.
pub struct ReaderLink<P> {
    port: P,
    pipes: Option<Pipes>,
}

impl<P: Port> ReaderLink<P> {
    /// A line over `port`.
    pub fn on(port: P) -> Self {
        Self { port, pipes: None }
    }

    fn parts(&mut self) -> Result<(&mut P, &mut Pipes), LinkError> {
        let pipes = self.pipes.as_mut().ok_or(LinkError::Gone)?;
        Ok((&mut self.port, pipes))
    }
}

impl<P: Port> Link for ReaderLink<P> {
    fn open(&mut self) -> Result<(), LinkError> {
        if self.pipes.is_none() {
            let interface = self.port.open()?;
            self.pipes = Some(Pipes::of(&interface).ok_or(LinkError::Missing)?);
        }
        Ok(())
    }

    fn close(&mut self) {
        self.pipes = None;
        self.port.close();
    }

    fn clear(&mut self) -> Result<(), LinkError> {
        let (port, pipes) = self.parts()?;
        Ok(pipes.clear(port)?)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError> {
        let (port, pipes) = self.parts()?;
        Ok(pipes.write(port, bytes, wait)?)
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let (port, pipes) = self.parts()?;
        Ok(pipes.read(port, buffer, wait)?)
    }

    fn now(&self) -> Duration {
        self.port.now()
    }

    fn byte_time(&self) -> Duration {
        BYTE_TIME
    }
}

/// The way of a frame.
enum Pipes {
    Pair { out: OutPipe, into: InPipe },
    Four(Four),
}

impl Pipes {
    fn of(interface: &Interface) -> Option<Self> {
        if let [Some(head_out), Some(body_out), Some(head_in), Some(body_in)] =
            FOUR.map(|address| interface.bulk(address))
        {
            return Some(Pipes::Four(Four {
                head_out: OutPipe::new(head_out),
                body_out: OutPipe::new(body_out),
                head_in: InPipe::new(head_in),
                body_in: InPipe::new(body_in),
                sent: 0,
                answer: Answer::default(),
            }));
        }
        let (out, into) = interface.bulk_pair()?;
        Some(Pipes::Pair { out: OutPipe::new(out), into: InPipe::new(into) })
    }

    fn clear(&mut self, port: &mut impl Port) -> Result<(), UsbError> {
        match self {
            Pipes::Pair { into, .. } => into.clear(port),
            Pipes::Four(four) => four.clear(port),
        }
    }

    fn write(&mut self, port: &mut impl Port, bytes: &[u8], wait: Duration) -> Result<usize, UsbError> {
        match self {
            Pipes::Pair { out, .. } => out.write(port, bytes, wait),
            Pipes::Four(four) => four.write(port, bytes, wait),
        }
    }

    fn read(&mut self, port: &mut impl Port, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        match self {
            Pipes::Pair { into, .. } => into.read(port, buffer, wait),
            Pipes::Four(four) => four.read(port, buffer, wait),
        }
    }
}

/// Two pipes each way. A request begins behind a `clear`, as the driver makes one before each command.
struct Four {
    head_out: OutPipe,
    body_out: OutPipe,
    head_in: InPipe,
    body_in: InPipe,
    /// Bytes of the request that went out.
    sent: usize,
    answer: Answer,
}

impl Four {
    fn clear(&mut self, port: &mut impl Port) -> Result<(), UsbError> {
        self.sent = 0;
        self.answer = Answer::default();
        self.head_in.clear(port)?;
        self.body_in.clear(port)
    }

    fn write(&mut self, port: &mut impl Port, bytes: &[u8], wait: Duration) -> Result<usize, UsbError> {
        let head = HEADER_BYTES.saturating_sub(self.sent).min(bytes.len());
        let count = if head > 0 {
            self.head_out.write(port, &bytes[..head], wait)?
        } else {
            self.body_out.write(port, bytes, wait)?
        };
        self.sent += count;
        Ok(count)
    }

    fn read(&mut self, port: &mut impl Port, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        let pipe = if self.answer.body_bytes > 0 { &mut self.body_in } else { &mut self.head_in };
        let count = pipe.read(port, buffer, wait)?;
        buffer[..count].iter().for_each(|byte| self.answer.note(*byte));
        Ok(count)
    }
}

/// How far an answer has come: it goes on in the other pipe behind its head.
#[derive(Default)]
struct Answer {
    last: [u8; HEADER_BYTES],
    /// Bytes the body still lacks.
    body_bytes: usize,
}

impl Answer {
    fn note(&mut self, byte: u8) {
        if self.body_bytes > 0 {
            self.body_bytes -= 1;
            return;
        }
        self.last.rotate_left(1);
        self.last[HEADER_BYTES - 1] = byte;
        if let Some([high, low]) = self.last.strip_prefix(&PREAMBLE) {
            self.body_bytes = usize::from(u16::from_be_bytes([*high, *low]));
            self.last = [0; HEADER_BYTES];
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::VecDeque;

    use kiosk_drivers_api::{Cancel, DeviceStatus, IdCardReader, ReaderFault};
    use kiosk_usb::{ControlRequest, Endpoint, EndpointKind};
    use secrecy::ExposeSecret;

    use super::*;
    use crate::protocol::encode;
    use crate::scripted::{frame, record, small};

    const PAIR: [u8; 2] = [0x01, 0x81];

    /// A reader on a port with virtual time: it takes a request, and gives the next answer at the endpoints it has.
    struct Device {
        endpoints: Vec<u8>,
        answers: VecDeque<Vec<u8>>,
        heard: Vec<(u8, Vec<u8>)>,
        request: Vec<u8>,
        packets: VecDeque<(u8, Vec<u8>)>,
        now: Duration,
        is_there: bool,
    }

    impl Device {
        fn with(endpoints: &[u8], answers: Vec<Vec<u8>>) -> Self {
            Self {
                endpoints: endpoints.to_vec(),
                answers: answers.into(),
                heard: Vec::new(),
                request: Vec::new(),
                packets: VecDeque::new(),
                now: Duration::ZERO,
                is_there: true,
            }
        }

        fn answer(&mut self) {
            let answer = self.answers.pop_front().unwrap_or_default();
            let head = if self.endpoints == FOUR { HEADER_BYTES.min(answer.len()) } else { 0 };
            let body_at = if head > 0 { 0x85 } else { 0x81 };
            let parts = [(0x81, &answer[..head]), (body_at, &answer[head..])];
            let packets =
                parts.into_iter().flat_map(|(at, part)| part.chunks(64).map(move |p| (at, p.to_vec())));
            self.packets.extend(packets);
        }
    }

    impl Port for Device {
        fn open(&mut self) -> Result<Interface, UsbError> {
            if !self.is_there {
                return Err(UsbError::Missing);
            }
            let endpoint =
                |address: &u8| Endpoint { address: *address, kind: EndpointKind::Bulk, packet_bytes: 64 };
            let endpoints = self.endpoints.iter().map(endpoint).collect();
            Ok(Interface { number: 0, setting: 0, class: (0xFF, 0, 0), endpoints })
        }

        fn close(&mut self) {}

        fn bulk_out(&mut self, endpoint: u8, bytes: &[u8], _wait: Duration) -> Result<usize, UsbError> {
            if !self.is_there {
                return Err(UsbError::Gone);
            }
            self.heard.push((endpoint, bytes.to_vec()));
            self.request.extend(bytes);
            if self.request.len() == 10 {
                self.request.clear();
                self.answer();
            }
            Ok(bytes.len())
        }

        fn bulk_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
            let place = self.packets.iter().position(|(at, _)| *at == endpoint);
            let Some((_, packet)) = place.and_then(|place| self.packets.remove(place)) else {
                self.now += wait.max(Duration::from_millis(1));
                return Err(UsbError::TimedOut);
            };
            buffer[..packet.len()].copy_from_slice(&packet);
            Ok(packet.len())
        }

        fn interrupt_in(&mut self, _: u8, _: &mut [u8], _: Duration) -> Result<usize, UsbError> {
            Err(UsbError::Failed)
        }

        fn control_in(&mut self, _: ControlRequest, _: &mut [u8], _: Duration) -> Result<usize, UsbError> {
            Err(UsbError::Stalled)
        }

        fn control_out(&mut self, _: ControlRequest, _: &[u8], _: Duration) -> Result<(), UsbError> {
            Err(UsbError::Stalled)
        }

        fn now(&self) -> Duration {
            self.now
        }
    }

    fn good_visit() -> Vec<Vec<u8>> {
        vec![frame(0x9F, &[0; 4]), frame(0x90, &[0; 8]), record(), small(0x91)]
    }

    fn reader(endpoints: &[u8], answers: Vec<Vec<u8>>) -> Reader<ReaderLink<Device>> {
        Reader::on(ReaderLink::on(Device::with(endpoints, answers)))
    }

    fn name(reader: &mut Reader<ReaderLink<Device>>) -> Result<String, ReaderFault> {
        reader.read(&Cancel::default()).map(|card| card.number.expose_secret().to_owned())
    }

    #[test]
    fn a_card_is_read_through_four_pipes_and_through_one_pair() {
        for endpoints in [FOUR.as_slice(), &PAIR] {
            assert_eq!(name(&mut reader(endpoints, good_visit())), Ok("11010519491231002X".to_owned()));
        }
    }

    #[test]
    fn head_and_body_go_out_through_pipes_of_their_own() {
        let mut link = ReaderLink::on(Device::with(&FOUR, vec![]));
        let request = encode(&[0x20, 0x01]);
        for _ in 0..2 {
            link.open().unwrap();
            link.clear().unwrap();
            assert_eq!(link.write(&request, Duration::from_millis(50)), Ok(7));
            assert_eq!(link.write(&request[7..], Duration::from_millis(50)), Ok(3));
        }
        let [first, second, ..] = link.port.heard.as_slice() else { panic!("nothing heard") };
        assert_eq!((first, second), (&(0x02, request[..7].to_vec()), &(0x06, request[7..].to_vec())));
    }

    #[test]
    fn a_torn_body_is_asked_for_again() {
        let mut answers = good_visit();
        answers.insert(2, record()[..200].to_vec());
        assert!(name(&mut reader(&FOUR, answers)).is_ok());
    }

    #[test]
    fn noise_before_a_head_is_skipped() {
        let mut answers = good_visit();
        answers[0] = [b"\x00\xAA\x55".as_slice(), &frame(0x9F, &[0; 4])].concat();
        assert!(name(&mut reader(&PAIR, answers)).is_ok());
    }

    #[test]
    fn silence_is_no_answer_and_a_missing_device_no_device() {
        assert_eq!(name(&mut reader(&FOUR, vec![vec![]])), Err(ReaderFault::NoAnswer));
        let mut reader = reader(&FOUR, vec![]);
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
        let mut device = Device::with(&FOUR, vec![]);
        device.is_there = false;
        let mut reader = Reader::on(ReaderLink::on(device));
        assert_eq!(reader.status(), DeviceStatus::NoDevice);
    }

    #[test]
    fn a_device_without_a_pair_is_no_reader() {
        assert_eq!(reader(&[0x81], vec![]).status(), DeviceStatus::NoDevice);
    }
}
