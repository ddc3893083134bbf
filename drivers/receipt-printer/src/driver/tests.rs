//! The driver against a scripted printer, in virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use kiosk_drivers_api::paper::{Align, Line, Size};
use kiosk_serial::LinkError;

use super::*;
use crate::protocol::command::{ASK_FULL_STATUS, CUT};
use crate::scripted::{Blocks, COVER_OPEN, CUTTER, HEALTHY, PAPER_OUT, Peer, Turn};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A receipt about nobody.
fn receipt(lines: usize) -> Document {
    let text =
        |n| Line::Text {
            text: format!("合成数据 {n}"), align: Align::Left, size: Size::Normal, bold: false
        };
    let mut lines: Vec<Line> = (0..lines).map(text).collect();
    lines.push(Line::Qr("SYNTHETIC-".repeat(12)));
    Document { lines }
}

/// A printer that was cleaned, as it is after the first status; the log of writes begins afterwards.
fn printer() -> (Printer<Peer>, Peer) {
    let peer = Peer::healthy();
    let mut printer = Printer::on(peer.clone(), Model::GENERIC_80);
    assert_eq!(printer.status().device, DeviceStatus::Online);
    peer.state().writes.clear();
    (printer, peer)
}

fn print(printer: &mut Printer<Peer>, lines: usize) -> Result<(), PrintFault> {
    printer.print(&receipt(lines), &Cancel::default())
}

/// Everything sent, without the real-time questions.
fn in_order(peer: &Peer) -> Vec<u8> {
    let state = peer.state();
    state.writes.iter().filter(|write| !matches!(write[..], [0x10, ..])).flatten().copied().collect()
}

#[test]
fn a_page_is_confirmed_when_the_paper_is_out_and_not_before() {
    let (mut printer, peer) = printer();
    let start = peer.now();
    assert_eq!(print(&mut printer, 5), Ok(()));
    assert!(peer.now() - start >= ms(1_500));
    assert!(peer.now() - start < ms(1_700), "no waiting of its own");
    let job: Vec<u8> = Job::build(&receipt(5), &Model::GENERIC_80, &mut NoGlyphs)
        .commands
        .iter()
        .flat_map(|c| c.to_vec())
        .collect();
    assert_eq!(in_order(&peer), [&job[..], &ASK_IN_ORDER, &ASK_IN_ORDER].concat());
}

#[test]
fn good_real_time_answers_alone_confirm_nothing() {
    let (mut printer, peer) = printer();
    peer.state().paper_never_comes = true;
    let never = Cancel::default();
    // What a driver that trusts DLE EOT would go by, before and after: all is well.
    assert_eq!(printer.wire.condition(&printer.limit(READY, &never)).unwrap().fault(), None);
    assert_eq!(print(&mut printer, 5), Err(PrintFault::Unconfirmed));
    assert_eq!(printer.wire.condition(&printer.limit(READY, &never)).unwrap().fault(), None);
}

#[test]
fn a_standing_fault_is_refused_before_anything_is_sent() {
    for (status, fault) in [(PAPER_OUT, PrintFault::PaperOut), (COVER_OPEN, PrintFault::CoverOpen)] {
        let (mut printer, peer) = printer();
        peer.state().status = status;
        assert_eq!(print(&mut printer, 5), Err(fault));
        assert!(in_order(&peer).is_empty());
    }
}

#[test]
fn a_fault_in_mid_page_is_told_within_two_seconds() {
    for (status, fault) in [
        (PAPER_OUT, PrintFault::PaperOut),
        (COVER_OPEN, PrintFault::CoverOpen),
        (CUTTER, PrintFault::CutterBlocked),
    ] {
        for delay in [1, 60, 700] {
            let (mut printer, peer) = printer();
            let happens = peer.now() + ms(delay);
            peer.plan(ms(delay), Turn::Status(status));
            assert_eq!(print(&mut printer, 100), Err(fault));
            assert!(peer.now() <= happens + ms(2_000), "{:?} after {delay} ms", peer.now() - happens);
            assert_eq!(peer.state().writes.last().unwrap(), &FORGET);
        }
    }
}

#[test]
fn an_automatic_status_is_looked_into_at_once() {
    let (mut printer, peer) = printer();
    let happens = peer.now() + ms(700);
    peer.plan(ms(700), Turn::Status(PAPER_OUT));
    peer.plan(ms(700), Turn::Say(vec![0x18, 0x00, 0x0C, 0x0F]));
    assert_eq!(print(&mut printer, 5), Err(PrintFault::PaperOut));
    assert!(peer.now() <= happens + ms(60));
}

