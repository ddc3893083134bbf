//! From the confirmation to the disk: once, and never in doubt longer than it must be.

use kiosk_model::{Action, Body, Language};

use crate::testing::*;
use crate::{Event, Link, RequestId, Room, StoreTrouble};

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
fn what_needs_the_network_is_not_handed_in_without_it_and_nothing_typed_is_lost() {
    let mut world = World::at_confirm_of(ONLINE);
    let filled = world.body();
    world.send(Event::LinkChanged(Link::Offline));
    assert!(shown_text(&world.screen()).contains("Go to the counter"), "said before the touch");
    world.touch(Action::Submit);
    assert_eq!((world.state(), world.submits.len()), ("unavailable", 0));
    assert!(shown_text(&world.screen()).contains("network is down"));
    world.touch_all([Action::Retry, Action::Submit]);
    assert_eq!((world.state(), world.submits.len()), ("unavailable", 0), "it is still down");
    world.touch(Action::Back);
    world.send(Event::LinkChanged(Link::Online));
    assert!(world.body() == filled);
    world.touch(Action::Submit);
    assert_eq!((world.state(), world.submits.len()), ("submitting", 1));
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
fn without_room_nothing_is_begun_questions_are_answered_and_what_was_begun_is_handed_in() {
    let mut world = World::at_home();
    world.send(Event::RoomChanged(Room::Scarce));
    let Body::Home { tiles, .. } = world.body() else { panic!("{}", world.state()) };
    let said = [APPLY, ASK].map(|tile| tiles[tile].unavailable.as_deref());
    assert_eq!(said, [Some("Not taken here just now"), None]);
    assert!(shown_text(&world.screen()).contains("look things up as usual"));
    world.touch(Action::OpenTile(APPLY));
    assert!(shown_text(&world.screen()).contains("have to be sent first"));
    world.touch(Action::Start);
    assert_eq!(world.state(), "guide", "it cannot be begun");
    world.touch_all([Action::Back, Action::OpenTile(ASK), Action::Start]);
    assert_eq!(world.state(), "asking");
    let mut begun = World::at_confirm();
    begun.send(Event::RoomChanged(Room::Scarce));
    begun.touch(Action::Submit);
    begun.stored(Ok(kept()));
    assert_eq!(begun.state(), "receipt");
}

#[test]
fn room_that_went_while_a_card_was_awaited_is_told_before_anything_is_typed() {
    let mut world = World::at_home_unknown();
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenTile(APPLY), Action::Start]);
    assert_eq!(world.state(), "identify");
    world.send(Event::RoomChanged(Room::Scarce));
    world.place_card();
    if world.state() == "asking" {
        world.answer(Ok(values()));
    }
    assert_eq!(world.state(), "unavailable");
    assert!(shown_text(&world.screen()).contains("Yours was not begun"));
    world.send(Event::RoomChanged(Room::Enough));
    world.touch(Action::Retry);
    assert_ne!(world.state(), "unavailable");
}

#[test]
fn a_disk_that_failed_at_the_very_end_leaves_a_doubt_that_handing_in_again_ends() {
    let mut world = World::at_confirm();
    world.touch(Action::Submit);
    world.stored(Err(StoreTrouble::Unsure));
    assert_eq!((world.state(), world.prints.len()), ("unsure", 0));
    assert!(!shown_text(&world.screen()).contains("Nothing was accepted"));
    world.touch(Action::Retry);
    assert_eq!(world.submits[1].1.case, world.submits[0].1.case);
    world.stored(Ok(kept()));
    assert_eq!((world.state(), world.prints.len()), ("receipt", 1));
}

#[test]
fn a_store_that_does_not_answer_leads_to_a_doubt_that_its_late_answer_ends() {
    let mut world = World::at_confirm();
    world.touch(Action::Submit);
    world.wait(16);
    assert_eq!((world.state(), world.prints.len()), ("unsure", 0));
    assert!(shown_text(&world.screen()).contains("not certain"));
    world.send(Event::Stored { request: RequestId(999), result: Ok(kept()) });
    world.stored(Err(StoreTrouble::Broken));
    assert_eq!(world.state(), "unsure", "a foreign answer and one that came too late settle nothing");
    world.stored(Ok(kept()));
    assert_eq!((world.state(), world.prints.len()), ("receipt", 1));
    assert!(printed_text(&world.prints[0].1).contains(kept().receipt.as_str()));
}

#[test]
fn a_form_stays_one_case_however_often_it_is_handed_over() {
    let mut world = World::at_confirm();
    world.touch(Action::Submit);
    world.stored(Err(StoreTrouble::Broken));
    world.touch_all([Action::Retry, Action::Submit]);
    world.wait(16);
    world.touch(Action::Retry);
    assert_eq!(world.state(), "submitting");
    let cases: Vec<_> = world.submits.iter().map(|(_, new)| new.case).collect();
    assert_eq!(cases, [cases[0]; 3]);
    let values = |at: usize| world.submits[at].1.file.values.iter().collect::<Vec<_>>();
    assert_eq!((values(1), values(2)), (values(0), values(0)));
    let doubted = world.submits[1].0;
    world.send(Event::Stored { request: doubted, result: Err(StoreTrouble::Full) });
    assert_eq!(world.state(), "submitting", "the newest word counts");
    world.send(Event::Stored { request: doubted, result: Ok(kept()) });
    assert_eq!(world.state(), "receipt", "whichever was kept first");
    world.stored(Ok(kept()));
    assert_eq!((world.state(), world.prints.len()), ("receipt", 1));
}

#[test]
fn another_form_is_another_case() {
    let mut world = World::at_receipt();
    world.printed(Ok(()));
    world.touch(Action::Another);
    world.fill_in(APPLY);
    world.touch(Action::Submit);
    assert_ne!(world.submits[0].1.case, world.submits[1].1.case);
}

#[test]
fn after_a_doubt_only_a_full_store_says_for_certain_that_nothing_was_kept() {
    let mut world = World::at_confirm();
    let filled = world.body();
    world.touch(Action::Submit);
    world.wait(16);
    world.touch(Action::Retry);
    world.stored(Err(StoreTrouble::Broken));
    assert_eq!(world.state(), "unsure");
    world.touch(Action::Retry);
    world.stored(Err(StoreTrouble::Full));
    assert!(shown_text(&world.screen()).contains("Nothing was accepted"));
    world.touch(Action::Retry);
    assert!(world.body() == filled);
}

#[test]
fn a_doubt_is_left_without_the_form_and_not_tried_again_against_its_policy() {
    let mut world = World::at_confirm_of(ONLINE);
    world.touch(Action::Submit);
    world.wait(16);
    world.send(Event::LinkChanged(Link::Offline));
    let Body::Unavailable { can_retry, .. } = world.body() else { panic!("{}", world.state()) };
    world.touch(Action::Retry);
    assert_eq!((can_retry, world.state(), world.submits.len()), (false, "unsure", 1));
    world.send(Event::LinkChanged(Link::Online));
    world.touch_all([Action::Back, Action::Start]);
    assert_eq!(world.state(), "asking", "it begins anew");
    world.stored(Ok(kept()));
    assert_eq!((world.state(), world.prints.len()), ("asking", 0), "whoever left was told what to do");
}
