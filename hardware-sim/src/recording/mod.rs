//! What went over a serial line, as text that can be read, compared and played again.
//!
//! ```text
//! kiosk-sim recording 1
//! device id-reader
//! baud 115200
//! # Whatever follows a # is a comment.
//! 0.000000 > AA AA AA 96 69 00 03 20 01 22
//! 0.031215 < AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97
//! ```
//!
//! A line is a time in seconds since the first one, a direction and bytes in hexadecimal. `>` goes to the device and
//! is timed by its last byte, `<` comes from the device and is timed by its first ones.

mod mask;
mod replay;
mod tape;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

pub use mask::Masker;
pub use replay::{Player, Replay};
pub use tape::Tape;

/// The first line; the number is the version of the format.
const HEAD: &str = "kiosk-sim recording 1";

/// What went over the line of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The name of the device, such as `id-reader`.
    pub device: String,
    /// The line rate at the beginning.
    pub baud: u32,
    /// In the order of time.
    pub events: Vec<Event>,
}

/// Bytes that went one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Since the first one.
    pub at: Duration,
    /// Which way.
    pub way: Way,
    /// Not empty.
    pub bytes: Vec<u8>,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the terminal.
    ToDevice,
    /// To the terminal.
    FromDevice,
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
        writeln!(f, "{HEAD}\ndevice {}\nbaud {}", self.device, self.baud)?;
        writeln!(f, "# Seconds, > to the device or < from it, bytes. Data of persons are masked.")?;
        self.events.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way {
            Way::ToDevice => '>',
            Way::FromDevice => '<',
        };
        write!(f, "{}.{:06} {way}", self.at.as_secs(), self.at.subsec_micros())?;
        self.bytes.iter().try_for_each(|byte| write!(f, " {byte:02X}"))
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
        let (line, baud) = after("baud")?;
        let baud = baud.parse().map_err(|_| BadRecording { line, wanted: "a line rate" })?;
        let events = lines.map(|(line, text)| event(text).ok_or(BadRecording { line, wanted: EVENT }));
        Ok(Recording { device, baud, events: events.collect::<Result<_, _>>()? })
    }
}

/// What a line of the body looks like.
const EVENT: &str = "SECONDS > BYTES or SECONDS < BYTES, such as 0.031215 < 9F 00";

fn event(line: &str) -> Option<Event> {
    let mut words = line.split_whitespace();
    let at = seconds(words.next()?)?;
    let way = match words.next()? {
        ">" => Way::ToDevice,
        "<" => Way::FromDevice,
        _ => return None,
    };
    let bytes: Vec<u8> = words.map(|word| u8::from_str_radix(word, 16).ok()).collect::<Option<_>>()?;
    (!bytes.is_empty()).then_some(Event { at, way, bytes })
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

    const TEXT: &str = "kiosk-sim recording 1\ndevice id-reader\nbaud 115200\n\n# note\n\
                        0.000000 > AA 96\n12.031215 < 9F # found\n";

    #[test]
    fn what_is_written_is_read_again() {
        let recording: Recording = TEXT.parse().unwrap();
        assert_eq!((recording.device.as_str(), recording.baud), ("id-reader", 115_200));
        assert_eq!(recording.events[1].at, Duration::from_micros(12_031_215));
        assert_eq!(recording.events[1].to_string(), "12.031215 < 9F");
        assert_eq!(recording.to_string().parse(), Ok(recording));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let refused = |text: &str| text.parse::<Recording>().unwrap_err().to_string();
        assert_eq!(refused("baud 1"), "line 1: expected kiosk-sim recording 1");
        assert!(refused(&TEXT.replace("> AA", "> AAA")).starts_with("line 6: expected SECONDS"));
        assert!(refused(&TEXT.replace("> AA 96", ">")).starts_with("line 6"));
        assert!(refused(&TEXT.replace("0.000000", "0.5")).starts_with("line 6"));
        assert!(refused(&TEXT.replace("115200", "fast")).contains("a line rate"));
    }
}
