//! Real drivers from the configuration.

use kiosk_id_card::SerialIdCardReader;
use kiosk_receipt_printer::{Model, SerialReceiptPrinter};

use super::absent::Absent;
use super::printer::PrinterFactory;
use super::reader::ReaderFactory;
use crate::config::Serial;

/// Makes drivers for the configured identity-card reader.
pub fn reader(serial: Option<&Serial>) -> ReaderFactory {
    let Some(serial) = serial.cloned() else {
        return Box::new(|| Box::new(Absent));
    };
    Box::new(move || {
        let config = kiosk_id_card::Config { path: path(&serial), baud: serial.baud };
        Box::new(SerialIdCardReader::new(config))
    })
}

/// Makes drivers for the configured receipt printer.
pub fn printer(serial: Option<&Serial>) -> PrinterFactory {
    let Some(serial) = serial.cloned() else {
        return Box::new(|| Box::new(Absent));
    };
    Box::new(move || {
        let model = Model::GENERIC_80_MM;
        let config = kiosk_receipt_printer::Config { path: path(&serial), baud: serial.baud, model };
        Box::new(SerialReceiptPrinter::new(config))
    })
}

fn path(serial: &Serial) -> String {
    serial.path.to_string_lossy().into_owned()
}
