//! Sealed pages.

use kiosk_protocol::catalogue::Signed;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::PageNumber;

use super::{StoreError, Tx, Value, from_json, to_json, values};

impl Tx<'_> {
    /// Keeps the seal of a page.
    pub fn keep_page(&self, number: &PageNumber, digest: &Digest, signed: &Signed) -> Result<(), StoreError> {
        let signed = to_json("a page", signed)?;
        self.0.put(
            "INSERT INTO pages (number, digest, signed) VALUES ($1, $2, $3)",
            values![number.to_string(), digest, signed],
        )
    }

    /// The seal of the page with this number.
    pub fn page_numbered(&self, number: &PageNumber) -> Result<Option<Signed>, StoreError> {
        self.page("SELECT signed FROM pages WHERE number = $1", values![number.to_string()])
    }

    /// The seal of the page whose file has this digest.
    pub fn page_of_file(&self, digest: &Digest) -> Result<Option<Signed>, StoreError> {
        self.page("SELECT signed FROM pages WHERE digest = $1", values![digest])
    }

    fn page(&self, select: &str, key: Vec<Value>) -> Result<Option<Signed>, StoreError> {
        let row = self.first(select, key)?;
        row.map(|row| from_json("a page", row.text(0)?)).transpose()
    }
}
