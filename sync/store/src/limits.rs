//! Every limit and every wait of the store, in one table.

use std::time::Duration;

use kiosk_protocol::limits::BATCH_COMPRESSED_BYTES_MAX;

/// How long a call waits for its turn. The slowest commit seen on an SD card is below one second, and a terminal has about five
/// callers, each with one call at a time.
pub const TURN_WAIT_MAX: Duration = Duration::from_secs(30);
/// Between two tries to open the database again after its disk failed: doubled from the first to the second. A disk that
/// is plugged in again is used within seconds, and one that stays away is not hammered.
pub const REOPEN_WAIT_MIN: Duration = Duration::from_millis(50);
/// See `REOPEN_WAIT_MIN`.
pub const REOPEN_WAIT_MAX: Duration = Duration::from_secs(2);
/// Size of an item's body, bytes. A body that does not compress still fits one batch.
pub const ITEM_BYTES_MAX: usize = BATCH_COMPRESSED_BYTES_MAX;
/// Submissions that may follow each other before they are filed, where nothing else is kept between them. One in so many waits
/// for the filing of them all: ten milliseconds for ratings, more for applications.
pub const INTAKE_ROWS_MAX: u32 = 512;
/// A larger item has those before it filed, bytes: what waits to be filed never comes to more than a few megabytes.
pub const INTAKE_ITEM_BYTES_MAX: usize = 4096;
/// Trail events of one call.
pub const TRAIL_EVENTS_MAX: usize = 256;
/// Characters kept of a reason; the rest is cut.
pub const REASON_CHARS_MAX: usize = 500;
/// A retry time farther ahead than this was written under another clock and counts as come. Twice the
/// longest retry delay (300 s).
pub const RETRY_AHEAD_MAX: Duration = Duration::from_secs(600);
/// Rows of `Store::queue` and `Store::case_states`.
pub const LIST_ROWS_MAX: u32 = 1000;
/// Journal rows verified in one turn, so that a long check lets others in between.
pub const VERIFY_ROWS_PER_TURN: u32 = 2048;
/// Prepared statements kept.
pub const STATEMENTS_MAX: usize = 48;
/// Bytes of a page: SQLCipher's own choice since version 4.
pub const PAGE_BYTES: u64 = 4096;
/// Pages of 4 KiB in the log before they are moved into the database: 16 MiB. A submission writes one and its filing
/// up to seven, so that the move hardly ever falls to one that somebody waits for.
pub const LOG_PAGES_MAX: i64 = 4000;
/// Pages by which the log's file is lengthened at a time: two megabytes, an eighth of what it comes to.
pub const LOG_PIECE_PAGES: u64 = 512;
/// Pages that the file is longer than the log at least where it is looked at: more than as many submissions write up to the
/// next look.
pub const LOG_AHEAD_PAGES_MIN: u64 = 256;
/// Calls from one look at the length of the log to the next. A look takes as long as a twentieth of a commit, and has the sync
/// behind it write the file's times too, which takes as long as a fifth of one.
pub const LOG_LOOK_CALLS: u32 = 32;
/// How long the disk's word of its room is taken for submissions that follow each other; what others write meanwhile is a
/// small part of what is never granted.
pub const DISK_LOOK: Duration = Duration::from_millis(50);
/// What a submission takes at most, bytes: its item, the trail of its call, and the pages around them.
pub const SUBMISSION_BYTES_MAX: u64 = 1 << 20;
/// What a store may grow to where nothing is configured, bytes, unless half of its disk is less: years of a busy terminal's trail
/// (a visit leaves about ten kilobytes), and weeks of undelivered applications.
pub const LIMIT_BYTES: u64 = 2 << 30;
/// The reserve is one part in so many of the limit: 5 %.
pub const RESERVE_SHARE: u64 = 20;
/// The reserve at most, bytes: twice the log, which is all that delivery and trail need to go on.
pub const RESERVE_BYTES_MAX: u64 = 32 << 20;
/// Newest rows of the outbox that stay though they are settled; weeks of a busy terminal.
pub const SETTLED_ROWS_KEPT: u32 = 10_000;
/// Rows dropped from one table in one turn.
pub const PRUNED_ROWS_PER_TURN: u32 = 500;
/// How long the end of the process waits for the write under way. A disk that stands still does not keep it alive.
pub const ENDING_WAIT_MAX: Duration = Duration::from_secs(2);
/// A key file at most, bytes: a sealed key takes about 900.
pub const SEALED_BYTES_MAX: u64 = 4096;
/// Technicians on a roster: a city's own and those of its contractors.
pub const TECHNICIANS_MAX: u32 = 200;
