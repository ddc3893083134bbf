//! Whole visits, and what must hold in the middle of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use kiosk_drivers_api::{CardDate, DeviceStatus, PrintFault, ReaderFault, ValidUntil};
use kiosk_model::{Action, Body, Language, Mode, PaperStage, ReaderStage};
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::trail::{EndReason, TrailEvent};

use crate::testing::*;
use crate::{AskTrouble, Event, Link, RequestId, StoreTrouble};

fn names(trail: &[TrailEvent]) -> Vec<String> {
    let name = |event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
    trail.iter().map(name).collect()
}

#[test]
fn an_application_runs_from_the_card_to_the_farewell() {
    let mut world = World::at_receipt();
    assert_eq!(world.state(), "receipt");
    world.printed(Ok(()));
    world.touch_all([Action::Finish, Action::Rate(5)]);
    assert_eq!(world.state(), "farewell");
    world.wait(10);
    assert_eq!(world.state(), "attract");
    let steps = [
        "visit_begun",
        "identified",
        "service_opened",
        "asked",
        "case_accepted",
        "receipt_printed",
        "rated",
        "visit_ended",
    ];
    assert_eq!(names(&world.trail), steps);
    assert_eq!((world.submits.len(), world.prints.len(), world.rates), (1, 1, 1));
    assert!(world.reading.is_some(), "the next card is awaited");
}

#[test]
fn offline_the_application_is_kept_and_says_so() {
    let mut world = World::at_home();
    world.send(Event::LinkChanged(Link::Offline));
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    assert_eq!(world.state(), "form");
    assert!(world.asks.is_empty());
    assert!(shown_text(&world.screen()).contains("could not be fetched"));
    world.touch(Action::FocusField(3));
    world.type_keys("12345678");
    world.touch_all([Action::Next, Action::ChooseOption { field: 0, option: 0 }, Action::FocusField(1)]);
    world.type_keys("30");
    world.touch(Action::Next);
    assert!(shown_text(&world.screen()).contains("as soon as the network is back"));
    world.touch(Action::Submit);
    world.stored(Ok(kept()));
    assert!(printed_text(&world.prints[0].1).contains("kept safe here"));
    assert!(shown_text(&world.screen()).contains("kept safe here"));
}

#[test]
fn a_query_is_answered_and_offline_says_why_and_what_to_do_instead() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start]);
    world.answer(Ok(values()));
    let Body::Answer { facts, tables, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(facts[0].value.as_str(), "¥1,500.00");
    assert_eq!(tables[0].rows[0][0].as_str(), "5 Oct 2026");
    world.touch_all([Action::Another, Action::OpenTile(ASK)]);
    world.send(Event::LinkChanged(Link::Offline));
    let Body::Guide { can_start, notes, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!can_start && notes[0].1.contains("Go to the counter"));
    world.touch(Action::Start);
    assert_eq!((world.state(), world.asks.len()), ("guide", 1));
}

#[test]
fn a_query_that_fails_can_be_tried_again_and_one_that_was_refused_cannot() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start]);
    world.answer(Err(AskTrouble::Offline));
    let Body::Unavailable { can_retry, instead, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((can_retry, instead.as_str()), (true, "Go to the counter"));
    world.touch(Action::Retry);
    assert_eq!((world.state(), world.asks.len()), ("asking", 2));
    let refused = r#"{"reply":"refused","why":{"zh-CN":"不行","en":"Not you","ru":"Нет"}}"#;
    world.answer(Ok(serde_json::from_str(refused).unwrap()));
    let Body::Unavailable { can_retry, why, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((can_retry, why.as_str()), (false, "Not you"));
}

#[test]
fn my_cases_need_a_card_and_the_network() {
    let mut world = World::new();
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenCases]);
    assert_eq!(world.state(), "identify");
    world.send(Event::LinkChanged(Link::Offline));
    world.place_card();
    assert_eq!((world.state(), world.asks.len()), ("unavailable", 0));
    world.touch(Action::Retry);
    let cases = r#"{"reply":"cases","cases":[{"receipt":"230202-0001-01000042","case_number":"N1",
        "title":{"zh-CN":"申请","en":"Application","ru":"З"},"state":"granted","submitted_at":"2026-11-23T01:05:00Z"}]}"#;
    world.answer(Ok(serde_json::from_str(cases).unwrap()));
    let Body::Cases { cases, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((cases[0].case_number.as_str(), cases[0].state.as_str()), ("N1", "Granted"));
}

