//! Every limit and deadline of the platform that is not the line's own (`kiosk_protocol::limits`).

use std::time::Duration;

use jiff::SignedDuration;

/// A TLS handshake must be done within this.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// A request must be answered within this.
pub const REQUEST: Duration = Duration::from_secs(30);
/// When a server stops, the answer to the last request has this long to leave after the request's own deadline.
pub const LAST_ANSWER: Duration = Duration::from_secs(5);
/// Where a request took too long, callers try again after this, seconds; each adds its own random time.
pub const TOO_SLOW_S: u64 = 5;
/// A writer waits this long for another process that holds the database, and for a connection to it.
pub const DATABASE_BUSY: Duration = Duration::from_secs(5);
/// Connections of one server to PostgreSQL: more than two cores can use, and well below its default of 100.
pub const DATABASE_CONNECTIONS: usize = 16;
/// Statements of a transaction that are on their way to PostgreSQL together.
pub const PUTS_MAX: usize = 1024;
/// A transaction that met a conflict with another server is tried so often.
pub const TRANSACTION_TRIES: u32 = 5;
/// Prepared statements an SQLite connection keeps.
pub const STATEMENTS_MAX: usize = 64;
/// Where the database is away, callers try again after this, seconds; each adds its own random time.
pub const DATABASE_AWAY_S: u64 = 5;
/// Open connections of one server, about 40 KiB each; more wait in the listen queue of the system.
pub const CONNECTIONS_MAX: usize = 4096;
/// From the end of one answer to the end of the next request's head. Longer than terminals keep an unused connection
/// (60 s), so that none is closed under a request.
pub const HEAD: Duration = Duration::from_secs(75);
/// The head of a request, bytes.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Requests of one terminal a second, on average: a backlog is sent with about ten.
pub const TERMINAL_PER_S: u32 = 50;
/// Requests of one terminal at once, after a pause.
pub const TERMINAL_AT_ONCE: u32 = 200;
/// Enrolments one address asks for a second, on average. A ticket has 60 bits.
pub const ENROL_PER_S: u32 = 1;
/// Enrolments of one address at once: those of a hall.
pub const ENROL_AT_ONCE: u32 = 60;
/// Callers whose rate is remembered before those at rest are forgotten.
pub const CALLERS_MAX: usize = 20_000;
/// A connection that could not be accepted (no file handles left) is tried again after this.
pub const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// Base-2 logarithm of the largest zstd window: 8 MiB, as much as a batch may unpack to.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Between two epochs the platform puts a terminal into because its journal does not fit: two that share one identity
/// would raise it at each sync.
pub const EPOCH_PAUSE: Duration = Duration::from_secs(3600);
/// A ticket is good for this many hours.
pub const TICKET_HOURS: i64 = 72;
/// A terminal's certificate is good for this many days.
pub const CERTIFICATE_DAYS: u64 = 90;
/// A certificate that ended may be renewed for this long, unless the operator says otherwise. The key is a file, so that a
/// disk found in a cupboard must not be good for ever; halls that close for longer need a new ticket.
pub const RENEWAL_GRACE: Duration = Duration::from_secs(30 * 24 * 3600);
/// A root counts for so long; like all that is signed it is signed anew when half of that is over.
pub const ROOT_LIFE: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);
/// Targets and snapshots count for so long.
pub const TARGETS_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// A timestamp counts for so long: longer than a terminal's clock is wrong in earnest, and short enough that a state nobody
/// renews shows within days.
pub const TIMESTAMP_LIFE: SignedDuration = SignedDuration::from_hours(72);
/// The certificate authority, days: it outlives the terminals.
pub const CA_DAYS: u64 = 20 * 365;
/// The server's certificate, days.
pub const SERVER_DAYS: u64 = 5 * 365;
/// Certificates are good from this long before they are made, for clocks that run behind.
pub const CERTIFICATE_LEEWAY: Duration = Duration::from_secs(3600);
/// One service package, bytes.
pub const PACKAGE_BYTES_MAX: usize = 512 * 1024;
/// Packages in force at once.
pub const PACKAGES_MAX: usize = 500;
/// Bytes of files a terminal may have here that no case named yet: a dozen cases of a few scans each.
pub const FILES_UNNAMED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A part of a file that has not grown for so long is removed, hours: 30 days, as long as a terminal may be offline in the
/// middle of one. Its terminal sends it again.
pub const FILES_ABANDONED_HOURS: i64 = 30 * 24;
/// Terminals whose abandoned parts are removed at one call.
pub const FILES_SWEPT_AT_ONCE: u32 = 4;
/// Cases in one answer to a resident.
pub const CASES_SHOWN_MAX: u32 = 20;
/// Receipts a terminal may ask for in vain within `CASE_MISSES_WINDOW`: a proof has 80 bits, and a receipt that is still
/// on its way is asked for a few times.
pub const CASE_MISSES_MAX: u32 = 10;
/// How long a miss counts, seconds; the sentence `too_many_tries` tells it.
pub const CASE_MISSES_WINDOW: i64 = 600;
/// Pages that are set at one time; each takes one processor.
pub const PRESSES: usize = 2;
/// A page waits this long for a press. With `TYPESET` less than an ask of a terminal takes (10 s).
pub const TYPESET_WAIT: Duration = Duration::from_secs(2);
/// A page must be set within this; the first one also reads the fonts.
pub const TYPESET: Duration = Duration::from_secs(7);
/// Sheets of one page.
pub const PAGE_SHEETS_MAX: u16 = 6;
