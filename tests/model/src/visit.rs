//! Visits from their seed: somebody comes, things break, everybody goes, everything is put right.

use std::collections::BTreeMap;
use std::time::Duration;

use kiosk_drivers_api::ReceiptPrinter;
use kiosk_receipt_printer::{Model, Printer};
use kiosk_session::Event;
use kiosk_sim::printer as paper;
use kiosk_sim::reader::Card;

use crate::cable::Wire;
use crate::chance::Chance;
use crate::faults::{Faults, Things};
use crate::hall::Hall;
use crate::hands::PrinterDriver;
use crate::ledger::{self, Broken};
use crate::limits::{CARD_LEFT, DESERTED_MAX, SETTLED_MAX};
use crate::resident::{Deed, Resident};

/// How visits went.
pub struct Course {
    /// What broke first, if anything.
    pub broken: Option<Broken>,
    /// How often each state was entered and each fault struck.
    pub tally: BTreeMap<String, usize>,
    /// How long they took on their own clock.
    pub lasted: Duration,
    /// Cases and ratings that were accepted.
    pub accepted: usize,
}

/// Plays the visits of a seed.
pub fn play(seed: u64) -> Course {
    play_with(seed, ours)
}

/// The same with another driver for the receipt printer.
pub fn play_with(seed: u64, driver: PrinterDriver) -> Course {
    let mut chance = Chance::of(seed);
    match Hall::open(&mut chance, driver) {
        Ok(hall) => Visits::new(hall, chance).play(),
        Err(error) => Course {
            broken: Some(format!("the terminal does not start: {error}")),
            tally: BTreeMap::new(),
            lasted: Duration::ZERO,
            accepted: 0,
        },
    }
}

fn ours(line: Wire<paper::Printer>) -> Box<dyn ReceiptPrinter> {
    Box::new(Printer::on(line, Model::GENERIC_80))
}

struct Visits {
    hall: Hall,
    chance: Chance,
    faults: Faults,
    tally: BTreeMap<String, usize>,
}

impl Visits {
    fn new(hall: Hall, mut chance: Chance) -> Self {
        let faults = Faults::new(&mut chance);
        Self { hall, chance, faults, tally: BTreeMap::new() }
    }

    /// One or two people, one after the other; then the world is put right.
    fn play(mut self) -> Course {
        let broken = self.people().and_then(|()| self.peace()).err();
        let broken = broken.map(|broken| {
            format!("{broken} (in {}, at {:.3?})", self.hall.state_name(), self.hall.stage.now())
        });
        let states = std::mem::take(&mut self.hall.states);
        self.tally.extend(states.into_iter().map(|(state, count)| (format!("in {state}"), count)));
        let [receipts, pages] = self.hall.ledger.printed();
        self.tally.extend([("receipts printed".to_owned(), receipts), ("pages printed".to_owned(), pages)]);
        let (lasted, accepted) = (self.hall.stage.now(), self.hall.keeper.accepted.len());
        self.hall.close();
        Course { broken, tally: self.tally, lasted, accepted }
    }

    fn people(&mut self) -> Result<(), Broken> {
        for _ in 0..=self.chance.below(2) {
            let mut resident = Resident::new(&mut self.chance);
            self.faults.somebody = true;
            self.visit(&mut resident)?;
            self.faults.somebody = false;
            self.desert()?;
        }
        Ok(())
    }

    fn visit(&mut self, resident: &mut Resident) -> Result<(), Broken> {
        let chips = self.hall.devices.chips.keys();
        let mut next = self.hall.stage.now() + resident.thinks(&mut self.chance);
        loop {
            self.until(next)?;
            match resident.acts(&self.hall.screen(), &chips, &mut self.chance) {
                Deed::Touch(action) => self.hall.turn(Event::Touched(action), &mut self.chance)?,
                Deed::Leave => return Ok(()),
                Deed::Place(person) => {
                    self.hall.devices.cards.with(|reader, _| reader.sam.place(Card::of(person)));
                }
                Deed::Lift => self.hall.devices.cards.with(|reader, _| reader.sam.lift()),
                Deed::Insert(chip) => self.hall.devices.chips.insert(&chip),
                Deed::Remove => self.hall.devices.chips.remove(),
                Deed::Show(code) => self.hall.devices.show(code.as_deref()),
            }
            next = self.hall.stage.now() + resident.thinks(&mut self.chance);
        }
    }

    /// Nobody is there any more; what was left lying is taken away after a while.
    fn desert(&mut self) -> Result<(), Broken> {
        let end = self.hall.stage.now() + DESERTED_MAX;
        self.until(self.hall.stage.now() + CARD_LEFT)?;
        self.hall.devices.clear();
        while !self.hall.is_idle() {
            if self.hall.stage.now() >= end {
                return Err(format!("deserted for {DESERTED_MAX:?}, and no attract screen"));
            }
            self.step(end)?;
        }
        Ok(())
    }

    /// Everything is put right; what was accepted arrives, and all of it is looked at.
    fn peace(&mut self) -> Result<(), Broken> {
        let mut things = things(&mut self.hall);
        self.faults.mend_all(&mut things);
        let end = self.hall.stage.now() + SETTLED_MAX;
        while self.hall.is_at_work()? && self.hall.stage.now() < end {
            self.hall.wait(end);
            self.hall.go_on(&mut self.chance)?;
        }
        self.hall.collect_paper()?;
        ledger::settled(&self.hall.keeper, &self.hall.platform)
    }

    /// Lets everything happen until then, faults as well.
    fn until(&mut self, end: Duration) -> Result<(), Broken> {
        while self.hall.stage.now() < end {
            self.step(end)?;
        }
        Ok(())
    }

    fn step(&mut self, end: Duration) -> Result<(), Broken> {
        self.hall.wait(end.min(self.faults.due()));
        self.hall.go_on(&mut self.chance)?;
        let now = self.hall.stage.now();
        if self.faults.due() > now {
            return Ok(());
        }
        let mut things = things(&mut self.hall);
        if let Some(words) = self.faults.act(now, &mut things, &mut self.chance) {
            *self.tally.entry(words).or_default() += 1;
        }
        Ok(())
    }
}

fn things(hall: &mut Hall) -> Things<'_> {
    Things { devices: &hall.devices, keeper: &mut hall.keeper, platform: &hall.platform }
}
