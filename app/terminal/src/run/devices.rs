//! Real drivers from the configuration.

use kiosk_drivers_api::{CodeScanner, IdCardReader, PagePrinter, ReceiptPrinter, SmartCardReader};
use kiosk_id_card::SerialIdCardReader;
use kiosk_page_printer::IppPagePrinter;
use kiosk_receipt_printer::SerialReceiptPrinter;
use kiosk_scanner::{Dialect, SerialCodeScanner};
use kiosk_smart_card::PcscSmartCardReader;

use super::absent::Absent;
use super::actor::Factory;
use crate::config::{IdReader, Pages, Receipts, Scanner, Slot};
use crate::fonts::Fonts;

/// Makes drivers for the configured identity-card reader.
pub fn reader(reader: Option<&IdReader>) -> Factory<dyn IdCardReader> {
    let Some(IdReader { path, baud, fingerprints }) = reader.cloned() else {
        return Box::new(|| Box::new(Absent));
    };
    let config = kiosk_id_card::Config { path: path.to_string_lossy().into_owned(), baud, fingerprints };
    Box::new(move || Box::new(SerialIdCardReader::new(config.clone())))
}

/// Makes drivers for the configured receipt printer.
pub fn printer(printer: Option<&Receipts>) -> Factory<dyn ReceiptPrinter> {
    let Some(Receipts { path, baud, model, flow, fonts }) = printer.cloned() else {
        return Box::new(|| Box::new(Absent));
    };
    let path = path.to_string_lossy().into_owned();
    let config = kiosk_receipt_printer::Config { path, baud, flow: flow.into(), model };
    Box::new(move || {
        let glyphs = Box::new(Fonts::open(&fonts));
        Box::new(SerialReceiptPrinter::new(config.clone()).with_glyphs(glyphs))
    })
}

/// Makes drivers for the configured page printer. `terminal` tells our jobs there from those of others.
pub fn pages(pages: Option<&Pages>, terminal: Option<&str>) -> Option<Factory<dyn PagePrinter>> {
    let Pages { uri, certificate } = pages.cloned()?;
    let user = terminal.unwrap_or("kiosk-not-enrolled").to_owned();
    let config = kiosk_page_printer::Config { uri, user, certificate };
    Some(Box::new(move || Box::new(IppPagePrinter::new(config.clone()))))
}

/// Makes drivers for the configured slot for chip cards.
pub fn slot(slot: Option<&Slot>) -> Option<Factory<dyn SmartCardReader>> {
    let config = kiosk_smart_card::Config { reader: slot?.reader.clone() };
    Some(Box::new(move || Box::new(PcscSmartCardReader::new(config.clone()))))
}

/// Makes drivers for the configured scanner.
pub fn scanner(scanner: Option<&Scanner>) -> Option<Factory<dyn CodeScanner>> {
    let Scanner { path, baud, dialect } = scanner?;
    // That the dialect is known was checked with the configuration.
    let dialect = Dialect::named(dialect)?;
    let config = kiosk_scanner::Config { path: path.to_string_lossy().into_owned(), baud: *baud, dialect };
    Some(Box::new(move || Box::new(SerialCodeScanner::new(config.clone()))))
}
