//! The journal's bytes: how rows are chained, how heads are signed, how a trail is exported, and how all this is checked.
//!
//! Row *n* holds `prev`, `hash` and the suite that made them:
//!
//! ```text
//! prev(1)       = 32 zero bytes
//! prev(n)       = hash(n-1)
//! hash(n)       = SM3( prev(n) ‖ canonical(n) )
//!
//! sm2-sm3-salted:
//! canonical(n)  = seq as u64 ‖ len(wall_at) as u32 ‖ wall_at ‖ commitment(n)
//! commitment(n) = SM3( salt(n) ‖ event )            salt(n): 16 random bytes
//!
//! sm2-sm3:
//! canonical(n)  = seq as u64 ‖ len(wall_at) as u32 ‖ wall_at ‖ len(event) as u32 ‖ event
//! ```
//!
//! Integers are big-endian, lengths count bytes, `wall_at` and `event` are the UTF-8 bytes as stored (RFC 3339 in UTC with
//! at most milliseconds; JSON). `seq` counts up by one from 1. Every row written today is salted: where what it says must
//! go, its commitment stays, nobody can guess from that what it said, and the chain still holds.
//!
//! A head is the sequence and hash of the newest row, signed by the terminal (SM2) every `HEAD_ROWS` rows and at each
//! sync; the bytes are those of `SignedHead::bytes`. The platform signs each head it is shown, and that goes on from the one
//! before (`countersign`): from then on no row up to it can change or go without showing. An export is a text with one `Line` in JSON on each line.

mod countersign;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::crypto::{BadSignature, Digest, SigningKey, Suite, VerifyingKey};
use crate::ids::TerminalId;

pub use countersign::Countersigned;

/// Rows from one signed head to the next.
pub const HEAD_ROWS: u64 = 256;
/// The suite of rows whose chain covers a salted commitment.
pub const SALTED: &str = "sm2-sm3-salted";
/// The suite of rows whose chain covers the event itself.
pub const PLAIN: &str = "sm2-sm3";
/// What the signed bytes of a head begin with, so that they are nothing else's.
const HEAD_WORDS: &[u8] = b"kiosk journal head";

/// Random bytes beside an event; written in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Salt(pub [u8; 16]);

impl From<Salt> for String {
    fn from(salt: Salt) -> String {
        hex::encode(salt.0)
    }
}

impl TryFrom<String> for Salt {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// What the chain covers of an event.
pub fn commitment(salt: &Salt, event: &str) -> Digest {
    Digest::of(&[&salt.0, event.as_bytes()].concat())
}

/// The hash of a salted row behind the hash before it.
pub fn link(prev: &Digest, seq: u64, wall_at: &str, commitment: &Digest) -> Digest {
    prev.chain(&[head_of(seq, wall_at).as_slice(), commitment.as_bytes()].concat())
}

/// The hash of a row of the older suite.
fn link_plain(prev: &Digest, seq: u64, wall_at: &str, event: &str) -> Digest {
    let length = (event.len() as u32).to_be_bytes();
    prev.chain(&[head_of(seq, wall_at).as_slice(), &length, event.as_bytes()].concat())
}

fn head_of(seq: u64, wall_at: &str) -> Vec<u8> {
    [&seq.to_be_bytes()[..], &(wall_at.len() as u32).to_be_bytes(), wall_at.as_bytes()].concat()
}

/// One row, as it stands in an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Counts up by one from 1.
    pub seq: u64,
    /// The terminal's clock.
    pub wall_at: String,
    /// What happened: a `TrailEvent` in JSON, byte for byte. Withheld or erased where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Of salted rows whose event is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<Salt>,
    /// In place of event and salt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Digest>,
    /// The hash before it.
    pub prev: Digest,
    /// Its own.
    pub hash: Digest,
    /// How it was made.
    pub suite: String,
}

