//! The port on top of the protocol: order of commands, deadlines, reconnecting, cancelling.

mod rates;

use std::time::Duration;

use kiosk_drivers_api::{About, Cancel, DeviceStatus, IdCard, IdCardReader, PrivateBytes, ReaderFault};
use kiosk_serial::{Link, LinkError, SLICE, SerialLink};
use zeroize::Zeroizing;

use self::rates::Rates;
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
    fingerprints: bool,
    rates: Rates,
}

impl SerialIdCardReader {
    /// Remembers where the reader is. Never fails and never waits: the port is opened on first use.
    pub fn new(config: Config) -> Self {
        let reader = Self::on(SerialLink::new(config.path, config.baud));
        if config.fingerprints { reader.with_fingerprints() } else { reader }
    }
}

type Data = Option<Zeroizing<Vec<u8>>>;

impl<L: Link> Reader<L> {
    /// Drives a reader on `link`.
    pub fn on(link: L) -> Self {
        Self { link, photos: None, fingerprints: false, rates: Rates::default() }
    }

    /// Reads fingerprints too.
    pub fn with_fingerprints(mut self) -> Self {
        self.fingerprints = true;
        self
    }

    /// Gives the reader a decoder for portraits.
    pub fn with_photo_decoder(mut self, decoder: Box<dyn PhotoDecoder>) -> Self {
        self.photos = Some(decoder);
        self
    }

    /// As [`IdCardReader::read`], with the portrait where a decoder is there and could read it.
    pub fn read_with_photo(&mut self, cancel: &Cancel) -> Result<(IdCard, Option<Photo>), ReaderFault> {
        self.open(cancel)?;
        self.exchange(Command::Find, cancel)?;
        self.exchange(Command::Select, cancel)?;
        let data = self.read_body(cancel)?;
        let body = Body::split(&data)?;
        let addresses = self.exchange(Command::ReadAddress, cancel)?;
        let newest = addresses.map_or(Ok(None), |data| newest_address(&data))?;
        let mut card = parse(body.text, newest)?;
        card.fingerprints = PrivateBytes::from(body.fingerprints.to_vec());
        let photo = self.photos.as_ref().and_then(|decoder| decoder.decode(body.photo));
        Ok((card, photo))
    }

    /// Text and photo, and fingerprints where they are wanted and the module knows how to read them.
    fn read_body(&mut self, cancel: &Cancel) -> Result<Zeroizing<Vec<u8>>, ReaderFault> {
        let with_fingers = if self.fingerprints { self.exchange(Command::ReadAll, cancel)? } else { None };
        match with_fingers {
            Some(data) => Ok(data),
            None => Ok(self.exchange(Command::ReadRecord, cancel)?.unwrap_or_default()),
        }
    }

    /// The management number of the security module (SAM number).
    fn sam_number(&mut self) -> Result<String, ReaderFault> {
        let never = Cancel::default();
        self.open(&never)?;
        let data = self.exchange(Command::SamNumber, &never)?.unwrap_or_default();
        sam_number(&data).ok_or(ReaderFault::Garbled { status: 0 })
    }

    /// Opens the line, and looks for the module's line rate where it was silent of late.
    fn open(&mut self, cancel: &Cancel) -> Result<(), ReaderFault> {
        self.link.open().map_err(fault_of_link)?;
        if self.rates.are_in_doubt(self.link.now()) { self.find_rate(cancel) } else { Ok(()) }
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
        self.rates.note(result.as_ref().err());
        if matches!(result, Err(ReaderFault::NotConnected | ReaderFault::NoAnswer)) {
            // A fresh line next time: the path may lead to another device by then.
            self.link.close();
        }
        result
    }

    fn exchange_once(&mut self, command: Command, cancel: &Cancel) -> Result<Data, ReaderFault> {
        self.exchange_within(command.deadline(), command, cancel)
    }

    fn exchange_within(
        &mut self,
        wait: Duration,
        command: Command,
        cancel: &Cancel,
    ) -> Result<Data, ReaderFault> {
        let end = self.link.now() + wait;
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
        let never = Cancel::default();
        match self.open(&never).and_then(|()| self.exchange(Command::ModuleStatus, &never)) {
            Ok(_) => DeviceStatus::Online,
            Err(fault) => status_of_fault(&fault),
        }
    }

    fn read(&mut self, cancel: &Cancel) -> Result<IdCard, ReaderFault> {
        self.read_with_photo(cancel).map(|(card, _)| card)
    }

    fn about(&mut self) -> About {
        let Ok(number) = self.sam_number() else { return About::new() };
        let baud = self.link.baud().map(|baud| ("baud", baud.to_string()));
        [("security module", number)].into_iter().chain(baud).collect()
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
mod tests;
