//! Reads one code. It may name a person, so it is told masked unless it is asked for whole.

use std::time::Instant;

use kiosk_drivers_api::{Scan, ScanFault};
use kiosk_protocol::crypto::Digest;
use kiosk_text::mask_number;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Bench, Device, NOT_CONFIGURED, Shift, broken, cures, failed};
use crate::deadlines::TECHNICIAN_WAIT;

/// Awaits a code and has `tell` say what it holds.
pub fn scan(bench: &Bench, shift: Shift, tell: fn(&str) -> String) -> Value {
    let Some(scanner) = &bench.scanner else {
        return failed(Device::Scanner, NOT_CONFIGURED, cures::NOT_CONFIGURED);
    };
    let (Shift { cancel, begun }, end) = (shift, Instant::now() + TECHNICIAN_WAIT);
    let scanned = scanner.hand_over(begun, move |driver| {
        loop {
            match driver.scan(&cancel) {
                Err(ScanFault::NoCode) if Instant::now() < end => {}
                result => return result.map(|scan| told(&scan, tell)),
            }
        }
    });
    match scanned {
        Some(Ok(answer)) => answer,
        Some(Err(fault)) => failed(Device::Scanner, &fault.to_string(), cures::of_scanner(fault)),
        None => broken(Device::Scanner),
    }
}

/// All but the last four characters as asterisks.
pub fn masked(text: &str) -> String {
    mask_number(text)
}

/// As it is.
pub fn whole(text: &str) -> String {
    text.to_owned()
}

fn told(scan: &Scan, tell: fn(&str) -> String) -> Value {
    let symbology = scan.symbology.map(|id| format!("]{}{}", char::from(id.family), char::from(id.modifier)));
    json!({
        "ok": true,
        "kind": Device::Scanner.key(),
        "symbology": symbology,
        "bytes": scan.raw.len(),
        "digest": Digest::of(&scan.raw).to_string(),
        "text": tell(scan.text.expose_secret()),
    })
}
