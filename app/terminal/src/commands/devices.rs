//! `kiosk devices`: what is configured, how it stands, and work at each device alone.

use serde_json::{Value, json};

use super::{say, service};
use crate::control::{self, Question};
use crate::error::Failure;
use crate::setup::Setup;
use crate::technician::{Bench, NOT_CONFIGURED, Shift, Standing, Work};

/// Lists all kinds, and first of all that nobody is served, where that is so.
pub fn list(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    if let Some(why) = out_of_service(setup) {
        let row = json!({ "kind": "terminal", "path": "-", "status": why });
        say(&if as_json { row.to_string() } else { format!("{:<16} {:<32} {why}", "terminal", "-") });
    }
    for (standing, place) in standings(setup)? {
        if as_json {
            let mut row = json!({ "path": place.as_deref().unwrap_or(NOT_CONFIGURED) });
            merge(&mut row, serde_json::to_value(&standing).unwrap_or_default());
            say(&row.to_string());
        } else {
            say(&line(&standing, place.as_deref().unwrap_or("-")));
        }
    }
    Ok(())
}

/// Why nobody is served, as far as that is kept; the devices can be looked at without a store, too.
fn out_of_service(setup: &Setup) -> Option<String> {
    let answer = match control::ask(&setup.paths.control, &Question::Service).ok()? {
        Some(answer) => answer,
        None if setup.paths.store.join(kiosk_store::DATABASE_FILE).exists() => {
            service::read(&setup.open_store(&setup.identity().ok()?).ok()?).ok()?
        }
        None => return None,
    };
    let pause = || service::pause_words(&answer);
    service::suspension_words(&answer).or_else(pause).or_else(|| service::from_afar_words(&answer))
}

/// How each device stands, and where it is; what is not configured is nowhere.
pub fn standings(setup: &Setup) -> Result<Vec<(Standing, Option<String>)>, Failure> {
    let running = control::ask(&setup.paths.control, &Question::Devices).map_err(Failure::Control)?;
    let standings = match running {
        Some(answer) => serde_json::from_value(answer).map_err(|error| Failure::Control(error.into()))?,
        None => Bench::fresh(setup).standings(),
    };
    let placed = |standing: Standing| match setup.config.devices.place(standing.kind) {
        Some(place) => (standing, Some(place)),
        None => (Standing::word(standing.kind, NOT_CONFIGURED), None),
    };
    Ok(standings.into_iter().map(placed).collect())
}

/// Works at a device: exit code 1 where it does not do its part, 2 where nobody may work now.
pub fn work(setup: &Setup, work: Work, as_json: bool) -> Result<(), Failure> {
    let answer = done(setup, work)?;
    if as_json {
        say(&answer.to_string());
    } else {
        rows(&answer).for_each(|row| say(&row));
    }
    judged(&answer)
}

/// What came of work at a device.
pub fn done(setup: &Setup, work: Work) -> Result<Value, Failure> {
    let running = control::ask(&setup.paths.control, &Question::Work(work)).map_err(Failure::Control)?;
    let answer = match running {
        Some(answer) => answer,
        None => work_alone(setup, work)?,
    };
    match text(&answer, "error") {
        Some(error) => Err(Failure::Refused(error.to_owned())),
        None => Ok(answer),
    }
}

/// Whether the device did its part.
pub fn judged(answer: &Value) -> Result<(), Failure> {
    if answer.get("ok") == Some(&json!(true)) {
        return Ok(());
    }
    let fault = text(answer, "fault").or_else(|| text(answer, "status")).unwrap_or("no answer");
    let cure = text(answer, "cure").map(|cure| format!("; {cure}")).unwrap_or_default();
    Err(Failure::Broken(format!("{}: {fault}{cure}", text(answer, "kind").unwrap_or("devices"))))
}

/// A terminal that was enrolled keeps its trail also while it does not run; where its store does not open, that is not
/// what the technician came for.
fn work_alone(setup: &Setup, work: Work) -> Result<Value, Failure> {
    let answer = work.carry_out(&Bench::fresh(setup), Shift::alone());
    match setup.identity().and_then(|identity| setup.open_store(&identity)) {
        Ok(store) => store.record(vec![work.step(&answer)]).map_err(Failure::Store)?,
        Err(failure) => tracing::warn!(cause = failure.chain(), "the trail takes no note"),
    }
    Ok(answer)
}

fn line(standing: &Standing, place: &str) -> String {
    let Standing { kind, status, paper, outlet, toner, fault, cure } = standing;
    let supply = |name: &str, left: &Option<String>| left.as_ref().map(|left| format!("{name} {left}"));
    let rest = [
        supply("paper", paper),
        supply("outlet", outlet),
        supply("toner", toner),
        fault.clone(),
        cure.clone(),
    ];
    let words: Vec<String> = std::iter::once(status.clone()).chain(rest.into_iter().flatten()).collect();
    format!("{:<16} {place:<32} {}", kind.key(), words.join(", "))
}

/// An answer as lines of a name and a value.
fn rows(answer: &Value) -> impl Iterator<Item = String> + '_ {
    answer.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name:<12} {shown}")
    })
}

fn text<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    answer.get(name).and_then(Value::as_str)
}

fn merge(row: &mut Value, more: Value) {
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
}
