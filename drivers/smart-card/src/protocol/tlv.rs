//! Data objects as EMV and ISO/IEC 7816-4, 5.2.2 write them: BER-TLV, and lists of tags with lengths.

/// Tags of constructed objects are looked into so deep; EMV needs 4.
const DEPTH_MAX: usize = 6;

/// One data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag, big-endian: `0x5A`, `0x9F38`.
    pub tag: u32,
    /// Its content.
    pub value: &'a [u8],
}

/// The objects that follow one another in `bytes`, up to the first that is not whole.
pub fn items(bytes: &[u8]) -> impl Iterator<Item = Tlv<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (item, left) = item(padding_skipped(rest))?;
        rest = left;
        Some(item)
    })
}

/// The first object with this tag, at any depth.
pub fn find(bytes: &[u8], tag: u32) -> Option<&[u8]> {
    all(bytes, tag).into_iter().next()
}

/// Every object with this tag, at any depth, in order.
pub fn all(bytes: &[u8], tag: u32) -> Vec<&[u8]> {
    let mut found = Vec::new();
    gather(bytes, tag, DEPTH_MAX, &mut found);
    found
}

/// The values for a list of tags and lengths (EMV Book 3, 5.4), each from `value`, filled up or cut to its length;
/// zeroes where there is none. No longer than 252 bytes, so that it fits in a command.
pub fn list_values(list: &[u8], value: impl Fn(u32) -> &'static [u8]) -> Vec<u8> {
    let mut values = Vec::new();
    let mut rest = list;
    while let Some((tag, after)) = tag(rest) {
        let Some((length, left)) = after.split_first() else { break };
        let known = value(tag).iter().copied();
        values.extend(known.chain(std::iter::repeat(0)).take(usize::from(*length)));
        rest = left;
    }
    values.truncate(252);
    values
}

fn gather<'a>(bytes: &'a [u8], tag: u32, depth: usize, found: &mut Vec<&'a [u8]>) {
    for item in items(bytes) {
        if item.tag == tag {
            found.push(item.value);
        } else if is_constructed(item.tag) && depth > 0 {
            gather(item.value, tag, depth - 1, found);
        }
    }
}

/// Bytes 00 may stand between objects (7816-4, 5.2.2.1).
fn padding_skipped(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    &bytes[start..]
}

/// Bit 6 of a tag's first byte.
fn is_constructed(tag: u32) -> bool {
    let first = tag.to_be_bytes().into_iter().find(|byte| *byte != 0).unwrap_or(0);
    first & 0x20 != 0
}

fn item(bytes: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let (tag, rest) = tag(bytes)?;
    let (length, rest) = length(rest)?;
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Tlv { tag, value }, rest))
}

/// A tag of one to three bytes: five bits set mean that more follow, bit 8 that still more do.
fn tag(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let mut tag = u32::from(*first);
    if first & 0x1F != 0x1F {
        return Some((tag, rest));
    }
    for _ in 0..2 {
        let (next, left) = rest.split_first()?;
        tag = (tag << 8) | u32::from(*next);
        rest = left;
        if next & 0x80 == 0 {
            return Some((tag, rest));
        }
    }
    None
}

/// A length of one to three bytes.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..=0x7F, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, long, rest @ ..] => Some((usize::from(*long), rest)),
        [0x82, high, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The control information of a payment directory: 6F { 84, A5 { 88, 5F2D } }.
    const DIRECTORY: [u8; 27] = [
        0x6F, 0x19, 0x84, 0x0E, b'1', b'P', b'A', b'Y', b'.', b'S', b'Y', b'S', b'.', b'D', b'D', b'F', b'0',
        b'1', 0xA5, 0x07, 0x88, 0x01, 0x01, 0x5F, 0x2D, 0x01, b'z',
    ];

    #[test]
    fn nested_objects_are_found() {
        assert_eq!(find(&DIRECTORY, 0x88), Some([0x01].as_slice()));
        assert_eq!(find(&DIRECTORY, 0x5F2D), Some(b"z".as_slice()));
        assert_eq!(find(&DIRECTORY, 0x84), Some(b"1PAY.SYS.DDF01".as_slice()));
        assert_eq!(find(&DIRECTORY, 0x57), None);
    }

    #[test]
    fn objects_with_the_same_tag_come_in_order() {
        let bytes = [0x70, 0x08, 0x61, 0x02, 0x4F, 0x00, 0x61, 0x02, 0x87, 0x00];
        assert_eq!(all(&bytes, 0x61), [[0x4F, 0x00].as_slice(), &[0x87, 0x00]]);
    }

    #[test]
    fn long_lengths_are_read_and_padding_is_skipped() {
        let mut bytes = vec![0x00, 0x00, 0x5A, 0x81, 0x80];
        bytes.extend([7; 128]);
        bytes.extend([0x57, 0x82, 0x00, 0x01, 0x09]);
        assert_eq!(find(&bytes, 0x5A).map(<[u8]>::len), Some(128));
        assert_eq!(find(&bytes, 0x57), Some([0x09].as_slice()));
    }

    #[test]
    fn what_is_not_whole_is_left_out() {
        for bytes in
            [&[0x5A][..], &[0x5A, 0x05, 1], &[0x9F], &[0x9F, 0x81, 0x81, 0x01], &[0x5A, 0x83, 0, 0, 0]]
        {
            assert_eq!(items(bytes).count(), 0, "{bytes:02X?}");
        }
    }

    #[test]
    fn a_list_is_answered_value_by_value() {
        let list = [0x9F, 0x66, 0x04, 0x9F, 0x1A, 0x02, 0x95, 0x05, 0x9A];
        let value = |tag| match tag {
            0x9F66 => &[0x26][..],
            0x9F1A => &[0x01, 0x56, 0xFF],
            _ => &[],
        };
        assert_eq!(list_values(&list, value), [0x26, 0, 0, 0, 0x01, 0x56, 0, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = items(&bytes).count();
            let _ = all(&bytes, 0x5A).len();
            prop_assert!(list_values(&bytes, |_| &[1, 2, 3]).len() <= 252);
        }

        #[test]
        fn every_object_comes_back(values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..9)) {
            let bytes: Vec<u8> =
                values.iter().flat_map(|value| [&[0x5A, value.len() as u8], value.as_slice()].concat()).collect();
            let found: Vec<&[u8]> = items(&bytes).map(|item| item.value).collect();
            prop_assert_eq!(found, values);
        }
    }
}
