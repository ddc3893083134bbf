//! Prints a test page and says so only when the printer does.

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_drivers_api::{PageJob, PaperSize};
use kiosk_model::Language;
use kiosk_text::Texts;
use serde_json::{Value, json};

use super::{Bench, Device, NOT_CONFIGURED, Shift, TestPage, broken, cures, failed, page};

/// Characters of every plane a name may need: common, Extension A, Extension B, and one of GB 18030-2022.
pub const SAMPLE: &str = "鹤城自助 齐齐哈尔 㐂䶮 𠮷𬭛";

/// What stands on a test page.
pub struct Facts {
    /// Now, in Qiqihar.
    pub time: String,
    /// The terminal's name.
    pub terminal: String,
}

impl Facts {
    /// What the code on the page holds.
    pub fn code(&self) -> String {
        format!("hecheng:test/{}/{}", self.terminal, self.time)
    }
}

/// Prints.
pub fn print(kind: TestPage, bench: &Bench, shift: Shift) -> Value {
    let facts = Facts {
        time: Texts::new(Language::En).time(jiff::Timestamp::now()),
        terminal: bench.terminal.clone().unwrap_or_else(|| "not enrolled".to_owned()),
    };
    match kind {
        TestPage::Receipt => receipt(&facts, bench, shift),
        TestPage::Page => pages(&facts, bench, shift),
    }
}

fn receipt(facts: &Facts, bench: &Bench, shift: Shift) -> Value {
    let (document, Shift { cancel, begun }) = (document(facts), shift);
    match bench.receipt_printer.hand_over(begun, move |driver| driver.print(&document, &cancel)) {
        Some(Ok(())) => printed(Device::ReceiptPrinter),
        Some(Err(fault)) => failed(Device::ReceiptPrinter, &fault.to_string(), cures::of_print(fault)),
        None => broken(Device::ReceiptPrinter),
    }
}

fn pages(facts: &Facts, bench: &Bench, shift: Shift) -> Value {
    let Some(printer) = &bench.page_printer else {
        return failed(Device::PagePrinter, NOT_CONFIGURED, cures::NOT_CONFIGURED);
    };
    let Some(drawn) = page::draw(facts) else {
        return failed(Device::PagePrinter, "no fonts", "install fonts-noto-cjk and fonts-hanazono");
    };
    let Shift { cancel, begun } = shift;
    let job =
        PageJob { pdf: page::pdf(&drawn), pages: 1, bitmaps: vec![drawn], copies: 1, paper: PaperSize::A4 };
    match printer.hand_over(begun, move |driver| driver.print(&job, &cancel)) {
        Some(Ok(())) => printed(Device::PagePrinter),
        Some(Err(fault)) => failed(Device::PagePrinter, &fault.to_string(), cures::of_page(fault)),
        None => broken(Device::PagePrinter),
    }
}

fn printed(device: Device) -> Value {
    json!({ "ok": true, "kind": device.key(), "printed": true })
}

fn document(facts: &Facts) -> Document {
    let text =
        |text: &str, size| Line::Text { text: text.to_owned(), align: Align::Centre, size, bold: false };
    let pair = |label: &str, value: &str| Line::Pair { label: label.to_owned(), value: value.to_owned() };
    let lines = vec![
        text("TEST", Size::Double),
        Line::Rule,
        pair("Terminal", &facts.terminal),
        pair("Time", &facts.time),
        text(SAMPLE, Size::Normal),
        text("0123456789 Abc Привет", Size::Normal),
        Line::Space(1),
        Line::Qr(facts.code()),
        Line::Space(1),
    ];
    Document { lines }
}
