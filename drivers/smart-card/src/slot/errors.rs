//! Which error of PC/SC means what.

use pcsc::Error;

use super::SlotError;

/// Errors that have a meaning for the person at the machine; codes of PC/SC part 5, and what `pcscd` uses them for.
const MEANINGS: [(Error, SlotError); 29] = [
    (Error::NoService, SlotError::NoService),
    (Error::ServiceStopped, SlotError::NoService),
    (Error::ServerTooBusy, SlotError::NoService),
    (Error::Shutdown, SlotError::NoService),
    (Error::SystemCancelled, SlotError::NoService),
    (Error::Cancelled, SlotError::NoService),
    // The library's word for a service that went away in the midst of a call, or was another before.
    (Error::CommError, SlotError::NoService),
    (Error::InvalidHandle, SlotError::NoService),
    (Error::InternalError, SlotError::NoService),
    (Error::NoAccess, SlotError::NoPermission),
    (Error::SecurityViolation, SlotError::NoPermission),
    (Error::NoReadersAvailable, SlotError::NoReader),
    (Error::UnknownReader, SlotError::NoReader),
    (Error::ReaderUnavailable, SlotError::NoReader),
    (Error::ReaderUnsupported, SlotError::NoReader),
    (Error::NoSmartcard, SlotError::NoCard),
    (Error::RemovedCard, SlotError::Removed),
    (Error::ResetCard, SlotError::Removed),
    // The command did not reach the card: it was pulled while it worked.
    (Error::NotTransacted, SlotError::Removed),
    (Error::CommDataLost, SlotError::Removed),
    (Error::UnresponsiveCard, SlotError::Mute),
    (Error::UnpoweredCard, SlotError::Mute),
    (Error::UnsupportedCard, SlotError::Mute),
    (Error::CardUnsupported, SlotError::Mute),
    (Error::ProtoMismatch, SlotError::Mute),
    (Error::InvalidAtr, SlotError::Mute),
    (Error::UnknownCard, SlotError::Mute),
    (Error::SharingViolation, SlotError::InUse),
    (Error::NotReady, SlotError::NoReader),
];

impl From<Error> for SlotError {
    fn from(error: Error) -> Self {
        let known = MEANINGS.iter().find(|(listed, _)| *listed == error);
        known.map_or(SlotError::Broken, |(_, meaning)| *meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_seen_at_removal_and_restart_have_their_meaning() {
        for (error, code, meaning) in [
            (Error::NotTransacted, 0x8010_0016_u32, SlotError::Removed),
            (Error::RemovedCard, 0x8010_0069, SlotError::Removed),
            (Error::ResetCard, 0x8010_0068, SlotError::Removed),
            (Error::NoSmartcard, 0x8010_000C, SlotError::NoCard),
            (Error::UnresponsiveCard, 0x8010_0066, SlotError::Mute),
            (Error::NoService, 0x8010_001D, SlotError::NoService),
            (Error::NoReadersAvailable, 0x8010_002E, SlotError::NoReader),
            (Error::ReaderUnavailable, 0x8010_0017, SlotError::NoReader),
            (Error::SharingViolation, 0x8010_000B, SlotError::InUse),
            (Error::InsufficientBuffer, 0x8010_0008, SlotError::Broken),
        ] {
            assert_eq!((error as u32, SlotError::from(error)), (code, meaning));
        }
    }

    #[test]
    fn no_error_is_listed_twice() {
        for (place, (error, _)) in MEANINGS.iter().enumerate() {
            assert!(MEANINGS[place + 1..].iter().all(|(other, _)| other != error), "{error:?}");
        }
    }
}
