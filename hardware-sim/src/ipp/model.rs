//! The printer itself: jobs in order, one sheet after the other. Given the time, it runs without waiting.

use std::time::Duration;

use super::state::PagePrinterState;
use crate::limits::{JOBS_MAX, SHEET_TIME};

/// `job-state` (RFC 8011 5.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits, or has no document yet.
    Pending = 3,
    /// Is printed.
    Processing = 5,
    /// The printer stopped in it.
    Stopped = 6,
    /// Cancelled.
    Cancelled = 7,
    /// Given up.
    Aborted = 8,
    /// All sheets are out.
    Completed = 9,
}

impl JobState {
    /// Whether nothing more becomes of it.
    pub fn is_end(self) -> bool {
        matches!(self, JobState::Cancelled | JobState::Aborted | JobState::Completed)
    }
}

/// What is to come out of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheets {
    /// MIME media type.
    pub format: String,
    /// As it was sent.
    pub document: Vec<u8>,
    /// Pages in it.
    pub pages: u32,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Counts from 1.
    pub id: u32,
    /// Who made it.
    pub user: String,
    /// Its state.
    pub state: JobState,
    /// How often each page comes out.
    pub copies: u32,
    /// Name of the paper's size (PWG 5101.1).
    pub media: String,
    /// What was sent; none yet after Create-Job, none any more once it is out.
    pub sheets: Option<Sheets>,
    worked: Duration,
    needed: Duration,
}

impl Job {
    /// Sheets that are out.
    pub fn done(&self) -> u32 {
        u32::try_from(self.worked.as_nanos() / SHEET_TIME.as_nanos()).unwrap_or(u32::MAX)
    }
}

/// A page printer.
#[derive(Debug, Default)]
pub struct PagePrinter {
    state: PagePrinterState,
    jobs: Vec<Job>,
    last_id: u32,
    now: Duration,
    out: Vec<Job>,
}

impl PagePrinter {
    /// How it stands.
    pub fn state(&self) -> PagePrinterState {
        self.state
    }

    /// Lets something happen to it.
    pub fn set_state(&mut self, now: Duration, state: PagePrinterState) {
        self.advance(now);
        self.state = state;
        self.advance(now);
    }

    /// Whether it has something to do, its own or, while it is busy, another's.
    pub fn is_working(&self) -> bool {
        self.state == PagePrinterState::Busy || self.jobs.iter().any(|job| job.state == JobState::Processing)
    }

    /// All jobs it remembers, oldest first.
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// How many are not at their end.
    pub fn waiting(&self) -> usize {
        self.jobs.iter().filter(|job| !job.state.is_end()).count()
    }

    /// One of them.
    pub fn job(&self, id: u32) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// Makes a job and returns its number; the oldest that is at its end is forgotten.
    pub fn create(&mut self, user: String, copies: u32, media: String) -> u32 {
        self.last_id += 1;
        let id = self.last_id;
        let (state, none) = (JobState::Pending, Duration::ZERO);
        self.jobs.push(Job { id, user, state, copies, media, sheets: None, worked: none, needed: none });
        let ended = self.jobs.iter().position(|job| job.state.is_end());
        if let Some(ended) = ended.filter(|_| self.jobs.len() > JOBS_MAX) {
            self.jobs.remove(ended);
        }
        id
    }

    /// Gives a job its document; tells whether it waited for one.
    pub fn load(&mut self, now: Duration, id: u32, sheets: Sheets) -> bool {
        self.advance(now);
        let waiting = |job: &&mut Job| job.id == id && job.state == JobState::Pending && job.sheets.is_none();
        let Some(job) = self.jobs.iter_mut().find(waiting) else { return false };
        job.needed = SHEET_TIME * sheets.pages.saturating_mul(job.copies);
        job.sheets = Some(sheets);
        self.advance(now);
        true
    }

