//! What a server grants its peers, how it ends, what it tells its operators.

use std::time::{Duration, Instant};

use kiosk_platform::Bounds;
use kiosk_protocol::wire::EnrolRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{ALICE, World, problem};

stories! {
    who_calls_too_often_is_told_how_long_to_wait,
    who_guesses_tickets_is_told_to_wait_and_no_other,
    metrics_count_calls_and_verdicts,
}

async fn who_calls_too_often_is_told_how_long_to_wait(world: World) {
    let (terminal, other) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let refused = loop {
        let answer = terminal.get("/v1/metadata?root=1").await;
        if answer.status() != 200 {
            break answer;
        }
    };
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(problem(refused).await, (429, "too-often".to_owned()));
    assert_eq!(other.get("/v1/metadata?root=1").await.status(), 200, "no other is delayed");
    world.stop().await;
}

async fn who_guesses_tickets_is_told_to_wait_and_no_other(world: World) {
    let guess = EnrolRequest { code: "000000000000".into(), csr_pem: String::new(), journal_key: None };
    let (mut guesses, started, stranger) = (0, Instant::now(), world.stranger());
    let refused = loop {
        let answer = stranger.post(world.url("/v1/enrol")).json(&guess).send().await.unwrap();
        if answer.status() != 404 {
            break answer;
        }
        guesses += 1;
    };
    let meanwhile = started.elapsed().as_secs() + 1;
    assert!((60..=60 + meanwhile).contains(&guesses), "{guesses} guesses in {meanwhile} s");
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(problem(refused).await, (429, "too-often".to_owned()));
    let hall = world.stranger_at([127, 0, 0, 2].into());
    let answer = hall.post(world.url("/v1/enrol")).json(&guess).send().await.unwrap();
    assert_eq!(problem(answer).await, (404, "ticket-unknown".to_owned()), "no other address is delayed");
    world.stop().await;
}

async fn metrics_count_calls_and_verdicts(world: World) {
    let terminal = world.terminal("230202-0001").await;
    terminal.send(vec![terminal.item(1, terminal.withdrawal(ALICE)), terminal.raw(2, "{}".to_owned())]).await;
    terminal.get("/v1/nowhere/230202-0001").await;
    let told = world.stranger().get(world.metrics()).send().await.unwrap().text().await.unwrap();
    for line in [
        r#"hecheng_platform_requests_total{call="/v1/sync/batches",status="200"} 1"#,
        r#"hecheng_platform_requests_total{call="unknown",status="404"} 1"#,
        r#"hecheng_platform_items_total{verdict="accepted"} 1"#,
        r#"hecheng_platform_items_total{verdict="quarantined"} 1"#,
    ] {
        assert!(told.lines().any(|found| found == line), "{line} is not in\n{told}");
    }
    assert!(!told.contains("230202"), "no terminal is a label");
    world.stop().await;
}

#[tokio::test]
async fn a_head_that_does_not_end_closes_its_connection() {
    let bounds = Bounds { head: Duration::from_millis(200), ..Bounds::default() };
    let world = World::bounded(bounds).await;
    let mut slow = world.raw_connection().await;
    slow.write_all(b"GET /v1/health HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut said = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut said)).await;
    assert!(ended.is_ok(), "the connection stays open");
    assert!(!said.starts_with(b"HTTP/1.1 2"));
    world.stop().await;
}

#[tokio::test]
async fn beyond_the_bound_a_connection_waits_for_another_to_end() {
    let bounds = Bounds { connections: 1, ..Bounds::default() };
    let world = World::bounded(bounds).await;
    let holding = TcpStream::connect(world.address()).await.unwrap();
    let health = world.stranger().get(world.url("/v1/health")).timeout(Duration::from_millis(500)).send();
    assert!(health.await.is_err(), "there is no room");
    drop(holding);
    let health = world.stranger().get(world.url("/v1/health")).send();
    assert_eq!(health.await.unwrap().status(), 204);
    world.stop().await;
}

#[tokio::test]
async fn who_waits_too_long_is_told_when_to_come_back_also_while_the_server_ends() {
    let bounds = Bounds { request: Duration::from_millis(500), ..Bounds::default() };
    let world = World::bounded(bounds).await;
    let mut slow = world.raw_connection().await;
    slow.write_all(b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{").await.unwrap();
    // Another request is answered after the first one's head was read.
    assert_eq!(world.stranger().get(world.url("/v1/health")).send().await.unwrap().status(), 204);
    let stopping = tokio::spawn(world.stop());
    let mut said = String::new();
    slow.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 503") && said.contains("too-slow"), "{said}");
    assert!(said.contains("retry-after: 5\r\n"), "{said}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_is_at_hand_is_finished_before_the_server_ends() {
    let world = World::start().await;
    let mut half = world.raw_connection().await;
    half.write_all(b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{").await.unwrap();
    // Another request is answered after the first one's head was read.
    assert_eq!(world.stranger().get(world.url("/v1/health")).send().await.unwrap().status(), 204);
    let address = world.address();
    let stopping = tokio::spawn(world.stop());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    half.write_all(b"}").await.unwrap();
    let mut said = String::new();
    half.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 400"), "{said}");
    stopping.await.unwrap();
}
