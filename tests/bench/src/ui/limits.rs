//! Every wait and size of these measurements, in one table.

use std::time::Duration;

/// Until an expected picture must be seen.
pub const SEEN: Duration = Duration::from_secs(20);
/// Between two looks for something new from the display; far below a frame.
pub const BLINK: Duration = Duration::from_micros(300);
/// A display that has not changed for so long stands still.
pub const STILL: Duration = Duration::from_secs(2);
/// After a screen was seen until memory and idle time are measured.
pub const SETTLE: Duration = Duration::from_secs(2);
/// The whole run of `bench-glass`.
pub const GLASS: Duration = Duration::from_secs(1_200);
/// How long nobody touches while idle time is measured; the clock changes once.
pub const IDLE: Duration = Duration::from_secs(60);
