//! What goes into a statement and comes out of a row: the few types both databases share.

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use uuid::Uuid;

use super::StoreError;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No bytes.
    Null,
    /// A number; also a truth (0 or 1) and a time (milliseconds since 1970).
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

/// The values of a statement, in their order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::value::Value::from($value)),*] };
}
pub(super) use values;

impl Row {
    /// A number.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(*number),
            Some(Value::Null | Value::Text(_) | Value::Bytes(_)) | None => Err(odd("a number")),
        }
    }

    /// A number of 32 bits without a sign.
    pub fn u32(&self, column: usize) -> Result<u32, StoreError> {
        u32::try_from(self.int(column)?).map_err(|_| odd("a number"))
    }

    /// A number that counts from 0.
    pub fn u64(&self, column: usize) -> Result<u64, StoreError> {
        Ok(self.int(column)?.cast_unsigned())
    }

    /// A truth.
    pub fn truth(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A time.
    pub fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.int(column)?).map_err(|_| odd("a time"))
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text),
            Some(Value::Null | Value::Int(_) | Value::Bytes(_)) | None => Err(odd("a text")),
        }
    }

    /// Text, where there is one.
    pub fn maybe_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        if self.0.get(column) == Some(&Value::Null) { Ok(None) } else { self.text(column).map(Some) }
    }

    /// Bytes; also those of a text, as bodies once were.
    pub fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(Value::Text(text)) => Ok(text.as_bytes()),
            Some(Value::Null | Value::Int(_)) | None => Err(odd("bytes")),
        }
    }

    /// A digest.
    pub fn digest(&self, column: usize) -> Result<Digest, StoreError> {
        let bytes = self.bytes(column)?.try_into();
        bytes.map(Digest::from_bytes).map_err(|_| odd("a digest"))
    }

    /// A digest, where there is one.
    pub fn maybe_digest(&self, column: usize) -> Result<Option<Digest>, StoreError> {
        if self.0.get(column) == Some(&Value::Null) { Ok(None) } else { self.digest(column).map(Some) }
    }

    /// An id.
    pub fn uuid(&self, column: usize) -> Result<Uuid, StoreError> {
        Uuid::from_slice(self.bytes(column)?).map_err(|_| odd("an id"))
    }

    /// A terminal.
    pub fn terminal(&self, column: usize) -> Result<TerminalId, StoreError> {
        TerminalId::try_from(self.text(column)?.to_owned()).map_err(|_| odd("a terminal id"))
    }
}

fn odd(what: &'static str) -> StoreError {
    StoreError::Unreadable(what)
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Int(number.cast_signed())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_millisecond())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&TerminalId> for Value {
    fn from(id: &TerminalId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<&Digest> for Value {
    fn from(digest: &Digest) -> Self {
        Self::Bytes(digest.as_bytes().to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Bytes(id.as_bytes().to_vec())
    }
}

impl From<Option<Uuid>> for Value {
    fn from(id: Option<Uuid>) -> Self {
        id.map_or(Self::Null, Self::from)
    }
}
