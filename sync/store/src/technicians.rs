//! Who may open the technician's screens, and how often a PIN was tried in vain.
//!
//! The roster is kept by the terminal itself, so that it is checked without a network. The count belongs to the terminal and
//! not to a card: whoever holds several cards has no more tries than whoever holds one.

use jiff::civil::Date;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::trail::TrailEvent;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{StoreError, TooBig};
use crate::journal;
use crate::limits::TECHNICIANS_MAX;
use crate::writer::Origin;

/// One who may open the technician's screens. Without `Debug`: a PIN has few digits, and whoever has the hash can try
/// them all.
#[derive(Clone, Serialize, Deserialize)]
pub struct Technician {
    /// The serial the card gives.
    pub card: String,
    /// For people.
    pub name: String,
    /// What the card's signatures are verified with.
    pub key: VerifyingKey,
    /// Salted slow hash of the PIN, as a PHC string.
    pub pin: String,
    /// The last day.
    pub until: Date,
}

impl Store {
    /// Who may open the technician's screens.
    pub fn technicians(&self) -> Result<Vec<Technician>, StoreError> {
        self.writer.call(|db| all(db.connection))
    }

    /// Whose a technician's card is, where it is on the roster.
    pub fn technician(&self, card: &str) -> Result<Option<Technician>, StoreError> {
        self.writer.call(|db| find(db.connection, card))
    }

    /// Puts somebody on the roster, or in the place of whoever had the card before; the trail keeps it.
    pub fn put_technician(&self, technician: Technician) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| put(change, origin, &technician)))
    }

    /// Takes somebody off the roster, which the trail keeps; `false` where the card is not on it.
    pub fn remove_technician(&self, card: &str) -> Result<bool, StoreError> {
        self.writer.call(|db| db.write(|change, origin| remove(change, origin, card)))
    }

    /// Tries of a technician's PIN since the last right one, whatever the card.
    pub fn technician_tries(&self) -> Result<u32, StoreError> {
        self.writer.call(|db| tries(db.connection))
    }

    /// Counts a try, with its step of the trail, and says how many there are now. When this returns it is on disk: only
    /// then may the PIN be checked, so that no power cut gives a try for nothing.
    pub fn count_technician_try(&self, card: &str) -> Result<u32, StoreError> {
        self.writer.call(|db| db.write(|change, origin| count_try(change, origin, card)))
    }

    /// Sets the count of tries back; the step says why.
    pub fn forget_technician_tries(&self, why: TrailEvent) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| forget_tries(change, origin, why)))
    }
}

const COLUMNS: &str = "SELECT card, name, key, pin, until FROM technicians";

pub(crate) fn all(connection: &Connection) -> Result<Vec<Technician>, StoreError> {
    let mut select = connection.prepare_cached(&format!("{COLUMNS} ORDER BY card"))?;
    let rows = select.query_map([], raw)?;
    rows.map(|row| read(row?)).collect()
}

pub(crate) fn find(connection: &Connection, card: &str) -> Result<Option<Technician>, StoreError> {
    let mut select = connection.prepare_cached(&format!("{COLUMNS} WHERE card = ?"))?;
    select.query_row([card], raw).optional()?.map(read).transpose()
}

/// Puts somebody on the roster, or in the place of whoever had the card before.
pub(crate) fn put(
    connection: &Connection,
    origin: &Origin,
    technician: &Technician,
) -> Result<(), StoreError> {
    let count: u32 = connection.query_row("SELECT count(*) FROM technicians", [], |row| row.get(0))?;
    if count >= TECHNICIANS_MAX && find(connection, &technician.card)?.is_none() {
        return Err(StoreError::TooBig(TooBig::Roster));
    }
    let Technician { card, name, key, pin, until } = technician;
    let sql = "INSERT INTO technicians (card, name, key, pin, until) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (card) DO UPDATE
               SET name = excluded.name, key = excluded.key, pin = excluded.pin, until = excluded.until";
    let values = params![card, name, String::from(key.clone()), pin, until.to_string()];
    connection.prepare_cached(sql)?.execute(values)?;
    record(connection, origin, TrailEvent::TechnicianAdded { card: card.clone() })
}

/// Takes somebody off the roster; `false` where the card is not on it.
pub(crate) fn remove(connection: &Connection, origin: &Origin, card: &str) -> Result<bool, StoreError> {
    let removed = connection.prepare_cached("DELETE FROM technicians WHERE card = ?")?.execute([card])?;
    if removed > 0 {
        record(connection, origin, TrailEvent::TechnicianRemoved { card: card.to_owned() })?;
    }
    Ok(removed > 0)
}

