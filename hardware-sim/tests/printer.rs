//! The printer in model time: what it answers, when, and what comes out.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use kiosk_sim::limits::{CUT_STROKE, PRINTER_BUFFER_BYTES, PRINTER_RESERVE_BYTES};
use kiosk_sim::peripheral::{Peripheral, Said};
use kiosk_sim::printer::{Flow, Glyphs, HEAD_TO_CUTTER, PAPER_DOTS, Piece, Printer, PrinterState, png};

const START: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(60);
const STATUS_IN_ORDER: &[u8] = &[0x1D, 0x72, 0x01];
const CUT: &[u8] = &[0x1D, 0x56, 0x42, 0x00];
const CAUSES: &[u8] = &[0x10, 0x04, 0x02];

/// GB 18030 of 齐齐哈尔 and a line feed.
const TEXT: &[u8] = &[0xC6, 0xEB, 0xC6, 0xEB, 0xB9, 0xFE, 0xB6, 0xFB, 0x0A];

fn printer() -> Printer {
    Printer::new(Glyphs::load().unwrap())
}

fn all_said(printer: &mut Printer) -> Vec<Said> {
    std::iter::from_fn(|| printer.say()).collect()
}

fn bytes_said(printer: &mut Printer) -> Vec<u8> {
    all_said(printer).into_iter().flat_map(|said| said.bytes).collect()
}

fn piece_of(job: &[u8]) -> Piece {
    let mut printer = printer();
    printer.hear(START, &[job, CUT].concat());
    printer.advance(LATER);
    printer.take_pieces().remove(0)
}

fn ink(piece: &Piece) -> usize {
    piece.rows.iter().map(|row| (0..576).filter(|x| row.is_black(*x)).count()).sum()
}

#[test]
fn an_answer_in_order_waits_for_the_paper_and_a_real_time_answer_does_not() {
    let mut printer = printer();
    printer.hear(START, &[TEXT, CUT, STATUS_IN_ORDER, CAUSES].concat());
    printer.advance(START);
    assert_eq!(all_said(&mut printer), [Said { at: START, bytes: vec![0x12] }]);
    printer.advance(LATER);
    let said = all_said(&mut printer);
    // 30 rows of text and 96 to the cutter at 150 mm/s and 8 rows a millimetre, then the stroke.
    let moving = Duration::from_nanos(833_333) * 126;
    assert_eq!(said, [Said { at: START + moving + CUT_STROKE, bytes: vec![0x00] }]);
}

#[test]
fn the_printer_wakes_exactly_when_the_answer_is_due() {
    let mut printer = printer();
    printer.hear(START, &[TEXT, STATUS_IN_ORDER].concat());
    printer.advance(START);
    while let Some(due) = printer.due() {
        printer.advance(due);
    }
    let said = all_said(&mut printer);
    assert_eq!(said[0].at, START + Duration::from_nanos(833_333) * 30);
}

#[test]
fn paper_out_in_the_middle_stops_everything_behind_it_until_there_is_paper() {
    let mut printer = printer();
    printer.hear(START, &[TEXT, TEXT, CUT, STATUS_IN_ORDER].concat());
    let middle = START + Duration::from_millis(10);
    printer.set_state(middle, PrinterState::PaperOut);
    printer.hear(LATER, CAUSES);
    printer.advance(LATER);
    assert_eq!(bytes_said(&mut printer), [0x32]);
    assert!(printer.uncut_mm() > 0 && printer.take_pieces().is_empty());
    printer.set_state(LATER, PrinterState::Ok);
    printer.advance(LATER * 2);
    assert_eq!(bytes_said(&mut printer), [0x00]);
    let piece = printer.take_pieces().remove(0);
    assert_eq!(piece.lines, ["齐齐哈尔", "齐齐哈尔"]);
    assert!(piece.complete);
}