#[test]
fn an_automatic_fault_that_stands_at_the_end_denies_the_page() {
    let (mut printer, peer) = printer();
    peer.plan(ms(700), Turn::Say(vec![0x38, 0x00, 0x00, 0x0F]));
    assert_eq!(print(&mut printer, 5), Err(PrintFault::CoverOpen));
}

#[test]
fn a_printer_that_falls_silent_leaves_the_page_unconfirmed() {
    let (mut printer, peer) = printer();
    let happens = peer.now() + ms(700);
    peer.plan(ms(700), Turn::FallSilent);
    assert_eq!(print(&mut printer, 5), Err(PrintFault::Unconfirmed));
    assert!(peer.now() <= happens + ms(2_000));
    assert_eq!(printer.status().device, DeviceStatus::Offline);
    assert!(!peer.state().is_open);
}

#[test]
fn a_stale_answer_of_an_aborted_page_does_not_confirm_the_next() {
    let (mut printer, peer) = printer();
    peer.state().forgets_when_told = false;
    let cancel = Cancel::default();
    peer.plan(ms(700), Turn::Cancel(cancel.clone()));
    assert_eq!(printer.print(&receipt(5), &cancel), Err(PrintFault::Cancelled));
    // The aborted page still runs, and its answer comes late; the next page never comes out.
    assert!(printer.status().fault.is_none());
    while printer.status().device == DeviceStatus::Busy {}
    peer.state().paper_never_comes = true;
    assert_eq!(print(&mut printer, 5), Err(PrintFault::Unconfirmed));
}

#[test]
fn a_torn_automatic_status_does_not_confirm_a_page() {
    for torn in [vec![0x00], vec![0x00, 0x0F], vec![0x00, 0x00, 0x0F]] {
        let (mut printer, peer) = printer();
        peer.plan(ms(900), Turn::Say(torn));
        let start = peer.now();
        assert_eq!(print(&mut printer, 5), Ok(()));
        assert!(peer.now() - start >= ms(1_500));
    }
}

#[test]
fn a_page_that_ran_out_of_paper_is_forgotten_at_once() {
    let (mut printer, peer) = printer();
    peer.plan(ms(700), Turn::Status(PAPER_OUT));
    assert_eq!(print(&mut printer, 5), Err(PrintFault::PaperOut));
    assert_eq!(peer.state().owed(), 0, "new paper must not bring the rest of it");
}

#[test]
fn what_an_aborted_page_left_is_forgotten_and_cut_off_before_the_next() {
    let (mut printer, peer) = printer();
    peer.plan(ms(5), Turn::Status(PAPER_OUT));
    assert_eq!(print(&mut printer, 100), Err(PrintFault::PaperOut));
    peer.state().status = HEALTHY;
    peer.state().print_time = ms(300);
    peer.state().writes.clear();
    assert_eq!(print(&mut printer, 5), Ok(()));
    let sent = in_order(&peer);
    assert!(sent.starts_with(&[&INITIALISE[..], &CUT, &ASK_IN_ORDER, &INITIALISE].concat()));
    let state = peer.state();
    let first_order = state.writes.iter().find(|write| !matches!(write[..], [0x10, 0x04, _])).unwrap();
    assert_eq!(first_order, &RECOVER);
}

#[test]
fn real_time_questions_stand_between_whole_commands_only() {
    let (mut printer, peer) = printer();
    assert_eq!(print(&mut printer, 400), Ok(()));
    let job = Job::build(&receipt(400), &Model::GENERIC_80, &mut NoGlyphs);
    let mut boundaries: Vec<usize> = vec![0];
    boundaries.extend(job.commands.iter().scan(0, |end, command| {
        *end += command.len();
        Some(*end)
    }));
    let (mut sent, mut questions) = (0, 0);
    for write in &peer.state().writes {
        if let [0x10, 0x04, _] = write[..] {
            assert!(sent >= job.bytes() || boundaries.contains(&sent), "at byte {sent}");
            questions += usize::from(sent > 0 && sent < job.bytes());
        } else if write != &ASK_IN_ORDER {
            sent += write.len();
        }
    }
    assert!(questions >= 4, "the page was long enough to be watched on the way");
}

