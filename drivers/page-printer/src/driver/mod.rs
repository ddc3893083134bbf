//! The port on top of the protocol: order of steps, deadlines, following a job to its end, cleaning up.
//!
//! A job is owed from its making until its end is known. What is owed after a fault is cancelled at once, and again before
//! anything else is printed: it may name a person and must not come out when somebody fills the tray.

mod talk;

use std::time::Duration;

use kiosk_drivers_api::{
    About, Cancel, DeviceStatus, PageFault, PageJob, PagePrinter, PagePrinterStatus, Supply,
};

use self::talk::{Limit, Talk};
use crate::config::Config;
use crate::deadlines::{ABANDON, LEFTOVERS_MAX, PATIENCE, POLL, READY, SILENCE, job_time};
use crate::line::{HttpLine, Line};
use crate::protocol::raster;
use crate::protocol::{self, Form, Judgement, Reasons, Ticket, judge};

/// A printer reached over HTTP or HTTPS.
pub type IppPagePrinter = Printer<HttpLine>;

/// A printer on some line.
pub struct Printer<L> {
    talk: Talk<L>,
    owed: Owed,
}

/// What may still come out of the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    /// Whatever is there under our name: an earlier run left it, or its number was never heard.
    Unknown,
    /// This job.
    Job(i32),
    /// Nothing.
    Nothing,
}

impl IppPagePrinter {
    /// Remembers where the printer is. Never fails and never waits: it is connected to on first use.
    pub fn new(config: Config) -> Self {
        Self::on(HttpLine::new(config.clone()), &config)
    }
}

impl<L: Line> Printer<L> {
    /// Drives a printer on `line`.
    pub fn on(line: L, config: &Config) -> Self {
        Self { talk: Talk::new(line, config), owed: Owed::Unknown }
    }

    /// The line, for whoever gave it.
    pub fn line(&self) -> &L {
        self.talk.line()
    }

    fn try_print(&mut self, job: &PageJob, cancel: &Cancel) -> Result<(), PageFault> {
        let ready = self.talk.limit(READY, cancel);
        let printer = self.talk.printer(&ready)?;
        if let Some(fault) = printer.fault() {
            return Err(fault);
        }
        if !printer.is_accepting {
            return Err(PageFault::NotAccepting);
        }
        self.settle(&ready)?;
        let form = printer.form_for(job)?;
        let limit = self.talk.limit(job_time(job), cancel);
        let id = self.submit(job, form, printer.takes_jobs_in_steps, &limit)?;
        self.follow(id, &printer.reasons, &limit)?;
        self.owed = Owed::Nothing;
        Ok(())
    }

    /// Hands the pages over and returns the job's number.
    fn submit(
        &mut self,
        job: &PageJob,
        form: Form,
        in_steps: bool,
        limit: &Limit<'_>,
    ) -> Result<i32, PageFault> {
        let ticket = Ticket { copies: job.copies.max(1), paper: job.paper };
        let drawn = match form {
            Form::Pdf => None,
            Form::Raster => Some(raster::encode(&job.bitmaps, job.paper).ok_or(PageFault::FormatRefused)?),
        };
        let document = drawn.as_deref().unwrap_or(&job.pdf);
        if !in_steps {
            self.owed = Owed::Unknown;
            let id = self.talk.print_job(ticket, form, document, limit)?;
            self.owed = Owed::Job(id);
            return Ok(id);
        }
        let id = self.talk.create_job(ticket, limit)?;
        self.owed = Owed::Job(id);
        self.talk.send_document(id, form, document, limit)?;
        Ok(id)
    }

    /// Looks at job and printer until the page is out or will not be. An answer may go missing; [`SILENCE`] may not.
    fn follow(&mut self, id: i32, before: &Reasons, limit: &Limit<'_>) -> Result<(), PageFault> {
        let mut heard = self.talk.now();
        let mut suspicion = Suspicion::default();
        loop {
            match self.look(id, &mut heard, limit) {
                Ok((job, printer)) => match judge(&job, &printer) {
                    Judgement::Printed => return Ok(()),
                    Judgement::Failed(fault) => return Err(fault),
                    Judgement::Going => suspicion.weigh(printer.reasons.suspicion(before), heard)?,
                },
                Err(PageFault::Cancelled) => return Err(PageFault::Cancelled),
                Err(fault) if self.talk.now() >= heard + SILENCE => {
                    tracing::warn!(%fault, "the printer was lost in mid-job");
                    return Err(PageFault::Unconfirmed);
                }
                Err(fault) => tracing::debug!(%fault, "no answer about the job, asking again"),
            }
            let left = (heard + SILENCE).saturating_sub(self.talk.now());
            self.talk.rest(POLL.min(left), limit)?;
        }
    }

