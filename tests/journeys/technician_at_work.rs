//! A technician at a terminal that runs: what is done at its devices, what is refused, and what the doctor says.

use std::path::{Path, PathBuf};

use kiosk_sim::control::{CardAction, Command, Device, Link, PrinterState};
use kiosk_tests::deadlines::{FOUND, poll};
use kiosk_tests::scenario::{parse, play};
use kiosk_tests::world::{DisplayChoice, Plan, Programs, World};
use serde_json::{Value, json};

use crate::technician::{Outcome, kiosk};

pub struct Site {
    pub world: World,
    out: tempfile::TempDir,
}

impl Site {
    pub fn new() -> Self {
        let out = tempfile::tempdir().unwrap();
        let plan = Plan { logs: out.path().to_owned(), display: DisplayChoice::Own, keep: false };
        Self { world: World::start(&plan).unwrap(), out }
    }

    pub fn kiosk(&self, words: &[&str]) -> Outcome {
        kiosk(self.world.terminal.config(), words)
    }

    fn act(&self, act: &Command) {
        self.world.simulator.act(act).unwrap();
    }

    pub fn play(&mut self, steps: &str) {
        let scenario = parse("technician", steps).unwrap();
        let out = self.out.path().to_owned();
        let report = play(&mut self.world, &scenario, &out, &out);
        assert!(!report.failed(), "{}", report.table());
    }

    /// Asks until the report has this exit code.
    pub fn doctor_ends_with(&self, code: i32) -> Value {
        let report = poll(FOUND, || {
            Some(self.kiosk(&["doctor", "--json"])).filter(|report| report.code == Some(code))
        });
        let report = report.unwrap_or_else(|| panic!("not {code}: {}", self.kiosk(&["doctor"]).said));
        report.json()
    }
}

pub fn level(report: &Value, name: &str) -> String {
    let mut checks = report["checks"].as_array().unwrap().iter();
    checks.find(|check| check["name"] == name).unwrap()["level"].as_str().unwrap().to_owned()
}

fn terminal_says(report: &Value) -> &str {
    report["checks"][0]["says"].as_str().unwrap()
}

#[test]
fn each_device_is_proven_alone_while_nobody_is_served() {
    let mut site = Site::new();
    site.play("wait screen attract within 20 s");
    let tested = site.kiosk(&["devices", "test", "id-card", "--json"]);
    assert_eq!((tested.code, &tested.json()["status"]), (Some(0), &json!("online")), "{}", tested.complained);
    let printed = site.kiosk(&["devices", "print-test", "--json"]);
    assert_eq!((printed.code, &printed.json()["printed"]), (Some(0), &json!(true)), "{}", printed.complained);
    let page = site.kiosk(&["devices", "print-test", "--kind", "page", "--json"]);
    assert_eq!(page.code, Some(0), "{}", page.complained);

    let config = site.world.terminal.config().to_owned();
    let reading = std::thread::spawn(move || kiosk(&config, &["devices", "read-card", "--json"]));
    // Only once the technician has the reader: until then a card begins a visit.
    let is_lent =
        || terminal_says(&site.kiosk(&["doctor", "--json"]).json()).contains("technician").then_some(());
    poll(FOUND, is_lent).expect("nobody waits for the card");
    site.act(&Command::Card(CardAction::Place { resident: "alice".to_owned() }));
    let card = reading.join().unwrap();
    assert_eq!(
        (card.code, &card.json()["validity"]),
        (Some(0), &json!("valid until 2035-04-16")),
        "{}",
        card.complained
    );
    site.play("wait screen attract");
    site.act(&Command::Card(CardAction::Lift));

    site.play("language zh-CN\nwait screen home");
    let refused = site.kiosk(&["devices", "test", "receipt-printer", "--json"]);
    assert_eq!(refused.code, Some(2), "{}", refused.said);
    assert!(refused.complained.contains("a visit is under way"), "{}", refused.complained);
}

