//! The slot for chip cards: what is wrong with a card, and its cure.

use jiff::civil::Date;

use crate::Texts;

/// Why a chip card identifies nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChipTrouble {
    /// It was taken out too early, or has bad contact.
    Unread,
    /// It does not answer to power.
    Mute,
    /// It is neither a social security card nor a bank card.
    Unknown,
    /// It is a bank card.
    Bank,
    /// Its issuer has blocked it.
    Blocked,
    /// Its record cannot be read, or it refuses to give it.
    Damaged,
    /// It gives its holder only to a security module.
    NeedsModule,
    /// It gives its holder only for the PIN.
    NeedsPin,
    /// It was valid until this day.
    Expired(Date),
}

impl Texts {
    /// What is wrong with the card in the slot and what to do.
    pub fn chip_trouble(self, trouble: ChipTrouble) -> String {
        match trouble {
            ChipTrouble::Unread => {
                self.tr("The card was taken out too early. Please put it in again and leave it there until your name appears.")
            }
            ChipTrouble::Mute => {
                self.tr("The card does not answer. Please turn it so that the chip goes in first and faces up, and wipe the chip; or use your ID card.")
            }
            ChipTrouble::Unknown => {
                self.tr("This card is not known here. Please take it out and put in your social security card, or use your ID card.")
            }
            ChipTrouble::Bank => {
                self.tr("This is a bank card; it cannot say who you are. Please take it out and put in your social security card, or use your ID card.")
            }
            ChipTrouble::Blocked => {
                self.tr("This card has been blocked by the office that issued it. Please ask at the social security counter; here you can use your ID card.")
            }
            ChipTrouble::Damaged => {
                self.tr("What stands on this card cannot be read; its chip may be damaged. Please ask at the social security counter; here you can use your ID card.")
            }
            ChipTrouble::NeedsModule => {
                self.tr("Newer social security cards (third generation) give name and number only to a special security module, which this terminal does not have. Your card is all right: please use your ID card here.")
            }
            ChipTrouble::NeedsPin => {
                self.tr("This card gives name and number only for its PIN, which cannot be typed here. Your card is all right: please use your ID card here.")
            }
            ChipTrouble::Expired(day) => {
                let day = self.date(day);
                self.fill("This social security card was valid until {day}. Please have it renewed at the social security counter; here you can use your ID card.", &[("day", &day)])
            }
        }
    }

    /// The slot does not work, the reader does.
    pub fn slot_notice(self) -> String {
        self.tr("The slot for social security cards does not answer at the moment. If your card is in it, please take it out. Your ID card will do.")
    }
}
