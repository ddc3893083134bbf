//! What goes back over HTTP.

use std::time::Duration;

use super::codec::Request;
use super::model::PagePrinter;
use super::operations::carry_out;
use super::state::PagePrinterState;
use crate::recording::Dialogue;

/// Statuses of HTTP (RFC 9110 chapter 15).
const OK: u16 = 200;
const BAD_REQUEST: u16 = 400;
const FORBIDDEN: u16 = 403;

/// A status of HTTP and what comes with it: with 200 an IPP message, else nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The message.
    pub body: Vec<u8>,
}

/// Has a printer that calls itself `uri` answer a message at `now`, once its think time is over.
pub fn reply(printer: &mut PagePrinter, now: Duration, uri: &str, message: &[u8]) -> Reply {
    let Some(request) = Request::read(message) else { return empty(BAD_REQUEST) };
    let mut body = carry_out(printer, now, uri, request);
    let state = printer.state();
    if state == PagePrinterState::Forbidden {
        return empty(FORBIDDEN);
    }
    if state == PagePrinterState::Garbage {
        body = (0..=u8::MAX).rev().collect();
    }
    if state == PagePrinterState::Torn {
        body.truncate(body.len() / 2);
    }
    Reply { status: OK, body }
}

impl Reply {
    /// Status and message, as recordings have them.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.status.to_be_bytes()[..], &self.body].concat()
    }
}

/// Where the number of a message stands (RFC 8010 3.1.1).
const ID: std::ops::Range<usize> = 4..8;

/// Has a recorded printer answer a message: how much later, and what. Nothing where it did not, or the host strayed.
pub fn replayed(dialogue: &mut Dialogue, message: &[u8]) -> Option<(Duration, Reply)> {
    let (after, answer) = dialogue.answer(message)?;
    let (status, body) = answer.split_first_chunk::<2>()?;
    let mut body = body.to_vec();
    if let (Some(id), Some(place)) = (message.get(ID), body.get_mut(ID)) {
        place.copy_from_slice(id);
    }
    Some((after, Reply { status: u16::from_be_bytes(*status), body }))
}

fn empty(status: u16) -> Reply {
    Reply { status, body: Vec::new() }
}