#[test]
fn writing_never_runs_far_ahead_of_the_line() {
    let (mut printer, peer) = printer();
    let start = peer.now();
    peer.state().print_time = ms(0);
    assert_eq!(print(&mut printer, 400), Ok(()));
    let line = Duration::from_micros(87) * u32::try_from(in_order(&peer).len()).unwrap();
    assert!(peer.now() - start + LEAD_AND_PIECE >= line);
}

const LEAD_AND_PIECE: Duration = Duration::from_millis(25);

#[test]
fn a_pause_is_heeded_and_the_printer_still_watched() {
    let (mut printer, peer) = printer();
    peer.plan(ms(20), Turn::Say(vec![0x13]));
    peer.plan(ms(900), Turn::Say(vec![0x11]));
    let start = peer.now();
    assert_eq!(print(&mut printer, 100), Ok(()));
    assert!(peer.now() - start >= ms(2_400));

    peer.plan(ms(20), Turn::Say(vec![0x13]));
    peer.plan(ms(900), Turn::Status(PAPER_OUT));
    assert_eq!(print(&mut printer, 100), Err(PrintFault::PaperOut));
}

#[test]
fn a_line_that_takes_nothing_ends_at_the_deadline_and_its_torn_command_is_finished_with_zeros() {
    let (mut printer, peer) = printer();
    let job = Job::build(&receipt(5), &Model::GENERIC_80, &mut NoGlyphs);
    let store = job.commands.iter().position(|command| command.len() > 100).unwrap();
    let before: usize = job.commands[..store].iter().map(|command| command.len()).sum();
    let questions = 12;
    peer.state().room = questions + before + 40;
    assert_eq!(print(&mut printer, 5), Err(PrintFault::Unconfirmed));
    peer.state().room = usize::MAX;
    peer.state().print_time = ms(300);
    peer.state().writes.clear();
    assert_eq!(print(&mut printer, 5), Ok(()));
    let zeros: usize =
        peer.state().writes.iter().take_while(|write| write.iter().all(|b| *b == 0)).map(Vec::len).sum();
    assert_eq!(zeros, job.commands[store].len() - 40);
}

#[test]
fn cancel_ends_the_page_within_half_a_second() {
    for delay in [1, 700] {
        let (mut printer, peer) = printer();
        let cancel = Cancel::default();
        let raised = peer.now() + ms(delay);
        peer.plan(ms(delay), Turn::Cancel(cancel.clone()));
        assert_eq!(printer.print(&receipt(100), &cancel), Err(PrintFault::Cancelled));
        assert!(peer.now() <= raised + ms(500));
        assert_eq!(peer.state().writes.last().unwrap(), &FORGET);
    }
}

#[test]
fn a_broken_line_is_reopened_by_the_next_call_and_the_printer_cleaned() {
    let (mut printer, peer) = printer();
    peer.plan(ms(700), Turn::Break);
    assert_eq!(print(&mut printer, 5), Err(PrintFault::NotConnected));
    assert!(!peer.state().is_open);
    peer.state().print_time = ms(300);
    assert_eq!(printer.status().device, DeviceStatus::Online);
    assert_eq!(peer.state().times_opened, 2);
    assert_eq!(peer.times_sent(&RECOVER), 1);
    assert_eq!(print(&mut printer, 5), Ok(()));
}

#[test]
fn what_cannot_be_opened_is_told_by_its_cause() {
    for (error, fault, device) in [
        (LinkError::Missing, PrintFault::NotConnected, DeviceStatus::NoDevice),
        (LinkError::Refused, PrintFault::NoPermission, DeviceStatus::NoDevice),
        (LinkError::InUse, PrintFault::NotConnected, DeviceStatus::Busy),
    ] {
        let peer = Peer::healthy();
        peer.state().open_error = Some(error);
        let mut printer = Printer::on(peer, Model::GENERIC_80);
        assert_eq!(print(&mut printer, 1), Err(fault));
        assert_eq!(printer.status(), unreachable_status(device, fault));
    }
}

#[test]
fn status_tells_paper_and_fault() {
    for (status, device, paper, fault) in [
        (PAPER_OUT, DeviceStatus::UserActionNeeded, Paper::Out, Some(PrintFault::PaperOut)),
        ([0x12, 0x12, 0x12, 0x1E], DeviceStatus::Online, Paper::NearEnd, None),
        ([0x1A, 0x12, 0x12, 0x12], DeviceStatus::Busy, Paper::Ok, None),
        ([0x1A, 0x52, 0x32, 0x12], DeviceStatus::HardwareError, Paper::Ok, Some(PrintFault::Unrecoverable)),
        ([0x1A, 0x52, 0x52, 0x12], DeviceStatus::Busy, Paper::Ok, Some(PrintFault::HeadHot)),
    ] {
        let (mut printer, peer) = printer();
        peer.state().status = status;
        assert_eq!(printer.status(), PrinterStatus { device, paper, outlet: Outlet::Unknown, fault });
    }
}

