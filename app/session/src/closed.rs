//! Nobody is taken in, for a reason the screen tells in all languages. Technicians get in whatever the reason is, with a card in
//! the slot; of any other card nothing is told.

use std::time::Duration;

use jiff::Timestamp;
use kiosk_drivers_api::SmartCard;
use kiosk_protocol::configuration::Configuration;
use kiosk_protocol::service::Text;
use kiosk_text::{Texts, in_every_language};

use crate::ctx::Ctx;
use crate::technician::Technician;
use crate::{Bar, Effect, Event, Now, in_all};

/// The name of the state while the city keeps people out.
pub const CLOSED_FROM_AFAR: &str = "closed_from_afar";

/// Why nobody is taken in; of several reasons the first one is told.
#[derive(Clone)]
pub(crate) enum Closed {
    /// This is in the way.
    Barred(Bar),
    /// The city closed it from afar, by a word of its own or by opening hours, and says this.
    FromAfar(Text),
    /// No service can be used here.
    NothingToOffer,
}

impl Closed {
    /// The reason, if there is one.
    pub(crate) fn why(ctx: &Ctx, wall: Timestamp) -> Option<Self> {
        let from_afar = || said_from_afar(&ctx.configuration, wall).cloned().map(Self::FromAfar);
        let nothing = || ctx.catalogue.packages.is_empty().then_some(Self::NothingToOffer);
        ctx.bar().map(Self::Barred).or_else(from_afar).or_else(nothing)
    }

    /// The name of the state, for logs and technicians.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Barred(Bar::Trail) => "closed",
            Self::Barred(Bar::Suspension) => "suspended",
            Self::Barred(Bar::Pause) => "paused",
            Self::FromAfar(_) => CLOSED_FROM_AFAR,
            Self::NothingToOffer => "out_of_service",
        }
    }

    /// What is said to residents.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Barred(Bar::Pause) => in_every_language(Texts::paused),
            Self::FromAfar(says) => in_all(says, "\n\n"),
            Self::Barred(Bar::Trail | Bar::Suspension) | Self::NothingToOffer => {
                in_every_language(Texts::out_of_service)
            }
        }
    }
}

fn said_from_afar(configuration: &Configuration, wall: Timestamp) -> Option<&Text> {
    let outside = configuration.hours.as_ref().filter(|hours| !hours.is_open(wall)).map(|hours| &hours.says);
    configuration.closed.as_ref().or(outside)
}

/// When the hours are to be looked at again: with the next minute of the wall clock, which may have been set meanwhile.
pub(crate) fn look_at_hours(configuration: &Configuration, now: Now) -> Option<Duration> {
    let into_minute_ms = now.wall.as_millisecond().rem_euclid(60_000).unsigned_abs();
    configuration.hours.as_ref().map(|_| now.monotonic + Duration::from_millis(60_000 - into_minute_ms))
}

/// A technician's card opens; nothing else does.
pub(crate) fn admit(event: Event, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Technician> {
    let Event::ChipRead { result: Ok(card), .. } = event else { return None };
    let SmartCard::Technician(card) = *card else { return None };
    Some(Technician::begin(*card, now, ctx, effects))
}
