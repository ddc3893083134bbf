//! What is said about a service before and after it is used.

use crate::Texts;

/// When a submission reaches the department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The network is there.
    Now,
    /// Kept here until the network is back.
    Later,
}

impl Texts {
    /// Label of the time limit.
    pub fn time_limit_label(self) -> String {
        self.tr("Time needed")
    }

    /// Label of the fee.
    pub fn fee_label(self) -> String {
        self.tr("Fee")
    }

    /// Label of the legal basis.
    pub fn basis_label(self) -> String {
        self.tr("Legal basis")
    }

    /// The data are synthetic.
    pub fn synthetic_note(self) -> String {
        self.tr("Trial service: all people and figures are made up.")
    }

    /// The service works without a network.
    pub fn works_offline_note(self) -> String {
        self.tr("The network is down. You can apply all the same: your application is kept safe here and sent as soon as the network is back.")
    }

    /// The service needs the network; what to do instead comes from its package.
    pub fn needs_network_note(self, instead: &str) -> String {
        self.fill(
            "This service needs the network, which is down at the moment. {instead}",
            &[("instead", instead)],
        )
    }

    /// The service needs a higher identity level than this terminal can give.
    pub fn level_note(self) -> String {
        self.tr("This service needs a stronger proof of identity than this terminal can take. Please go to the nearest counter with your ID card.")
    }

    /// On a tile: not without a network.
    pub fn tile_offline(self) -> String {
        self.tr("Not without the network")
    }

    /// What is known of the service here is too old; what to do instead comes from its package.
    pub fn outdated_note(self, instead: &str) -> String {
        self.fill(
            "What this terminal knows of this service is too old to go by: it has heard nothing from the platform for weeks. {instead}",
            &[("instead", instead)],
        )
    }

    /// On a tile: what is known of it is too old.
    pub fn tile_outdated(self) -> String {
        self.tr("Not with old information")
    }

    /// New applications cannot be taken, as what waits here has to be sent first.
    pub fn room_note(self, instead: &str) -> String {
        self.fill(
            "Applications cannot be taken at this terminal just now: those that wait here have to be sent first. {instead}",
            &[("instead", instead)],
        )
    }

    /// On a tile: not while there is no room.
    pub fn tile_room(self) -> String {
        self.tr("Not taken here just now")
    }

    /// On a tile: not at this terminal.
    pub fn tile_level(self) -> String {
        self.tr("At the counter only")
    }

    /// On a tile: not without the card reader.
    pub fn tile_reader(self) -> String {
        self.tr("Card reader out of order")
    }

    /// What submitting means.
    pub fn confirm_note(self, delivery: Delivery) -> String {
        match delivery {
            Delivery::Now => {
                self.tr("Please check everything. After “Everything is right: submit” the application is sent to the department and you get a receipt.")
            }
            Delivery::Later => {
                self.tr("Please check everything. After “Everything is right: submit” the application is kept safe here and you get a receipt; it is sent as soon as the network is back.")
            }
        }
    }

    /// Where the submission is.
    pub fn delivery(self, delivery: Delivery) -> String {
        match delivery {
            Delivery::Now => self.tr("It is being sent to the department now."),
            Delivery::Later => {
                self.tr("The network is down: it is kept safe here and sent by itself as soon as the network is back. You need not come again.")
            }
        }
    }
}
