//! Questions to the printer, each with its deadline.

use std::time::Duration;

use kiosk_drivers_api::{About, Cancel, PageFault};

use crate::config::Config;
use crate::deadlines::{ASK, SLICE, send_time};
use crate::line::{Line, Post};
use crate::protocol::{Answer, Form, Job, Printer, Requests, Ticket};

/// How long something may take, and who may stop it.
pub(super) struct Limit<'a> {
    /// On the line's clock.
    pub(super) end: Duration,
    pub(super) cancel: &'a Cancel,
}

impl Limit<'_> {
    fn check(&self, now: Duration) -> Result<(), PageFault> {
        if self.cancel.is_cancelled() {
            return Err(PageFault::Cancelled);
        }
        if now >= self.end { Err(PageFault::Unconfirmed) } else { Ok(()) }
    }
}

/// The line with what the printer must know of us.
pub(super) struct Talk<L> {
    line: L,
    /// None where the configuration is unusable.
    requests: Option<Requests>,
    user: String,
    last_id: i32,
}

impl<L: Line> Talk<L> {
    pub(super) fn new(line: L, config: &Config) -> Self {
        let requests = Requests::new(&config.uri, &config.user);
        Self { line, requests, user: config.user.clone(), last_id: 0 }
    }

    pub(super) fn line(&self) -> &L {
        &self.line
    }

    pub(super) fn now(&self) -> Duration {
        self.line.now()
    }

    pub(super) fn limit<'a>(&self, wait: Duration, cancel: &'a Cancel) -> Limit<'a> {
        Limit { end: self.now() + wait, cancel }
    }

    /// Waits, but not longer than allowed.
    pub(super) fn rest(&mut self, wait: Duration, limit: &Limit<'_>) -> Result<(), PageFault> {
        let end = self.now() + wait;
        loop {
            limit.check(self.now())?;
            let left = end.saturating_sub(self.now());
            if left.is_zero() {
                return Ok(());
            }
            self.line.pause(left.min(SLICE));
        }
    }

    pub(super) fn printer(&mut self, limit: &Limit<'_>) -> Result<Printer, PageFault> {
        let answer = self.ask(Requests::printer, limit)?;
        answer.printer().ok_or(PageFault::Garbled)
    }

    pub(super) fn about(&mut self, limit: &Limit<'_>) -> Result<About, PageFault> {
        Ok(self.ask(Requests::about, limit)?.about())
    }

    pub(super) fn job(&mut self, job: i32, limit: &Limit<'_>) -> Result<Job, PageFault> {
        let answer = self.ask(|requests, id| requests.job(id, job), limit)?;
        answer.job().filter(|told| told.id == job).ok_or(PageFault::Garbled)
    }

    /// The jobs of an earlier run; none at a printer that cannot tell.
    pub(super) fn own_jobs(&mut self, limit: &Limit<'_>) -> Result<Vec<i32>, PageFault> {
        let answer = self.question(Requests::own_jobs, limit)?;
        Ok(answer.jobs_of(&self.user))
    }

    /// Any answer will do: a refusal means that the job is at its end or unknown.
    pub(super) fn cancel_job(&mut self, job: i32, limit: &Limit<'_>) -> Result<(), PageFault> {
        self.question(|requests, id| requests.cancel_job(id, job), limit).map(|_| ())
    }

    pub(super) fn create_job(&mut self, ticket: Ticket, limit: &Limit<'_>) -> Result<i32, PageFault> {
        let answer = self.ask(|requests, id| requests.create_job(id, ticket), limit)?;
        answer.job().map(|job| job.id).ok_or(PageFault::Garbled)
    }

    pub(super) fn send_document(
        &mut self,
        job: i32,
        form: Form,
        document: &[u8],
        limit: &Limit<'_>,
    ) -> Result<(), PageFault> {
        let send = |requests: &Requests, id| requests.send_document(id, job, form);
        self.hand_over(send, document, limit).map(|_| ())
    }

    pub(super) fn print_job(
        &mut self,
        ticket: Ticket,
        form: Form,
        document: &[u8],
        limit: &Limit<'_>,
    ) -> Result<i32, PageFault> {
        let send = |requests: &Requests, id| requests.print_job(id, ticket, form);
        let answer = self.hand_over(send, document, limit)?;
        answer.job().map(|job| job.id).ok_or(PageFault::Unconfirmed)
    }

    fn ask(
        &mut self,
        request: impl FnOnce(&Requests, i32) -> Vec<u8>,
        limit: &Limit<'_>,
    ) -> Result<Answer, PageFault> {
        let answer = self.question(request, limit)?;
        answer.refusal().map_or(Ok(answer), Err)
    }

    fn question(
        &mut self,
        request: impl FnOnce(&Requests, i32) -> Vec<u8>,
        limit: &Limit<'_>,
    ) -> Result<Answer, PageFault> {
        self.exchange(request, None, ASK, limit)
    }

    fn hand_over(
        &mut self,
        request: impl FnOnce(&Requests, i32) -> Vec<u8>,
        document: &[u8],
        limit: &Limit<'_>,
    ) -> Result<Answer, PageFault> {
        let answer = self.exchange(request, Some(document), send_time(document.len()), limit)?;
        answer.refusal().map_or(Ok(answer), Err)
    }

    fn exchange(
        &mut self,
        request: impl FnOnce(&Requests, i32) -> Vec<u8>,
        document: Option<&[u8]>,
        wait: Duration,
        limit: &Limit<'_>,
    ) -> Result<Answer, PageFault> {
        limit.check(self.now())?;
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let requests = self.requests.as_ref().ok_or(PageFault::NoSuchPrinter)?;
        let head = request(requests, self.last_id);
        let body = [&head, document.unwrap_or_default()].concat();
        let wait = wait.min(limit.end.saturating_sub(self.now()));
        let post = Post { body, has_document: document.is_some() };
        let bytes = self.line.exchange(post, wait, limit.cancel)?;
        Answer::read(bytes, self.last_id).map_err(|_| PageFault::Garbled)
    }
}
