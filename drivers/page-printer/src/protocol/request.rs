//! Requests (RFC 8011 chapter 4), written by crate `ipp`.

use ipp::IppHeader;
use ipp::attribute::{IppAttribute, IppAttributeName, IppAttributes};
use ipp::model::{DelimiterTag, IppVersion, Operation};
use ipp::value::{IppKeywordLiteral, IppMimeMediaTypeLiteral, IppNameLiteral, IppString, IppValue};
use kiosk_drivers_api::PaperSize;

/// In what form the pages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// ISO 32000.
    Pdf,
    /// PWG 5102.4.
    Raster,
}

/// How the pages are to come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// How often.
    pub copies: u8,
    /// On what.
    pub paper: PaperSize,
}

/// Makes the requests to one printer.
#[derive(Clone, Debug)]
pub struct Requests {
    printer: IppValue,
    user: IppValue,
}

/// What a job is called at the printer: nothing about anybody.
const JOB_NAME: IppNameLiteral = IppNameLiteral::const_new("page");

/// What is asked about a printer.
const OF_PRINTER: [IppAttributeName; 9] = [
    IppAttributeName::PRINTER_STATE,
    IppAttributeName::PRINTER_STATE_REASONS,
    IppAttributeName::PRINTER_IS_ACCEPTING_JOBS,
    IppAttributeName::OPERATIONS_SUPPORTED,
    IppAttributeName::DOCUMENT_FORMAT_SUPPORTED,
    IppAttributeName::MEDIA_SUPPORTED,
    IppAttributeName::COPIES_SUPPORTED,
    IppAttributeName::const_new("pwg-raster-document-type-supported"),
    IppAttributeName::const_new("pwg-raster-document-resolution-supported"),
];

/// What is asked about a printer for technicians.
const ABOUT_PRINTER: [IppAttributeName; 3] = [
    IppAttributeName::const_new(MODEL),
    IppAttributeName::const_new(NAME),
    IppAttributeName::const_new(PLACE),
];

/// Its maker and model (RFC 8011 5.4.9).
pub(super) const MODEL: &str = "printer-make-and-model";
/// Its name, or its queue's (5.4.4).
pub(super) const NAME: &str = "printer-name";
/// Where it stands (5.4.5).
pub(super) const PLACE: &str = "printer-location";

/// What is asked about a job.
const OF_JOB: [IppAttributeName; 3] =
    [IppAttributeName::JOB_ID, IppAttributeName::JOB_STATE, IppAttributeName::JOB_STATE_REASONS];

/// What is asked about jobs of whose there may be several.
const OF_JOBS: [IppAttributeName; 2] =
    [IppAttributeName::JOB_ID, IppAttributeName::JOB_ORIGINATING_USER_NAME];

impl Requests {
    /// To the printer at `uri` as `user`; none where one of them is longer than IPP allows.
    pub fn new(uri: &str, user: &str) -> Option<Requests> {
        let printer = IppValue::Uri(IppString::new(uri).ok()?);
        let user = IppValue::new_name_without_language(user).ok()?;
        Some(Requests { printer, user })
    }

    /// Get-Printer-Attributes.
    pub fn printer(&self, id: i32) -> Vec<u8> {
        let mut attributes = self.begin();
        ask_for(&mut attributes, &OF_PRINTER);
        bytes(Operation::GetPrinterAttributes, id, &attributes)
    }

    /// Get-Printer-Attributes, of what it is.
    pub fn about(&self, id: i32) -> Vec<u8> {
        let mut attributes = self.begin();
        ask_for(&mut attributes, &ABOUT_PRINTER);
        bytes(Operation::GetPrinterAttributes, id, &attributes)
    }

    /// Create-Job.
    pub fn create_job(&self, id: i32, ticket: Ticket) -> Vec<u8> {
        let mut attributes = self.begin();
        order(&mut attributes, ticket);
        bytes(Operation::CreateJob, id, &attributes)
    }

    /// Send-Document, the only one of its job; the document follows.
    pub fn send_document(&self, id: i32, job: i32, form: Form) -> Vec<u8> {
        let mut attributes = self.begin();
        operation(&mut attributes, IppAttributeName::JOB_ID, IppValue::Integer(job));
        operation(&mut attributes, IppAttributeName::DOCUMENT_FORMAT, form.value());
        operation(&mut attributes, IppAttributeName::LAST_DOCUMENT, IppValue::Boolean(true));
        bytes(Operation::SendDocument, id, &attributes)
    }

    /// Print-Job, for printers without the two above; the document follows.
    pub fn print_job(&self, id: i32, ticket: Ticket, form: Form) -> Vec<u8> {
        let mut attributes = self.begin();
        operation(&mut attributes, IppAttributeName::DOCUMENT_FORMAT, form.value());
        order(&mut attributes, ticket);
        bytes(Operation::PrintJob, id, &attributes)
    }

    /// Get-Job-Attributes.
    pub fn job(&self, id: i32, job: i32) -> Vec<u8> {
        let mut attributes = self.begin();
        operation(&mut attributes, IppAttributeName::JOB_ID, IppValue::Integer(job));
        ask_for(&mut attributes, &OF_JOB);
        bytes(Operation::GetJobAttributes, id, &attributes)
    }

    /// Get-Jobs: what is under way under our name.
    pub fn own_jobs(&self, id: i32) -> Vec<u8> {
        let mut attributes = self.begin();
        operation(&mut attributes, IppAttributeName::MY_JOBS, IppValue::Boolean(true));
        ask_for(&mut attributes, &OF_JOBS);
        bytes(Operation::GetJobs, id, &attributes)
    }

