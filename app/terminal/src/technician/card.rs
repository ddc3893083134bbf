//! Reads one card, wherever it is put first, and tells it masked.

use std::sync::mpsc::channel;
use std::time::Instant;

use kiosk_drivers_api::{
    BankCard, CardDate, CardKey, CardKind, CardPart, CardScheme, Generation, IdCard, ReaderFault, SmartCard,
    SmartCardFault, SocialSecurityCard, TechnicianCard, ValidUntil, Validity,
};
use kiosk_text::{mask_name, mask_number};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Bench, Device, Lender, Shift, broken, cures, failed, roster};
use crate::deadlines::{LOOK_POLL, TECHNICIAN_WAIT};

/// Awaits a card on the reader and in the slot, each on a thread of its own; the first answer counts.
pub fn read(bench: &Bench, shift: Shift) -> Value {
    let (tell, told) = channel();
    let cancel = shift.cancel.clone();
    std::thread::scope(|scope| {
        let (slot, on_slot, at_slot) = (bench.smart_card.as_ref(), tell.clone(), shift.clone());
        scope.spawn(move || tell.send((Device::IdCard, on_reader(&bench.id_card, shift))));
        match slot {
            Some(slot) => {
                drop(scope.spawn(move || on_slot.send((Device::SmartCard, in_slot(slot, at_slot)))))
            }
            None => drop((on_slot, at_slot)),
        }
        let mut last = Value::Null;
        for (device, answer) in told {
            match answer {
                Some(Looked::Card(card)) => {
                    cancel.cancel();
                    return card;
                }
                Some(Looked::Fault(fault)) => last = fault,
                None => last = broken(device),
            }
        }
        last
    })
}

/// What came of looking at one place.
enum Looked {
    /// A card, read or not to be read.
    Card(Value),
    /// No card, or a device that does not work.
    Fault(Value),
}

fn on_reader(reader: &Lender<dyn kiosk_drivers_api::IdCardReader>, shift: Shift) -> Option<Looked> {
    let (Shift { cancel, begun }, end) = (shift, Instant::now() + TECHNICIAN_WAIT);
    let told = |fault: ReaderFault| failed(Device::IdCard, &fault.to_string(), cures::of_reader(&fault));
    reader.hand_over(begun, move |driver| {
        loop {
            match driver.read(&cancel) {
                Ok(card) => return Looked::Card(of_id_card(&card)),
                Err(ReaderFault::NoCard | ReaderFault::CardMoved)
                    if Instant::now() < end && !cancel.is_cancelled() =>
                {
                    std::thread::sleep(LOOK_POLL);
                }
                Err(
                    fault @ (ReaderFault::CardRejected { .. }
                    | ReaderFault::UnknownCard
                    | ReaderFault::BadRecord { .. }),
                ) => {
                    return Looked::Card(told(fault));
                }
                Err(fault) => return Looked::Fault(told(fault)),
            }
        }
    })
}

fn in_slot(slot: &Lender<dyn kiosk_drivers_api::SmartCardReader>, shift: Shift) -> Option<Looked> {
    let (Shift { cancel, begun }, end) = (shift, Instant::now() + TECHNICIAN_WAIT);
    let told = |fault: SmartCardFault| failed(Device::SmartCard, &fault.to_string(), cures::of_slot(&fault));
    slot.hand_over(begun, move |driver| {
        loop {
            match driver.read(&cancel) {
                Ok(card) => return Looked::Card(of_smart_card(&card)),
                Err(SmartCardFault::NoCard | SmartCardFault::Removed)
                    if Instant::now() < end && !cancel.is_cancelled() =>
                {
                    std::thread::sleep(LOOK_POLL);
                }
                Err(fault) if is_about_the_card(&fault) => return Looked::Card(told(fault)),
                Err(fault) => return Looked::Fault(told(fault)),
            }
        }
    })
}

fn is_about_the_card(fault: &SmartCardFault) -> bool {
    matches!(
        fault,
        SmartCardFault::Mute
            | SmartCardFault::UnknownCard
            | SmartCardFault::Blocked { .. }
            | SmartCardFault::Refused { .. }
            | SmartCardFault::BadRecord { .. }
    )
}

fn of_id_card(card: &IdCard) -> Value {
    let kind = match card.kind {
        CardKind::Resident => "resident identity card",
        CardKind::ResidencePermit => "residence permit of Hong Kong, Macao and Taiwan",
        CardKind::Foreigner2017 => "foreigner's permit of 2017",
        CardKind::Foreigner2023 => "foreigner's permit of 2023",
    };
    let until = match card.valid_until {
        ValidUntil::Day(day) => Some(day),
        ValidUntil::Forever => None,
    };
    json!({
        "ok": true,
        "kind": Device::IdCard.key(),
        "card": kind,
        "name": mask_name(card.name.expose_secret()),
        "number": mask_number(card.number.expose_secret()),
        "validity": validity(Some(card.valid_from), until, today()),
    })
}

