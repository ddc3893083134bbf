//! What a technician reads: the PIN, and how the terminal stands.

use jiff::civil::Date;

use crate::Texts;

/// A device, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceName {
    /// The identity-card reader.
    CardReader,
    /// The slot for chip cards.
    CardSlot,
    /// The code scanner.
    Scanner,
    /// The receipt printer.
    ReceiptPrinter,
    /// The printer of whole pages.
    PagePrinter,
}

/// How a device stands, with its cure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceWord {
    /// It answers and can be used.
    Works,
    /// It works; its paper comes to an end.
    LittlePaper,
    /// It has no paper.
    NoPaper,
    /// It is at work for somebody else.
    Busy,
    /// It gives no answer.
    Silent,
    /// It is not there.
    Missing,
    /// It reports a defect of its own.
    Defect,
    /// It needs a hand: cover, jam.
    NeedsHand,
}

/// Whether residents are served, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceWord {
    /// They are.
    Open,
    /// A technician, or the machine's administrator, took the terminal out of service.
    Paused,
    /// The platform took this terminal's rights.
    Suspended,
    /// Steps of the trail cannot be recorded.
    TrailWaits,
    /// The city closed the terminal from afar, or it is outside of the opening hours.
    ClosedFromAfar,
    /// There is no catalogue yet, or an empty one.
    NothingToOffer,
}

/// The longest wait that is told in seconds.
const SECONDS_TOLD_MAX: u32 = 120;

impl Texts {
    /// The roster is asked whose card it is.
    pub fn technician_is_met(self) -> String {
        self.tr("Your card is being checked.")
    }

    /// Help of the technician's screens.
    pub fn technician_help(self) -> Vec<String> {
        vec![
            self.tr("These screens are for technicians. The PIN belongs to the card and has 6 to 8 digits."),
            self.tr("Each try is counted for the whole terminal, also over a power cut: after 5 wrong ones you must wait, after 15 the terminal's administrator must unlock."),
            self.tr("Take the card out when you are done: everything here closes at once."),
        ]
    }

    /// Asks for the PIN; so many tries are left.
    pub fn pin_tries_left(self, left: u32) -> String {
        self.plural(
            "Please type the PIN of your card. {count} try is left.",
            "Please type the PIN of your card. {count} tries are left.",
            left,
        )
    }

    /// The PIN is counted and checked.
    pub fn pin_being_checked(self) -> String {
        self.tr("The PIN is being checked.")
    }

    /// The last one was wrong, and how it goes on.
    pub fn pin_wrong(self, next: &str) -> String {
        self.fill("That PIN was wrong. {next}", &[("next", next)])
    }

    /// Nobody may try before so many seconds are over; a long wait is told in minutes, rounded up.
    pub fn pin_wait(self, seconds: u32) -> String {
        if seconds > SECONDS_TOLD_MAX {
            return self.plural(
                "After so many wrong PINs the next try is possible in {count} minute.",
                "After so many wrong PINs the next try is possible in {count} minutes.",
                seconds.div_ceil(60),
            );
        }
        self.plural(
            "After so many wrong PINs the next try is possible in {count} second.",
            "After so many wrong PINs the next try is possible in {count} seconds.",
            seconds,
        )
    }

    /// The PIN was not looked at.
    pub fn pin_not_counted(self) -> String {
        self.tr("The try could not be recorded, so the PIN was not checked. Please look at the disk of this terminal.")
    }

    /// No try is left.
    pub fn technicians_locked(self) -> String {
        self.tr("Too many wrong PINs: locked. The terminal's administrator unlocks with the command kiosk technician unlock.")
    }

    /// Who works here.
    pub fn technician_title(self, name: &str) -> String {
        self.fill("This terminal, for {name}", &[("name", name)])
    }

    /// The name of a device.
    pub fn device_name(self, device: DeviceName) -> String {
        match device {
            DeviceName::CardReader => self.tr("ID card reader"),
            DeviceName::CardSlot => self.tr("Card slot"),
            DeviceName::Scanner => self.tr("Code scanner"),
            DeviceName::ReceiptPrinter => self.tr("Receipt printer"),
            DeviceName::PagePrinter => self.tr("Page printer"),
        }
    }

