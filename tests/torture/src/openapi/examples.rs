//! One example of each call that the platform of the campaign answers with success. The tester sends them first; what it
//! makes up afterwards can only be refused for what it does not know.

use std::error::Error;

use jiff::{SignedDuration, Timestamp};
use kiosk_client::identity::Identity;
use kiosk_platform::{Options, Platform};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, SigningKey};
use kiosk_protocol::ids::{ItemId, Key, TerminalId};
use kiosk_protocol::item::{Content, Item, ItemBody};
use kiosk_protocol::journal::{Chain, SignedHead};
use kiosk_protocol::trust::CATALOGUE;
use kiosk_protocol::wire::file::{CHECKSUM, LENGTH, OFFSET, checksum};
use kiosk_protocol::wire::{Batch, HeadReport};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use uuid::Uuid;

/// A synthetic resident the built-in department knows.
const RESIDENT: (&str, &str) = ("王秀兰", "230203198803120022");
/// A service the residents of that department can ask about.
const SERVICE: &str = "gjj-account";
/// Stands for the sealed bytes of a file.
const FILE: &str = "synthetic file";
/// The other terminal, which is enrolled by the tester.
const OTHER: &str = "230202-0002";

/// Writes them into the document, and what it cannot say of this platform.
pub fn add(document: &mut Value, platform: &Platform, identity: &Identity) -> Result<(), Box<dyn Error>> {
    let file = Digest::of(FILE.as_bytes());
    platform
        .core(Options::default())?
        .begin_file(&identity.terminal, &file, FILE.len() as u64)
        .map_err(|problem| problem.title)?;
    let expires_at = Timestamp::now() + SignedDuration::from_hours(24);
    let command = platform.command(&identity.terminal, Key::try_from("sync-now")?, expires_at)?;
    let parameters = [
        ("digest", json!(file)),
        (LENGTH, json!(FILE.len())),
        (OFFSET, json!(0)),
        (CHECKSUM, json!(checksum(FILE.as_bytes()))),
        ("id", json!(command)),
        ("name", json!(CATALOGUE)),
        ("version", json!(1)),
        ("root", json!(1)),
        ("cursor", json!("c0")),
        ("content-encoding", json!("identity")),
    ];
    for (name, example) in parameters {
        named(document, name).for_each(|parameter| parameter["example"] = example.clone());
    }
    for (method, path, example) in bodies(platform, identity)? {
        let body = &mut document["paths"][path][method]["requestBody"]["content"];
        body.as_object_mut().into_iter().flatten().for_each(|(_, media)| media["example"] = example.clone());
    }
    narrow(document);
    Ok(())
}

/// The tester packs nothing, and makes up no number with its check digit.
fn narrow(document: &mut Value) {
    named(document, "content-encoding")
        .for_each(|parameter| parameter["schema"] = json!({"enum": ["identity"]}));
    document["components"]["schemas"]["WirePerson"]["properties"]["number"]["enum"] = json!([RESIDENT.1]);
}

/// All parameters of a name.
fn named<'a>(document: &'a mut Value, name: &'a str) -> impl Iterator<Item = &'a mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let calls = paths.filter_map(Value::as_object_mut).flat_map(|calls| calls.values_mut());
    let parameters = calls.filter_map(|call| call.get_mut("parameters")?.as_array_mut()).flatten();
    parameters.filter(move |parameter| parameter["name"] == name)
}

type Body = (&'static str, &'static str, Value);

fn bodies(platform: &Platform, identity: &Identity) -> Result<[Body; 8], Box<dyn Error>> {
    let key = KeyPair::from_pem(&std::fs::read_to_string(&identity.key_path)?)?;
    let ticket = platform.ticket(&TerminalId::try_from(OTHER.to_owned())?, &Platform::site_unnamed()?)?;
    let (name, number) = RESIDENT;
    Ok([
        ("post", "/v1/enrol", json!({"code": ticket.code, "csr_pem": csr(&KeyPair::generate()?)?})),
        ("post", "/v1/certs/renew", json!({"csr_pem": csr(&key)?})),
        ("post", "/v1/sync/batches", serde_json::to_value(rating(identity)?)?),
        ("post", "/v1/sync/head", serde_json::to_value(head(identity)?)?),
        ("post", "/v1/commands/{id}/result", json!({"outcome": "done", "detail": ""})),
        (
            "post",
            "/v1/configuration/report",
            json!({"software": "0.1.0", "all": 0, "own": 0, "refused": [], "at": Timestamp::now()}),
        ),
        (
            "post",
            "/v1/ask",
            json!({"visit": Uuid::now_v7(), "level": 1, "person": {"name": name, "number": number},
                "question": {"ask": "query", "service": SERVICE}}),
        ),
        ("patch", "/v1/files/{digest}", json!(FILE)),
    ])
}

fn csr(key: &KeyPair) -> Result<String, rcgen::Error> {
    CertificateParams::default().serialize_request(key)?.pem()
}

fn rating(identity: &Identity) -> Result<Batch, Box<dyn Error>> {
    let (uuid, visit) = (Uuid::now_v7(), Uuid::now_v7());
    let content = Content::Rating { visit, case: None, level: RatingLevel::Satisfied };
    let body = serde_json::to_string(&ItemBody { uuid, lane: uuid, created_at: Timestamp::now(), content })?;
    let id = ItemId { terminal: identity.terminal.clone(), epoch: identity.epoch, seq: 1 };
    Ok(Batch { items: vec![Item { id, hash: Digest::of(body.as_bytes()), body }] })
}

fn head(identity: &Identity) -> Result<HeadReport, Box<dyn Error>> {
    let key = SigningKey::generate()?;
    let chain = Chain { seq: 1, head: Digest::of(b"a synthetic row") };
    let head = SignedHead::sign(&key, identity.terminal.clone(), identity.epoch, chain, Timestamp::now())?;
    Ok(HeadReport { key: key.verifying_key(), head, behind: None })
}
