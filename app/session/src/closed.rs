//! The city keeps people out from afar: for a reason, or outside of the opening hours. The screen says why, in all languages.
//! Technicians get in as ever, with a card in the slot; every other card is let go unread by anybody.

use std::time::Duration;

use jiff::Timestamp;
use kiosk_drivers_api::SmartCard;
use kiosk_protocol::configuration::Configuration;
use kiosk_protocol::service::Text;

use crate::ctx::Ctx;
use crate::deadlines;
use crate::technician::Technician;
use crate::{Effect, Event, Now};

/// What is said to people who are kept out; nothing while they are let in.
pub(crate) fn reason(configuration: &Configuration, wall: Timestamp) -> Option<&Text> {
    let outside = configuration.hours.as_ref().filter(|hours| !hours.is_open(wall)).map(|hours| &hours.says);
    configuration.closed.as_ref().or(outside)
}

/// When the hours are to be looked at again: with the next minute of the wall clock, which may have been set meanwhile.
pub(crate) fn look_at_hours(configuration: &Configuration, now: Now) -> Option<Duration> {
    let into_minute_ms = now.wall.as_millisecond().rem_euclid(60_000).unsigned_abs();
    configuration.hours.as_ref().map(|_| now.monotonic + Duration::from_millis(60_000 - into_minute_ms))
}

/// A technician's card opens; any other is not looked at again for a moment, though it stays where it is.
pub(crate) fn opened_by(
    event: Event,
    now: Now,
    ctx: &mut Ctx,
    effects: &mut Vec<Effect>,
) -> Option<Technician> {
    let is_card =
        matches!(event, Event::CardRead { result: Ok(_), .. } | Event::ChipRead { result: Ok(_), .. });
    if is_card {
        ctx.rest_cards(now.monotonic + deadlines::CARDS_AGAIN);
    }
    let Event::ChipRead { result: Ok(card), .. } = event else { return None };
    let SmartCard::Technician(card) = *card else { return None };
    Some(Technician::begin(*card, now, ctx, effects))
}