impl Site {
    /// Exports the trail and gives its file.
    fn export(&self, name: &str) -> PathBuf {
        let file = self.out.path().join(name);
        let exported = self.kiosk(&["journal", "export", "--out", file.to_str().unwrap()]);
        assert_eq!(exported.code, Some(0), "{name}: {}", exported.complained);
        file
    }

    /// What the platform's operator is told of the trail.
    fn head(&self) -> PathBuf {
        let (file, folder) = (self.out.path().join("head.jsonl"), self.world.folder().join("platform"));
        let mut head = std::process::Command::new(Programs::find().unwrap().platform);
        head.args(["head", "230202-0001", "--dir"]).arg(folder).arg("--out").arg(&file);
        assert!(head.status().unwrap().success());
        file
    }
}

/// What `journal-verify` says of an export.
fn verified(export: &Path, more: &[&str]) -> (Option<i32>, String) {
    let program = Programs::find().unwrap().kiosk.with_file_name("journal-verify");
    let output = std::process::Command::new(program).arg(export).args(more).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_trail_is_exported_while_the_terminal_runs_and_after_it_ended() {
    let mut site = Site::new();
    site.play("wait screen attract within 20 s\nlanguage zh-CN\nwait screen home");
    let (code, said) = verified(&site.export("running"), &[]);
    assert_eq!(code, Some(0), "{said}");
    site.world.terminal.kill();
    let (code, said) = verified(&site.export("ended"), &[]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_end_that_was_cut_off_shows_against_the_platforms_head() {
    let mut site = Site::new();
    site.play("wait screen attract within 20 s\nlanguage zh-CN\nwait screen home");
    let shown = |row: &u64| *row > 2;
    let countersigned =
        || site.kiosk(&["journal", "verify", "--json"]).json()["countersigned"].as_u64().filter(shown);
    poll(FOUND, countersigned).expect("the platform countersigns nothing");
    let (export, head) = (site.export("export"), site.head());
    let (code, said) = verified(&export, &["--head", head.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");

    // Also without what the terminal itself keeps of the countersignature.
    let text = std::fs::read_to_string(&export).unwrap();
    let is_left = |line: &&str| line.contains("\"line\":\"journal\"") || line.contains("\"seq\":1,");
    let cut = text.lines().filter(is_left).collect::<Vec<_>>().join("\n");
    std::fs::write(&export, cut).unwrap();
    assert_eq!(verified(&export, &[]).0, Some(0), "it hides the cut");
    let (code, said) = verified(&export, &["--head", head.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the first bad row is 2: the row is missing"), "{said}");
}

#[test]
fn the_doctor_sees_what_is_wrong_and_that_it_was_mended() {
    let mut site = Site::new();
    site.play("wait screen attract within 20 s");
    assert_eq!(site.doctor_ends_with(0)["verdict"], "ok");

    site.act(&Command::Printer { state: PrinterState::NearEnd });
    assert_eq!(level(&site.doctor_ends_with(1), "receipt_printer.paper"), "warn");
    site.act(&Command::Printer { state: PrinterState::PaperOut });
    assert_eq!(level(&site.doctor_ends_with(2), "receipt_printer.paper"), "fail");
    site.act(&Command::Printer { state: PrinterState::Ok });
    site.doctor_ends_with(0);

    site.act(&Command::Unplug { device: Device::IdReader });
    assert_eq!(level(&site.doctor_ends_with(2), "id_card"), "fail");
    site.act(&Command::Plug { device: Device::IdReader });
    site.doctor_ends_with(0);

    site.act(&Command::Network { link: Link::Cut });
    let report = site.doctor_ends_with(1);
    assert_eq!((level(&report, "network"), level(&report, "journal")), ("warn".to_owned(), "ok".to_owned()));
    site.act(&Command::Network { link: Link::Restore });

    site.world.terminal.kill();
    let report = site.doctor_ends_with(0);
    assert!(terminal_says(&report).contains("does not run"), "{report}");
}
