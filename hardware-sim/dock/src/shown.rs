//! How everything stands, into the properties of the window.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::rc::Rc;

use kiosk_sim::chip::library;
use kiosk_sim::control::{ChipView, NetworkView, State};
use kiosk_sim::residents::Resident;
use serde::Serialize;
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer, SharedString, VecModel};

use crate::glass::{Chip, Disk, Dock, Network, Pages, Paper, Person, Printer, Reader, Scanner, Sim};
use crate::link::Seen;

/// Shows one look.
pub fn show(dock: &Dock, seen: Seen) {
    let sim = dock.global::<Sim>();
    sim.set_reached(seen.state.is_ok());
    if let Some(residents) = seen.residents {
        show_cards(&sim, &residents);
    }
    match seen.state {
        Ok(state) => {
            sim.set_trouble(text(seen.refused));
            show_devices(&sim, &state);
            show_paper(&sim, &state);
        }
        Err(why) => sim.set_trouble(why.into()),
    }
}

fn show_cards(sim: &Sim<'_>, residents: &[Resident]) {
    let person = |one: &Resident| Person { key: (&one.key).into(), name: (&one.name).into() };
    let people: VecModel<Person> = residents.iter().map(person).collect();
    let cards: VecModel<SharedString> = library(residents).keys().map(SharedString::from).collect();
    sim.set_people(Rc::new(people).into());
    sim.set_chip_cards(Rc::new(cards).into());
}

fn show_devices(sim: &Sim<'_>, state: &State) {
    let State { reader, printer, page_printer, chip, network, disk, scanner, papers: _ } = state;
    let fault = text(reader.fault.clone());
    sim.set_reader(Reader { plugged: reader.plugged, card: text(reader.card.clone()), fault });
    sim.set_printer(Printer {
        plugged: printer.plugged,
        state: word(&printer.state),
        stopped: printer.stopped,
        uncut_mm: number(printer.uncut_mm),
    });
    sim.set_pages(Pages {
        plugged: page_printer.plugged,
        state: word(&page_printer.state),
        waiting: number(page_printer.waiting),
        printed: number(page_printer.printed.len()),
    });
    sim.set_scanner(Scanner {
        plugged: scanner.plugged,
        lit: scanner.lit,
        shown: text(scanner.shown.clone()),
        fault: text(scanner.fault.clone()),
    });
    sim.set_chip(chip.as_ref().map(chip_of).unwrap_or_default());
    sim.set_network(network.map(network_of).unwrap_or_default());
    let full = disk.is_some_and(|disk| disk == kiosk_sim::control::DiskState::Full);
    sim.set_disk(Disk { there: disk.is_some(), full });
}

fn chip_of(chip: &ChipView) -> Chip {
    Chip {
        there: true,
        card: text(chip.card.clone()),
        connected: chip.connected,
        fault: text(chip.fault.clone()),
        tries_left: text(chip.tries_left.map(|tries| tries.to_string())),
    }
}

fn network_of(network: NetworkView) -> Network {
    Network {
        there: true,
        cut: network.cut,
        delay_ms: network.delay_ms.into(),
        kbit: network.kbit.map_or(0, |kbit| number(kbit.get() as usize)),
        garbled: network.garble.is_some(),
    }
}

/// The picture is read once for each piece.
fn show_paper(sim: &Sim<'_>, state: &State) {
    let newest = state.papers.last();
    let pieces = number(state.papers.len());
    let paper = newest.map_or_else(Paper::default, |newest| Paper {
        pieces,
        number: number(newest.number as usize),
        complete: newest.complete,
    });
    if sim.get_paper().number != paper.number {
        // Where the file is gone nothing is shown; the number still is.
        sim.set_paper_picture(newest.and_then(|newest| picture(&newest.png)).unwrap_or_default());
    }
    sim.set_paper(paper);
}

/// A picture as the simulator draws paper: grey, eight bits.
fn picture(path: &Path) -> Option<Image> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).ok()?)).read_info().ok()?;
    let mut grey = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut grey).ok()?;
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(frame.width, frame.height);
    for (pixel, grey) in buffer.make_mut_slice().iter_mut().zip(grey) {
        *pixel = Rgb8Pixel::new(grey, grey, grey);
    }
    Some(Image::from_rgb8(buffer))
}

fn text(value: Option<String>) -> SharedString {
    value.unwrap_or_default().into()
}

fn number(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// The word a tester uses for a state.
fn word(state: &impl Serialize) -> SharedString {
    let word = serde_json::to_value(state).unwrap_or_default();
    word.as_str().unwrap_or_default().into()
}
