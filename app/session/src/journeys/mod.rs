//! Visits by subject, and what must hold in the middle of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod age;
mod asking;
mod bars;
mod card_pin;
mod chips;
mod configured;
mod handing_in;
mod identity;
mod leaving;
mod page;
mod paper;
mod receipts;
mod surroundings;
mod technician;
mod whole;

use kiosk_protocol::trail::TrailEvent;

/// The names of steps, as the journal keeps them.
fn names(trail: &[TrailEvent]) -> Vec<String> {
    let name = |event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
    trail.iter().map(name).collect()
}