pub(crate) fn tries(connection: &Connection) -> Result<u32, StoreError> {
    let mut select = connection.prepare_cached("SELECT tries FROM technician_tries")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// Counts a try and says how many there are now.
pub(crate) fn count_try(connection: &Connection, origin: &Origin, card: &str) -> Result<u32, StoreError> {
    let tries = tries(connection)?.saturating_add(1);
    set_tries(connection, tries)?;
    record(connection, origin, TrailEvent::TechnicianTried { card: card.to_owned(), tries })?;
    Ok(tries)
}

/// Sets the count back, for the reason the event gives.
pub(crate) fn forget_tries(
    connection: &Connection,
    origin: &Origin,
    why: TrailEvent,
) -> Result<(), StoreError> {
    set_tries(connection, 0)?;
    record(connection, origin, why)
}

fn set_tries(connection: &Connection, tries: u32) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE technician_tries SET tries = ?")?.execute([tries])?;
    Ok(())
}

fn record(connection: &Connection, origin: &Origin, event: TrailEvent) -> Result<(), StoreError> {
    journal::append(connection, origin, origin.now()?, &[event])
}

type Raw = [String; 5];

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
}

fn read([card, name, key, pin, until]: Raw) -> Result<Technician, StoreError> {
    let key = VerifyingKey::try_from(key).map_err(|_| StoreError::unreadable("a technician's key"))?;
    let until = until.parse().map_err(|_| StoreError::unreadable("a technician's last day"))?;
    Ok(Technician { card, name, key, pin, until })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::crypto::SigningKey;

    use super::*;
    use crate::testing::Bench;

    fn technician(card: &str) -> Technician {
        let key = SigningKey::generate().unwrap().verifying_key();
        let until = "2027-12-31".parse().unwrap();
        Technician { card: card.to_owned(), name: "技术员".to_owned(), key, pin: "$a$".to_owned(), until }
    }

    fn events(bench: &Bench) -> Vec<String> {
        let connection = bench.raw();
        let mut select = connection.prepare("SELECT event FROM journal ORDER BY seq").unwrap();
        let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn the_roster_survives_a_restart_and_a_card_stands_on_it_once() {
        let bench = Bench::new();
        let store = bench.open();
        store.put_technician(technician("T1")).unwrap();
        store.put_technician(Technician { name: "另一个".to_owned(), ..technician("T1") }).unwrap();
        drop(store);
        let store = bench.open();
        let names: Vec<_> = store.technicians().unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["另一个"]);
        assert_eq!(store.technician("T1").unwrap().unwrap().until.to_string(), "2027-12-31");
        assert!(store.technician("T2").unwrap().is_none());
        assert!(store.remove_technician("T1").unwrap());
        assert!(!store.remove_technician("T1").unwrap());
        assert!(store.technicians().unwrap().is_empty());
    }

    #[test]
    fn tries_are_counted_for_all_cards_together_and_outlive_a_restart_and_any_clock() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.count_technician_try("T1"), Ok(1));
        assert_eq!(store.count_technician_try("T2"), Ok(2));
        drop(store);
        bench.turn_clock(-400 * 24 * 3600);
        let store = bench.open();
        assert_eq!(store.technician_tries(), Ok(2));
        assert_eq!(store.count_technician_try("T1"), Ok(3));
        store.forget_technician_tries(TrailEvent::TechniciansUnlocked).unwrap();
        assert_eq!(store.technician_tries(), Ok(0));
    }

    #[test]
    fn every_change_is_a_step_of_the_trail_and_none_holds_a_pin() {
        let bench = Bench::new();
        let store = bench.open();
        store.put_technician(technician("T1")).unwrap();
        store.count_technician_try("T1").unwrap();
        let admitted = TrailEvent::TechnicianAdmitted { card: "T1".to_owned() };
        store.forget_technician_tries(admitted).unwrap();
        store.remove_technician("T1").unwrap();
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
        drop(store);
        let events = events(&bench);
        let words = ["technician_added", "technician_tried", "technician_admitted", "technician_removed"];
        let all = events.iter().zip(words).all(|(event, word)| event.contains(word));
        assert!(all && events.len() == words.len(), "{events:?}");
        assert!(!events.concat().contains("$a$"));
    }

    #[test]
    fn a_roster_has_an_end() {
        let bench = Bench::new();
        let store = bench.open();
        for number in 0..TECHNICIANS_MAX {
            store.put_technician(technician(&number.to_string())).unwrap();
        }
        let full = Err(StoreError::TooBig(TooBig::Roster));
        assert_eq!(store.put_technician(technician("one more")), full);
        assert_eq!(store.put_technician(technician("0")), Ok(()));
    }
}
