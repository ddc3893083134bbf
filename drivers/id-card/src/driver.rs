//! The port on top of the protocol: order of commands, deadlines, reconnecting, cancelling.

use std::time::Duration;

use kiosk_drivers_api::{About, Cancel, DeviceStatus, IdCard, IdCardReader, ReaderFault};
use kiosk_serial::{Link, LinkError, SLICE, SerialLink};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::deadlines::{FRAME_GAP, TRIES, WRITE};
use crate::photo::{Photo, PhotoDecoder};
use crate::protocol::{Answer, Body, Command, Decoder, Reply, newest_address, parse, sam_number};

/// A reader on a serial port.
pub type SerialIdCardReader = Reader<SerialLink>;

/// A reader on some line.
pub struct Reader<L> {
    link: L,
    photos: Option<Box<dyn PhotoDecoder>>,
}

impl SerialIdCardReader {
    /// Remembers where the reader is. Never fails and never waits: the port is opened on first use.
    pub fn new(config: Config) -> Self {
        Self::on(SerialLink::new(config.path, config.baud))
    }
}

type Data = Option<Zeroizing<Vec<u8>>>;

impl<L: Link> Reader<L> {
    /// Drives a reader on `link`.
    pub fn on(link: L) -> Self {
        Self { link, photos: None }
    }

    /// Gives the reader a decoder for portraits.
    pub fn with_photo_decoder(mut self, decoder: Box<dyn PhotoDecoder>) -> Self {
        self.photos = Some(decoder);
        self
    }

    /// As [`IdCardReader::read`], with the portrait where a decoder is there and could read it.
    pub fn read_with_photo(&mut self, cancel: &Cancel) -> Result<(IdCard, Option<Photo>), ReaderFault> {
        self.link.open().map_err(fault_of_link)?;
        self.exchange(Command::Find, cancel)?;
        self.exchange(Command::Select, cancel)?;
        let data = self.exchange(Command::ReadRecord, cancel)?.unwrap_or_default();
        let body = Body::split(&data)?;
        let addresses = self.exchange(Command::ReadAddress, cancel)?;
        let newest = addresses.map_or(Ok(None), |data| newest_address(&data))?;
        let card = parse(body.text, newest)?;
        let photo = self.photos.as_ref().and_then(|decoder| decoder.decode(body.photo));
        Ok((card, photo))
    }

    /// Sends a command until its answer comes undisturbed, at most [`TRIES`] times.
    fn exchange(&mut self, command: Command, cancel: &Cancel) -> Result<Data, ReaderFault> {
        let mut result = self.exchange_once(command, cancel);
        for _ in 1..TRIES {
            if result != Err(ReaderFault::Garbled { status: 0 }) {
                break;
            }
            tracing::debug!(?command, "answer disturbed, asking again");
            result = self.exchange_once(command, cancel);
        }
        if matches!(result, Err(ReaderFault::NotConnected | ReaderFault::NoAnswer)) {
            // A fresh line next time: the path may lead to another device by then.
            self.link.close();
        }
        result
    }

    fn exchange_once(&mut self, command: Command, cancel: &Cancel) -> Result<Data, ReaderFault> {
        let end = self.link.now() + command.deadline();
        self.link.clear().map_err(fault_of_link)?;
        self.send(&command.bytes())?;
        let mut listener = Listener::new(self.link.now());
        while self.link.now() < end {
            if cancel.is_cancelled() {
                return Err(ReaderFault::Cancelled);
            }
            let mut next = listener.listen(&mut self.link, end)?;
            while let Some(reply) = next {
                match command.judge(reply) {
                    Answer::Data(data) => return Ok(Some(data)),
                    Answer::Nothing => return Ok(None),
                    Answer::Fault(fault) => return Err(fault),
                    Answer::Stray => tracing::debug!(?command, "late answer to an older command dropped"),
                }
                next = listener.decoder.next_reply();
            }
        }
        Err(listener.fault())
    }

