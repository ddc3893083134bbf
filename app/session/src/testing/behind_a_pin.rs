//! The world in front of a PIN and behind it: a technician's, a resident's card's.

use super::*;

impl World {
    /// With a technician's card in the slot, whose PIN is asked for.
    pub(crate) fn at_pin() -> Self {
        let mut world = Self::with_more_devices();
        world.insert(Ok(technician_card()));
        world.met(Gate::Open { left: 5 });
        world
    }

    /// Behind the right PIN, in English.
    pub(crate) fn inside() -> Self {
        let mut world = Self::at_pin();
        world.touch(Action::ChooseLanguage(Language::En));
        world.enter(PIN);
        world.tried(PinAnswer::Right);
        world
    }

    /// The roster knows the card.
    pub(crate) fn met(&mut self, gate: Gate) {
        self.roster(Some(Met { name: "维护员".to_owned(), gate }));
    }

    /// The roster does not know the card.
    pub(crate) fn stranger(&mut self) {
        self.roster(None);
    }

    fn roster(&mut self, result: Option<Met>) {
        let request = self.meetings.last().copied().unwrap_or(RequestId(0));
        self.send(Event::TechnicianMet { request, result });
    }

    /// Types a PIN and hands it over.
    pub(crate) fn enter(&mut self, pin: &str) {
        self.type_keys(pin);
        self.touch(Action::Submit);
    }

    pub(crate) fn tried(&mut self, answer: PinAnswer) {
        let request = self.pins.last().map_or(RequestId(0), |(request, _)| *request);
        self.send(Event::PinTried { request, answer });
    }

    /// With a resident's card in the slot, whose PIN is asked for on the way to the cases.
    pub(crate) fn at_card_pin() -> Self {
        let mut world = Self::at_home_unknown();
        world.touch(Action::OpenCases);
        world.insert(Ok(pin_card()));
        world
    }

    /// The card checked the PIN.
    pub(crate) fn verified(&mut self, result: Result<SmartCard, SmartCardFault>) {
        let request = self.verifies.last().map_or(RequestId(0), |(request, _)| *request);
        let social = |card| match card {
            SmartCard::SocialSecurity(card) => card,
            SmartCard::Bank(_) | SmartCard::Technician(_) => panic!("not a social security card"),
        };
        self.send(Event::PinVerified { request, result: result.map(social) });
    }

    pub(crate) fn told(&mut self, report: Report) {
        let request = self.looks.last().copied().unwrap_or(RequestId(0));
        self.send(Event::LookedAround { request, report: Box::new(report) });
    }
}
