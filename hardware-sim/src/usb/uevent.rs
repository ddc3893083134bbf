//! Telling that a device came or went, as `udevd` tells its listeners (systemd, `sd-device/device-monitor.c`).
//!
//! Each listener under the preloaded library has a socket `event*` in the tree.

use std::os::unix::net::UnixDatagram;
use std::path::Path;

/// Bytes of the head.
const HEAD_BYTES: u32 = 40;
const MAGIC: u32 = 0xFEED_CAFE;

/// Sends properties (`KEY=value`) to every listener.
pub(crate) fn send(tree: &Path, properties: &[String]) -> std::io::Result<()> {
    let message = message(properties);
    let sender = UnixDatagram::unbound()?;
    sender.set_nonblocking(true)?;
    for entry in std::fs::read_dir(tree)? {
        let path = entry?.path();
        let is_listener = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("event"));
        if is_listener && let Err(error) = sender.send_to(&message, &path) {
            // Sockets of listeners that ended stay behind.
            tracing::debug!(path = %path.display(), %error, "nobody listens");
        }
    }
    Ok(())
}

fn message(properties: &[String]) -> Vec<u8> {
    let text: Vec<u8> = properties.iter().flat_map(|property| [property.as_bytes(), &[0]].concat()).collect();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut bytes = b"libudev\0".to_vec();
    bytes.extend(MAGIC.to_be_bytes());
    bytes.extend([HEAD_BYTES, HEAD_BYTES, length].map(u32::to_ne_bytes).concat());
    bytes.extend([hash(b"usb"), hash(b"usb_device")].map(u32::to_be_bytes).concat());
    // No tags.
    bytes.extend([0; 8]);
    bytes.extend(text);
    bytes
}

/// MurmurHash2 with the length as its seed: the kernel's filters of listeners compare it.
fn hash(text: &[u8]) -> u32 {
    const M: u32 = 0x5BD1_E995;
    let mut hash = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let (words, rest) = text.as_chunks::<4>();
    for word in words {
        let mut key = u32::from_le_bytes(*word).wrapping_mul(M);
        key ^= key >> 24;
        hash = hash.wrapping_mul(M) ^ key.wrapping_mul(M);
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0, |tail, byte| (tail << 8) | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_listener_hears_head_and_properties() {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixDatagram::bind(dir.path().join("event7")).unwrap();
        send(dir.path(), &["ACTION=add".to_owned(), "SEQNUM=1".to_owned()]).unwrap();
        let mut heard = [0; 256];
        let count = listener.recv(&mut heard).unwrap();
        assert!(heard.starts_with(b"libudev\0\xFE\xED\xCA\xFE"));
        assert_eq!(&heard[40..count], b"ACTION=add\0SEQNUM=1\0");
        assert_eq!(heard[20..24], 20_u32.to_ne_bytes());
    }
}
