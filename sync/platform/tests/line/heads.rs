//! Heads of journals: countersigned once, the same answer for ever; what goes back or contradicts is an alarm.

use std::cell::Cell;

use kiosk_protocol::crypto::{Digest, SigningKey};
use kiosk_protocol::journal::{Chain, Countersigned, SignedHead};
use kiosk_protocol::wire::{EnrolRequest, HeadAnswer, HeadReport, Place};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Response;

use crate::world::{Terminal, World, problem};

stories! {
    partitioned too:
    a_head_is_countersigned_once_and_gets_the_same_answer_for_ever,
    a_journal_that_goes_back_is_an_alarm_and_begins_a_new_epoch,
    another_hash_for_a_row_that_was_shown_is_an_alarm,
    a_head_behind_a_countersignature_that_was_lost_shows_that_one_first,
    a_journal_that_grew_anew_beyond_what_was_shown_is_an_alarm,
    another_key_in_the_same_epoch_is_an_alarm,
    the_key_of_the_enrolment_counts_from_the_first_head_on,
    a_head_of_an_epoch_that_is_over_learns_the_one_in_force,
    two_that_share_an_identity_do_not_raise_the_epoch_for_ever,
    a_head_of_somebody_else_or_unsigned_is_refused,
    an_operator_is_told_the_newest_head,
}

/// A terminal and its journal.
struct Kiosk {
    terminal: Terminal,
    key: SigningKey,
    /// What was countersigned last, as far as it heard.
    behind: Cell<Option<Place>>,
}

impl Kiosk {
    async fn enrolled(world: &World, name: &str) -> Self {
        Self::of(world.terminal(name).await, SigningKey::generate().unwrap())
    }

    fn of(terminal: Terminal, key: SigningKey) -> Self {
        Self { terminal, key, behind: Cell::default() }
    }

    /// The head at a row whose hash is made of a word.
    fn head(&self, epoch: u32, seq: u64, word: &str) -> HeadReport {
        let chain = Chain { seq, head: Digest::of(word.as_bytes()) };
        let (name, at) = (self.terminal.answer.terminal.clone(), jiff::Timestamp::now());
        let head = SignedHead::sign(&self.key, name, epoch, chain, at).unwrap();
        HeadReport { key: self.key.verifying_key(), head, behind: self.behind.get() }
    }

    async fn send(&self, report: &HeadReport) -> Response {
        self.terminal.post("/v1/sync/head", serde_json::to_vec(report).unwrap()).await
    }

    async fn shows(&self, epoch: u32, seq: u64, word: &str) -> HeadAnswer {
        self.send(&self.head(epoch, seq, word)).await.json().await.unwrap()
    }

    async fn is_countersigned(&self, epoch: u32, seq: u64, word: &str) -> Countersigned {
        let HeadAnswer::Countersigned(shown) = self.shows(epoch, seq, word).await else {
            panic!("row {seq}")
        };
        self.behind.set(Some(Place::of(&shown.head)));
        shown
    }
}

async fn a_head_is_countersigned_once_and_gets_the_same_answer_for_ever(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    let report = kiosk.head(1, 300, "a");
    let answer: HeadAnswer = kiosk.send(&report).await.json().await.unwrap();
    let HeadAnswer::Countersigned(shown) = &answer else { panic!("{answer:?}") };
    assert_eq!(shown.head, report.head);
    shown.verify(&kiosk.terminal.answer.heads_key).unwrap();
    kiosk.behind.set(Some(Place::of(&shown.head)));
    world.pass(60);
    kiosk.is_countersigned(1, 301, "b").await;
    let again: HeadAnswer = kiosk.send(&report).await.json().await.unwrap();
    assert_eq!(again, answer, "a late repetition is no alarm");
    assert!(world.alarms().is_empty());
    world.stop().await;
}

async fn a_journal_that_goes_back_is_an_alarm_and_begins_a_new_epoch(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "a").await;
    assert_eq!(kiosk.shows(1, 250, "restored").await, HeadAnswer::NewEpoch { epoch: 2 });
    assert_eq!(world.alarms(), ["journal-went-back"]);
    let alarm = &world.platform().alarms().unwrap()[0];
    assert_eq!(alarm.terminal.to_string(), "230202-0001");
    assert!(alarm.detail.contains("\"seq\":250"), "the evidence: {}", alarm.detail);
    kiosk.is_countersigned(2, 251, "goes on").await;
    // What it makes from now on has identities of its own.
    let mut item = kiosk.terminal.raw(1, "{}".to_owned());
    item.id.epoch = 2;
    kiosk.terminal.send(vec![item]).await;
    assert_eq!(world.alarms().len(), 1);
    let told = world.stranger().get(world.metrics()).send().await.unwrap().text().await.unwrap();
    assert!(told.contains(r#"hecheng_platform_heads_total{found="unfit"} 1"#), "{told}");
    world.stop().await;
}

async fn another_hash_for_a_row_that_was_shown_is_an_alarm(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "a").await;
    assert_eq!(kiosk.shows(1, 300, "b").await, HeadAnswer::NewEpoch { epoch: 2 });
    assert_eq!(world.alarms(), ["journal-contradicted"]);
    world.stop().await;
}

