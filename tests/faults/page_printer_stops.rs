//! The page printer stops, before or in mid-job.

use std::time::{Duration, Instant};

use kiosk_drivers_api::{DeviceStatus, PageFault};
use kiosk_sim::control::{Command, PagePrinterState};

use crate::page_printer::PageDesk;

/// From what happens at the printer to the fault the screen explains.
const SHOWN_MAX: Duration = Duration::from_secs(2);

const STOPS: [(PagePrinterState, PageFault); 13] = [
    (PagePrinterState::PaperOut, PageFault::PaperOut),
    (PagePrinterState::PaperWrong, PageFault::PaperNeeded),
    (PagePrinterState::Jam, PageFault::Jammed),
    (PagePrinterState::CoverOpen, PageFault::CoverOpen),
    (PagePrinterState::DoorOpen, PageFault::DoorOpen),
    (PagePrinterState::TrayMissing, PageFault::TrayMissing),
    (PagePrinterState::OutputFull, PageFault::OutputFull),
    (PagePrinterState::TonerEmpty, PageFault::TonerEmpty),
    (PagePrinterState::WasteFull, PageFault::WasteFull),
    (PagePrinterState::SpoolFull, PageFault::SpoolFull),
    (PagePrinterState::Stopped, PageFault::Stopped),
    (PagePrinterState::Defect, PageFault::Defect),
    (PagePrinterState::Offline, PageFault::Unreachable),
];

#[test]
fn a_standing_fault_is_told_before_a_job_is_made() {
    let mut desk = PageDesk::new();
    for (state, fault) in STOPS {
        desk.set(state);
        assert_eq!(desk.print(), Err(fault));
        assert_eq!(desk.status().fault, Some(fault));
        assert_eq!(desk.view().waiting, 0);
    }
    desk.set(PagePrinterState::Ok);
    assert_eq!(desk.status().device, DeviceStatus::Online);
    assert_eq!(desk.print(), Ok(()), "by itself, once all is right");
}

#[test]
fn a_fault_in_mid_job_is_told_in_time_and_its_job_never_comes_out() {
    let mut desk = PageDesk::new();
    for (state, fault) in STOPS {
        let mut happened = None;
        let result = desk.print_while(|simulator, _| {
            simulator.act(&Command::PagePrinter { state }).unwrap();
            happened = Some(Instant::now());
        });
        assert_eq!(result, Err(fault));
        let took = happened.expect("it happened").elapsed();
        assert!(took < SHOWN_MAX, "{state:?} after {took:?}");
        desk.set(PagePrinterState::Ok);
        assert_eq!(desk.status().device, DeviceStatus::Online, "{state:?}");
        assert_eq!(desk.view().waiting, 0, "{state:?}: what was owed is cancelled");
    }
    assert_eq!(desk.print(), Ok(()));
    assert_eq!(desk.view().printed.len(), 1, "only the last page");
}

#[test]
fn a_job_the_printer_refuses_or_gives_up_is_no_page() {
    let mut desk = PageDesk::new();
    for (state, fault) in [
        (PagePrinterState::Busy, PageFault::Busy),
        (PagePrinterState::Rejecting, PageFault::NotAccepting),
        (PagePrinterState::Aborts, PageFault::Aborted),
        (PagePrinterState::Cancels, PageFault::CancelledThere),
    ] {
        desk.set(state);
        assert_eq!(desk.print(), Err(fault));
    }
    assert!(desk.view().printed.is_empty());
}

#[test]
fn a_cancelled_page_ends_at_once_and_never_comes_out() {
    let mut desk = PageDesk::new();
    let mut raised = None;
    let result = desk.print_while(|_, cancel| {
        cancel.cancel();
        raised = Some(Instant::now());
    });
    assert_eq!(result, Err(PageFault::Cancelled));
    let took = raised.expect("it was cancelled").elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert_eq!(desk.status().device, DeviceStatus::Online);
    assert_eq!(desk.view().waiting, 0, "what was owed is cancelled");
}
