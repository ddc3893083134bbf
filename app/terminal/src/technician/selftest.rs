//! The self-test of one device: reach it, ask how it stands and who it is, and say what is wrong.

use kiosk_drivers_api::{About, Cancel, Trigger};
use serde_json::{Value, json};

use super::{Begun, Bench, Device, Lender, NOT_CONFIGURED, Shift, Standing, cures, failed};

/// Tests a device.
pub fn test(device: Device, bench: &Bench, shift: Shift) -> Value {
    let begun = shift.begun;
    let tested = match device {
        Device::IdCard => hand_over(Some(&bench.id_card), begun, |driver| {
            let standing = Standing::of_device(Device::IdCard, driver.status());
            // Only an attempt tells why; a reader that works is not made to look for a card.
            let fault = if standing.is_well() { None } else { driver.read(&Cancel::default()).err() };
            (
                standing.with_fault(fault.map(|fault| (fault.to_string(), cures::of_reader(&fault)))),
                driver.about(),
            )
        }),
        Device::ReceiptPrinter => hand_over(Some(&bench.receipt_printer), begun, |driver| {
            (Standing::of_printer(driver.status()), driver.about())
        }),
        Device::PagePrinter => hand_over(bench.page_printer.as_ref(), begun, |driver| {
            (Standing::of_pages(driver.status()), driver.about())
        }),
        Device::SmartCard => hand_over(bench.smart_card.as_ref(), begun, |driver| {
            let standing = Standing::of_device(Device::SmartCard, driver.status());
            let fault = if standing.is_well() { None } else { driver.read(&Cancel::default()).err() };
            (
                standing.with_fault(fault.map(|fault| (fault.to_string(), cures::of_slot(&fault)))),
                driver.about(),
            )
        }),
        Device::Scanner => hand_over(bench.scanner.as_ref(), begun, |driver| {
            let standing = Standing::of_device(Device::Scanner, driver.status());
            let fault = if standing.is_well() { None } else { driver.set_trigger(Trigger::Released).err() };
            (
                standing.with_fault(fault.map(|fault| (fault.to_string(), cures::of_scanner(fault)))),
                driver.about(),
            )
        }),
    };
    match tested {
        Some(Some((standing, about))) => told(&standing, about),
        Some(None) => told(&Standing::broken(device), About::new()),
        None => failed(device, NOT_CONFIGURED, cures::NOT_CONFIGURED),
    }
}

type Tested = (Standing, About);

/// Nothing where the device is none of the terminal's; nothing inside where its driver broke down.
fn hand_over<D: ?Sized + 'static>(
    lender: Option<&Lender<D>>,
    begun: Begun,
    call: impl FnOnce(&mut D) -> Tested + Send + 'static,
) -> Option<Option<Tested>> {
    lender.map(|lender| lender.hand_over(begun, call))
}

fn told(standing: &Standing, about: About) -> Value {
    let mut told = serde_json::to_value(standing).unwrap_or_default();
    if let Some(told) = told.as_object_mut() {
        let about = about.into_iter().map(|(what, said)| (what.to_owned(), Value::from(said)));
        told.insert("ok".to_owned(), json!(standing.is_well()));
        told.insert("about".to_owned(), Value::Object(about.collect()));
    }
    told
}
