//! The driver against a scripted printer, in virtual time.
#![allow(clippy::unwrap_used)]

use kiosk_drivers_api::{PageBitmap, PaperSize};
use proptest::prelude::*;

use super::*;
use crate::line::LineError;
use crate::scripted::{
    CANCEL_JOB, CANCELLED, COMPLETED, CREATE_JOB, JOBS, PRINT_JOB, PRINTER, Peer, SEND_DOCUMENT, THINK, Turn,
};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A page about nobody.
fn page() -> PageJob {
    let pdf = b"%PDF-1.7 synthetic".to_vec();
    PageJob { pdf, pages: 1, bitmaps: Vec::new(), copies: 1, paper: PaperSize::A4 }
}

fn unused(peer: &Peer) -> Printer<Peer> {
    let config =
        Config { uri: "ipp://printer/ipp/print".to_owned(), user: "kiosk-1".to_owned(), certificate: None };
    Printer::on(peer.clone(), &config)
}

/// A printer that was asked once how it stands; the list of what was asked begins afterwards.
fn printer() -> (Printer<Peer>, Peer) {
    let peer = Peer::healthy();
    let mut printer = unused(&peer);
    assert_eq!(printer.status().device, DeviceStatus::Online);
    peer.state().asked.clear();
    (printer, peer)
}

fn print(printer: &mut Printer<Peer>) -> Result<(), PageFault> {
    printer.print(&page(), &Cancel::default())
}

#[test]
fn a_page_is_confirmed_when_its_job_is_complete_and_not_before() {
    let (mut printer, peer) = printer();
    let start = peer.now();
    assert_eq!(print(&mut printer), Ok(()));
    let took = peer.now() - start;
    assert!(took >= ms(3_000) && took < ms(3_000) + POLL + THINK * 6, "{took:?}");
    assert_eq!(peer.state().asked[..3], [PRINTER, CREATE_JOB, SEND_DOCUMENT]);
    assert_eq!(peer.state().documents, [page().pdf.clone()]);
    assert_eq!(peer.asked(CANCEL_JOB), 0);
}

#[test]
fn a_printer_without_steps_gets_all_at_once() {
    let (mut printer, peer) = printer();
    peer.state().operations = &[PRINT_JOB, CANCEL_JOB];
    assert_eq!(print(&mut printer), Ok(()));
    assert_eq!(peer.state().asked[..2], [PRINTER, PRINT_JOB]);
}

#[test]
fn a_completed_job_is_not_believed_while_the_printer_shows_a_fault() {
    for (reason, fault) in [
        (&["media-empty-error"], PageFault::PaperOut),
        (&["door-open-warning"], PageFault::DoorOpen),
        (&["offline-report"], PageFault::Unreachable),
    ] {
        let (mut printer, peer) = printer();
        peer.plan(ms(500), Turn::Job(COMPLETED));
        peer.plan(ms(500), Turn::Printer(3, reason));
        assert_eq!(print(&mut printer), Err(fault));
    }
}

#[test]
fn a_standing_fault_is_refused_before_a_job_is_made() {
    let (mut printer, peer) = printer();
    peer.plan(ms(0), Turn::Printer(5, &["toner-empty-report"]));
    assert_eq!(print(&mut printer), Err(PageFault::TonerEmpty));
    assert_eq!(peer.state().asked, [PRINTER]);
}

#[test]
fn a_printer_that_stops_without_a_word_is_stopped() {
    let (mut printer, peer) = printer();
    peer.plan(ms(700), Turn::Printer(5, &["none"]));
    assert_eq!(print(&mut printer), Err(PageFault::Stopped));
}

#[test]
fn a_fault_in_mid_job_is_told_within_two_seconds_and_the_job_cancelled() {
    let faults: [(&'static [&'static str], PageFault); 5] = [
        (&["media-empty-error"], PageFault::PaperOut),
        (&["media-jam-error"], PageFault::Jammed),
        (&["door-open-error"], PageFault::DoorOpen),
        (&["toner-empty-error"], PageFault::TonerEmpty),
        (&["output-area-full-error"], PageFault::OutputFull),
    ];
    for (reasons, fault) in faults {
        let (mut printer, peer) = printer();
        let happens = peer.now() + ms(900);
        peer.plan(ms(900), Turn::Printer(5, reasons));
        assert_eq!(print(&mut printer), Err(fault));
        assert!(peer.now() <= happens + ms(2_000));
        assert_eq!(peer.state().job, CANCELLED);
        peer.plan(ms(0), Turn::Printer(3, &["none"]));
        assert_eq!(print(&mut printer), Ok(()), "by itself, once it is put right");
    }
}

#[test]
fn a_shortage_of_some_tray_does_not_stop_a_page_that_comes_out() {
    let (mut printer, peer) = printer();
    peer.plan(ms(0), Turn::Printer(3, &["media-empty-warning", "toner-low-report"]));
    assert_eq!(print(&mut printer), Ok(()));
    let status = printer.status();
    assert_eq!((status.paper, status.toner, status.fault), (Supply::Out, Supply::Low, None));
}

