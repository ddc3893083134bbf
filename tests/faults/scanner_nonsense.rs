//! A code holds any bytes at all.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use kiosk_drivers_api::ScanFault;
use kiosk_serial::Link;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::scanner_desk::{KINDS, ScannerDesk, VirtualDesk, show_bytes};

/// Codes for each kind of scanner.
const CASES: u32 = 200;
/// One call looks for 10 s, and hears out what is on its way for 4 s before and after.
const CALL: Duration = Duration::from_secs(19);

/// Of these codes, and of the same ones again where the environment says so.
fn seed() -> u64 {
    match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(()),
    }
}

fn runner(seed: u64) -> TestRunner {
    let rng_seed = RngSeed::Fixed(seed);
    TestRunner::new(Config { cases: CASES, failure_persistence: None, rng_seed, ..Config::default() })
}

/// Any bytes; the first is none that a line could begin with unseen.
fn content() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(b'\r'), Just(0x03), Just(0xF3), any::<u8>(), any::<u8>()], 0..300)
        .prop_map(|rest| [b"x", rest.as_slice()].concat())
}

fn is_typed(read: &Result<String, ScanFault>) -> bool {
    matches!(read, Ok(_) | Err(ScanFault::Unreadable | ScanFault::Garbled))
}

/// In virtual time, so that a code is on the line as long as its bytes take there, and no longer.
#[test]
fn it_is_read_or_a_typed_fault_in_time_and_the_next_code_is_read() {
    let seed = seed();
    for kind in KINDS {
        let (desk, number) = (std::cell::RefCell::new(VirtualDesk::new(kind)), std::cell::Cell::new(0));
        let result = runner(seed).run(&content(), |bytes| {
            let mut desk = desk.borrow_mut();
            desk.show(&bytes);
            let start = desk.line.now();
            let first = desk.text();
            prop_assert!(desk.line.now() - start < CALL);
            prop_assert!(is_typed(&first), "{:?}", first);
            number.set(number.get() + 1);
            let good = format!("code {}", number.get());
            desk.show(good.as_bytes());
            prop_assert_eq!(desk.text(), Ok(good));
            Ok(())
        });
        result.unwrap_or_else(|failure| panic!("{kind:?}, PROPTEST_RNG_SEED={seed}: {failure}"));
    }
}

/// Over a pty: so short that it comes at once.
#[test]
fn a_code_of_control_characters_is_read_or_a_typed_fault_and_the_next_code_is_read() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        desk.act(show_bytes(b"x\x03\xF3\x1D\x00"));
        let first = desk.text();
        assert!(is_typed(&first), "{kind:?}: {first:?}");
        desk.show("next");
        assert_eq!(desk.text().as_deref(), Ok("next"), "{kind:?}");
    }
}
