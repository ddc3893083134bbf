//! Every limit and deadline of the platform that is not the line's own (`kiosk_protocol::limits`).

use std::time::Duration;

/// A TLS handshake must be done within this.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// A request must be answered within this.
pub const REQUEST: Duration = Duration::from_secs(30);
/// Open connections are given this long to finish when the platform stops.
pub const SHUTDOWN: Duration = Duration::from_secs(10);
/// A writer waits this long for another process that holds the database.
pub const DATABASE_BUSY: Duration = Duration::from_secs(5);
/// Handshakes at one time; more wait in the listen queue of the system.
pub const HANDSHAKES_MAX: usize = 256;
/// Finished handshakes that wait to be served.
pub const ACCEPTED_MAX: usize = 64;
/// A connection that could not be accepted (no file handles left) is tried again after this.
pub const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// Base-2 logarithm of the largest zstd window: 8 MiB, as much as a batch may unpack to.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// A ticket is good for this many hours.
pub const TICKET_HOURS: i64 = 72;
/// A terminal's certificate is good for this many days.
pub const CERTIFICATE_DAYS: u64 = 90;
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