    /// Sends a whole request; a line that does not take it within [`WRITE`] has nobody behind it who could answer.
    fn send(&mut self, request: &[u8]) -> Result<(), ReaderFault> {
        let end = self.link.now() + WRITE;
        let mut rest = request;
        while !rest.is_empty() {
            let left = end.saturating_sub(self.link.now());
            if left.is_zero() {
                return Err(ReaderFault::NoAnswer);
            }
            let sent = self.link.write(rest, left).map_err(fault_of_link)?;
            rest = &rest[sent..];
        }
        Ok(())
    }
}

impl<L: Link> IdCardReader for Reader<L> {
    fn status(&mut self) -> DeviceStatus {
        if let Err(error) = self.link.open() {
            return error.status();
        }
        match self.exchange(Command::ModuleStatus, &Cancel::default()) {
            Ok(_) => DeviceStatus::Online,
            Err(fault) => status_of_fault(&fault),
        }
    }

    fn read(&mut self, cancel: &Cancel) -> Result<IdCard, ReaderFault> {
        self.read_with_photo(cancel).map(|(card, _)| card)
    }

    fn about(&mut self) -> About {
        let data =
            self.link.open().ok().and_then(|()| self.exchange(Command::SamNumber, &Cancel::default()).ok());
        let number = data.flatten().and_then(|data| sam_number(&data));
        number.map(|number| ("security module", number)).into_iter().collect()
    }
}

/// Gathers what comes after one request.
struct Listener {
    decoder: Decoder,
    last_byte: Duration,
    has_heard: bool,
}

impl Listener {
    fn new(now: Duration) -> Self {
        Self { decoder: Decoder::default(), last_byte: now, has_heard: false }
    }

    /// Looks at the line once; after [`FRAME_GAP`] of silence a torn frame is given up.
    fn listen(&mut self, link: &mut impl Link, end: Duration) -> Result<Option<Reply>, ReaderFault> {
        let mut bytes = Zeroizing::new([0; 256]);
        let wait = SLICE.min(end.saturating_sub(link.now()));
        let count = link.read(bytes.as_mut_slice(), wait).map_err(fault_of_link)?;
        if count > 0 {
            self.has_heard = true;
            self.last_byte = link.now();
            return Ok(self.decoder.push(&bytes[..count]));
        }
        let is_torn = self.decoder.is_waiting() && link.now() >= self.last_byte + FRAME_GAP;
        Ok(if is_torn { self.decoder.resynchronise() } else { None })
    }

    fn fault(&self) -> ReaderFault {
        if self.has_heard { ReaderFault::Garbled { status: 0 } } else { ReaderFault::NoAnswer }
    }
}

fn fault_of_link(error: LinkError) -> ReaderFault {
    match error {
        LinkError::Missing | LinkError::InUse | LinkError::Gone => ReaderFault::NotConnected,
        LinkError::Refused => ReaderFault::NoPermission,
    }
}

