use kiosk_platform::{Draft, NotGenuine, PlatformError};
use kiosk_protocol::ids::PageNumber;
use kiosk_protocol::service::{IdentityLevel, Language};
use kiosk_protocol::wire::{Question, Reply};

use crate::ask::{NOBODY, ask, asked, key};
use crate::world::{ALICE, Terminal, World};

stories! {
    a_page_is_sealed_and_its_fetch_recorded,
    one_changed_byte_is_seen_wherever_it_stands,
    a_changed_record_is_seen,
    a_page_is_refused_below_its_level_and_where_there_is_none,
    a_page_without_a_template_is_not_published,
}

/// Bounds what a terminal has to carry: fonts are embedded as subsets.
const USUAL_BYTES_MAX: usize = 256 * 1024;

fn page(service: &str) -> Question {
    Question::Page { service: key(service), language: Language::ZhCn }
}

async fn page_of_alice(terminal: &Terminal) -> (Vec<u8>, PageNumber) {
    let reply = ask(terminal, ALICE, IdentityLevel::CardPresent, page("gjj-account")).await;
    let Reply::Page { pdf, pages, number } = reply else { panic!("no page") };
    assert_eq!(pages, 1);
    (pdf.bytes().to_vec(), number)
}

/// A query with a page, of a department nobody can reach.
fn elsewhere(template: &str) -> Draft {
    let text = r#"{"zh-CN":"问","en":"q","ru":"в"}"#;
    let block = format!(r#"{{"block":"fact","key":"k","label":{text},"format":"plain"}}"#);
    let json = format!(
        r#"{{"id":"far","version":1,"department":"elsewhere","identity_level":1,
        "offline":{{"policy":"queue"}},"icon":"talk","group":{text},"title":{text},"summary":{text},
        "guide":{{"time_limit":{text},"fee":{text},"materials":[],"basis":{text}}},"kind":"query",
        "answer":[{block}],"page":{{"label":{text},"template":"{template}","title":{text},
        "statement":{text},"blocks":[{block}]}}}}"#
    );
    Draft { file: "far.json".to_owned(), json }
}

async fn a_page_is_sealed_and_its_fetch_recorded(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (file, number) = page_of_alice(&terminal).await;
    assert!(file.starts_with(b"%PDF-") && file.len() < USUAL_BYTES_MAX, "{}", file.len());
    let platform = world.platform();
    assert_eq!(platform.accesses().unwrap(), [("gjj-account".to_owned(), "housing-fund".to_owned())]);
    let facts = platform.verify_page(&file).unwrap();
    assert_eq!((&facts.number, facts.service.as_str(), facts.version), (&number, "gjj-account", 2));
    assert_eq!(platform.verify_page_number(&number).unwrap(), facts);
    let (_, another) = page_of_alice(&terminal).await;
    assert_ne!(another, number);
    world.stop().await;
}

async fn one_changed_byte_is_seen_wherever_it_stands(world: World) {
    let (file, _) = page_of_alice(&world.terminal("230202-0001").await).await;
    let platform = world.platform();
    for place in [0, file.len() / 2, file.len() - 1] {
        let mut changed = file.clone();
        changed[place] ^= 1;
        let verified = platform.verify_page(&changed);
        assert!(matches!(verified, Err(PlatformError::NotGenuine(NotGenuine::Unknown))), "{place}");
    }
    let unknown = platform.verify_page_number(&PageNumber::of(7));
    assert!(matches!(unknown, Err(PlatformError::NotGenuine(NotGenuine::Unknown))));
    world.stop().await;
}

async fn a_changed_record_is_seen(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let ((file, number), (_, other)) = (page_of_alice(&terminal).await, page_of_alice(&terminal).await);
    world.unguard("pages").await;
    let of_other = format!("(SELECT signed FROM pages WHERE number = '{other}')");
    for signed in [of_other.as_str(), "replace(signed, 'gjj-account', 'gjj-another')"] {
        world.change(&format!("UPDATE pages SET signed = {signed} WHERE number = '{number}'")).await;
        let platform = world.platform();
        for verified in [platform.verify_page(&file), platform.verify_page_number(&number)] {
            assert!(matches!(verified, Err(PlatformError::NotGenuine(NotGenuine::Record))), "{signed}");
        }
    }
    world.stop().await;
}

async fn a_page_is_refused_below_its_level_and_where_there_is_none(world: World) {
    world.platform().publish(&[elsewhere("certificate")]).unwrap();
    let terminal = world.terminal("230202-0001").await;
    let texts = |reply: Reply| match reply {
        Reply::Refused { why } => why.en,
        Reply::Values { .. } | Reply::Cases { .. } | Reply::Page { .. } => panic!("answered"),
    };
    let card = IdentityLevel::CardPresent;
    let below = texts(ask(&terminal, ALICE, IdentityLevel::Anonymous, page("gjj-account")).await);
    assert_eq!(texts(asked(&terminal, None, card, page("gjj-account")).await), below);
    let unknown = texts(ask(&terminal, ALICE, card, page("nowhere")).await);
    assert_eq!(texts(ask(&terminal, ALICE, card, page("gjj-rent-withdrawal")).await), unknown);
    let unreachable = texts(ask(&terminal, ALICE, card, page("far")).await);
    assert!(world.platform().accesses().unwrap().is_empty(), "nothing was fetched");
    let nothing = texts(ask(&terminal, NOBODY, card, page("gjj-account")).await);
    assert_eq!(world.platform().accesses().unwrap().len(), 1);
    let different = std::collections::BTreeSet::from([below, unknown, unreachable, nothing]);
    assert_eq!(different.len(), 4, "{different:?}");
    world.stop().await;
}

async fn a_page_without_a_template_is_not_published(world: World) {
    let published = world.platform().publish(&[elsewhere("poster")]);
    assert!(matches!(published, Err(PlatformError::NoTemplate(name)) if name.as_str() == "poster"));
    world.stop().await;
}
