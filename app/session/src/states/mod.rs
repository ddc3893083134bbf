//! One file per state of a visit; `task.rs` has their common vocabulary.

mod answer;
mod asking;
mod card_pin;
mod cases;
mod confirm;
mod farewell;
mod form;
mod guide;
mod home;
mod identify;
mod page;
mod rating;
mod receipt;
mod scanning;
mod submission;
mod submitting;
mod unavailable;
mod unsure;

pub(crate) use answer::Answer;
pub(crate) use asking::{Asking, Goal};
pub(crate) use card_pin::CardPin;
pub(crate) use cases::{Cases, CasesOf};
pub(crate) use confirm::Confirm;
pub(crate) use farewell::Farewell;
pub(crate) use form::Form;
pub(crate) use guide::Guide;
pub(crate) use home::Home;
pub(crate) use identify::{Aim, Identify, ask_if_online};
pub(crate) use page::Page;
pub(crate) use rating::Rating;
pub(crate) use receipt::Receipt;
pub(crate) use scanning::Scanning;
pub(crate) use submission::Submission;
pub(crate) use submitting::Submitting;
pub(crate) use unavailable::{Retry, Subject, Unavailable, WhyNot};
pub(crate) use unsure::Unsure;
