//! Code scanners on a serial line.

use kiosk_drivers_api::{Cancel, CodeScanner, DeviceStatus, Scan, ScanFault};
use kiosk_scanner::{Config, Dialect, SerialCodeScanner};
use kiosk_sim::control::Device;
use kiosk_sim::{Options, Simulator};
use secrecy::ExposeSecret;

use crate::bench::{Scanner as OnBench, bench};
use crate::hands::{Deed, Simulated, Technician};
use crate::suite::{Case, Desk, RECOVERED, Went, becomes, cancelled, must, run, unplugged_and_plugged};

type Scanner = SerialCodeScanner;

const CASES: [Case<Scanner>; 5] = [
    ("it is online", |desk| {
        becomes(RECOVERED, || desk.driver.status(), |status| status == DeviceStatus::Online)
    }),
    ("a code is read whole", a_code_is_read),
    ("a cancelled look returns soon", |desk| {
        desk.hands.act(Deed::Lift);
        let (result, went) = cancelled(&mut desk.driver, |driver, cancel| driver.scan(cancel));
        match result {
            Err(ScanFault::Cancelled) => went,
            Err(fault) => Went::Wrong(format!("cancelled, it said {fault}")),
            // Nobody took the last code away.
            Ok(_) => Went::LeftOut,
        }
    }),
    ("it is noticed going and coming", |desk| unplugged_and_plugged(desk, CodeScanner::status)),
    ("a code is read once the plug is in again", a_code_is_read),
];

fn a_code_is_read(desk: &mut Desk<Scanner>) -> Went {
    if !desk.hands.act(Deed::Place) {
        return Went::LeftOut;
    }
    let text = |scan: Scan| !scan.text.expose_secret().is_empty();
    let read = desk.driver.scan(&Cancel::default()).map(text);
    must(read == Ok(true), || format!("{read:?}"))
}

fn simulated() -> Desk<Scanner> {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(&Options::in_dir(folder.path())).unwrap();
    let (path, dialect) = (simulator.path(Device::Scanner), "newland".to_owned());
    let hands = Box::new(Simulated::of(simulator, Some(Device::Scanner), folder));
    Desk { driver: driver(&OnBench { path, baud: 115_200, dialect }), hands }
}

fn driver(scanner: &OnBench) -> Scanner {
    let dialect = Dialect::named(&scanner.dialect);
    let dialect = dialect.unwrap_or_else(|| panic!("no scanner talks {:?}", scanner.dialect));
    Scanner::new(Config { path: scanner.path.display().to_string(), baud: scanner.baud, dialect })
}

#[test]
fn scanner() {
    let bench = bench();
    let real = |scanner: OnBench| Desk {
        driver: driver(&scanner),
        hands: Box::new(Technician { present: bench.hands }),
    };
    run("scanner", &CASES, bench.scanner.map_or_else(simulated, real));
}
