//! Every wait and limit of this driver, in one place; those of the line itself are in `kiosk_serial`.

use std::time::Duration;

/// For the answer to a real-time question, counted from its leaving. Printers answer within some 10 ms.
pub(crate) const REAL_TIME: Duration = Duration::from_millis(600);

/// How often the four real-time questions are put before the printer counts as silent.
pub(crate) const TRIES: usize = 2;

/// Between two rounds of real-time questions while a page is printed: a fault is on the screen within 2 s.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Silence after which an automatic status that began is given up, and after which no further answer is under way. A
/// USB bridge holds bytes back for 16 ms at most.
pub(crate) const QUIET: Duration = Duration::from_millis(100);

/// Longest wait for silence on a line that never falls silent.
pub(crate) const QUIET_MAX: Duration = Duration::from_secs(1);

/// For the first questions of a call, before anything is sent to be printed.
pub(crate) const READY: Duration = Duration::from_secs(4);

/// For an idle printer to forget what it had, cut, and answer. A cut takes well under a second.
pub(crate) const CLEAN: Duration = Duration::from_secs(3);

/// For the order to forget that ends a failed page; together with [`SLICE`](kiosk_serial::SLICE) below the 500 ms of a cancelled call.
pub(crate) const ABANDON: Duration = Duration::from_millis(200);

/// Between two orders to leave an error state: each may move the cutter.
pub(crate) const RECOVER_EVERY: Duration = Duration::from_secs(3);

/// For the printer to leave an error state before it is asked again.
pub(crate) const RECOVER_WAIT: Duration = Duration::from_millis(300);

/// For the printer to say that it forgot. Those that know the order answer within some 10 ms, the others never.
pub(crate) const FORGET_WAIT: Duration = Duration::from_millis(200);

/// For a page, besides its time on the line and under the head: warming up, cutting, and a pause asked for by the printer.
pub(crate) const PAGE_BASE: Duration = Duration::from_secs(10);

/// For one dot of paper at 203 dpi: 0.125 mm at 50 mm/s, a third of what common mechanisms do.
pub(crate) const PAGE_DOT: Duration = Duration::from_micros(2_500);

/// How long a line may take no byte before the printer's own word about a fault is believed: with hardware flow control
/// an offline printer lets no question through.
pub(crate) const HELD_BACK: Duration = Duration::from_millis(500);

/// How far writing may run ahead of the line. What waits in the kernel's buffer delays real-time questions and still goes
/// out after the printer asked for a pause, for which printers keep some 256 bytes free: at 115,200 baud 22 ms.
pub(crate) const LEAD: Duration = Duration::from_millis(15);