#[test]
fn near_end_prints_and_says_so_in_order() {
    let mut printer = printer();
    printer.set_state(START, PrinterState::NearEnd);
    printer.hear(START, &[TEXT, STATUS_IN_ORDER].concat());
    printer.advance(LATER);
    assert_eq!(bytes_said(&mut printer), [0x03]);
}

#[test]
fn a_stuck_cutter_stops_at_the_cut_and_tries_again_when_freed() {
    let mut printer = printer();
    printer.set_state(START, PrinterState::Cutter);
    printer.hear(START, &[TEXT, CUT, STATUS_IN_ORDER].concat());
    printer.advance(LATER);
    printer.hear(LATER, &[0x10, 0x04, 0x03]);
    assert_eq!(bytes_said(&mut printer), [0x1A]);
    printer.hear(LATER, &[0x10, 0x05, 0x01]);
    printer.advance(LATER * 2);
    assert!(printer.condition().cutter_stuck);
    printer.set_state(LATER * 2, PrinterState::Ok);
    printer.advance(LATER * 3);
    assert_eq!(bytes_said(&mut printer), [0x00]);
    assert_eq!(printer.take_pieces().len(), 1);
}

#[test]
fn a_job_thrown_away_leaves_its_beginning_on_the_next_piece() {
    let mut printer = printer();
    printer.hear(START, &[TEXT, TEXT, CUT, STATUS_IN_ORDER].concat());
    printer.set_state(START + Duration::from_millis(40), PrinterState::Jam);
    printer.hear(LATER, &[0x10, 0x05, 0x02]);
    assert_eq!(printer.buffered(), 0);
    printer.set_state(LATER, PrinterState::Ok);
    printer.hear(LATER, &[b"next\n", CUT].concat());
    printer.advance(LATER * 2);
    let piece = printer.take_pieces().remove(0);
    assert_eq!(piece.lines, ["齐齐哈尔", "next"]);
    assert!(!piece.complete);
    assert!(bytes_said(&mut printer).is_empty());
}

#[test]
fn a_full_buffer_holds_the_line_back_but_answers_in_real_time() {
    let mut printer = printer();
    printer.set_state(START, PrinterState::CoverOpen);
    while printer.room() > PRINTER_RESERVE_BYTES {
        let room = printer.room() - PRINTER_RESERVE_BYTES;
        printer.hear(START, &vec![b'x'; room]);
    }
    printer.hear(START, &[b'x'; PRINTER_RESERVE_BYTES]);
    assert_eq!(printer.buffered(), PRINTER_BUFFER_BYTES);
    for _ in 0..1000 {
        assert!(printer.room() >= 3);
        printer.hear(START, CAUSES);
        assert_eq!(bytes_said(&mut printer), [0x16]);
    }
    printer.hear(START, &[b'x'; 200]);
    assert_eq!((printer.room(), printer.buffered()), (0, PRINTER_BUFFER_BYTES + PRINTER_RESERVE_BYTES));
}

#[test]
fn xoff_stops_a_host_that_heeds_it_and_xon_lets_it_go_on() {
    let mut printer = printer().with_flow(Flow::Software);
    let (mut now, mut sent, mut paused) = (START, 0, false);
    while sent < 3 * PRINTER_BUFFER_BYTES {
        if !paused {
            printer.hear(now, TEXT);
            sent += TEXT.len();
        }
        now += Duration::from_millis(1);
        printer.advance(now);
        for byte in bytes_said(&mut printer) {
            assert_eq!((byte, paused), if paused { (0x11, true) } else { (0x13, false) });
            paused = byte == 0x13;
        }
    }
    printer.advance(LATER * 60);
    assert_eq!((printer.lost_bytes(), printer.buffered()), (0, 0));
}

