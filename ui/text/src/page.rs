//! The sealed page: where it is, what is wrong, and another way to get it.

use crate::Texts;

/// Why there is no page, or nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageTrouble {
    /// The tray is empty, missing, or holds other paper.
    PaperOut,
    /// Paper is stuck.
    Jammed,
    /// A cover or door is open.
    Open,
    /// The output bin is full.
    OutputFull,
    /// No toner, or its waste container is full.
    TonerEmpty,
    /// It prints for somebody else.
    Busy,
    /// The printer gave the page up.
    GivenUp,
    /// The printer does not work or is not there.
    OutOfOrder,
    /// The printer did not confirm; the page may be out.
    Unconfirmed,
}

impl Texts {
    /// The network is down.
    pub fn page_offline(self) -> String {
        self.tr("The sealed page needs the network, which is down at the moment. Please try later, or ask at the counter for it.")
    }

    /// The platform makes and seals the page.
    pub fn page_asked(self) -> String {
        self.tr("Your page is being made and sealed.")
    }

    /// The printer is at work.
    pub fn page_printing(self) -> String {
        self.tr("Your page is being printed. Please wait until it is out.")
    }

    /// The printer confirmed the page; its number is for whoever checks it.
    pub fn page_printed(self, number: &str) -> String {
        self.fill(
            "Your page is printed. Please take it from the printer.\nNumber of the page: {number}",
            &[("number", number)],
        )
    }

    /// The printer works again after a fault.
    pub fn page_printer_back(self) -> String {
        self.tr("The page printer works again. You can print the page now.")
    }

    /// The page itself could not be had; the reason comes before.
    pub fn page_not_made(self, why: &str) -> String {
        self.fill("{why} The page was not printed. You can try again later, ask at the counter for it, or call 12345.", &[("why", why)])
    }

    /// What is wrong, its cure, and another way to get the page.
    pub fn page_trouble(self, trouble: PageTrouble) -> String {
        match trouble {
            PageTrouble::PaperOut => {
                self.tr("The page printer has no paper. Please ask the staff to fill it, or ask at the counter for the page.")
            }
            PageTrouble::Jammed => {
                self.tr("Paper is stuck in the page printer. Please ask the staff to free it, or ask at the counter for the page.")
            }
            PageTrouble::Open => {
                self.tr("A cover of the page printer is open. Please ask the staff to close it, or ask at the counter for the page.")
            }
            PageTrouble::OutputFull => {
                self.tr("The tray of the page printer is full. Please take out the pages that lie there and give them to the staff; then print again.")
            }
            PageTrouble::TonerEmpty => {
                self.tr("The page printer needs new toner. Please tell the staff, or ask at the counter for the page.")
            }
            PageTrouble::Busy => {
                self.tr("The page printer is busy with another page. Please try again in a minute.")
            }
            PageTrouble::GivenUp => {
                self.tr("The page printer gave the page up. Please print it once more; if it does not help, ask at the counter for it.")
            }
            PageTrouble::OutOfOrder => {
                self.tr("The page printer does not work at the moment. Please ask at the counter for the page, try later, or call 12345.")
            }
            PageTrouble::Unconfirmed => {
                self.tr("The page printer did not confirm the page. Please look into its tray; if nothing came out, print once more or ask at the counter for it.")
            }
        }
    }
}
