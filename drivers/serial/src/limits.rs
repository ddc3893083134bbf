//! The waits and limits all serial drivers share.

use std::time::Duration;

/// One look at the line; drivers check the cancel flag between looks (the ports ask for 100 ms at most).
pub const SLICE: Duration = Duration::from_millis(50);

/// Bytes given to the kernel at once. A port that reports room for one byte takes at least so many without blocking.
pub const PIECE_BYTES: usize = 64;
