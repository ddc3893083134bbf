//! What comes over the network or from files: packages, wire types, catalogues, configurations, seals, names.

use std::sync::LazyLock;

use kiosk_protocol::catalogue::{CatalogueBundle, Index, Signed};
use kiosk_protocol::codes::check_id_number;
use kiosk_protocol::configuration::{ConfigurationFile, target, terminal_of};
use kiosk_protocol::crypto::{Sealed, SigningKey, UnsealingKey};
use kiosk_protocol::ids::{Key, PageNumber, TerminalId};
use kiosk_protocol::item::{CaseFile, ItemBody};
use kiosk_protocol::receipt::ReceiptCode;
use kiosk_protocol::service::{ServicePackage, Values, Work};
use kiosk_protocol::trust::{self, Newest, Offered, Root, Snapshot, Targets};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, Changes, ConfigurationReport, EnrolAnswer, EnrolRequest, HeadAnswer, HeadReport,
    Problem, Reply, Ticket,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::look;

/// Any key will do; only the platform and the test's own seals use it.
const KEY: [u8; 32] = [0x11; 32];

static SIGNING: LazyLock<Option<SigningKey>> = LazyLock::new(|| SigningKey::from_bytes(&KEY).ok());
static UNSEALING: LazyLock<Option<UnsealingKey>> = LazyLock::new(|| UnsealingKey::from_bytes(&KEY).ok());

/// Whether these bytes go through the curves: in a campaign of millions, some of 64. A signature costs a thousand times
/// what a parser does, and is not what is explored.
fn is_for_curves(bytes: &[u8]) -> bool {
    !cfg!(feature = "libfuzzer")
        || bytes.iter().fold(0u8, |sum, byte| sum.rotate_left(3) ^ byte).is_multiple_of(64)
}

/// What is understood is written and understood again as the same.
fn again<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&value).ok()?;
    let read = serde_json::from_slice::<T>(&written).and_then(|value| serde_json::to_vec(&value));
    assert_eq!(read.ok(), Some(written), "it does not survive being written");
    Some(value)
}

/// A service package; a form that is published can be checked.
pub fn package(bytes: &[u8]) {
    let Ok(package) = ServicePackage::parse(&String::from_utf8_lossy(bytes)) else { return };
    let written = serde_json::to_string(&package).ok();
    let read = written.and_then(|json| ServicePackage::parse(&json).ok());
    assert!(read.as_ref() == Some(&package), "it does not survive being published");
    if let Work::Handling { form, .. } = &package.work {
        let empty = Values::default();
        look(form.check(&empty));
        let filled = form.fields().map(|field| (field.key.clone(), "12".into())).collect::<Values>();
        look(form.check(&filled));
    }
}

/// What a terminal keeps and sends.
pub fn item_body(bytes: &[u8]) {
    look(again::<ItemBody>(bytes));
}

/// What the platform is sent.
pub fn up(bytes: &[u8]) {
    look((again::<Batch>(bytes), again::<Ask>(bytes), again::<EnrolRequest>(bytes)));
    let report = again::<HeadReport>(bytes).filter(|_| is_for_curves(bytes));
    look(report.map(|report| report.head.verify(&report.key)));
    look(again::<ConfigurationReport>(bytes).map(|report| report.fits()));
}

/// What the terminal is sent.
pub fn down(bytes: &[u8]) {
    look((again::<BatchAnswer>(bytes), again::<Changes>(bytes), again::<Reply>(bytes)));
    look((again::<Problem>(bytes), again::<EnrolAnswer>(bytes), again::<HeadAnswer>(bytes)));
}

/// A catalogue as it comes, and an index by itself, so that what is behind its signature is reached.
pub fn catalogue(bytes: &[u8]) {
    let (bundle, index) = (again::<CatalogueBundle>(bytes), again::<Index>(bytes));
    let Some(key) = SIGNING.as_ref().filter(|_| is_for_curves(bytes)) else { return };
    look(bundle.map(|bundle| bundle.open(0)));
    if index.is_none() {
        return;
    }
    let Ok(index) = Signed::new(String::from_utf8_lossy(bytes).into_owned(), key) else { return };
    look(CatalogueBundle { index, packages: Vec::new() }.open(1));
}

/// What makes published files trusted: metadata of each role, and all that is offered, which nobody signed.
pub fn metadata(bytes: &[u8]) {
    look((again::<Root>(bytes), again::<Targets>(bytes)));
    look((again::<Snapshot>(bytes), again::<Newest>(bytes)));
    let Some(offered) = again::<Offered>(bytes) else { return };
    let Some(key) = SIGNING.as_ref().filter(|_| is_for_curves(bytes)) else { return };
    let taken = trust::first(&key.verifying_key(), &offered, Default::default());
    assert!(taken.is_err(), "a signature out of nothing");
}

/// What is set from afar: what is understood is taken by whom it is for, and survives being published.
pub fn configuration(bytes: &[u8]) {
    let Some(file) = again::<ConfigurationFile>(bytes) else { return };
    let terminal = file.terminal.as_ref();
    let read = |bytes: &[u8]| ConfigurationFile::parse(bytes, file.version, terminal);
    assert_eq!(read(bytes).as_ref(), Ok(&file));
    let written = file.to_json().ok().map(|json| read(json.as_bytes()));
    assert!(
        written.is_none_or(|written| written.as_ref() == Ok(&file)),
        "it does not survive being published"
    );
    assert_eq!(target(terminal).ok().and_then(|name| terminal_of(&name)).as_ref(), terminal);
    look(file.set.hours.map(|hours| hours.is_open(file.set_at)));
}

/// A seal: as it comes, and a case file of any bytes under a good one.
pub fn seal(bytes: &[u8]) {
    let sealed = again::<Sealed>(bytes);
    let Some(key) = UNSEALING.as_ref().filter(|_| is_for_curves(bytes)) else { return };
    look(sealed.map(|sealed| CaseFile::open(&sealed, key)));
    if let Ok(sealed) = key.sealing_key().seal(bytes) {
        let opened = key.open(&sealed).ok();
        assert_eq!(opened.as_deref().map(Vec::as_slice), Some(bytes), "what was sealed does not come out");
        look(CaseFile::open(&sealed, key));
    }
}

/// Names, tickets, citizen numbers, numbers of pages and codes of receipts.
pub fn ids(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(ticket) = Ticket::try_from(text.clone()) {
        let written = String::from(ticket);
        assert_eq!(Ticket::try_from(written.clone()).map(String::from), Ok(written));
    }
    if let Ok(id) = TerminalId::try_from(text.clone()) {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(number) = PageNumber::try_from(text.clone()) {
        assert_eq!(PageNumber::try_from(number.to_string()), Ok(number));
    }
    if let Ok(code) = ReceiptCode::try_from(text.as_str()) {
        assert_eq!(ReceiptCode::try_from(code.to_string().as_str()), Ok(code));
    }
    look((Key::try_from(text.clone()), check_id_number(&text)));
}
