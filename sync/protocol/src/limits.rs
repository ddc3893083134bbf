//! Every limit of the line, in one table. Both ends refuse what exceeds it.

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
/// Changes in one downlink page.
pub const CHANGES_PAGE_MAX: usize = 500;
/// Fields of one form, over all its pages.
pub const FORM_FIELDS_MAX: usize = 60;
/// Characters of one field value.
pub const FIELD_CHARS_MAX: usize = 500;
