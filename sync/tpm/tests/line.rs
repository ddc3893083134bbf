//! Who listens on the line to the chip hears no key.
#![allow(clippy::unwrap_used)]

mod swtpm;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use kiosk_store::{KEY_BYTES, Key, Sealer};
use kiosk_tpm::Tpm;
use swtpm::Swtpm;

/// What went over the line, both ways.
type Heard = Arc<Mutex<Vec<u8>>>;

#[test]
fn what_is_sealed_and_unsealed_is_not_heard() {
    let (chip, heard) = (Swtpm::new(), Heard::default());
    let port = chip.port() + 1000;
    for own in [0, 1] {
        listen(port + own, chip.port() + own, &heard);
    }
    let tpm = Tpm::try_from(format!("swtpm:host={},port={port}", swtpm::address())).unwrap();
    let key = Key::new([0xa7; KEY_BYTES]);
    let sealed = tpm.seal(&key).unwrap();
    assert_eq!(tpm.unseal(&sealed).unwrap(), key);
    let heard = heard.lock().unwrap();
    let holds = |what: &[u8]| heard.windows(what.len()).any(|window| window == what);
    assert!(holds(&[0x80, 0x02, 0, 0]), "commands were heard");
    assert!(!holds(&key[..8]), "the key was heard");
}

/// Stands between the library and one port of the chip.
fn listen(port: u16, chip: u16, heard: &Heard) {
    let listener = TcpListener::bind((swtpm::address(), port)).unwrap();
    let heard = Arc::clone(heard);
    thread::spawn(move || {
        for library in listener.incoming().flatten() {
            let chip = TcpStream::connect((swtpm::address(), chip)).unwrap();
            pass(library.try_clone().unwrap(), chip.try_clone().unwrap(), Arc::clone(&heard));
            pass(chip, library, Arc::clone(&heard));
        }
    });
}

fn pass(mut from: TcpStream, mut to: TcpStream, heard: Heard) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            heard.lock().unwrap().extend(&bytes[..length]);
            if to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
}
