//! How the printer stands, and the status bytes that say so.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How the printer stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrinterState {
    /// Ready; what was wrong has been put right
    #[default]
    Ok,
    /// The roll is empty
    PaperOut,
    /// The roll is nearly empty; it still prints
    NearEnd,
    /// The cover is open
    CoverOpen,
    /// The paper does not move
    Jam,
    /// The cutter blocks at the next cut
    Cutter,
    /// The head is too hot to print
    HeadHot,
}

/// The printer's state and whether its cutter is stuck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// What a tester set.
    pub state: PrinterState,
    /// Whether a cut was tried and the blade did not come home.
    pub cutter_stuck: bool,
}

const OFFLINE: u8 = 0x08;
const NEAR_END: u8 = 0x03;
const PAPER_END: u8 = 0x0C;

impl Condition {
    /// Whether nothing is executed until something is put right.
    pub fn stopped(self) -> bool {
        match self.state {
            PrinterState::Ok | PrinterState::NearEnd => false,
            PrinterState::Cutter => self.cutter_stuck,
            PrinterState::PaperOut | PrinterState::CoverOpen | PrinterState::Jam | PrinterState::HeadHot => {
                true
            }
        }
    }

    /// Whether `DLE ENQ` has something to recover from.
    pub fn recoverable(self) -> bool {
        self.cutter_stuck || self.state == PrinterState::Jam
    }

    /// The answer to `DLE EOT n`; none for an n without meaning.
    pub fn real_time(self, n: u8) -> Option<u8> {
        let stopped = |bit| if self.stopped() { bit } else { 0 };
        let bits = match n {
            1 => stopped(OFFLINE) | if self.recoverable() { 0x20 } else { 0 },
            2 => self.causes(),
            3 => self.errors(),
            4 => match self.state {
                PrinterState::NearEnd => 0x0C,
                PrinterState::PaperOut => 0x6C,
                PrinterState::Ok
                | PrinterState::CoverOpen
                | PrinterState::Jam
                | PrinterState::Cutter
                | PrinterState::HeadHot => 0,
            },
            _ => return None,
        };
        Some(0x12 | bits)
    }

    /// Cause of being offline: cover, paper end, error.
    fn causes(self) -> u8 {
        let cover = if self.state == PrinterState::CoverOpen { 0x04 } else { 0 };
        let paper = if self.state == PrinterState::PaperOut { 0x20 } else { 0 };
        let error = if self.errors() != 0 { 0x40 } else { 0 };
        cover | paper | error
    }

    /// Errors: 04 recoverable, 08 cutter, 40 recovers by itself.
    fn errors(self) -> u8 {
        match self.state {
            PrinterState::Jam => 0x04,
            PrinterState::Cutter if self.cutter_stuck => 0x08,
            PrinterState::HeadHot => 0x40,
            PrinterState::Cutter
            | PrinterState::Ok
            | PrinterState::PaperOut
            | PrinterState::NearEnd
            | PrinterState::CoverOpen => 0,
        }
    }

    /// The paper sensors as `GS r 1` and the third automatic byte show them: 03 near end, 0C end.
    pub fn paper(self) -> u8 {
        match self.state {
            PrinterState::NearEnd => NEAR_END,
            PrinterState::PaperOut => NEAR_END | PAPER_END,
            PrinterState::Ok
            | PrinterState::CoverOpen
            | PrinterState::Jam
            | PrinterState::Cutter
            | PrinterState::HeadHot => 0,
        }
    }

    /// The six bytes of the full status, as kiosk printers of Custom's kind give them: 10 0F; paper (01 end, 04 near end,
    /// 20 a page in the outlet); cover (02); what can be left (01 head hot, 40 jam); what cannot (not simulated).
    pub fn full(self, in_outlet: bool) -> [u8; 6] {
        let if_set = |set: bool, bit| if set { bit } else { 0 };
        let out = if_set(self.state == PrinterState::PaperOut, 0x01);
        let near = if_set(matches!(self.state, PrinterState::NearEnd | PrinterState::PaperOut), 0x04);
        let cover = if_set(self.state == PrinterState::CoverOpen, 0x02);
        let hot = if_set(self.state == PrinterState::HeadHot, 0x01);
        let jam = if_set(self.state == PrinterState::Jam, 0x40);
        [0x10, 0x0F, out | near | if_set(in_outlet, 0x20), cover, hot | jam, 0]
    }

