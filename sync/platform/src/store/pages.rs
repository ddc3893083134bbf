//! Sealed pages.

use kiosk_protocol::catalogue::Signed;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::PageNumber;
use rusqlite::{OptionalExtension, ToSql, params};

use super::{StoreError, Tx, from_json, to_json};

impl Tx<'_> {
    /// Keeps the seal of a page.
    pub fn keep_page(&self, number: &PageNumber, digest: &Digest, signed: &Signed) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO pages (number, digest, signed) VALUES (?1, ?2, ?3)",
            params![number.to_string(), digest.as_bytes(), to_json("a page", signed)?],
        )?;
        Ok(())
    }

    /// The seal of the page with this number.
    pub fn page_numbered(&self, number: &PageNumber) -> Result<Option<Signed>, StoreError> {
        self.page("SELECT signed FROM pages WHERE number = ?1", &number.to_string())
    }

    /// The seal of the page whose file has this digest.
    pub fn page_of_file(&self, digest: &Digest) -> Result<Option<Signed>, StoreError> {
        self.page("SELECT signed FROM pages WHERE digest = ?1", digest.as_bytes())
    }

    fn page(&self, select: &str, key: &dyn ToSql) -> Result<Option<Signed>, StoreError> {
        let row = self.0.query_row(select, [key], |row| row.get::<_, String>(0)).optional()?;
        row.map(|json| from_json("a page", &json)).transpose()
    }
}
