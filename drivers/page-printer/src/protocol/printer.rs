//! What a printer says about itself, and what follows for a page.

use kiosk_drivers_api::{PageBitmap, PageFault, PageJob};

use super::answer::Group;
use super::reason::Reasons;
use super::request::{Form, media};

/// RFC 8011 5.4.15: operation ids.
const CREATE_JOB: i32 = 0x0005;
const SEND_DOCUMENT: i32 = 0x0006;

/// `printer-state` (RFC 8011 5.4.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterState {
    /// Waits for work.
    Idle,
    /// Works.
    Processing,
    /// Does not work until something is put right.
    Stopped,
}

/// A printer at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printer {
    /// Its state.
    pub state: PrinterState,
    /// What is wrong with it.
    pub reasons: Reasons,
    /// Whether it takes jobs.
    pub is_accepting: bool,
    /// Whether a job can be made first and its document sent then, so that it can be cancelled meanwhile.
    pub takes_jobs_in_steps: bool,
    formats: Vec<Form>,
    media: Vec<&'static str>,
    copies_max: i32,
    resolutions: Vec<u32>,
    is_grey_known: bool,
}

/// What is asked for and what a printer may not know.
const SIZES: [&str; 2] = [media(kiosk_drivers_api::PaperSize::A4), media(kiosk_drivers_api::PaperSize::A5)];

impl Printer {
    pub(super) fn read(group: Group<'_>) -> Option<Printer> {
        let state = match group.number("printer-state")? {
            3 => PrinterState::Idle,
            4 => PrinterState::Processing,
            5 => PrinterState::Stopped,
            _ => return None,
        };
        let does = |id| group.numbers("operations-supported").any(|operation| operation == id);
        let knows =
            |form: &Form| group.words("document-format-supported").any(|word| word == form.media_type());
        // A printer that does not list its paper is asked and may refuse.
        let lists_media = group.has("media-supported");
        let has = |size: &&str| !lists_media || group.words("media-supported").any(|word| word == *size);
        let colours = "pwg-raster-document-type-supported";
        Some(Printer {
            state,
            reasons: Reasons::parse(group.words("printer-state-reasons")),
            is_accepting: group.truth("printer-is-accepting-jobs").unwrap_or(true),
            takes_jobs_in_steps: does(CREATE_JOB) && does(SEND_DOCUMENT),
            formats: [Form::Pdf, Form::Raster].into_iter().filter(knows).collect(),
            media: SIZES.into_iter().filter(has).collect(),
            copies_max: group.upper("copies-supported").unwrap_or(1),
            resolutions: group.resolutions("pwg-raster-document-resolution-supported").collect(),
            is_grey_known: !group.has(colours) || group.words(colours).any(|word| word == "sgray_8"),
        })
    }

    /// Whether it does nothing until a hand comes.
    pub fn is_stopped(&self) -> bool {
        self.state == PrinterState::Stopped
    }

    /// The fault that stands.
    pub fn fault(&self) -> Option<PageFault> {
        let known = self.reasons.fault(self.is_stopped());
        known.or_else(|| self.is_stopped().then_some(PageFault::Stopped))
    }

    /// In what form it can print the job, or why it cannot.
    pub fn form_for(&self, job: &PageJob) -> Result<Form, PageFault> {
        if !self.media.contains(&media(job.paper)) || i32::from(job.copies.max(1)) > self.copies_max {
            return Err(PageFault::OptionRefused);
        }
        if self.formats.contains(&Form::Pdf) && !job.pdf.is_empty() {
            return Ok(Form::Pdf);
        }
        let is_drawn = !job.bitmaps.is_empty() && job.bitmaps.iter().all(|page| self.can_print(page));
        let raster = self.formats.contains(&Form::Raster) && self.is_grey_known && is_drawn;
        raster.then_some(Form::Raster).ok_or(PageFault::FormatRefused)
    }

    fn can_print(&self, page: &PageBitmap) -> bool {
        self.resolutions.is_empty() || self.resolutions.contains(&page.dpi)
    }
}

#[cfg(test)]
mod tests {
    use kiosk_drivers_api::PaperSize;

    use super::*;

    fn printer(formats: &[Form]) -> Printer {
        Printer {
            state: PrinterState::Idle,
            reasons: Reasons::default(),
            is_accepting: true,
            takes_jobs_in_steps: true,
            formats: formats.to_vec(),
            media: vec![media(PaperSize::A4)],
            copies_max: 2,
            resolutions: vec![300, 600],
            is_grey_known: true,
        }
    }

    fn job(dpi: &[u32]) -> PageJob {
        let page = |dpi: &u32| PageBitmap { width: 1, height: 1, dpi: *dpi, grey: vec![0] };
        let bitmaps = dpi.iter().map(page).collect();
        PageJob { pdf: vec![b'%'], pages: 1, bitmaps, copies: 1, paper: PaperSize::A4 }
    }

    #[test]
    fn pdf_where_it_is_known_else_drawn_pages() {
        let form = |formats: &[Form], dpi: &[u32]| printer(formats).form_for(&job(dpi));
        assert_eq!(form(&[Form::Pdf, Form::Raster], &[300]), Ok(Form::Pdf));
        assert_eq!(form(&[Form::Raster], &[300, 600]), Ok(Form::Raster));
        assert_eq!(form(&[Form::Raster], &[300, 203]), Err(PageFault::FormatRefused));
        assert_eq!(form(&[Form::Raster], &[]), Err(PageFault::FormatRefused));
        assert_eq!(form(&[], &[300]), Err(PageFault::FormatRefused));
    }

    #[test]
    fn paper_and_copies_it_has_not_are_refused() {
        let refused = |change: fn(&mut PageJob)| {
            let mut job = job(&[]);
            change(&mut job);
            printer(&[Form::Pdf]).form_for(&job)
        };
        assert_eq!(refused(|job| job.copies = 2), Ok(Form::Pdf));
        assert_eq!(refused(|job| job.copies = 3), Err(PageFault::OptionRefused));
        assert_eq!(refused(|job| job.paper = PaperSize::A5), Err(PageFault::OptionRefused));
    }
}
