//! Answers (RFC 8010), read by crate `ipp` behind the [`gate`](super::gate).

use std::io::Cursor;

use ipp::attribute::{IppAttributeGroup, IppAttributes};
use ipp::model::DelimiterTag;
use ipp::parser::IppParser;
use ipp::reader::IppReader;
use ipp::value::IppValue;
use kiosk_drivers_api::{About, PageFault};

use super::gate;
use super::job::Job;
use super::printer::Printer;
use super::request::{MODEL, NAME, PLACE};
use crate::deadlines::ABOUT_CHARS_MAX;

/// RFC 8011 B.1.2: statuses below are successes.
const FAILURES: u16 = 0x0100;

/// Bytes that are no answer to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// An answer that is one.
#[derive(Clone, Debug)]
pub struct Answer {
    /// RFC 8011 appendix B.
    pub status: u16,
    attributes: IppAttributes,
}

impl Answer {
    /// Reads the answer to the request with this id; any other is none.
    pub fn read(bytes: Vec<u8>, id: i32) -> Result<Answer, NoAnswer> {
        if !gate::is_sound(&bytes) {
            return Err(NoAnswer);
        }
        let reader = IppReader::new(Cursor::new(bytes));
        let (header, attributes, _) = IppParser::new(reader).parse_parts().map_err(|_| NoAnswer)?;
        if header.request_id != id {
            return Err(NoAnswer);
        }
        Ok(Answer { status: header.operation_or_status.cast_unsigned(), attributes })
    }

    /// Why the request was refused (RFC 8011 appendix B), if it was.
    pub fn refusal(&self) -> Option<PageFault> {
        Some(match self.status {
            0..FAILURES => return None,
            0x0401..=0x0403 => PageFault::NotAllowed,
            0x0406 | 0x0407 => PageFault::NoSuchPrinter,
            0x0408 => PageFault::SpoolFull,
            0x040A | 0x0411 => PageFault::FormatRefused,
            0x0409 | 0x040B | 0x040E => PageFault::OptionRefused,
            0x0502 | 0x0505 | 0x0507 => PageFault::Busy,
            0x0504 => PageFault::Defect,
            0x0506 => PageFault::NotAccepting,
            0x0508 => PageFault::CancelledThere,
            _ => PageFault::Garbled,
        })
    }

    /// What it says about the printer; none where its state is missing.
    pub fn printer(&self) -> Option<Printer> {
        Printer::read(Group(self.attributes.first_of(DelimiterTag::PrinterAttributes)?))
    }

    /// What the printer says it is.
    pub fn about(&self) -> About {
        let Some(printer) = self.attributes.first_of(DelimiterTag::PrinterAttributes).map(Group) else {
            return About::new();
        };
        let said = |(what, name)| Some((what, readable(printer.words(name).next()?)));
        [("model", MODEL), ("name", NAME), ("place", PLACE)].into_iter().filter_map(said).collect()
    }

    /// What it says about a job; none where its id or state is missing.
    pub fn job(&self) -> Option<Job> {
        Job::read(Group(self.attributes.first_of(DelimiterTag::JobAttributes)?))
    }

    /// The ids of the jobs that belong to `user`. Some printers list everybody's when asked for one's own.
    pub fn jobs_of(&self, user: &str) -> Vec<i32> {
        let groups = self.attributes.groups_of(DelimiterTag::JobAttributes).map(Group);
        let own = groups.filter(|job| job.words("job-originating-user-name").eq([user]));
        own.filter_map(|job| job.number("job-id")).collect()
    }
}

/// The attributes of one thing.
#[derive(Clone, Copy)]
pub(super) struct Group<'a>(&'a IppAttributeGroup);

impl<'a> Group<'a> {
    pub(super) fn has(self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    fn values(self, name: &str) -> impl Iterator<Item = &'a IppValue> + use<'a> {
        let value = self.0.get(name).map(|attribute| attribute.value());
        let list = value.and_then(|value| value.as_array().map(Vec::as_slice));
        list.or(value.map(std::slice::from_ref)).unwrap_or_default().iter()
    }

    pub(super) fn words(self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.values(name).filter_map(word)
    }

    pub(super) fn numbers(self, name: &str) -> impl Iterator<Item = i32> + use<'a> {
        self.values(name).filter_map(|value| value.as_integer().or(value.as_enum()).copied())
    }

    pub(super) fn number(self, name: &str) -> Option<i32> {
        self.numbers(name).next()
    }

    pub(super) fn truth(self, name: &str) -> Option<bool> {
        self.values(name).next().and_then(|value| value.as_boolean().copied())
    }

    /// The upper end of a range, or a number standing alone.
    pub(super) fn upper(self, name: &str) -> Option<i32> {
        let range = self.values(name).next().and_then(|value| value.as_range_of_integer());
        range.map(|(_, max)| *max).or_else(|| self.number(name))
    }

    /// Resolutions in dots per inch, where both ways are equal (RFC 8011 5.1.16: unit 3).
    pub(super) fn resolutions(self, name: &str) -> impl Iterator<Item = u32> + use<'a> {
        let square = self.values(name).filter_map(|value| value.as_resolution());
        let square = square.filter(|(cross, feed, units)| cross == feed && **units == 3);
        square.filter_map(|(cross, ..)| u32::try_from(*cross).ok())
    }
}

