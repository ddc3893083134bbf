//! `kiosk service`: whether residents are served; takes the terminal out of service and puts it back, for the machine's
//! administrator, where no technician's card is at hand.

use kiosk_session::CLOSED_FROM_AFAR;
use kiosk_store::Store;
use serde_json::{Value, json};

use super::{ask_or_open, say};
use crate::control::Question;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs `kiosk service`.
pub fn show(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let answer = ask_or_open(setup, Question::Service, read)?;
    say(&if as_json { answer.to_string() } else { words(&answer) });
    Ok(())
}

/// Runs `kiosk service pause`.
pub fn pause(setup: &Setup) -> Result<(), Failure> {
    let answer = ask_or_open(setup, Question::PauseService, |store| turned(store, Store::pause_service))?;
    say(&words(&answer));
    Ok(())
}

/// Runs `kiosk service resume`.
pub fn resume(setup: &Setup) -> Result<(), Failure> {
    let answer = ask_or_open(setup, Question::ResumeService, |store| turned(store, Store::resume_service))?;
    say(&words(&answer));
    Ok(())
}

type Turn = fn(&Store, Option<String>) -> Result<(), kiosk_store::StoreError>;

fn turned(store: &Store, turn: Turn) -> Result<Value, String> {
    turn(store, None).map_err(|error| error.to_string())?;
    read(store)
}

/// What is kept of what keeps residents out, as JSON: both are null where nothing is. A running terminal tells its state besides.
pub fn read(store: &Store) -> Result<Value, String> {
    let words = |error: kiosk_store::StoreError| error.to_string();
    let (pause, suspended_since) = (store.pause().map_err(words)?, store.suspension().map_err(words)?);
    Ok(json!({ "pause": pause, "suspended_since": suspended_since }))
}

/// Since when the platform says that the terminal has no rights; nothing where it has.
pub fn suspension_words(answer: &Value) -> Option<String> {
    let since = answer.get("suspended_since")?.as_str()?;
    Some(format!("suspended by the platform since {since}"))
}

/// Since when and by whom the terminal is out of service; nothing where it serves.
pub fn pause_words(answer: &Value) -> Option<String> {
    let pause = answer.get("pause").filter(|pause| !pause.is_null())?;
    let text = |name: &str| pause.get(name).and_then(Value::as_str);
    let who =
        text("card").map_or_else(|| "the administrator".to_owned(), |card| format!("technician card {card}"));
    Some(format!("out of service since {} by {who}", text("since").unwrap_or_default()))
}

/// That a running terminal is closed from afar; nothing where it is not.
pub fn from_afar_words(answer: &Value) -> Option<String> {
    let state = answer.get("state")?.as_str()?;
    (state == CLOSED_FROM_AFAR).then(|| "closed from afar, or outside of the opening hours".to_owned())
}

fn words(answer: &Value) -> String {
    let all = [suspension_words(answer), pause_words(answer), from_afar_words(answer)];
    let all: Vec<String> = all.into_iter().flatten().collect();
    if all.is_empty() { "in service".to_owned() } else { all.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_who_took_it_out_of_service_and_since_when() {
        let by = |card: Value| words(&json!({ "pause": { "since": "2026-11-29T16:00:00Z", "card": card } }));
        assert_eq!(by(json!("T1")), "out of service since 2026-11-29T16:00:00Z by technician card T1");
        assert!(by(Value::Null).ends_with("by the administrator"));
        assert_eq!(words(&json!({ "pause": null, "suspended_since": null })), "in service");
        let both = json!({ "pause": { "since": "a", "card": "T1" }, "suspended_since": "b" });
        let said = "suspended by the platform since b; out of service since a by technician card T1";
        assert_eq!(words(&both), said);
        assert_eq!(words(&json!({ "state": "attract" })), "in service");
        assert!(words(&json!({ "state": CLOSED_FROM_AFAR })).starts_with("closed from afar"));
    }
}
