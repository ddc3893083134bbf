//! The network, the platform behind it, its clock beside ours, the certificate, and the catalogue.

use std::net::{TcpStream, ToSocketAddrs};

use jiff::{SignedDuration, Timestamp};
use kiosk_client::renewal::Validity;
use kiosk_client::{HttpTransport, Identity, Look, Offer};

use super::Check;
use super::kept::Kept;
use crate::deadlines::REACH;
use crate::setup::Setup;

/// A difference that neither people nor certificates notice.
const CLOCK_WELL: SignedDuration = SignedDuration::from_secs(5);
/// A difference at which the times on receipts and in the trail are wrong.
const CLOCK_BARELY: SignedDuration = SignedDuration::from_mins(5);
/// The terminal renews 45 days before the end; one that ends sooner than this could not for two weeks.
pub const CERTIFICATE_WELL: SignedDuration = SignedDuration::from_hours(30 * 24);
const RENEW: &str = "let the terminal run with the network: it renews it by itself";
const RENEW_LATE: &str =
    "let the terminal run with the network: within the platform's grace it renews it; else a new ticket";

/// Asks the platform as this terminal.
pub fn look(setup: &Setup, identity: &Identity, kept: Option<Kept>) -> Vec<Check> {
    let asked = ask(setup, identity, kept.map(|kept| kept.version));
    let now = Timestamp::now();
    vec![
        network(&asked),
        clock(asked.as_ref().ok().and_then(|look| look.clock), now),
        certificate(identity, now),
        catalogue(kept, asked.ok().map(|look| look.catalogue), now),
    ]
}

/// Without an identity only the address can be tried.
pub fn reach(url: &str, why: &str) -> Vec<Check> {
    let cure = "kiosk enrol --ticket …";
    let place = url.trim_start_matches("https://");
    let mut found = place.to_socket_addrs().into_iter().flatten();
    let network = match found.any(|address| TcpStream::connect_timeout(&address, REACH).is_ok()) {
        true => Check::ok("network", format!("{place} takes connections")),
        false => Check::warn("network", format!("{place} takes no connection"), UNREACHABLE),
    };
    let not_looked = |name| Check::fail(name, why, cure);
    let clock = Check::warn("clock", "not compared: only an enrolled terminal may ask", cure);
    vec![network, clock, not_looked("certificate"), not_looked("catalogue")]
}

const UNREACHABLE: &str = "cable, router, platform.url; the terminal goes on without, and sends later";

type Asked = Result<Look, String>;

fn ask(setup: &Setup, identity: &Identity, have: Option<u64>) -> Asked {
    let transport =
        HttpTransport::new(&setup.config.platform.url, identity).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(transport.look(have)).map_err(|error| error.to_string())
}

fn network(asked: &Asked) -> Check {
    match asked {
        Ok(_) => Check::ok("network", "the platform answers this terminal"),
        Err(error) => Check::warn("network", error.clone(), UNREACHABLE),
    }
}

fn clock(theirs: Option<Timestamp>, now: Timestamp) -> Check {
    let Some(theirs) = theirs else {
        return Check::warn("clock", "not compared: the platform did not tell its time", UNREACHABLE);
    };
    let off = now.duration_since(theirs).abs();
    let says = format!("{} s from the platform's", off.as_secs());
    let cure = "let the system's time service run: timedatectl set-ntp true";
    match off {
        _ if off <= CLOCK_WELL => Check::ok("clock", says),
        _ if off <= CLOCK_BARELY => Check::warn("clock", says, cure),
        _ => Check::fail("clock", says, cure),
    }
}

fn certificate(identity: &Identity, now: Timestamp) -> Check {
    match identity.validity() {
        Ok(validity) => weigh(validity, now),
        Err(error) => {
            Check::fail("certificate", error.to_string(), "enrol the terminal again with a new ticket")
        }
    }
}

fn weigh(validity: Validity, now: Timestamp) -> Check {
    let date = |at| kiosk_text::local_date(at);
    let Validity { from, until } = validity;
    let age = days(now.duration_since(from));
    let is = if now < validity.half() { "will be" } else { "was" };
    let says =
        format!("{age} days old, until {}; renewal {is} due on {}", date(until), date(validity.half()));
    match until.duration_since(now) {
        _ if from > now => {
            Check::fail("certificate", format!("only from {}", date(from)), "set the clock right")
        }
        left if left >= CERTIFICATE_WELL => Check::ok("certificate", says),
        left if left.is_positive() => Check::warn("certificate", says, RENEW),
        _ => Check::fail("certificate", format!("ended on {}", date(until)), RENEW_LATE),
    }
}

fn catalogue(kept: Option<Kept>, offer: Option<Offer>, now: Timestamp) -> Check {
    let Some(kept) = kept else {
        return Check::fail("catalogue", "none", "let the terminal run with the network once");
    };
    let age = days(now.duration_since(kept.published_at));
    let says = format!("version {}, published {age} days ago", kept.version);
    match offer {
        Some(Offer::Same) | None => Check::ok("catalogue", says),
        Some(Offer::Newer | Offer::Nothing) => {
            let says = format!("{says}; the platform has another");
            Check::warn("catalogue", says, "let the terminal run with the network: it fetches it")
        }
    }
}

fn days(time: SignedDuration) -> i64 {
    time.as_hours() / 24
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Level;
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("{day}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_clock_is_weighed_by_its_difference() {
        let now = at("2026-01-01");
        for (seconds, level) in [(0, Level::Ok), (-5, Level::Ok), (60, Level::Warn), (-3600, Level::Fail)] {
            let theirs = now + SignedDuration::from_secs(seconds);
            assert_eq!(clock(Some(theirs), now).level, level, "{seconds}");
        }
        assert_eq!(clock(None, now).level, Level::Warn);
    }

    #[test]
    fn a_certificate_is_weighed_by_what_is_left_of_it() {
        let until = at("2026-06-01");
        for (now, level) in [
            ("2026-01-01", Level::Ok),
            ("2026-05-20", Level::Warn),
            ("2026-06-02", Level::Fail),
            ("2025-01-01", Level::Fail),
        ] {
            let validity = Validity { from: at("2025-06-01"), until };
            assert_eq!(weigh(validity, at(now)).level, level, "{now}");
        }
    }

    #[test]
    fn it_is_told_when_renewal_is_due() {
        let validity = Validity { from: at("2026-01-01"), until: at("2026-04-01") };
        let says = |now| weigh(validity, at(now)).says;
        assert!(says("2026-02-01").ends_with("renewal will be due on 2026-02-15"), "{}", says("2026-02-01"));
        assert!(says("2026-02-16").ends_with("renewal was due on 2026-02-15"), "{}", says("2026-02-16"));
    }

    #[test]
    fn a_catalogue_is_weighed_by_the_platforms() {
        let kept = Some(Kept { version: 7, published_at: at("2026-01-01") });
        let level = |kept, offer| catalogue(kept, offer, at("2026-02-01")).level;
        assert_eq!(level(kept, Some(Offer::Same)), Level::Ok);
        assert_eq!(level(kept, None), Level::Ok);
        assert_eq!(level(kept, Some(Offer::Newer)), Level::Warn);
        assert_eq!(level(None, Some(Offer::Newer)), Level::Fail);
    }
}
