//! Tickets: one terminal, one use, a few days.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{CODE_CHARS, Ticket};

use crate::keys::Keys;
use crate::limits::TICKET_HOURS;
use crate::store::{Store, StoreError};

/// Crockford's Base32, as `Ticket` reads it.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes a ticket; only the hash of its code is kept.
pub fn issue(
    store: &Store,
    keys: &Keys,
    terminal: &TerminalId,
    site: &Text,
    now: Timestamp,
) -> Result<Ticket, StoreError> {
    let ticket = Ticket { code: code(), ca_sha256: keys.ca_sha256() };
    let expires_at = now.saturating_add(SignedDuration::from_hours(TICKET_HOURS)).unwrap_or(now);
    store.write(|tx| tx.add_ticket(&Digest::of(ticket.code.as_bytes()), terminal, site, expires_at))?;
    Ok(ticket)
}

/// Five random bits a character.
fn code() -> String {
    let bits = rand::random::<u64>();
    (0..CODE_CHARS).map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize % 32])).collect()
}
