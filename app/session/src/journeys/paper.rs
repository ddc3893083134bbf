//! The receipt: what is on it, and whether it came out.

use std::sync::Arc;

use kiosk_drivers_api::{DeviceStatus, PrintFault, ReaderFault};
use kiosk_model::{Action, Body, PaperStage};
use kiosk_protocol::catalogue::Catalogue;

use super::names;
use crate::testing::*;
use crate::{Event, Link, RequestId};

#[test]
fn the_receipt_names_everything_and_masks_the_person() {
    let world = World::at_receipt();
    let paper = printed_text(&world.prints[0].1);
    for part in [
        "230202-0001-01000042",
        "Applicant: 王**",
        "Amount: ¥1,200.50",
        "Account: ************5678",
        "Hall 1",
    ] {
        assert!(paper.contains(part), "{part} in {paper}");
    }
    assert!(!paper.contains(NAME) && !paper.contains(NUMBER));
}

#[test]
fn a_receipt_that_failed_can_be_printed_again() {
    let mut world = World::at_receipt();
    world.printed(Err(PrintFault::PaperOut));
    world.send(Event::PrinterChanged(printer(Some(PrintFault::PaperOut))));
    assert!(shown_text(&world.screen()).contains("photograph the number"));
    world.send(Event::PrinterChanged(printer(None)));
    assert!(shown_text(&world.screen()).contains("works again"));
    world.touch_all([Action::PrintAgain, Action::PrintAgain]);
    assert_eq!(world.prints.len(), 2);
    world.printed(Ok(()));
    let Body::Receipt { paper, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(paper, PaperStage::Printed);
    world.touch(Action::PrintAgain);
    assert_eq!(world.prints.len(), 2, "what is out is not printed again");
}

#[test]
fn a_printer_that_never_answers_is_stopped_and_the_number_remains() {
    let mut world = World::at_receipt();
    world.wait(46);
    assert_eq!((world.state(), world.stops), ("receipt", 1));
    assert!(shown_text(&world.screen()).contains("did not confirm"));
    assert!(names(&world.trail).contains(&"receipt_failed".to_owned()));
}

#[test]
fn nobody_leaves_while_the_paper_is_on_its_way() {
    let mut world = World::at_receipt();
    assert!(!world.screen().frame.end);
    let ways =
        [Action::Finish, Action::Another, Action::Back, Action::End, Action::EndNow, Action::PrintAgain];
    world.touch_all(ways.clone());
    assert_eq!((world.state(), world.prints.len(), world.stops), ("receipt", 1, 0));
    world.wait(44);
    assert_eq!((world.overlay().as_str(), world.stops), ("none", 0), "the idle clock stands");
    world.touch_all(ways);
    assert_eq!((world.state(), world.stops), ("receipt", 0));
    world.printed(Err(PrintFault::PaperOut));
    assert!(world.screen().frame.end);
    assert!(shown_text(&world.screen()).contains("photograph the number"));
    world.touch(Action::Finish);
    assert_eq!(world.state(), "rating");
}

#[test]
fn a_print_goes_on_whatever_is_put_down_plugged_or_published_meanwhile() {
    let mut world = World::at_receipt();
    world.send(Event::CardRead { request: RequestId(999), result: Err(ReaderFault::CardMoved) });
    world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
    world.send(Event::LinkChanged(Link::Offline));
    world.send(Event::PrinterChanged(printer(None)));
    world.send(Event::CatalogueChanged(Arc::new(Catalogue { packages: Vec::new(), ..catalogue() })));
    assert_eq!((world.state(), world.stops), ("receipt", 0));
    world.printed(Ok(()));
    world.touch(Action::End);
    assert_eq!((world.state(), world.stops), ("farewell", 0));
}

#[test]
fn a_broken_printer_is_told_before_submitting() {
    let mut world = World::at_confirm();
    world.send(Event::PrinterChanged(printer(Some(PrintFault::CoverOpen))));
    assert!(shown_text(&world.screen()).contains("No paper receipts"));
}
