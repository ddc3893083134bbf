//! What a printer says about a job, and whether the page is out.

use kiosk_drivers_api::PageFault;

use super::answer::Group;
use super::printer::Printer;

/// `job-state` (RFC 8011 5.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// 3 and 4: it waits.
    Waiting,
    /// 5: it is printed.
    Processing,
    /// 6: the printer stopped in it.
    Stopped,
    /// 7: somebody cancelled it.
    Cancelled,
    /// 8: the printer gave it up.
    Aborted,
    /// 9: all sheets are in the output bin.
    Completed,
}

/// A job at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number at the printer.
    pub id: i32,
    /// Its state.
    pub state: JobState,
    /// It came out, but not as it should (`job-completed-with-errors`).
    pub has_errors: bool,
    /// The printer could not read the document.
    pub is_unreadable: bool,
    /// The printer stopped with it (`printer-stopped`).
    pub is_held_up: bool,
}

/// What a look at job and printer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Not at an end.
    Going,
    /// The page is out.
    Printed,
    /// It will not come out, or not as it should.
    Failed(PageFault),
}

impl Job {
    pub(super) fn read(group: Group<'_>) -> Option<Job> {
        let state = match group.number("job-state")? {
            3 | 4 => JobState::Waiting,
            5 => JobState::Processing,
            6 => JobState::Stopped,
            7 => JobState::Cancelled,
            8 => JobState::Aborted,
            9 => JobState::Completed,
            _ => return None,
        };
        let says = |reason: &str| group.words("job-state-reasons").any(|word| word == reason);
        Some(Job {
            id: group.number("job-id")?,
            state,
            has_errors: says("job-completed-with-errors"),
            is_unreadable: says("document-format-error") || says("unsupported-document-format"),
            is_held_up: says("printer-stopped"),
        })
    }
}

/// Judges a job by its own state and, asked after it, the printer's. `completed` alone is not believed: a queue says so as
/// soon as the bytes have left it.
pub fn judge(job: &Job, printer: &Printer) -> Judgement {
    let is_stopped = printer.is_stopped() || job.state == JobState::Stopped || job.is_held_up;
    let fault = printer.reasons.fault(is_stopped).or_else(|| is_stopped.then_some(PageFault::Stopped));
    match job.state {
        JobState::Cancelled => Judgement::Failed(PageFault::CancelledThere),
        JobState::Aborted if job.is_unreadable => Judgement::Failed(PageFault::FormatRefused),
        JobState::Aborted => Judgement::Failed(fault.unwrap_or(PageFault::Aborted)),
        JobState::Completed if job.has_errors => Judgement::Failed(fault.unwrap_or(PageFault::Aborted)),
        JobState::Completed => fault.map_or(Judgement::Printed, Judgement::Failed),
        JobState::Waiting | JobState::Processing | JobState::Stopped => {
            fault.map_or(Judgement::Going, Judgement::Failed)
        }
    }
}