    /// Cancel-Job.
    pub fn cancel_job(&self, id: i32, job: i32) -> Vec<u8> {
        let mut attributes = self.begin();
        operation(&mut attributes, IppAttributeName::JOB_ID, IppValue::Integer(job));
        bytes(Operation::CancelJob, id, &attributes)
    }

    /// What every request begins with; the crate puts it in the order RFC 8011 4.1.4 wants.
    fn begin(&self) -> IppAttributes {
        let mut attributes = IppAttributes::new();
        let charset = IppValue::Charset(ipp::request::UTF_8_CHARSET.into());
        operation(&mut attributes, IppAttributeName::ATTRIBUTES_CHARSET, charset);
        let language = IppValue::NaturalLanguage(ipp::request::EN_LANG.into());
        operation(&mut attributes, IppAttributeName::ATTRIBUTES_NATURAL_LANGUAGE, language);
        operation(&mut attributes, IppAttributeName::PRINTER_URI, self.printer.clone());
        operation(&mut attributes, IppAttributeName::REQUESTING_USER_NAME, self.user.clone());
        attributes
    }
}

impl Form {
    /// Its MIME media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Form::Pdf => "application/pdf",
            Form::Raster => "image/pwg-raster",
        }
    }

    fn value(self) -> IppValue {
        const PDF: IppMimeMediaTypeLiteral = IppMimeMediaTypeLiteral::const_new(Form::Pdf.media_type());
        const RASTER: IppMimeMediaTypeLiteral = IppMimeMediaTypeLiteral::const_new(Form::Raster.media_type());
        IppValue::MimeMediaType(match self {
            Form::Pdf => PDF.into(),
            Form::Raster => RASTER.into(),
        })
    }
}

/// The size's name (PWG 5101.1).
pub(super) const fn media(paper: PaperSize) -> &'static str {
    match paper {
        PaperSize::A4 => "iso_a4_210x297mm",
        PaperSize::A5 => "iso_a5_148x210mm",
    }
}

fn order(attributes: &mut IppAttributes, ticket: Ticket) {
    const A4: IppKeywordLiteral = IppKeywordLiteral::const_new(media(PaperSize::A4));
    const A5: IppKeywordLiteral = IppKeywordLiteral::const_new(media(PaperSize::A5));
    operation(attributes, IppAttributeName::JOB_NAME, IppValue::NameWithoutLanguage(JOB_NAME.into()));
    let paper = match ticket.paper {
        PaperSize::A4 => A4,
        PaperSize::A5 => A5,
    };
    let job = DelimiterTag::JobAttributes;
    let copies = IppValue::Integer(i32::from(ticket.copies));
    attributes.add(job, IppAttribute::new(IppAttributeName::COPIES, copies));
    attributes.add(job, IppAttribute::new(IppAttributeName::MEDIA, IppValue::Keyword(paper.into())));
}

fn ask_for(attributes: &mut IppAttributes, names: &[IppAttributeName]) {
    let names = names.iter().map(|name| IppValue::Keyword((*name).into())).collect();
    operation(attributes, IppAttributeName::REQUESTED_ATTRIBUTES, IppValue::Array(names));
}

fn operation(attributes: &mut IppAttributes, name: IppAttributeName, value: IppValue) {
    attributes.add(DelimiterTag::OperationAttributes, IppAttribute::new(name, value));
}

/// Version 1.1, which every printer takes.
fn bytes(operation: Operation, id: i32, attributes: &IppAttributes) -> Vec<u8> {
    let header = IppHeader::new(IppVersion::v1_1(), operation as i16, id);
    [header.to_bytes(), attributes.to_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Written by hand from RFC 8010 3.1 and RFC 8011 4.3.3.
    #[test]
    fn a_cancel_job_by_the_byte() {
        let requests = Requests::new("ipp://p/ipp/print", "k").unwrap();
        let mut wanted = vec![1, 1, 0, 8, 0, 0, 0, 7, 1];
        wanted.extend(b"\x47\0\x12attributes-charset\0\x05utf-8");
        wanted.extend(b"\x48\0\x1Battributes-natural-language\0\x02en");
        wanted.extend(b"\x45\0\x0Bprinter-uri\0\x11ipp://p/ipp/print");
        wanted.extend(b"\x21\0\x06job-id\0\x04\0\0\0\x05");
        wanted.extend(b"\x42\0\x14requesting-user-name\0\x01k");
        wanted.push(3);
        let made = requests.cancel_job(7, 5);
        assert_eq!(String::from_utf8_lossy(&made), String::from_utf8_lossy(&wanted));
        assert_eq!(made, wanted);
    }

    #[test]
    fn a_job_carries_copies_and_paper_and_no_telling_name() {
        let requests = Requests::new("ipp://p/ipp/print", "k").unwrap();
        let made = requests.create_job(1, Ticket { copies: 2, paper: PaperSize::A5 });
        let has = |part: &[u8]| made.windows(part.len()).any(|window| window == part);
        assert!(has(b"\x02\x21\0\x06copies\0\x04\0\0\0\x02\x44\0\x05media\0\x10iso_a5_148x210mm\x03"));
        assert!(has(b"\x42\0\x08job-name\0\x04page"));
    }

    #[test]
    fn what_ipp_cannot_hold_is_refused() {
        assert!(Requests::new(&"x".repeat(1024), "k").is_none());
        assert!(Requests::new("ipp://p/", &"x".repeat(256)).is_none());
    }
}