#[test]
fn a_blocked_cutter_is_told_to_recover_but_not_hammered() {
    let (mut printer, peer) = printer();
    peer.state().status = CUTTER;
    for _ in 0..3 {
        assert_eq!(printer.status().fault, Some(PrintFault::CutterBlocked));
    }
    assert_eq!(peer.times_sent(&RECOVER), 1);
    peer.plan(ms(3_000), Turn::Status(CUTTER));
    peer.clone().read(&mut [0], ms(3_000)).unwrap();
    assert_eq!(printer.status().fault, Some(PrintFault::CutterBlocked));
    assert_eq!(peer.times_sent(&RECOVER), 2);
}

#[test]
fn a_disturbed_answer_is_no_fault() {
    let (mut printer, peer) = printer();
    // Looks like "cover open" in answer to the second question.
    peer.plan(ms(300), Turn::Disturb(0x16));
    peer.plan(ms(800), Turn::Say(vec![0xFF, 0x81, 0x95, 0x40]));
    assert_eq!(print(&mut printer, 5), Ok(()));
}

#[test]
fn a_page_longer_than_the_buffer_waits_for_answers_on_the_way() {
    let (mut printer, peer) = printer();
    peer.state().page_time = ms(2_000);
    let start = peer.now();
    assert_eq!(print(&mut printer, 400), Ok(()));
    let state = peer.state();
    assert!(state.most_unanswered <= Model::GENERIC_80.buffer_bytes, "{}", state.most_unanswered);
    assert!(state.most_unanswered > 2_000, "the buffer is used");
    assert!(state.now - start >= ms(4_000));
}

#[test]
fn a_fault_while_the_buffer_is_full_is_told() {
    let (mut printer, peer) = printer();
    peer.state().paper_never_comes = true;
    let happens = peer.now() + ms(1_500);
    peer.plan(ms(1_500), Turn::Status(PAPER_OUT));
    assert_eq!(print(&mut printer, 400), Err(PrintFault::PaperOut));
    assert!(peer.now() <= happens + ms(2_000));
}

#[test]
fn a_line_held_back_by_an_offline_printer_tells_the_fault_it_reported_itself() {
    let (mut printer, peer) = printer();
    peer.state().room = 400;
    peer.plan(ms(20), Turn::Say(vec![0x38, 0x00, 0x00, 0x0F]));
    let start = peer.now();
    assert_eq!(print(&mut printer, 100), Err(PrintFault::CoverOpen));
    assert!(peer.now() - start <= ms(2_000));
}

#[test]
fn where_pauses_are_done_by_wire_xoff_is_noise() {
    let (mut printer, peer) = printer();
    printer.wire.ignore_pauses();
    peer.plan(ms(20), Turn::Say(vec![0x13]));
    let start = peer.now();
    assert_eq!(print(&mut printer, 20), Ok(()));
    assert!(peer.now() - start < ms(2_400));
}

#[test]
fn the_outlet_is_asked_for_where_the_model_tells_and_nowhere_else() {
    for (said, outlet) in
        [(Some(0x20), Outlet::Occupied), (Some(0x00), Outlet::Empty), (None, Outlet::Unknown)]
    {
        let peer = Peer::healthy();
        peer.state().outlet = said;
        let mut printer = Printer::on(peer.clone(), Model::PRESENTER_80);
        assert_eq!(printer.status().outlet, outlet);
        assert_eq!(peer.times_sent(&ASK_FULL_STATUS), 1);
    }
    let (mut printer, peer) = printer();
    peer.state().outlet = Some(0x20);
    assert_eq!(printer.status().outlet, Outlet::Unknown);
    assert_eq!(peer.times_sent(&ASK_FULL_STATUS), 0);
}

#[test]
fn a_rare_name_is_printed_as_a_picture() {
    let (printer, peer) = printer();
    let mut printer = printer.with_glyphs(Box::new(Blocks));
    let name = Line::Pair { label: "姓名".into(), value: "赵𬍛䶮".into() };
    assert_eq!(printer.print(&Document { lines: vec![name] }, &Cancel::default()), Ok(()));
    assert!(in_order(&peer).windows(4).any(|seen| seen == [0x1D, 0x76, 0x30, 0x00]));
}
