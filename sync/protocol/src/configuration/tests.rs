#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;

fn here() -> TerminalId {
    TerminalId::try_from("230202-0001".to_owned()).unwrap()
}

fn words(zh_cn: &str) -> Value {
    json!({"zh-CN": zh_cn, "en": "Closed today", "ru": "Сегодня закрыто"})
}

fn office() -> Value {
    let days = ["mon", "tue", "wed", "thu", "fri"];
    json!({"spans": [{"days": days, "from": "08:30", "until": "12:00"},
                     {"days": days, "from": "13:30", "until": "17:00"}], "says": words("周一至周五")})
}

fn file(version: u64, terminal: Option<&str>, set: &Value) -> Vec<u8> {
    let file =
        json!({"version": version, "terminal": terminal, "set_at": "2026-11-29T08:00:00Z", "set": set});
    serde_json::to_vec(&file).unwrap()
}

fn parsed(set: &Value) -> Result<Configuration, BadConfiguration> {
    ConfigurationFile::parse(&file(1, None, set), 1, None).map(|file| file.set)
}

#[test]
fn everything_that_can_be_set_is_read_and_written_the_same() {
    let set = json!({"idle_s": 90, "elder_idle_s": 180, "warning_s": 45, "notice": words("明日停机"),
        "closed": words("检修中"), "hours": office(), "log": "debug", "poll_s_min": 60, "spread_s": 120});
    let read = parsed(&set).unwrap();
    assert_eq!(Value::Object(read.entries()), set);
    let file = ConfigurationFile { version: 1, terminal: None, set_at: Timestamp::UNIX_EPOCH, set: read };
    let json = file.to_json().unwrap();
    assert_eq!(ConfigurationFile::parse(json.as_bytes(), 1, None), Ok(file.clone()));
    assert_eq!(serde_json::from_str::<ConfigurationFile>(&json).unwrap(), file);
    assert_eq!(parsed(&json!({})), Ok(Configuration::default()));
}

#[test]
fn what_is_not_known_or_not_possible_is_refused_by_name() {
    let long = "长".repeat(61);
    for (set, name, says) in [
        (json!({"shell": "/bin/sh"}), "unknown-key", "shell"),
        (json!({"idle_s": 59}), "out-of-range", "idle_s is 59; possible are 60 to 180"),
        (json!({"idle_s": 181}), "out-of-range", "idle_s"),
        (json!({"idle_s": -60}), "out-of-range", "idle_s is -60"),
        (json!({"idle_s": "90"}), "out-of-range", "idle_s"),
        (json!({"elder_idle_s": 119}), "out-of-range", "elder_idle_s"),
        (json!({"warning_s": 29}), "out-of-range", "warning_s"),
        (json!({"poll_s_min": 901}), "out-of-range", "poll_s_min"),
        (json!({"spread_s": 301}), "out-of-range", "spread_s is 301; possible are 0 to 300"),
        (json!({"log": "trace"}), "value", "log"),
        (json!({"notice": words(&long)}), "value", "notice"),
        (json!({"notice": words(" ")}), "value", "empty"),
        (json!({"closed": {"zh-CN": "检修中", "en": "Closed"}}), "value", "ru"),
        (json!({"closed": words("检\u{202e}修")}), "value", "closed"),
        (json!({"closed": words("检\n修")}), "value", "closed"),
        (json!({"hours": {"spans": [], "says": words("x")}}), "value", "hours"),
    ] {
        let refused = parsed(&set).unwrap_err();
        assert_eq!(refused.name(), name, "{set}");
        assert!(refused.to_string().contains(says), "{set}: {refused}");
    }
}

