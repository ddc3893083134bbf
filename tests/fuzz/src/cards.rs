//! What cards say: the reader's frames and records, the answers of chip cards.

use std::collections::VecDeque;

use kiosk_drivers_api::{CHALLENGE_BYTES, Private, SmartCardFault};
use kiosk_id_card::protocol::{
    Body, Command as Ask, Decoder, FRAME_BYTES_MAX, encode, is_valid_number, newest_address, parse,
};
use kiosk_smart_card::TECHNICIAN_APPLICATION;
use kiosk_smart_card::protocol::{
    Command, Conversation, Pin, Transmit, all, find, is_luhn_valid, items, list_values, read_bank_card,
    read_social_card, read_technician_card, select_social_card, verify_pin,
};
use zeroize::Zeroizing;

use crate::look;

const ASKS: [Ask; 5] = [Ask::ModuleStatus, Ask::Find, Ask::Select, Ask::ReadRecord, Ask::ReadAddress];

/// What fits in a frame besides its head, three bytes of status and the check byte.
const CONTENT_BYTES_MAX: usize = FRAME_BYTES_MAX - 11;

/// The first byte says in how large pieces the rest arrives.
pub fn id_frame(bytes: &[u8]) {
    let Some((piece, stream)) = bytes.split_first() else { return };
    let mut decoder = Decoder::default();
    for piece in stream.chunks(usize::from(*piece).max(1)) {
        let mut next = decoder.push(piece);
        while let Some(reply) = next {
            assert!(reply.data.len() < FRAME_BYTES_MAX, "more data than a frame holds");
            next = decoder.next_reply();
        }
    }
    while decoder.resynchronise().is_some() {}
    assert!(!decoder.is_waiting(), "given up, and still waiting");
    round_trip(stream);
}

/// What is encoded is found again, whole and alone; every command judges it.
fn round_trip(content: &[u8]) {
    for ask in ASKS {
        let frame = encode(&[&[0, 0, 0x90], &content[..content.len().min(CONTENT_BYTES_MAX)]].concat());
        let reply = Decoder::default().push(&frame);
        assert!(reply.is_some(), "a whole frame is not found");
        reply.into_iter().for_each(|reply| look(ask.judge(reply)));
    }
}

/// The blocks of a card, the text record alone, and the appended addresses.
pub fn id_record(bytes: &[u8]) {
    if let Ok(body) = Body::split(bytes) {
        look(parse(body.text, None));
    }
    let newer = newest_address(bytes).ok().flatten();
    if let Some(record) = bytes.first_chunk::<256>() {
        look(parse(record, newer));
    }
    look(is_valid_number(&String::from_utf8_lossy(bytes)));
}

/// Answers in a row, each behind its length; nothing more means that the card has gone.
struct Answers(VecDeque<Vec<u8>>);

impl Answers {
    fn of(bytes: &[u8]) -> Self {
        let (mut answers, mut rest) = (VecDeque::new(), bytes);
        while let Some((length, more)) = rest.split_first() {
            let (answer, left) = more.split_at(more.len().min(usize::from(*length)));
            answers.push_back(answer.to_vec());
            rest = left;
        }
        Self(answers)
    }
}

impl Transmit for Answers {
    fn transmit(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, SmartCardFault> {
        assert!(command.bytes_t0().len() >= 5 && command.bytes_t1().len() >= 4, "a command without a head");
        Ok(Zeroizing::new(self.0.pop_front().unwrap_or_default()))
    }
}

/// A social security card: chosen, read, and its PIN verified.
pub fn social(bytes: &[u8]) {
    let mut card = Conversation::with(Answers::of(bytes));
    if let Ok(true) = select_social_card(&mut card) {
        look(read_social_card(&mut card));
    }
    if let Ok(pin) = Pin::pack(&Private::from("123456")) {
        look(verify_pin(&mut card, &pin));
    }
}

/// A bank card.
pub fn bank(bytes: &[u8]) {
    look(read_bank_card(&mut Conversation::with(Answers::of(bytes))));
    look(is_luhn_valid(bytes));
}

/// A technician's card.
pub fn technician(bytes: &[u8]) {
    let mut card = Conversation::with(Answers::of(bytes));
    if let Ok(Some(card)) = read_technician_card(&mut card, TECHNICIAN_APPLICATION, [7; CHALLENGE_BYTES]) {
        assert!((1..=16).contains(&card.serial.len()), "a serial of another length");
    }
}

/// Data objects; the first four bytes are the tag that is looked for.
pub fn tlv(bytes: &[u8]) {
    let Some((tag, bytes)) = bytes.split_first_chunk::<4>() else { return };
    let tag = u32::from_be_bytes(*tag);
    let length: usize = items(bytes).map(|item| item.value.len()).sum();
    assert!(length <= bytes.len(), "more content than bytes");
    assert_eq!(find(bytes, tag), all(bytes, tag).first().copied());
    assert!(list_values(bytes, |_| b"\x01\x02\x03").len() <= 252, "more than fits in a command");
}
