//! A printer of the tests, in virtual time. It writes IPP by hand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_drivers_api::Cancel;

use crate::line::{Line, LineError, Post};

/// Operation ids (RFC 8011 5.4.15).
pub const PRINT_JOB: u8 = 2;
pub const CREATE_JOB: u8 = 5;
pub const SEND_DOCUMENT: u8 = 6;
pub const CANCEL_JOB: u8 = 8;
pub const JOB: u8 = 9;
pub const JOBS: u8 = 10;
pub const PRINTER: u8 = 11;

/// States of a job (RFC 8011 5.3.7).
pub const PROCESSING: u8 = 5;
pub const CANCELLED: u8 = 7;
pub const COMPLETED: u8 = 9;

/// What happens to the printer at some time.
#[derive(Clone)]
pub enum Turn {
    /// Its state and reasons.
    Printer(u8, &'static [&'static str]),
    /// The state of the job.
    Job(u8),
    /// It does not answer any more, in this way.
    Mute(LineError),
    /// It answers with these bytes.
    Babble(Vec<u8>),
    /// It answers again.
    Recover,
    /// The caller raises this.
    Cancel(Cancel),
}

pub struct State {
    pub now: Duration,
    pub plan: Vec<(Duration, Turn)>,
    pub printer: u8,
    pub reasons: &'static [&'static str],
    pub job: u8,
    /// Time from taking the document to `completed`.
    pub page_time: Duration,
    /// Operations asked for, in order.
    pub asked: Vec<u8>,
    pub documents: Vec<Vec<u8>>,
    pub formats: &'static [&'static str],
    pub operations: &'static [u8],
    /// Status for operations that would make a job.
    pub refuses: [u8; 2],
    mute: Option<LineError>,
    babble: Option<Vec<u8>>,
    done_at: Option<Duration>,
}

/// One printer, held by the test and the driver.
#[derive(Clone)]
pub struct Peer(Arc<Mutex<State>>);

/// How long an answer takes.
pub const THINK: Duration = Duration::from_millis(20);

impl Peer {
    pub fn healthy() -> Peer {
        Peer(Arc::new(Mutex::new(State {
            now: Duration::from_secs(1),
            plan: Vec::new(),
            printer: 3,
            reasons: &["none"],
            job: 3,
            page_time: Duration::from_secs(3),
            asked: Vec::new(),
            documents: Vec::new(),
            formats: &["application/pdf", "image/pwg-raster"],
            operations: &[PRINT_JOB, CREATE_JOB, SEND_DOCUMENT, CANCEL_JOB, JOB, JOBS, PRINTER],
            refuses: [0, 0],
            mute: None,
            babble: None,
            done_at: None,
        })))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets something happen in so long.
    pub fn plan(&self, wait: Duration, turn: Turn) {
        let mut state = self.state();
        let at = state.now + wait;
        state.plan.push((at, turn));
    }

    pub fn asked(&self, operation: u8) -> usize {
        self.state().asked.iter().filter(|asked| **asked == operation).count()
    }
}

impl Line for Peer {
    fn now(&self) -> Duration {
        self.state().now
    }

    fn pause(&mut self, wait: Duration) {
        self.state().pass(wait);
    }

    fn exchange(&mut self, post: Post, wait: Duration, cancel: &Cancel) -> Result<Vec<u8>, LineError> {
        let mut state = self.state();
        state.pass(THINK);
        match state.mute {
            Some(LineError::Silent) => {
                state.wait_in_vain(wait, cancel)?;
                Err(LineError::Silent)
            }
            Some(error) => Err(error),
            None => Ok(state.answer(&post)),
        }
    }
}

impl State {
    fn pass(&mut self, wait: Duration) {
        self.now += wait;
        let now = self.now;
        for (_, turn) in self.plan.extract_if(.., |(at, _)| *at <= now).collect::<Vec<_>>() {
            self.turn(turn);
        }
        if self.done_at.is_some_and(|at| at <= now) && self.printer != 5 && self.job == PROCESSING {
            self.job = COMPLETED;
        }
    }

