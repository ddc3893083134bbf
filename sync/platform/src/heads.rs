//! What becomes of a journal's head that a terminal shows.
//!
//! Within an epoch heads only go on. One that fits is kept and countersigned, and gets the same answer for ever. A new one
//! names the newest row its terminal was told is countersigned; where that is not the newest that was shown, the terminal shows
//! its head at that one first, so that a trail which grew anew is found out, however long it is. One that
//! goes back, contradicts another, or is signed with another key says that the terminal was restored from a backup, was
//! cloned, or that its trail was changed: operators are alarmed, with the head as evidence, and the terminal is put into
//! a new epoch, so that no sequence is given to two items. Two that share one identity would raise the epoch for ever;
//! between two such epochs lies a pause, in which the head is refused.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::journal::{Countersigned, SignedHead};
use kiosk_protocol::wire::{HeadAnswer, HeadReport, Place};

use crate::limits::EPOCH_PAUSE;
use crate::server::{Centre, Refusal, Terminal};
use crate::store::{Scope, StoreError, Tx};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Weighed {
    /// It goes on from what was shown before.
    New(Countersigned),
    /// It was shown before.
    Known(Countersigned),
    /// It may go on from another head than the newest that was shown, which is the one at this sequence.
    Elsewhere(u64),
    /// Its epoch is over; this one is in force.
    Behind(u32),
    /// It does not fit; the terminal is in this new epoch, where the pause allows one.
    Unfit(Option<u32>),
}

/// Answers a head that a terminal shows.
pub fn weigh(centre: &Centre, sender: &Terminal, report: &HeadReport) -> Result<HeadAnswer, Refusal> {
    if report.head.terminal != sender.id {
        return Err(Refusal::bad_request("the head is of another terminal"));
    }
    report
        .head
        .verify(&report.key)
        .map_err(|_| Refusal::bad_request("the head is not signed with its key"))?;
    let now = (centre.clock)();
    let weighed = centre
        .store
        .write(Scope::Terminal(&sender.id), |tx| Scale { centre, tx, sender, now }.weigh(report))?;
    centre.metrics.weighed(&weighed);
    match weighed {
        Weighed::New(shown) | Weighed::Known(shown) => Ok(HeadAnswer::Countersigned(shown)),
        Weighed::Elsewhere(seq) => Ok(HeadAnswer::Show { seq }),
        Weighed::Behind(epoch) | Weighed::Unfit(Some(epoch)) => Ok(HeadAnswer::NewEpoch { epoch }),
        Weighed::Unfit(None) => {
            Err(Refusal::conflict("journal-unfit", "the head does not fit what was shown before"))
        }
    }
}

/// A transaction in which a head is weighed.
struct Scale<'a> {
    centre: &'a Centre,
    tx: &'a Tx<'a>,
    sender: &'a Terminal,
    now: Timestamp,
}

impl Scale<'_> {
    fn weigh(&self, report: &HeadReport) -> Result<Weighed, Refusal> {
        let HeadReport { key, head, behind } = report;
        let terminal = &self.sender.id;
        let epoch = self.tx.enrolled(terminal)?.map_or(self.sender.epoch, |enrolled| enrolled.epoch);
        if head.epoch > epoch {
            return Err(Refusal::bad_request("the head is of an epoch that has not begun"));
        }
        if head.epoch < epoch {
            return Ok(Weighed::Behind(epoch));
        }
        match self.tx.journal_key(terminal, epoch)? {
            None => self.tx.register_journal(terminal, epoch, key, self.now)?,
            Some(registered) if registered == *key => {}
            Some(_) => return Ok(self.unfit(head, "journal-other-key")?),
        }
        self.fit(head, *behind)
    }

    fn fit(&self, head: &SignedHead, behind: Option<Place>) -> Result<Weighed, Refusal> {
        let SignedHead { terminal, epoch, seq, hash, .. } = head;
        match self.tx.head_at(terminal, *epoch, *seq)? {
            Some(known) if known.head.hash == *hash => return Ok(Weighed::Known(known)),
            Some(_) => return Ok(self.unfit(head, "journal-contradicted")?),
            None => {}
        }
        match self.tx.newest_head_of(terminal, *epoch)?.map(|newest| Place::of(&newest.head)) {
            Some(newest) if *seq < newest.seq => return Ok(self.unfit(head, "journal-went-back")?),
            Some(newest) if behind != Some(newest) => return Ok(Weighed::Elsewhere(newest.seq)),
            Some(_) | None => {}
        }
        let shown = Countersigned::sign(&self.centre.keys.heads, head.clone(), self.now);
        let shown = shown.map_err(|error| Refusal::failure(&error))?;
        self.tx.keep_head(&shown)?;
        Ok(Weighed::New(shown))
    }

    /// The head itself is the evidence: it is signed, and names nobody.
    fn unfit(&self, head: &SignedHead, kind: &str) -> Result<Weighed, StoreError> {
        let evidence = serde_json::to_string(head).map_err(|_| StoreError::Unreadable("a head"))?;
        self.tx.alarm(&head.terminal, kind, &evidence, self.now)?;
        let pause = SignedDuration::try_from(EPOCH_PAUSE).unwrap_or(SignedDuration::MAX);
        let pause = self.now.checked_sub(pause).unwrap_or(Timestamp::MIN);
        Ok(Weighed::Unfit(self.tx.raise_epoch(&head.terminal, pause, self.now)?))
    }
}
