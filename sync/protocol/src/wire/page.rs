//! A sealed page on the line.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::limits::PAGE_BYTES_MAX;

/// A PDF file about a person; Base64 on the line. No `Debug`, zeroed when dropped.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pdf(Zeroizing<Vec<u8>>);

/// Bytes that are no PDF file, or too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a PDF file within the limit")]
pub struct BadPdf;

impl Pdf {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for Pdf {
    type Error = BadPdf;
    fn try_from(bytes: Vec<u8>) -> Result<Self, BadPdf> {
        let bytes = Zeroizing::new(bytes);
        let fits = bytes.len() <= PAGE_BYTES_MAX && bytes.starts_with(b"%PDF-");
        if fits { Ok(Self(bytes)) } else { Err(BadPdf) }
    }
}

impl TryFrom<String> for Pdf {
    type Error = BadPdf;
    fn try_from(text: String) -> Result<Self, BadPdf> {
        let text = Zeroizing::new(text);
        Self::try_from(BASE64_STANDARD.decode(text.as_bytes()).map_err(|_| BadPdf)?)
    }
}

impl Serialize for Pdf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(BASE64_STANDARD.encode(&*self.0)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_survives_the_line() {
        let file = b"%PDF-1.7\n\x00\xff".to_vec();
        let json = serde_json::to_string(&Pdf::try_from(file.clone()).unwrap()).unwrap();
        assert_eq!(json, r#""JVBERi0xLjcKAP8=""#);
        assert_eq!(serde_json::from_str::<Pdf>(&json).unwrap().bytes(), file);
    }

    #[test]
    fn what_is_no_file_of_the_line_is_refused() {
        let mut large = b"%PDF-".to_vec();
        large.resize(PAGE_BYTES_MAX, b' ');
        assert!(Pdf::try_from(large.clone()).is_ok());
        large.push(b' ');
        assert_eq!(Pdf::try_from(large).err(), Some(BadPdf));
        assert_eq!(Pdf::try_from(b"GIF89a".to_vec()).err(), Some(BadPdf));
        assert_eq!(Pdf::try_from("%PDF-1.7".to_owned()).err(), Some(BadPdf));
    }
}
