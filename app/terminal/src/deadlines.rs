//! Every wait and every queue of the terminal, in one table.

use std::time::Duration;

/// Between two looks for a card or a code. A card lies on the reader for seconds; the module needs up to 100 ms
/// for one look.
pub const LOOK_POLL: Duration = Duration::from_millis(300);
/// Between two status questions to a device nobody uses at the moment; half of the 2 s within which a
/// screen must show a fault.
pub const STATUS_POLL: Duration = Duration::from_secs(1);
/// Events on their way to the session; a sender waits when it is full.
pub const EVENTS_MAX: usize = 256;
/// Orders on their way to one device or to the store; an item beyond them is refused at once.
pub const ORDERS_MAX: usize = 64;
/// Steps of the trail that wait to be recorded; the store takes as many in one transaction.
pub const STEPS_MAX: usize = kiosk_store::limits::TRAIL_EVENTS_MAX;
/// With so many waiting the terminal closes: half, so that the end of a visit still finds room.
pub const STEPS_BEHIND_MAX: usize = STEPS_MAX / 2;
/// When nothing could be recorded for so long, the terminal closes. Longer than the session waits for a submission
/// (15 s), so that its resident still reads what became of it.
pub const STEPS_PATIENCE: Duration = Duration::from_secs(30);
/// Between two tries to record steps that wait.
pub const STEP_RETRY: Duration = Duration::from_secs(1);
/// Between two looks at how much room the store has: a disk that others fill shows on the screen within seconds.
pub const ROOM_POLL: Duration = Duration::from_secs(5);
/// Between two tries to open identity and store. What was mended shows within 5 s, one attempt included.
pub const OPEN_RETRY: Duration = Duration::from_secs(2);
/// Between two looks at the wall clock for the clock on the screen.
pub const CLOCK_POLL: Duration = Duration::from_secs(1);
/// For a question over the control socket, connect to answer; verifying a long journal takes longest.
pub const CONTROL_ANSWER: Duration = Duration::from_secs(30);
/// For a technician to put a card down or show a code.
pub const TECHNICIAN_WAIT: Duration = Duration::from_secs(20);
/// For a technician's work at a device over the control socket: the slowest is a page, which wakes its printer (75 s).
pub const CONTROL_WORK: Duration = Duration::from_secs(100);
/// For the platform to take a connection of a terminal that has no identity yet.
pub const REACH: Duration = Duration::from_secs(3);
/// After a connection to the control socket could not be taken.
pub const CONTROL_PAUSE: Duration = Duration::from_secs(1);
/// For the runtime's tasks to end when the program stops.
pub const SHUTDOWN: Duration = Duration::from_secs(2);
