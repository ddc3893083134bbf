//! What a printer says about itself.

use kiosk_drivers_api::{Paper, PrintFault};

/// The conditions that matter, from whichever status they were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// The cover is open.
    pub is_cover_open: bool,
    /// The roll is empty.
    pub is_paper_out: bool,
    /// The near-end sensor sees the end coming.
    pub is_paper_low: bool,
    /// The cutter does not move.
    pub is_cutter_blocked: bool,
    /// A defect.
    pub is_defect: bool,
    /// The head is hot and cools by itself.
    pub is_hot: bool,
    /// Some other error the printer can leave.
    pub is_jammed: bool,
    /// It takes no data for now.
    pub is_offline: bool,
}

impl Condition {
    /// Reads the answers to `DLE EOT 1` to `4`, in this order.
    pub fn from_real_time([printer, offline, error, paper]: [u8; 4]) -> Condition {
        Condition {
            is_cover_open: offline & 0x04 != 0,
            is_paper_out: offline & 0x20 != 0 || paper & 0x60 != 0,
            is_paper_low: paper & 0x0C != 0,
            is_cutter_blocked: error & 0x08 != 0,
            is_defect: error & 0x20 != 0,
            is_hot: error & 0x40 != 0,
            // Bit 40 of the second byte says "some error"; the third byte says which.
            is_jammed: error & 0x04 != 0 || offline & 0x40 != 0 && error & 0x68 == 0,
            is_offline: printer & 0x08 != 0,
        }
    }

    /// Reads the four bytes a printer sends by itself.
    pub fn from_automatic([printer, error, paper, _]: [u8; 4]) -> Condition {
        Condition {
            is_cover_open: printer & 0x20 != 0,
            is_paper_out: paper & 0x0C != 0,
            is_paper_low: paper & 0x03 != 0,
            is_cutter_blocked: error & 0x08 != 0,
            is_defect: error & 0x20 != 0,
            is_hot: error & 0x40 != 0,
            is_jammed: error & 0x04 != 0,
            is_offline: printer & 0x08 != 0,
        }
    }

    /// The fault that stands; the one to be dealt with first where there are several. Under an open cover the paper
    /// sensor sees nothing, so the cover comes before the paper.
    pub fn fault(&self) -> Option<PrintFault> {
        let by_urgency = [
            (self.is_defect, PrintFault::Unrecoverable),
            (self.is_cover_open, PrintFault::CoverOpen),
            (self.is_paper_out, PrintFault::PaperOut),
            (self.is_cutter_blocked, PrintFault::CutterBlocked),
            (self.is_hot, PrintFault::HeadHot),
            (self.is_jammed, PrintFault::Jammed),
        ];
        by_urgency.into_iter().find_map(|(stands, fault)| stands.then_some(fault))
    }

    /// What is left of the roll; `has_near_end_sensor` as the model says.
    pub fn paper(&self, has_near_end_sensor: bool) -> Paper {
        match (self.is_paper_out, self.is_paper_low && has_near_end_sensor) {
            (true, _) => Paper::Out,
            (false, true) => Paper::NearEnd,
            (false, false) => Paper::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real_time(bytes: [u8; 4]) -> Option<PrintFault> {
        Condition::from_real_time(bytes).fault()
    }

    #[test]
    fn all_normal_is_no_fault() {
        assert_eq!(Condition::from_real_time([0x12; 4]), Condition::default());
        assert_eq!(Condition::from_automatic([0x10, 0x00, 0x00, 0x0F]), Condition::default());
        // Drawer pin, feed button: of no concern.
        assert_eq!(Condition::from_real_time([0x16, 0x1A, 0x12, 0x12]), Condition::default());
        assert_eq!(Condition::from_automatic([0x54, 0x02, 0x00, 0x00]), Condition::default());
    }

    #[test]
    fn every_real_time_bit_has_its_fault() {
        assert_eq!(real_time([0x1A, 0x16, 0x12, 0x12]), Some(PrintFault::CoverOpen));
        assert_eq!(real_time([0x1A, 0x32, 0x12, 0x12]), Some(PrintFault::PaperOut));
        assert_eq!(real_time([0x1A, 0x12, 0x12, 0x72]), Some(PrintFault::PaperOut));
        assert_eq!(real_time([0x1A, 0x52, 0x1A, 0x12]), Some(PrintFault::CutterBlocked));
        assert_eq!(real_time([0x1A, 0x52, 0x32, 0x12]), Some(PrintFault::Unrecoverable));
        assert_eq!(real_time([0x1A, 0x52, 0x52, 0x12]), Some(PrintFault::HeadHot));
        assert_eq!(real_time([0x1A, 0x52, 0x16, 0x12]), Some(PrintFault::Jammed));
        assert_eq!(real_time([0x1A, 0x52, 0x12, 0x12]), Some(PrintFault::Jammed));
    }

    #[test]
    fn every_automatic_bit_has_its_fault() {
        let automatic = |bytes| Condition::from_automatic(bytes).fault();
        assert_eq!(automatic([0x38, 0x00, 0x00, 0x0F]), Some(PrintFault::CoverOpen));
        assert_eq!(automatic([0x18, 0x00, 0x0C, 0x0F]), Some(PrintFault::PaperOut));
        assert_eq!(automatic([0x18, 0x08, 0x00, 0x0F]), Some(PrintFault::CutterBlocked));
        assert_eq!(automatic([0x18, 0x20, 0x00, 0x0F]), Some(PrintFault::Unrecoverable));
        assert_eq!(automatic([0x18, 0x40, 0x00, 0x0F]), Some(PrintFault::HeadHot));
        assert_eq!(automatic([0x18, 0x04, 0x00, 0x0F]), Some(PrintFault::Jammed));
    }

    #[test]
    fn the_paper_sensors_are_told_apart() {
        let low = Condition::from_real_time([0x12, 0x12, 0x12, 0x1E]);
        assert_eq!((low.fault(), low.paper(true), low.paper(false)), (None, Paper::NearEnd, Paper::Ok));
        assert_eq!(Condition::from_automatic([0x10, 0, 0x03, 0]).paper(true), Paper::NearEnd);
        assert_eq!(Condition::from_automatic([0x18, 0, 0x0F, 0]).paper(true), Paper::Out);
    }

    #[test]
    fn an_open_cover_comes_before_the_paper() {
        assert_eq!(real_time([0x1A, 0x36, 0x12, 0x7E]), Some(PrintFault::CoverOpen));
    }
}
