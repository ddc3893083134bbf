//! Words of a line: bare ones, and quoted ones that may hold anything.

/// A word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `like-this`
    Bare(String),
    /// `"like this"`, with `\"` and `\\` inside.
    Quoted(String),
}

/// Splits a line into its words; a `#` outside quotes begins a comment.
pub(super) fn words(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '#' => break,
            '"' => quoted(&rest[1..])?,
            _ => bare(rest),
        };
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

fn bare(text: &str) -> (Word, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '#' || c == '"').unwrap_or(text.len());
    (Word::Bare(text[..end].to_owned()), &text[end..])
}

fn quoted(text: &str) -> Result<(Word, &str), String> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((Word::Quoted(word), &text[at + 1..])),
            '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
            other => word.push(other),
        }
    }
    Err("a quotation mark is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bare(word: &str) -> Word {
        Word::Bare(word.to_owned())
    }

    #[test]
    fn quotes_hold_spaces_comments_and_quotes() {
        let quoted = Word::Quoted("a # \"b\" \\".to_owned());
        assert_eq!(words(r#"touch "a # \"b\" \\" x # note"#).unwrap(), [bare("touch"), quoted, bare("x")]);
    }

    #[test]
    fn empty_lines_and_comments_have_no_words() {
        assert_eq!(words("  # only a note").unwrap(), []);
        assert_eq!(words(" \t ").unwrap(), []);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert!(words("touch \"abc").is_err());
    }
}
