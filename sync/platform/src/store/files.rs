//! Files of cases. A file belongs to the terminal that sent it and is named by the digest of its sealed bytes.

use jiff::Timestamp;
use kiosk_protocol::crypto::{Digest, Suite};
use kiosk_protocol::ids::{CaseNumber, Key, TerminalId};
use kiosk_protocol::item::{FileRef, Media};
use kiosk_protocol::limits::FILE_CHUNK_BYTES;
use uuid::Uuid;

use super::{Row, StoreError, Tx, from_json, to_json, values};

/// A file, as far as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Of the whole file.
    pub bytes: u64,
    /// What is kept, from its beginning.
    pub received: u64,
}

impl Held {
    /// Nothing is missing, and the digest was verified.
    pub fn is_whole(&self) -> bool {
        self.received == self.bytes
    }
}

/// A case whose files are all there.
pub struct Complete {
    /// The case.
    pub case: Uuid,
    /// The body of the item that brought it.
    pub body: Vec<u8>,
}

/// Files that a case named and that are not whole: `n` names them, `f` is what came.
const MISSING: &str = "case_files n LEFT JOIN files f ON f.terminal = n.terminal AND f.digest = n.digest
    WHERE (f.received IS NULL OR f.received < f.bytes) AND (n.terminal, n.case_id) =";
/// Parts that stopped growing. Whole files stay: their terminals have removed them, and a case that names them may come
/// late. A clock that jumps costs a part its way so far, no more.
const ABANDONED: &str = "touched_at < $1 AND received < bytes";

/// How many files of the case `c` are missing, as a column.
pub(super) fn missing_of_c() -> String {
    format!("(SELECT count(*) FROM {MISSING} (c.terminal, c.case_id))")
}

