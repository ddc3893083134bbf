//! Plays a recording as the device it was made of.
//!
//! What the host sends must come as it was recorded; then the device's answers come, as late as they were. A question
//! that was put alone and answered is free: it may come at other times, more or less often than recorded, since hosts ask
//! by the clock. Anything else is where the host strayed, and the device falls silent. Class requests over USB are a
//! [`Dialogue`] of their own.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Dialogue, Event, Recording, Way, Wire};
use crate::limits::{QUESTION_BYTES_MAX, RECORD_GAP};
use crate::line::Line;
use crate::peripheral::{Peripheral, Said};
use crate::usb::{Setup, UsbPeripheral};

/// Bytes the device takes at once.
const ROOM_BYTES: usize = 256;

/// What the device said, each with its time since the host's bytes before.
type Says = Vec<(Duration, Vec<u8>)>;

/// Bytes of the host, and what the device said before the host's next ones.
#[derive(Clone, Debug, Default)]
struct Turn {
    heard: Vec<u8>,
    at: Duration,
    /// What came at once.
    answer: Says,
    /// What came later, by itself.
    later: Says,
}

/// A device that does what was recorded.
#[derive(Clone, Debug)]
pub struct Player {
    baud: u32,
    turns: Vec<Turn>,
    /// Free questions, with the answer the device would give now.
    questions: BTreeMap<Vec<u8>, Says>,
    next: usize,
    /// Bytes of the next turn that were heard.
    within: usize,
    pending: Vec<u8>,
    says: VecDeque<Said>,
    strayed: Option<String>,
    requests: Dialogue,
    /// What the device said after a class request, by the request's number.
    after: BTreeMap<usize, Says>,
}

/// The rate of a device that hangs on no line: none is waited for.
const NO_LINE: u32 = u32::MAX;

impl Player {
    /// A device that begins at the beginning.
    pub fn new(recording: &Recording) -> Player {
        let (turns, after) = turns(&recording.events);
        let questions = questions(&turns);
        let turns = turns.into_iter().flat_map(|turn| apart(turn, &questions)).collect();
        let baud = if let Wire::Serial { baud } = recording.wire { baud } else { NO_LINE };
        Player {
            baud,
            turns,
            questions,
            next: 0,
            within: 0,
            pending: Vec::new(),
            says: VecDeque::new(),
            strayed: None,
            requests: Dialogue::new(recording),
            after,
        }
    }

    /// Where the host did something else than was recorded, if it did.
    pub fn strayed(&self) -> Option<&str> {
        self.strayed.as_deref().or(self.requests.strayed())
    }

    /// Whether all was heard that the host sent when it was recorded, but for free questions.
    pub fn is_over(&self) -> bool {
        self.requests.is_over()
            && self.turns[self.next..].iter().all(|turn| self.questions.contains_key(&turn.heard))
    }

    /// Makes something of the first pending bytes; says whether it may go on.
    fn take(&mut self, now: Duration) -> bool {
        let expected = self.turns.get(self.next).map_or(&[][..], |turn| &turn.heard[self.within..]);
        let common = expected.iter().zip(&self.pending).take_while(|(a, b)| a == b).count();
        let may_be_a_question = self.questions.keys().any(|question| question.starts_with(&self.pending));
        if common > 0 && common == expected.len() {
            self.pending.drain(..common);
            self.finish(now);
        } else if let Some(question) = self.question() {
            self.pending.drain(..question.len());
            let answer = self.questions[&question].clone();
            self.say(now, &answer);
        } else if may_be_a_question {
            return false;
        } else if self.next_is_free() {
            self.skip(now);
        } else if common > 0 {
            self.pending.remove(0);
            self.within += 1;
        } else {
            self.stray();
        }
        true
    }

    fn next_is_free(&self) -> bool {
        self.turns.get(self.next).is_some_and(|turn| self.questions.contains_key(&turn.heard))
    }

    fn question(&self) -> Option<Vec<u8>> {
        self.questions.keys().find(|question| self.pending.starts_with(question)).cloned()
    }

    fn finish(&mut self, now: Duration) {
        let turn = self.turns[self.next].clone();
        if let Some(answer) = self.questions.get_mut(&turn.heard) {
            answer.clone_from(&turn.answer);
        }
        self.say(now, &turn.answer);
        self.say(now, &turn.later);
        (self.next, self.within) = (self.next + 1, 0);
    }

    /// A free question that does not come is passed over; what the device said later by itself comes all the same.
    fn skip(&mut self, now: Duration) {
        let later = self.turns[self.next].later.clone();
        self.say(now, &later);
        self.next += 1;
    }

