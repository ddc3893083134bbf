//! What a visit knows: who is there, how they want to be spoken to, what runs for them.

use std::time::Duration;

use kiosk_drivers_api::{CardDate, IdCard, Private, ReaderFault, ValidUntil};
use kiosk_model::{Language, Mode};
use kiosk_protocol::item::Person;
use kiosk_protocol::service::IdentityLevel;
use kiosk_protocol::wire::WirePerson;
use kiosk_text::mask_name;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{Now, RequestId};

/// One person at the terminal, from the first touch to the wipe.
pub(crate) struct Visit {
    pub(crate) id: Uuid,
    pub(crate) language: Language,
    pub(crate) mode: Mode,
    pub(crate) identity: Identity,
    /// The last case of the visit, for the rating.
    pub(crate) case: Option<Uuid>,
    /// The print under way.
    pub(crate) printing: Option<Printing>,
}

/// Who is there, as far as is known.
pub(crate) enum Identity {
    /// No card yet.
    Awaited,
    /// The last card could not be used, or the reader failed.
    Troubled(Trouble),
    /// A valid card was read.
    Present(Holder),
}

/// Why nobody is identified although something happened at the reader.
pub(crate) enum Trouble {
    Fault(ReaderFault),
    Expired(CardDate),
}

/// What of a card a visit needs.
pub(crate) struct Holder {
    pub(crate) name: Private,
    pub(crate) number: Private,
    pub(crate) address: Private,
}

/// A receipt the printer has not finished.
pub(crate) struct Printing {
    pub(crate) request: RequestId,
    pub(crate) case: Uuid,
    pub(crate) until: Duration,
}

impl Visit {
    pub(crate) fn new(id: Uuid, language: Language, mode: Mode) -> Self {
        Self { id, language, mode, identity: Identity::Awaited, case: None, printing: None }
    }

    pub(crate) fn holder(&self) -> Option<&Holder> {
        match &self.identity {
            Identity::Present(holder) => Some(holder),
            Identity::Awaited | Identity::Troubled(_) => None,
        }
    }

    /// The level reached.
    pub(crate) fn level(&self) -> IdentityLevel {
        self.holder().map_or(IdentityLevel::Anonymous, |_| IdentityLevel::CardPresent)
    }

    /// Who applies; nameless where nobody is identified, and a package of such a form is not valid.
    pub(crate) fn person(&self) -> Person {
        let field =
            |of: fn(&Holder) -> &Private| self.holder().map_or_else(Private::default, |h| of(h).clone());
        Person { name: field(|holder| &holder.name), number: field(|holder| &holder.number) }
    }

    /// Who asks about themselves, where somebody is identified.
    pub(crate) fn asker(&self) -> Option<WirePerson> {
        self.holder().map(|holder| WirePerson { name: holder.name.clone(), number: holder.number.clone() })
    }

    /// The name as it may stand on a screen.
    pub(crate) fn masked_name(&self) -> Option<String> {
        self.holder().map(|holder| mask_name(holder.name.expose_secret()))
    }

    /// Drops the person.
    pub(crate) fn forget(&mut self) {
        self.identity = Identity::Awaited;
        self.case = None;
    }
}

impl Identity {
    /// Judges a card by the wall clock of Qiqihar.
    pub(crate) fn of(card: IdCard, now: Now) -> Self {
        match card.valid_until {
            ValidUntil::Day(day) if day < today(now) => Self::Troubled(Trouble::Expired(day)),
            ValidUntil::Day(_) | ValidUntil::Forever => {
                let IdCard { name, number, address, .. } = card;
                Self::Present(Holder { name, number, address })
            }
        }
    }
}

fn today(now: Now) -> CardDate {
    let day = kiosk_text::local_date(now.wall);
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    CardDate { year: u16::try_from(day.year()).unwrap_or(0), month: part(day.month()), day: part(day.day()) }
}
