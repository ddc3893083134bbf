#![allow(clippy::unwrap_used)]

use super::*;

const AT: &str = "2026-11-23T08:00:00Z";

fn terminal(name: &str) -> TerminalId {
    name.to_owned().try_into().unwrap()
}

fn rows(count: u64) -> Vec<Row> {
    let mut prev = Digest::ZERO;
    let row = |seq| {
        let (salt, event) = (Salt([seq as u8; 16]), format!("{{\"n\":{seq}}}"));
        let hash = link(&prev, seq, AT, &commitment(&salt, &event));
        let (event, salt) = (Some(event), Some(salt));
        let row = Row {
            seq,
            wall_at: AT.to_owned(),
            event,
            salt,
            commitment: None,
            prev,
            hash,
            suite: SALTED.to_owned(),
        };
        prev = hash;
        row
    };
    (1..=count).map(row).collect()
}

fn head(key: &SigningKey, row: &Row) -> SignedHead {
    let chain = Chain { seq: row.seq, head: row.hash };
    SignedHead::sign(key, terminal("T-1"), 1, chain, jiff::Timestamp::UNIX_EPOCH).unwrap()
}

/// A check of rows, with a head behind those chosen.
fn audit(rows: &[Row], key: &SigningKey, signed: impl Fn(u64) -> bool) -> Report {
    let mut audit = Audit::new(key.verifying_key());
    for row in rows {
        if !audit.row(row) || (signed(row.seq) && !audit.head(&head(key, row))) {
            break;
        }
    }
    audit.report()
}

#[test]
fn the_hashed_bytes_are_those_of_the_document() {
    let (salt, event) = (Salt([7; 16]), "{}");
    let committed = Digest::of(&[[7; 16].as_slice(), b"{}"].concat());
    assert_eq!(commitment(&salt, event), committed);
    let head = b"\0\0\0\0\0\0\x01\x02\0\0\0\x142026-11-23T08:00:00Z";
    let salted = Digest::ZERO.chain(&[head.as_slice(), committed.as_bytes()].concat());
    assert_eq!(link(&Digest::ZERO, 258, AT, &committed), salted);
    let plain = Digest::ZERO.chain(&[head.as_slice(), b"\0\0\0\x02{}"].concat());
    assert_eq!(link_plain(&Digest::ZERO, 258, AT, event), plain);
}

#[test]
fn a_row_may_withhold_what_it_says_and_the_chain_holds() {
    let mut rows = rows(3);
    let (salt, event) = (rows[1].salt.take().unwrap(), rows[1].event.take().unwrap());
    rows[1].commitment = Some(commitment(&salt, &event));
    let key = SigningKey::generate().unwrap();
    assert_eq!(audit(&rows, &key, |_| false).first_bad, None);
    rows[1].commitment = Some(commitment(&salt, "{\"n\":9}"));
    assert_eq!(audit(&rows, &key, |_| false).first_bad, Some((2, Flaw::Changed)));
}

#[test]
fn each_kind_of_tampering_names_its_row() {
    let key = SigningKey::generate().unwrap();
    let flaw = |tamper: fn(&mut Vec<Row>)| {
        let mut rows = rows(5);
        tamper(&mut rows);
        audit(&rows, &key, |_| false).first_bad
    };
    assert_eq!(flaw(|_| {}), None);
    assert_eq!(flaw(|rows| rows[2].event = Some("{}".to_owned())), Some((3, Flaw::Changed)));
    assert_eq!(flaw(|rows| rows[2].salt = Some(Salt([0; 16]))), Some((3, Flaw::Changed)));
    assert_eq!(flaw(|rows| rows[2].wall_at.push('0')), Some((3, Flaw::Changed)));
    assert_eq!(flaw(|rows| rows[2].suite = "none".to_owned()), Some((3, Flaw::UnknownSuite)));
    assert_eq!(flaw(|rows| rows[2].suite = PLAIN.to_owned()), Some((3, Flaw::Changed)));
    assert_eq!(flaw(|rows| drop(rows.remove(2))), Some((3, Flaw::Missing)));
    assert_eq!(flaw(|rows| rows.swap(2, 3)), Some((3, Flaw::Missing)));
    assert_eq!(flaw(|rows| rows[3].seq = 2), Some((2, Flaw::Foreign)));
    assert_eq!(flaw(|rows| rows[2].prev = Digest::ZERO), Some((3, Flaw::Unlinked)));
}