    fn stray(&mut self) {
        let expected = self.turns.get(self.next).map_or(&[][..], |turn| &turn.heard[self.within..]);
        let heard = &self.pending;
        self.strayed = Some(format!("turn {}: heard {heard:02X?}, not {expected:02X?}", self.next));
    }

    fn say(&mut self, now: Duration, says: &[(Duration, Vec<u8>)]) {
        self.says.extend(says.iter().map(|(after, bytes)| Said { at: now + *after, bytes: bytes.clone() }));
    }
}

impl Peripheral for Player {
    fn baud(&self) -> u32 {
        self.baud
    }

    fn room(&self) -> usize {
        ROOM_BYTES
    }

    fn hear(&mut self, now: Duration, bytes: &[u8]) {
        self.pending.extend(bytes);
        while self.strayed.is_none() && !self.pending.is_empty() && self.take(now) {}
    }

    fn advance(&mut self, _now: Duration) {}

    fn due(&self) -> Option<Duration> {
        None
    }

    fn say(&mut self) -> Option<Said> {
        self.says.pop_front()
    }

    fn said(&mut self) {}

    fn power_cycle(&mut self) {
        (self.next, self.within, self.strayed) = (0, 0, None);
        self.pending.clear();
        self.says.clear();
    }
}

impl UsbPeripheral for Player {
    fn class_request(&mut self, now: Duration, setup: Setup, data: &[u8]) -> Option<Vec<u8>> {
        let (_, answer) = self.requests.answer(&[&setup.bytes(), data].concat())?;
        let says = self.requests.last().and_then(|place| self.after.get(&place)).cloned();
        self.say(now, &says.unwrap_or_default());
        Some(answer)
    }
}

/// Host, device, host, device; lines of a recording that belong together are put together. Beside it what the device said
/// after class requests.
fn turns(events: &[Event]) -> (Vec<Turn>, BTreeMap<usize, Says>) {
    let mut turns: Vec<Turn> = Vec::new();
    let (mut after, mut requests) = (BTreeMap::<usize, Says>::new(), 0);
    let mut last_request = None;
    for Event { at, way, bytes } in events {
        match way {
            Way::Question => {
                last_request = Some((requests, *at));
                requests += 1;
            }
            Way::ToDevice => last_request = None,
            Way::FromDevice | Way::Answer => {}
        }
        if let (Way::FromDevice, Some((request, asked))) = (way, last_request) {
            after.entry(request).or_default().push((at.saturating_sub(asked), bytes.clone()));
            continue;
        }
        match (way, turns.last_mut()) {
            (Way::ToDevice, Some(turn)) if turn.answer.is_empty() && turn.later.is_empty() => {
                turn.heard.extend(bytes);
                turn.at = *at;
            }
            (Way::ToDevice, _) => {
                turns.push(Turn { heard: bytes.clone(), at: *at, ..Turn::default() });
            }
            (Way::FromDevice, Some(turn)) => turn.add(*at, bytes),
            // Said before anybody asked; nobody will notice that it is missing.
            (Way::FromDevice, None) | (Way::Question | Way::Answer, _) => {}
        }
    }
    (turns, after)
}

impl Turn {
    fn add(&mut self, at: Duration, bytes: &[u8]) {
        let after = at.saturating_sub(self.at);
        let last = self.answer.last().map_or(Duration::ZERO, |(last, _)| *last);
        let at_once = self.answer.is_empty() || after.saturating_sub(last) <= RECORD_GAP;
        let says = if at_once && self.later.is_empty() { &mut self.answer } else { &mut self.later };
        says.push((after, bytes.to_vec()));
    }
}

/// The free questions with their first answers: short bytes that were answered, unless they end in another question.
fn questions(turns: &[Turn]) -> BTreeMap<Vec<u8>, Says> {
    let short = |turn: &&Turn| turn.heard.len() <= QUESTION_BYTES_MAX && !turn.answer.is_empty();
    let answered = turns.iter().filter(short).rev().map(|turn| (turn.heard.clone(), turn.answer.clone()));
    let mut questions: BTreeMap<_, _> = answered.collect();
    let all: Vec<Vec<u8>> = questions.keys().cloned().collect();
    questions.retain(|heard, _| !all.iter().any(|other| other != heard && heard.ends_with(other)));
    questions
}

/// Takes a free question off the end of other bytes.
fn apart(turn: Turn, questions: &BTreeMap<Vec<u8>, Says>) -> Vec<Turn> {
    let is_end = |question: &&Vec<u8>| turn.heard.len() > question.len() && turn.heard.ends_with(question);
    match questions.keys().find(is_end).map(Vec::len) {
        Some(length) => {
            let mut before = Turn { heard: turn.heard.clone(), at: turn.at, ..Turn::default() };
            let question = before.heard.split_off(before.heard.len() - length);
            vec![before, Turn { heard: question, ..turn }]
        }
        None => vec![turn],
    }
}

