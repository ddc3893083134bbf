//! The case of a receipt, told to whoever holds it. It says where the case is, and nothing of the person.

use jiff::SignedDuration;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::ReceiptNumber;
use kiosk_protocol::receipt::ReceiptProof;
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{CaseView, Reply};

use super::{Asked, CASE_REGISTER, refused, view};
use crate::limits::{CASE_MISSES_MAX, CASE_MISSES_WINDOW};
use crate::server::problem::Refusal;
use crate::store::{NumberedCase, Scope, StoreError, Tx};

/// What the access record calls the question.
const REASON: &str = "case";

impl Asked<'_> {
    pub(super) fn case(&self, receipt: &ReceiptNumber, proof: &ReceiptProof) -> Result<Reply, Refusal> {
        let found = self
            .centre
            .store
            .write(Scope::Terminal(&self.terminal.id), |tx| self.find(tx, receipt, proof))?;
        Ok(match found {
            Ok(case) => Reply::Cases { cases: vec![case] },
            Err(why) => refused(why),
        })
    }

    /// A wrong proof and an unknown number are told in the same words, and count: who guesses soon has to wait.
    fn find(
        &self,
        tx: &Tx,
        receipt: &ReceiptNumber,
        proof: &ReceiptProof,
    ) -> Result<Result<CaseView, &Text>, StoreError> {
        let window = SignedDuration::from_secs(CASE_MISSES_WINDOW);
        let since = self.now.checked_sub(window).unwrap_or(self.now);
        if tx.misses(&self.terminal.id, REASON, since)? >= CASE_MISSES_MAX {
            return Ok(Err(&self.centre.texts.too_many_tries));
        }
        let fits = |numbered: &NumberedCase| ReceiptProof::of(receipt, numbered.case) == *proof;
        let found = tx.cases_numbered(receipt, self.now)?.into_iter().find(fits);
        let person = found.as_ref().map_or(Digest::ZERO, |numbered| numbered.person);
        tx.record_access(&self.access(REASON, CASE_REGISTER, &person, found.is_some()), self.now)?;
        let Some(numbered) = found else { return Ok(Err(&self.centre.texts.receipt_unknown)) };
        view(tx, numbered.row).map(Ok)
    }
}
