//! `kiosk devices`: what is configured and how it stands.

use serde_json::{Value, json};

use super::say;
use crate::control::{self, Question};
use crate::error::Failure;
use crate::run::{device_words, devices, printer_words};
use crate::setup::Setup;

/// Runs the command.
pub fn run(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let running = control::ask(&setup.paths.control, Question::Status).map_err(Failure::Control)?;
    let stands = running.unwrap_or_else(|| ask_devices(setup));
    let configured = &setup.config.devices;
    let path = |device: &Option<crate::config::Serial>| {
        device.as_ref().map_or("not configured".to_owned(), |device| device.path.display().to_string())
    };
    let rows =
        [("id_card", path(&configured.id_card)), ("receipt_printer", path(&configured.receipt_printer))];
    for (kind, path) in rows {
        let status = stands.get(kind).and_then(Value::as_str).unwrap_or("unknown");
        if as_json {
            say(&json!({ "kind": kind, "path": path, "status": status }).to_string());
        } else {
            say(&format!("{kind:<16} {path:<32} {status}"));
        }
    }
    Ok(())
}

fn ask_devices(setup: &Setup) -> Value {
    let mut reader = devices::reader(setup.config.devices.id_card.as_ref());
    let mut printer = devices::printer(setup.config.devices.receipt_printer.as_ref());
    json!({
        "id_card": device_words(reader().status()),
        "receipt_printer": printer_words(printer().status()),
    })
}