fn status_of_fault(fault: &ReaderFault) -> DeviceStatus {
    match fault {
        ReaderFault::NotConnected | ReaderFault::NoPermission => DeviceStatus::NoDevice,
        ReaderFault::NoAnswer | ReaderFault::Garbled { status: 0 } | ReaderFault::Cancelled => {
            DeviceStatus::Offline
        }
        ReaderFault::NoCard
        | ReaderFault::CardMoved
        | ReaderFault::CardRejected { .. }
        | ReaderFault::UnknownCard
        | ReaderFault::BadRecord { .. }
        | ReaderFault::ModuleFailed { .. }
        | ReaderFault::Garbled { .. } => DeviceStatus::HardwareError,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use secrecy::ExposeSecret;

    use super::*;
    use crate::protocol::encode;
    use crate::scripted::{Line, Step, address, frame, record, small};

    const FIND: [u8; 2] = [0x20, 0x01];
    const SELECT: [u8; 2] = [0x20, 0x02];
    const READ: [u8; 2] = [0x30, 0x01];
    const ADDRESS: [u8; 2] = [0x30, 0x03];
    const STATUS: [u8; 2] = [0x11, 0xFF];
    const NUMBER: [u8; 2] = [0x12, 0xFF];
    const NOISE: ReaderFault = ReaderFault::Garbled { status: 0 };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A peer that answers every command well; `steps` come before.
    fn reader(steps: Vec<Step>) -> (Reader<Line>, Line) {
        let line = Line::new(steps);
        (Reader::on(line.clone()), line)
    }

    fn read(steps: Vec<Step>) -> Result<IdCard, ReaderFault> {
        reader(steps).0.read(&Cancel::default())
    }

    fn found_and_selected() -> Vec<Step> {
        vec![Step::answer(FIND, frame(0x9F, &[0; 4])), Step::answer(SELECT, frame(0x90, &[0; 8]))]
    }

    fn good_visit() -> Vec<Step> {
        let mut steps = found_and_selected();
        steps.push(Step::answer(READ, record()));
        steps.push(Step::answer(ADDRESS, small(0x91)));
        steps
    }

    #[test]
    fn a_card_is_found_selected_and_read() {
        let (mut reader, line) = reader(good_visit());
        let card = reader.read(&Cancel::default()).unwrap();
        assert_eq!(card.number.expose_secret(), "11010519491231002X");
        assert_eq!(card.address.expose_secret(), "合成数据省样例市测试路1号");
        assert_eq!(line.sent(), [FIND, SELECT, READ, ADDRESS].map(|command| encode(&command)));
    }

    #[test]
    fn the_appended_address_wins() {
        let mut steps = good_visit();
        steps[3] = Step::answer(ADDRESS, frame(0x90, &address("合成新址2号")));
        assert_eq!(read(steps).unwrap().address.expose_secret(), "合成新址2号");
    }

    #[test]
    fn no_card_is_the_ordinary_answer() {
        assert_eq!(read(vec![Step::answer(FIND, small(0x80))]).err(), Some(ReaderFault::NoCard));
    }

    #[test]
    fn a_card_lifted_while_read_has_moved() {
        let mut steps = found_and_selected();
        steps.push(Step::answer(READ, small(0x41)));
        assert_eq!(read(steps).err(), Some(ReaderFault::CardMoved));
    }

    #[test]
    fn silence_is_no_answer_at_the_deadline_and_not_before() {
        let (mut reader, line) = reader(vec![Step::silence(FIND)]);
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
        assert_eq!(line.now(), ms(1_000));
        assert!(!line.is_open());
    }

    #[test]
    fn a_line_that_takes_no_bytes_is_no_answer_soon() {
        let (mut reader, line) = reader(vec![]);
        line.take_no_bytes();
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
        assert_eq!(line.now(), WRITE);
        assert!(!line.is_open());
    }

    #[test]
    fn a_slow_record_is_waited_for_up_to_three_seconds() {
        let mut steps = good_visit();
        steps[2] = Step::answer(READ, record()).after(ms(2_900));
        assert!(read(steps).is_ok());
    }

    #[test]
    fn noise_before_an_answer_is_skipped() {
        let mut steps = good_visit();
        steps[0] = Step::answer(FIND, [b"\x00\xAA\xAA\x55".as_slice(), &frame(0x9F, &[0; 4])].concat());
        assert!(read(steps).is_ok());
    }

    #[test]
    fn a_torn_frame_before_an_answer_costs_one_gap() {
        let mut steps = good_visit();
        let torn = &record()[..100];
        steps[1] = Step::answer(SELECT, [torn, &frame(0x90, &[0; 8])].concat());
        let (mut reader, line) = reader(steps);
        assert!(reader.read(&Cancel::default()).is_ok());
        assert_eq!(line.now(), FRAME_GAP);
    }

    #[test]
    fn a_disturbed_record_is_asked_for_again_without_a_new_find() {
        let mut disturbed = record();
        disturbed[700] ^= 0x10;
        let mut steps = good_visit();
        steps.insert(2, Step::answer(READ, disturbed));
        let (mut reader, line) = reader(steps);
        assert!(reader.read(&Cancel::default()).is_ok());
        assert_eq!(line.sent().len(), 5);
    }

    #[test]
    fn lasting_noise_is_garbled() {
        let noise = || Step::answer(FIND, vec![0x55; 40]);
        assert_eq!(read(vec![noise(), noise()]).err(), Some(NOISE));
    }

    #[test]
    fn a_late_answer_in_the_buffer_is_dropped_before_the_next_command() {
        let mut steps = vec![Step::answer(FIND, small(0x80)).after(ms(1_500))];
        steps.extend(good_visit());
        let (mut reader, line) = reader(steps);
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
        line.pass(ms(1_000));
        assert!(reader.read(&Cancel::default()).is_ok());
    }

    #[test]
    fn a_late_answer_that_arrives_after_the_next_command_is_told_apart() {
        let mut steps = found_and_selected();
        steps.push(Step::answer(READ, record()).after(ms(3_100)));
        steps.push(Step::answer(FIND, frame(0x9F, &[0; 4])).after(ms(300)));
        steps.extend(good_visit().split_off(1));
        let (mut reader, line) = reader(steps);
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
        assert!(reader.read(&Cancel::default()).is_ok());
        assert_eq!(line.now(), ms(3_300), "select was sent before the true answer to find");
    }

    #[test]
    fn cancel_ends_the_wait_within_half_a_second() {
        let cancel = Cancel::default();
        let (mut reader, line) = reader(vec![Step::silence(FIND)]);
        line.cancel_at(ms(300), cancel.clone());
        assert_eq!(reader.read(&cancel).err(), Some(ReaderFault::Cancelled));
        assert!(line.now() <= ms(800), "{:?}", line.now());
    }

    #[test]
    fn a_broken_line_is_reopened_by_the_next_call() {
        let mut steps = vec![Step::breakage(FIND)];
        steps.extend(good_visit());
        let (mut reader, line) = reader(steps);
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NotConnected));
        assert!(!line.is_open());
        assert!(reader.read(&Cancel::default()).is_ok());
        assert_eq!(line.times_opened(), 2);
    }

    #[test]
    fn what_cannot_be_opened_is_told_by_its_cause() {
        for (error, fault, status) in [
            (LinkError::Missing, ReaderFault::NotConnected, DeviceStatus::NoDevice),
            (LinkError::Refused, ReaderFault::NoPermission, DeviceStatus::NoDevice),
            (LinkError::InUse, ReaderFault::NotConnected, DeviceStatus::Busy),
        ] {
            let (mut reader, line) = reader(vec![]);
            line.refuse_to_open(error);
            assert_eq!(reader.read(&Cancel::default()).err(), Some(fault));
            assert_eq!(reader.status(), status);
        }
    }

    #[test]
    fn status_asks_the_module() {
        for (step, status) in [
            (Step::answer(STATUS, small(0x90)), DeviceStatus::Online),
            (Step::answer(STATUS, small(0x60)), DeviceStatus::HardwareError),
            (Step::answer(STATUS, small(0x66)), DeviceStatus::HardwareError),
            (Step::silence(STATUS), DeviceStatus::Offline),
            (Step::breakage(STATUS), DeviceStatus::NoDevice),
        ] {
            assert_eq!(reader(vec![step]).0.status(), status);
        }
    }

    #[test]
    fn the_module_tells_its_number() {
        let number = [5, 0, 1, 0, 0xE5, 0xD6, 0x34, 0x01, 1, 0, 0, 0, 2, 0, 0, 0];
        let (mut reader, _) = reader(vec![Step::answer(NUMBER, frame(0x90, &number))]);
        assert_eq!(reader.about(), [("security module", "05.01-20240101-0000000001-0000000002".to_owned())]);
    }

    struct Whole;

    impl PhotoDecoder for Whole {
        fn decode(&self, wlt: &[u8; 1024]) -> Option<Photo> {
            Some(Photo { rgb: wlt.to_vec() })
        }
    }

    #[test]
    fn the_portrait_goes_to_the_decoder() {
        let (reader, _) = reader(good_visit());
        let mut reader = reader.with_photo_decoder(Box::new(Whole));
        let (_, photo) = reader.read_with_photo(&Cancel::default()).unwrap();
        assert_eq!(photo.unwrap().rgb, [0x5A; 1024]);
    }
}
