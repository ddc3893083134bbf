use kiosk_protocol::ids::ReceiptNumber;
use kiosk_protocol::item::Content;
use kiosk_protocol::receipt::ReceiptCode;
use kiosk_protocol::service::IdentityLevel;
use kiosk_protocol::wire::{CaseState, Question, Reply};
use uuid::Uuid;

use crate::ask::asked;
use crate::world::{ALICE, Terminal, World};

stories! {
    partitioned too:
    the_holder_of_a_receipt_sees_its_case_at_any_terminal,
    a_guessed_number_is_not_enough,
    who_guesses_has_to_wait_and_delays_no_other_terminal,
}

/// Hands a case in and gives the code of its receipt.
async fn handed_in(terminal: &Terminal, seq: u64) -> ReceiptCode {
    let content = terminal.withdrawal(ALICE);
    let Content::Case { case, .. } = content else { unreachable!("a withdrawal is a case") };
    let item = terminal.item(seq, content);
    let receipt = ReceiptNumber::of(&item.id);
    terminal.send(vec![item]).await;
    ReceiptCode::of(receipt, case)
}

async fn scanned(terminal: &Terminal, code: &ReceiptCode) -> Reply {
    let ReceiptCode { receipt, proof } = code.clone();
    asked(terminal, None, IdentityLevel::Anonymous, Question::Case { receipt, proof }).await
}

fn refusal(reply: Reply) -> String {
    match reply {
        Reply::Refused { why } => why.en,
        Reply::Values { .. } | Reply::Cases { .. } | Reply::Page { .. } => panic!("answered"),
    }
}

async fn the_holder_of_a_receipt_sees_its_case_at_any_terminal(world: World) {
    let (one, two) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let code = handed_in(&one, 1).await;
    handed_in(&one, 2).await;
    world.pass(60);
    for terminal in [&one, &two] {
        let reply = scanned(terminal, &code).await;
        let told = serde_json::to_string(&reply).unwrap();
        assert!(!told.contains(ALICE.0) && !told.contains(ALICE.1), "{told}");
        let Reply::Cases { cases } = reply else { panic!("no case") };
        assert_eq!(cases.len(), 1);
        assert_eq!((&cases[0].receipt, cases[0].state), (&code.receipt, CaseState::Granted));
    }
    let access = ("case".to_owned(), "case-register".to_owned());
    assert_eq!(world.platform().accesses().unwrap(), [access.clone(), access]);
    world.stop().await;
}

async fn a_guessed_number_is_not_enough(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let code = handed_in(&terminal, 1).await;
    let guessed = ReceiptCode::of(code.receipt.clone(), Uuid::now_v7());
    let wrong = refusal(scanned(&terminal, &guessed).await);
    let next = ReceiptNumber::try_from("230202-0001-01000002".to_owned()).unwrap();
    let unknown = refusal(scanned(&terminal, &ReceiptCode { receipt: next, proof: code.proof }).await);
    assert_eq!(wrong, unknown, "nobody learns which numbers there are");
    assert_eq!(world.platform().accesses().unwrap().len(), 2);
    world.stop().await;
}

async fn who_guesses_has_to_wait_and_delays_no_other_terminal(world: World) {
    let (one, two) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let code = handed_in(&one, 1).await;
    let mut last = String::new();
    for _ in 0..10 {
        let guessed = ReceiptCode::of(code.receipt.clone(), Uuid::now_v7());
        last = refusal(scanned(&one, &guessed).await);
    }
    let waiting = refusal(scanned(&one, &code).await);
    assert_ne!(waiting, last);
    assert!(matches!(scanned(&two, &code).await, Reply::Cases { .. }));
    world.pass(601);
    assert!(matches!(scanned(&one, &code).await, Reply::Cases { .. }));
    world.stop().await;
}
