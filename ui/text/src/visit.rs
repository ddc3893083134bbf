//! The frame of a visit: greeting, what does not work, rating, farewell.

use kiosk_model::CardPlace;

use crate::{Delivery, Texts, local_date};

impl Texts {
    /// Asks for the card, on the home screen.
    pub fn invitation(self, place: CardPlace) -> String {
        match place {
            CardPlace::Reader => {
                self.tr("Please put your ID card on the reader, or choose a service first.")
            }
            CardPlace::Slot => {
                self.tr("Please put your social security card into the slot, or choose a service first.")
            }
            CardPlace::Either => {
                self.tr("Please put down your ID card or put in your social security card, or choose a service first.")
            }
        }
    }

    /// Greets somebody who cannot put a card down, as the reader does not work.
    pub fn welcome(self) -> String {
        self.tr("Welcome. Which service would you like to know about?")
    }

    /// Greets somebody whose card was read; the name is masked already.
    pub fn greeting(self, masked_name: &str) -> String {
        self.fill("Hello, {name}. What would you like to do today?", &[("name", masked_name)])
    }

    /// Nothing can be offered at all.
    pub fn out_of_service(self) -> String {
        self.tr("This terminal cannot offer any service yet. It goes on by itself as soon as it can. Please go to the nearest service counter, or call 12345.")
    }

    /// A technician took the terminal out of service.
    pub fn paused(self) -> String {
        self.tr("Sorry, this terminal is being serviced. Please go to the nearest service counter, or call 12345.")
    }

    /// What is shown may have changed since.
    pub fn stale_notice(self, as_of: jiff::Timestamp) -> String {
        let day = self.date(local_date(as_of));
        self.fill("The information here is as of {day} and may have changed since.", &[("day", &day)])
    }

    /// What is known here is too old for most services.
    pub fn outdated_notice(self) -> String {
        self.tr("This terminal has heard nothing from the platform for weeks. Services whose rules may have changed are not offered.")
    }

    /// New applications cannot be taken at the moment; questions need only the network.
    pub fn room_notice(self, delivery: Delivery) -> String {
        match delivery {
            Delivery::Now => {
                self.tr("New applications cannot be taken here just now. You can look things up as usual.")
            }
            Delivery::Later => {
                self.tr("New applications cannot be taken here just now, and the network is down. Please go to the nearest service counter, or call 12345.")
            }
        }
    }

    /// The network is down.
    pub fn offline_notice(self) -> String {
        self.tr("The network is down at the moment. Applications can still be handed in here; they are sent later.")
    }

    /// The card reader does not work and nobody has identified.
    pub fn reader_notice(self) -> String {
        self.tr("The card reader does not work at the moment. You can read about every service here; to apply, please go to the nearest counter.")
    }

    /// The ID-card reader does not work, the slot does.
    pub fn slot_only_notice(self) -> String {
        self.tr("The ID card reader does not work at the moment. You can use your social security card in the slot.")
    }

    /// The receipt printer does not work.
    pub fn printer_notice(self) -> String {
        self.tr("No paper receipts at the moment. Your number is shown on the screen; please photograph it.")
    }

    /// Values on file could not be fetched for a form.
    pub fn not_prefilled_notice(self) -> String {
        self.tr("Data held by other offices could not be fetched at the moment. Please fill in the form yourself.")
    }

    /// The rating's words, best first (好差评, five levels).
    pub fn rating_levels(self) -> [String; 5] {
        [
            self.tr("Very satisfied"),
            self.tr("Satisfied"),
            self.tr("Fairly satisfied"),
            self.tr("Dissatisfied"),
            self.tr("Very dissatisfied"),
        ]
    }

    /// The last screen of a visit.
    pub fn farewell(self) -> Vec<String> {
        vec![
            self.tr("Thank you for coming."),
            self.tr("Please take your card and your papers."),
            self.tr("Everything about you has been erased from this screen."),
        ]
    }

    /// The platform is being asked.
    pub fn asking(self) -> String {
        self.tr("Asking for you. This takes a few seconds.")
    }

    /// Values on file are being fetched.
    pub fn fetching(self) -> String {
        self.tr("Fetching what is on file, so that you need not type it.")
    }

    /// The submission is being kept.
    pub fn submitting(self) -> String {
        self.tr("Keeping your application safe. Please wait a moment.")
    }
}
