//! The card reader: what to do, what is wrong, and its cure.

use jiff::civil::Date;
use kiosk_model::CardPlace;

use crate::Texts;

/// Why a card cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardTrouble {
    /// It moved or lay badly.
    Moved,
    /// Card and reader do not accept each other.
    Rejected,
    /// It is no resident identity card.
    Unknown,
    /// Its record cannot be read.
    Damaged,
    /// It was valid until this day.
    Expired(Date),
}

impl Texts {
    /// Asks for the card where it can be put.
    pub fn place_card(self, place: CardPlace) -> String {
        match place {
            CardPlace::Reader => {
                self.tr("Put your ID card flat on the reader and leave it there until your name appears.")
            }
            CardPlace::Slot => {
                self.tr("The ID card reader does not work at the moment. Put your social security card into the slot, chip first and facing up, and leave it there until your name appears.")
            }
            CardPlace::Either => {
                self.tr("Put your ID card flat on the reader, or your social security card into the slot, chip first and facing up. Leave it there until your name appears.")
            }
        }
    }

    /// The reader does not work.
    pub fn reader_out_of_order(self) -> String {
        self.tr("The card reader does not answer. It is tried again all the time. If it stays like this, please go to the nearest counter or call 12345.")
    }

    /// What is wrong with the card and what to do.
    pub fn card_trouble(self, trouble: CardTrouble) -> String {
        match trouble {
            CardTrouble::Moved => {
                self.tr("The card was lifted too early. Please put it down again and leave it there.")
            }
            CardTrouble::Rejected => {
                self.tr("The reader and this card do not understand each other. Lift the card and try once more; if it does not help, please go to the counter with it.")
            }
            CardTrouble::Unknown => {
                self.tr("This card cannot be read here. Please put down a resident ID card, one card at a time.")
            }
            CardTrouble::Damaged => {
                self.tr("The chip of this card may be damaged. Please go to the counter with it; the police station replaces the card.")
            }
            CardTrouble::Expired(day) => {
                let day = self.date(day);
                self.fill("This card was valid until {day}. Please have it renewed at the police station; with another valid paper the counter can help you today.", &[("day", &day)])
            }
        }
    }
}
