//! The wire of vsmartcard's `vpcd`: a length of two bytes, big-endian, then the message.
//!
//! From `pcscd` a message of one byte is an order, any longer one a command to the card; only commands and the order for the
//! answer to reset are answered.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::linux::net::TcpStreamExt;

/// Answer to reset of a card for T=0 with eight historical bytes, "KIOSK" and a status (ISO/IEC 7816-3, 8.2).
pub const ANSWER_TO_RESET: [u8; 12] =
    [0x3B, 0x68, 0x00, 0x00, b'K', b'I', b'O', b'S', b'K', 0x00, 0x90, 0x00];
/// No answer to reset is longer than 33 bytes, so `pcscd` takes this one for a card that does not come up.
pub const NO_ANSWER_TO_RESET: [u8; 40] = [0x3B; 40];
/// The order for the answer to reset; others switch power or reset.
pub const GET_ANSWER_TO_RESET: u8 = 0x04;

/// The next message.
pub fn receive(connection: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 2];
    connection.read_exact(&mut length)?;
    // `vpcd` sends length and message apart, and the second waits until the first is acknowledged: 40 ms, unless told.
    connection.set_quickack(true)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    connection.read_exact(&mut message)?;
    Ok(message)
}

/// Hands a message over.
pub fn send(connection: &mut TcpStream, message: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
    connection.write_all(&[&length, message].concat())
}
