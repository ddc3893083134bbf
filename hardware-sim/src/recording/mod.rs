//! What went between the terminal and a device, as text that can be read, compared and played again.
//!
//! ```text
//! kiosk-sim recording 2
//! device id-reader
//! wire serial 115200
//! # Whatever follows a # is a comment.
//! 0.000000 > AA AA AA 96 69 00 03 20 01 22
//! 0.031215 < AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97
//! ```
//!
//! A line is a time in seconds since the first one, a way and bytes in hexadecimal. A stream of bytes goes `>` to the
//! device, timed by its last byte, and `<` from it, timed by its first ones. A message `?` to the device has one answer `!`: a
//! class request over USB (head and data), a command to a chip card, a message of IPP (without its document; in front of the
//! answer stands the status of HTTP). A message without an answer was refused, or met by silence.

mod dialogue;
mod mask;
mod replay;
mod tape;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

pub use dialogue::Dialogue;
pub use mask::Masker;
pub use replay::{Player, Replay};
pub use tape::Tape;

/// The first line; the number is the version of the format.
const HEAD: &str = "kiosk-sim recording 2";

/// What went between the terminal and one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The name of the device, such as `id-reader`.
    pub device: String,
    /// What it hung on.
    pub wire: Wire,
    /// In the order of time.
    pub events: Vec<Event>,
}

/// What a device hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A serial line.
    Serial {
        /// The line rate at the beginning.
        baud: u32,
    },
    /// The USB bus.
    Usb,
    /// The slot of a reader of chip cards.
    PcSc,
    /// The network, as a printer.
    Ipp,
}

/// Bytes that went one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Since the first one.
    pub at: Duration,
    /// Which way.
    pub way: Way,
    /// Not empty, except in answers that say no more than that the message was taken.
    pub bytes: Vec<u8>,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the terminal, part of a stream.
    ToDevice,
    /// To the terminal, part of a stream.
    FromDevice,
    /// From the terminal, a whole message that wants an answer.
    Question,
    /// The answer.
    Answer,
}

impl Way {
    /// All of them, with what stands for them.
    pub const ALL: [(Way, &str); 4] =
        [(Way::ToDevice, ">"), (Way::FromDevice, "<"), (Way::Question, "?"), (Way::Answer, "!")];

    fn sign(self) -> &'static str {
        Way::ALL.into_iter().find(|(way, _)| *way == self).map_or("", |(_, sign)| sign)
    }
}

/// A text that is no recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {wanted}")]
pub struct BadRecording {
    /// From 1.
    pub line: usize,
    /// What should stand there.
    pub wanted: &'static str,
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\ndevice {}\nwire {}", self.device, self.wire)?;
        writeln!(f, "# Seconds, > ? to the device or < ! from it, bytes. Data of persons are masked.")?;
        self.events.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06} {}", self.at.as_secs(), self.at.subsec_micros(), self.way.sign())?;
        self.bytes.iter().try_for_each(|byte| write!(f, " {byte:02X}"))
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wire::Serial { baud } => write!(f, "serial {baud}"),
            Wire::Usb => f.write_str("usb"),
            Wire::PcSc => f.write_str("pcsc"),
            Wire::Ipp => f.write_str("ipp"),
        }
    }
}

impl FromStr for Recording {
    type Err = BadRecording;

    fn from_str(text: &str) -> Result<Recording, BadRecording> {
        let mut lines = (1..).zip(text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()));
        let mut lines = std::iter::from_fn(|| lines.find(|(_, line)| !line.is_empty()));
        let mut after = |wanted: &'static str| {
            let (line, text) = lines.next().unwrap_or_default();
            let rest = text.strip_prefix(wanted).ok_or(BadRecording { line, wanted })?;
            Ok::<_, BadRecording>((line, rest.trim()))
        };
        after(HEAD)?;
        let device = after("device")?.1.to_owned();
        let (line, wire) = after("wire")?;
        let wire = self::wire(wire).ok_or(BadRecording { line, wanted: WIRE })?;
        let events = lines.map(|(line, text)| event(text).ok_or(BadRecording { line, wanted: EVENT }));
        Ok(Recording { device, wire, events: events.collect::<Result<_, _>>()? })
    }
}

/// What a line of the body looks like.
const EVENT: &str = "SECONDS, one of > < ? ! and BYTES, such as 0.031215 < 9F 00";

/// What a wire is called.
const WIRE: &str = "serial BAUD, usb, pcsc or ipp";

fn wire(text: &str) -> Option<Wire> {
    match text {
        "usb" => Some(Wire::Usb),
        "pcsc" => Some(Wire::PcSc),
        "ipp" => Some(Wire::Ipp),
        _ => Some(Wire::Serial { baud: text.strip_prefix("serial ")?.trim().parse().ok()? }),
    }
}

fn event(line: &str) -> Option<Event> {
    let mut words = line.split_whitespace();
    let at = seconds(words.next()?)?;
    let sign = words.next()?;
    let (way, _) = Way::ALL.into_iter().find(|(_, known)| *known == sign)?;
    let bytes: Vec<u8> = words.map(|word| u8::from_str_radix(word, 16).ok()).collect::<Option<_>>()?;
    (way == Way::Answer || !bytes.is_empty()).then_some(Event { at, way, bytes })
}

fn seconds(word: &str) -> Option<Duration> {
    let (whole, micros) = word.split_once('.')?;
    let micros = if micros.len() == 6 { micros.parse().ok()? } else { return None };
    Some(Duration::from_secs(whole.parse().ok()?) + Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "kiosk-sim recording 2\ndevice id-reader\nwire serial 115200\n\n# note\n\
                        0.000000 > AA 96\n12.031215 < 9F # found\n";

    #[test]
    fn what_is_written_is_read_again() {
        let recording: Recording = TEXT.parse().unwrap();
        assert_eq!(
            (recording.device.as_str(), recording.wire),
            ("id-reader", Wire::Serial { baud: 115_200 })
        );
        assert_eq!(recording.events[1].at, Duration::from_micros(12_031_215));
        assert_eq!(recording.events[1].to_string(), "12.031215 < 9F");
        assert_eq!(recording.to_string().parse(), Ok(recording));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let refused = |text: &str| text.parse::<Recording>().unwrap_err().to_string();
        assert_eq!(refused("wire usb"), "line 1: expected kiosk-sim recording 2");
        assert!(refused(&TEXT.replace("> AA", "> AAA")).starts_with("line 6: expected SECONDS"));
        assert!(refused(&TEXT.replace("> AA 96", ">")).starts_with("line 6"));
        assert!(refused(&TEXT.replace("0.000000", "0.5")).starts_with("line 6"));
        assert!(refused(&TEXT.replace("115200", "fast")).contains("serial BAUD"));
    }

    #[test]
    fn messages_have_answers_that_may_say_nothing_more() {
        for wire in ["usb", "pcsc", "ipp"] {
            let text =
                format!("kiosk-sim recording 2\ndevice x\nwire {wire}\n0.000000 ? 21 02\n0.000001 !\n");
            let recording: Recording = text.parse().unwrap();
            assert_eq!(recording.events[0].way, Way::Question);
            assert_eq!(recording.events[1].bytes, Vec::<u8>::new());
            assert_eq!(recording.to_string().parse(), Ok(recording));
        }
        assert!(TEXT.replace("< 9F", "?").parse::<Recording>().is_err(), "a message says something");
    }
}
