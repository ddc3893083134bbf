//! The check of an export, line by line; what is read is never kept.

use std::io::{self, BufRead};

use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::journal::{Audit, Flaw, Line, Report};

/// Longest line, bytes: an event with its hashes takes far less.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// What was found.
pub struct Finding {
    /// Whose journal it says to be.
    pub terminal: TerminalId,
    /// Whether it holds.
    pub report: Report,
}

/// Why nothing could be found.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The file cannot be read. Cure: check its path and rights.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The first line does not say whose journal it is. Cure: export it again.
    #[error("is no export of a journal")]
    NoExport,
}

/// Checks an export; with this key, or with the one it names.
pub fn audit(mut export: impl BufRead, key: Option<VerifyingKey>) -> Result<Finding, Unfit> {
    let Some(Line::Journal { terminal, key: named }) = next(&mut export)?.and_then(Result::ok) else {
        return Err(Unfit::NoExport);
    };
    let mut audit = Audit::new(key.unwrap_or(named));
    while let Some(line) = next(&mut export)? {
        let behind = audit.chain().seq;
        let holds = match line {
            Ok(Line::Row(row)) => audit.row(&row),
            Ok(Line::Head(head)) => audit.head(&head),
            Ok(Line::Journal { .. }) | Err(_) => {
                audit.bad(behind + 1, Flaw::Changed);
                false
            }
        };
        if !holds {
            break;
        }
    }
    Ok(Finding { terminal, report: audit.report() })
}

/// The next line; `None` behind the last one.
fn next(export: &mut impl BufRead) -> Result<Option<serde_json::Result<Line>>, Unfit> {
    let mut text = Vec::new();
    io::Read::take(export, LINE_BYTES_MAX).read_until(b'\n', &mut text).map_err(Unfit::Read)?;
    Ok((!text.is_empty()).then(|| serde_json::from_slice(&text)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::crypto::{Digest, SigningKey};
    use kiosk_protocol::journal::{Chain, Row, SALTED, Salt, SignedHead, commitment, link};

    use super::*;

    fn terminal() -> TerminalId {
        "T-1".to_owned().try_into().unwrap()
    }

    /// An export of three rows and a head behind the last.
    fn export(key: &SigningKey) -> Vec<String> {
        let mut lines = vec![Line::Journal { terminal: terminal(), key: key.verifying_key() }];
        let mut prev = Digest::ZERO;
        for seq in 1..=3 {
            let (wall_at, event, salt) = ("2026-11-23T08:00:00Z".to_owned(), "{}".to_owned(), Salt([7; 16]));
            let hash = link(&prev, seq, &wall_at, &commitment(&salt, &event));
            let (event, salt, suite) = (Some(event), Some(salt), SALTED.to_owned());
            lines.push(Line::Row(Row { seq, wall_at, event, salt, commitment: None, prev, hash, suite }));
            prev = hash;
        }
        let chain = Chain { seq: 3, head: prev };
        let head = SignedHead::sign(key, terminal(), 1, chain, Default::default()).unwrap();
        lines.push(Line::Head(head));
        lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect()
    }

    fn checked(lines: &[String], key: Option<VerifyingKey>) -> Report {
        audit(lines.join("\n").as_bytes(), key).unwrap().report
    }

    #[test]
    fn an_untouched_export_holds() {
        let key = SigningKey::generate().unwrap();
        let report = checked(&export(&key), Some(key.verifying_key()));
        assert_eq!((report.rows, report.signed, report.first_bad), (3, 3, None));
        assert_eq!(checked(&export(&key), None).first_bad, None);
    }

    #[test]
    fn the_first_bad_row_is_named() {
        let key = SigningKey::generate().unwrap();
        let flaw = |tamper: fn(&mut Vec<String>)| {
            let mut lines = export(&key);
            tamper(&mut lines);
            checked(&lines, None).first_bad
        };
        assert_eq!(
            flaw(|lines| lines[2] = lines[2].replace("08:00:00", "09:00:00")),
            Some((2, Flaw::Changed))
        );
        assert_eq!(flaw(|lines| lines[2].truncate(20)), Some((2, Flaw::Changed)));
        assert_eq!(flaw(|lines| drop(lines.remove(2))), Some((2, Flaw::Missing)));
        assert_eq!(flaw(|lines| drop(lines.remove(3))), Some((3, Flaw::Forged)));
        assert_eq!(
            flaw(|lines| lines[4] = lines[4].replace("\"epoch\":1", "\"epoch\":2")),
            Some((3, Flaw::Forged))
        );
    }

    #[test]
    fn a_journal_forged_whole_does_not_fit_the_key_the_platform_keeps() {
        let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        assert_eq!(checked(&export(&other), Some(key.verifying_key())).first_bad, Some((3, Flaw::Forged)));
    }

    #[test]
    fn what_is_no_export_is_told() {
        let read = |text: &str| audit(text.as_bytes(), None).map(|finding| finding.report);
        assert!(matches!(read(""), Err(Unfit::NoExport)));
        assert!(matches!(read("{\"line\":\"row\"}"), Err(Unfit::NoExport)));
    }
}