fn of_smart_card(card: &SmartCard) -> Value {
    match card {
        SmartCard::SocialSecurity(card) => of_social_card(card),
        SmartCard::Bank(card) => of_bank_card(card),
        SmartCard::Technician(card) => of_technician_card(card),
    }
}

fn of_social_card(card: &SocialSecurityCard) -> Value {
    let generation = match card.generation {
        Generation::First => 1,
        Generation::Second => 2,
        Generation::Third => 3,
    };
    let holder = card.holder.free();
    let days = card.validity.free().map(|Validity { from, until }| validity(*from, *until, today()));
    json!({
        "ok": true,
        "kind": Device::SmartCard.key(),
        "card": format!("social security card, generation {generation}"),
        "card_number": mask_number(card.card_number.expose_secret()),
        "name": holder.map(|holder| mask_name(holder.name.expose_secret())),
        "number": holder.map(|holder| mask_number(holder.number.expose_secret())),
        "validity": days.unwrap_or_else(|| "kept back".to_owned()),
        "kept_back": card.what_is_missing().into_iter().map(kept_back).collect::<Vec<_>>(),
    })
}

fn kept_back((part, key): (CardPart, CardKey)) -> String {
    let part = match part {
        CardPart::Validity => "validity",
        CardPart::Holder => "holder",
    };
    let key = match key {
        CardKey::SecurityModule => "a security module",
        CardKey::Pin => "the PIN",
    };
    format!("{part}, until {key} opens it")
}

fn of_bank_card(card: &BankCard) -> Value {
    let scheme = match card.scheme {
        CardScheme::UnionPay => "UnionPay",
        CardScheme::Visa => "Visa",
        CardScheme::Mastercard => "Mastercard",
        CardScheme::Other => "another scheme",
    };
    json!({
        "ok": true,
        "kind": Device::SmartCard.key(),
        "card": format!("bank card, {scheme}"),
        "number": card.masked_number.expose_secret(),
    })
}

/// Whole: it names nobody, and `kiosk technician list` shows the same.
fn of_technician_card(card: &TechnicianCard) -> Value {
    json!({
        "ok": true,
        "kind": Device::SmartCard.key(),
        "card": "technician's card",
        "serial": card.serial,
        "key": roster::own_key(card).map(String::from),
    })
}

/// Whether a card is valid on a day. Without its last day it is valid for ever.
fn validity(from: Option<CardDate>, until: Option<CardDate>, today: CardDate) -> String {
    match until {
        Some(until) if until < today => format!("expired on {}", day(until)),
        _ if from.is_some_and(|from| from > today) => "not valid yet".to_owned(),
        Some(until) => format!("valid until {}", day(until)),
        None => "valid without end".to_owned(),
    }
}

fn day(date: CardDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn today() -> CardDate {
    let day = kiosk_text::local_date(jiff::Timestamp::now());
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    CardDate { year: u16::try_from(day.year()).unwrap_or(0), month: part(day.month()), day: part(day.day()) }
}

#[cfg(test)]
mod tests {
    use kiosk_drivers_api::{PrivateBytes, Sex};

    use super::*;

    const TODAY: CardDate = CardDate { year: 2026, month: 6, day: 1 };

    fn on(year: u16) -> Option<CardDate> {
        Some(CardDate { year, ..TODAY })
    }

    #[test]
    fn validity_is_told_by_the_day() {
        assert_eq!(validity(on(2020), on(2026), TODAY), "valid until 2026-06-01");
        assert_eq!(validity(on(2020), on(2025), TODAY), "expired on 2025-06-01");
        assert_eq!(validity(on(2027), on(2030), TODAY), "not valid yet");
        assert_eq!(validity(on(2020), None, TODAY), "valid without end");
    }

    #[test]
    fn nothing_of_a_card_comes_out_whole() {
        let day = CardDate { year: 2020, month: 1, day: 1 };
        let card = IdCard {
            kind: CardKind::Resident,
            name: "测试员".into(),
            latin_name: "".into(),
            sex: Sex::Unknown,
            ethnicity: "01".into(),
            nationality: "".into(),
            birth: "19491231".into(),
            address: "测试路1号".into(),
            number: "11010519491231002X".into(),
            authority: "测试局".into(),
            valid_from: day,
            valid_until: ValidUntil::Forever,
            fingerprints: PrivateBytes::default(),
        };
        let told = of_id_card(&card).to_string();
        for whole in ["测试员", "11010519491231002X", "19491231", "测试路", "测试局"] {
            assert!(!told.contains(whole), "{told}");
        }
        assert!(told.contains("测**") && told.contains("valid without end"), "{told}");
    }
}
