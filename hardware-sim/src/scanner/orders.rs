//! What a scanner makes of the bytes it hears: orders, and what it answers to them.

use super::dialect::Dialect;
use super::packets::{self, Packet};
use crate::limits::SCANNER_ORDER_BYTES_MAX;

/// What the host wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Light on, look.
    Pull,
    /// Light off.
    Release,
    /// Go on with the next packet.
    Acknowledged,
    /// Send the last packet again.
    Again,
    /// Something without effect on codes.
    Other,
    /// Nothing it knows.
    Unknown,
}

/// An order with its answer; empty where there is none.
pub(super) type Ordered = (Order, Vec<u8>);

/// Takes the next order out of `received`; nothing while it is incomplete.
pub(super) fn take(dialect: Dialect, received: &mut Vec<u8>) -> Option<Ordered> {
    if received.len() > SCANNER_ORDER_BYTES_MAX {
        received.clear();
    }
    match dialect {
        Dialect::Newland => newland(received),
        Dialect::Honeywell => honeywell(received),
        Dialect::Ssi => packets::take(received).map(|packet| ssi(&packet)),
        Dialect::Plain | Dialect::HidPos => {
            received.clear();
            None
        }
    }
}

/// `7E 01`, address `0000`, `@` or `#`, orders with `;` behind each, `03`.
fn newland(received: &mut Vec<u8>) -> Option<Ordered> {
    let start = received.iter().position(|byte| *byte == 0x7E).unwrap_or(received.len());
    received.drain(..start);
    let end = received.iter().position(|byte| *byte == 0x03)?;
    let frame: Vec<u8> = received.drain(..=end).collect();
    let Some(orders) = frame.strip_prefix(b"\x7E\x010000").and_then(|rest| rest.strip_suffix(b"\x03")) else {
        return Some((Order::Unknown, Vec::new()));
    };
    let Some((storage @ (b'@' | b'#'), orders)) = orders.split_first() else {
        return Some((Order::Unknown, Vec::new()));
    };
    let mut answer = [b"\x02\x010000", [*storage].as_slice()].concat();
    let mut last = Order::Unknown;
    for order in orders.split(|byte| *byte == b';').filter(|order| !order.is_empty()) {
        let (meaning, judgement) = newland_order(order);
        last = meaning;
        answer.extend([order, &[judgement, b';']].concat());
    }
    answer.push(0x03);
    Some((last, answer))
}

/// 06 done, 15 bad value, 05 unknown.
fn newland_order(order: &[u8]) -> (Order, u8) {
    match order {
        b"SCNTRG1" => (Order::Pull, 0x06),
        b"SCNTRG0" => (Order::Release, 0x06),
        b"SCNMOD0" | b"FACDEF" => (Order::Other, 0x06),
        [b'S', b'C', b'N', ..] => (Order::Unknown, 0x15),
        [b'O', b'R', b'T', b'S', b'E', b'T', ..] | [b'R', b'R', b'D', b'D', b'U', b'R', ..] => {
            (Order::Other, 0x06)
        }
        _ => (Order::Unknown, 0x05),
    }
}

/// `16`, a letter, `0D`; behind the letter `M` a menu order with `.` or `!`, which is echoed with 06.
fn honeywell(received: &mut Vec<u8>) -> Option<Ordered> {
    let start = received.iter().position(|byte| *byte == 0x16).unwrap_or(received.len());
    received.drain(..start);
    let &[_, letter, end] = received.get(..3)? else { return None };
    if end != 0x0D {
        received.drain(..1);
        return Some((Order::Unknown, Vec::new()));
    }
    let order = match letter {
        b'T' => Order::Pull,
        b'U' => Order::Release,
        b'M' => return honeywell_menu(received),
        _ => Order::Unknown,
    };
    received.drain(..3);
    Some((order, Vec::new()))
}

