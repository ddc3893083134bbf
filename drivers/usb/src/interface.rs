//! Which interface of which device is wanted: decided from descriptors alone.

use crate::id::UsbId;

/// Class and subclass of printers (USB printer class 1.1, 4.1).
const PRINTER: (u8, u8) = (0x07, 0x01);
/// Protocol of printers that answer, and the one of those that answer in packets of IEEE 1284.4, which none here does.
const BIDIRECTIONAL: u8 = 0x02;
/// Class of human interface devices, point-of-sale scanners among them.
const HID: u8 = 0x03;

/// One setting of one interface, as its descriptor tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number in the configuration.
    pub number: u8,
    /// The alternate setting.
    pub setting: u8,
    /// Class, subclass and protocol.
    pub class: (u8, u8, u8),
    /// In the order of the descriptor.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint besides the control endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Number, and direction in the highest bit: set is into the terminal.
    pub address: u8,
    /// How it transfers.
    pub kind: EndpointKind,
    /// Most bytes in one packet; reads ask for no less, or the rest of a packet would be lost.
    pub packet_bytes: usize,
}

/// How an endpoint transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointKind {
    /// Reliable, as fast as both sides can.
    Bulk,
    /// Small and in time.
    Interrupt,
    /// Isochronous or control; not used here.
    Other,
}

impl Endpoint {
    /// Whether it leads into the terminal.
    pub fn is_in(&self) -> bool {
        self.address & 0x80 != 0
    }
}

impl Interface {
    /// The bulk endpoint with this address.
    pub fn bulk(&self, address: u8) -> Option<Endpoint> {
        self.of_kind(EndpointKind::Bulk).find(|endpoint| endpoint.address == address)
    }

    /// The first bulk endpoints out of and into the terminal.
    pub fn bulk_pair(&self) -> Option<(Endpoint, Endpoint)> {
        let first = |is_in| self.of_kind(EndpointKind::Bulk).find(|endpoint| endpoint.is_in() == is_in);
        Some((first(false)?, first(true)?))
    }

    /// The first interrupt endpoint into the terminal.
    pub fn interrupt_in(&self) -> Option<Endpoint> {
        self.of_kind(EndpointKind::Interrupt).find(Endpoint::is_in)
    }

    fn of_kind(&self, kind: EndpointKind) -> impl Iterator<Item = Endpoint> + '_ {
        self.endpoints.iter().copied().filter(move |endpoint| endpoint.kind == kind)
    }
}

/// What a device is to be used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Bytes out and in over bulk endpoints, whatever the class.
    BulkPair,
    /// A printer that answers.
    Printer,
    /// Reports, for instance of a point-of-sale scanner.
    Hid,
}

/// The device that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Any of these; none at all means every device with an interface of the role's class.
    pub ids: Vec<UsbId>,
    /// What it is used as.
    pub role: Role,
}

impl Wanted {
    /// The interface to use of a device with this id, if it is wanted.
    pub fn choose(&self, id: UsbId, interfaces: &[Interface]) -> Option<Interface> {
        if !self.ids.is_empty() && !self.ids.contains(&id) {
            return None;
        }
        match self.role {
            Role::BulkPair => first_bulk_pair(interfaces).filter(|_| !self.ids.is_empty()),
            // Some printers call their class vendor-specific; only a configured id tells that they are printers.
            Role::Printer => {
                printer(interfaces).or_else(|| first_bulk_pair(interfaces).filter(|_| !self.ids.is_empty()))
            }
            Role::Hid => interfaces.iter().find(|i| i.class.0 == HID && i.interrupt_in().is_some()),
        }
        .cloned()
    }
}

fn first_bulk_pair(interfaces: &[Interface]) -> Option<&Interface> {
    interfaces.iter().find(|interface| interface.bulk_pair().is_some())
}

fn printer(interfaces: &[Interface]) -> Option<&Interface> {
    interfaces.iter().find(|interface| {
        let (class, subclass, protocol) = interface.class;
        (class, subclass) == PRINTER && protocol == BIDIRECTIONAL && interface.bulk_pair().is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READER: UsbId = UsbId::new(0x0400, 0xC35A);
    const OTHER: UsbId = UsbId::new(0x1D6B, 0x0002);

    fn interface(number: u8, class: (u8, u8, u8), kind: EndpointKind, addresses: &[u8]) -> Interface {
        let endpoint = |address: &u8| Endpoint { address: *address, kind, packet_bytes: 64 };
        Interface { number, setting: 0, class, endpoints: addresses.iter().map(endpoint).collect() }
    }

    fn bulk(number: u8, class: (u8, u8, u8), addresses: &[u8]) -> Interface {
        interface(number, class, EndpointKind::Bulk, addresses)
    }

    fn chosen(ids: &[UsbId], role: Role, interfaces: &[Interface]) -> Option<u8> {
        let wanted = Wanted { ids: ids.to_vec(), role };
        wanted.choose(READER, interfaces).map(|interface| interface.number)
    }

    #[test]
    fn a_device_of_another_maker_is_left_alone() {
        let interfaces = [bulk(0, (0xFF, 0, 0), &[0x02, 0x81])];
        assert_eq!(chosen(&[OTHER], Role::BulkPair, &interfaces), None);
        assert_eq!(chosen(&[OTHER, READER], Role::BulkPair, &interfaces), Some(0));
        assert_eq!(chosen(&[], Role::BulkPair, &interfaces), None, "a pair alone names no device");
    }

    #[test]
    fn the_first_interface_with_a_pair_is_taken() {
        let interfaces = [bulk(0, (0xFF, 0, 0), &[0x81]), bulk(1, (0xFF, 0, 0), &[0x85, 0x06, 0x02])];
        assert_eq!(chosen(&[READER], Role::BulkPair, &interfaces), Some(1));
        assert_eq!(interfaces[1].bulk_pair().map(|(out, _)| out.address), Some(0x06));
    }

    #[test]
    fn a_printer_is_the_setting_that_answers() {
        let one_way = bulk(0, (0x07, 0x01, 0x01), &[0x01]);
        let packets = bulk(1, (0x07, 0x01, 0x03), &[0x01, 0x82]);
        let both_ways = bulk(2, (0x07, 0x01, 0x02), &[0x01, 0x82]);
        assert_eq!(chosen(&[], Role::Printer, &[one_way.clone(), packets, both_ways]), Some(2));
        assert_eq!(chosen(&[], Role::Printer, &[one_way]), None);
    }

    #[test]
    fn a_printer_of_no_class_needs_its_id() {
        let interfaces = [bulk(0, (0xFF, 0, 0), &[0x01, 0x82])];
        assert_eq!(chosen(&[], Role::Printer, &interfaces), None);
        assert_eq!(chosen(&[READER], Role::Printer, &interfaces), Some(0));
    }

    #[test]
    fn a_scanner_is_found_by_its_class() {
        let keys = interface(0, (0x03, 0, 0), EndpointKind::Interrupt, &[0x01]);
        let scanner = interface(1, (0x03, 0, 0), EndpointKind::Interrupt, &[0x84]);
        assert_eq!(chosen(&[], Role::Hid, &[keys, scanner]), Some(1));
    }
}
