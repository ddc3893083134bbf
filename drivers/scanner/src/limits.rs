//! Every gap and window of this crate, in one place.

use std::time::Duration;

/// Silence that ends a code where no suffix does; a USB bridge holds bytes back for 16 ms at most.
pub(crate) const IDLE_GAP: Duration = Duration::from_millis(50);

/// Silence after which a code that began and did not end is given up.
pub(crate) const TORN_GAP: Duration = Duration::from_millis(200);

/// Within so long after its last sight the same code is not taken again: it still lies there.
pub(crate) const SAME_CODE: Duration = Duration::from_secs(1);
