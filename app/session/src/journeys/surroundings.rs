//! Devices, network and catalogue come and go.

use std::sync::Arc;

use kiosk_drivers_api::{DeviceStatus, PageFault, PrintFault};
use kiosk_model::{Action, Overlay};
use kiosk_protocol::catalogue::Catalogue;

use crate::testing::*;
use crate::{Age, AskTrouble, Event, Link, Room};

/// A terminal in each state but out of service.
fn every_state() -> Vec<World> {
    let after = |mut world: World, touches: &[Action]| {
        world.touch_all(touches.iter().cloned());
        world
    };
    let mut printed = World::at_receipt();
    printed.printed(Ok(()));
    let mut answer = after(World::at_home(), &[Action::OpenTile(ASK), Action::Start]);
    answer.answer(Ok(values()));
    let mut unavailable = after(World::at_home(), &[Action::OpenCases]);
    unavailable.answer(Err(AskTrouble::Failed));
    let mut unsure = after(World::at_confirm(), &[Action::Submit]);
    unsure.wait(15);
    let mut cases = after(World::at_home(), &[Action::OpenCases]);
    cases.answer(Ok(serde_json::from_str(r#"{"reply":"cases","cases":[]}"#).unwrap()));
    vec![
        World::new(),
        World::at_home(),
        after(World::at_home(), &[Action::OpenTile(APPLY)]),
        after(World::new(), &[Action::Wake, Action::OpenCases]),
        after(World::at_home(), &[Action::OpenTile(ASK), Action::Start]),
        World::in_form(),
        World::at_confirm(),
        after(World::at_confirm(), &[Action::Submit]),
        unsure,
        World::at_receipt(),
        answer,
        unavailable,
        cases,
        after(World::at_home_unknown(), &[Action::ScanReceipt]),
        after(printed, &[Action::Finish]),
        after(World::at_home(), &[Action::End]),
    ]
}

#[test]
fn devices_and_network_may_come_and_go_in_every_state() {
    let seen: std::collections::BTreeSet<&str> = every_state().iter().map(World::state).collect();
    assert_eq!(seen.len(), 16, "{seen:?}");
    for mut world in every_state() {
        more_devices(&mut world, DeviceStatus::Online, None);
        let (name, before) = (world.state(), world.screen());
        world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
        world.send(Event::PrinterChanged(printer(Some(PrintFault::NotConnected))));
        world.send(Event::LinkChanged(Link::Offline));
        world.send(Event::RoomChanged(Room::Scarce));
        world.send(Event::AgeChanged(Age::Outdated));
        more_devices(&mut world, DeviceStatus::NoDevice, Some(PageFault::NotConnected));
        assert_eq!(world.state(), name);
        world.send(Event::ReaderChanged(DeviceStatus::Online));
        world.send(Event::PrinterChanged(printer(None)));
        world.send(Event::LinkChanged(Link::Online));
        world.send(Event::RoomChanged(Room::Enough));
        world.send(Event::AgeChanged(Age::Fresh));
        more_devices(&mut world, DeviceStatus::Online, None);
        assert!(world.screen() == before, "{name}");
    }
}

fn more_devices(world: &mut World, status: DeviceStatus, page_fault: Option<PageFault>) {
    world.send(Event::SlotChanged(status));
    world.send(Event::ScannerChanged(status));
    world.send(Event::PagePrinterChanged(page_printer(page_fault)));
}

#[test]
fn a_device_that_is_not_there_is_not_spoken_of() {
    let bare = every_state().into_iter().filter(|world| world.state() != "scanning");
    for mut world in bare {
        let mut words = shown_text(&world.screen());
        world.touch(Action::Help);
        if let Some(Overlay::Help { lines }) = world.screen().overlay {
            words.push_str(&lines.join("\n"));
        }
        for word in ["social security", "scanner", "page printer", "sealed page"] {
            assert!(!words.contains(word), "{}: {words}", world.state());
        }
    }
}

#[test]
fn without_a_catalogue_there_is_no_service_and_a_visit_outlives_a_new_one() {
    let empty = || Event::CatalogueChanged(Arc::new(Catalogue { packages: Vec::new(), ..catalogue() }));
    let mut world = World::in_form();
    world.send(empty());
    assert_eq!(world.state(), "form");
    world.wait(300);
    assert_eq!(world.state(), "out_of_service");
    assert!(world.reading.is_none() && world.awaiting.is_some());
    world.send(Event::CatalogueChanged(Arc::new(catalogue())));
    assert_eq!(world.state(), "attract");
}