impl Row {
    /// The hash its content gives behind `prev`.
    fn link(&self, prev: &Digest) -> Result<Digest, Flaw> {
        match (self.suite.as_str(), &self.event, &self.salt, &self.commitment) {
            (SALTED, Some(event), Some(salt), None) => {
                Ok(link(prev, self.seq, &self.wall_at, &commitment(salt, event)))
            }
            (SALTED, None, None, Some(commitment)) => Ok(link(prev, self.seq, &self.wall_at, commitment)),
            (PLAIN, Some(event), None, None) => Ok(link_plain(prev, self.seq, &self.wall_at, event)),
            (SALTED | PLAIN, ..) => Err(Flaw::Changed),
            _ => Err(Flaw::UnknownSuite),
        }
    }
}

/// Why a row or a head does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// There is no row of this sequence, though later ones were written.
    #[error("the row is missing")]
    Missing,
    /// A row that the terminal never counted.
    #[error("the row was put in from outside")]
    Foreign,
    /// It does not follow the row before it.
    #[error("the row is not linked to the one before")]
    Unlinked,
    /// Its content does not give its hash.
    #[error("the row was changed")]
    Changed,
    /// Its hash was made by algorithms this program does not know.
    #[error("the row names an unknown suite")]
    UnknownSuite,
    /// The head signed behind it is missing, though there are such heads before or after.
    #[error("the head signed behind the row is missing")]
    Unsigned,
    /// The head signed behind it names another hash, or its signature is not that of the key.
    #[error("the head signed behind the row does not fit")]
    Forged,
    /// The platform was once shown another row in its place.
    #[error("the platform countersigned another row in its place")]
    Contradicted,
}

/// A walk along a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The last row that holds; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub head: Digest,
}

impl Chain {
    /// Before the first row.
    pub const START: Self = Self { seq: 0, head: Digest::ZERO };

    /// Goes one row on, or names the first sequence that does not hold.
    pub fn step(&mut self, row: &Row) -> Result<(), (u64, Flaw)> {
        let expected = self.seq + 1;
        if row.seq != expected {
            let gap = row.seq > expected;
            return Err(if gap { (expected, Flaw::Missing) } else { (row.seq, Flaw::Foreign) });
        }
        let hash = row.link(&self.head).map_err(|flaw| (row.seq, flaw))?;
        if row.prev != self.head {
            return Err((row.seq, Flaw::Unlinked));
        }
        if row.hash != hash {
            return Err((row.seq, Flaw::Changed));
        }
        (self.seq, self.head) = (row.seq, hash);
        Ok(())
    }
}

/// The newest row at some time, signed by the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedHead {
    /// Whose journal it is.
    pub terminal: TerminalId,
    /// In which epoch it was signed.
    pub epoch: u32,
    /// The row.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// When, by the terminal's clock, in whole milliseconds.
    pub at: jiff::Timestamp,
    /// The algorithms.
    pub suite: Suite,
    /// Over `SignedHead::bytes`, as `SigningKey::sign` writes it.
    pub signature: String,
}

impl SignedHead {
    /// Signs where a chain stands.
    pub fn sign(
        key: &SigningKey,
        terminal: TerminalId,
        epoch: u32,
        chain: Chain,
        at: jiff::Timestamp,
    ) -> Result<Self, BadSignature> {
        let Chain { seq, head: hash } = chain;
        let mut head =
            Self { terminal, epoch, seq, hash, at, suite: Suite::Sm2Sm3, signature: String::new() };
        head.signature = key.sign(&head.bytes())?;
        Ok(head)
    }

    /// Whether the key signed it.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), BadSignature> {
        let Suite::Sm2Sm3 = self.suite;
        key.verify(&self.bytes(), &self.signature)
    }

    /// What is signed: words, length and bytes of the terminal's name, epoch, sequence, hash, milliseconds since 1970.
    pub fn bytes(&self) -> Vec<u8> {
        let terminal = self.terminal.to_string();
        [
            HEAD_WORDS,
            &(terminal.len() as u32).to_be_bytes(),
            terminal.as_bytes(),
            &self.epoch.to_be_bytes(),
            &self.seq.to_be_bytes(),
            self.hash.as_bytes(),
            &self.at.as_millisecond().to_be_bytes(),
        ]
        .concat()
    }
}