#[test]
fn what_is_no_file_is_refused() {
    for bytes in
        [&b"{}"[..], b"", b"[]", br#"{"version":1,"set_at":"2026-11-29T08:00:00Z","set":{},"more":1}"#]
    {
        assert_eq!(ConfigurationFile::parse(bytes, 1, None).unwrap_err().name(), "form");
    }
    let endless = vec![b' '; CONFIGURATION_BYTES_MAX + 1];
    assert_eq!(ConfigurationFile::parse(&endless, 1, None).unwrap_err().name(), "too-large");
}

#[test]
fn no_terminal_can_be_handed_anothers() {
    let set = json!({"idle_s": 90});
    let (own, other) = (file(1, Some("230202-0001"), &set), file(1, Some("230202-0002"), &set));
    let all = file(1, None, &set);
    assert!(ConfigurationFile::parse(&own, 1, Some(&here())).is_ok());
    for (bytes, terminal) in [(&other, Some(here())), (&all, Some(here())), (&own, None)] {
        let refused = ConfigurationFile::parse(bytes, 1, terminal.as_ref()).unwrap_err();
        assert_eq!(refused.name(), "not-for-here");
    }
    let renamed = ConfigurationFile::parse(&all, 2, None).unwrap_err();
    assert_eq!(renamed, BadConfiguration::OtherVersion { says: 1, named: 2 });
}

#[test]
fn each_terminal_has_a_target_of_its_own() {
    assert_eq!(target(None).unwrap().as_str(), "configuration");
    let longest = TerminalId::try_from("Z".repeat(32)).unwrap();
    for terminal in [here(), longest, TerminalId::try_from("A-1".to_owned()).unwrap()] {
        assert_eq!(terminal_of(&target(Some(&terminal)).unwrap()), Some(terminal));
    }
    for other in ["configuration", "catalogue", "configuration.", "configuration.a_b"] {
        assert_eq!(terminal_of(&Key::try_from(other).unwrap()), None, "{other}");
    }
}

#[test]
fn the_terminals_own_keys_win() {
    let all = parsed(&json!({"idle_s": 90, "warning_s": 45, "log": "warn"})).unwrap();
    let own = parsed(&json!({"idle_s": 120, "closed": words("检修中")})).unwrap();
    let both = json!({"idle_s": 120, "warning_s": 45, "log": "warn", "closed": words("检修中")});
    assert_eq!(Value::Object(own.over(&all).entries()), both);
    assert_eq!(Configuration::default().over(&all), all);
}

#[test]
fn hours_are_those_of_qiqihar() {
    let hours = parsed(&json!({"hours": office()})).unwrap().hours.unwrap();
    // 2026-11-27 is a Friday; 00:30 UTC is 08:30 there.
    for (at, open) in [
        ("2026-11-27T00:29:59Z", false),
        ("2026-11-27T00:30:00Z", true),
        ("2026-11-27T03:59:59Z", true),
        ("2026-11-27T04:00:00Z", false),
        ("2026-11-27T08:59:59Z", true),
        ("2026-11-27T09:00:00Z", false),
        ("2026-11-28T01:00:00Z", false),
        ("2026-11-29T23:00:00Z", false),
        ("2026-11-30T00:45:00Z", true),
    ] {
        assert_eq!(hours.is_open(at.parse().unwrap()), open, "{at}");
    }
}

#[test]
fn spans_that_cannot_be_are_refused() {
    let span = |from: &str, until: &str, days: &[&str]| {
        let spans = json!([{"days": days, "from": from, "until": until}]);
        parsed(&json!({"hours": {"spans": spans, "says": words("x")}}))
    };
    assert!(span("00:00", "24:00", &["sun"]).is_ok());
    for (from, until) in [
        ("09:00", "09:00"),
        ("17:00", "08:00"),
        ("8:30", "17:00"),
        ("08:60", "17:00"),
        ("08:30", "24:01"),
        ("08.30", "17:00"),
        ("+8:30", "17:00"),
    ] {
        assert!(span(from, until, &["sun"]).is_err(), "{from} {until}");
    }
    assert!(span("08:00", "17:00", &[]).is_err());
    assert!(span("08:00", "17:00", &["someday"]).is_err());
}
