//! The whole simulator: ptys, control server, command words, proxy, paper on disk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use kiosk_sim::control::{
    CardAction, Client, Command, Device, DiskState, Link, PaperAction, PrinterState, ReaderAction,
    ScannerAction, State,
};
use kiosk_sim::{Options, Simulator};

const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];

fn start(dir: &tempfile::TempDir) -> Simulator {
    Simulator::start(&Options::in_dir(dir.path())).unwrap()
}

fn open(simulator: &Simulator, device: Device) -> File {
    File::options().read(true).write(true).open(simulator.path(device)).unwrap()
}

fn read<const N: usize>(peer: &mut File) -> [u8; N] {
    let mut bytes = [0; N];
    peer.read_exact(&mut bytes).unwrap();
    bytes
}

fn place(resident: &str) -> Command {
    Command::Card(CardAction::Place { resident: resident.into() })
}

/// Asks until the answer is as wanted, for five seconds at most.
fn wait_for(client: &Client, wanted: impl Fn(&State) -> bool) -> State {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(5) {
        let state = client.state().unwrap();
        if wanted(&state) {
            return state;
        }
    }
    panic!("never so: {:?}", client.state());
}

#[test]
fn a_card_placed_over_http_is_found_over_the_pty() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    let client = Client::new(dir.path().to_str().unwrap()).unwrap();
    let mut reader = open(&simulator, Device::IdReader);
    reader.write_all(&FIND).unwrap();
    assert_eq!(read::<11>(&mut reader)[9], 0x80);
    let state = client.act(&place("alice")).unwrap();
    assert_eq!(state.reader.card.as_deref(), Some("alice"));
    reader.write_all(&FIND).unwrap();
    assert_eq!(read::<15>(&mut reader)[9], 0x9F);
    client.act(&Command::Reader(ReaderAction::Status { code: "66".into() })).unwrap();
    reader.write_all(&FIND).unwrap();
    assert_eq!(read::<11>(&mut reader)[9], 0x66);
}

#[test]
fn a_code_shown_over_http_is_read_over_the_pty_once_the_trigger_is_pulled() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    let client = Client::new(dir.path().to_str().unwrap()).unwrap();
    let mut scanner = open(&simulator, Device::Scanner);
    let gbk = ScannerAction::Show { text: "齐".into(), symbology: "Q1".into(), gbk: true };
    let state = client.act(&Command::Scanner(gbk)).unwrap();
    assert_eq!((state.scanner.lit, state.scanner.codes), (false, 0));
    scanner.write_all(b"\x7E\x010000#SCNTRG1;\x03").unwrap();
    assert_eq!(read(&mut scanner), *b"\x02\x010000#SCNTRG1\x06;\x03\xC6\xEB\r");
    let refused = client.act(&Command::Scanner(ScannerAction::Checksum)).unwrap_err().to_string();
    assert!(refused.contains("--scanner ssi"), "{refused}");
    let refused = client.act(&Command::Scanner(ScannerAction::ShowPaper)).unwrap_err().to_string();
    assert!(refused.contains("no paper"), "{refused}");
}

#[test]
fn wrong_words_are_refused_with_the_right_ones() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    let client = Client::new(&simulator.control().to_string()).unwrap();
    let refused = client.act(&place("mallory")).unwrap_err().to_string();
    assert!(refused.contains("alice, bob"), "{refused}");
    let refused = client.act(&Command::Network { link: Link::Cut }).unwrap_err().to_string();
    assert!(refused.contains("--proxy"), "{refused}");
    assert_eq!(client.residents().unwrap(), kiosk_sim::residents::library());
}

#[test]
fn only_loopback_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { control: "0.0.0.0:0".parse().unwrap(), ..Options::in_dir(dir.path()) };
    assert!(Simulator::start(&options).unwrap_err().to_string().contains("loopback"));
}

#[test]
fn a_receipt_comes_out_as_a_picture_with_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    let client = Client::new(&simulator.control().to_string()).unwrap();
    let mut printer = open(&simulator, Device::ReceiptPrinter);
    // 齐 in GB 18030, a line feed, the cut, the status in order.
    let job = [0xC6, 0xEB, 0x0A, 0x1D, 0x56, 0x42, 0x00, 0x1D, 0x72, 0x01];
    printer.write_all(&job).unwrap();
    assert_eq!(read(&mut printer), [0x00]);
    let state = wait_for(&client, |state| state.papers.len() == 1);
    let paper = &state.papers[0];
    assert_eq!((paper.number, &paper.lines, paper.complete), (1, &vec!["齐".to_owned()], true));
    assert!(std::fs::read(&paper.png).unwrap().starts_with(b"\x89PNG"));
    let described = std::fs::read(paper.png.with_extension("json")).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&described).unwrap()["lines"][0], "齐");
    assert_eq!(client.act(&Command::Paper(PaperAction::Take)).unwrap().papers, []);
    drop(simulator);
    let again = start(&dir);
    open(&again, Device::ReceiptPrinter).write_all(&job).unwrap();
    let client = Client::new(&again.control().to_string()).unwrap();
    assert_eq!(wait_for(&client, |state| !state.papers.is_empty()).papers[0].number, 2);
}