    /// The four bytes of automatic status.
    pub fn automatic(self) -> [u8; 4] {
        let offline = if self.stopped() { OFFLINE } else { 0 };
        let cover = if self.state == PrinterState::CoverOpen { 0x20 } else { 0 };
        let waits = u8::from(self.recoverable());
        [0x10 | offline | cover, self.errors() | waits, self.paper(), 0x0F]
    }
}

/// Whether a change of the automatic status concerns the groups that `GS a` switched on: 02 online, 04 error, 08 paper.
pub fn concerns(groups: u8, before: [u8; 4], after: [u8; 4]) -> bool {
    let online = groups & 0x02 != 0 && before[0] != after[0];
    let error = groups & 0x04 != 0 && before[1] != after[1];
    let paper = groups & 0x08 != 0 && before[2] != after[2];
    online || error || paper
}

/// GS I: one byte, or `_`, text, NUL.
pub fn identity(n: u8) -> Vec<u8> {
    match n {
        1 | 49 => vec![0x20],
        // Characters of two bytes, and a cutter.
        2 | 50 => vec![0x03],
        3 | 51 => vec![0x01],
        65 => b"_1.00\0".to_vec(),
        66 => b"_HECHENG\0".to_vec(),
        67 => b"_SIM-80\0".to_vec(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real_time(state: PrinterState, cutter_stuck: bool) -> [Option<u8>; 4] {
        let condition = Condition { state, cutter_stuck };
        [1, 2, 3, 4].map(|n| condition.real_time(n))
    }

    #[test]
    fn real_time_bytes_of_every_state() {
        use PrinterState as S;
        assert_eq!(real_time(S::Ok, false), [0x12, 0x12, 0x12, 0x12].map(Some));
        assert_eq!(real_time(S::NearEnd, false), [0x12, 0x12, 0x12, 0x1E].map(Some));
        assert_eq!(real_time(S::PaperOut, false), [0x1A, 0x32, 0x12, 0x7E].map(Some));
        assert_eq!(real_time(S::CoverOpen, false), [0x1A, 0x16, 0x12, 0x12].map(Some));
        assert_eq!(real_time(S::Jam, false), [0x3A, 0x52, 0x16, 0x12].map(Some));
        assert_eq!(real_time(S::Cutter, false), [0x12, 0x12, 0x12, 0x12].map(Some));
        assert_eq!(real_time(S::Cutter, true), [0x3A, 0x52, 0x1A, 0x12].map(Some));
        assert_eq!(real_time(S::HeadHot, false), [0x1A, 0x52, 0x52, 0x12].map(Some));
        assert_eq!(Condition::default().real_time(5), None);
    }

    #[test]
    fn automatic_bytes_of_every_state() {
        let of = |state| Condition { state, cutter_stuck: state == PrinterState::Cutter }.automatic();
        assert_eq!(of(PrinterState::Ok), [0x10, 0, 0, 0x0F]);
        assert_eq!(of(PrinterState::NearEnd), [0x10, 0, 0x03, 0x0F]);
        assert_eq!(of(PrinterState::PaperOut), [0x18, 0, 0x0F, 0x0F]);
        assert_eq!(of(PrinterState::CoverOpen), [0x38, 0, 0, 0x0F]);
        assert_eq!(of(PrinterState::Jam), [0x18, 0x05, 0, 0x0F]);
        assert_eq!(of(PrinterState::Cutter), [0x18, 0x09, 0, 0x0F]);
        assert_eq!(of(PrinterState::HeadHot), [0x18, 0x40, 0, 0x0F]);
    }

    #[test]
    fn full_status_of_every_state() {
        let of = |state, in_outlet| Condition { state, cutter_stuck: false }.full(in_outlet);
        assert_eq!(of(PrinterState::Ok, false), [0x10, 0x0F, 0, 0, 0, 0]);
        assert_eq!(of(PrinterState::NearEnd, true), [0x10, 0x0F, 0x24, 0, 0, 0]);
        assert_eq!(of(PrinterState::PaperOut, false), [0x10, 0x0F, 0x05, 0, 0, 0]);
        assert_eq!(of(PrinterState::CoverOpen, true), [0x10, 0x0F, 0x20, 0x02, 0, 0]);
        assert_eq!(of(PrinterState::Jam, false), [0x10, 0x0F, 0, 0, 0x40, 0]);
        assert_eq!(of(PrinterState::HeadHot, false), [0x10, 0x0F, 0, 0, 0x01, 0]);
    }

    #[test]
    fn only_the_groups_switched_on_report() {
        let ok = Condition::default().automatic();
        let near = Condition { state: PrinterState::NearEnd, cutter_stuck: false }.automatic();
        assert!(concerns(0x08, ok, near));
        assert!(!concerns(0x06, ok, near));
    }
}
