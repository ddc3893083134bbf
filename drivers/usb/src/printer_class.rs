//! Requests of the USB printer class (1.1, 4.2): who the printer is, how its port stands, and forgetting.

use crate::error::UsbError;
use crate::interface::Interface;
use crate::limits::{CONTROL, DEVICE_ID_BYTES_MAX};
use crate::port::{ControlRequest, Port};

/// Class request to an interface, into the terminal and out of it.
const ASK: u8 = 0xA1;
const ORDER: u8 = 0x21;
/// Version 1.0 of the class addressed the reset to "other" instead of the interface.
const ORDER_OLD: u8 = 0x23;

const GET_DEVICE_ID: u8 = 0;
const GET_PORT_STATUS: u8 = 1;
const SOFT_RESET: u8 = 2;

/// How the port stands, as parallel ports told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortStatus {
    /// The roll is at its end.
    pub is_paper_out: bool,
    /// The printer is on line.
    pub is_selected: bool,
    /// Some error stands.
    pub has_error: bool,
}

impl From<u8> for PortStatus {
    fn from(byte: u8) -> Self {
        Self { is_paper_out: byte & 0x20 != 0, is_selected: byte & 0x10 != 0, has_error: byte & 0x08 == 0 }
    }
}

/// Who the printer says it is (IEEE 1284 device id).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceId {
    /// `MFG`
    pub maker: String,
    /// `MDL`
    pub model: String,
}

impl DeviceId {
    /// Reads two bytes of length, which count themselves, and `KEY:VALUE;` pairs. What is not there stays empty.
    pub fn parse(bytes: &[u8]) -> Self {
        let Some((&[high, low], text)) = bytes.split_first_chunk() else { return Self::default() };
        let length = usize::from(u16::from_be_bytes([high, low])).saturating_sub(2).min(text.len());
        let text = String::from_utf8_lossy(&text[..length]);
        let value = |keys: [&str; 2]| {
            let pairs = text.split(';').filter_map(|pair| pair.split_once(':'));
            let found =
                pairs.filter(|(key, _)| keys.contains(&key.trim())).map(|(_, value)| value.trim()).next();
            found.unwrap_or_default().to_owned()
        };
        Self { maker: value(["MFG", "MANUFACTURER"]), model: value(["MDL", "MODEL"]) }
    }
}

/// Asks who the printer is.
pub fn device_id(port: &mut impl Port, interface: &Interface) -> Result<DeviceId, UsbError> {
    let index = u16::from_be_bytes([interface.number, interface.setting]);
    let request = ControlRequest { kind: ASK, request: GET_DEVICE_ID, value: 0, index };
    let mut bytes = [0; DEVICE_ID_BYTES_MAX];
    let count = port.control_in(request, &mut bytes, CONTROL)?;
    Ok(DeviceId::parse(&bytes[..count]))
}

/// Asks how the port stands. It answers even while the printer takes no data.
pub fn port_status(port: &mut impl Port, interface: &Interface) -> Result<PortStatus, UsbError> {
    let index = u16::from(interface.number);
    let request = ControlRequest { kind: ASK, request: GET_PORT_STATUS, value: 0, index };
    let mut byte = [0];
    match port.control_in(request, &mut byte, CONTROL)? {
        0 => Err(UsbError::Failed),
        _ => Ok(PortStatus::from(byte[0])),
    }
}

/// Makes the printer throw away everything it was given and everything it has to say. Printers that know neither form of
/// the request refuse it, which is told as [`UsbError::Stalled`].
pub fn soft_reset(port: &mut impl Port, interface: &Interface) -> Result<(), UsbError> {
    let index = u16::from(interface.number);
    let request = |kind| ControlRequest { kind, request: SOFT_RESET, value: 0, index };
    match port.control_out(request(ORDER), &[], CONTROL) {
        Err(UsbError::Stalled) => port.control_out(request(ORDER_OLD), &[], CONTROL),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scripted::{Deed, Device};

    const ID: &[u8] = b"\x00\x30MFG:Hecheng ;CMD:ESC/POS;MODEL:K80;CLS:PRINTER;";

    fn interface() -> Interface {
        Interface { number: 1, setting: 2, class: (7, 1, 2), endpoints: Vec::new() }
    }

    #[test]
    fn a_device_id_is_read_by_either_spelling() {
        let id = DeviceId::parse(ID);
        assert_eq!((id.maker.as_str(), id.model.as_str()), ("Hecheng", "K80"));
    }

    #[test]
    fn a_device_id_that_is_cut_short_tells_what_it_has() {
        assert_eq!(DeviceId::parse(&ID[..16]).maker, "Hecheng");
        assert_eq!(DeviceId::parse(b"\x00"), DeviceId::default());
        assert_eq!(DeviceId::parse(b"\xFF\xFFnothing"), DeviceId::default());
    }

    #[test]
    fn the_port_tells_paper_and_errors() {
        let ready = PortStatus { is_paper_out: false, is_selected: true, has_error: false };
        assert_eq!(PortStatus::from(0x18), ready);
        assert_eq!(PortStatus::from(0x38), PortStatus { is_paper_out: true, ..ready });
        assert!(PortStatus::from(0x30).has_error);
    }

    #[test]
    fn requests_name_interface_and_setting() {
        let mut device =
            Device::that([Deed::Answer(ID.to_vec()), Deed::Answer(vec![0x18]), Deed::Answer(vec![])]);
        assert_eq!(device_id(&mut device, &interface()).map(|id| id.model), Ok("K80".to_owned()));
        assert_eq!(port_status(&mut device, &interface()).map(|status| status.is_selected), Ok(true));
        assert_eq!(soft_reset(&mut device, &interface()), Ok(()));
        let asked = |kind, request, index| ControlRequest { kind, request, value: 0, index };
        assert_eq!(device.requests(), [asked(0xA1, 0, 0x0102), asked(0xA1, 1, 1), asked(0x21, 2, 1)]);
    }

    #[test]
    fn a_printer_of_the_older_class_is_reset_too() {
        let mut device = Device::that([Deed::Stall, Deed::Answer(vec![])]);
        assert_eq!(soft_reset(&mut device, &interface()), Ok(()));
        assert_eq!(device.requests()[1].kind, 0x23);
        let mut device = Device::that([Deed::Stall, Deed::Stall]);
        assert_eq!(soft_reset(&mut device, &interface()), Err(UsbError::Stalled));
    }

    proptest! {
        #[test]
        fn no_device_id_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            DeviceId::parse(&bytes);
        }
    }
}