async fn a_head_behind_a_countersignature_that_was_lost_shows_that_one_first(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "a").await;
    let lost = kiosk.is_countersigned(1, 301, "b").await;
    for heard in [None, Some(Place { seq: 300, hash: Digest::of(b"a") })] {
        kiosk.behind.set(heard);
        assert_eq!(kiosk.shows(1, 302, "c").await, HeadAnswer::Show { seq: 301 });
    }
    assert_eq!(kiosk.is_countersigned(1, 301, "b").await, lost);
    kiosk.is_countersigned(1, 302, "c").await;
    assert!(world.alarms().is_empty());
    world.stop().await;
}

async fn a_journal_that_grew_anew_beyond_what_was_shown_is_an_alarm(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "a").await;
    kiosk.behind.set(Some(Place { seq: 300, hash: Digest::of(b"anew") }));
    assert_eq!(kiosk.shows(1, 400, "anew").await, HeadAnswer::Show { seq: 300 });
    assert_eq!(kiosk.shows(1, 300, "anew").await, HeadAnswer::NewEpoch { epoch: 2 });
    assert_eq!(world.alarms(), ["journal-contradicted"]);
    kiosk.is_countersigned(2, 401, "goes on").await;
    world.stop().await;
}

async fn another_key_in_the_same_epoch_is_an_alarm(world: World) {
    let mut kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "a").await;
    kiosk.key = SigningKey::generate().unwrap();
    assert_eq!(kiosk.shows(1, 301, "b").await, HeadAnswer::NewEpoch { epoch: 2 });
    assert_eq!(world.alarms(), ["journal-other-key"]);
    kiosk.is_countersigned(2, 302, "c").await;
    world.stop().await;
}

async fn the_key_of_the_enrolment_counts_from_the_first_head_on(world: World) {
    let (key, journal) = (KeyPair::generate().unwrap(), SigningKey::generate().unwrap());
    let csr_pem = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let (code, journal_key) = (world.ticket("230202-0001"), Some(journal.verifying_key()));
    let terminal = world.terminal_by(EnrolRequest { code, csr_pem, journal_key }, &key).await;
    let mut kiosk = Kiosk::of(terminal, SigningKey::generate().unwrap());
    assert_eq!(kiosk.shows(1, 1, "a").await, HeadAnswer::NewEpoch { epoch: 2 });
    assert_eq!(world.alarms(), ["journal-other-key"]);
    kiosk.key = journal;
    kiosk.is_countersigned(2, 1, "a").await;
    world.stop().await;
}

async fn a_head_of_an_epoch_that_is_over_learns_the_one_in_force(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "a").await;
    let again = Kiosk { terminal: world.terminal("230202-0001").await, ..kiosk };
    assert_eq!(again.shows(1, 300, "a").await, HeadAnswer::NewEpoch { epoch: 2 });
    again.is_countersigned(2, 301, "b").await;
    assert_eq!(problem(again.send(&again.head(3, 302, "c")).await).await, (400, "bad-request".to_owned()));
    assert!(world.alarms().is_empty());
    world.stop().await;
}

async fn two_that_share_an_identity_do_not_raise_the_epoch_for_ever(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    kiosk.is_countersigned(1, 300, "one").await;
    assert_eq!(kiosk.shows(1, 300, "two").await, HeadAnswer::NewEpoch { epoch: 2 });
    kiosk.is_countersigned(2, 301, "two").await;
    let refused = kiosk.send(&kiosk.head(2, 301, "one")).await;
    assert_eq!(problem(refused).await, (409, "journal-unfit".to_owned()));
    assert_eq!(world.alarms().len(), 2);
    world.pass(3601);
    assert_eq!(kiosk.shows(2, 301, "one").await, HeadAnswer::NewEpoch { epoch: 3 });
    world.stop().await;
}

async fn a_head_of_somebody_else_or_unsigned_is_refused(world: World) {
    let (one, two) =
        (Kiosk::enrolled(&world, "230202-0001").await, Kiosk::enrolled(&world, "230202-0002").await);
    let theirs = two.send(&one.head(1, 1, "a")).await;
    assert_eq!(problem(theirs).await, (400, "bad-request".to_owned()));
    let mut changed = two.head(1, 1, "a");
    changed.head.seq = 2;
    assert_eq!(problem(two.send(&changed).await).await, (400, "bad-request".to_owned()));
    two.is_countersigned(1, 1, "a").await;
    world.stop().await;
}

async fn an_operator_is_told_the_newest_head(world: World) {
    let kiosk = Kiosk::enrolled(&world, "230202-0001").await;
    let terminal = &kiosk.terminal.answer.terminal;
    assert!(world.platform().head(terminal).is_err(), "none was shown");
    kiosk.is_countersigned(1, 300, "a").await;
    let newest = kiosk.is_countersigned(1, 301, "b").await;
    assert_eq!(world.platform().head(terminal).unwrap(), newest);
    assert_eq!(world.platform().journal_key(terminal, 1).unwrap(), kiosk.key.verifying_key());
    world.stop().await;
}