    /// How a device stands, with its cure.
    pub fn device_word(self, word: DeviceWord) -> String {
        match word {
            DeviceWord::Works => self.tr("works"),
            DeviceWord::LittlePaper => self.tr("works; have new paper at hand"),
            DeviceWord::NoPaper => self.tr("no paper; put new paper in"),
            DeviceWord::Busy => self.tr("busy; look again in a moment"),
            DeviceWord::Silent => self.tr("no answer; check power and cable"),
            DeviceWord::Missing => self.tr("not there; plug it in"),
            DeviceWord::Defect => self.tr("reports a defect; have it serviced"),
            DeviceWord::NeedsHand => self.tr("needs a hand; look at cover and paper"),
        }
    }

    /// The link to the platform.
    pub fn network(self) -> String {
        self.tr("Network")
    }

    /// How the link stands.
    pub fn network_state(self, is_up: bool) -> String {
        if is_up { self.tr("connected to the platform") } else { self.tr("no connection to the platform") }
    }

    /// The services in force.
    pub fn catalogue_name(self) -> String {
        self.tr("Catalogue")
    }

    /// Which they are.
    pub fn catalogue_version(self, version: u64, day: &str) -> String {
        self.fill("version {version} of {day}", &[("version", &version.to_string()), ("day", day)])
    }

    /// The same, where the platform has not confirmed it since a day.
    pub fn catalogue_stale(self, version: &str, day: &str) -> String {
        self.fill("{version}; last confirmed by the platform on {day}", &[("version", version), ("day", day)])
    }

    /// The same, where it was not confirmed for so long that most services are not offered.
    pub fn catalogue_outdated(self, version: &str) -> String {
        self.fill("{version}; too old, most services are not offered", &[("version", version)])
    }

    /// Whether residents are served.
    pub fn service(self) -> String {
        self.tr("Service")
    }

    /// Whether they are, and why not.
    pub fn service_word(self, word: ServiceWord) -> String {
        match word {
            ServiceWord::Open => self.tr("residents are served"),
            ServiceWord::Paused => self.tr("taken out of service; nobody is served"),
            ServiceWord::Suspended => self.tr("suspended by the platform; ask its operator"),
            ServiceWord::TrailWaits => self.tr("closed; nothing can be recorded, look at the disk"),
            ServiceWord::ClosedFromAfar => self.tr("closed from afar, or outside of the opening hours"),
            ServiceWord::NothingToOffer => self.tr("nothing to offer yet; no catalogue"),
        }
    }

    /// The terminal could not be taken out of service or put back.
    pub fn service_not_changed(self) -> String {
        self.tr("It could not be recorded, so nothing was changed. Please look at the disk of this terminal.")
    }

    /// What waits to be sent.
    pub fn queue(self) -> String {
        self.tr("Waiting to be sent")
    }

    /// How much waits, how much was not taken, and why, in the platform's words.
    pub fn queue_state(self, waiting: u64, stuck: u64, why: Option<&str>) -> String {
        let (waiting, stuck) = (waiting.to_string(), stuck.to_string());
        let values = [("waiting", waiting.as_str()), ("stuck", &stuck), ("why", why.unwrap_or_default())];
        match why {
            Some(_) => self.fill("{waiting} waiting, {stuck} not taken: {why}", &values),
            None => self.fill("{waiting} waiting, {stuck} not taken", &values),
        }
    }

    /// The room of the store.
    pub fn room(self) -> String {
        self.tr("Storage")
    }

    /// How much of it is gone.
    pub fn room_state(self, percent: u8) -> String {
        self.fill("{percent} % used", &[("percent", &percent.to_string())])
    }

    /// The terminal's certificate.
    pub fn certificate(self) -> String {
        self.tr("Certificate")
    }

    /// Until when it is good.
    pub fn valid_until(self, day: Date) -> String {
        self.fill("valid until {day}", &[("day", &self.date(day))])
    }

    /// The heading of a test receipt.
    pub fn test_receipt(self) -> String {
        self.tr("Test")
    }

    /// A test receipt is on its way.
    pub fn test_printing(self) -> String {
        self.tr("A test receipt is being printed.")
    }

    /// The printer confirmed it.
    pub fn test_printed(self) -> String {
        self.tr("The printer confirmed the test receipt. Please take it.")
    }

    /// It did not come out, or nobody can tell; and how the printer stands.
    pub fn test_failed(self, printer: DeviceWord) -> String {
        let fault = self.device_word(printer);
        self.fill("The test receipt was not confirmed: {fault}", &[("fault", &fault)])
    }

    /// It could not be looked at.
    pub fn not_known(self) -> String {
        self.tr("not known")
    }
}
