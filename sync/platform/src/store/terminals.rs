//! Tickets and terminals.

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;

use super::{StoreError, Tx, from_json, to_json, values};
use crate::keys::Issued;

/// What a ticket is good for.
pub enum TicketState {
    /// It may be used now.
    Good {
        /// The terminal it makes.
        terminal: TerminalId,
        /// Where that stands.
        site: Text,
    },
    /// It was used.
    Used,
    /// Its terminal's rights were taken after it was given.
    Void,
    /// Its time is over.
    Expired,
    /// It was never given.
    Unknown,
}

/// What the register says of a terminal.
pub struct Enrolled {
    /// The epoch in force.
    pub epoch: u32,
    /// Digest of the certificate it was enrolled with.
    pub certificate: Digest,
    /// Digest of its public key, where that is known: then every certificate of ours for it counts.
    pub key: Option<Digest>,
    /// An operator took its rights.
    pub revoked: bool,
}

impl Tx<'_> {
    /// Keeps a new ticket by the hash of its code.
    pub fn add_ticket(
        &self,
        code_hash: &Digest,
        terminal: &TerminalId,
        site: &Text,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let site = to_json("a site", site)?;
        self.0.put(
            "INSERT INTO tickets (code_hash, terminal, site, expires_at) VALUES ($1, $2, $3, $4)",
            values![code_hash, terminal, site, expires_at],
        )
    }

    /// Looks a ticket up.
    pub fn ticket(&self, code_hash: &Digest, now: Timestamp) -> Result<TicketState, StoreError> {
        let row = self.first(
            "SELECT terminal, site, expires_at, used_at IS NOT NULL, voided_at IS NOT NULL
             FROM tickets WHERE code_hash = $1",
            values![code_hash],
        )?;
        let Some(row) = row else { return Ok(TicketState::Unknown) };
        if row.truth(3)? {
            return Ok(TicketState::Used);
        }
        if row.truth(4)? {
            return Ok(TicketState::Void);
        }
        if row.time(2)? <= now {
            return Ok(TicketState::Expired);
        }
        Ok(TicketState::Good { terminal: row.terminal(0)?, site: from_json("a site", row.text(1)?)? })
    }

    /// Uses a ticket up and makes its terminal, one epoch on from what it was. Answers the epoch.
    pub fn enrol(
        &self,
        code_hash: &Digest,
        terminal: &TerminalId,
        site: &Text,
        issued: &Issued,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.0.put("UPDATE tickets SET used_at = $2 WHERE code_hash = $1", values![code_hash, now])?;
        let site = to_json("a site", site)?;
        let epoch = self.first(
            "INSERT INTO terminals (terminal, epoch, site, certificate, key_digest, enrolled_at)
             VALUES ($1, 1, $2, $3, $4, $5)
             ON CONFLICT (terminal) DO UPDATE SET epoch = terminals.epoch + 1, site = excluded.site,
                 certificate = excluded.certificate, key_digest = excluded.key_digest,
                 enrolled_at = excluded.enrolled_at, revoked_at = NULL
             RETURNING epoch",
            values![terminal, site, &issued.digest, &issued.key, now],
        )?;
        epoch.ok_or(StoreError::Unreadable("an epoch"))?.u32(0)
    }

    /// Gives a terminal's rights back to the key that had them. False where they were not taken.
    pub fn readmit(&self, terminal: &TerminalId) -> Result<bool, StoreError> {
        let given = self.0.execute(
            "UPDATE terminals SET revoked_at = NULL WHERE terminal = $1 AND revoked_at IS NOT NULL",
            values![terminal],
        )?;
        Ok(given > 0)
    }

    /// What the register says of a terminal.
    pub fn enrolled(&self, terminal: &TerminalId) -> Result<Option<Enrolled>, StoreError> {
        let row = self.first(
            "SELECT epoch, certificate, revoked_at IS NOT NULL, key_digest FROM terminals WHERE terminal = $1",
            values![terminal],
        )?;
        let enrolled = |row: super::Row| {
            let (certificate, key) = (row.digest(1)?, row.maybe_digest(3)?);
            Ok(Enrolled { epoch: row.u32(0)?, certificate, key, revoked: row.truth(2)? })
        };
        row.map(enrolled).transpose()
    }

    /// Keeps the key a certificate is renewed for; false where the terminal has another by now, or no rights.
    pub fn renew(&self, terminal: &TerminalId, key: &Digest) -> Result<bool, StoreError> {
        let changed = self.0.execute(
            "UPDATE terminals SET key_digest = $2
             WHERE terminal = $1 AND revoked_at IS NULL AND (key_digest IS NULL OR key_digest = $2)",
            values![terminal, key],
        )?;
        Ok(changed > 0)
    }

    /// Takes a terminal's rights and voids its unused tickets, so that only a ticket given later brings
    /// it back. False where it was never enrolled and no ticket was open.
    pub fn revoke(&self, terminal: &TerminalId, now: Timestamp) -> Result<bool, StoreError> {
        let taken = self.0.execute(
            "UPDATE terminals SET revoked_at = coalesce(revoked_at, $2) WHERE terminal = $1",
            values![terminal, now],
        )?;
        let voided = self.0.execute(
            "UPDATE tickets SET voided_at = $2
             WHERE terminal = $1 AND used_at IS NULL AND voided_at IS NULL",
            values![terminal, now],
        )?;
        Ok(taken + voided > 0)
    }
}
