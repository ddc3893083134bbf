//! Takes down what goes over a wire; written, masked, when the wire ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Event, Masker, Recording, Way, Wire};
use crate::limits::{RECORD_BYTES_MAX, RECORD_GAP, RECORD_LINE_BYTES};

/// A running recording. Nothing is on disk before it is dropped: a value could end in bytes that are still to come. A device
/// that was never spoken to leaves none.
#[derive(Debug)]
pub struct Tape {
    recording: Recording,
    file: PathBuf,
    masker: Arc<Masker>,
    left: usize,
}

impl Tape {
    /// A recording of `device` that will be `DIR/DEVICE.rec`.
    pub fn new(dir: &Path, device: &str, wire: Wire, masker: Arc<Masker>) -> Tape {
        let recording = Recording { device: device.to_owned(), wire, events: Vec::new() };
        Tape { recording, file: dir.join(format!("{device}.rec")), masker, left: RECORD_BYTES_MAX }
    }

    /// Takes bytes down; nothing more once there are [`RECORD_BYTES_MAX`].
    pub fn note(&mut self, at: Duration, way: Way, bytes: &[u8]) {
        let fits = bytes.len() <= self.left;
        self.left = if fits { self.left - bytes.len() } else { 0 };
        if !fits {
            return;
        }
        // Only a serial line has no borders of its own.
        let is_serial = matches!(self.recording.wire, Wire::Serial { .. });
        match self.recording.events.last_mut() {
            Some(last) if is_serial && continues(last, at, way, bytes) => {
                last.bytes.extend(bytes);
                // What goes to the device is timed by its end.
                last.at = if way == Way::ToDevice { at } else { last.at };
            }
            Some(_) | None => self.recording.events.push(Event { at, way, bytes: bytes.to_vec() }),
        }
    }

    /// What was taken down, masked, with times that count from the first event.
    pub fn finish(&mut self) -> Recording {
        let mut recording = self.recording.clone();
        let first = recording.events.first().map_or(Duration::ZERO, |event| event.at);
        for event in &mut recording.events {
            event.at = event.at.saturating_sub(first);
        }
        self.masker.mask(&mut recording);
        recording
    }
}

fn continues(last: &Event, at: Duration, way: Way, bytes: &[u8]) -> bool {
    let fits = last.bytes.len() + bytes.len() <= RECORD_LINE_BYTES;
    last.way == way && fits && at.saturating_sub(last.at) <= RECORD_GAP
}

impl Drop for Tape {
    fn drop(&mut self) {
        if self.recording.events.is_empty() {
            return;
        }
        let text = self.finish().to_string();
        if let Err(error) = std::fs::write(&self.file, text) {
            tracing::error!(file = %self.file.display(), %error, "the recording is lost");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const WIRE: Wire = Wire::Serial { baud: 9_600 };

    #[test]
    fn bytes_that_follow_closely_share_a_line_and_times_count_from_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let mut tape = Tape::new(dir.path(), "scale", WIRE, Arc::new(Masker::of(&[])));
        let ms = |ms: u64| Duration::from_millis(5_000 + ms);
        tape.note(ms(0), Way::ToDevice, b"a");
        tape.note(ms(2), Way::ToDevice, b"b");
        tape.note(ms(3), Way::FromDevice, b"c");
        tape.note(ms(5), Way::FromDevice, b"d");
        tape.note(ms(90), Way::FromDevice, b"e");
        drop(tape);
        let text = std::fs::read_to_string(dir.path().join("scale.rec")).unwrap();
        let body: Vec<&str> = text.lines().skip(4).collect();
        assert_eq!(body, ["0.000000 > 61 62", "0.001000 < 63 64", "0.088000 < 65"]);
    }

    #[test]
    fn an_endless_line_ends_somewhere() {
        let dir = tempfile::tempdir().unwrap();
        let mut tape = Tape::new(dir.path(), "scale", WIRE, Arc::new(Masker::of(&[])));
        for _ in 0..RECORD_BYTES_MAX / 1_000 + 2 {
            tape.note(Duration::ZERO, Way::ToDevice, &[0; 1_000]);
        }
        let bytes: usize = tape.finish().events.iter().map(|event| event.bytes.len()).sum();
        assert!(bytes <= RECORD_BYTES_MAX && bytes > RECORD_BYTES_MAX - 1_000);
    }
}