#[test]
fn a_new_shortage_is_believed_when_the_page_does_not_come() {
    let (mut printer, peer) = printer();
    peer.state().page_time = Duration::from_secs(3_600);
    let happens = peer.now() + ms(700);
    peer.plan(ms(700), Turn::Printer(4, &["media-empty-warning"]));
    assert_eq!(print(&mut printer), Err(PageFault::PaperOut));
    assert!(peer.now() >= happens + PATIENCE);
}

#[test]
fn a_printer_that_falls_silent_leaves_the_page_unconfirmed() {
    for error in [LineError::Silent, LineError::Missing, LineError::Lost] {
        let (mut printer, peer) = printer();
        let happens = peer.now() + ms(700);
        peer.plan(ms(700), Turn::Mute(error));
        assert_eq!(print(&mut printer), Err(PageFault::Unconfirmed));
        assert!(peer.now() <= happens + SILENCE + ABANDON, "{:?}", peer.now() - happens);
        peer.plan(ms(0), Turn::Recover);
        peer.state().asked.clear();
        assert_eq!(print(&mut printer), Ok(()));
        assert_eq!(peer.state().asked[..3], [PRINTER, CANCEL_JOB, CREATE_JOB], "what was owed goes first");
    }
}

#[test]
fn a_lost_answer_or_two_do_not_end_a_job() {
    let (mut printer, peer) = printer();
    peer.plan(ms(700), Turn::Mute(LineError::Missing));
    peer.plan(ms(1_500), Turn::Recover);
    assert_eq!(print(&mut printer), Ok(()));
}

#[test]
fn a_cancelled_call_returns_within_half_a_second() {
    for delay in [0, 30, 700, 2_500] {
        let (mut printer, peer) = printer();
        let cancel = Cancel::default();
        let happens = peer.now() + ms(delay);
        peer.plan(ms(delay), Turn::Cancel(cancel.clone()));
        assert_eq!(printer.print(&page(), &cancel), Err(PageFault::Cancelled));
        assert!(peer.now() <= happens + ms(500), "{:?} after {delay} ms", peer.now() - happens);
        let has_begun = peer.asked(CREATE_JOB) > 0;
        assert!(!has_begun || peer.state().job == CANCELLED);
    }
}

#[test]
fn a_cancelled_call_to_a_silent_printer_returns_too() {
    let (mut printer, peer) = printer();
    let cancel = Cancel::default();
    peer.plan(ms(700), Turn::Mute(LineError::Silent));
    peer.plan(ms(1_200), Turn::Cancel(cancel.clone()));
    let happens = peer.now() + ms(1_200);
    assert_eq!(printer.print(&page(), &cancel), Err(PageFault::Cancelled));
    assert!(peer.now() <= happens + ms(500));
}

#[test]
fn refusals_are_told_by_their_reason() {
    for (status, fault) in [
        ([4, 3], PageFault::NotAllowed),
        ([4, 0x0A], PageFault::FormatRefused),
        ([4, 0x0B], PageFault::OptionRefused),
        ([5, 6], PageFault::NotAccepting),
        ([5, 7], PageFault::Busy),
    ] {
        let (mut printer, peer) = printer();
        peer.state().refuses = status;
        assert_eq!(print(&mut printer), Err(fault));
    }
}

#[test]
fn a_job_that_is_cancelled_there_or_given_up_is_no_page() {
    for (state, fault) in [(7, PageFault::CancelledThere), (8, PageFault::Aborted)] {
        let (mut printer, peer) = printer();
        peer.plan(ms(700), Turn::Job(state));
        assert_eq!(print(&mut printer), Err(fault));
    }
}

#[test]
fn a_printer_that_wants_dots_gets_them_or_a_typed_fault() {
    let (mut printer, peer) = printer();
    peer.state().formats = &["image/pwg-raster"];
    assert_eq!(print(&mut printer), Err(PageFault::FormatRefused));
    assert_eq!(peer.asked(CREATE_JOB), 0);
    let mut job = page();
    job.bitmaps = vec![PageBitmap { width: 2, height: 1, dpi: 300, grey: vec![0, 255] }];
    assert_eq!(printer.print(&job, &Cancel::default()), Ok(()));
    let state = peer.state();
    assert!(state.documents[0].windows(4).any(|window| window == b"RaS2"));
}

#[test]
fn own_jobs_of_an_earlier_run_are_cancelled_once() {
    let peer = Peer::healthy();
    let mut printer = unused(&peer);
    printer.status();
    printer.status();
    assert_eq!(peer.state().asked, [JOBS, CANCEL_JOB, PRINTER, PRINTER]);
}

#[test]
fn an_unusable_address_is_a_fault_and_no_panic() {
    let config = Config { uri: "x".repeat(2_000), user: "kiosk-1".to_owned(), certificate: None };
    let mut printer = Printer::on(Peer::healthy(), &config);
    assert_eq!(printer.status().fault, Some(PageFault::NoSuchPrinter));
    assert_eq!(printer.status().device, DeviceStatus::NoDevice);
}

proptest! {
    #[test]
    fn a_babbling_printer_never_confirms(bytes in prop::collection::vec(any::<u8>(), 0..64), wait in 0..3_000_u64) {
        let (mut printer, peer) = printer();
        peer.plan(ms(wait), Turn::Babble(bytes));
        prop_assert!(print(&mut printer).is_err());
        peer.plan(ms(0), Turn::Recover);
        prop_assert_eq!(print(&mut printer), Ok(()));
    }
}