    /// Cancels a job; tells whether it was not at its end.
    pub fn cancel(&mut self, now: Duration, id: u32) -> bool {
        self.advance(now);
        let open = |job: &&mut Job| job.id == id && !job.state.is_end();
        let Some(job) = self.jobs.iter_mut().find(open) else { return false };
        (job.state, job.sheets) = (JobState::Cancelled, None);
        true
    }

    /// Loses what power holds.
    pub fn power_cycle(&mut self, now: Duration) {
        self.advance(now);
        self.jobs.clear();
    }

    /// Goes on up to `now`.
    pub fn advance(&mut self, now: Duration) {
        let mut left = now.saturating_sub(self.now);
        self.now = self.now.max(now);
        let state = self.state;
        while let Some(job) = self.jobs.iter_mut().find(|job| !job.state.is_end() && job.sheets.is_some()) {
            if let Some(end) = state.ends_jobs() {
                (job.state, job.sheets) = (end, None);
                continue;
            }
            if !state.prints() {
                job.state = if state.is_stopped() { JobState::Stopped } else { JobState::Processing };
                return;
            }
            job.state = JobState::Processing;
            let step = left.min(job.needed - job.worked);
            job.worked += step;
            left -= step;
            if job.worked < job.needed {
                return;
            }
            job.state = JobState::Completed;
            self.out.push(job.clone());
            job.sheets = None;
        }
    }

    /// Takes the jobs that came out since it was last asked.
    pub fn take_out(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets(pages: u32) -> Sheets {
        Sheets { format: "application/pdf".to_owned(), document: b"%PDF".to_vec(), pages }
    }

    fn loaded(pages: u32) -> (PagePrinter, u32) {
        let mut printer = PagePrinter::default();
        let id = printer.create("k".to_owned(), 2, "iso_a4_210x297mm".to_owned());
        assert!(printer.load(Duration::ZERO, id, sheets(pages)));
        (printer, id)
    }

    fn state(printer: &PagePrinter, id: u32) -> JobState {
        printer.job(id).expect("the job").state
    }

    #[test]
    fn each_sheet_takes_its_time() {
        let (mut printer, id) = loaded(3);
        printer.advance(SHEET_TIME * 6 - Duration::from_millis(1));
        assert_eq!((state(&printer, id), printer.job(id).map(Job::done)), (JobState::Processing, Some(5)));
        assert!(printer.take_out().is_empty());
        printer.advance(SHEET_TIME * 6);
        assert_eq!(state(&printer, id), JobState::Completed);
        assert_eq!(printer.take_out().len(), 1);
    }

    #[test]
    fn what_is_wrong_stops_the_sheet_and_nothing_is_lost() {
        let (mut printer, id) = loaded(1);
        printer.set_state(SHEET_TIME, PagePrinterState::PaperOut);
        printer.advance(SHEET_TIME * 50);
        assert_eq!(state(&printer, id), JobState::Stopped);
        printer.set_state(SHEET_TIME * 50, PagePrinterState::Ok);
        printer.advance(SHEET_TIME * 51);
        assert_eq!(state(&printer, id), JobState::Completed);
    }

    #[test]
    fn a_cancelled_job_never_comes_out() {
        let (mut printer, id) = loaded(1);
        assert!(printer.cancel(SHEET_TIME, id));
        printer.advance(SHEET_TIME * 9);
        assert_eq!((state(&printer, id), printer.take_out().len()), (JobState::Cancelled, 0));
        assert!(!printer.cancel(SHEET_TIME * 9, id));
    }

    #[test]
    fn the_next_job_begins_when_the_one_before_is_out() {
        let (mut printer, _) = loaded(1);
        let second = printer.create("k".to_owned(), 1, "iso_a4_210x297mm".to_owned());
        assert!(printer.load(Duration::ZERO, second, sheets(1)));
        printer.advance(SHEET_TIME * 2);
        assert_eq!(state(&printer, second), JobState::Processing);
        printer.advance(SHEET_TIME * 3);
        assert_eq!(printer.take_out().len(), 2);
    }
}
