//! What a visit knows: who is there, how they want to be spoken to, what runs for them.

use std::time::Duration;

use kiosk_drivers_api::{
    CardDate, CardKey, IdCard, Kept, Private, ReaderFault, SmartCard, SmartCardFault, SocialSecurityCard,
    ValidUntil, Validity,
};
use kiosk_model::{Language, Mode};
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::Person;
use kiosk_protocol::service::IdentityLevel;
use kiosk_protocol::wire::{Ask, Question, WirePerson};
use kiosk_text::{CardTrouble, ChipTrouble, mask_name};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::words::{card_trouble, chip_trouble, date_of};
use crate::{Now, RequestId};

/// One person at the terminal, from the first touch to the wipe.
pub(crate) struct Visit {
    pub(crate) id: Uuid,
    pub(crate) language: Language,
    pub(crate) mode: Mode,
    pub(crate) identity: Identity,
    /// The last case of the visit, for the rating.
    pub(crate) case: Option<Uuid>,
    /// The receipt under way.
    pub(crate) printing: Option<Printing>,
    /// The sealed page under way.
    pub(crate) paging: Option<Paging>,
}

/// Who is there, as far as is known.
pub(crate) enum Identity {
    /// No card yet.
    Awaited,
    /// The last card could not be used.
    Troubled(Trouble),
    /// A valid card was read.
    Present(Holder),
}

/// Why nobody is identified although there was a card.
#[derive(Clone, Copy)]
pub(crate) enum Trouble {
    /// On the reader.
    Card(CardTrouble),
    /// In the slot.
    Chip(ChipTrouble),
}

/// What of a card a visit needs.
pub(crate) struct Holder {
    pub(crate) name: Private,
    pub(crate) number: Private,
    /// Empty where the card has none.
    pub(crate) address: Private,
    pub(crate) shown: CardShown,
}

/// Which card a holder showed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CardShown {
    Id,
    SocialSecurity,
}

/// A receipt the printer has not finished.
pub(crate) struct Printing {
    pub(crate) request: RequestId,
    pub(crate) case: Uuid,
    pub(crate) until: Duration,
}

/// A sealed page the page printer has not finished.
pub(crate) struct Paging {
    pub(crate) request: RequestId,
    pub(crate) service: Key,
    pub(crate) until: Duration,
}

impl Visit {
    pub(crate) fn new(id: Uuid, language: Language, mode: Mode) -> Self {
        let identity = Identity::Awaited;
        Self { id, language, mode, identity, case: None, printing: None, paging: None }
    }

    pub(crate) fn holder(&self) -> Option<&Holder> {
        match &self.identity {
            Identity::Present(holder) => Some(holder),
            Identity::Awaited | Identity::Troubled(_) => None,
        }
    }

    /// Whether the card in the slot, or the last one there, told nothing of its holder before its PIN.
    pub(crate) fn waits_for_pin(&self) -> bool {
        matches!(self.identity, Identity::Troubled(Trouble::Chip(ChipTrouble::NeedsPin)))
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

    /// A question about the person, where somebody is identified.
    pub(crate) fn asks(&self, question: Question) -> Ask {
        let of = |holder: &Holder| WirePerson { name: holder.name.clone(), number: holder.number.clone() };
        Ask { visit: self.id, level: self.level(), person: self.holder().map(of), question }
    }

    /// A question that is nobody's in particular, whoever is there.
    pub(crate) fn asks_as_nobody(&self, question: Question) -> Ask {
        Ask { visit: self.id, level: IdentityLevel::Anonymous, person: None, question }
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
    /// What the reader says about who is there; nothing where it tells of itself only, which its state says too.
    pub(crate) fn on_reader(result: Result<Box<IdCard>, ReaderFault>, now: Now) -> Option<Self> {
        match result {
            Ok(card) => Some(Self::of_id_card(*card, now)),
            Err(fault) => card_trouble(&fault).map(|trouble| Self::Troubled(Trouble::Card(trouble))),
        }
    }

    /// The same for the slot.
    pub(crate) fn in_slot(result: Result<SmartCard, SmartCardFault>, now: Now) -> Option<Self> {
        let trouble = |trouble| Self::Troubled(Trouble::Chip(trouble));
        match result {
            Ok(SmartCard::Bank(_)) => Some(trouble(ChipTrouble::Bank)),
            // Technicians begin at the attract screen; in somebody's visit their card is any other card.
            Ok(SmartCard::Technician(_)) => Some(trouble(ChipTrouble::Unknown)),
            Ok(SmartCard::SocialSecurity(card)) => Some(Self::of_social_security_card(*card, now)),
            Err(fault) => chip_trouble(&fault).map(trouble),
        }
    }

    /// The same for a social security card.
    pub(crate) fn of_social_security_card(card: SocialSecurityCard, now: Now) -> Self {
        let trouble = |trouble| Self::Troubled(Trouble::Chip(trouble));
        social_security_holder(card, now).map_or_else(trouble, Self::Present)
    }

    /// Judges a card by the wall clock of Qiqihar.
    fn of_id_card(card: IdCard, now: Now) -> Self {
        match card.valid_until {
            ValidUntil::Day(day) if day < today(now) => {
                Self::Troubled(Trouble::Card(CardTrouble::Expired(date_of(day))))
            }
            ValidUntil::Day(_) | ValidUntil::Forever => {
                let IdCard { name, number, address, .. } = card;
                Self::Present(Holder { name, number, address, shown: CardShown::Id })
            }
        }
    }
}

/// Whose card it is, where the card tells that and its validity.
fn social_security_holder(card: SocialSecurityCard, now: Now) -> Result<Holder, ChipTrouble> {
    let shown = CardShown::SocialSecurity;
    match (card.validity, card.holder) {
        (Kept::Locked(key), _) | (_, Kept::Locked(key)) => Err(match key {
            CardKey::SecurityModule => ChipTrouble::NeedsModule,
            CardKey::Pin => ChipTrouble::NeedsPin,
        }),
        (Kept::Free(Validity { until: Some(day), .. }), _) if day < today(now) => {
            Err(ChipTrouble::Expired(date_of(day)))
        }
        (Kept::Free(_), Kept::Free(holder)) => {
            Ok(Holder { name: holder.name, number: holder.number, address: Private::default(), shown })
        }
    }
}

fn today(now: Now) -> CardDate {
    let day = kiosk_text::local_date(now.wall);
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    CardDate { year: u16::try_from(day.year()).unwrap_or(0), month: part(day.month()), day: part(day.day()) }
}