#[test]
fn a_service_above_the_terminals_level_cannot_be_started() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(FAR), Action::Start]);
    let Body::Guide { can_start, notes, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!can_start && notes[0].1.contains("stronger proof"));
}

#[test]
fn a_value_nobody_can_type_must_be_on_file() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(NEEDS), Action::Start]);
    world.answer(Err(AskTrouble::TimedOut));
    assert_eq!(world.state(), "unavailable");
    world.touch(Action::Retry);
    world.answer(Ok(values()));
    assert_eq!(world.state(), "form");
}

#[test]
fn a_card_wakes_and_greets_by_masked_name() {
    let mut world = World::new();
    world.place_card();
    assert_eq!(world.state(), "home");
    let text = shown_text(&world.screen());
    assert!(text.contains("王**") && !text.contains(NAME), "{text}");
    assert!(world.reading.is_none(), "one card is enough");
}

#[test]
fn an_expired_card_is_refused_with_what_to_do() {
    let day = |day| ValidUntil::Day(CardDate { year: 2026, month: 11, day });
    let mut world = World::new();
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenCases]);
    world.read(Ok(card(day(22))));
    let Body::Identify { stage, message } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(stage, ReaderStage::Refused);
    assert!(message.contains("22 Nov 2026"), "{message}");
    world.read(Ok(card(day(23))));
    assert_eq!(world.state(), "asking", "the last day counts");
}

#[test]
fn faults_of_the_reader_are_told_and_taken_back() {
    let mut world = World::new();
    world.read(Err(ReaderFault::NotConnected));
    assert_eq!(world.state(), "attract", "a defect wakes nobody");
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenCases]);
    for (fault, expected) in [
        (ReaderFault::CardMoved, ReaderStage::Again),
        (ReaderFault::UnknownCard, ReaderStage::Refused),
        (ReaderFault::NotConnected, ReaderStage::OutOfOrder),
    ] {
        world.read(Err(fault));
        let Body::Identify { stage, .. } = world.body() else { panic!("{}", world.state()) };
        assert_eq!(stage, expected);
    }
    world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
    world.send(Event::ReaderChanged(DeviceStatus::Online));
    let Body::Identify { stage, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(stage, ReaderStage::Waiting);
}

#[test]
fn two_touches_submit_once_and_paper_waits_for_the_disk() {
    let mut world = World::at_confirm();
    world.touch_all([Action::Submit, Action::Submit, Action::End, Action::Back]);
    assert_eq!((world.submits.len(), world.prints.len(), world.state()), (1, 0, "submitting"));
    world.stored(Ok(kept()));
    world.stored(Ok(kept()));
    world.touch(Action::Submit);
    assert_eq!((world.submits.len(), world.prints.len()), (1, 1));
}

#[test]
fn what_could_not_be_kept_was_not_accepted_and_the_form_stays() {
    let mut world = World::at_confirm();
    let filled = world.body();
    world.touch(Action::Submit);
    world.stored(Err(StoreTrouble::Full));
    assert!(shown_text(&world.screen()).contains("Nothing was accepted"));
    assert!(world.prints.is_empty());
    world.touch(Action::Retry);
    assert!(world.body() == filled);
    world.touch(Action::Submit);
    world.stored(Ok(kept()));
    assert_eq!((world.state(), world.submits.len()), ("receipt", 2));
}

#[test]
fn a_store_that_does_not_answer_leads_to_a_screen_that_promises_nothing() {
    let mut world = World::at_confirm();
    world.touch(Action::Submit);
    world.wait(16);
    let Body::Unavailable { can_retry, why, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!can_retry && why.contains("not certain"), "{why}");
    world.stored(Ok(kept()));
    assert!(world.prints.is_empty(), "a late reply is dropped");
}

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
fn nobody_goes_on_while_the_paper_is_on_its_way() {
    let mut world = World::at_receipt();
    world.touch_all([Action::Finish, Action::Another]);
    assert_eq!(world.state(), "receipt");
    world.printed(Err(PrintFault::PaperOut));
    world.touch(Action::Finish);
    assert_eq!(world.state(), "rating");
}

