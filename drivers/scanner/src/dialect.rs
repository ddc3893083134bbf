//! What differs from scanner to scanner, as data.

use std::time::Duration;

use crate::deadlines::{IDLE_GAP, REST, TORN_GAP};
use crate::protocol::{Answers, Decoder, Ending, HidPos, Plain, Prefix, REPORT_BYTES, Ssi};

/// How a scanner frames codes and takes commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Name used in configuration files.
    pub name: &'static str,
    /// How codes stand in the stream of bytes.
    pub framing: Framing,
    /// Makes it look for codes; empty where it cannot be told.
    pub pull: &'static [u8],
    /// Makes it stop; empty where it cannot be told.
    pub release: &'static [u8],
    /// Something harmless that it answers; empty where there is no such command.
    pub probe: &'static [u8],
    /// Whether it acknowledges `pull` and `release`.
    pub has_answers: bool,
}

/// How codes stand in the stream of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Bytes between an optional prefix and an ending.
    Plain {
        /// What stands before the code.
        prefix: Prefix,
        /// What ends it.
        ending: Ending,
        /// Whether answers to commands stand in the same stream.
        answers: Answers,
    },
    /// Zebra's Simple Serial Interface: packets with a checksum, each acknowledged.
    Ssi,
    /// Reports of 64 bytes (USB HID, usage page 8C).
    HidPos,
}

impl Framing {
    /// What finds codes in this framing.
    pub fn decoder(self) -> Box<dyn Decoder> {
        match self {
            Framing::Plain { prefix, ending, answers } => Box::new(Plain::new(prefix, ending, answers)),
            Framing::Ssi => Box::new(Ssi::default()),
            Framing::HidPos => Box::new(HidPos::default()),
        }
    }

    /// Silence after which what began is over.
    pub fn gap(self) -> Duration {
        match self {
            Framing::Plain { ending: Ending::Gap, .. } => IDLE_GAP,
            Framing::Plain { .. } | Framing::Ssi | Framing::HidPos => TORN_GAP,
        }
    }

    /// Silence that proves a code to be whole, where its end may stand inside it as well.
    pub fn rest(self) -> Option<Duration> {
        match self {
            Framing::Plain { ending: Ending::Cr | Ending::CrLf, .. } => Some(REST),
            Framing::Plain { ending: Ending::Gap, .. } | Framing::Ssi | Framing::HidPos => None,
        }
    }
}

/// Honeywell's menu command for a report of the revision; what comes back is not documented, but something does.
const HONEYWELL_REVISION: &[u8] = b"\x16M\x0DREVINF.";

impl Dialect {
    /// No commands, no prefix, carriage return behind the code.
    pub const PLAIN: Dialect = Dialect {
        name: "plain",
        framing: plain(Prefix::None, Ending::Cr, Answers::None),
        pull: b"",
        release: b"",
        probe: b"",
        has_answers: false,
    };

    /// As `PLAIN`, with CR LF behind the code.
    pub const PLAIN_CRLF: Dialect = Dialect {
        name: "plain-crlf",
        framing: plain(Prefix::None, Ending::CrLf, Answers::None),
        ..Dialect::PLAIN
    };

    /// As `PLAIN`, with nothing but silence behind the code.
    pub const PLAIN_GAP: Dialect = Dialect {
        name: "plain-gap",
        framing: plain(Prefix::None, Ending::Gap, Answers::None),
        ..Dialect::PLAIN
    };

    /// As `PLAIN`, with the symbology identifier before the code.
    pub const AIM: Dialect =
        Dialect { name: "aim", framing: plain(Prefix::Aim, Ending::Cr, Answers::None), ..Dialect::PLAIN };

    /// Newland and Sunmi, unified commands; temporary settings only (`#`).
    pub const NEWLAND: Dialect = Dialect {
        name: "newland",
        framing: plain(Prefix::None, Ending::Cr, Answers::Newland),
        pull: b"\x7E\x010000#SCNTRG1;\x03",
        release: b"\x7E\x010000#SCNTRG0;\x03",
        probe: b"\x7E\x010000#SCNTRG0;\x03",
        has_answers: true,
    };

    /// Honeywell's serial trigger commands, which are not acknowledged.
    pub const HONEYWELL: Dialect = Dialect {
        name: "honeywell",
        framing: plain(Prefix::None, Ending::Cr, Answers::None),
        pull: b"\x16T\x0D",
        release: b"\x16U\x0D",
        probe: HONEYWELL_REVISION,
        has_answers: false,
    };

    /// Zebra SSI with packeted data: START_SESSION, STOP_SESSION, SCAN_ENABLE.
    pub const ZEBRA_SSI: Dialect = Dialect {
        name: "zebra-ssi",
        framing: Framing::Ssi,
        pull: &[0x04, 0xE4, 0x04, 0x00, 0xFF, 0x14],
        release: &[0x04, 0xE5, 0x04, 0x00, 0xFF, 0x13],
        probe: &[0x04, 0xE9, 0x04, 0x00, 0xFF, 0x0F],
        has_answers: true,
    };

    /// HID-POS without commands.
    pub const HID_POS: Dialect = Dialect { name: "hid-pos", framing: Framing::HidPos, ..Dialect::PLAIN };

    /// HID-POS with Honeywell's serial commands in report FD.
    pub const HONEYWELL_HID: Dialect = Dialect {
        name: "honeywell-hid",
        framing: Framing::HidPos,
        pull: &report(b"\x16T\x0D"),
        release: &report(b"\x16U\x0D"),
        ..Dialect::PLAIN
    };

    /// Every dialect there is.
    pub const ALL: [Dialect; 9] = [
        Dialect::PLAIN,
        Dialect::PLAIN_CRLF,
        Dialect::PLAIN_GAP,
        Dialect::AIM,
        Dialect::NEWLAND,
        Dialect::HONEYWELL,
        Dialect::ZEBRA_SSI,
        Dialect::HID_POS,
        Dialect::HONEYWELL_HID,
    ];

    /// Finds a dialect by the name used in configuration files.
    pub fn named(name: &str) -> Option<Dialect> {
        Self::ALL.into_iter().find(|dialect| dialect.name == name)
    }
}

const fn plain(prefix: Prefix, ending: Ending, answers: Answers) -> Framing {
    Framing::Plain { prefix, ending, answers }
}

/// A command in Honeywell's output report: id FD, length, command.
const fn report(command: &[u8; 3]) -> [u8; REPORT_BYTES] {
    let mut report = [0; REPORT_BYTES];
    report[0] = 0xFD;
    report[1] = 3;
    report[2] = command[0];
    report[3] = command[1];
    report[4] = command[2];
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_found_by_names_that_differ() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::named(dialect.name), Some(dialect));
        }
        assert_eq!(Dialect::named("other"), None);
    }

    #[test]
    fn commands_match_the_published_bytes() {
        assert_eq!(Dialect::HONEYWELL.pull, [0x16, 0x54, 0x0D]);
        assert_eq!(Dialect::HONEYWELL_HID.pull[..6], [0xFD, 0x03, 0x16, 0x54, 0x0D, 0x00]);
        assert_eq!(Dialect::NEWLAND.pull[..7], [0x7E, 0x01, 0x30, 0x30, 0x30, 0x30, 0x23]);
        assert_eq!(Dialect::NEWLAND.pull[14..], [0x3B, 0x03]);
    }

    #[test]
    fn what_acknowledges_can_be_probed() {
        assert!(Dialect::ALL.iter().all(|dialect| !dialect.has_answers || !dialect.probe.is_empty()));
    }
}
