//! Every parser that meets bytes from outside, behind one entry each.
//!
//! A target takes any bytes and must neither panic nor run away; where there is an encoder, what was understood must
//! come out of it and be understood again. Tests replay the small corpora in `corpus/` and make up bytes of their own;
//! `./x torture fuzz` explores with libFuzzer, guided by what is reached.

mod cards;
mod line;
mod paper;
mod scans;

use std::path::PathBuf;

/// A parser.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in `corpus/`.
    pub name: &'static str,
    /// Feeds it.
    pub eat: fn(&[u8]),
    /// The longest input worth trying, bytes.
    pub bytes_max: usize,
}

/// All of them.
pub const TARGETS: [Target; 22] = [
    Target { name: "id-card-frame", eat: cards::id_frame, bytes_max: 4_096 },
    Target { name: "id-card-record", eat: cards::id_record, bytes_max: 2_400 },
    Target { name: "social-card", eat: cards::social, bytes_max: 2_048 },
    Target { name: "bank-card", eat: cards::bank, bytes_max: 2_048 },
    Target { name: "technician-card", eat: cards::technician, bytes_max: 1_024 },
    Target { name: "tlv", eat: cards::tlv, bytes_max: 512 },
    Target { name: "receipt-printer-input", eat: paper::receipt_input, bytes_max: 256 },
    Target { name: "receipt-page", eat: paper::receipt_page, bytes_max: 256 },
    Target { name: "page-printer-answer", eat: paper::page_answer, bytes_max: 4_096 },
    Target { name: "page-printer-reason", eat: paper::page_reason, bytes_max: 256 },
    Target { name: "usb-device-id", eat: paper::device_id, bytes_max: 256 },
    Target { name: "scanner", eat: scans::stream, bytes_max: 4_096 },
    Target { name: "scanned-text", eat: scans::text, bytes_max: 1_024 },
    Target { name: "service-package", eat: line::package, bytes_max: 8_192 },
    Target { name: "item-body", eat: line::item_body, bytes_max: 2_048 },
    Target { name: "wire-up", eat: line::up, bytes_max: 2_048 },
    Target { name: "wire-down", eat: line::down, bytes_max: 4_096 },
    Target { name: "catalogue", eat: line::catalogue, bytes_max: 4_096 },
    Target { name: "metadata", eat: line::metadata, bytes_max: 4_096 },
    Target { name: "configuration", eat: line::configuration, bytes_max: 4_096 },
    Target { name: "seal", eat: line::seal, bytes_max: 1_024 },
    Target { name: "ids", eat: line::ids, bytes_max: 256 },
];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

/// Where the inputs of a target are kept.
pub fn corpus(target: &Target) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

/// Looked at; what it says does not matter.
fn look<T>(_value: T) {}
