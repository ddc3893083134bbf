#![allow(clippy::unwrap_used)]
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use kiosk_drivers_api::{Cancel, CodeScanner, DeviceStatus, ScanFault};
use kiosk_usb::{ControlRequest, Endpoint, EndpointKind, Interface};
use secrecy::ExposeSecret;

use super::*;

/// From the trigger to the code.
const READS_AFTER: Duration = Duration::from_millis(100);

/// A scanner in virtual time: once its trigger is pulled it gives what is shown. Clones share it.
#[derive(Clone, Default)]
struct Device(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    now: Duration,
    shown: Vec<Vec<u8>>,
    arriving: VecDeque<(Duration, Vec<u8>)>,
    orders: Vec<(ControlRequest, Vec<u8>)>,
    answers: VecDeque<UsbError>,
    is_gone: bool,
}

impl Device {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn showing(reports: &[Vec<u8>]) -> Self {
        let device = Self::default();
        device.state().shown = reports.to_vec();
        device
    }
}

impl Port for Device {
    fn open(&mut self) -> Result<Interface, UsbError> {
        if self.state().is_gone {
            return Err(UsbError::Missing);
        }
        let endpoint = Endpoint { address: 0x84, kind: EndpointKind::Interrupt, packet_bytes: 64 };
        Ok(Interface { number: 2, setting: 0, class: (3, 0, 0), endpoints: vec![endpoint] })
    }

    fn close(&mut self) {}

    fn bulk_out(&mut self, _: u8, _: &[u8], _: Duration) -> Result<usize, UsbError> {
        Err(UsbError::Failed)
    }

    fn bulk_in(&mut self, _: u8, _: &mut [u8], _: Duration) -> Result<usize, UsbError> {
        Err(UsbError::Failed)
    }

    fn interrupt_in(&mut self, _: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        let mut state = self.state();
        if state.is_gone {
            return Err(UsbError::Gone);
        }
        let end = state.now + wait.max(Duration::from_millis(1));
        let Some((at, report)) = state.arriving.pop_front_if(|(at, _)| *at <= end) else {
            state.now = end;
            return Err(UsbError::TimedOut);
        };
        state.now = state.now.max(at);
        buffer[..report.len()].copy_from_slice(&report);
        Ok(report.len())
    }

    fn control_in(&mut self, _: ControlRequest, _: &mut [u8], _: Duration) -> Result<usize, UsbError> {
        Err(UsbError::Stalled)
    }

    fn control_out(&mut self, request: ControlRequest, bytes: &[u8], _: Duration) -> Result<(), UsbError> {
        let mut state = self.state();
        state.orders.push((request, bytes.to_vec()));
        if let Some(error) = state.answers.pop_front() {
            return Err(error);
        }
        if bytes[2..5] == *b"\x16T\x0D" {
            let at = state.now + READS_AFTER;
            let reports = std::mem::take(&mut state.shown);
            state.arriving.extend(reports.into_iter().map(|report| (at, report)));
        }
        Ok(())
    }

    fn now(&self) -> Duration {
        self.state().now
    }
}

fn report(data: &[u8], more: u8) -> Vec<u8> {
    let mut report = vec![0; REPORT_BYTES];
    report[..5].copy_from_slice(&[0x02, u8::try_from(data.len()).unwrap(), b']', b'Q', b'1']);
    report[5..5 + data.len()].copy_from_slice(data);
    report[63] = more;
    report
}

fn scan(device: &Device, dialect: Dialect) -> Result<String, ScanFault> {
    let scan = Scanner::on(HidInput::on(device.clone()), dialect).scan(&Cancel::default());
    scan.map(|scan| scan.text.expose_secret().to_owned())
}

#[test]
fn the_trigger_is_a_report_and_so_is_every_part_of_a_code() {
    let device = Device::showing(&[report(&[b'7'; 56], 1), report(b"8", 0)]);
    assert_eq!(scan(&device, Dialect::HONEYWELL_HID), Ok("7".repeat(56) + "8"));
    let orders = device.state().orders.clone();
    let request = ControlRequest { kind: 0x21, request: 0x09, value: 0x02FD, index: 2 };
    let words: Vec<_> = orders.iter().map(|(asked, bytes)| (*asked, bytes[..5].to_vec())).collect();
    let order = |letter| (request, vec![0xFD, 0x03, 0x16, letter, 0x0D]);
    assert_eq!(words, [order(b'T'), order(b'U')]);
}

#[test]
fn a_scanner_without_a_trigger_is_sent_nothing() {
    let device = Device::default();
    device.state().arriving.push_back((Duration::from_secs(1), report(b"abc", 0)));
    assert_eq!(scan(&device, Dialect::HID_POS), Ok("abc".to_owned()));
    assert!(device.state().orders.is_empty());
}

#[test]
fn a_code_whose_rest_does_not_come_is_garbled() {
    let device = Device::showing(&[report(b"abc", 1)]);
    assert_eq!(scan(&device, Dialect::HONEYWELL_HID), Err(ScanFault::Garbled));
}

#[test]
fn a_trigger_that_is_refused_is_no_answer() {
    let device = Device::showing(&[report(b"abc", 0)]);
    device.state().answers = [UsbError::Stalled, UsbError::TimedOut].into();
    assert_eq!(scan(&device, Dialect::HONEYWELL_HID), Err(ScanFault::NoAnswer));
}

#[test]
fn a_scanner_that_is_unplugged_is_missed_and_found_again() {
    let device = Device::showing(&[report(b"abc", 0)]);
    let mut scanner = Scanner::on(HidInput::on(device.clone()), Dialect::HONEYWELL_HID);
    assert_eq!(scanner.status(), DeviceStatus::Online);
    device.state().is_gone = true;
    assert_eq!(scanner.scan(&Cancel::default()).err(), Some(ScanFault::NotConnected));
    assert_eq!(scanner.status(), DeviceStatus::NoDevice);
    device.state().is_gone = false;
    assert!(scanner.scan(&Cancel::default()).is_ok());
}
