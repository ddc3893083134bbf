//! What the chip's answers mean, and how it goes on.

use std::fs::OpenOptions;

use kiosk_store::SealError;
use tss_esapi::Error;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Kind;

/// A work that failed.
pub fn of(error: Error) -> SealError {
    let kind = match error {
        Error::Tss2Error(code) => code.kind(),
        Error::WrapperError(_) => None,
    };
    kind.and_then(meaning).unwrap_or_else(|| SealError::Refused(error.to_string()))
}

/// The answers that have a cure of their own (TPM 2.0 Library, part 2, clause 6.6.3).
fn meaning(kind: Kind) -> Option<SealError> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list of a hundred codes")]
    match kind {
        Kind::Lockout => Some(SealError::Lockout),
        Kind::BadAuth | Kind::AuthFail => Some(SealError::Password),
        Kind::Integrity => Some(SealError::Damaged),
        _ => None,
    }
}

/// A chip that was not reached. Of a device the system says why, the library does not.
pub fn absent(place: &str, error: Error) -> SealError {
    let path = place.strip_prefix("device:");
    let why = path.and_then(|path| OpenOptions::new().read(true).write(true).open(path).err());
    let why = why.map_or_else(|| error.to_string(), |why| why.to_string());
    SealError::Absent { place: place.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_with_a_cure_are_told_apart() {
        assert_eq!(meaning(Kind::Lockout), Some(SealError::Lockout));
        assert_eq!(meaning(Kind::BadAuth), Some(SealError::Password));
        assert_eq!(meaning(Kind::Integrity), Some(SealError::Damaged));
        assert_eq!(meaning(Kind::Failure), None);
    }
}
