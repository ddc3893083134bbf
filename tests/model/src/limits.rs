//! Every wait and every limit of the random visits, in one table. All times are virtual.

use std::ops::Range;
use std::time::Duration;

/// Turns without the clock moving, after which somebody is taken to be stuck. A turn of the session causes about ten.
pub const TURNS_AT_ONCE_MAX: u32 = 20_000;
/// Bytes the operating system keeps for a serial line that its device does not read.
pub const LINE_BYTES_MAX: usize = 4_096;
/// Bytes of a device's answer that arrive together, as in the simulator's own line.
pub const LINE_SAY_BYTES: usize = 8;

/// As in the terminal's table of deadlines: between two looks for a card or a code.
pub const LOOK_POLL: Duration = Duration::from_millis(300);
/// As there: between two status questions to a device nobody uses.
pub const STATUS_POLL: Duration = Duration::from_secs(1);
/// As there: between two tries to record steps that wait.
pub const STEP_RETRY: Duration = Duration::from_secs(1);

/// For the smart-card service to look into its reader.
pub const SLOT_LOOK: Duration = Duration::from_millis(2);
/// For it to power a card.
pub const SLOT_CONNECT: Duration = Duration::from_millis(30);
/// How often a wait for the page printer looks whether it was cancelled; drivers look every 50 ms.
pub const LINE_SLICE: Duration = Duration::from_millis(50);

/// A transaction of a disk in good health.
pub const COMMIT_MS: Range<u64> = 1..25;
/// A transaction of a disk in trouble: some longer than the session waits for a submission (15 s).
pub const SLOW_COMMIT_MS: Range<u64> = 500..20_000;
/// From a question to the platform's answer; some longer than the session waits (12 s).
pub const ANSWER_MS: Range<u64> = 30..2_500;
/// The same where the answer is lost: the client gives up after 10 s.
pub const ASK_GIVEN_UP: Duration = Duration::from_secs(10);
/// For the client to see that nobody is there.
pub const UNREACHABLE: Duration = Duration::from_millis(40);
/// What the platform tells the terminal to wait between two polls, ms.
pub const POLL_MS: u32 = 20_000;

/// Between two touches of somebody who knows what to do.
pub const THINK_MS: Range<u64> = 150..3_000;
/// Of somebody who reads, or talks to somebody.
pub const PAUSE_MS: Range<u64> = 5_000..100_000;
/// Touches after which everybody goes.
pub const TOUCHES_MAX: u32 = 110;
/// Between two faults.
pub const FAULT_EVERY_MS: Range<u64> = 1_000..60_000;
/// How long a fault lasts. Shorter than the terminal's patience with a trail that cannot be recorded (30 s), behind
/// which it closes: that is shown on the real programs.
pub const FAULT_MS: Range<u64> = 200..25_000;
/// Until a card that was left behind is taken away.
pub const CARD_LEFT: Duration = Duration::from_secs(5);

/// From a person's leaving to the attract screen, at most: the longest chain of the session's waits is a question
/// (12 s) or a submission (15 s), a print (45 s) or a page (105 s), the idle clock of elder mode (120 s), its warning
/// (30 s) and the farewell (8 s); and once more for a card that was left behind and began a visit of its own.
pub const DESERTED_MAX: Duration = Duration::from_secs(600);
/// After everything was put right, until all that was accepted has reached the platform: the longest backoff (300 s)
/// twice.
pub const SETTLED_MAX: Duration = Duration::from_secs(900);