#[test]
fn without_flow_control_a_full_buffer_loses_what_comes() {
    let mut printer = printer().with_flow(Flow::None);
    printer.set_state(START, PrinterState::CoverOpen);
    printer.hear(START, &vec![b'x'; PRINTER_BUFFER_BYTES + PRINTER_RESERVE_BYTES + 10]);
    assert_eq!(printer.lost_bytes(), 10);
    printer.set_state(START, PrinterState::Ok);
    printer.advance(LATER);
    printer.hear(LATER, CUT);
    printer.advance(LATER * 2);
    assert!(!printer.take_pieces().remove(0).complete);
}

#[test]
fn a_page_lies_in_the_outlet_until_it_is_taken() {
    const FULL: &[u8] = &[0x10, 0x04, 0x14];
    let mut printer = printer();
    printer.hear(START, &[FULL, TEXT, CUT].concat());
    printer.advance(LATER);
    printer.hear(LATER, FULL);
    printer.empty_outlet();
    printer.hear(LATER, FULL);
    let paper: Vec<u8> = bytes_said(&mut printer).chunks(6).map(|status| status[2]).collect();
    assert_eq!(paper, [0x00, 0x20, 0x00]);
}

#[test]
fn automatic_status_comes_when_switched_on_and_on_each_change() {
    let mut printer = printer();
    printer.hear(START, &[0x1D, 0x61, 0x0E]);
    printer.advance(START);
    assert_eq!(bytes_said(&mut printer), [0x10, 0, 0, 0x0F]);
    printer.set_state(LATER, PrinterState::PaperOut);
    printer.set_state(LATER, PrinterState::PaperOut);
    assert_eq!(bytes_said(&mut printer), [0x18, 0, 0x0F, 0x0F]);
    printer.power_cycle();
    printer.set_state(LATER, PrinterState::Ok);
    assert!(bytes_said(&mut printer).is_empty());
}

#[test]
fn pulling_the_plug_loses_the_buffer_and_keeps_the_paper() {
    let mut printer = printer();
    printer.hear(START, &[TEXT, TEXT, CUT].concat());
    printer.advance(START + Duration::from_millis(30));
    printer.power_cycle();
    printer.hear(LATER, CUT);
    printer.advance(LATER * 2);
    let piece = printer.take_pieces().remove(0);
    assert_eq!(piece.lines, ["齐齐哈尔"]);
    assert!(!piece.complete);
}

#[test]
fn text_is_read_as_a_two_byte_printer_reads_it() {
    // Between 齐 and 尔 the four bytes of U+2C35B: 99 31 D9 37.
    let piece = piece_of(&[0xC6, 0xEB, 0x99, 0x31, 0xD9, 0x37, 0xB6, 0xFB, 0x0A]);
    assert_eq!(piece.lines, ["齐\u{FFFD}\u{FFFD}尔"]);
    assert_eq!(piece_of(b"\x1C.\xC6\xEB\n").lines, ["\u{FFFD}\u{FFFD}"]);
}

#[test]
fn a_line_is_broken_after_576_dots() {
    let piece = piece_of(&[b'x'; 50]);
    assert_eq!(piece.lines, ["x".repeat(48), "xx".into()]);
    let double = piece_of(&[&[0x1D, 0x21, 0x11][..], &[b'x'; 25]].concat());
    assert_eq!(double.lines, ["x".repeat(24), "x".into()]);
}

#[test]
fn a_qr_code_stands_in_the_middle_with_its_content_noted() {
    let piece = piece_of(
        &[
            &[0x1B, 0x61, 0x01, 0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43, 8][..],
            &[0x1D, 0x28, 0x6B, 5, 0, 0x31, 0x50, 0x30, b'h', b'i'],
            &[0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30],
        ]
        .concat(),
    );
    assert_eq!(piece.qr, ["hi"]);
    // Version 1, 21 modules of 8 dots: 168, centred in 576.
    let first = &piece.rows[HEAD_TO_CUTTER];
    assert!((204..204 + 7 * 8).all(|x| first.is_black(x)));
    assert!(!first.is_black(203) && !first.is_black(204 + 168));
}

