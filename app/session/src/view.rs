//! What a screen is made from, and how values are written on it.

use jiff::civil::Date;
use kiosk_model::{CardPlace, Language, Shown};
use kiosk_protocol::service::{self, Field, Format, Input, Source, Text};
use kiosk_text::{Delivery, Texts, mask_name, mask_number};

use crate::Age;
use crate::ctx::Ctx;
use crate::visit::Visit;

/// The world and the visit, for reading.
pub(crate) struct View<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) visit: &'a Visit,
}

impl View<'_> {
    pub(crate) fn texts(&self) -> Texts {
        Texts::new(self.visit.language)
    }

    /// A package's sentence.
    pub(crate) fn say(&self, text: &Text) -> String {
        text.get(package_language(self.visit.language)).to_owned()
    }

    /// When a submission would reach its department.
    pub(crate) fn delivery(&self) -> Delivery {
        if self.ctx.is_online() { Delivery::Now } else { Delivery::Later }
    }

    pub(crate) fn reader_notice(&self) -> Option<String> {
        match self.ctx.card_place() {
            _ if self.visit.holder().is_some() => None,
            None => Some(self.texts().reader_notice()),
            Some(CardPlace::Slot) => Some(self.texts().slot_only_notice()),
            Some(CardPlace::Reader | CardPlace::Either) => None,
        }
    }

    pub(crate) fn slot_notice(&self) -> Option<String> {
        self.ctx.slot_is_broken().then(|| self.texts().slot_notice())
    }

    pub(crate) fn room_notice(&self) -> Option<String> {
        (!self.ctx.has_room()).then(|| self.texts().room_notice(self.delivery()))
    }

    pub(crate) fn offline_notice(&self) -> Option<String> {
        (!self.ctx.is_online()).then(|| self.texts().offline_notice())
    }

    pub(crate) fn age_notice(&self) -> Option<String> {
        match self.ctx.age {
            Age::Fresh => None,
            Age::Stale { as_of } => Some(self.texts().stale_notice(as_of)),
            Age::Outdated => Some(self.texts().outdated_notice()),
        }
    }

    pub(crate) fn printer_notice(&self) -> Option<String> {
        self.ctx.printer_fault().map(|_| self.texts().printer_notice())
    }

    /// A form's value as its resident checks it: what names a person is masked, as bystanders look on.
    pub(crate) fn field_value(&self, field: &Field, value: &str) -> String {
        match &field.input {
            Input::Choice { options } => {
                let chosen = options.iter().find(|option| option.value.as_str() == value);
                chosen.map_or_else(|| value.to_owned(), |option| self.say(&option.label))
            }
            Input::Digits { masked: true, .. } => mask_number(value),
            Input::Digits { masked: false, .. } => value.to_owned(),
            Input::Amount { .. } => self.formatted(Format::Amount, value),
            Input::Text => masked_text(field, value),
        }
    }

    /// An answer's value, as its package says; one that is not of its format stays as it came.
    pub(crate) fn formatted(&self, format: Format, value: &str) -> String {
        let plain = || value.to_owned();
        match format {
            Format::Plain => plain(),
            Format::Amount => value.parse().map_or_else(|_| plain(), |fen| self.texts().amount(fen)),
            Format::Date => value.parse::<Date>().map_or_else(|_| plain(), |day| self.texts().date(day)),
            Format::Masked => mask_number(value),
        }
    }

    /// The same for a value that may be missing.
    pub(crate) fn answer_value(&self, format: Format, value: Option<&str>) -> Shown {
        value.map_or_else(|| self.texts().not_on_file(), |value| self.formatted(format, value)).into()
    }
}

fn masked_text(field: &Field, value: &str) -> String {
    let prefill = field.prefill.as_ref().filter(|prefill| prefill.from == Source::Card);
    match prefill.map(|prefill| prefill.key.as_str()) {
        Some("name") => mask_name(value),
        Some("number") => mask_number(value),
        Some(_) | None => value.to_owned(),
    }
}

/// The language of packages that belongs to a language of screens.
pub(crate) fn package_language(language: Language) -> service::Language {
    match language {
        Language::ZhCn => service::Language::ZhCn,
        Language::En => service::Language::En,
        Language::Ru => service::Language::Ru,
    }
}
