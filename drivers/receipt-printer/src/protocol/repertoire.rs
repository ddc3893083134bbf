//! Which of the two-byte codes of GB 18030 an older font holds.

/// The first and last place of each stretch that is filled, by row. Rows 16 to 87 hold the Chinese characters.
const SYMBOLS: [(u8, u8, u8); 14] = [
    (1, 1, 94),
    (2, 17, 66),
    (2, 69, 78),
    (2, 81, 92),
    (3, 1, 94),
    (4, 1, 83),
    (5, 1, 86),
    (6, 1, 24),
    (6, 33, 56),
    (7, 1, 33),
    (7, 49, 81),
    (8, 1, 26),
    (8, 37, 73),
    (9, 4, 79),
];

/// The row of the Cyrillic letters.
const CYRILLIC: u8 = 7;

/// The last row of the frequent characters ends five places early.
const SHORT_ROW: u8 = 55;

/// The euro, and the end of the last row: they came to the two-byte area with GB 18030.
const EURO: [u8; 2] = [0xA2, 0xE3];
const LATE_ROW: u8 = 0xFE;
const LATE_PLACES: std::ops::RangeInclusive<u8> = 0x50..=0xA0;

/// Tells whether a font of GBK's time holds the character with this code.
pub(super) fn in_gbk([lead, trail]: [u8; 2]) -> bool {
    [lead, trail] != EURO && !(lead == LATE_ROW && LATE_PLACES.contains(&trail))
}

/// Tells whether GB 2312-80 holds the character with this code.
pub(super) fn in_gb2312([lead, trail]: [u8; 2]) -> bool {
    let (Some(row), Some(place)) = (lead.checked_sub(0xA0), trail.checked_sub(0xA0)) else {
        return false;
    };
    match row {
        16..=87 => (1..=if row == SHORT_ROW { 89 } else { 94 }).contains(&place),
        _ => SYMBOLS.iter().any(|(known, first, last)| *known == row && (*first..=*last).contains(&place)),
    }
}

/// Tells whether a code stands in the row of the Cyrillic letters.
pub(super) fn is_cyrillic([lead, trail]: [u8; 2]) -> bool {
    lead == 0xA0 + CYRILLIC && in_gb2312([lead, trail])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_as_many_characters_as_the_standard_says() {
        let all = (0xA1..=0xFE).flat_map(|lead| (0xA1..=0xFE).map(move |trail| [lead, trail]));
        let (chinese, symbols): (Vec<_>, Vec<_>) =
            all.filter(|code| in_gb2312(*code)).partition(|code| code[0] >= 0xB0);
        // GB 2312-80: 6,763 Chinese characters, 682 others.
        assert_eq!((chinese.len(), symbols.len()), (6_763, 682));
    }

    #[test]
    fn additions_of_gbk_are_not_in_it() {
        // 镕 E946, 喆 86B4, ⅰ A2A1; D7FA was left empty.
        for code in [[0xE9, 0x46], [0x86, 0xB4], [0xA2, 0xA1], [0xD7, 0xFA]] {
            assert!(!in_gb2312(code) && in_gbk(code), "{code:02X?}");
        }
        assert!(in_gb2312([0xBA, 0xD7]) && in_gb2312([0xA1, 0xFE]));
    }

    #[test]
    fn additions_of_gb_18030_are_not_in_gbk() {
        // € A2E3, 䶮 FE9F, 㑳 FE56.
        for code in [[0xA2, 0xE3], [0xFE, 0x9F], [0xFE, 0x56]] {
            assert!(!in_gbk(code) && !in_gb2312(code), "{code:02X?}");
        }
        // 鹤 BAD7 and 龥 FD9B.
        assert!(in_gbk([0xBA, 0xD7]) && in_gbk([0xFD, 0x9B]));
    }

    #[test]
    fn cyrillic_is_a_row_of_its_own() {
        assert!(is_cyrillic([0xA7, 0xA8]) && !is_cyrillic([0xA8, 0xA6]) && !is_cyrillic([0xA7, 0xC2]));
    }
}
