//! Every wait and limit of this driver, in one place.

use std::time::Duration;

/// For the service to say how the reader stands. It knows without asking the card; a loaded machine takes some 10 ms.
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// For a card to be powered and to answer to it: at most 40,000 cycles of a clock of 1 MHz or more until the first
/// character, and 19,200 times 372 cycles until the last (ISO/IEC 7816-3, 6.2.1 and 8.1), on a reader's usual 4 MHz.
pub(crate) const CONNECT: Duration = Duration::from_secs(3);

/// For one command: a card may keep silent for a waiting time of 960 × 10 etu, about 1 s (ISO/IEC 7816-3, 10.2), and 258
/// characters need 0.4 s at 9,600 baud.
pub(crate) const COMMAND: Duration = Duration::from_secs(3);

/// For a whole card. A social security card of some 20 commands needs one second.
pub(crate) const WHOLE_CARD: Duration = Duration::from_secs(8);

/// Longest wait between two looks at the caller's wish to stop.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

/// Commands that one command may turn into: GET RESPONSE for the next part, or a repetition with the right length.
pub(crate) const ROUNDS_MAX: usize = 16;

/// Longest answer that is put together from parts, bytes.
pub(crate) const ANSWER_BYTES_MAX: usize = 4_096;

/// Readers whose names are looked at.
pub(crate) const READERS_MAX: usize = 16;

/// Records of a payment directory that are read; EMV Book 1, 12.2.3 knows 10 entries.
pub(crate) const DIRECTORY_RECORDS_MAX: u8 = 10;

/// Applications of a bank card that are tried.
pub(crate) const APPLICATIONS_MAX: usize = 8;

/// Records of an application that are read in search of the number.
pub(crate) const RECORDS_MAX: usize = 40;

/// Bytes of an answer to reset that technicians see: TS, T0 and interface bytes.
pub(crate) const ANSWER_TO_RESET_SHOWN: usize = 5;
