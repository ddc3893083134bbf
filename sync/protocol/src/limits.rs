//! Every limit of the line, in one table. Both ends refuse what exceeds it.

/// One file of a case as it is sent, sealed, bytes: a scan of a few pages.
pub const FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// What a file is cut into, bytes; only its last chunk is shorter. One takes a second at 2 Mbit/s, and no cut costs more.
pub const FILE_CHUNK_BYTES: usize = 256 * 1024;
/// Files of one case.
pub const CASE_FILES_MAX: usize = 16;
/// Items in one batch.
pub const BATCH_ITEMS_MAX: usize = 256;
/// Compressed size of one batch, bytes.
pub const BATCH_COMPRESSED_BYTES_MAX: usize = 256 * 1024;
/// Size a batch may unpack to, bytes; guards against decompression bombs.
pub const BATCH_UNPACKED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Level of the zstd batches: beyond 3 the gain on JSON is not worth the time on a terminal.
pub const ZSTD_LEVEL: i32 = 3;
/// Body of any other request, bytes.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// One downloaded catalogue with all packages, bytes.
pub const CATALOGUE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// One sealed page, bytes of PDF: its Base64 takes 6 s at 2 Mbit/s, so that it arrives within the deadline of an ask.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// The answer to one question, bytes: a page in Base64 (4 characters for 3 bytes) and words around it.
pub const REPLY_BYTES_MAX: usize = PAGE_BYTES_MAX.div_ceil(3) * 4 + 64 * 1024;
/// Keys of one role, and signatures of one envelope.
pub const ROLE_KEYS_MAX: usize = 16;
/// Roots in one answer: keys change a few times in a terminal's life.
pub const ROOTS_MAX: usize = 64;
/// All metadata a terminal is offered at once, bytes: the roots and three more of about 2 KiB each.
pub const METADATA_BYTES_MAX: usize = 256 * 1024;
/// Technicians' cards on the list of what was revoked: ten times a full roster, over years.
pub const CARDS_REVOKED_MAX: usize = 2000;
/// The file of that list, bytes: its cards of 32 characters, with room for what newer platforms add.
pub const REVOCATIONS_BYTES_MAX: usize = 256 * 1024;
/// How long after the end of the newest timestamp the data are still served, with a notice.
pub const STALE_MAX: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
/// What a terminal says about a command, characters.
pub const COMMAND_DETAIL_CHARS_MAX: usize = 8192;
/// One configuration, bytes: a few times what its texts and hours can take.
pub const CONFIGURATION_BYTES_MAX: usize = 16 * 1024;
/// A notice on the attract screen, characters in one language: two lines of its caption.
pub const NOTICE_CHARS_MAX: usize = 60;
/// Why a terminal is closed, characters in one language: three languages fill a screen.
pub const CLOSED_CHARS_MAX: usize = 120;
/// Spans of opening hours: two of each day.
pub const SPANS_MAX: usize = 14;
/// Terminals with a configuration of their own: the list of all files is signed as a whole, and each name takes about 180
/// bytes of `METADATA_BYTES_MAX`.
pub const OWN_CONFIGURATIONS_MAX: usize = 500;
/// A reason of a report, characters.
pub const REPORT_REASON_CHARS_MAX: usize = 500;
/// The version of a terminal's software, characters.
pub const SOFTWARE_CHARS_MAX: usize = 64;
/// Changes in one downlink page.
pub const CHANGES_PAGE_MAX: usize = 500;
/// Fields of one form, over all its pages.
pub const FORM_FIELDS_MAX: usize = 60;
/// Blocks of values on one sealed page.
pub const PAGE_BLOCKS_MAX: usize = 20;
/// Characters of one field value.
pub const FIELD_CHARS_MAX: usize = 500;
