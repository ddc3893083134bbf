//! Every device of the terminal, at hand for one call.

use kiosk_drivers_api::{CodeScanner, IdCardReader, PagePrinter, ReceiptPrinter, SmartCardReader};

use super::{Device, Lender, Standing};
use crate::run::devices;
use crate::setup::Setup;

/// The devices, and who they belong to.
pub struct Bench {
    /// The identity-card reader.
    pub id_card: Lender<dyn IdCardReader>,
    /// The receipt printer.
    pub receipt_printer: Lender<dyn ReceiptPrinter>,
    /// The page printer, where there is one.
    pub page_printer: Option<Lender<dyn PagePrinter>>,
    /// The slot for chip cards, where there is one.
    pub smart_card: Option<Lender<dyn SmartCardReader>>,
    /// The scanner, where there is one.
    pub scanner: Option<Lender<dyn CodeScanner>>,
    /// The terminal's name, once it is enrolled.
    pub terminal: Option<String>,
}

impl Bench {
    /// New drivers for each call, since nobody else has any.
    pub fn fresh(setup: &Setup) -> Self {
        let configured = &setup.config.devices;
        let terminal = setup.identity().ok().map(|identity| identity.terminal.to_string());
        Self {
            id_card: Lender::fresh(devices::reader(configured.id_card.as_ref())),
            receipt_printer: Lender::fresh(devices::printer(configured.receipt_printer.as_ref())),
            page_printer: devices::pages(configured.page_printer.as_ref(), terminal.as_deref())
                .map(Lender::fresh),
            smart_card: devices::slot(configured.smart_card.as_ref()).map(Lender::fresh),
            scanner: devices::scanner(configured.scanner.as_ref()).map(Lender::fresh),
            terminal,
        }
    }

    /// Asks each device how it stands.
    pub fn standings(&self) -> Vec<Standing> {
        Device::ALL.into_iter().map(|device| self.standing(device)).collect()
    }

    fn standing(&self, device: Device) -> Standing {
        let asked = match device {
            Device::IdCard => self.id_card.lend(move |driver| Standing::of_device(device, driver.status())),
            Device::ReceiptPrinter => {
                self.receipt_printer.lend(|driver| Standing::of_printer(driver.status()))
            }
            Device::PagePrinter => {
                ask(self.page_printer.as_ref(), device, |driver| Standing::of_pages(driver.status()))
            }
            Device::SmartCard => ask(self.smart_card.as_ref(), device, move |driver| {
                Standing::of_device(device, driver.status())
            }),
            Device::Scanner => {
                ask(self.scanner.as_ref(), device, move |driver| Standing::of_device(device, driver.status()))
            }
        };
        asked.unwrap_or_else(|| Standing::broken(device))
    }
}

fn ask<D: ?Sized + 'static>(
    lender: Option<&Lender<D>>,
    device: Device,
    call: impl FnOnce(&mut D) -> Standing + Send + 'static,
) -> Option<Standing> {
    match lender {
        Some(lender) => lender.lend(call),
        None => Some(Standing::word(device, super::NOT_CONFIGURED)),
    }
}
