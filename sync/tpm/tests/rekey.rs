//! The way of a store's key into the chip and out of it, cut at every step: no row is missing, and what is left opens.
#![allow(clippy::unwrap_used)]

mod swtpm;

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::item::Content;
use kiosk_store::{Draft, Keep, Key, KeyError, KeyHome, KeyPort, Options, Store, StoreError};
use swtpm::Swtpm;
use tempfile::TempDir;
use uuid::Uuid;

/// Rows of the store.
const ROWS: u128 = 50;
/// Every way a key can go.
const WAYS: [(Keep, Keep); 3] =
    [(Keep::Plain, Keep::Sealed), (Keep::Sealed, Keep::Plain), (Keep::Sealed, Keep::Sealed)];

struct Bench {
    folder: TempDir,
    chip: Swtpm,
}

impl Bench {
    /// A store with rows, whose key is kept so.
    fn filled(keep: Keep) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap(), chip: Swtpm::new() };
        bench.home(keep).create().unwrap();
        let store = bench.open(&bench.home(keep)).unwrap();
        (0..ROWS).for_each(|number| drop(store.submit(draft(number), vec![]).unwrap()));
        bench
    }

    fn home(&self, keep: Keep) -> KeyHome {
        let path = self.folder.path().join("store.key");
        KeyHome { path, keep, sealer: Arc::new(self.chip.tpm()) }
    }

    fn beside(&self) -> PathBuf {
        self.folder.path().join("store.key.next")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn open(&self, key: &dyn KeyPort) -> Result<Store, StoreError> {
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let clock = Arc::new(|| Timestamp::from_second(1_790_000_000).unwrap());
        let (path, heads_key) = (self.path(), SigningKey::generate().unwrap().verifying_key());
        Store::open(Options { path, terminal, epoch: 1, heads_key, limit: None, clock }, key)
    }

    /// Opens it and looks for every row.
    fn is_whole(&self, home: &KeyHome) {
        let store = self.open(home).unwrap();
        assert_eq!(store.backlog(), Ok(ROWS as u64));
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
    }
}

fn draft(number: u128) -> Draft {
    let content = Content::Rating { visit: Uuid::from_u128(7), case: None, level: RatingLevel::Satisfied };
    Draft { lane: Uuid::from_u128(number), content }
}

#[test]
fn a_key_goes_into_the_chip_and_out_of_it_with_every_row() {
    for (from, to) in WAYS {
        let bench = Bench::filled(from);
        let old = bench.home(from).key().unwrap();
        Store::rekey(&bench.path(), &bench.home(to)).unwrap();
        assert_eq!(bench.home(to).kept(), Ok(to));
        bench.is_whole(&bench.home(to));
        assert!(!bench.beside().exists());
        assert_ne!(bench.home(to).key().unwrap(), old);
        assert_eq!(bench.open(&Fixed(old)).err(), Some(StoreError::WrongKey), "the old key is of no use");
    }
}

#[test]
fn a_change_cut_off_at_any_step_opens_and_can_be_begun_again() {
    for (from, to) in WAYS {
        let bench = Bench::filled(from);
        let home = bench.home(to);
        for at in [Step::Renewed, Step::Written] {
            assert!(Store::rekey(&bench.path(), &Cut { home: &home, at }).is_err());
            assert!(bench.beside().exists());
            assert_eq!(home.kept(), Ok(from), "the old key has its place still");
            bench.is_whole(&bench.home(if at == Step::Renewed { from } else { to }));
            assert_eq!(home.kept(), Ok(if at == Step::Renewed { from } else { to }));
        }
        Store::rekey(&bench.path(), &home).unwrap();
        bench.is_whole(&home);
    }
}

#[test]
fn a_next_key_cut_off_while_it_was_written_keeps_nobody_out() {
    for (from, to) in WAYS {
        let bench = Bench::filled(from);
        let home = bench.home(to);
        assert!(Store::rekey(&bench.path(), &Cut { home: &home, at: Step::Renewed }).is_err());
        let length = fs::metadata(bench.beside()).unwrap().len();
        for length in [length / 2, 16, 0] {
            OpenOptions::new().write(true).open(bench.beside()).unwrap().set_len(length).unwrap();
            bench.is_whole(&home);
        }
        Store::rekey(&bench.path(), &home).unwrap();
        bench.is_whole(&home);
    }
}

#[test]
fn a_chip_that_falls_silent_costs_the_change_and_nothing_else() {
    let mut bench = Bench::filled(Keep::Plain);
    let home = bench.home(Keep::Sealed);
    bench.chip.stop();
    assert!(matches!(Store::rekey(&bench.path(), &home), Err(StoreError::Key(KeyError::Seal { .. }))));
    bench.is_whole(&home);
    assert!(!bench.beside().exists());
}

#[test]
fn a_store_whose_key_cannot_be_unsealed_waits_as_it_is() {
    let mut bench = Bench::filled(Keep::Sealed);
    let home = bench.home(Keep::Sealed);
    let before = fs::read(&home.path).unwrap();
    bench.chip.stop();
    for _ in 0..2 {
        assert!(matches!(bench.open(&home), Err(StoreError::Key(KeyError::Seal { .. }))));
        assert!(matches!(Store::rekey(&bench.path(), &home), Err(StoreError::Key(KeyError::Seal { .. }))));
    }
    assert_eq!(fs::read(&home.path).unwrap(), before);
    bench.chip.restart();
    bench.is_whole(&home);
}

/// Behind which step the power goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The next key lies beside the old one.
    Renewed,
    /// The database is written under it, and nobody has put it in its place.
    Written,
}

/// A home that is cut off.
struct Cut<'a> {
    home: &'a KeyHome,
    at: Step,
}

impl KeyPort for Cut<'_> {
    fn key(&self) -> Result<Key, KeyError> {
        self.home.key()
    }

    fn next(&self) -> Result<Option<Key>, KeyError> {
        self.home.next()
    }

    fn renew(&self) -> Result<Key, KeyError> {
        let next = self.home.renew()?;
        if self.at == Step::Renewed { Err(KeyError::Fixed) } else { Ok(next) }
    }

    fn advance(&self) -> Result<(), KeyError> {
        Err(KeyError::Fixed)
    }
}

/// A key somebody wrote down.
struct Fixed(Key);

impl KeyPort for Fixed {
    fn key(&self) -> Result<Key, KeyError> {
        Ok(self.0.clone())
    }
}
