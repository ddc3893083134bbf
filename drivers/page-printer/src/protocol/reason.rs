//! `printer-state-reasons` (RFC 8011 5.4.12): what is wrong, how badly, and which fault that is.

use kiosk_drivers_api::{PageFault, Supply};

/// How much a keyword says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// A fault however the printer weighs it: some printers call an open door a report while they are idle.
    Always,
    /// A fault where the printer calls it an error or stands still; else it may go on from another tray or cartridge.
    Stopping,
    /// Something runs low: a fault only as an error of a printer that stands still.
    Low,
}

/// How badly, by the keyword's suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    /// `-report`
    Report,
    /// `-warning`
    Warning,
    /// `-error`, or none: RFC 8011 5.4.12 has everybody assume an error then.
    Error,
}

/// A keyword, by its beginning; in the order in which faults are dealt with. Keywords are those of RFC 8011 5.4.12, PWG
/// 5100.9 and CUPS.
const TABLE: &[(&str, Weight, PageFault)] = &[
    ("cover-open", Weight::Always, PageFault::CoverOpen),
    ("door-open", Weight::Always, PageFault::DoorOpen),
    ("interlock-open", Weight::Always, PageFault::DoorOpen),
    ("media-jam", Weight::Always, PageFault::Jammed),
    ("media-path-jam", Weight::Always, PageFault::Jammed),
    ("input-media-tray-feed-error", Weight::Always, PageFault::Jammed),
    ("output-media-tray-feed-error", Weight::Always, PageFault::Jammed),
    ("input-tray-missing", Weight::Stopping, PageFault::TrayMissing),
    ("output-tray-missing", Weight::Stopping, PageFault::TrayMissing),
    ("media-empty", Weight::Stopping, PageFault::PaperOut),
    ("media-needed", Weight::Stopping, PageFault::PaperNeeded),
    ("output-area-full", Weight::Stopping, PageFault::OutputFull),
    ("toner-empty", Weight::Stopping, PageFault::TonerEmpty),
    ("marker-supply-empty", Weight::Stopping, PageFault::TonerEmpty),
    ("marker-supply-missing", Weight::Stopping, PageFault::TonerEmpty),
    ("marker-waste-full", Weight::Stopping, PageFault::WasteFull),
    ("opc-life-over", Weight::Stopping, PageFault::Defect),
    ("fuser-", Weight::Stopping, PageFault::Defect),
    ("interpreter-resource-unavailable", Weight::Stopping, PageFault::Defect),
    ("spool-area-full", Weight::Stopping, PageFault::SpoolFull),
    ("offline", Weight::Always, PageFault::Unreachable),
    ("timed-out", Weight::Always, PageFault::Unreachable),
    ("connecting-to-device", Weight::Stopping, PageFault::Unreachable),
    ("paused", Weight::Always, PageFault::Stopped),
    ("moving-to-paused", Weight::Always, PageFault::Stopped),
    ("shutdown", Weight::Always, PageFault::Stopped),
    ("stopping", Weight::Stopping, PageFault::Stopped),
    ("stopped-", Weight::Stopping, PageFault::Stopped),
    ("media-low", Weight::Low, PageFault::PaperOut),
    ("toner-low", Weight::Low, PageFault::TonerEmpty),
    ("marker-supply-low", Weight::Low, PageFault::TonerEmpty),
    ("marker-waste-almost-full", Weight::Low, PageFault::WasteFull),
    ("output-area-almost-full", Weight::Low, PageFault::OutputFull),
    ("opc-near-eol", Weight::Low, PageFault::Defect),
    ("other", Weight::Stopping, PageFault::Defect),
];

/// One reason that is in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    row: usize,
    severity: Severity,
}

impl Reason {
    /// Reads a keyword; none for `none` and for those that are not in the table.
    pub fn parse(keyword: &str) -> Option<Reason> {
        let row = TABLE.iter().position(|(prefix, ..)| keyword.starts_with(prefix))?;
        Some(Reason { row, severity: severity(keyword) })
    }

    fn weight(self) -> Weight {
        TABLE[self.row].1
    }

    fn fault(self) -> PageFault {
        TABLE[self.row].2
    }

    fn stands(self, is_stopped: bool) -> bool {
        match self.weight() {
            Weight::Always => true,
            Weight::Stopping => is_stopped || self.severity == Severity::Error,
            Weight::Low => is_stopped && self.severity == Severity::Error,
        }
    }
}

/// By the last word's beginning: `ippeveprinter` cuts the end off long keywords.
fn severity(keyword: &str) -> Severity {
    match keyword.rsplit_once('-') {
        Some((_, word)) if word.starts_with("rep") => Severity::Report,
        Some((_, word)) if word.starts_with("warn") => Severity::Warning,
        Some(_) | None => Severity::Error,
    }
}

