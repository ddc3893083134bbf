//! What code scanners say.

use std::collections::VecDeque;

use kiosk_drivers_api::AimId;
use kiosk_scanner::Dialect;
use kiosk_scanner::protocol::{Code, Heard, PAYLOAD_BYTES_MAX, text_of};

use crate::look;

/// The first byte chooses the dialect, the second the size of the pieces the rest arrives in.
pub fn stream(bytes: &[u8]) {
    let Some(([dialect, piece], stream)) = bytes.split_first_chunk::<2>() else { return };
    let dialect = Dialect::ALL[usize::from(*dialect) % Dialect::ALL.len()];
    let mut decoder = dialect.framing.decoder();
    let mut heard = VecDeque::new();
    for piece in stream.chunks(usize::from(*piece).max(1)) {
        decoder.push(piece, &mut heard);
    }
    decoder.end(&mut heard);
    assert!(!decoder.is_waiting(), "ended, and still waiting");
    for heard in heard {
        if let Heard::Code(code) = heard {
            assert!(code.payload.len() <= PAYLOAD_BYTES_MAX, "longer than any code");
            look(text_of(&code));
        }
    }
}

/// The meaning of a code's bytes; the first two are its identifier.
pub fn text(bytes: &[u8]) {
    let Some(([family, modifier], content)) = bytes.split_first_chunk::<2>() else { return };
    let aim = AimId { family: *family, modifier: *modifier };
    for symbology in [None, Some(aim)] {
        look(text_of(&Code::new(symbology, content)));
    }
}