/// Without control characters, and not longer than a line.
fn readable(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(ABOUT_CHARS_MAX).collect()
}

fn word(value: &IppValue) -> Option<&str> {
    if let Some(keyword) = value.as_keyword() {
        return Some(keyword.as_str());
    }
    if let Some(name) = value.as_name_without_language() {
        return Some(name.as_str());
    }
    if let Some((_, name)) = value.as_name_with_language() {
        return Some(name.as_str());
    }
    if let Some(text) = value.as_text_without_language() {
        return Some(text);
    }
    if let Some((_, text)) = value.as_text_with_language() {
        return Some(text);
    }
    value.as_mime_media_type().map(|kind| kind.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_drivers_api::Supply;
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{JobState, PrinterState};

    /// Written by hand from RFC 8010 3.1; request id 7.
    fn answer(status: u8, groups: &[u8]) -> Vec<u8> {
        [&[1, 1, status, 0, 0, 0, 0, 7], groups, &[3]].concat()
    }

    #[test]
    fn a_printer_by_the_byte() {
        let mut bytes = b"\x04\x23\0\x0Dprinter-state\0\x04\0\0\0\x05".to_vec();
        bytes.extend(b"\x44\0\x15printer-state-reasons\0\x11media-empty-error");
        bytes.extend(b"\x44\0\0\0\x11toner-low-warning");
        bytes.extend(b"\x33\0\x10copies-supported\0\x08\0\0\0\x01\0\0\0\x63");
        let printer = Answer::read(answer(0, &bytes), 7).unwrap().printer().unwrap();
        assert_eq!(printer.state, PrinterState::Stopped);
        assert_eq!(printer.fault(), Some(PageFault::PaperOut));
        assert_eq!(printer.reasons.supply(PageFault::TonerEmpty), Supply::Low);
        assert!(printer.is_accepting);
    }

    #[test]
    fn what_a_printer_is_comes_without_control_characters() {
        let groups = b"\x04\x41\0\x16printer-make-and-model\0\x06Ma\x1Bker\x42\0\x0Cprinter-name\0\x02p1";
        let told = Answer::read(answer(0, groups), 7).unwrap().about();
        assert_eq!(told, [("model", "Maker".to_owned()), ("name", "p1".to_owned())]);
    }

    #[test]
    fn a_job_by_the_byte() {
        let mut bytes = b"\x02\x21\0\x06job-id\0\x04\0\0\0\x2A".to_vec();
        bytes.extend(b"\x23\0\x09job-state\0\x04\0\0\0\x09");
        let job = Answer::read(answer(0, &bytes), 7).unwrap().job().unwrap();
        assert_eq!((job.id, job.state), (42, JobState::Completed));
    }

    #[test]
    fn jobs_of_others_are_left_alone() {
        let job = |id: u8, user: &[u8]| {
            let mut bytes = [b"\x02\x21\0\x06job-id\0\x04\0\0\0".as_slice(), &[id]].concat();
            bytes.extend([b"\x42\0\x19job-originating-user-name\0\x02".as_slice(), user].concat());
            bytes
        };
        let bytes = [job(1, b"k1"), job(2, b"k2"), job(3, b"k1")].concat();
        assert_eq!(Answer::read(answer(0, &bytes), 7).unwrap().jobs_of("k1"), [1, 3]);
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        assert_eq!(Answer::read(answer(0, &[]), 8).err(), Some(NoAnswer));
    }

    #[test]
    fn refusals_are_told_apart() {
        let refused = |status: [u8; 2]| {
            let bytes = [&[1, 1], status.as_slice(), &[0, 0, 0, 7, 3]].concat();
            Answer::read(bytes, 7).unwrap().refusal()
        };
        assert_eq!(refused([0, 1]), None);
        assert_eq!(refused([4, 0x0A]), Some(PageFault::FormatRefused));
        assert_eq!(refused([5, 7]), Some(PageFault::Busy));
        assert_eq!(refused([0x80, 0]), Some(PageFault::Garbled));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Answer::read(bytes, 7).map(|answer| (answer.printer(), answer.job(), answer.jobs_of("k")));
        }

        /// Well-formed outside, anything inside: this reaches the readers of single values.
        #[test]
        fn any_values_are_survived(
            values in prop::collection::vec((1..=0x4A_u8, 0..6_usize, prop::collection::vec(any::<u8>(), 0..24)), 0..40)
        ) {
            let mut bytes = vec![4];
            for (tag, name, value) in &values {
                if *tag <= 0x0F {
                    bytes.push(*tag);
                    continue;
                }
                let name = ["", "job-state", "printer-state", "copies-supported", "media-supported", "job-id"][*name];
                bytes.push(*tag);
                bytes.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
                bytes.extend(name.as_bytes());
                bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
                bytes.extend(value);
            }
            let read = Answer::read(answer(0, &bytes), 7);
            let _ = read.map(|answer| (answer.printer(), answer.job(), answer.jobs_of("k"), answer.refusal()));
        }
    }
}
