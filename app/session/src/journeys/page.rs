//! The sealed page of an answer: asked for, printed, and never said to be out before it is.

use kiosk_drivers_api::{PageFault, PaperSize};
use kiosk_model::{Action, Body, PageStage, PageView};
use kiosk_protocol::wire::Question;

use super::names;
use crate::testing::*;
use crate::{AskTrouble, Event, Link, RequestId};

fn view(world: &World) -> PageView {
    let Body::Answer { page, .. } = world.body() else { panic!("{}", world.state()) };
    page.expect("a page is offered")
}

/// The page is on its way to the printer.
fn printing() -> World {
    let mut world = World::at_answer();
    world.touch(Action::PrintPage);
    world.answer(Ok(page()));
    world
}

#[test]
fn a_page_is_asked_for_printed_and_only_then_said_to_be_out() {
    let mut world = World::at_answer();
    let offered = view(&world);
    assert_eq!(
        (offered.label.as_str(), offered.stage, offered.can_print),
        ("Print the page", PageStage::Offered, true)
    );
    world.touch_all([Action::PrintPage, Action::PrintPage]);
    assert_eq!((world.asks.len(), world.pages.len()), (2, 0), "asked once");
    let ask = &world.asks[1].1;
    assert!(matches!(ask.question, Question::Page { .. }) && ask.person.is_some());
    world.answer(Ok(page()));
    let job = &world.pages[0].1;
    assert_eq!(
        (job.pdf.as_slice(), job.pages, job.copies, job.paper),
        (&b"%PDF-1.7\n\x00\xff"[..], 2, 1, PaperSize::A4)
    );
    assert_eq!((view(&world).stage, view(&world).can_print), (PageStage::Working, false));
    assert!(!view(&world).message.contains("is printed"));
    world.page_printed(Ok(()));
    let printed = view(&world);
    assert_eq!((printed.stage, printed.can_print), (PageStage::Printed, false));
    assert!(printed.message.contains("7K3M-9QPX-2RTV-W8YZ"), "{}", printed.message);
    world.touch(Action::PrintPage);
    assert_eq!(world.pages.len(), 1, "what is out is not printed again");
    assert_eq!(names(&world.trail)[3..], ["asked", "asked", "page_printed"]);
}

#[test]
fn each_fault_has_its_sentence_with_another_way_and_can_be_tried_again() {
    for (fault, words) in [
        (PageFault::PaperOut, "no paper"),
        (PageFault::Jammed, "stuck"),
        (PageFault::DoorOpen, "cover"),
        (PageFault::OutputFull, "tray"),
        (PageFault::TonerEmpty, "toner"),
        (PageFault::Busy, "busy"),
        (PageFault::Aborted, "gave the page up"),
        (PageFault::NotConnected, "does not work"),
        (PageFault::Unconfirmed, "did not confirm"),
    ] {
        let mut world = printing();
        world.page_printed(Err(fault));
        let failed = view(&world);
        assert_eq!((failed.stage, failed.can_print), (PageStage::Failed, true), "{fault}");
        assert!(failed.message.contains(words), "{words}: {}", failed.message);
        world.touch(Action::PrintPage);
        assert_eq!(view(&world).stage, PageStage::Working, "{fault}");
    }
}

#[test]
fn a_printer_that_cannot_print_says_so_until_it_can() {
    let mut world = printing();
    world.page_printed(Err(PageFault::PaperOut));
    world.send(Event::PagePrinterChanged(page_printer(Some(PageFault::PaperOut))));
    assert!(!view(&world).can_print);
    world.touch(Action::PrintPage);
    assert_eq!(world.asks.len(), 2, "nothing is asked that cannot be printed");
    world.send(Event::PagePrinterChanged(page_printer(None)));
    assert_eq!((view(&world).stage, view(&world).can_print), (PageStage::Offered, true));
    assert!(view(&world).message.contains("works again"));
}

#[test]
fn what_may_be_out_stays_doubtful_though_the_printer_is_well() {
    let mut world = printing();
    world.page_printed(Err(PageFault::Unconfirmed));
    world.send(Event::PagePrinterChanged(page_printer(None)));
    assert!(view(&world).message.contains("look into its tray"));
}

#[test]
fn a_page_the_platform_does_not_make_is_told_with_its_reason() {
    let refused = r#"{"reply":"refused","why":{"zh-CN":"不行","en":"Not you.","ru":"Нет"}}"#;
    for (result, words) in [
        (Err(AskTrouble::Offline), "network is down"),
        (Ok(serde_json::from_str(refused).unwrap()), "Not you."),
        (Ok(values()), "no usable answer"),
    ] {
        let mut world = World::at_answer();
        world.touch(Action::PrintPage);
        world.answer(result);
        assert_eq!((view(&world).stage, world.pages.len()), (PageStage::Failed, 0));
        assert!(view(&world).message.contains(words), "{words}: {}", view(&world).message);
    }
    let mut late = World::at_answer();
    late.touch(Action::PrintPage);
    late.wait(12);
    assert!(view(&late).message.contains("too long") && late.asking.is_none());
    late.answer(Ok(page()));
    assert_eq!(late.pages.len(), 0, "it came too late");
}

#[test]
fn a_printer_that_never_answers_is_stopped_and_nothing_is_promised() {
    let mut world = printing();
    world.wait(119);
    assert_eq!(
        (view(&world).stage, world.overlay().as_str()),
        (PageStage::Working, "none"),
        "the idle clock stands"
    );
    world.wait(1);
    assert!(world.paging.is_none());
    assert!(view(&world).message.contains("did not confirm"));
    assert_eq!(names(&world.trail).last().map(String::as_str), Some("page_failed"));
    world.page_printed(Ok(()));
    assert_eq!(view(&world).stage, PageStage::Failed, "too late to be believed");
}

#[test]
fn leaving_stops_the_page_and_says_so_in_the_journal() {
    for (way, state) in [
        (Action::Back, "guide"),
        (Action::Another, "home"),
        (Action::Finish, "rating"),
        (Action::End, "farewell"),
    ] {
        let (mut asked, mut world) = (World::at_answer(), printing());
        asked.touch_all([Action::PrintPage, way.clone()]);
        assert_eq!((asked.state(), asked.asking), (state, None));
        world.touch(way);
        assert_eq!((world.state(), world.paging), (state, None));
        assert!(names(&world.trail).contains(&"page_failed".to_owned()), "{state}");
        world.page_printed(Ok(()));
        assert_eq!(world.state(), state, "nobody waits for it");
    }
}

#[test]
fn nothing_is_offered_where_there_is_no_page_printer_or_no_page() {
    let mut bare = World::at_home();
    bare.touch_all([Action::OpenTile(ASK), Action::Start]);
    bare.answer(Ok(values()));
    let Body::Answer { page, .. } = bare.body() else { panic!("{}", bare.state()) };
    assert!(page.is_none());
    bare.touch(Action::PrintPage);
    assert_eq!(bare.asks.len(), 1);
    let mut offline = World::at_answer();
    offline.send(Event::LinkChanged(Link::Offline));
    assert!(!view(&offline).can_print && view(&offline).message.contains("needs the network"));
    offline.touch(Action::PrintPage);
    assert_eq!(offline.asks.len(), 1);
}

#[test]
fn a_foreign_confirmation_is_not_believed() {
    let mut world = printing();
    world.send(Event::PagePrinted { request: RequestId(999), result: Ok(()) });
    assert_eq!(view(&world).stage, PageStage::Working);
}
