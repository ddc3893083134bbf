//! Tickets: one terminal, one use, a few days.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::base32;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{CODE_CHARS, Ticket};

use crate::keys::Keys;
use crate::limits::TICKET_HOURS;
use crate::store::{Scope, Store, StoreError};

/// Makes a ticket; only the hash of its code is kept.
pub fn issue(
    store: &Store,
    keys: &Keys,
    terminal: &TerminalId,
    site: &Text,
    now: Timestamp,
) -> Result<Ticket, StoreError> {
    let code = base32::encode(rand::random(), CODE_CHARS);
    let ticket = Ticket { code, ca_sha256: keys.ca_sha256() };
    let expires_at = now.saturating_add(SignedDuration::from_hours(TICKET_HOURS)).unwrap_or(now);
    store.write(Scope::Register, |tx| {
        tx.add_ticket(&Digest::of(ticket.code.as_bytes()), terminal, site, expires_at)
    })?;
    Ok(ticket)
}