    /// The job first and the printer after it, so that a completed job is judged by what the printer says later.
    fn look(
        &mut self,
        id: i32,
        heard: &mut Duration,
        limit: &Limit<'_>,
    ) -> Result<(protocol::Job, protocol::Printer), PageFault> {
        let until = |heard: Duration| Limit { end: limit.end.min(heard + SILENCE), cancel: limit.cancel };
        let job = self.talk.job(id, &until(*heard))?;
        *heard = self.talk.now();
        let printer = self.talk.printer(&until(*heard))?;
        *heard = self.talk.now();
        Ok((job, printer))
    }

    /// Sees to it that nothing of an earlier job can come out any more.
    fn settle(&mut self, limit: &Limit<'_>) -> Result<(), PageFault> {
        match self.owed {
            Owed::Nothing => {}
            Owed::Job(id) => self.talk.cancel_job(id, limit)?,
            Owed::Unknown => {
                for id in self.talk.own_jobs(limit)?.into_iter().take(LEFTOVERS_MAX) {
                    tracing::info!(id, "cancelling a job of an earlier run");
                    self.talk.cancel_job(id, limit)?;
                }
            }
        }
        self.owed = Owed::Nothing;
        Ok(())
    }

    /// Ends a job that failed.
    fn abandon(&mut self) {
        if self.owed == Owed::Nothing {
            return;
        }
        let never = Cancel::default();
        let limit = self.talk.limit(ABANDON, &never);
        if self.settle(&limit).is_err() {
            tracing::debug!("the job could not be cancelled; it will be before the next one");
        }
    }

    fn try_status(&mut self) -> Result<PagePrinterStatus, PageFault> {
        let never = Cancel::default();
        let limit = self.talk.limit(READY, &never);
        // First, or the printer would seem busy with what nobody waits for.
        self.settle(&limit)?;
        let printer = self.talk.printer(&limit)?;
        let fault = printer.fault().or((!printer.is_accepting).then_some(PageFault::NotAccepting));
        Ok(PagePrinterStatus {
            device: match (fault, printer.state) {
                (Some(fault), _) => device_status(fault),
                (None, protocol::PrinterState::Processing) => DeviceStatus::Busy,
                (None, protocol::PrinterState::Idle | protocol::PrinterState::Stopped) => {
                    DeviceStatus::Online
                }
            },
            paper: printer.reasons.supply(PageFault::PaperOut),
            toner: printer.reasons.supply(PageFault::TonerEmpty),
            fault,
        })
    }
}

impl<L: Line> PagePrinter for Printer<L> {
    fn status(&mut self) -> PagePrinterStatus {
        self.try_status().unwrap_or_else(|fault| PagePrinterStatus {
            device: device_status(fault),
            paper: Supply::Unknown,
            toner: Supply::Unknown,
            fault: Some(fault),
        })
    }

    fn print(&mut self, job: &PageJob, cancel: &Cancel) -> Result<(), PageFault> {
        let done = self.try_print(job, cancel);
        if let Err(fault) = done {
            tracing::info!(%fault, "a page failed");
            self.abandon();
        }
        done
    }

    fn about(&mut self) -> About {
        let never = Cancel::default();
        let limit = self.talk.limit(READY, &never);
        self.talk.about(&limit).unwrap_or_default()
    }
}

/// A shortage that the printer does not call an error, and since when it stands.
#[derive(Default)]
struct Suspicion(Option<(PageFault, Duration)>);

impl Suspicion {
    fn weigh(&mut self, found: Option<PageFault>, now: Duration) -> Result<(), PageFault> {
        self.0 = found.map(|fault| match self.0 {
            Some((known, since)) if known == fault => (fault, since),
            Some(_) | None => (fault, now),
        });
        match self.0 {
            Some((fault, since)) if now >= since + PATIENCE => Err(fault),
            Some(_) | None => Ok(()),
        }
    }
}

fn device_status(fault: PageFault) -> DeviceStatus {
    match fault {
        PageFault::PaperOut
        | PageFault::PaperNeeded
        | PageFault::Jammed
        | PageFault::CoverOpen
        | PageFault::DoorOpen
        | PageFault::TrayMissing
        | PageFault::OutputFull
        | PageFault::TonerEmpty
        | PageFault::WasteFull
        | PageFault::Stopped
        | PageFault::SpoolFull
        | PageFault::NotAccepting
        | PageFault::NotAllowed
        | PageFault::FormatRefused
        | PageFault::OptionRefused
        | PageFault::CancelledThere
        | PageFault::Aborted => DeviceStatus::UserActionNeeded,
        PageFault::Defect => DeviceStatus::HardwareError,
        PageFault::Busy => DeviceStatus::Busy,
        PageFault::NotConnected | PageFault::NoSuchPrinter | PageFault::NotTrusted => DeviceStatus::NoDevice,
        PageFault::Unreachable | PageFault::Garbled | PageFault::Unconfirmed | PageFault::Cancelled => {
            DeviceStatus::Offline
        }
    }
}

#[cfg(test)]
mod tests;
