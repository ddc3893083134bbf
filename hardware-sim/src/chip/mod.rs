//! The slot of a smart-card reader: cards over the protocol of vsmartcard's `vpcd`, below a real `pcscd`. The cards
//! themselves know no time and no socket.

mod apdu;
mod bank;
mod library;
mod slot;
mod social;
mod technician;
mod wire;

pub(crate) use apdu::without_secret;
pub use apdu::{Command, Outcome, Transport};
pub use bank::BankCard;
pub use library::{BankSpec, Card, Directory, SocialSpec, TechnicianSpec, library};
pub(crate) use library::{luhn, packed};
pub use slot::{Fault, Slot, SlotView};
pub use social::{SocialCard, TRIES};
pub use technician::TechnicianCard;
pub use wire::{receive, send};
