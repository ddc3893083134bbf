//! Store, queue and journal, and which catalogue is kept: asked of the running terminal, else looked up.

use jiff::Timestamp;
use kiosk_client::Identity;
use kiosk_store::{Store, Tier};
use serde_json::Value;

use super::{Check, age};
use crate::commands::{journal, published, queue, service};
use crate::control::{self, Question};
use crate::setup::Setup;

/// A catalogue that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its version.
    pub version: u64,
    /// When it was published.
    pub published_at: Timestamp,
}

/// Looks at what is kept. `status` is the running terminal's answer.
pub fn look(
    setup: &Setup,
    identity: Option<&Identity>,
    status: Option<&Value>,
) -> (Vec<Check>, Option<Kept>) {
    if let Some(status) = status {
        let ask = |question| control::ask(&setup.paths.control, &question).map_err(|error| error.to_string());
        let heard =
            |question| ask(question)?.ok_or_else(|| "the terminal has ended".to_owned()).and_then(refused);
        let reads = Reads {
            service: heard(Question::Service),
            published: heard(Question::Published),
            queue: heard(Question::Queue),
            journal: heard(Question::VerifyJournal),
        };
        return (reads.weigh(), in_force(status));
    }
    let Some(identity) = identity else {
        return (Reads::failed("this terminal is not enrolled").weigh(), None);
    };
    match open(setup, identity) {
        Ok(store) => (Reads::of(&store).weigh(), catalogue(&store)),
        Err(error) => (Reads::failed(&error).weigh(), None),
    }
}

/// What was read, each for itself.
struct Reads {
    service: Read,
    published: Read,
    queue: Read,
    journal: Read,
}

impl Reads {
    fn of(store: &Store) -> Self {
        Self {
            service: service::read(store),
            published: published::read(store),
            queue: queue::read(store),
            journal: journal::report(store),
        }
    }

    fn failed(why: &str) -> Self {
        let none = || Err(why.to_owned());
        Self { service: none(), published: none(), queue: none(), journal: none() }
    }

    fn weigh(self) -> Vec<Check> {
        let Self { service, published, queue, journal } = self;
        let serves = serves(&service);
        let data = age::weigh(&published, Timestamp::now());
        vec![serves, data, store(&queue), room(&queue), waiting(queue), trail(journal)]
    }
}

/// A store that is not there yet is not made: the disk may not be mounted.
fn open(setup: &Setup, identity: &Identity) -> Result<Store, String> {
    if !setup.paths.store.join(kiosk_store::DATABASE_FILE).exists() {
        return Err("there is none yet".to_owned());
    }
    setup.open_store(identity).map_err(|failure| failure.chain())
}

fn refused(answer: Value) -> Result<Value, String> {
    match answer.get("error") {
        Some(error) => Err(error.as_str().unwrap_or("no answer").to_owned()),
        None => Ok(answer),
    }
}

fn in_force(status: &Value) -> Option<Kept> {
    let version = status.get("catalogue_version")?.as_u64()?;
    let published_at = status.get("catalogue_published_at")?.as_str()?.parse().ok()?;
    Some(Kept { version, published_at })
}

fn catalogue(store: &Store) -> Option<Kept> {
    let catalogue = store.catalogue().ok()??.open(0).ok()?;
    Some(Kept { version: catalogue.version, published_at: catalogue.published_at })
}

type Read = Result<Value, String>;

/// Whether residents are served, as far as that is kept.
fn serves(service: &Read) -> Check {
    let Ok(answer) = service else { return Check::fail("service", "not read", "as for the store") };
    let pause = service::pause_words(answer);
    match (service::suspension_words(answer), pause) {
        (Some(says), _) => {
            Check::fail("service", says, "the platform's operator readmits it, or gives a new ticket")
        }
        (None, Some(says)) => {
            let cure = "a technician puts it back at the screen; without a card: kiosk service resume";
            Check::warn("service", says, cure)
        }
        (None, None) => {
            let says = service::from_afar_words(answer);
            Check::ok("service", says.unwrap_or_else(|| "nobody took it out of service".to_owned()))
        }
    }
}

fn store(queue: &Read) -> Check {
    match queue {
        Ok(_) => Check::ok("store", "opens"),
        Err(error) => {
            let cure = "as it says: enrol, let the terminal run once, or look at the disk";
            Check::fail("store", error.clone(), cure)
        }
    }
}

