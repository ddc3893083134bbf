//! How old what the platform published is, and until when its signatures count.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Check;

const NAME: &str = "data";
/// The platform signs targets and snapshots anew when half of their year is over, and roots long before their end.
const SIGNED_WELL: SignedDuration = SignedDuration::from_hours(30 * 24);
const REACH: &str =
    "let the terminal run with the network: it takes what is newer; see `network` and `clock`";
const SIGN: &str = "the platform's operator: its log says why it does not sign anew";

/// Weighs what `commands::published` read.
pub fn weigh(read: &Result<Value, String>, now: Timestamp) -> Check {
    let Ok(told) = read else { return Check::fail(NAME, "not read", "as for the store") };
    let at = |name: &str| told.get(name).and_then(time);
    let (Some(as_of), Some(stale), Some(outdated)) = (at("as_of"), at("stale_since"), at("outdated_since"))
    else {
        return Check::fail(NAME, "nothing was taken from the platform yet", REACH);
    };
    let (as_of, stale, outdated) = (day(as_of), day(stale), day(outdated));
    let (ends, next) = ends(told);
    match told.get("freshness").and_then(Value::as_str) {
        Some("fresh") => {
            let says = format!("fresh until {stale}, as of {as_of}; {ends}");
            let is_signed_well = next.is_some_and(|next| next.duration_since(now) >= SIGNED_WELL);
            if is_signed_well { Check::ok(NAME, says) } else { Check::warn(NAME, says, SIGN) }
        }
        Some("stale") => {
            let says =
                format!("stale since {stale}, as of {as_of}; from {outdated} on most services end; {ends}");
            Check::warn(NAME, says, REACH)
        }
        Some(_) | None => {
            let says =
                format!("outdated since {outdated}, as of {as_of}: most services are not offered; {ends}");
            Check::fail(NAME, says, REACH)
        }
    }
}

/// Until when each role's metadata count, in words, and which of the long-lived ones ends first.
fn ends(told: &Value) -> (String, Option<Timestamp>) {
    let roles = ["root", "targets", "snapshot", "timestamp"];
    let known: Vec<_> = roles
        .into_iter()
        .filter_map(|role| Some((role, told.get("ends")?.get(role).and_then(time)?)))
        .collect();
    let words: Vec<String> = known.iter().map(|(role, end)| format!("{role} {}", day(*end))).collect();
    let next = known.iter().filter(|(role, _)| *role != "timestamp").map(|(_, end)| *end).min();
    (format!("signed until: {}", words.join(", ")), next)
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn day(at: Timestamp) -> String {
    kiosk_text::local_date(at).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Level;
    use super::*;
    use crate::commands::published::testing::{told_after, told_of_nothing};

    fn now() -> Timestamp {
        "2026-11-29T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_age_is_told_with_its_dates_and_weighed() {
        for (days, level, says) in [
            (1, Level::Ok, "fresh until 2026-12-01, as of 2026-11-28"),
            (4, Level::Warn, "stale since 2026-11-28, as of 2026-11-25; from 2026-12-28 on"),
            (40, Level::Fail, "outdated since 2026-11-22, as of 2026-10-20"),
        ] {
            let check = weigh(&Ok(told_after(days, 300, now())), now());
            assert_eq!(check.level, level, "{days}");
            assert!(check.says.starts_with(says), "{}", check.says);
            assert!(check.says.contains("targets 2027-09-25"), "{}", check.says);
        }
    }

    #[test]
    fn a_platform_that_does_not_sign_anew_is_said_in_time() {
        let level = |left| weigh(&Ok(told_after(1, left, now())), now()).level;
        assert_eq!([31, 29].map(level), [Level::Ok, Level::Warn]);
    }

    #[test]
    fn nothing_taken_yet_and_a_store_that_does_not_open_fail() {
        assert_eq!(weigh(&Ok(told_of_nothing()), now()).level, Level::Fail);
        assert_eq!(weigh(&Err("there is none yet".to_owned()), now()).level, Level::Fail);
    }
}
