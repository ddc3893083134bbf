//! The check of an export, line by line; what is read is never kept.

use std::io::{self, BufRead};

use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::journal::{Audit, Countersigned, Flaw, Line, Report};

/// Longest line, bytes: an event with its hashes takes far less.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// What is known from elsewhere than from the export.
#[derive(Default)]
pub struct Known {
    /// The key of the journal.
    pub key: Option<VerifyingKey>,
    /// The key of the platform.
    pub platform: Option<VerifyingKey>,
    /// The newest head the platform keeps of this terminal.
    pub shown: Option<Countersigned>,
}

impl Known {
    fn weigh(&self, audit: &mut Audit, shown: &Countersigned) -> bool {
        audit.countersigned(shown, self.platform.as_ref().unwrap_or(&shown.key))
    }
}

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
    /// The file holds no countersigned head. Cure: `kiosk-platform head` writes one.
    #[error("holds no head that a platform countersigned")]
    NoHead,
}

/// What the platform's operator wrote down: one line with a countersigned head.
pub fn shown(mut text: impl BufRead) -> Result<Countersigned, Unfit> {
    match next(&mut text)? {
        Some(Ok(Line::Countersigned(shown))) => Ok(shown),
        Some(_) | None => Err(Unfit::NoHead),
    }
}

/// Checks an export; with the keys that are known, or else with those it names.
pub fn audit(mut export: impl BufRead, known: &Known) -> Result<Finding, Unfit> {
    let Some(Line::Journal { terminal, key: named }) = next(&mut export)?.and_then(Result::ok) else {
        return Err(Unfit::NoExport);
    };
    let mut audit = Audit::new(known.key.clone().unwrap_or(named));
    if let Some(shown) = &known.shown {
        known.weigh(&mut audit, shown);
    }
    while let Some(line) = next(&mut export)? {
        let behind = audit.chain().seq;
        let holds = match line {
            Ok(Line::Row(row)) => audit.row(&row),
            Ok(Line::Head(head)) => audit.head(&head),
            Ok(Line::Countersigned(shown)) => known.weigh(&mut audit, &shown),
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
        let known = Known { key, ..Known::default() };
        audit(lines.join("\n").as_bytes(), &known).unwrap().report
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
    fn what_the_platform_keeps_shows_a_cut_that_the_export_hides() {
        let (key, platform) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let lines = export(&key);
        let Line::Head(head) = serde_json::from_str(&lines[4]).unwrap() else { panic!() };
        let head = Countersigned::sign(&platform, head, Default::default()).unwrap();
        let line = serde_json::to_string(&Line::Countersigned(head)).unwrap();
        let report = |lines: &[String], by: &SigningKey| {
            let (shown, platform) = (shown(line.as_bytes()).ok(), Some(by.verifying_key()));
            let known = Known { key: Some(key.verifying_key()), platform, shown };
            audit(lines.join("\n").as_bytes(), &known).unwrap().report
        };
        let whole = report(&lines, &platform);
        assert_eq!((whole.countersigned, whole.first_bad), (3, None));
        assert_eq!(report(&lines[..3], &platform).first_bad, Some((3, Flaw::Missing)));
        assert_eq!(report(&lines, &key).first_bad, Some((3, Flaw::Forged)), "another platform's");
        assert!(matches!(shown(lines[0].as_bytes()), Err(Unfit::NoHead)));
    }

    #[test]
    fn what_is_no_export_is_told() {
        let read = |text: &str| audit(text.as_bytes(), &Known::default()).map(|finding| finding.report);
        assert!(matches!(read(""), Err(Unfit::NoExport)));
        assert!(matches!(read("{\"line\":\"row\"}"), Err(Unfit::NoExport)));
    }
}