fn room(queue: &Read) -> Check {
    let percent = queue.as_ref().ok().and_then(|queue| queue.get("room")?.get("percent")?.as_u64());
    let Some(percent) = percent.and_then(|percent| u8::try_from(percent).ok()) else {
        return Check::fail("room", "not known", "as for the store");
    };
    let says = format!("{percent} % of the store's limit is gone");
    let cure = "`kiosk queue` shows what waits; free the disk, or raise `store.limit_mib`";
    match Tier::of(percent) {
        Tier::Ample => Check::ok("room", says),
        Tier::Filling | Tier::Tight => Check::warn("room", says, cure),
        Tier::Scarce => Check::warn("room", says + ": no new application is begun", cure),
        Tier::Out => Check::fail("room", says + ": no application is kept", cure),
    }
}

fn waiting(queue: Read) -> Check {
    let Ok(queue) = queue else { return Check::fail("queue", "not read", "as for the store") };
    let items = queue.get("items").and_then(Value::as_array).into_iter().flatten();
    let is_stuck =
        |item: &&Value| matches!(item.get("state").and_then(Value::as_str), Some("rejected" | "quarantined"));
    let stuck = items.filter(is_stuck).count();
    let says = format!("{} waiting, {stuck} not taken", queue.get("waiting").unwrap_or(&Value::Null));
    if stuck == 0 {
        return Check::ok("queue", says);
    }
    Check::warn("queue", says, "`kiosk queue` shows why; the platform's operator decides")
}

fn trail(journal: Read) -> Check {
    let Ok(report) = journal else { return Check::fail("journal", "not verified", "as for the store") };
    let rows = report.get("rows").unwrap_or(&Value::Null);
    match report.get("first_bad").filter(|bad| !bad.is_null()) {
        None => Check::ok("journal", format!("{rows} rows, the chain holds")),
        Some(bad) => {
            let cure = "keep the disk as it is and call the platform's operator: the trail was changed";
            Check::fail("journal", format!("{rows} rows, the chain breaks at {bad}"), cure)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::Level;
    use super::*;

    #[test]
    fn what_was_not_taken_and_what_does_not_hold_shows() {
        let weigh = |queue, journal| {
            let serves = || Ok(json!({ "pause": null, "suspended_since": null }));
            let checks = Reads { service: serves(), queue, journal, published: serves() }.weigh();
            checks.into_iter().skip(2).collect::<Vec<_>>()
        };
        let levels =
            |queue, journal| weigh(queue, journal).iter().map(|check| check.level).collect::<Vec<_>>();
        let at = |percent: u8| {
            Ok(json!({ "waiting": 3, "items": [{ "state": "waiting" }], "room": { "percent": percent } }))
        };
        let well = || at(12);
        let holds = || Ok(json!({ "rows": 9, "first_bad": null }));
        assert_eq!(levels(well(), holds()), [Level::Ok; 4]);
        let room = |percent| weigh(at(percent), holds())[1].level;
        assert_eq!([79, 80, 95, 100].map(room), [Level::Ok, Level::Warn, Level::Warn, Level::Fail]);
        let stuck =
            Ok(json!({ "waiting": 0, "items": [{ "state": "quarantined" }], "room": { "percent": 0 } }));
        let broken = Ok(json!({ "rows": 9, "first_bad": [4, "hash"] }));
        assert_eq!(levels(stuck, broken), [Level::Ok, Level::Ok, Level::Warn, Level::Fail]);
        let none = || Err("there is none yet".to_owned());
        assert_eq!(levels(none(), none()), [Level::Fail; 4]);
    }

    #[test]
    fn out_of_service_is_a_warning_with_its_cure_and_suspended_a_failure() {
        let pause = json!({ "since": "2026-11-29T16:00:00Z", "card": "TS000001" });
        let paused = serves(&Ok(json!({ "pause": pause, "suspended_since": null })));
        assert_eq!(paused.level, Level::Warn);
        assert!(paused.says.contains("TS000001") && paused.cure.unwrap().contains("kiosk service resume"));
        let suspended = json!({ "pause": null, "suspended_since": "2026-11-29T16:00:00Z" });
        assert_eq!(serves(&Ok(suspended)).level, Level::Fail);
        assert_eq!(serves(&Ok(json!({ "pause": null, "suspended_since": null }))).level, Level::Ok);
        let from_afar = json!({ "pause": null, "suspended_since": null, "state": "closed_from_afar" });
        let closed = serves(&Ok(from_afar));
        assert!(closed.level == Level::Ok && closed.says.starts_with("closed from afar"), "{}", closed.says);
        assert_eq!(serves(&Err("there is none yet".to_owned())).level, Level::Fail);
    }
}
