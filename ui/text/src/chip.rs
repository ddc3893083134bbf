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
    /// Nobody knows whether it looked at the PIN.
    PinUnclear,
    /// Its PIN was wrong too often.
    PinBlocked,
    /// It was valid until this day.
    Expired(Date),
}

/// Why the PIN of a social security card is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinWord {
    /// Nothing was tried yet.
    First,
    /// The last one was wrong.
    Wrong {
        /// How often it may still be tried, from 1.
        left: u32,
    },
    /// Nobody knows whether the card looked at the last one.
    Unclear,
    /// The card never got it.
    NotAsked,
}

impl Texts {
    /// Asks for the PIN of the card in the slot. Before the last try there is a warning.
    pub fn card_pin(self, word: PinWord) -> String {
        match word {
            PinWord::First => {
                self.tr("Your card gives name and number only for its social security PIN. Please type it and touch “Enter”; the digits are not shown. Your ID card on the reader will do as well.")
            }
            PinWord::Wrong { left: 1 } => {
                self.tr("That PIN was not right, and this is the last try: if it is wrong again, the card blocks its PIN. If you are not quite sure, please use your ID card instead.")
            }
            PinWord::Wrong { left } => self.plural(
                "That PIN was not right. {count} try is left. Please type it again with care, or use your ID card.",
                "That PIN was not right. {count} tries are left. Please type it again with care, or use your ID card.",
                left,
            ),
            PinWord::Unclear => {
                self.tr("The card gave no clear answer; it may have counted this as a try. Please type the PIN again with care, or use your ID card.")
            }
            PinWord::NotAsked => {
                self.tr("The card could not be asked just now; no try was lost. Please type the PIN once more, or use your ID card.")
            }
        }
    }

    /// The card looks at the PIN.
    pub fn card_pin_is_checked(self) -> String {
        self.tr("The card is checking the PIN. Please leave it in the slot.")
    }

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
                self.tr("This card gives name and number only for its PIN. To type it, please take the card out and put it in again; or use your ID card.")
            }
            ChipTrouble::PinUnclear => {
                self.tr("The card was gone before it had answered; it may have counted a try of its PIN. Please put it in again, or use your ID card.")
            }
            ChipTrouble::PinBlocked => {
                self.tr("The PIN of this card was wrong too often and is blocked now. The social security counter unblocks it: please bring your ID card. Here you can go on with your ID card.")
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
