//! What each request does (RFC 8011 chapter 4).

use std::time::Duration;

use super::codec::{Answer, JOB, PRINTER, Request};
use super::model::{Job, JobState, PagePrinter, Sheets};
use super::pages::page_count;
use super::state::PagePrinterState;

/// Operation ids (RFC 8011 5.4.15).
const PRINT_JOB: u16 = 0x0002;
const VALIDATE_JOB: u16 = 0x0004;
const CREATE_JOB: u16 = 0x0005;
const SEND_DOCUMENT: u16 = 0x0006;
const CANCEL_JOB: u16 = 0x0008;
const GET_JOB: u16 = 0x0009;
const GET_JOBS: u16 = 0x000A;
const GET_PRINTER: u16 = 0x000B;
const OPERATIONS: [u16; 8] =
    [PRINT_JOB, VALIDATE_JOB, CREATE_JOB, SEND_DOCUMENT, CANCEL_JOB, GET_JOB, GET_JOBS, GET_PRINTER];

/// Statuses (RFC 8011 appendix B).
const OK: u16 = 0x0000;
const BAD_REQUEST: u16 = 0x0400;
const NOT_POSSIBLE: u16 = 0x0404;
const NOT_FOUND: u16 = 0x0406;
const FORMAT: u16 = 0x040A;
const VALUES: u16 = 0x040B;
const UNKNOWN_OPERATION: u16 = 0x0501;
const REJECTING: u16 = 0x0506;
const BUSY: u16 = 0x0507;

/// What it can do.
const FORMATS: [&str; 2] = ["application/pdf", "image/pwg-raster"];
const MEDIA: [&str; 2] = ["iso_a4_210x297mm", "iso_a5_148x210mm"];
const COPIES: (u32, u32) = (1, 99);
const RESOLUTIONS: [u32; 2] = [300, 600];

/// Carries out a request at `now`, sent to a printer that calls itself `uri`.
pub fn carry_out(printer: &mut PagePrinter, now: Duration, uri: &str, request: Request) -> Vec<u8> {
    printer.advance(now);
    let id = request.id;
    let refused = |status| Answer::new(status, id).finish();
    if !request.is_in_order() {
        return refused(BAD_REQUEST);
    }
    match request.operation {
        GET_PRINTER => tell_printer(printer, uri, id),
        GET_JOBS => tell_jobs(printer, &request),
        VALIDATE_JOB => refused(check(printer, &request).err().unwrap_or(OK)),
        CREATE_JOB => made(printer, &request).map_or_else(refused, |job| tell_job(printer, job, uri, id)),
        PRINT_JOB => made(printer, &request).map_or_else(refused, |job| {
            printer.load(now, job, sheets(request));
            tell_job(printer, job, uri, id)
        }),
        SEND_DOCUMENT | CANCEL_JOB | GET_JOB => of_job(printer, now, uri, request),
        _ => refused(UNKNOWN_OPERATION),
    }
}

/// Whether a job like this can be made.
fn check(printer: &PagePrinter, request: &Request) -> Result<(), u16> {
    for (state, status) in [(PagePrinterState::Busy, BUSY), (PagePrinterState::Rejecting, REJECTING)] {
        if printer.state() == state {
            return Err(status);
        }
    }
    if request.text("document-format").is_some_and(|format| !FORMATS.contains(&format.as_str())) {
        return Err(FORMAT);
    }
    let has_media = MEDIA.contains(&media(request).as_str());
    let has_copies = copies(request).is_some_and(|copies| (COPIES.0..=COPIES.1).contains(&copies));
    if has_media && has_copies { Ok(()) } else { Err(VALUES) }
}

fn made(printer: &mut PagePrinter, request: &Request) -> Result<u32, u16> {
    check(printer, request)?;
    let user = request.text("requesting-user-name").unwrap_or_else(|| "anonymous".to_owned());
    Ok(printer.create(user, copies(request).unwrap_or(COPIES.0), media(request)))
}