impl Tx<'_> {
    /// What is kept of a file; nothing where it was never begun.
    pub fn file(&self, terminal: &TerminalId, digest: &Digest) -> Result<Option<Held>, StoreError> {
        let row = self.first(
            "SELECT bytes, received FROM files WHERE terminal = $1 AND digest = $2",
            values![terminal, digest],
        )?;
        row.map(|row| Ok(Held { bytes: row.u64(0)?, received: row.u64(1)? })).transpose()
    }

    /// Bytes of a terminal's files that no case named yet, those to come included.
    pub fn unnamed_bytes(&self, terminal: &TerminalId) -> Result<u64, StoreError> {
        let row = self.first(
            "SELECT CAST(coalesce(sum(f.bytes), 0) AS BIGINT) FROM files f WHERE f.terminal = $1 AND NOT EXISTS
                 (SELECT 1 FROM case_files n WHERE n.terminal = f.terminal AND n.digest = f.digest)",
            values![terminal],
        )?;
        row.map_or(Ok(0), |row| row.u64(0))
    }

    /// Begins a file. Needs the scope of its terminal, like all that changes one.
    pub fn begin_file(
        &self,
        terminal: &TerminalId,
        digest: &Digest,
        bytes: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.put(
            "INSERT INTO files (terminal, digest, bytes, received, touched_at) VALUES ($1, $2, $3, 0, $4)",
            values![terminal, digest, bytes, now],
        )
    }

    /// Keeps the next chunk; the file has so many bytes then.
    pub fn add_chunk(
        &self,
        terminal: &TerminalId,
        digest: &Digest,
        chunk: &[u8],
        received: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let number = received.div_ceil(FILE_CHUNK_BYTES as u64) - 1;
        self.0.put(
            "INSERT INTO file_chunks (terminal, digest, chunk, body) VALUES ($1, $2, $3, $4)",
            values![terminal, digest, number, chunk],
        )?;
        self.0.put(
            "UPDATE files SET received = $3, touched_at = $4 WHERE terminal = $1 AND digest = $2",
            values![terminal, digest, received, now],
        )
    }

    /// The digest of what came.
    pub fn digest_of_chunks(
        &self,
        terminal: &TerminalId,
        digest: &Digest,
        bytes: u64,
    ) -> Result<Digest, StoreError> {
        Digest::of_parts(self.chunks(terminal, digest, bytes))
    }

    /// The sealed bytes of a file.
    pub fn file_bytes(&self, terminal: &TerminalId, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let whole =
            self.file(terminal, digest)?.filter(Held::is_whole).ok_or(StoreError::Unreadable("a file"))?;
        let chunks = self.chunks(terminal, digest, whole.bytes).collect::<Result<Vec<_>, _>>()?;
        Ok(chunks.concat())
    }

    /// One after the other, so that no file stands in memory twice.
    fn chunks(
        &self,
        terminal: &TerminalId,
        digest: &Digest,
        bytes: u64,
    ) -> impl Iterator<Item = Result<Vec<u8>, StoreError>> {
        (0..bytes.div_ceil(FILE_CHUNK_BYTES as u64)).map(move |number| {
            let row = self.first(
                "SELECT body FROM file_chunks WHERE terminal = $1 AND digest = $2 AND chunk = $3",
                values![terminal, digest, number],
            )?;
            Ok(row.ok_or(StoreError::Unreadable("a chunk of a file"))?.bytes(0)?.to_vec())
        })
    }

    /// Forgets what came of a file; it begins anew.
    pub fn drop_chunks(
        &self,
        terminal: &TerminalId,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.put(
            "UPDATE files SET received = 0, touched_at = $3 WHERE terminal = $1 AND digest = $2",
            values![terminal, digest, now],
        )?;
        self.0.put("DELETE FROM file_chunks WHERE terminal = $1 AND digest = $2", values![terminal, digest])
    }

    /// Terminals, so many at most, with parts of files that did not grow since then.
    pub fn with_abandoned(&self, since: Timestamp, rows_max: u32) -> Result<Vec<TerminalId>, StoreError> {
        let select = format!("SELECT DISTINCT terminal FROM files WHERE {ABANDONED} LIMIT $2");
        let rows = self.0.rows(&select, values![since, rows_max])?;
        rows.iter().map(|row| row.terminal(0)).collect()
    }

    /// Removes those of one terminal.
    pub fn remove_abandoned(&self, terminal: &TerminalId, since: Timestamp) -> Result<(), StoreError> {
        let delete = format!("DELETE FROM files WHERE {ABANDONED} AND terminal = $2 RETURNING digest");
        for row in self.0.rows(&delete, values![since, terminal])? {
            let chunks = "DELETE FROM file_chunks WHERE terminal = $1 AND digest = $2";
            self.0.put(chunks, values![terminal, &row.digest(0)?])?;
        }
        Ok(())
    }

    /// Keeps which files a case needs.
    pub fn name_files(&self, case: Uuid, terminal: &TerminalId, files: &[FileRef]) -> Result<(), StoreError> {
        for FileRef { material, media, suite, digest } in files {
            let (media, suite) = (to_json("a media type", media)?, to_json("a suite", suite)?);
            self.0.put(
                "INSERT INTO case_files (case_id, digest, terminal, material, media, suite)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                values![case, digest, terminal, material.as_str(), media, suite],
            )?;
        }
        Ok(())
    }

    /// The platform has all files the case needs.
    pub fn has_all_files(&self, case: Uuid, terminal: &TerminalId) -> Result<bool, StoreError> {
        let missing = format!("SELECT 1 FROM {MISSING} ($1, $2) LIMIT 1");
        Ok(self.first(&missing, values![terminal, case])?.is_none())
    }

    /// The cases that needed this file and now have all they need.
    pub fn completed_by(&self, terminal: &TerminalId, digest: &Digest) -> Result<Vec<Complete>, StoreError> {
        let select = format!(
            "SELECT c.case_id, i.body FROM case_files h JOIN cases c ON c.case_id = h.case_id
             JOIN items i ON i.terminal = c.terminal AND i.epoch = c.epoch AND i.seq = c.seq
             WHERE h.terminal = $1 AND h.digest = $2 AND NOT EXISTS (SELECT 1 FROM {MISSING} (c.terminal, c.case_id))"
        );
        let rows = self.0.rows(&select, values![terminal, digest])?;
        rows.iter().map(|row| Ok(Complete { case: row.uuid(0)?, body: row.bytes(1)?.to_vec() })).collect()
    }

    /// The files of a case and whose they are, by material.
    pub fn files_of(&self, number: &CaseNumber) -> Result<Vec<(TerminalId, FileRef)>, StoreError> {
        let rows = self.0.rows(
            "SELECT n.terminal, n.material, n.media, n.suite, n.digest FROM case_files n
             JOIN cases c ON c.terminal = n.terminal AND c.case_id = n.case_id WHERE c.case_number = $1 ORDER BY n.material, n.digest",
            values![number.0.as_str()],
        )?;
        rows.iter().map(|row| Ok((row.terminal(0)?, file_ref(row)?))).collect()
    }
}

fn file_ref(row: &Row) -> Result<FileRef, StoreError> {
    let material = Key::try_from(row.text(1)?).map_err(|_| StoreError::Unreadable("a material"))?;
    let media: Media = from_json("a media type", row.text(2)?)?;
    let suite: Suite = from_json("a suite", row.text(3)?)?;
    Ok(FileRef { material, media, suite, digest: row.digest(4)? })
}
