//! A page goes to the page printer and lies in its bin when the terminal says so.

use kiosk_drivers_api::{Cancel, DeviceStatus, PageFault, PagePrinter, PaperSize, Supply};
use kiosk_sim::control::PagePrinterState;

use crate::page_printer::{PageDesk, page};

#[test]
fn it_is_out_when_it_is_called_printed() {
    let mut desk = PageDesk::new();
    let mut job = page(1);
    (job.copies, job.paper) = (2, PaperSize::A5);
    assert_eq!(desk.driver.print(&job, &Cancel::default()), Ok(()));
    let printed = desk.view().printed;
    let [only] = printed.as_slice() else { panic!("{printed:?}") };
    assert_eq!(std::fs::read(&only.file).unwrap(), job.pdf);
    assert_eq!((only.copies, only.media.as_str(), only.user.as_str()), (2, "iso_a5_148x210mm", "kiosk-1"));
}

#[test]
fn what_runs_low_is_told_and_it_prints_on() {
    let mut desk = PageDesk::new();
    assert_eq!(desk.status().device, DeviceStatus::Online);
    desk.set(PagePrinterState::PaperLow);
    assert_eq!(desk.status().paper, Supply::Low);
    desk.set(PagePrinterState::TonerLow);
    assert_eq!((desk.status().toner, desk.status().fault), (Supply::Low, None));
    assert_eq!(desk.print(), Ok(()));
}

#[test]
fn a_slow_printer_is_waited_for() {
    let mut desk = PageDesk::new();
    desk.set(PagePrinterState::Slow);
    assert_eq!(desk.status().device, DeviceStatus::Online);
    assert_eq!(desk.print_while(|_, _| {}), Ok(()));
}

#[test]
fn more_copies_than_it_makes_are_refused_before_a_job_is_made() {
    let mut desk = PageDesk::new();
    let mut job = page(1);
    job.copies = 100;
    assert_eq!(desk.driver.print(&job, &Cancel::default()), Err(PageFault::OptionRefused));
    assert_eq!(desk.view().waiting, 0);
}
