//! Breaking text into lines of so many cells.

use std::ops::Range;

use super::text::Glyph;

/// The lines of `glyphs`, each at most `columns` cells wide; one empty line for an empty text.
///
/// A line breaks at a space or beside a two-cell character; a longer word is cut. Spaces at a break are dropped.
pub(super) fn wrap(glyphs: &[Glyph], columns: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    loop {
        let end = line_end(glyphs, start, columns);
        lines.push(start..end);
        start = end + glyphs[end..].iter().take_while(|glyph| glyph.is_space()).count();
        if start >= glyphs.len() {
            return lines;
        }
    }
}

/// Cells that `glyphs` take at normal size.
pub(super) fn cells(glyphs: &[Glyph]) -> usize {
    glyphs.iter().map(Glyph::cells).sum()
}

fn line_end(glyphs: &[Glyph], start: usize, columns: usize) -> usize {
    let full = full_end(glyphs, start, columns);
    if full == glyphs.len() {
        return full;
    }
    let breaks = (start + 1..=full).rev();
    breaks.into_iter().find(|at| may_break(glyphs[at - 1], glyphs[*at])).unwrap_or(full)
}

/// Where the line is full; at least one character is taken, however narrow the paper.
fn full_end(glyphs: &[Glyph], start: usize, columns: usize) -> usize {
    let mut end = start;
    let mut width = 0;
    while end < glyphs.len() && (width + glyphs[end].cells() <= columns || end == start) {
        width += glyphs[end].cells();
        end += 1;
    }
    end
}

fn may_break(before: Glyph, after: Glyph) -> bool {
    after.is_space() || before.cells() == 2 || after.cells() == 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use zeroize::Zeroizing;

    use super::super::text::Font;
    use super::*;
    use crate::glyphs::NoGlyphs;
    use crate::model::Model;

    fn glyphs(text: &str) -> Zeroizing<Vec<Glyph>> {
        Font { model: &Model::GENERIC_80, drawn: &mut NoGlyphs }.glyphs(text)
    }

    fn lines(text: &str, columns: usize) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        wrap(&glyphs(text), columns).into_iter().map(|line| chars[line].iter().collect()).collect()
    }

    #[test]
    fn chinese_breaks_anywhere_and_latin_at_spaces() {
        assert_eq!(lines("住房公积金", 6), ["住房公", "积金"]);
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("编号ABC123", 7), ["编号", "ABC123"]);
    }

    #[test]
    fn a_two_cell_character_does_not_hang_over_the_edge() {
        assert_eq!(lines("a住房", 4), ["a住", "房"]);
    }

    #[test]
    fn a_long_word_is_cut_and_an_empty_text_is_one_line() {
        assert_eq!(lines("ABCDEFGH", 3), ["ABC", "DEF", "GH"]);
        assert_eq!(lines("", 3), [""]);
        assert_eq!(lines("ab   ", 2), ["ab"]);
        assert_eq!(lines("住", 1), ["住"]);
    }

    proptest! {
        #[test]
        fn every_line_fits_and_nothing_but_spaces_is_lost(text in "[a-c 住房Ж]{0,60}", columns in 2_usize..20) {
            let lines = lines(&text, columns);
            prop_assert!(lines.iter().all(|line| cells(&glyphs(line)) <= columns));
            let solid = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
        }
    }
}
