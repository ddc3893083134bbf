//! A printer on USB: its plug is pulled during a page, it takes no more for want of paper, its cover is open.

use std::time::{Duration, Instant};

use kiosk_drivers_api::{DeviceStatus, PrintFault, ReceiptPrinter};
use kiosk_receipt_printer::UsbReceiptPrinter;
use kiosk_sim::control::{Command, Device, PaperPiece};
use kiosk_sim::printer::PrinterState;
use kiosk_sim::usb::ReaderPipes;
use kiosk_tests::deadlines::{FOUND, poll};

use crate::usb::{Remote, inside, page, print, printer};

const PULL: Command = Command::Unplug { device: Device::ReceiptPrinter };
const PUT_BACK: Command = Command::Plug { device: Device::ReceiptPrinter };
const FIRST: &str = "第一位";
const SECOND: &str = "第二位";

/// Prints a page of the first; as soon as paper has moved, `happens` happens.
fn print_while(
    (printer, simulator): (&mut UsbReceiptPrinter, &Remote),
    lines: usize,
    happens: impl FnOnce(&Remote) + Send,
) -> Result<(), PrintFault> {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let moving = poll(FOUND, || (simulator.state().printer.uncut_mm > 5).then_some(()));
            moving.expect("the page never began");
            happens(simulator);
        });
        print(printer, &page(FIRST, lines))
    })
}

/// The next page comes out whole and alone; the one of the first never did.
fn prints_the_next_page_alone(printer: &mut UsbReceiptPrinter, simulator: &Remote) {
    assert!(poll(FOUND, || print(printer, &page(SECOND, 3)).ok()).is_some(), "it never recovered");
    let of_the_second = || simulator.state().papers.into_iter().find(|piece| names(piece, SECOND));
    let second = poll(FOUND, of_the_second).expect("paper");
    assert!(second.complete && !names(&second, FIRST), "a piece of the page before: {second:?}");
    let whole = simulator.state().papers.into_iter().find(|piece| piece.complete && names(piece, FIRST));
    assert!(whole.is_none(), "the failed page came out later: {whole:?}");
}

fn names(piece: &PaperPiece, who: &str) -> bool {
    piece.lines.iter().any(|line| line.contains(who))
}

#[test]
fn a_plug_pulled_during_a_page_is_never_called_printed() {
    let here = a_plug_pulled_during_a_page_is_never_called_printed;
    let Some(simulator) = inside(here, ReaderPipes::Four) else { return };
    let mut printer = printer();
    let result = print_while((&mut printer, &simulator), 60, |simulator| simulator.act(&PULL));
    assert_eq!(result, Err(PrintFault::NotConnected));
    assert_eq!(printer.status().device, DeviceStatus::NoDevice);
    simulator.act(&PUT_BACK);
    prints_the_next_page_alone(&mut printer, &simulator);
}

#[test]
fn a_printer_that_takes_no_more_for_want_of_paper_says_so_and_forgets_the_page() {
    let here = a_printer_that_takes_no_more_for_want_of_paper_says_so_and_forgets_the_page;
    let Some(simulator) = inside(here, ReaderPipes::Four) else { return };
    let mut printer = printer();
    let mut happened = None;
    // Far more than the printer keeps, so that transfers are taken in part.
    let result = print_while((&mut printer, &simulator), 600, |simulator| {
        simulator.act(&Command::Printer { state: PrinterState::PaperOut });
        happened = Some(Instant::now());
    });
    assert_eq!(result, Err(PrintFault::PaperOut));
    let told = happened.map(|moment| moment.elapsed());
    assert!(told.is_some_and(|told| told < Duration::from_secs(2)), "{told:?}");
    simulator.act(&Command::Printer { state: PrinterState::Ok });
    prints_the_next_page_alone(&mut printer, &simulator);
}

#[test]
fn a_cover_open_is_told_and_nothing_printed() {
    let Some(simulator) = inside(a_cover_open_is_told_and_nothing_printed, ReaderPipes::Four) else { return };
    let mut printer = printer();
    simulator.act(&Command::Printer { state: PrinterState::CoverOpen });
    assert_eq!(print(&mut printer, &page(FIRST, 3)), Err(PrintFault::CoverOpen));
    simulator.act(&Command::Printer { state: PrinterState::Ok });
    prints_the_next_page_alone(&mut printer, &simulator);
}