fn honeywell_menu(received: &mut Vec<u8>) -> Option<Ordered> {
    let end = received.iter().position(|byte| matches!(byte, b'.' | b'!'))?;
    let frame: Vec<u8> = received.drain(..=end).collect();
    let answer = match &frame[3..] {
        [b'R', b'E', b'V', b'I', b'N', b'F', storage] => {
            [b"REVINFSYNTHETIC 1\x06", [*storage].as_slice()].concat()
        }
        [order @ .., storage] => [order, &[0x05, *storage]].concat(),
        [] => Vec::new(),
    };
    Some((Order::Other, answer))
}

fn ssi(packet: &Packet) -> Ordered {
    let acknowledged = packets::acknowledge();
    match packet {
        Packet::Disturbed => (Order::Other, packets::refuse(packets::RESEND)),
        Packet::Whole(0xE4) => (Order::Pull, acknowledged),
        Packet::Whole(0xE5) => (Order::Release, acknowledged),
        Packet::Whole(0xD0) => (Order::Acknowledged, Vec::new()),
        Packet::Whole(0xD1) => (Order::Again, Vec::new()),
        Packet::Whole(0xE9 | 0xEA | 0xC6) => (Order::Other, acknowledged),
        Packet::Whole(_) => (Order::Unknown, packets::refuse(packets::DENIED)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn one(dialect: Dialect, bytes: &[u8]) -> Ordered {
        take(dialect, &mut bytes.to_vec()).unwrap()
    }

    #[test]
    fn triggers_match_the_published_bytes() {
        let pull =
            [0x7E, 0x01, 0x30, 0x30, 0x30, 0x30, 0x23, b'S', b'C', b'N', b'T', b'R', b'G', b'1', 0x3B, 0x03];
        let (order, answer) = one(Dialect::Newland, &pull);
        assert_eq!((order, answer.as_slice()), (Order::Pull, b"\x02\x010000#SCNTRG1\x06;\x03".as_slice()));
        assert_eq!(one(Dialect::Honeywell, &[0x16, 0x54, 0x0D]), (Order::Pull, vec![]));
        assert_eq!(one(Dialect::Honeywell, &[0x16, 0x55, 0x0D]), (Order::Release, vec![]));
        let ack = vec![0x04, 0xD0, 0x00, 0x00, 0xFF, 0x2C];
        assert_eq!(one(Dialect::Ssi, &[0x04, 0xE4, 0x04, 0x00, 0xFF, 0x14]), (Order::Pull, ack));
    }

    #[test]
    fn what_is_unknown_or_disturbed_is_refused() {
        assert_eq!(one(Dialect::Newland, b"\x7E\x010000@ABCDEF1;\x03").1, b"\x02\x010000@ABCDEF1\x05;\x03");
        assert_eq!(one(Dialect::Newland, b"\x7E\x010000@SCNTRG7;\x03").1, b"\x02\x010000@SCNTRG7\x15;\x03");
        assert_eq!(one(Dialect::Newland, b"\x7E\x019999@SCNTRG1;\x03"), (Order::Unknown, vec![]));
        assert_eq!(one(Dialect::Ssi, &[0x04, 0xE4, 0x04, 0x00, 0xFF, 0x15]).1[1], 0xD1);
        assert_eq!(one(Dialect::Honeywell, b"\x16\x4D\x0DREVINF.").1, b"REVINFSYNTHETIC 1\x06.");
    }

    #[test]
    fn an_order_is_taken_once_it_is_whole_and_noise_before_it_is_dropped() {
        let mut received = b"\xFF\x7E\x010000#SCNTRG0;".to_vec();
        assert_eq!(take(Dialect::Newland, &mut received), None);
        received.push(0x03);
        assert_eq!(take(Dialect::Newland, &mut received).map(|ordered| ordered.0), Some(Order::Release));
        assert!(received.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_upset_it(bytes: Vec<u8>, which in 0_usize..5) {
            use clap::ValueEnum;
            let dialect = Dialect::value_variants()[which];
            let mut received = [bytes.as_slice(), b"\x16M\x0D.", b"\x7E\x010000;\x03"].concat();
            while take(dialect, &mut received).is_some() {}
            proptest::prop_assert!(received.len() <= SCANNER_ORDER_BYTES_MAX);
        }
    }
}
