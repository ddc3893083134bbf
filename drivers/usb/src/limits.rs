//! The waits and limits of USB transfers.

use std::time::Duration;

/// Shortest wait of a transfer. libusb counts in milliseconds and takes zero as "for ever".
pub(crate) const WAIT_MIN: Duration = Duration::from_millis(1);

/// One byte on a full-speed bus: at most 19 packets of 64 bytes in a millisecond (USB 2.0, table 5-9).
pub const BYTE_TIME: Duration = Duration::from_nanos(823);

/// For a control request; devices answer within some milliseconds, and a cancelled call must end within 500 ms.
pub(crate) const CONTROL: Duration = Duration::from_millis(300);

/// For a report to a scanner.
pub(crate) const REPORT: Duration = Duration::from_millis(300);

/// Packets thrown away at most when a pipe is cleared: 64 of 64 bytes are more than the longest answer of a card reader
/// (2,321 bytes), and a device that never stops must not hold the driver up.
pub(crate) const DRAIN_PACKETS_MAX: usize = 64;

/// Longest device id taken; real ones have some hundred bytes.
pub(crate) const DEVICE_ID_BYTES_MAX: usize = 1_024;
