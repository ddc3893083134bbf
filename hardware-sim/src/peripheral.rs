//! What every simulated device on a serial line has in common.
//!
//! Time is the time since the simulator started, given by the caller: a test can run a device without waiting.

use std::time::Duration;

/// A device at the far end of a serial line.
pub trait Peripheral: Send + 'static {
    /// The line rate the device listens and talks at now.
    fn baud(&self) -> u32;

    /// How many more bytes the device takes from the line now.
    fn room(&self) -> usize;

    /// Takes bytes that have arrived by `now`.
    fn hear(&mut self, now: Duration, bytes: &[u8]);

    /// Goes on with what it was doing, up to `now`.
    fn advance(&mut self, now: Duration);

    /// When it wants to go on by itself.
    fn due(&self) -> Option<Duration>;

    /// The next bytes it has to say, and since when; call after [`Peripheral::advance`].
    fn say(&mut self) -> Option<Said>;

    /// Tells that all bytes it said are out.
    fn said(&mut self);

    /// Loses what power holds, as when the plug is pulled.
    fn power_cycle(&mut self);
}

/// Bytes a device puts on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When the first bit leaves, unless the line is still busy.
    pub at: Duration,
    /// Not empty.
    pub bytes: Vec<u8>,
}
