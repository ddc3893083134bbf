//! Tickets and terminals.

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;
use rusqlite::{OptionalExtension, params};

use super::{StoreError, Tx, from_json, from_millis, to_json};

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
    /// Digest of the one certificate that counts.
    pub certificate: Digest,
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
        self.0.execute(
            "INSERT INTO tickets (code_hash, terminal, site, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![
                code_hash.as_bytes(),
                terminal.to_string(),
                to_json("a site", site)?,
                expires_at.as_millisecond()
            ],
        )?;
        Ok(())
    }

    /// Looks a ticket up.
    pub fn ticket(&self, code_hash: &Digest, now: Timestamp) -> Result<TicketState, StoreError> {
        let row = self.0.query_row(
            "SELECT terminal, site, expires_at, used_at IS NOT NULL, voided_at IS NOT NULL
             FROM tickets WHERE code_hash = ?1",
            [code_hash.as_bytes()],
            |row| {
                let (terminal, site): (String, String) = (row.get(0)?, row.get(1)?);
                Ok((terminal, site, row.get(2)?, row.get(3)?, row.get(4)?))
            },
        );
        let Some((terminal, site, expires_at, used, void)) = row.optional()? else {
            return Ok(TicketState::Unknown);
        };
        if used {
            return Ok(TicketState::Used);
        }
        if void {
            return Ok(TicketState::Void);
        }
        if from_millis("tickets.expires_at", expires_at)? <= now {
            return Ok(TicketState::Expired);
        }
        let terminal = TerminalId::try_from(terminal).map_err(|_| StoreError::Unreadable("a terminal id"))?;
        Ok(TicketState::Good { terminal, site: from_json("a site", &site)? })
    }

    /// Uses a ticket up and makes its terminal, one epoch on from what it was. Answers the epoch.
    pub fn enrol(
        &self,
        code_hash: &Digest,
        terminal: &TerminalId,
        site: &Text,
        certificate: &Digest,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let now = now.as_millisecond();
        self.0.execute(
            "UPDATE tickets SET used_at = ?2 WHERE code_hash = ?1",
            params![code_hash.as_bytes(), now],
        )?;
        let epoch = self.0.query_row(
            "INSERT INTO terminals (terminal, epoch, site, certificate, enrolled_at)
             VALUES (?1, 1, ?2, ?3, ?4)
             ON CONFLICT (terminal) DO UPDATE SET epoch = epoch + 1, site = excluded.site,
                 certificate = excluded.certificate, enrolled_at = excluded.enrolled_at, revoked_at = NULL
             RETURNING epoch",
            params![terminal.to_string(), to_json("a site", site)?, certificate.as_bytes(), now],
            |row| row.get(0),
        )?;
        Ok(epoch)
    }

    /// What the register says of a terminal.
    pub fn enrolled(&self, terminal: &str) -> Result<Option<Enrolled>, StoreError> {
        let row = self.0.query_row(
            "SELECT epoch, certificate, revoked_at IS NOT NULL FROM terminals WHERE terminal = ?1",
            [terminal],
            |row| {
                let certificate = Digest::from_bytes(row.get(1)?);
                Ok(Enrolled { epoch: row.get(0)?, certificate, revoked: row.get(2)? })
            },
        );
        Ok(row.optional()?)
    }

    /// Takes a terminal's rights and voids its unused tickets, so that only a ticket given later brings
    /// it back. False where it was never enrolled and no ticket was open.
    pub fn revoke(&self, terminal: &TerminalId, now: Timestamp) -> Result<bool, StoreError> {
        let taken = self.0.execute(
            "UPDATE terminals SET revoked_at = coalesce(revoked_at, ?2) WHERE terminal = ?1",
            params![terminal.to_string(), now.as_millisecond()],
        )?;
        let voided = self.0.execute(
            "UPDATE tickets SET voided_at = ?2
             WHERE terminal = ?1 AND used_at IS NULL AND voided_at IS NULL",
            params![terminal.to_string(), now.as_millisecond()],
        )?;
        Ok(taken + voided > 0)
    }
}
