//! Every wait and limit of this driver, in one place.

use std::time::Duration;

use kiosk_drivers_api::PageJob;

/// For one question that changes nothing. Printers answer within some 100 ms, also while they print.
pub(crate) const ASK: Duration = Duration::from_millis(1_500);

/// For all that goes before the document: how the printer stands, old jobs away, a new job.
pub(crate) const READY: Duration = Duration::from_secs(4);

/// For the printer to take a document, besides [`SEND_BYTE`]. It may stop the stream while its memory is full.
pub(crate) const SEND: Duration = Duration::from_secs(10);

/// For one byte of a document: 200 kB/s, a tenth of what the slowest network port carries.
pub(crate) const SEND_BYTE: Duration = Duration::from_micros(5);

/// Between two questions how the job stands: a fault is on the screen within 2 s.
pub(crate) const POLL: Duration = Duration::from_millis(250);

/// Without an answer this long while a job is under way, nobody knows what became of it.
pub(crate) const SILENCE: Duration = Duration::from_millis(1_800);

/// How long a shortage that came up during the job and that the printer calls no error may stand in its way. The sheet
/// that emptied the tray is out by then.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// For a job, besides its sheets: waking the printer, heating, another job before it.
const JOB: Duration = Duration::from_secs(60);

/// For one sheet: a slow inkjet in best quality.
const SHEET: Duration = Duration::from_secs(15);

/// For the order to cancel that ends a failed job; with [`SLICE`] below the 500 ms of a cancelled call.
pub(crate) const ABANDON: Duration = Duration::from_millis(350);

/// How often the cancel flag is looked at.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// An unused connection is kept this long: between two polls, not between two visits.
pub(crate) const CONNECTION_IDLE: Duration = Duration::from_secs(5);

/// Longest answer. Printers that ignore which attributes were asked for send some 100 kB.
pub(crate) const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Deepest nesting of collections in an answer; `media-col-database` (PWG 5100.7) has three.
pub(crate) const NESTING_MAX: usize = 8;

/// Characters kept of what a printer says about itself: a line.
pub(crate) const ABOUT_CHARS_MAX: usize = 80;

/// Jobs of an earlier run that are cancelled at the first contact.
pub(crate) const LEFTOVERS_MAX: usize = 16;

/// For a whole job.
pub(crate) fn job_time(job: &PageJob) -> Duration {
    JOB + SHEET * u32::from(job.pages.max(1)) * u32::from(job.copies.max(1))
}

/// For a document of so many bytes to be taken.
pub(crate) fn send_time(bytes: usize) -> Duration {
    SEND + SEND_BYTE * u32::try_from(bytes).unwrap_or(u32::MAX)
}
