//! Every wait of the runner, in one table.

use std::time::{Duration, Instant};

/// Between two looks at a condition.
pub const POLL: Duration = Duration::from_millis(50);
/// Until a program that was started is ready.
pub const READY: Duration = Duration::from_secs(30);
/// Until a command line that was called must have ended.
pub const COMMAND: Duration = Duration::from_secs(20);
/// Until a program that was asked to end is killed.
pub const ENDED: Duration = Duration::from_secs(3);
/// Until a screen or a text that is waited for must show, unless the step says otherwise.
pub const SHOWN: Duration = Duration::from_secs(10);
/// Until a record, a paper or a case must be found, unless the step says otherwise.
pub const FOUND: Duration = Duration::from_secs(15);
/// Until other tests must have let go of the machine's one smart-card service.
pub const PCSCD_FREE: Duration = Duration::from_secs(120);
/// Between two looks at an element, to see whether it still moves: two frames and more.
pub const LOOK: Duration = Duration::from_millis(40);
/// So many looks at an element that keeps moving; then it is touched where it is.
pub const LOOKS_MAX: usize = 25;
/// How long a touch rests on the glass: the short end of a person's tap.
pub const TOUCH_HELD: Duration = Duration::from_millis(60);
/// Until a picture is taken although the screen still moves.
pub const STILL: Duration = Duration::from_millis(1_500);
/// Until the accessibility tree of a program must have answered.
pub const TREE: Duration = Duration::from_secs(5);

/// Looks again and again until `look` finds something or the time is over.
pub fn poll<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(POLL);
    }
}