#[test]
fn a_visit_that_ends_while_printing_stops_the_print() {
    let mut world = World::at_receipt();
    world.touch(Action::End);
    assert_eq!((world.state(), world.stops), ("farewell", 0), "paper may still come");
    world.wait(10);
    assert_eq!((world.state(), world.stops), ("attract", 1));
}

#[test]
fn late_and_foreign_replies_change_nothing() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start, Action::Back]);
    world.answer(Ok(values()));
    assert_eq!(world.state(), "guide");
    world.touch(Action::Start);
    let stale = world.asks[0].0;
    world.send(Event::Answered { request: stale, result: Ok(Box::new(values())) });
    assert_eq!(world.state(), "asking");
    world.send(Event::CardRead { request: RequestId(1), result: Ok(Box::new(card(ValidUntil::Forever))) });
    world.send(Event::Stored { request: RequestId(999), result: Ok(kept()) });
    world.send(Event::Printed { request: RequestId(999), result: Ok(()) });
    assert_eq!(world.state(), "asking");
    let mut attract = World::new();
    attract.send(Event::Answered { request: RequestId(1), result: Ok(Box::new(values())) });
    attract
        .send(Event::CardRead { request: RequestId(999), result: Ok(Box::new(card(ValidUntil::Forever))) });
    assert_eq!(attract.state(), "attract");
}

#[test]
fn a_platform_that_does_not_answer_does_not_hold_up_a_form() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    world.wait(13);
    assert_eq!(world.state(), "form");
}

#[test]
fn a_question_does_not_outlive_its_visit() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start]);
    assert_eq!((world.state(), world.asks.len()), ("asking", 1));
    world.touch_all([Action::End, Action::SkipRating]);
    world.wait(20);
    assert_eq!((world.state(), world.asks.len()), ("attract", 0));
}

#[test]
fn the_idle_warning_counts_down_returns_exactly_and_never_runs_out_of_more_time() {
    let mut world = World::in_form();
    let before = world.screen();
    for _ in 0..12 {
        world.wait(60);
        assert_eq!(world.overlay(), "warning 30");
        world.wait(1);
        assert_eq!(world.overlay(), "warning 29");
        world.touch(Action::Stay);
        assert!(world.screen() == before);
    }
    world.wait(90);
    assert_eq!(world.state(), "attract");
    let last = world.trail.last().unwrap();
    assert!(matches!(last, TrailEvent::VisitEnded { why: EndReason::Idle, .. }), "{last:?}");
}

#[test]
fn elders_get_twice_the_time() {
    let mut world = World::new();
    world.touch(Action::ChooseMode(Mode::Elder));
    world.wait(119);
    assert_eq!(world.overlay(), "none");
    world.wait(1);
    assert_eq!(world.overlay(), "warning 30");
}

#[test]
fn a_touch_under_the_warning_only_says_that_somebody_is_there() {
    let mut world = World::at_confirm();
    world.wait(61);
    world.touch(Action::Submit);
    assert_eq!((world.state(), world.submits.len()), ("confirm", 0));
    assert_eq!(world.overlay(), "none");
}

#[test]
fn ending_a_begun_form_asks_first() {
    let mut world = World::in_form();
    world.touch(Action::End);
    assert_eq!(world.overlay(), "confirm end");
    world.touch(Action::Next);
    world.touch(Action::Stay);
    assert_eq!((world.state(), world.overlay().as_str()), ("form", "none"));
    world.touch(Action::EndNow);
    assert_eq!(world.state(), "form", "nobody asked");
    world.touch_all([Action::End, Action::EndNow]);
    assert_eq!(world.state(), "farewell");
}

#[test]
fn a_visit_ends_in_the_language_it_was_held_in_and_leaves_the_first_behind() {
    let mut world = World::at_home();
    world.touch_all([Action::ChooseMode(Mode::Elder), Action::End]);
    assert_eq!(world.screen().language, Language::En);
    assert!(world.screen().frame.person.is_none(), "the person is dropped before the farewell");
    world.wait(10);
    let screen = world.screen();
    assert_eq!((screen.language, screen.mode), (Language::ZhCn, Mode::Normal));
    world.touch(Action::Wake);
    let Body::Home { identified, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!identified);
}

