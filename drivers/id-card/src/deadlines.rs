//! Every wait and limit of this driver, in one place; those of the line itself are in `kiosk_serial`.

use std::time::Duration;

/// For the find-card and select-card commands. The module answers within some 100 ms; hosts in use allow 200 ms to 1.2 s.
pub(crate) const FIND_OR_SELECT: Duration = Duration::from_secs(1);

/// For the module's self-test and its number. Same class of command as finding.
pub(crate) const MODULE_STATUS: Duration = Duration::from_secs(1);

/// For text and photo: 1,295 bytes are 1.35 s of line time at 9,600 baud, and the chip is read before the first byte comes.
pub(crate) const READ_RECORD: Duration = Duration::from_secs(3);

/// The same with fingerprints: 2,321 bytes are 2.4 s of line time at 9,600 baud.
pub(crate) const READ_ALL: Duration = Duration::from_secs(5);

/// For the self-test at each of the other line rates: at 9,600 baud 21 bytes are 22 ms, and the module thinks some 10 ms.
pub(crate) const PROBE: Duration = Duration::from_millis(200);

/// Missing answers in a row after which other line rates are tried: a single one has other causes.
pub(crate) const SILENCES: u32 = 2;

/// Between two rounds through the other line rates, so that an unplugged reader does not cost a second each time.
pub(crate) const PROBE_EVERY: Duration = Duration::from_secs(10);

/// For the appended addresses: at most 291 bytes, and a second access to the chip.
pub(crate) const READ_ADDRESS: Duration = Duration::from_secs(2);

/// For a request of ten bytes to leave; at 9,600 baud it needs 11 ms.
pub(crate) const WRITE: Duration = Duration::from_millis(200);

/// Silence after which a frame that began is taken as torn. A USB bridge holds bytes back for 16 ms at most.
pub(crate) const FRAME_GAP: Duration = Duration::from_millis(200);

/// How often a command is sent when the answer is disturbed on the line. A card cannot be found twice without being
/// lifted, so repeating the command is what spares the resident a second try.
pub(crate) const TRIES: usize = 2;
