//! A terminal out of service: by its administrator, and by the platform. Both stay over a power cut, and data are kept.

use std::process::Command;

use kiosk_tests::deadlines::{FOUND, poll};
use kiosk_tests::world::Programs;
use serde_json::json;

use crate::technician_at_work::{Site, level};

#[test]
fn the_machines_administrator_takes_it_out_of_service_and_puts_it_back() {
    let mut site = Site::new();
    site.play("wait screen attract within 20 s");
    assert_eq!(site.kiosk(&["service"]).said.trim(), "in service");
    let paused = site.kiosk(&["service", "pause"]);
    assert_eq!(paused.code, Some(0), "{}", paused.complained);
    site.play("wait screen out-of-service\nwait text \"正在维护，暂停服务\"\nwait text \"12345\"");
    assert_eq!(level(&site.doctor_ends_with(1), "service"), "warn");
    let listed = site.kiosk(&["devices", "--json"]).said;
    let first: serde_json::Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    assert_eq!(first["kind"], "terminal", "{listed}");
    assert!(first["status"].as_str().unwrap().starts_with("out of service since"), "{listed}");

    // A power cut; then while it does not run.
    site.play("kill terminal\nstart terminal\nwait text \"正在维护，暂停服务\"");
    site.world.terminal.kill();
    assert_eq!(level(&site.doctor_ends_with(1), "service"), "warn");
    let resumed = site.kiosk(&["service", "resume"]);
    assert_eq!((resumed.code, resumed.said.trim()), (Some(0), "in service"), "{}", resumed.complained);
    site.play("start terminal\nwait screen attract within 20 s");
    assert_eq!(site.kiosk(&["service", "--json"]).json()["pause"], json!(null));
}

fn operator(site: &Site, words: &[&str]) {
    let mut operator = Command::new(Programs::find().unwrap().platform);
    operator.args(words).arg("--dir").arg(site.world.folder().join("platform"));
    assert!(operator.status().unwrap().success(), "{words:?}");
}

#[test]
fn a_terminal_whose_rights_were_taken_closes_and_opens_when_it_is_readmitted() {
    let mut site = Site::new();
    site.play("wait screen attract within 20 s");
    site.doctor_ends_with(0);
    operator(&site, &["revoke", "230202-0001"]);
    site.play("wait screen out-of-service within 20 s\nwait text \"12345\"");
    let report = site.doctor_ends_with(2);
    assert_eq!([level(&report, "service"), level(&report, "journal")], ["fail", "ok"]);
    // It stays so without the platform's word, and over a power cut.
    site.play("network cut\nkill terminal\nstart terminal\nwait screen out-of-service\nnetwork restore");
    operator(&site, &["readmit", "230202-0001"]);
    // A terminal that was told no asks again after minutes; a start asks at once.
    site.play("kill terminal\nstart terminal\nwait screen attract within 20 s");
    let is_well = || (site.kiosk(&["doctor"]).code == Some(0)).then_some(());
    poll(FOUND, is_well).expect("it is not well again");
}
