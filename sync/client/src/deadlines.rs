//! Every wait and every limit of the client, in one table. Limits of the line itself are in
//! `kiosk_protocol::limits`.

use std::time::Duration;

/// TCP and TLS connection of the sync.
pub const CONNECT: Duration = Duration::from_secs(5);
/// TCP and TLS connection of an ask: a resident waits for it.
pub const ASK_CONNECT: Duration = Duration::from_secs(3);
/// One batch, from request to answer.
pub const BATCH: Duration = Duration::from_secs(20);
/// One page of changes.
pub const CHANGES: Duration = Duration::from_secs(20);
/// One head of the journal. Sending waits for it.
pub const HEAD: Duration = Duration::from_secs(10);
/// How often it is kept for how long the terminal has run since what is trusted was signed: a clock set back hides no more.
pub const TRUST_RUN_KEPT: Duration = Duration::from_secs(3600);
/// One catalogue: 8 MiB at 2 Mbit/s take 34 s.
pub const CATALOGUE: Duration = Duration::from_secs(60);
/// One call about a file: a chunk of 256 KiB at 100 kbit/s takes 21 s.
pub const FILE: Duration = Duration::from_secs(28);
/// One ask, from request to answer, connection included.
pub const ASK: Duration = Duration::from_secs(10);
/// One look for a technician, connection included.
pub const LOOK: Duration = Duration::from_secs(8);
/// Enrolment, from request to answer; a department may be asked behind it.
pub const ENROL: Duration = Duration::from_secs(30);
/// One renewal of the certificate, from request to answer.
pub const RENEW: Duration = Duration::from_secs(30);
/// Terminals enrolled in one day renew over one day.
pub const RENEWAL_SPREAD: Duration = Duration::from_secs(24 * 3600);
/// First window of the backoff of a renewal; there are 45 days for it.
pub const RENEWAL_BACKOFF_BASE: Duration = Duration::from_secs(60);
/// Largest such window, and the longest wait before the wall clock is looked at again: it may jump. A `Retry-After` comes on top.
pub const RENEWAL_BACKOFF_CAP: Duration = Duration::from_secs(3600);
/// An unused connection is closed after this time.
pub const CONNECTION_IDLE: Duration = Duration::from_secs(60);

/// First window of the full-jitter backoff.
pub const BACKOFF_BASE: Duration = Duration::from_secs(1);
/// Largest window of the backoff; it is retried for ever.
pub const BACKOFF_CAP: Duration = Duration::from_secs(300);
/// Window a single terminal spreads its first contact over; a fleet sets `spread_s` to 120 from afar, as a platform that was away
/// meets all its terminals at once.
pub const SPREAD: Duration = Duration::from_secs(2);
/// A `Retry-After` beyond this is taken as this.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);
/// The platform may not ask to be polled more often.
pub const POLL_MIN: Duration = Duration::from_millis(200);
/// The platform may not ask to be polled less often.
pub const POLL_MAX: Duration = Duration::from_secs(3600);
/// Behind a batch with room for more, the next one waits for this time, so that many that come one by one share a request and
/// its commits. Shorter than anybody notices.
pub const GATHER: Duration = Duration::from_millis(100);
/// Commands carried out, and results told, behind one poll; more wait for the next.
pub const COMMANDS_AT_ONCE: usize = 8;
/// An item its batch's answer forgot is sent again after this time.
pub const FORGOTTEN_ITEM: Duration = Duration::from_secs(30);
/// A step the store failed at is made again after this time.
pub const STORE_RETRY: Duration = Duration::from_secs(5);
/// Batches that fail one after the other, while the platform answers all else, before an item in them
/// is looked for.
pub const BATCHES_FAILED: u32 = 3;
/// Items found to be to blame, one after the other, before the pace slackens.
pub const CULPRITS_IN_A_ROW: u32 = 3;
/// Items remembered to be to blame; a forgotten one backs off from the start.
pub const CULPRITS_MAX: usize = 1024;

/// Bodies of one batch, bytes before compression. Sealed files hardly compress, so that this keeps a
/// batch within `limits::BATCH_COMPRESSED_BYTES_MAX`.
pub const BATCH_BODY_BYTES_MAX: usize = 240 * 1024;
/// Any answer but a catalogue or a reply, bytes.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Results of asks the sync has not heard of yet; more are forgotten, they are hints.
pub const ASK_RESULTS_MAX: usize = 16;
