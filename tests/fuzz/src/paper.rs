//! What printers say, and what is printed.

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_drivers_api::{PageFault, PageJob, PaperSize};
use kiosk_page_printer::protocol::{Answer, Reason, Reasons, Requests, judge};
use kiosk_receipt_printer::protocol::{Classifier, Condition, Input, Job};
use kiosk_receipt_printer::{Model, NoGlyphs};
use kiosk_usb::printer_class::DeviceId;

use crate::look;

/// The stream of a receipt printer; a gap now and then.
pub fn receipt_input(bytes: &[u8]) {
    let mut classifier = Classifier::default();
    for byte in bytes {
        match classifier.push(*byte) {
            Some(Input::Automatic(condition)) => look((condition.fault(), condition.paper(true))),
            Some(Input::Noise) => classifier.resynchronise(),
            Some(
                Input::RealTime(_)
                | Input::InOrder(_)
                | Input::Forgotten
                | Input::Outlet(_)
                | Input::Resume
                | Input::Pause,
            )
            | None => {}
        }
    }
    for four in bytes.as_chunks::<4>().0 {
        let conditions = [Condition::from_real_time(*four), Condition::from_automatic(*four)];
        conditions.iter().for_each(|condition| look((condition.fault(), condition.paper(false))));
    }
}

/// A receipt of any text: each line's first byte says what it is.
pub fn receipt_page(bytes: &[u8]) {
    let lines: Vec<Line> = bytes.split(|byte| *byte == b'\n').filter_map(line).collect();
    let job = Job::build(&Document { lines }, &Model::GENERIC_80, &mut NoGlyphs);
    assert_eq!(job.bytes(), job.commands.iter().map(|command| command.len()).sum::<usize>());
    assert!(!job.commands.is_empty(), "no command, so no cut");
}

fn line(bytes: &[u8]) -> Option<Line> {
    let (kind, text) = bytes.split_first()?;
    let text = String::from_utf8_lossy(text).into_owned();
    let size = if kind & 8 == 0 { Size::Normal } else { Size::Double };
    let align = if kind & 16 == 0 { Align::Left } else { Align::Centre };
    Some(match kind % 5 {
        0 => Line::Text { text, align, size, bold: kind & 32 != 0 },
        1 => {
            let middle = text.chars().count() / 2;
            let (label, value) = (text.chars().take(middle).collect(), text.chars().skip(middle).collect());
            Line::Pair { label, value }
        }
        2 => Line::Rule,
        3 => Line::Space(*kind),
        _ => Line::Qr(text),
    })
}

/// An answer of a page printer, to the request whose id it carries.
pub fn page_answer(bytes: &[u8]) {
    let id = bytes.get(4..8).and_then(|id| id.first_chunk::<4>()).map_or(1, |id| i32::from_be_bytes(*id));
    let Ok(answer) = Answer::read(bytes.to_vec(), id) else { return };
    assert!(Answer::read(bytes.to_vec(), id.wrapping_add(1)).is_err(), "it answers another request too");
    let (printer, job) = (answer.printer(), answer.job());
    look((answer.refusal(), answer.jobs_of("kiosk-1")));
    if let Some(printer) = &printer {
        let bitmaps = Vec::new();
        let page = PageJob { pdf: b"%PDF-1.4".to_vec(), pages: 1, bitmaps, copies: 1, paper: PaperSize::A4 };
        look((printer.fault(), printer.form_for(&page), printer.is_stopped()));
    }
    if let (Some(printer), Some(job)) = (printer, job) {
        judge(&job, &printer);
    }
}

/// Words a page printer gives for what is wrong, and an address it may have.
pub fn page_reason(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let words = || text.split(',');
    words().for_each(|word| look(Reason::parse(word)));
    let reasons = Reasons::parse(words());
    look((reasons.fault(true), reasons.fault(false), reasons.supply(PageFault::PaperOut)));
    assert_eq!(reasons.suspicion(&reasons), None, "nothing is new, and yet suspicious");
    if let Some(requests) = Requests::new(&text, "kiosk-1") {
        assert!(requests.printer(7).len() > 8, "a request without a head");
    }
}

/// Who a printer on USB says it is.
pub fn device_id(bytes: &[u8]) {
    let DeviceId { maker, model } = DeviceId::parse(bytes);
    assert_eq!((maker.trim(), model.trim()), (maker.as_str(), model.as_str()), "spaces around a name");
}
