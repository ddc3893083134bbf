//! The heads of journals that terminals showed. Only added to.

use jiff::Timestamp;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::journal::Countersigned;

use super::{Row, StoreError, Tx, from_json, to_json, values};

impl Tx<'_> {
    /// The key of a terminal's journal in an epoch.
    pub fn journal_key(&self, terminal: &TerminalId, epoch: u32) -> Result<Option<VerifyingKey>, StoreError> {
        let sql = "SELECT key FROM journals WHERE terminal = $1 AND epoch = $2";
        let parse = |row: Row| VerifyingKey::try_from(row.text(0)?.to_owned()).map_err(|_| unreadable());
        self.first(sql, values![terminal, epoch])?.map(parse).transpose()
    }

    /// Keeps the key of a journal for an epoch.
    pub fn register_journal(
        &self,
        terminal: &TerminalId,
        epoch: u32,
        key: &VerifyingKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.put(
            "INSERT INTO journals (terminal, epoch, key, registered_at) VALUES ($1, $2, $3, $4)",
            values![terminal, epoch, String::from(key.clone()), now],
        )
    }

    /// The head that was countersigned at this sequence.
    pub fn head_at(
        &self,
        terminal: &TerminalId,
        epoch: u32,
        seq: u64,
    ) -> Result<Option<Countersigned>, StoreError> {
        let sql = "SELECT countersigned FROM heads WHERE terminal = $1 AND epoch = $2 AND seq = $3";
        self.first(sql, values![terminal, epoch, seq])?.map(countersigned).transpose()
    }

    /// The newest head of an epoch.
    pub fn newest_head_of(
        &self,
        terminal: &TerminalId,
        epoch: u32,
    ) -> Result<Option<Countersigned>, StoreError> {
        let sql =
            "SELECT countersigned FROM heads WHERE terminal = $1 AND epoch = $2 ORDER BY seq DESC LIMIT 1";
        self.first(sql, values![terminal, epoch])?.map(countersigned).transpose()
    }

    /// The newest head of a terminal.
    pub fn newest_head(&self, terminal: &TerminalId) -> Result<Option<Countersigned>, StoreError> {
        let sql = "SELECT countersigned FROM heads WHERE terminal = $1 ORDER BY epoch DESC, seq DESC LIMIT 1";
        self.first(sql, values![terminal])?.map(countersigned).transpose()
    }

    /// Keeps a countersigned head, for ever.
    pub fn keep_head(&self, shown: &Countersigned) -> Result<(), StoreError> {
        let (head, json) = (&shown.head, to_json("a head", shown)?);
        self.0.put(
            "INSERT INTO heads (terminal, epoch, seq, countersigned, received_at) VALUES ($1, $2, $3, $4, $5)",
            values![&head.terminal, head.epoch, head.seq, json, shown.at],
        )
    }

    /// Puts a terminal into a new epoch, unless that was done since `pause`. Answers the epoch.
    pub fn raise_epoch(
        &self,
        terminal: &TerminalId,
        pause: Timestamp,
        now: Timestamp,
    ) -> Result<Option<u32>, StoreError> {
        // One raised in the future was raised under another clock.
        let raised = self.first(
            "UPDATE terminals SET epoch = epoch + 1, epoch_raised_at = $3 WHERE terminal = $1
             AND (epoch_raised_at IS NULL OR epoch_raised_at <= $2 OR epoch_raised_at > $3) RETURNING epoch",
            values![terminal, pause, now],
        )?;
        raised.map(|row| row.u32(0)).transpose()
    }
}

fn countersigned(row: Row) -> Result<Countersigned, StoreError> {
    from_json("a head", row.text(0)?)
}

fn unreadable() -> StoreError {
    StoreError::Unreadable("a journal's key")
}
