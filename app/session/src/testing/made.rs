//! What tests put in: packages, cards, replies, states of devices. All of it is made up.

use kiosk_drivers_api::{
    BankCard, CHALLENGE_BYTES, CardDate, CardHolder, CardKey, CardKind, CardScheme, DeviceStatus, Generation,
    IdCard, Kept as OnCard, Outlet, POINT_BYTES, PageFault, PagePrinterStatus, Paper, PrintFault,
    PrinterStatus, PrivateBytes, SIGNATURE_BYTES, Scan, Sex, SmartCard, SocialSecurityCard, Supply,
    TechnicianCard, ValidUntil, Validity,
};
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::ids::{ItemId, ReceiptNumber, TerminalId};
use kiosk_protocol::receipt::ReceiptCode;
use kiosk_protocol::service::ServicePackage;
use kiosk_protocol::wire::Reply;
use uuid::Uuid;

use super::{NAME, NUMBER};
use crate::Kept;

pub(crate) fn catalogue() -> Catalogue {
    let packages = [
        include_str!("../../fixtures/apply.json"),
        include_str!("../../fixtures/ask.json"),
        include_str!("../../fixtures/far.json"),
        include_str!("../../fixtures/needs.json"),
    ];
    let packages = packages.map(|json| ServicePackage::parse(json).unwrap()).into_iter();
    let packages = packages.chain([only_online()]).collect();
    Catalogue { version: 1, published_at: jiff::Timestamp::UNIX_EPOCH, packages }
}

fn only_online() -> ServicePackage {
    let apply = ServicePackage::parse(include_str!("../../fixtures/apply.json")).unwrap();
    let ask = ServicePackage::parse(include_str!("../../fixtures/ask.json")).unwrap();
    ServicePackage { id: "test.online".try_into().unwrap(), offline: ask.offline, ..apply }
}

pub(crate) fn card(valid_until: ValidUntil) -> IdCard {
    IdCard {
        kind: CardKind::Resident,
        name: NAME.into(),
        latin_name: "".into(),
        sex: Sex::Female,
        ethnicity: "01".into(),
        nationality: "".into(),
        birth: "19491231".into(),
        address: "某市某街1号".into(),
        number: NUMBER.into(),
        authority: "某局".into(),
        valid_from: CardDate { year: 2010, month: 1, day: 1 },
        valid_until,
        fingerprints: PrivateBytes::default(),
    }
}

pub(crate) fn values() -> Reply {
    let json = r#"{"reply":"values","values":{"held":"150000","payee":"6217000012345678","place":"某处"},
        "tables":{"moves":[{"day":"2026-10-05","sum":"5000"}]},"as_of":"2026-11-23T01:05:00Z"}"#;
    serde_json::from_str(json).unwrap()
}

pub(crate) fn kept() -> Kept {
    let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
    let receipt = ReceiptNumber::of(&ItemId { terminal, epoch: 1, seq: 42 });
    Kept { receipt, accepted_at: "2026-11-23T01:06:00Z".parse().unwrap() }
}

pub(crate) fn printer(fault: Option<PrintFault>) -> PrinterStatus {
    let device = match fault {
        None => DeviceStatus::Online,
        Some(PrintFault::NotConnected) => DeviceStatus::NoDevice,
        Some(_) => DeviceStatus::UserActionNeeded,
    };
    PrinterStatus { device, paper: Paper::Ok, outlet: Outlet::Unknown, fault }
}

/// A social security card that gives its holder.
pub(crate) fn social_security_card(until: CardDate) -> SmartCard {
    let holder = CardHolder {
        number: NUMBER.into(),
        name: NAME.into(),
        sex: Sex::Female,
        ethnicity: "01".into(),
        birthplace: "110105".into(),
        birth: "19491231".into(),
    };
    chip(Generation::Second, OnCard::Free(Validity { from: None, until: Some(until) }), OnCard::Free(holder))
}

/// One of the third generation, which keeps its holder back.
pub(crate) fn locked_card() -> SmartCard {
    let key = CardKey::SecurityModule;
    chip(Generation::Third, OnCard::Locked(key), OnCard::Locked(key))
}

/// One that keeps its holder back until the PIN is right.
pub(crate) fn pin_card() -> SmartCard {
    let validity = OnCard::Free(Validity { from: None, until: Some(VALID) });
    chip(Generation::Second, validity, OnCard::Locked(CardKey::Pin))
}

fn chip(generation: Generation, validity: OnCard<Validity>, holder: OnCard<CardHolder>) -> SmartCard {
    let (region, card_number) = ("230202".into(), "A12345678".into());
    SmartCard::SocialSecurity(Box::new(SocialSecurityCard {
        generation,
        region,
        card_number,
        validity,
        holder,
    }))
}

pub(crate) fn bank_card() -> SmartCard {
    SmartCard::Bank(BankCard { masked_number: "621700******5678".into(), scheme: CardScheme::UnionPay })
}

/// A technician's card; its proof is not looked at here.
pub(crate) fn technician_card() -> SmartCard {
    let (key, challenge, signature) = ([4; POINT_BYTES], [7; CHALLENGE_BYTES], [9; SIGNATURE_BYTES]);
    SmartCard::Technician(Box::new(TechnicianCard { serial: "TS000001".into(), key, challenge, signature }))
}

/// A day far ahead.
pub(crate) const VALID: CardDate = CardDate { year: 2036, month: 1, day: 1 };

pub(crate) fn scan(text: &str) -> Scan {
    Scan { symbology: None, text: text.into(), raw: text.as_bytes().to_vec().into() }
}

/// What stands on the receipt of `kept`.
pub(crate) fn receipt_code() -> String {
    ReceiptCode::of(kept().receipt, Uuid::from_u128(7)).to_string()
}

/// Its case, as the platform tells it.
pub(crate) fn one_case() -> Reply {
    let json = r#"{"reply":"cases","cases":[{"receipt":"230202-0001-01000042","case_number":"N1",
        "title":{"zh-CN":"申请","en":"Application","ru":"З"},"state":"granted",
        "submitted_at":"2026-11-23T01:05:00Z"}]}"#;
    serde_json::from_str(json).unwrap()
}

/// The sealed page of an answer.
pub(crate) fn page() -> Reply {
    let json = r#"{"reply":"page","pdf":"JVBERi0xLjcKAP8=","pages":2,"number":"7K3M-9QPX-2RTV-W8YZ"}"#;
    serde_json::from_str(json).unwrap()
}

pub(crate) fn page_printer(fault: Option<PageFault>) -> PagePrinterStatus {
    let device = match fault {
        None => DeviceStatus::Online,
        Some(PageFault::NotConnected) => DeviceStatus::NoDevice,
        Some(_) => DeviceStatus::UserActionNeeded,
    };
    PagePrinterStatus { device, paper: Supply::Ok, toner: Supply::Ok, fault }
}

/// Words of a configuration, in three languages.
pub(crate) fn words(zh_cn: &str) -> serde_json::Value {
    serde_json::json!({"zh-CN": zh_cn, "en": format!("English {zh_cn}"), "ru": format!("Русский {zh_cn}")})
}
