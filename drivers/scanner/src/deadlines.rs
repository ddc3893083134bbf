//! Every wait, gap and window of this crate, in one place; those of the line itself are in `kiosk_serial`.

use std::time::Duration;

/// How long one call looks for a code, as the port says.
pub(crate) const SCAN: Duration = Duration::from_secs(10);

/// For a code that began to be heard out: 2,953 bytes are 3.1 s of line time at 9,600 baud, and some more in packets.
pub(crate) const LAST_CODE: Duration = Duration::from_secs(4);

/// For a command to leave; the longest has 64 bytes, 67 ms at 9,600 baud.
pub(crate) const WRITE: Duration = Duration::from_millis(100);

/// For a command to be acknowledged. Engines answer within some 10 ms; Newland's manual allows 5 s, for settings that are
/// written to flash, of which there are none here. With [`TRIES`] a mute scanner is known well within 2 s, a poll of one
/// second or [`PULL_EVERY`] included.
pub(crate) const ANSWER: Duration = Duration::from_millis(300);

/// How often a command is sent before the scanner counts as mute.
pub(crate) const TRIES: usize = 2;

/// Least time between two commands (Newland, serial programming manual).
pub(crate) const COMMAND_GAP: Duration = Duration::from_millis(50);

/// For letting go of the trigger, so that a cancelled call ends within 500 ms.
pub(crate) const LET_GO: Duration = Duration::from_millis(300);

/// How often the trigger is pulled anew: Newland's engines give up looking after 3 s from the factory, Zebra's after 9.9 s,
/// Honeywell's after 30 s. That it is not acknowledged shows a scanner that fell silent while it looked.
pub(crate) const PULL_EVERY: Duration = Duration::from_secs(1);

/// After a code that still lies there, before the trigger is pulled anew; well below [`SAME_CODE`].
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Silence that ends a code where no suffix does; a USB bridge holds bytes back for 16 ms at most.
pub(crate) const IDLE_GAP: Duration = Duration::from_millis(50);

/// Silence that proves a suffix to be the end of a code and not a line end inside it; longer than a USB bridge holds
/// bytes back.
pub(crate) const REST: Duration = Duration::from_millis(20);

/// Silence after which a code that began and did not end is given up.
pub(crate) const TORN_GAP: Duration = Duration::from_millis(200);

/// Within so long after its last sight the same code is not taken again: it still lies there.
pub(crate) const SAME_CODE: Duration = Duration::from_secs(1);
