//! Readers of chip cards, below the system's own service. No PIN is tried: a wrong one costs a real card a try.

use kiosk_drivers_api::{Cancel, DeviceStatus, SmartCard, SmartCardFault, SmartCardReader};
use kiosk_sim::{Options, Simulator};
use kiosk_smart_card::{Config, PcscSmartCardReader};
use kiosk_tests::deadlines::poll;
use kiosk_tests::pcscd::{Pcscd, address, reader};
use secrecy::ExposeSecret;

use crate::bench::{Reader as OnBench, bench};
use crate::hands::{Deed, Simulated, Technician};
use crate::suite::{Case, Desk, RECOVERED, Went, becomes, cancelled, must, run};

type Reader = PcscSmartCardReader;

const CASES: [Case<Reader>; 6] = [
    ("it is online", |desk| {
        becomes(RECOVERED, || desk.driver.status(), |status| status == DeviceStatus::Online)
    }),
    ("an empty slot is no card, and no fault", no_card),
    ("a card is read whole", a_card_is_read),
    ("a card that was read is not read again before it was taken out", no_card),
    ("a card that was taken out and put in is read again", |desk| {
        if !desk.hands.act(Deed::Lift) {
            return Went::LeftOut;
        }
        a_card_is_read(desk)
    }),
    ("a cancelled look returns soon", |desk| {
        let (_, went) = cancelled(&mut desk.driver, |driver, cancel| driver.read(cancel));
        desk.hands.act(Deed::Lift);
        went
    }),
];

fn no_card(desk: &mut Desk<Reader>) -> Went {
    let result = desk.driver.read(&Cancel::default());
    must(matches!(result, Err(SmartCardFault::NoCard)), || format!("{:?}", result.err()))
}

fn a_card_is_read(desk: &mut Desk<Reader>) -> Went {
    if !desk.hands.act(Deed::Place) {
        return Went::LeftOut;
    }
    let mut last = None;
    let read = |driver: &mut Reader| driver.read(&Cancel::default());
    let card =
        poll(RECOVERED, || read(&mut desk.driver).inspect_err(|fault| last = Some(fault.to_string())).ok());
    match card {
        Some(SmartCard::SocialSecurity(card)) => {
            must(card.card_number.expose_secret().len() == 9, || "the card has no number".to_owned())
        }
        Some(SmartCard::Bank(card)) => {
            must(card.masked_number.expose_secret().contains('*'), || "the number is not masked".to_owned())
        }
        Some(SmartCard::Technician(card)) => {
            must(!card.serial.is_empty(), || "the card does not name itself".to_owned())
        }
        None => Went::Wrong(format!("not read: {last:?}")),
    }
}

/// The simulator's card in the first slot, and the service that must outlive the desk; none where it may not be started.
fn simulated() -> Option<(Pcscd, tempfile::TempDir, Desk<Reader>)> {
    if !Pcscd::may_start() {
        eprintln!("smart-card: left out, only root may start pcscd");
        return None;
    }
    let (logs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pcscd = Pcscd::start(logs.path()).unwrap();
    let options = Options { vpcd: Some(address(0)), ..Options::in_dir(folder.path()) };
    let simulator = Simulator::start(&options).unwrap();
    let driver = Reader::new(Config { reader: reader(0), ..Config::default() });
    let hands = Box::new(Simulated::of(simulator, None, folder));
    Some((pcscd, logs, Desk { driver, hands }))
}

#[test]
fn smart_card() {
    let bench = bench();
    if let Some(OnBench { reader }) = bench.smart_card {
        let hands = Box::new(Technician { present: bench.hands });
        return run(
            "smart-card",
            &CASES,
            Desk { driver: Reader::new(Config { reader, ..Config::default() }), hands },
        );
    }
    if let Some((_pcscd, _logs, desk)) = simulated() {
        run("smart-card", &CASES, desk);
    }
}