#[test]
fn heads_are_due_once_they_began() {
    let key = SigningKey::generate().unwrap();
    let rows = rows(2 * HEAD_ROWS + 1);
    let every = |seq: u64| seq.is_multiple_of(HEAD_ROWS);
    assert_eq!(
        (audit(&rows, &key, every).signed, audit(&rows, &key, every).first_bad),
        (2 * HEAD_ROWS, None)
    );
    let second_only = audit(&rows, &key, |seq| seq == 2 * HEAD_ROWS);
    assert_eq!(second_only.first_bad, None, "an older journal had none before");
    let first_only = audit(&rows, &key, |seq| seq == HEAD_ROWS);
    assert_eq!(first_only.first_bad, Some((2 * HEAD_ROWS, Flaw::Unsigned)));
}

#[test]
fn a_head_of_another_key_terminal_or_row_is_forged() {
    let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let rows = rows(2);
    let checked = |head: SignedHead| {
        let mut audit = Audit::new(key.verifying_key());
        assert!(rows.iter().all(|row| audit.row(row)));
        audit.head(&head);
        audit.report().first_bad
    };
    let good = head(&key, &rows[1]);
    assert_eq!(checked(good.clone()), None);
    assert_eq!(checked(head(&other, &rows[1])), Some((2, Flaw::Forged)));
    assert_eq!(checked(head(&key, &rows[0])), Some((1, Flaw::Forged)));
    assert_eq!(checked(SignedHead { terminal: terminal("T-2"), ..good.clone() }), Some((2, Flaw::Forged)));
    let later = jiff::Timestamp::from_second(1).unwrap();
    assert_eq!(checked(SignedHead { at: later, ..good }), Some((2, Flaw::Forged)));
}

/// What the platform countersigned of these rows.
fn shown(key: &SigningKey, platform: &SigningKey, row: &Row) -> Countersigned {
    Countersigned::sign(platform, head(key, row), jiff::Timestamp::UNIX_EPOCH).unwrap()
}

/// A check of rows that begins with what the platform was shown.
fn audit_shown(rows: &[Row], key: &SigningKey, platform: &SigningKey, shown: &[Countersigned]) -> Report {
    let mut audit = Audit::new(key.verifying_key());
    let goes_on = shown.iter().all(|shown| audit.countersigned(shown, &platform.verifying_key()));
    let _ = goes_on && rows.iter().all(|row| audit.row(row));
    audit.report()
}

#[test]
fn what_the_platform_was_shown_can_neither_go_nor_change() {
    let (key, platform) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let rows = rows(5);
    let third = [shown(&key, &platform, &rows[2])];
    let report = |rows: &[Row]| audit_shown(rows, &key, &platform, &third);
    let whole = report(&rows);
    assert_eq!((whole.rows, whole.countersigned, whole.first_bad), (5, 3, None));
    assert_eq!(report(&rows[..3]).first_bad, None);
    assert_eq!(report(&rows[..2]).first_bad, Some((3, Flaw::Missing)), "cut off by one");
    assert_eq!(report(&[]).first_bad, Some((1, Flaw::Missing)));

    let mut other = rows.clone();
    other[2].wall_at.push('0');
    other[2].hash = other[2].link(&other[2].prev).unwrap();
    let anew = report(&other);
    assert_eq!((anew.rows, anew.first_bad), (2, Some((3, Flaw::Contradicted))), "a chain made anew");
}

#[test]
fn a_countersignature_of_another_platform_head_or_time_is_forged() {
    let (key, platform) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let rows = rows(2);
    let checked = |shown: Countersigned| audit_shown(&rows, &key, &platform, &[shown]).first_bad;
    let good = shown(&key, &platform, &rows[1]);
    assert_eq!(checked(good.clone()), None);
    assert_eq!(checked(shown(&key, &key, &rows[1])), Some((2, Flaw::Forged)));
    assert_eq!(checked(shown(&platform, &platform, &rows[1])), Some((2, Flaw::Forged)));
    let later = jiff::Timestamp::from_second(1).unwrap();
    assert_eq!(checked(Countersigned { at: later, ..good.clone() }), Some((2, Flaw::Forged)));
    let head = head(&key, &rows[0]);
    assert_eq!(checked(Countersigned { head, ..good.clone() }), Some((1, Flaw::Forged)));
    assert_eq!(audit_shown(&rows, &key, &platform, &[good.clone(), good]).first_bad, None, "said twice");
}

#[test]
fn a_line_reads_back_as_it_was_written() {
    let key = SigningKey::generate().unwrap();
    let row = rows(1).remove(0);
    let (head, countersigned) = (head(&key, &row), shown(&key, &key, &row));
    for line in [
        Line::Countersigned(countersigned),
        Line::Journal { terminal: terminal("T-1"), key: key.verifying_key() },
        Line::Row(row),
        Line::Head(head),
    ] {
        let text = serde_json::to_string(&line).unwrap();
        let back: Line = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }
}
