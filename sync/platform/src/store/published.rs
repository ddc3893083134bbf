//! What terminals may trust, and the files it names. Nothing of it is changed once it is published.

use jiff::Timestamp;
use kiosk_protocol::ids::Key;
use kiosk_protocol::trust::{Envelope, Offered, Role};

use super::value::Row;
use super::{StoreError, Tx, from_json, to_json, values};

/// The newest metadata of a role.
pub struct Stand {
    /// Their version.
    pub version: u64,
    /// As they were signed.
    pub envelope: Envelope,
    /// When to sign them anew.
    pub renew_at: Timestamp,
}

impl Tx<'_> {
    /// The newest metadata of a role.
    pub fn stand(&self, role: Role) -> Result<Option<Stand>, StoreError> {
        let row = self.first(
            "SELECT version, envelope, renew_at FROM metadata WHERE role = $1 ORDER BY version DESC LIMIT 1",
            values![role.to_string()],
        )?;
        let stand = |row: Row| {
            let envelope = from_json("metadata", row.text(1)?)?;
            Ok(Stand { version: row.u64(0)?, envelope, renew_at: row.time(2)? })
        };
        row.map(stand).transpose()
    }

    /// Version of the newest timestamp, and when to sign it anew.
    pub fn newest_timestamp(&self) -> Result<Option<(u64, Timestamp)>, StoreError> {
        let row = self.first(
            "SELECT version, renew_at FROM metadata WHERE role = $1 ORDER BY version DESC LIMIT 1",
            values![Role::Timestamp.to_string()],
        )?;
        row.map(|row| Ok((row.u64(0)?, row.time(1)?))).transpose()
    }

    /// What is offered to a terminal that has this root; nothing before the first publication.
    pub fn offered(&self, root: u64, roots_max: u32) -> Result<Option<Offered>, StoreError> {
        let newest = |role| Ok::<_, StoreError>(self.stand(role)?.map(|stand| stand.envelope));
        let parts = (newest(Role::Timestamp)?, newest(Role::Snapshot)?, newest(Role::Targets)?);
        let (Some(timestamp), Some(snapshot), Some(targets)) = parts else { return Ok(None) };
        let rows = self.0.rows(
            "SELECT envelope FROM metadata WHERE role = $1 AND version > $2 ORDER BY version LIMIT $3",
            values![Role::Root.to_string(), root, roots_max],
        )?;
        let roots = rows.iter().map(|row| from_json("a root", row.text(0)?)).collect::<Result<_, _>>()?;
        Ok(Some(Offered { roots, timestamp, snapshot, targets }))
    }

    /// Keeps metadata.
    pub fn keep_metadata(&self, role: Role, stand: &Stand) -> Result<(), StoreError> {
        let envelope = to_json("metadata", &stand.envelope)?;
        self.0.put(
            "INSERT INTO metadata (role, version, envelope, renew_at) VALUES ($1, $2, $3, $4)",
            values![role.to_string(), stand.version, envelope, stand.renew_at],
        )
    }

    /// Keeps a file.
    pub fn keep_target(&self, name: &Key, version: u64, content: &str) -> Result<(), StoreError> {
        self.0.put(
            "INSERT INTO target_files (name, version, content) VALUES ($1, $2, $3)",
            values![name.as_str(), version, content],
        )
    }

    /// A file.
    pub fn target(&self, name: &Key, version: u64) -> Result<Option<String>, StoreError> {
        let row = self.first(
            "SELECT content FROM target_files WHERE name = $1 AND version = $2",
            values![name.as_str(), version],
        )?;
        row.map(|row| Ok(row.text(0)?.to_owned())).transpose()
    }

    /// The newest version of each file.
    pub fn newest_targets(&self) -> Result<Vec<(Key, u64)>, StoreError> {
        let rows =
            self.0.rows("SELECT name, max(version) FROM target_files GROUP BY name ORDER BY name", vec![])?;
        let newest = |row: &Row| {
            let name = Key::try_from(row.text(0)?).map_err(|_| StoreError::Unreadable("a name"))?;
            Ok((name, row.u64(1)?))
        };
        rows.iter().map(newest).collect()
    }
}
