//! Chip cards: the driver's slot above a recording, and above the simulator's slot, where it is made.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use kiosk_sim::chip::{receive, send};
use kiosk_sim::recording::{Dialogue, Recording};
use kiosk_smart_card::{Answer, Insertion, Request, Slot, SlotError, Wire};
use zeroize::Zeroizing;

/// A slot whose card does what was recorded, in virtual time.
pub struct Recorded {
    /// What the card has still to say.
    pub dialogue: Dialogue,
    now: Duration,
    asked: Option<Request>,
}

impl Recorded {
    /// A card at the beginning of its recording.
    pub fn new(recording: &Recording) -> Recorded {
        Recorded { dialogue: Dialogue::new(recording), now: Duration::ZERO, asked: None }
    }
}

impl Slot for Recorded {
    fn now(&self) -> Duration {
        self.now
    }

    fn ask(&mut self, request: Request) {
        self.asked = Some(request);
    }

    fn answer(&mut self, wait: Duration) -> Option<Result<Answer, SlotError>> {
        let Some(request) = self.asked.take() else {
            self.now += wait;
            return None;
        };
        let command = match request {
            Request::Look => return Some(Ok(Answer::Card(Insertion(1)))),
            Request::About => return Some(Ok(Answer::About(String::new(), Vec::new()))),
            Request::Connect => return Some(Ok(Answer::Connected(Wire::T0))),
            Request::Disconnect => return Some(Ok(Answer::Disconnected)),
            Request::Transmit(command) => command,
        };
        let answer = self.dialogue.answer(&command);
        self.now += answer.as_ref().map_or(wait, |(after, _)| *after);
        answer.map(|(_, bytes)| Ok(Answer::Bytes(Zeroizing::new(bytes))))
    }
}

/// As much of the service as one card needs: a port for virtual cards, and whoever arrives there.
pub struct Service {
    door: TcpListener,
    card: Option<TcpStream>,
    start: Instant,
    asked: Option<Request>,
}

/// `vpcd`: power on, and what does it answer to that?
const POWER_ON: [u8; 1] = [0x01];
const GET_ANSWER_TO_RESET: [u8; 1] = [0x04];

impl Service {
    /// A service nobody has come to.
    pub fn start() -> Service {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        Service { door, card: None, start: Instant::now(), asked: None }
    }

    /// Where cards arrive.
    pub fn address(&self) -> SocketAddr {
        self.door.local_addr().unwrap()
    }

    /// Waits for the card that was put in.
    fn card(&mut self) -> &mut TcpStream {
        self.card.get_or_insert_with(|| self.door.accept().unwrap().0)
    }

    fn serve(&mut self, request: &Request) -> std::io::Result<Answer> {
        let card = self.card();
        match request {
            Request::Look => Ok(Answer::Card(Insertion(1))),
            Request::About => Ok(Answer::About(String::new(), Vec::new())),
            Request::Disconnect => Ok(Answer::Disconnected),
            Request::Connect => {
                send(card, &POWER_ON)?;
                send(card, &GET_ANSWER_TO_RESET)?;
                receive(card).map(|_| Answer::Connected(Wire::T0))
            }
            Request::Transmit(command) => {
                send(card, command)?;
                receive(card).map(|bytes| Answer::Bytes(Zeroizing::new(bytes)))
            }
        }
    }
}

impl Slot for Service {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn ask(&mut self, request: Request) {
        self.asked = Some(request);
    }

    fn answer(&mut self, _wait: Duration) -> Option<Result<Answer, SlotError>> {
        let request = self.asked.take()?;
        Some(self.serve(&request).map_err(|_| SlotError::Broken))
    }
}
