//! `kiosk technician`: who may open the technician's screens, and the lock before them. Whoever may do this has the machine:
//! the control socket and the store's key are for its administrator alone.

use std::io::{BufRead, Read, Write};

use jiff::civil::Date;
use kiosk_drivers_api::Private;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Store, StoreError, Technician};
use serde_json::{Value, json};

use super::{ask_or_open, devices, say};
use crate::control::Question;
use crate::error::Failure;
use crate::setup::Setup;
use crate::technician::{Work, pin};

/// Characters of a name.
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=40;
/// Bytes of standard input that are looked at; a PIN has eight.
const PIN_BYTES_READ: u64 = 64;

/// Runs `kiosk technician add`: the PIN from standard input, the rest from the card that is put in now.
pub fn enter(setup: &Setup, name: &str, until: Date) -> Result<(), Failure> {
    if !NAME_CHARS.contains(&name.chars().count()) || name.contains(char::is_control) {
        return Err(Failure::Refused("a name has 1 to 40 characters".to_owned()));
    }
    let pin = read_pin(&mut std::io::stdin().lock())?;
    let pin = pin::hash(&pin).map_err(|error| Failure::Refused(error.to_string()))?;
    prompt("Put the technician's card into the slot.");
    let (card, key) = read_card(setup)?;
    let technician = Technician { card, name: name.to_owned(), key, pin, until };
    let question = Question::AddTechnician(Box::new(technician.clone()));
    let answer = ask_or_open(setup, question, |store| add(store, technician))?;
    say(&format!("card {} is on the roster until {until}", answer["card"].as_str().unwrap_or_default()));
    Ok(())
}

/// The first line, without its end.
fn read_pin(input: &mut impl BufRead) -> Result<Private, Failure> {
    prompt("PIN, 6 to 8 digits:");
    let mut line = String::new();
    let read = input.take(PIN_BYTES_READ).read_line(&mut line);
    read.map_err(|error| Failure::Refused(format!("no PIN on standard input: {error}")))?;
    Ok(Private::from(line.trim_end_matches(['\r', '\n'])))
}

/// To whoever sits there; standard output is for answers.
fn prompt(words: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

fn read_card(setup: &Setup) -> Result<(String, VerifyingKey), Failure> {
    let answer = devices::done(setup, Work::ReadCard)?;
    devices::judged(&answer)?;
    let text = |name| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let key = text("key").and_then(|key| VerifyingKey::try_from(key).ok());
    text("serial").zip(key).ok_or_else(|| {
        Failure::Refused("this is no technician's card, or it does not prove its key".to_owned())
    })
}

/// Runs `kiosk technician list`.
pub fn show(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let answer = ask_or_open(setup, Question::Technicians, list)?;
    if as_json {
        say(&answer.to_string());
        return Ok(());
    }
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    for row in answer["technicians"].as_array().into_iter().flatten() {
        let revoked = if row["revoked"] == true { "  revoked by the platform" } else { "" };
        say(&format!(
            "{:<16} until {}  {}{revoked}",
            text(row, "card"),
            text(row, "until"),
            text(row, "name")
        ));
    }
    say(&format!("{} wrong PINs since the last right one", answer["tries"]));
    Ok(())
}

/// Runs `kiosk technician remove`.
pub fn take_off(setup: &Setup, card: &str) -> Result<(), Failure> {
    ask_or_open(setup, Question::RemoveTechnician(card.to_owned()), |store| remove(store, card))?;
    say(&format!("card {card} is off the roster"));
    Ok(())
}

/// Runs `kiosk technician unlock`.
pub fn open(setup: &Setup) -> Result<(), Failure> {
    ask_or_open(setup, Question::UnlockTechnicians, unlock)?;
    say("the count of wrong PINs is set back");
    Ok(())
}

/// The roster without hashes, as JSON.
pub fn list(store: &Store) -> Result<Value, String> {
    let revoked = store.revocations().map_err(words)?.list;
    let row = |one: Technician| {
        let is_revoked = revoked.has_card(&one.card);
        json!({ "card": one.card, "name": one.name, "until": one.until, "revoked": is_revoked })
    };
    let rows = store.technicians().map_err(words)?.into_iter().map(row).collect::<Vec<_>>();
    Ok(json!({ "technicians": rows, "tries": store.technician_tries().map_err(words)? }))
}

/// Puts somebody on the roster.
pub fn add(store: &Store, technician: Technician) -> Result<Value, String> {
    let card = technician.card.clone();
    if store.revocations().map_err(words)?.list.has_card(&card) {
        return Err(format!("card {card} was revoked by the platform"));
    }
    store.put_technician(technician).map_err(words)?;
    Ok(json!({ "card": card }))
}

/// Takes a card off the roster.
pub fn remove(store: &Store, card: &str) -> Result<Value, String> {
    match store.remove_technician(card).map_err(words)? {
        true => Ok(json!({ "card": card })),
        false => Err(format!("no card {card} on the roster")),
    }
}

/// Sets the count of wrong PINs back.
pub fn unlock(store: &Store) -> Result<Value, String> {
    store.forget_technician_tries(TrailEvent::TechniciansUnlocked).map_err(words)?;
    Ok(json!({ "tries": 0 }))
}

fn words(error: StoreError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_pin_is_the_first_line_and_an_endless_one_is_not_read() {
        let read = |text: &str| read_pin(&mut text.as_bytes()).unwrap().expose_secret().to_owned();
        assert_eq!(read("739154\r\nmore"), "739154");
        assert_eq!(read("739154"), "739154");
        assert_eq!(read(&"7".repeat(1000)).len(), PIN_BYTES_READ as usize);
    }
}
