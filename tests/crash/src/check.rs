//! The real store, opened on what a cut left: everything promised is there, nothing by half, the trail holds, and it
//! goes on.

use std::sync::Arc;

use jiff::SignedDuration;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::item::Content;
use uuid::Uuid;

use crate::bench::Bench;
use crate::disk::{Disk, Image, Syncs};
use crate::model::{Model, View, view_of};
use crate::record::Recording;
use crate::script::{Call, Step};

/// Checks what a cut left, of a store that stood as `before` with a call under way. Gives what was done to the disk
/// meanwhile, so that this can be cut as well.
pub fn check(
    bench: &Bench,
    image: Image,
    before: &Model,
    under_way: Option<&Step>,
) -> Result<Recording, String> {
    let disk = Disk::new(image.clone(), Syncs::Kept);
    bench.set_clock(before.now);
    let store = bench.open(&disk, before.epoch).map_err(|error| format!("it does not open: {error}"))?;
    let seen = view_of(&store, before.now)?;
    let start = stands_as(&seen, before, under_way)?;
    start.holds_files(&store)?;
    let step = one_more(&start);
    bench.set_clock(step.at);
    start.call(&step, &store).map_err(|error| format!("it does not go on: {error}"))?;
    disk.returned();
    let mut after = start.clone();
    after.take(&step);
    if view_of(&store, after.now)? != after.view() {
        return Err("it goes on from another place than it showed".to_owned());
    }
    drop(store);
    Ok(Recording { base: image, log: disk.take_log(), script: vec![step], start })
}

/// How the store stands: as before the call under way or as after it, nothing between, nothing less.
fn stands_as(seen: &View, before: &Model, under_way: Option<&Step>) -> Result<Model, String> {
    if *seen == before.view() {
        return Ok(before.clone());
    }
    if let Some(step) = under_way {
        let mut after = before.clone();
        after.take(step);
        (after.now, after.epoch) = (before.now, before.epoch);
        if *seen == after.view() {
            return Ok(after);
        }
    }
    Err(seen.flaw(&before.view()))
}

/// An item nobody has handed in before.
fn one_more(model: &Model) -> Step {
    let content = Content::Rating { visit: Uuid::max(), case: None, level: RatingLevel::Fair };
    let call = Call::Submit { lane: Uuid::max(), content: Arc::new(content), steps: 1 };
    Step { at: model.now + SignedDuration::from_secs(1), call }
}