    fn wait_in_vain(&mut self, wait: Duration, cancel: &Cancel) -> Result<(), LineError> {
        let end = self.now + wait;
        while self.now < end {
            self.pass(Duration::from_millis(10));
            if cancel.is_cancelled() {
                return Err(LineError::Cancelled);
            }
        }
        Ok(())
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Printer(printer, reasons) => (self.printer, self.reasons) = (printer, reasons),
            Turn::Job(job) => self.job = job,
            Turn::Mute(error) => self.mute = Some(error),
            Turn::Babble(bytes) => self.babble = Some(bytes),
            Turn::Recover => (self.mute, self.babble) = (None, None),
            Turn::Cancel(cancel) => cancel.cancel(),
        }
    }

    fn answer(&mut self, post: &Post) -> Vec<u8> {
        let operation = post.body[3];
        self.asked.push(operation);
        if let Some(bytes) = &self.babble {
            return bytes.clone();
        }
        let makes_job = matches!(operation, PRINT_JOB | CREATE_JOB);
        let status = if makes_job { self.refuses } else { [0, 0] };
        let mut answer = vec![1, 1, status[0], status[1]];
        answer.extend(&post.body[4..8]);
        match operation {
            PRINTER => self.tell_printer(&mut answer),
            JOBS => self.tell_jobs(&mut answer),
            _ => self.tell_job(operation, post, &mut answer),
        }
        answer.push(3);
        answer
    }

    fn tell_printer(&self, answer: &mut Vec<u8>) {
        answer.push(4);
        put(answer, 0x23, "printer-state", &[0, 0, 0, self.printer]);
        for (index, reason) in self.reasons.iter().enumerate() {
            put(answer, 0x44, if index == 0 { "printer-state-reasons" } else { "" }, reason.as_bytes());
        }
        for (index, format) in self.formats.iter().enumerate() {
            put(answer, 0x49, if index == 0 { "document-format-supported" } else { "" }, format.as_bytes());
        }
        for (index, operation) in self.operations.iter().enumerate() {
            let name = if index == 0 { "operations-supported" } else { "" };
            put(answer, 0x23, name, &[0, 0, 0, *operation]);
        }
        put(answer, 0x33, "copies-supported", &[0, 0, 0, 1, 0, 0, 0, 9]);
    }

    /// A job of ours that an earlier run left, and one of somebody else.
    fn tell_jobs(&self, answer: &mut Vec<u8>) {
        for (id, user) in [(3, "kiosk-1"), (4, "clerk")] {
            answer.push(2);
            put(answer, 0x21, "job-id", &[0, 0, 0, id]);
            put(answer, 0x42, "job-originating-user-name", user.as_bytes());
        }
    }

    fn tell_job(&mut self, operation: u8, post: &Post, answer: &mut Vec<u8>) {
        if matches!(operation, PRINT_JOB | SEND_DOCUMENT) {
            let end = post.body.windows(4).position(|window| window == b"\x03%PD");
            self.documents.push(post.body[end.map_or(0, |end| end + 1)..].to_vec());
            self.job = PROCESSING;
            self.done_at = Some(self.now + self.page_time);
        }
        if operation == CANCEL_JOB && self.job != COMPLETED {
            self.job = CANCELLED;
        }
        answer.push(2);
        put(answer, 0x21, "job-id", &[0, 0, 0, 7]);
        put(answer, 0x23, "job-state", &[0, 0, 0, self.job]);
    }
}

fn put(answer: &mut Vec<u8>, tag: u8, name: &str, value: &[u8]) {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes();
    answer.push(tag);
    answer.extend(length(name.as_bytes()));
    answer.extend(name.as_bytes());
    answer.extend(length(value));
    answer.extend(value);
}
