//! libFuzzer around one target, named by `KIOSK_FUZZ_TARGET`; `./x torture fuzz` runs all of them.
#![no_main]

use std::sync::LazyLock;

use kiosk_fuzz::{Target, target};

/// Set once, so that no input looks it up again.
static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("KIOSK_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("KIOSK_FUZZ_TARGET={name} names no target"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.eat)(bytes));
