//! A file of a case on its way, after the manner of tus 1.0.0: begun by its digest and length, sent chunk by chunk, and
//! taken up again where the platform stands. It is whole when the offset is its length; then its digest was verified.
//!
//! All calls tell the offset by `OFFSET`, refusals with 409 too. A chunk says where it belongs, and its checksum; it has
//! `limits::FILE_CHUNK_BYTES` or ends the file, so that offsets are multiples of that.

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::crypto::Digest;

/// Header: bytes of the whole file.
pub const LENGTH: &str = "upload-length";
/// Header: bytes the platform has; of a request, where its chunk belongs.
pub const OFFSET: &str = "upload-offset";
/// Header: the checksum of a chunk, as `checksum` writes it.
pub const CHECKSUM: &str = "upload-checksum";
/// Media type of a chunk.
pub const CHUNK: &str = "application/octet-stream";
/// Status of a chunk that does not fit its checksum (tus 1.0.0, Checksum).
pub const CHECKSUM_MISMATCH: u16 = 460;

/// The checksum of a chunk: the algorithm, and Base64 of its digest.
pub fn checksum(chunk: &[u8]) -> String {
    format!("sm3 {}", BASE64_STANDARD.encode(Digest::of(chunk).as_bytes()))
}
