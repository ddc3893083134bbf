#![allow(clippy::unwrap_used)]

use std::fs;

use tempfile::TempDir;

use super::super::Level;
use super::*;
use swtpm::Swtpm;

#[path = "../../../../sync/tpm/tests/swtpm/mod.rs"]
mod swtpm;

/// A terminal whose key is to be kept so.
fn setup(folder: &TempDir, kept: &str, tpm: &str) -> Setup {
    let data = folder.path().display().to_string();
    let config = include_str!("../../../../packaging/kiosk.toml").replace("/var/lib/hecheng-kiosk", &data);
    let own = format!("[store]\nkey = \"{kept}\"\ntpm = \"{tpm}\"\n");
    let file = folder.path().join("kiosk.toml");
    fs::write(&file, config.replace("[store]\n", &own)).unwrap();
    Setup::load(&file).unwrap()
}

#[test]
fn it_says_where_the_key_is_and_whether_the_chip_gives_it() {
    let (folder, mut chip) = (tempfile::tempdir().unwrap(), Swtpm::new());
    let sealed = setup(&folder, "tpm", &chip.place());
    assert_eq!(look(&sealed).level, Level::Fail, "there is none yet");
    sealed.store_key().create().unwrap();
    let check = look(&sealed);
    assert!(check.level == Level::Ok && check.says.contains(&chip.place()), "{check:?}");
    let check = look(&setup(&folder, "file", &chip.place()));
    assert!(check.level == Level::Warn && check.cure.unwrap().contains("rekey"));
    chip.stop();
    let check = look(&sealed);
    assert!(check.level == Level::Fail && check.says.contains("store.tpm"), "{check:?}");
}

#[test]
fn a_plain_key_needs_no_chip_and_is_named_where_one_should_seal_it() {
    let folder = tempfile::tempdir().unwrap();
    let plain = setup(&folder, "file", "device:/dev/no-such-tpm");
    plain.store_key().create().unwrap();
    assert_eq!(look(&plain).level, Level::Ok);
    let check = look(&setup(&folder, "tpm", "device:/dev/no-such-tpm"));
    assert!(check.level == Level::Warn && check.says.contains("in the plain"), "{check:?}");
}
