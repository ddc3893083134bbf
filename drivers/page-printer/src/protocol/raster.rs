//! Drawn pages as PWG Raster (PWG 5102.4-2012): 8 bits of grey, one side.

use kiosk_drivers_api::{PageBitmap, PaperSize};
use zeroize::Zeroizing;

/// 4.1: synchronisation word, version 2, big-endian.
const SYNC: &[u8; 4] = b"RaS2";
/// 4.3: bytes of a page header.
const HEADER_BYTES: usize = 1796;
/// 4.3.1.2: `sGray`.
const SGRAY: u32 = 18;
/// 4.4: most equal dots, and most equal rows, one byte can say.
const RUN_MAX: usize = 128;
const ROWS_MAX: usize = 256;
/// Bytes a document begins with: enough for a page of text at 300 dpi, so that growing leaves no copies behind.
const ROOM: usize = 4 << 20;

/// Encodes the pages; none where one of them is empty or not as large as it says.
pub fn encode(pages: &[PageBitmap], paper: PaperSize) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::with_capacity(ROOM));
    out.extend(SYNC);
    let count = u32::try_from(pages.len()).ok()?;
    for page in pages {
        let width = usize::try_from(page.width).ok()?;
        let dots = width.checked_mul(usize::try_from(page.height).ok()?)?;
        if dots == 0 || dots != page.grey.len() || page.dpi == 0 {
            return None;
        }
        out.extend(header(page, paper, count));
        rows(&page.grey, width, &mut out);
    }
    Some(out)
}

/// 4.3, table 3: everything not named here is 0.
fn header(page: &PageBitmap, paper: PaperSize, pages: u32) -> [u8; HEADER_BYTES] {
    let (points, name) = match paper {
        PaperSize::A4 => ((595, 842), super::request::media(PaperSize::A4)),
        PaperSize::A5 => ((420, 595), super::request::media(PaperSize::A5)),
    };
    let mut bytes = [0; HEADER_BYTES];
    let mut text = |at: usize, text: &str| bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    text(0, "PwgRaster");
    text(1732, name);
    let numbers = [
        (276, page.dpi),
        (280, page.dpi),
        (352, points.0),
        (356, points.1),
        (372, page.width),
        (376, page.height),
        (384, 8),          // bits per colour
        (388, 8),          // bits per dot
        (392, page.width), // bytes per line
        (400, SGRAY),
        (420, 1), // colours
        (452, pages),
        (456, 1), // neither side is mirrored
        (460, 1),
    ];
    for (at, number) in numbers {
        bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    }
    bytes
}

/// 4.4: each row with how often it follows itself.
fn rows(grey: &[u8], width: usize, out: &mut Vec<u8>) {
    let rows: Vec<&[u8]> = grey.chunks(width).collect();
    for equal in rows.chunk_by(|one, next| one == next) {
        for run in equal.chunks(ROWS_MAX) {
            out.push(repeats(run.len()));
            dots(run[0], out);
        }
    }
}

/// 4.4: runs of equal dots, and dots that differ from their neighbours. A count below 128 repeats the dot behind it so
/// often and once more; above, 257 less the count dots follow as they are.
fn dots(row: &[u8], out: &mut Vec<u8>) {
    let mut single: Vec<u8> = Vec::with_capacity(RUN_MAX);
    for run in row.chunk_by(|one, next| one == next) {
        if run.len() == 1 {
            single.push(run[0]);
            if single.len() == RUN_MAX {
                flush(&mut single, out);
            }
            continue;
        }
        flush(&mut single, out);
        for part in run.chunks(RUN_MAX) {
            out.extend([repeats(part.len()), part[0]]);
        }
    }
    flush(&mut single, out);
}

fn flush(single: &mut Vec<u8>, out: &mut Vec<u8>) {
    match single.len() {
        0 => return,
        1 => out.push(0),
        count => out.push(u8::try_from(257 - count).unwrap_or(u8::MAX)),
    }
    out.append(single);
}

/// How often something comes again after the first time.
fn repeats(count: usize) -> u8 {
    u8::try_from(count - 1).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn page(width: u32, height: u32, grey: Vec<u8>) -> PageBitmap {
        PageBitmap { width, height, dpi: 300, grey }
    }

    /// Reads one page back by the letter of 4.4.
    fn decode(mut bytes: &[u8], width: usize) -> Vec<u8> {
        let mut take = |count: usize| {
            let (taken, rest) = bytes.split_at(count);
            bytes = rest;
            taken.to_vec()
        };
        let mut grey = Vec::new();
        let (mut left, _) = (take(4 + HEADER_BYTES), ());
        let height = u32::from_be_bytes(left.split_off(4 + 376)[..4].try_into().unwrap());
        while grey.len() < width * usize::try_from(height).unwrap() {
            let times = usize::from(take(1)[0]) + 1;
            let mut row = Vec::new();
            while row.len() < width {
                match usize::from(take(1)[0]) {
                    count @ 0..=127 => row.extend(take(1).repeat(count + 1)),
                    count => row.extend(take(257 - count)),
                }
            }
            grey.extend(row.repeat(times));
        }
        assert!(bytes.is_empty());
        grey
    }

    #[test]
    fn a_page_by_the_byte() {
        // Two equal rows: one dot alone, three equal, two that differ.
        let grey = [9, 5, 5, 5, 1, 2].repeat(2);
        let out = encode(&[page(6, 2, grey)], PaperSize::A4).unwrap();
        assert_eq!(out[4 + HEADER_BYTES..], [1, 0, 9, 2, 5, 255, 1, 2]);
        assert_eq!(out[..13], *b"RaS2PwgRaster");
        assert_eq!(out[4 + 1732..4 + 1748], *b"iso_a4_210x297mm");
        assert_eq!(out[4 + 276..4 + 284], [0, 0, 1, 44, 0, 0, 1, 44]);
    }

    #[test]
    fn a_page_that_is_not_as_large_as_it_says_is_refused() {
        assert!(encode(&[page(6, 2, vec![0; 11])], PaperSize::A4).is_none());
        assert!(encode(&[page(0, 2, Vec::new())], PaperSize::A4).is_none());
        assert!(encode(&[page(u32::MAX, u32::MAX, vec![0])], PaperSize::A4).is_none());
    }

    proptest! {
        #[test]
        fn what_is_encoded_can_be_read(
            width in 1..400_u32,
            runs in prop::collection::vec((0..3_u8, 1..300_usize), 1..40),
        ) {
            let mut grey: Vec<u8> = runs.iter().flat_map(|(dot, times)| vec![*dot; *times]).collect();
            let height = u32::try_from(grey.len()).unwrap().div_ceil(width);
            grey.resize(usize::try_from(width * height).unwrap(), 7);
            let out = encode(&[page(width, height, grey.clone())], PaperSize::A4).unwrap();
            prop_assert_eq!(decode(&out, usize::try_from(width).unwrap()), grey);
        }
    }
}