#[test]
fn a_raster_image_is_printed_dot_by_dot_and_doubled() {
    let piece = piece_of(&[0x1D, 0x76, 0x30, 0x03, 1, 0, 2, 0, 0b1000_0001, 0b0100_0000]);
    let black = |y: usize| -> Vec<usize> {
        (0..32).filter(|x| piece.rows[HEAD_TO_CUTTER + y].is_black(*x)).collect()
    };
    assert_eq!(black(0), [0, 1, 14, 15]);
    assert_eq!(black(1), black(0));
    assert_eq!(black(2), [2, 3]);
    assert_eq!(piece.lines, ["[picture, 4 rows]"]);
}

#[test]
fn styles_change_the_ink() {
    let plain = ink(&piece_of(TEXT));
    assert!(plain > 300, "{plain}");
    for style in [&[0x1B, 0x45, 1][..], &[0x1B, 0x21, 0x08], &[0x1C, 0x2D, 1]] {
        let styled = ink(&piece_of(&[style, TEXT].concat()));
        assert!(styled > plain && styled < 2 * plain, "{style:02X?}: {styled} of {plain}");
    }
    for style in [&[0x1D, 0x21, 0x11][..], &[0x1C, 0x57, 1], &[0x1B, 0x21, 0x30], &[0x1C, 0x21, 0x0C]] {
        assert_eq!(ink(&piece_of(&[style, TEXT].concat())), 4 * plain, "{style:02X?}");
    }
    assert!(ink(&piece_of(&[&[0x1D, 0x42, 1], TEXT].concat())) > 4 * 24 * 24 - plain - 1);
}

#[test]
fn a_cut_at_place_leaves_the_last_twelve_millimetres_on_the_roll() {
    let mut printer = printer();
    printer.hear(START, &[TEXT, &[0x1D, 0x56, 0x00], CUT].concat());
    printer.advance(LATER);
    let pieces = printer.take_pieces();
    assert_eq!((ink(&pieces[0]), pieces[0].lines.len()), (0, 0));
    assert_eq!(pieces[1].lines, ["齐齐哈尔"]);
}

#[test]
fn the_picture_has_the_papers_width_and_ink() {
    let piece = piece_of(TEXT);
    let file = png(&piece).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.width as usize, PAPER_DOTS);
    assert_eq!(pixels.iter().filter(|pixel| **pixel < 0x40).count(), ink(&piece));
}

#[test]
fn identity_is_told_apart_from_status() {
    let mut printer = printer();
    printer.hear(START, &[0x1D, 0x49, 1, 0x1D, 0x49, 2, 0x1D, 0x49, 67]);
    printer.advance(START);
    let said = bytes_said(&mut printer);
    assert!(said[..2].iter().all(|byte| byte & 0x90 == 0));
    assert_eq!(said[2..], *b"_SIM-80\0");
}

proptest::proptest! {
    #[test]
    fn no_bytes_upset_the_printer(bytes: Vec<u8>, commands: bool, state in 0..7usize) {
        let states = [
            PrinterState::Ok, PrinterState::PaperOut, PrinterState::NearEnd, PrinterState::CoverOpen,
            PrinterState::Jam, PrinterState::Cutter, PrinterState::HeadHot,
        ];
        let prefixes = [0x10, 0x1B, 0x1C, 0x1D, 0x28, 0x76, 0x56, 0x6B];
        let choose = |byte: &u8| if commands && *byte < 128 { prefixes[usize::from(byte % 8)] } else { *byte };
        let bytes: Vec<u8> = bytes.iter().map(choose).collect();
        let mut printer = Printer::new(Glyphs::without_font());
        printer.hear(START, &bytes);
        printer.advance(START + Duration::from_millis(100));
        printer.set_state(LATER, states[state]);
        printer.hear(LATER, &bytes);
        printer.advance(LATER * 1000);
        printer.power_cycle();
        proptest::prop_assert_eq!(printer.buffered(), 0);
    }
}
