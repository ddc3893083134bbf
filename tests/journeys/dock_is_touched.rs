//! A tester touches the dock, and it happens at the devices; what happens there shows on the dock.

use std::path::Path;
use std::sync::Arc;

use kiosk_sim::control::{Command, Link};
use kiosk_sim::{Options, Simulator};
use kiosk_tests::deadlines::{FOUND, READY, poll};
use kiosk_tests::screen::{Glass, Target};
use kiosk_tests::world::{Desk, DisplayChoice, Dock};

#[test]
fn a_touch_places_a_card_and_what_is_wrong_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start(&DisplayChoice::Own, folder.path()).unwrap();
    let simulator = Simulator::start(&Options::in_dir(folder.path())).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let glass = Glass::open(desk.display(), desk.session_bus(), Arc::new(runtime)).unwrap();
    let _dock = Dock::start(folder.path(), &desk, 0, folder.path()).unwrap();

    let place = Target::Label("place alice".to_owned());
    poll(READY, || glass.touch(&place).ok()).expect("the dock never had the button");
    let placed = || (simulator.state().reader.card.as_deref() == Some("alice")).then_some(());
    poll(FOUND, placed).expect("the card was never placed");
    poll(FOUND, || glass.read().ok()?.shows("card: alice").then_some(())).expect("the dock never showed it");

    // There is no network to cut: the simulator says so, and nothing can be touched.
    assert!(simulator.act(&Command::Network { link: Link::Cut }).is_err());
    assert!(glass.read().unwrap().shows("no proxy"));
    drop(simulator);
    poll(FOUND, || glass.read().ok()?.shows("no answer").then_some(())).expect("its end was never shown");
    glass.picture(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("dock.png")).unwrap();
}