/// A terminal in each state but out of service.
fn every_state() -> Vec<World> {
    let after = |mut world: World, touches: &[Action]| {
        world.touch_all(touches.iter().cloned());
        world
    };
    let mut printed = World::at_receipt();
    printed.printed(Ok(()));
    let mut answer = after(World::at_home(), &[Action::OpenTile(ASK), Action::Start]);
    answer.answer(Ok(values()));
    let mut unavailable = after(World::at_home(), &[Action::OpenCases]);
    unavailable.answer(Err(AskTrouble::Failed));
    let mut cases = after(World::at_home(), &[Action::OpenCases]);
    cases.answer(Ok(serde_json::from_str(r#"{"reply":"cases","cases":[]}"#).unwrap()));
    vec![
        World::new(),
        World::at_home(),
        after(World::at_home(), &[Action::OpenTile(APPLY)]),
        after(World::new(), &[Action::Wake, Action::OpenCases]),
        after(World::at_home(), &[Action::OpenTile(ASK), Action::Start]),
        World::in_form(),
        World::at_confirm(),
        after(World::at_confirm(), &[Action::Submit]),
        World::at_receipt(),
        answer,
        unavailable,
        cases,
        after(printed, &[Action::Finish]),
        after(World::at_home(), &[Action::End]),
    ]
}

#[test]
fn devices_and_network_may_come_and_go_in_every_state() {
    let seen: std::collections::BTreeSet<&str> = every_state().iter().map(World::state).collect();
    assert_eq!(seen.len(), 14, "{seen:?}");
    for mut world in every_state() {
        let (name, before) = (world.state(), world.screen());
        world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
        world.send(Event::PrinterChanged(printer(Some(PrintFault::NotConnected))));
        world.send(Event::LinkChanged(Link::Offline));
        assert_eq!(world.state(), name);
        world.send(Event::ReaderChanged(DeviceStatus::Online));
        world.send(Event::PrinterChanged(printer(None)));
        world.send(Event::LinkChanged(Link::Online));
        assert!(world.screen() == before, "{name}");
    }
}

#[test]
fn a_broken_printer_is_told_before_submitting() {
    let mut world = World::at_confirm();
    world.send(Event::PrinterChanged(printer(Some(PrintFault::CoverOpen))));
    assert!(shown_text(&world.screen()).contains("No paper receipts"));
}

#[test]
fn without_a_catalogue_there_is_no_service_and_a_visit_outlives_a_new_one() {
    let empty = || Event::CatalogueChanged(Arc::new(Catalogue { packages: Vec::new(), ..catalogue() }));
    let mut world = World::in_form();
    world.send(empty());
    assert_eq!(world.state(), "form");
    world.wait(300);
    assert_eq!(world.state(), "out_of_service");
    assert!(world.reading.is_none());
    world.send(Event::CatalogueChanged(Arc::new(catalogue())));
    assert_eq!(world.state(), "attract");
}

#[test]
fn an_internal_error_wipes_and_is_recorded_even_where_the_state_was_lost_with_it() {
    let mut lost = World::at_receipt();
    lost.session.state = crate::State::OutOfService;
    let effects = lost.session.abort(lost.now);
    let ended = |effect: &crate::Effect| {
        matches!(effect, crate::Effect::Record(TrailEvent::VisitEnded { why: EndReason::Internal, .. }))
    };
    assert!(effects.iter().any(ended));
    assert!(matches!(effects.last(), Some(crate::Effect::ReadCard { .. })));
    assert!(lost.session.abort(lost.now).iter().all(|effect| !ended(effect)), "recorded once");
    let mut world = World::at_receipt();
    let effects = world.session.abort(world.now);
    let recorded = effects.iter().any(|effect| {
        matches!(effect, crate::Effect::Record(TrailEvent::VisitEnded { why: EndReason::Internal, .. }))
    });
    assert!(recorded);
    assert_eq!(world.state(), "attract");
}
