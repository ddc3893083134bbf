//! A terminal that was switched off past the end of its certificate comes back without a hand, on the real programs.

use std::path::Path;
use std::time::{Duration, SystemTime};

use kiosk_tests::deadlines::{FOUND, poll};
use kiosk_tests::world::{DisplayChoice, Plan, World};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair};

use crate::technician::kiosk;

const TERMINAL: &str = "230202-0001";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A certificate for the terminal's own key by the platform's authority that ended so long ago.
fn ended(identity: &Path, platform: &Path, ago: Duration) -> String {
    let key = |path: &Path| KeyPair::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap();
    let ca = std::fs::read_to_string(platform.join("ca.pem")).unwrap();
    let ca = Issuer::from_ca_cert_pem(&ca, key(&platform.join("ca.key"))).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, TERMINAL);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let day = rcgen::date_time_ymd(1970, 1, 1);
    (params.not_before, params.not_after) = (day + (now - ago - 90 * DAY), day + (now - ago));
    params.signed_by(&key(&identity.join("terminal.key")), &ca).unwrap().pem()
}

fn level(world: &World, name: &str) -> String {
    let report = kiosk(world.terminal.config(), &["doctor", "--json"]).json();
    let mut checks = report["checks"].as_array().unwrap().iter();
    checks.find(|check| check["name"] == name).unwrap()["level"].as_str().unwrap().to_owned()
}

#[test]
fn a_certificate_that_ended_is_renewed_with_the_same_key() {
    let out = tempfile::tempdir().unwrap();
    let plan = Plan { logs: out.path().to_owned(), display: DisplayChoice::Own, keep: false };
    let mut world = World::start(&plan).unwrap();
    world.terminal.kill();
    let (identity, platform) = (world.folder().join("terminal/identity"), world.folder().join("platform"));
    let certificate = identity.join("terminal.crt");
    let (old, key) = (ended(&identity, &platform, 10 * DAY), std::fs::read(identity.join("terminal.key")));
    std::fs::write(&certificate, &old).unwrap();
    assert_eq!([level(&world, "certificate"), level(&world, "network")], ["fail", "warn"]);

    world.terminal.start(&world.glass).unwrap();
    let is_renewed = || (std::fs::read_to_string(&certificate).unwrap() != old).then_some(());
    poll(FOUND, is_renewed).expect("it is not renewed");
    let is_well = || (level(&world, "network") == "ok").then_some(());
    poll(FOUND, is_well).expect("the platform does not answer to it");
    assert_eq!(level(&world, "certificate"), "ok");
    assert_eq!(std::fs::read(identity.join("terminal.key")).unwrap(), key.unwrap());
}