fn of_job(printer: &mut PagePrinter, now: Duration, uri: &str, request: Request) -> Vec<u8> {
    let (operation, id) = (request.operation, request.id);
    let refused = |status| Answer::new(status, id).finish();
    let job = request.number("job-id").and_then(|job| u32::try_from(job).ok());
    let Some(job) = job.filter(|job| printer.job(*job).is_some()) else { return refused(NOT_FOUND) };
    let is_done = match operation {
        SEND_DOCUMENT => printer.load(now, job, sheets(request)),
        CANCEL_JOB => printer.cancel(now, job),
        _ => true,
    };
    if is_done { tell_job(printer, job, uri, id) } else { refused(NOT_POSSIBLE) }
}

fn sheets(request: Request) -> Sheets {
    let format = request.text("document-format").unwrap_or_else(|| FORMATS[0].to_owned());
    let pages = page_count(&format, &request.document);
    Sheets { format, pages, document: request.document }
}

fn copies(request: &Request) -> Option<u32> {
    request.number("copies").map_or(Some(COPIES.0), |copies| u32::try_from(copies).ok())
}

fn media(request: &Request) -> String {
    request.text("media").unwrap_or_else(|| MEDIA[0].to_owned())
}

fn tell_printer(printer: &PagePrinter, uri: &str, id: u32) -> Vec<u8> {
    let state = printer.state();
    let number = match (state.is_stopped(), printer.is_working()) {
        (true, _) => 5,
        (false, true) => 4,
        (false, false) => 3,
    };
    let mut answer = Answer::new(OK, id);
    answer.group(PRINTER);
    answer.uri("printer-uri-supported", uri);
    answer.name("printer-name", "simulated");
    answer.enums("printer-state", &[number]);
    answer.keywords("printer-state-reasons", &[state.reason()]);
    answer.boolean("printer-is-accepting-jobs", state != PagePrinterState::Rejecting);
    answer.enums("operations-supported", &OPERATIONS.map(u32::from));
    answer.media_types("document-format-supported", &FORMATS);
    answer.keywords("media-supported", &MEDIA);
    answer.range("copies-supported", COPIES);
    answer.keywords("pwg-raster-document-type-supported", &["sgray_8"]);
    answer.resolutions("pwg-raster-document-resolution-supported", &RESOLUTIONS);
    answer.integer("queued-job-count", u32::try_from(printer.waiting()).unwrap_or(u32::MAX));
    answer.finish()
}

/// Get-Jobs: those not at their end, one's own if asked for.
fn tell_jobs(printer: &PagePrinter, request: &Request) -> Vec<u8> {
    let user = request.text("requesting-user-name");
    let is_own = |job: &&Job| !request.truth("my-jobs") || Some(&job.user) == user.as_ref();
    let mut answer = Answer::new(OK, request.id);
    for job in printer.jobs().iter().filter(|job| !job.state.is_end()).filter(is_own) {
        describe(&mut answer, job);
    }
    answer.finish()
}

fn tell_job(printer: &PagePrinter, job: u32, uri: &str, id: u32) -> Vec<u8> {
    let mut answer = Answer::new(OK, id);
    if let Some(job) = printer.job(job) {
        describe(&mut answer, job);
        answer.uri("job-uri", &format!("{uri}/{}", job.id));
    }
    answer.finish()
}

fn describe(answer: &mut Answer, job: &Job) {
    answer.group(JOB);
    answer.integer("job-id", job.id);
    answer.enums("job-state", &[job.state as u32]);
    answer.keywords("job-state-reasons", &[reason(job)]);
    answer.name("job-originating-user-name", &job.user);
    answer.integer("job-impressions-completed", job.done());
}

/// `job-state-reasons` (RFC 8011 5.3.8).
fn reason(job: &Job) -> &'static str {
    match job.state {
        JobState::Pending if job.sheets.is_none() => "job-incoming",
        JobState::Pending => "none",
        JobState::Processing => "job-printing",
        JobState::Stopped => "printer-stopped",
        JobState::Cancelled => "job-canceled-by-user",
        JobState::Aborted => "aborted-by-system",
        JobState::Completed => "job-completed-successfully",
    }
}
