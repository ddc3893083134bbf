//! Real drivers from the configuration.

use std::path::Path;

use kiosk_drivers_api::{CodeScanner, IdCardReader, PagePrinter, ReceiptPrinter, SmartCardReader};
use kiosk_id_card::{SerialIdCardReader, UsbIdCardReader};
use kiosk_page_printer::IppPagePrinter;
use kiosk_receipt_printer::{SerialReceiptPrinter, UsbReceiptPrinter};
use kiosk_scanner::{HidCodeScanner, SerialCodeScanner};
use kiosk_smart_card::PcscSmartCardReader;

use super::absent::Absent;
use super::actor::Factory;
use crate::config::{IdReader, Pages, Plug, Plugged, Receipts, Scanner, Slot};
use crate::fonts::Fonts;

/// Makes drivers for the configured identity-card reader.
pub fn reader(reader: Option<&Plugged<IdReader>>) -> Factory<dyn IdCardReader> {
    let Some(Plugged { plug, own: IdReader { fingerprints } }) = reader.cloned() else {
        return Box::new(|| Box::new(Absent));
    };
    match plug {
        Plug::Serial { path, baud } => {
            let config = kiosk_id_card::Config { path: text(&path), baud, fingerprints };
            Box::new(move || Box::new(SerialIdCardReader::new(config.clone())))
        }
        Plug::Usb { ids } => {
            let config = kiosk_id_card::UsbConfig { ids, fingerprints };
            Box::new(move || Box::new(UsbIdCardReader::new(config.clone())))
        }
    }
}

/// Makes drivers for the configured receipt printer.
pub fn printer(printer: Option<&Plugged<Receipts>>) -> Factory<dyn ReceiptPrinter> {
    let Some(Plugged { plug, own: Receipts { model, flow, fonts } }) = printer.cloned() else {
        return Box::new(|| Box::new(Absent));
    };
    match plug {
        Plug::Serial { path, baud } => {
            let flow = flow.unwrap_or_default().into();
            let config = kiosk_receipt_printer::Config { path: text(&path), baud, flow, model };
            Box::new(move || {
                let glyphs = Box::new(Fonts::open(&fonts));
                Box::new(SerialReceiptPrinter::new(config.clone()).with_glyphs(glyphs))
            })
        }
        Plug::Usb { ids } => {
            let config = kiosk_receipt_printer::UsbConfig { ids, model };
            Box::new(move || {
                let glyphs = Box::new(Fonts::open(&fonts));
                Box::new(UsbReceiptPrinter::new(config.clone()).with_glyphs(glyphs))
            })
        }
    }
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
    let Slot { reader, technician } = slot?.clone();
    let config = kiosk_smart_card::Config { reader, technician: technician.0 };
    Some(Box::new(move || Box::new(PcscSmartCardReader::new(config.clone()))))
}

/// Makes drivers for the configured scanner.
pub fn scanner(scanner: Option<&Plugged<Scanner>>) -> Option<Factory<dyn CodeScanner>> {
    let Plugged { plug, own: Scanner { dialect } } = scanner.cloned()?;
    Some(match plug {
        Plug::Serial { path, baud } => {
            let config = kiosk_scanner::Config { path: text(&path), baud, dialect };
            Box::new(move || Box::new(SerialCodeScanner::new(config.clone())))
        }
        Plug::Usb { ids } => {
            let config = kiosk_scanner::UsbConfig { ids, dialect };
            Box::new(move || Box::new(HidCodeScanner::new(config.clone())))
        }
    })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
