//! A code holds any bytes at all.

use std::time::{Duration, Instant};

use kiosk_drivers_api::ScanFault;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::scanner_desk::{KINDS, ScannerDesk, show_bytes};

/// Codes for each kind of scanner.
const CASES: u32 = 12;
/// One call looks for 10 s, and hears out what is on its way for 4 s before and after.
const CALL: Duration = Duration::from_secs(19);

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() })
}

/// Any bytes; the first is none that a line could begin with unseen.
fn content() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(b'\r'), Just(0x03), Just(0xF3), any::<u8>(), any::<u8>()], 0..300)
        .prop_map(|rest| [b"x", rest.as_slice()].concat())
}

#[test]
fn it_is_read_or_a_typed_fault_in_time_and_the_next_code_is_read() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || {
                let (desk, number) =
                    (std::cell::RefCell::new(ScannerDesk::new(kind)), std::cell::Cell::new(0));
                let result = runner().run(&content(), |bytes| {
                    let mut desk = desk.borrow_mut();
                    desk.act(show_bytes(&bytes));
                    let start = Instant::now();
                    let first = desk.text();
                    prop_assert!(start.elapsed() < CALL);
                    let expected = matches!(first, Ok(_) | Err(ScanFault::Unreadable | ScanFault::Garbled));
                    prop_assert!(expected, "{first:?}");
                    number.set(number.get() + 1);
                    let good = format!("code {}", number.get());
                    desk.show(&good);
                    prop_assert_eq!(desk.text(), Ok(good));
                    Ok(())
                });
                result.unwrap_or_else(|failure| panic!("{kind:?}: {failure}"));
            });
        }
    });
}