/// All reasons a printer gives at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons(Vec<Reason>);

impl Reasons {
    /// Reads the keywords.
    pub fn parse<'a>(keywords: impl Iterator<Item = &'a str>) -> Reasons {
        let mut reasons: Vec<Reason> = keywords.filter_map(Reason::parse).collect();
        reasons.sort_by_key(|reason| reason.row);
        Reasons(reasons)
    }

    /// The fault that stands, the one to be dealt with first; `is_stopped` where printer or job stand still.
    pub fn fault(&self, is_stopped: bool) -> Option<PageFault> {
        self.0.iter().find(|reason| reason.stands(is_stopped)).map(|reason| reason.fault())
    }

    /// A shortage that the printer does not call an error and that was not there `before`.
    pub fn suspicion(&self, before: &Reasons) -> Option<PageFault> {
        let is_new = |reason: &&Reason| !before.0.iter().any(|old| old.row == reason.row);
        let found = self.0.iter().filter(is_new).find(|reason| reason.weight() == Weight::Stopping);
        found.map(|reason| reason.fault())
    }

    /// What is left of that whose end is `fault`.
    pub fn supply(&self, fault: PageFault) -> Supply {
        let about_it = |reason: &&Reason| reason.fault() == fault;
        match self
            .0
            .iter()
            .filter(about_it)
            .map(|reason| reason.weight() == Weight::Low)
            .reduce(|one, other| one && other)
        {
            None => Supply::Ok,
            Some(true) => Supply::Low,
            Some(false) => Supply::Out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(keyword: &str, is_stopped: bool) -> Option<PageFault> {
        Reasons::parse([keyword].into_iter()).fault(is_stopped)
    }

    #[test]
    fn an_error_is_a_fault_and_so_is_a_keyword_without_suffix() {
        let faults = [
            ("media-empty", PageFault::PaperOut),
            ("media-needed", PageFault::PaperNeeded),
            ("media-jam", PageFault::Jammed),
            ("cover-open", PageFault::CoverOpen),
            ("door-open", PageFault::DoorOpen),
            ("input-tray-missing", PageFault::TrayMissing),
            ("output-area-full", PageFault::OutputFull),
            ("toner-empty", PageFault::TonerEmpty),
            ("marker-supply-empty", PageFault::TonerEmpty),
            ("marker-waste-full", PageFault::WasteFull),
            ("spool-area-full", PageFault::SpoolFull),
            ("paused", PageFault::Stopped),
            ("stopped-partly", PageFault::Stopped),
            ("connecting-to-device", PageFault::Unreachable),
            ("offline", PageFault::Unreachable),
            ("fuser-over-temp", PageFault::Defect),
        ];
        for (keyword, wanted) in faults {
            assert_eq!(fault(keyword, false), Some(wanted), "{keyword}");
            assert_eq!(fault(&format!("{keyword}-error"), false), Some(wanted), "{keyword}");
            assert_eq!(fault(&format!("{keyword}-report"), true), Some(wanted), "{keyword}");
        }
    }

    #[test]
    fn a_shortage_that_is_only_a_warning_does_not_stop() {
        for keyword in ["media-empty-report", "toner-empty-warning", "marker-supply-empty-warnin"] {
            assert_eq!(fault(keyword, false), None, "{keyword}");
        }
        assert_eq!(fault("door-open-report", false), Some(PageFault::DoorOpen));
        assert_eq!(fault("media-jam-warning", false), Some(PageFault::Jammed));
    }

    #[test]
    fn what_runs_low_is_told_and_stops_nothing() {
        for keyword in
            ["media-low", "media-low-warning", "toner-low-report", "marker-waste-almost-full-warnin"]
        {
            assert_eq!(fault(keyword, false), None, "{keyword}");
        }
        let reasons = Reasons::parse(["media-low-report", "toner-empty-warning"].into_iter());
        assert_eq!(reasons.supply(PageFault::PaperOut), Supply::Low);
        assert_eq!(reasons.supply(PageFault::TonerEmpty), Supply::Out);
        assert_eq!(reasons.supply(PageFault::WasteFull), Supply::Ok);
    }

    #[test]
    fn the_first_in_the_table_is_dealt_with_first() {
        let reasons =
            Reasons::parse(["media-empty-error", "vendor.thing", "none", "door-open-error"].into_iter());
        assert_eq!(reasons.fault(false), Some(PageFault::DoorOpen));
    }

    #[test]
    fn only_a_new_shortage_is_suspicious() {
        let before = Reasons::parse(["toner-empty-warning"].into_iter());
        let now = Reasons::parse(["toner-empty-warning", "media-empty-warning"].into_iter());
        assert_eq!(now.suspicion(&before), Some(PageFault::PaperOut));
        assert_eq!(now.suspicion(&now), None);
    }
}