/// One line of an export: whose it is first, then what the platform countersigned, then rows, each head behind the row it
/// signs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// Whose journal it is.
    Journal {
        /// The terminal.
        terminal: TerminalId,
        /// What its heads are verified with.
        key: VerifyingKey,
    },
    /// A row.
    Row(Row),
    /// A head.
    Head(SignedHead),
    /// A head the platform was shown.
    Countersigned(Countersigned),
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Rows that hold, from the first.
    pub rows: u64,
    /// Hash of the last row that holds.
    pub head: Digest,
    /// The last row behind which a signed head holds; 0 where there is none.
    pub signed: u64,
    /// The last row the platform countersigned, and with it all before; 0 where there is none.
    pub countersigned: u64,
    /// The first sequence that does not hold, and why. Nothing behind it was looked at.
    pub first_bad: Option<(u64, Flaw)>,
}

/// A check of rows and heads in their order. What comes behind the first flaw is not looked at.
pub struct Audit {
    key: VerifyingKey,
    chain: Chain,
    signed: u64,
    /// Rows the platform was shown and that are still to come, with their hashes.
    shown: BTreeMap<u64, Digest>,
    countersigned: u64,
    first_bad: Option<(u64, Flaw)>,
}

impl Audit {
    /// Begins; heads must be signed by this key. It is one store's own; the terminal's name may change.
    pub fn new(key: VerifyingKey) -> Self {
        let shown = BTreeMap::new();
        Self { key, chain: Chain::START, signed: 0, shown, countersigned: 0, first_bad: None }
    }

    /// Where the chain stands.
    pub fn chain(&self) -> Chain {
        self.chain
    }

    /// Takes a row; whether to go on.
    pub fn row(&mut self, row: &Row) -> bool {
        // Heads were not signed from the beginning in journals older than they; once they are, none may be missing.
        let due = self.chain.seq;
        let is_unsigned = self.signed != 0 && due.is_multiple_of(HEAD_ROWS) && self.signed < due;
        let bad = if is_unsigned { Err((due, Flaw::Unsigned)) } else { self.step(row) };
        self.note(bad)
    }

    /// One row on, which must be the one the platform was shown in its place.
    fn step(&mut self, row: &Row) -> Result<(), (u64, Flaw)> {
        let mut next = self.chain;
        next.step(row)?;
        match self.shown.remove(&next.seq) {
            Some(shown) if shown != next.head => return Err((next.seq, Flaw::Contradicted)),
            Some(_) => self.countersigned = next.seq,
            None => {}
        }
        self.chain = next;
        Ok(())
    }

    /// Takes what the platform countersigned, with this key, before the row it names; whether to go on.
    pub fn countersigned(&mut self, shown: &Countersigned, platform: &VerifyingKey) -> bool {
        let SignedHead { seq, hash, .. } = shown.head;
        let is_good = shown.verify(platform).is_ok() && shown.head.verify(&self.key).is_ok();
        if !is_good || seq <= self.chain.seq {
            return self.note(Err((seq, Flaw::Forged)));
        }
        let other = self.shown.insert(seq, hash).filter(|other| *other != hash);
        self.note(if other.is_some() { Err((seq, Flaw::Contradicted)) } else { Ok(()) })
    }

    /// Takes a head, which must sign the row before it; whether to go on.
    pub fn head(&mut self, head: &SignedHead) -> bool {
        let Chain { seq, head: hash } = self.chain;
        let fits = (head.seq, head.hash) == (seq, hash);
        if self.first_bad.is_none() && fits && head.verify(&self.key).is_ok() {
            self.signed = seq;
            return true;
        }
        self.note(Err((head.seq, Flaw::Forged)))
    }

    fn note(&mut self, result: Result<(), (u64, Flaw)>) -> bool {
        self.first_bad = self.first_bad.or(result.err());
        self.first_bad.is_none()
    }

    /// Notes a flaw that the caller found in what it hands over.
    pub fn bad(&mut self, seq: u64, flaw: Flaw) {
        self.note(Err((seq, flaw)));
    }

    /// What was found. A row the platform was shown and that did not come is missing, and so are those before it.
    pub fn report(mut self) -> Report {
        let Chain { seq: rows, head } = self.chain;
        if !self.shown.is_empty() {
            self.bad(rows + 1, Flaw::Missing);
        }
        let Self { signed, countersigned, first_bad, .. } = self;
        Report { rows, head, signed, countersigned, first_bad }
    }
}

#[cfg(test)]
mod tests;
