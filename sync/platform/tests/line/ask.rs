use kiosk_protocol::ids::Key;
use kiosk_protocol::service::IdentityLevel;
use kiosk_protocol::wire::{Ask, CaseState, Question, Reply, WirePerson};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::world::{ALICE, Terminal, World, problem};

stories! {
    a_form_is_prefilled_with_what_it_asks_for_and_no_more,
    a_query_is_answered_with_facts_and_entries,
    below_its_level_nothing_is_told_and_nothing_is_fetched,
    a_person_sees_their_own_cases,
    a_number_that_is_none_is_refused_without_repeating_it,
}

/// Synthetic, valid, and on nobody's file.
pub const NOBODY: (&str, &str) = ("某某", "11010519491231002X");

fn body(person: Option<(&str, &str)>, level: IdentityLevel, question: Question) -> Vec<u8> {
    let person = person.map(|(name, number)| WirePerson { name: name.into(), number: number.into() });
    serde_json::to_vec(&Ask { visit: Uuid::now_v7(), level, person, question }).unwrap()
}

pub async fn asked(
    terminal: &Terminal,
    person: Option<(&str, &str)>,
    level: IdentityLevel,
    question: Question,
) -> Reply {
    terminal.post("/v1/ask", body(person, level, question)).await.json().await.unwrap()
}

pub async fn ask(
    terminal: &Terminal,
    person: (&str, &str),
    level: IdentityLevel,
    question: Question,
) -> Reply {
    asked(terminal, Some(person), level, question).await
}

pub fn key(name: &str) -> Key {
    Key::try_from(name).unwrap()
}

fn prefill() -> Question {
    Question::Prefill { service: key("gjj-rent-withdrawal") }
}

fn query() -> Question {
    Question::Query { service: key("gjj-account") }
}

async fn a_form_is_prefilled_with_what_it_asks_for_and_no_more(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let reply = ask(&terminal, ALICE, IdentityLevel::CardPresent, prefill()).await;
    let Reply::Values { values, tables, .. } = reply else { panic!("no values") };
    let names: Vec<&str> = values.keys().map(Key::as_str).collect();
    assert_eq!(names, ["account", "balance", "bank-card", "employer"]);
    assert_eq!(values[&key("balance")].0.expose_secret(), "4055000");
    assert!(tables.is_empty());
    let reply = ask(&terminal, NOBODY, IdentityLevel::CardPresent, prefill()).await;
    assert!(matches!(reply, Reply::Values { values, .. } if values.is_empty()));
    let accesses = world.platform().accesses().unwrap();
    let access = ("gjj-rent-withdrawal".to_owned(), "housing-fund".to_owned());
    assert_eq!(accesses, [access.clone(), access]);
    world.stop().await;
}

async fn a_query_is_answered_with_facts_and_entries(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let reply = ask(&terminal, ALICE, IdentityLevel::CardPresent, query()).await;
    let Reply::Values { values, tables, .. } = reply else { panic!("no values") };
    assert_eq!(values.len(), 3);
    let newest = &tables[&key("entries")][0];
    assert_eq!(newest[&key("balance")].0.expose_secret(), values[&key("balance")].0.expose_secret());
    let reply = ask(&terminal, NOBODY, IdentityLevel::CardPresent, query()).await;
    assert!(matches!(reply, Reply::Refused { .. }));
    world.stop().await;
}

async fn below_its_level_nothing_is_told_and_nothing_is_fetched(world: World) {
    let terminal = world.terminal("230202-0001").await;
    for question in [prefill(), query(), Question::Cases] {
        let reply = ask(&terminal, ALICE, IdentityLevel::Anonymous, question).await;
        assert!(matches!(reply, Reply::Refused { .. }));
    }
    assert!(world.platform().accesses().unwrap().is_empty());
    world.stop().await;
}

async fn a_person_sees_their_own_cases(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let items =
        vec![terminal.item(1, terminal.withdrawal(ALICE)), terminal.item(2, terminal.withdrawal(NOBODY))];
    terminal.send(items).await;
    world.pass(60);
    let reply = ask(&terminal, ALICE, IdentityLevel::CardPresent, Question::Cases).await;
    let Reply::Cases { cases } = reply else { panic!("no cases") };
    assert_eq!(cases.len(), 1);
    assert_eq!((cases[0].receipt.as_str(), cases[0].state), ("230202-0001-01000001", CaseState::Granted));
    world.stop().await;
}

async fn a_number_that_is_none_is_refused_without_repeating_it(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let body = body(Some(("某某", "110105194912310021")), IdentityLevel::CardPresent, Question::Cases);
    let answer = terminal.post("/v1/ask", body).await;
    assert_eq!(problem(answer).await, (400, "bad-request".to_owned()));
    world.stop().await;
}
