//! Every wait and every queue of the terminal, in one table.

use std::time::Duration;

/// Between two looks for a card. A card lies on the reader for seconds; the module needs up to 100 ms
/// for one look.
pub const CARD_POLL: Duration = Duration::from_millis(300);
/// Between two status questions to a device nobody uses at the moment; half of the 2 s within which a
/// screen must show a fault.
pub const STATUS_POLL: Duration = Duration::from_secs(1);
/// Events on their way to the session; a sender waits when it is full.
pub const EVENTS_MAX: usize = 256;
/// Orders on their way to one device or to the store.
pub const ORDERS_MAX: usize = 64;
/// Between two looks at the wall clock for the clock on the screen.
pub const CLOCK_POLL: Duration = Duration::from_secs(1);
/// For a question over the control socket, connect to answer; verifying a long journal takes longest.
pub const CONTROL_ANSWER: Duration = Duration::from_secs(30);
/// After a connection to the control socket could not be taken.
pub const CONTROL_PAUSE: Duration = Duration::from_secs(1);
/// For the runtime's tasks to end when the program stops.
pub const SHUTDOWN: Duration = Duration::from_secs(2);