/// A recording that plays behind a pty until it is dropped.
#[derive(Debug)]
pub struct Replay {
    line: Line<Player>,
}

impl Replay {
    /// Plays at `link`, as a device that was plugged in there.
    pub fn start(recording: &Recording, link: &Path) -> std::io::Result<Replay> {
        let line = Line::start(Player::new(recording), link, Instant::now(), |_| {})?;
        Ok(Replay { line })
    }

    /// How far it is: see [`Player::strayed`] and [`Player::is_over`].
    pub fn player(&self) -> Player {
        self.line.with(|end| end.device.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const AT: Duration = Duration::from_secs(9);

    fn player(body: &str) -> Player {
        let head = "kiosk-sim recording 2\ndevice scale\nwire serial 9600\n";
        Player::new(&format!("{head}{body}").parse().unwrap())
    }

    /// A job between two looks, and an answer in order that comes by itself.
    const PRINT: &str = "0.000000 > 10 04 01\n0.002000 < 12\n0.100000 > 1B 40 41\n0.120000 > 42 1D 72\n\
                         0.300000 > 10 04 01\n0.302000 < 16\n0.700000 < 00\n";

    fn says(player: &mut Player) -> Vec<(u64, Vec<u8>)> {
        let all = std::iter::from_fn(|| Peripheral::say(player));
        all.map(|said| ((said.at - AT).as_millis() as u64, said.bytes)).collect()
    }

    #[test]
    fn answers_come_as_late_as_they_did() {
        let mut player = player(PRINT);
        player.hear(AT, &[0x10, 0x04]);
        assert_eq!(says(&mut player), []);
        player.hear(AT, &[0x01]);
        assert_eq!(says(&mut player), [(2, vec![0x12])]);
        player.hear(AT, &[0x1B, 0x40, 0x41, 0x42, 0x1D, 0x72, 0x10, 0x04, 0x01]);
        assert_eq!(says(&mut player), [(2, vec![0x16]), (400, vec![0x00])]);
        assert_eq!((player.is_over(), player.strayed()), (true, None));
    }

    #[test]
    fn a_question_may_come_more_often_even_in_the_middle_of_other_bytes() {
        let mut player = player(PRINT);
        player.hear(AT, &[0x10, 0x04, 0x01, 0x10, 0x04, 0x01, 0x1B, 0x40, 0x10, 0x04, 0x01, 0x41]);
        assert_eq!(says(&mut player), [(2, vec![0x12]), (2, vec![0x12]), (2, vec![0x12])]);
        player.hear(AT, &[0x42, 0x1D, 0x72]);
        assert_eq!((player.next, player.strayed()), (2, None));
    }

    #[test]
    fn a_question_may_not_come_at_all() {
        let mut player = player(PRINT);
        player.hear(AT, &[0x1B, 0x40, 0x41, 0x42, 0x1D, 0x72]);
        assert_eq!((player.next, player.strayed()), (2, None));
    }

    #[test]
    fn a_question_is_passed_over_even_for_bytes_that_begin_like_it() {
        let mut player = player("0.000000 > 1D 72 01\n0.001000 < 00\n0.100000 > 1D 56\n");
        player.hear(AT, &[0x1D, 0x56]);
        assert_eq!((player.next, player.strayed()), (2, None));
    }

    #[test]
    fn what_was_said_after_a_class_request_is_said_after_it() {
        let mut player =
            player("0.000000 ? 21 09 FD 02 00 00 01 00 54\n0.000000 !\n0.100000 < 02\n0.200000 < 03\n");
        let setup = Setup::read([0x21, 0x09, 0xFD, 0x02, 0x00, 0x00, 0x01, 0x00]);
        assert_eq!(player.class_request(AT, setup, &[0x54]), Some(Vec::new()));
        assert_eq!(says(&mut player), [(100, vec![0x02]), (200, vec![0x03])]);
        assert!(player.is_over());
        assert_eq!(player.class_request(AT, setup, &[0x55]), None);
        assert!(player.strayed().is_some());
    }

    #[test]
    fn what_was_not_recorded_is_told_and_answered_by_silence() {
        let mut player = player(PRINT);
        player.hear(AT, &[0x1B, 0x40, 0x43]);
        assert!(player.strayed().unwrap().contains("heard [43], not [41, 42"), "{:?}", player.strayed());
        player.hear(AT, &[0x10, 0x04, 0x01]);
        assert_eq!(says(&mut player), []);
        player.power_cycle();
        player.hear(AT, &[0x10, 0x04, 0x01]);
        assert_eq!(says(&mut player), [(2, vec![0x12])]);
    }
}