#[test]
fn the_state_of_the_printer_reaches_the_peer() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    let mut printer = open(&simulator, Device::ReceiptPrinter);
    simulator.act(&Command::Printer { state: PrinterState::CoverOpen }).unwrap();
    printer.write_all(&[0x10, 0x04, 0x02]).unwrap();
    assert_eq!(read(&mut printer), [0x16]);
    assert!(simulator.state().printer.stopped);
}

#[test]
fn a_plug_pulled_breaks_the_peer_and_put_in_lets_it_open_again() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    for device in [Device::IdReader, Device::ReceiptPrinter, Device::Scanner] {
        let mut peer = open(&simulator, device);
        simulator.act(&Command::Unplug { device }).unwrap();
        assert!(peer.write_all(&FIND).is_err());
        assert!(!simulator.path(device).exists());
        simulator.act(&Command::Plug { device }).unwrap();
        open(&simulator, device).write_all(&FIND).unwrap();
    }
    let state = simulator.state();
    assert!(state.reader.plugged && state.printer.plugged && state.scanner.plugged);
}

#[test]
fn a_dropped_simulator_leaves_no_path_and_no_port() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = start(&dir);
    let control = simulator.control();
    let mut peer = open(&simulator, Device::IdReader);
    drop(simulator);
    assert!(peer.write_all(&FIND).is_err());
    assert!(std::fs::read_link(dir.path().join("id-reader")).is_err());
    assert!(TcpStream::connect(control).is_err());
}

/// A simulator with a proxy in front of a platform.
fn networked(dir: &tempfile::TempDir) -> (Simulator, TcpListener) {
    let platform = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Some(("127.0.0.1:0".parse().unwrap(), platform.local_addr().unwrap()));
    let simulator = Simulator::start(&Options { proxy, ..Options::in_dir(dir.path()) }).unwrap();
    (simulator, platform)
}

/// Sends through the proxy and back; gives the connection, what came back, and how long it took.
fn exchange(simulator: &Simulator, platform: &TcpListener, sent: &[u8]) -> (TcpStream, Vec<u8>, Duration) {
    let mut terminal = TcpStream::connect(simulator.proxy().unwrap()).unwrap();
    let (mut server, _) = platform.accept().unwrap();
    let (start, mut heard) = (Instant::now(), vec![0; sent.len()]);
    std::thread::scope(|scope| {
        scope.spawn(|| terminal.try_clone().unwrap().write_all(sent).unwrap());
        server.read_exact(&mut heard).unwrap();
    });
    server.write_all(b"ok").unwrap();
    terminal.read_exact(&mut [0; 2]).unwrap();
    (terminal, heard, start.elapsed())
}

fn network(simulator: &Simulator, link: Link) {
    simulator.act(&Command::Network { link }).unwrap();
}

#[test]
fn a_cut_network_closes_what_is_open_and_what_comes_until_it_is_restored() {
    let dir = tempfile::tempdir().unwrap();
    let (simulator, platform) = networked(&dir);
    let address = simulator.proxy().unwrap();
    assert_eq!(std::fs::read_to_string(dir.path().join("proxy")).unwrap(), format!("{address}\n"));
    let (mut terminal, heard, _) = exchange(&simulator, &platform, b"ping");
    assert_eq!(heard, b"ping");
    network(&simulator, Link::Cut);
    assert_eq!(terminal.read(&mut [0]).unwrap_or(0), 0);
    let mut refused = TcpStream::connect(address).unwrap();
    assert_eq!(refused.read(&mut [0]).unwrap_or(0), 0);
    assert!(simulator.state().network.unwrap().cut);
    network(&simulator, Link::Restore);
    exchange(&simulator, &platform, b"ping");
}

#[test]
fn a_late_and_slow_network_carries_everything_no_earlier_than_it_may() {
    let dir = tempfile::tempdir().unwrap();
    let (simulator, platform) = networked(&dir);
    network(&simulator, Link::Delay { ms: 50 });
    network(&simulator, Link::Slow { kbit: 800.try_into().unwrap() });
    // 20,000 bytes at 100 a millisecond, and two ways of 50 ms.
    let sent: Vec<u8> = (0..20_000_u32).map(|n| (n % 251) as u8).collect();
    let (_, heard, took) = exchange(&simulator, &platform, &sent);
    assert_eq!(heard, sent);
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert_eq!(simulator.state().network.unwrap().delay_ms, 50);
}

#[test]
fn a_garbled_network_spoils_some_bytes_and_loses_none() {
    let dir = tempfile::tempdir().unwrap();
    let (simulator, platform) = networked(&dir);
    network(&simulator, Link::Garble { seed: 5 });
    let (_, heard, _) = exchange(&simulator, &platform, &[0x55; 100_000]);
    let spoiled = heard.iter().filter(|byte| **byte != 0x55).count();
    assert!((3..50).contains(&spoiled), "{spoiled}");
    network(&simulator, Link::Restore);
    assert_eq!(exchange(&simulator, &platform, &[0x55; 100_000]).1, [0x55; 100_000]);
}

#[test]
fn a_disk_is_filled_only_where_there_is_a_small_one() {
    let dir = tempfile::tempdir().unwrap();
    let full = Command::Disk { state: DiskState::Full };
    assert!(start(&dir).act(&full).unwrap_err().to_string().contains("--disk"));
}
