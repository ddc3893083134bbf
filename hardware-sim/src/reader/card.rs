//! What the chip of a resident's card holds, encoded as the SAM hands it out.

use crate::residents::Resident;

/// Bytes of the text block.
pub const TEXT_BYTES: usize = 256;
/// Bytes of the photo block (a closed compression; the content here is noise made from the number).
pub const PHOTO_BYTES: usize = 1024;
/// Bytes of one finger's features (a format that is not public; the content here is noise).
const FINGER_BYTES: usize = 512;
/// Fingers a chip has room for.
const FINGERS_MAX: usize = 2;
/// Bytes of one appended address.
const ADDRESS_BYTES: usize = 70;
/// Bytes of the card's management number.
const MANAGEMENT_BYTES: usize = 28;

/// A card as it lies on the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Key of the resident in the library.
    pub resident: String,
    text: Vec<u8>,
    photo: Vec<u8>,
    fingerprints: Vec<u8>,
    newest_address: Option<Vec<u8>>,
    management: Vec<u8>,
}

impl Card {
    /// The card of a resident.
    pub fn of(resident: &Resident) -> Card {
        let newest = resident.newest_address.as_deref();
        Card {
            resident: resident.key.clone(),
            text: text(resident),
            photo: noise(&resident.number, PHOTO_BYTES),
            fingerprints: noise(&resident.name, resident.fingers.min(FINGERS_MAX) * FINGER_BYTES),
            newest_address: newest.map(|address| field(address, ADDRESS_BYTES)),
            management: noise(&resident.key, MANAGEMENT_BYTES),
        }
    }

    /// Body of command 30 01: two lengths, text, photo.
    pub fn text_and_photo(&self) -> Vec<u8> {
        [[0x01, 0x00, 0x04, 0x00].as_slice(), &self.text, &self.photo].concat()
    }

    /// Body of command 30 10: three lengths, text, photo, fingerprints.
    pub fn text_photo_and_fingerprints(&self) -> Vec<u8> {
        let [high, low] = u16::try_from(self.fingerprints.len()).unwrap_or(0).to_be_bytes();
        let lengths = [0x01, 0x00, 0x04, 0x00, high, low];
        [lengths.as_slice(), &self.text, &self.photo, &self.fingerprints].concat()
    }

    /// Body of command 30 03, where the chip has an appended address.
    pub fn newest_address(&self) -> Option<&[u8]> {
        self.newest_address.as_deref()
    }

    /// The portrait.
    pub fn photo(&self) -> &[u8] {
        &self.photo
    }

    /// The features of the fingers, if any.
    pub fn fingerprints(&self) -> &[u8] {
        &self.fingerprints
    }

    /// Body of command 30 05.
    pub fn management_number(&self) -> &[u8] {
        &self.management
    }
}

/// The text block: UTF-16LE fields of fixed width, filled up with spaces.
fn text(resident: &Resident) -> Vec<u8> {
    let fields = [
        (resident.name.as_str(), 30),
        (&resident.sex, 2),
        (&resident.ethnicity, 4),
        (&resident.birth, 16),
        (&resident.address, ADDRESS_BYTES),
        (&resident.number, 36),
        (&resident.authority, 30),
        (&resident.valid_from, 16),
        (&resident.valid_until, 16),
        // Reserved, the type flag (a space: resident) and reserved again.
        ("", 36),
    ];
    fields.iter().flat_map(|(text, width)| field(text, *width)).collect()
}

fn field(text: &str, width: usize) -> Vec<u8> {
    let spaces = std::iter::repeat(0x0020);
    let units = text.encode_utf16().chain(spaces).take(width / 2);
    units.flat_map(u16::to_le_bytes).collect()
}

/// Bytes that look random and are always the same for the same seed (xorshift over an FNV-1a hash).
fn noise(seed: &str, length: usize) -> Vec<u8> {
    let hash = seed.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let next = |state: &u64| {
        let state = state ^ (state << 13);
        let state = state ^ (state >> 7);
        Some(state ^ (state << 17))
    };
    let states = std::iter::successors(Some(hash), next);
    states.map(|state| state.to_be_bytes()[2]).take(length).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn card(key: &str) -> Card {
        let library = crate::residents::library();
        Card::of(library.iter().find(|r| r.key == key).unwrap())
    }

    #[test]
    fn fields_stand_at_their_published_offsets() {
        let body = card("alice").text_and_photo();
        assert_eq!(body[..4], [0x01, 0x00, 0x04, 0x00]);
        let text = &body[4..260];
        // 王 U+738B, 秀 U+79C0, 兰 U+5170, then spaces.
        assert_eq!(text[..8], [0x8B, 0x73, 0xC0, 0x79, 0x70, 0x51, 0x20, 0x00]);
        assert_eq!(text[30..32], [0x32, 0x00]);
        assert_eq!(text[32..36], [0x30, 0, 0x31, 0]);
        assert_eq!(text[36..40], [0x31, 0, 0x39, 0]);
        // 黑 U+9ED1
        assert_eq!(text[52..54], [0xD1, 0x9E]);
        assert_eq!(text[122..126], [0x32, 0, 0x33, 0]);
        // 齐 U+9F50
        assert_eq!(text[158..160], [0x50, 0x9F]);
        assert_eq!(text[188..192], [0x32, 0, 0x30, 0]);
        assert_eq!(text[248..250], [0x20, 0x00]);
    }

    #[test]
    fn a_card_without_end_says_so_in_two_characters() {
        let body = card("forever").text_and_photo();
        let until = &body[4 + 204..4 + 220];
        assert_eq!(until[..6], [0x7F, 0x95, 0x1F, 0x67, 0x20, 0x00]);
    }

    #[test]
    fn a_rare_character_takes_a_surrogate_pair() {
        // U+2C35B is D870 DF5B.
        let body = card("rare").text_and_photo();
        assert_eq!(body[6..10], [0x70, 0xD8, 0x5B, 0xDF]);
    }

    #[test]
    fn blocks_have_their_lengths() {
        for resident in crate::residents::library() {
            let card = Card::of(resident);
            assert_eq!(card.text_and_photo().len(), 4 + TEXT_BYTES + PHOTO_BYTES);
            let fingers = FINGER_BYTES * resident.fingers;
            assert_eq!(card.text_photo_and_fingerprints().len(), 6 + TEXT_BYTES + PHOTO_BYTES + fingers);
            assert_eq!(card.management_number().len(), MANAGEMENT_BYTES);
        }
    }

    #[test]
    fn the_third_length_tells_the_fingerprints() {
        for (key, length) in [("alice", [0x04, 0x00]), ("bob", [0x02, 0x00]), ("rare", [0x00, 0x00])] {
            assert_eq!(card(key).text_photo_and_fingerprints()[4..6], length);
        }
    }

    #[test]
    fn photos_differ_between_people_and_stay_the_same_for_one() {
        assert_eq!(card("alice").photo, card("alice").photo);
        assert_ne!(card("alice").photo, card("bob").photo);
    }
}
