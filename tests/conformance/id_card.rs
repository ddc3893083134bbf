//! Readers of identity cards.

use kiosk_drivers_api::{Cancel, DeviceStatus, IdCard, IdCardReader, ReaderFault};
use kiosk_id_card::{Config, SerialIdCardReader};
use kiosk_sim::control::Device;
use kiosk_sim::{Options, Simulator};
use kiosk_tests::deadlines::poll;
use secrecy::ExposeSecret;

use crate::bench::{Serial, bench};
use crate::hands::{Deed, Simulated, Technician};
use crate::suite::{
    Case, Desk, NOTICED, RECOVERED, Went, becomes, cancelled, must, run, unplugged_and_plugged,
};

type Reader = SerialIdCardReader;

const CASES: [Case<Reader>; 7] = [
    ("it is online", |desk| {
        becomes(RECOVERED, || desk.driver.status(), |status| status == DeviceStatus::Online)
    }),
    ("an empty field is no card, and no fault", |desk| {
        let result = read(desk);
        must(matches!(result, Err(ReaderFault::NoCard)), || format!("{:?}", result.err()))
    }),
    ("a card is read whole", a_card_is_read),
    ("a card that was read is not read again before it was lifted", |desk| {
        let result = read(desk);
        must(matches!(result, Err(ReaderFault::NoCard)), || format!("{:?}", result.err()))
    }),
    ("a card that was lifted and put down is read again", |desk| {
        if desk.hands.act(Deed::Lift) { a_card_is_read(desk) } else { Went::LeftOut }
    }),
    ("a cancelled look returns soon", |desk| {
        let (_, went) = cancelled(&mut desk.driver, |driver, cancel| driver.read(cancel));
        desk.hands.act(Deed::Lift);
        went
    }),
    ("it is noticed going and coming", |desk| unplugged_and_plugged(desk, IdCardReader::status)),
];

fn read(desk: &mut Desk<Reader>) -> Result<IdCard, ReaderFault> {
    desk.driver.read(&Cancel::default())
}

fn a_card_is_read(desk: &mut Desk<Reader>) -> Went {
    if !desk.hands.act(Deed::Place) {
        return Went::LeftOut;
    }
    let mut last = None;
    let card = poll(NOTICED, || read(desk).inspect_err(|fault| last = Some(fault.to_string())).ok());
    let Some(card) = card else { return Went::Wrong(format!("not read: {last:?}")) };
    let is_whole = !card.name.expose_secret().is_empty() && card.number.expose_secret().len() >= 15;
    must(is_whole, || "the card has no name, or no number".to_owned())
}

fn simulated() -> Desk<Reader> {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(&Options::in_dir(folder.path())).unwrap();
    let serial = Serial { path: simulator.path(Device::IdReader), baud: 115_200 };
    let hands = Box::new(Simulated::of(simulator, Some(Device::IdReader), folder));
    Desk { driver: driver(&serial), hands }
}

fn driver(serial: &Serial) -> Reader {
    Reader::new(Config { path: serial.path.display().to_string(), baud: serial.baud, fingerprints: false })
}

#[test]
fn id_card() {
    let bench = bench();
    let real = |serial: Serial| Desk {
        driver: driver(&serial),
        hands: Box::new(Technician { present: bench.hands }),
    };
    run("id-card", &CASES, bench.id_card.map_or_else(simulated, real));
}
