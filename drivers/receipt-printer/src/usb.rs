//! A printer on USB: its bytes over a pair of bulk pipes, and beside them what the printer class knows: who it is, whether
//! there is paper, and forgetting everything.

use std::time::Duration;

use kiosk_serial::{Link, LinkError, SideStatus};
use kiosk_usb::printer_class::{device_id, port_status, soft_reset};
use kiosk_usb::{BYTE_TIME, InPipe, Interface, OutPipe, Port, Role, UsbError, UsbId, UsbPort, Wanted};

use crate::driver::Printer;
use crate::model::Model;

/// Which printer it may be, and what it can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbConfig {
    /// Any of these; none at all means the first printer of the printer class.
    pub ids: Vec<UsbId>,
    /// The printer's properties.
    pub model: Model,
}

/// A printer on USB.
pub type UsbReceiptPrinter = Printer<PrinterLink<UsbPort>>;

impl UsbReceiptPrinter {
    /// Remembers which printer it may be. Never fails and never waits: the device is looked for on first use.
    pub fn new(config: UsbConfig) -> Self {
        let wanted = Wanted { ids: config.ids, role: Role::Printer };
        Self::on(PrinterLink::on(UsbPort::new(wanted)), config.model)
    }
}

/// The line to a printer on some port.
pub struct PrinterLink<P> {
    port: P,
    open: Option<Open>,
}

struct Open {
    interface: Interface,
    out: OutPipe,
    into: InPipe,
}

impl<P: Port> PrinterLink<P> {
    /// A line over `port`.
    pub fn on(port: P) -> Self {
        Self { port, open: None }
    }

    fn parts(&mut self) -> Result<(&mut P, &mut Open), LinkError> {
        let open = self.open.as_mut().ok_or(LinkError::Gone)?;
        Ok((&mut self.port, open))
    }

    fn introduce(&mut self, interface: &Interface) {
        match device_id(&mut self.port, interface) {
            Ok(id) => tracing::info!(maker = id.maker, model = id.model, "printer on USB"),
            Err(error) => tracing::debug!(%error, "the printer does not tell who it is"),
        }
    }
}

impl<P: Port> Link for PrinterLink<P> {
    fn open(&mut self) -> Result<(), LinkError> {
        if self.open.is_none() {
            let interface = self.port.open()?;
            let (out, into) = interface.bulk_pair().ok_or(LinkError::Missing)?;
            self.introduce(&interface);
            self.open = Some(Open { interface, out: OutPipe::new(out), into: InPipe::new(into) });
        }
        Ok(())
    }

    fn close(&mut self) {
        self.open = None;
        self.port.close();
    }

    /// Makes the printer forget, too: what waits in it was sent and not yet printed.
    fn clear(&mut self) -> Result<(), LinkError> {
        let (port, open) = self.parts()?;
        match soft_reset(port, &open.interface) {
            Ok(()) => {}
            Err(error @ (UsbError::Stalled | UsbError::TimedOut)) => {
                tracing::debug!(%error, "the printer knows no reset");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(open.into.clear(port)?)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError> {
        let (port, open) = self.parts()?;
        Ok(open.out.write(port, bytes, wait)?)
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let (port, open) = self.parts()?;
        Ok(open.into.read(port, buffer, wait)?)
    }

    fn now(&self) -> Duration {
        self.port.now()
    }

    fn byte_time(&self) -> Duration {
        BYTE_TIME
    }

    fn reset_device(&mut self) -> bool {
        let Ok((port, open)) = self.parts() else { return false };
        soft_reset(port, &open.interface).is_ok() && open.into.clear(port).is_ok()
    }

    fn side_status(&mut self) -> Option<SideStatus> {
        let (port, open) = self.parts().ok()?;
        let status = port_status(port, &open.interface).ok()?;
        Some(SideStatus { is_paper_out: status.is_paper_out })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, Mutex, MutexGuard};

    use kiosk_drivers_api::paper::{Align, Document, Line, Size};
    use kiosk_drivers_api::{Cancel, DeviceStatus, PrintFault, ReceiptPrinter};
    use kiosk_usb::{ControlRequest, Endpoint, EndpointKind};

    use super::*;
    use crate::scripted::Peer;

    const SOFT_RESET: u8 = 2;
    const PORT_STATUS: u8 = 1;

    /// The scripted printer at the end of bulk pipes.
    #[derive(Clone)]
    struct Device {
        peer: Peer,
        port: Arc<Mutex<State>>,
    }

    #[derive(Default)]
    struct State {
        requests: Vec<u8>,
        status: u8,
        /// It stalls every class request.
        knows_no_class: bool,
    }

    impl Device {
        fn healthy() -> Self {
            let port = State { status: 0x18, ..State::default() };
            Self { peer: Peer::healthy(), port: Arc::new(Mutex::new(port)) }
        }

        fn port(&self) -> MutexGuard<'_, State> {
            self.port.lock().unwrap()
        }

        fn times(&self, request: u8) -> usize {
            self.port().requests.iter().filter(|asked| **asked == request).count()
        }

        fn ask(&self, request: ControlRequest) -> Result<u8, UsbError> {
            let mut port = self.port();
            port.requests.push(request.request);
            if port.knows_no_class { Err(UsbError::Stalled) } else { Ok(port.status) }
        }
    }

    fn usb(error: LinkError) -> UsbError {
        match error {
            LinkError::Missing => UsbError::Missing,
            LinkError::Refused => UsbError::Refused,
            LinkError::InUse => UsbError::InUse,
            LinkError::Gone => UsbError::Gone,
        }
    }

    fn timed_out(count: usize) -> Result<usize, UsbError> {
        if count == 0 { Err(UsbError::TimedOut) } else { Ok(count) }
    }

    impl Port for Device {
        fn open(&mut self) -> Result<Interface, UsbError> {
            self.peer.open().map_err(usb)?;
            let endpoint = |address| Endpoint { address, kind: EndpointKind::Bulk, packet_bytes: 64 };
            let endpoints = vec![endpoint(0x01), endpoint(0x82)];
            Ok(Interface { number: 0, setting: 0, class: (7, 1, 2), endpoints })
        }

        fn close(&mut self) {
            self.peer.close();
        }

        fn bulk_out(&mut self, _: u8, bytes: &[u8], wait: Duration) -> Result<usize, UsbError> {
            timed_out(self.peer.write(bytes, wait).map_err(usb)?)
        }

        fn bulk_in(&mut self, _: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
            timed_out(self.peer.read(buffer, wait.max(Duration::from_millis(1))).map_err(usb)?)
        }

        fn interrupt_in(&mut self, _: u8, _: &mut [u8], _: Duration) -> Result<usize, UsbError> {
            Err(UsbError::Failed)
        }

        fn control_in(
            &mut self,
            asked: ControlRequest,
            into: &mut [u8],
            _: Duration,
        ) -> Result<usize, UsbError> {
            into[0] = self.ask(asked)?;
            Ok(1)
        }

        fn control_out(&mut self, order: ControlRequest, _: &[u8], _: Duration) -> Result<(), UsbError> {
            self.ask(order).map(|_| ())
        }

        fn now(&self) -> Duration {
            self.peer.now()
        }
    }

    fn printer(device: &Device) -> Printer<PrinterLink<Device>> {
        Printer::on(PrinterLink::on(device.clone()), Model::GENERIC_80)
    }

    /// A receipt about nobody.
    fn receipt() -> Document {
        let (align, size, bold) = (Align::Left, Size::Normal, false);
        Document { lines: vec![Line::Text { text: "合成数据".to_owned(), align, size, bold }] }
    }

    #[test]
    fn a_page_is_confirmed_over_bulk_pipes() {
        let device = Device::healthy();
        assert_eq!(printer(&device).print(&receipt(), &Cancel::default()), Ok(()));
        assert_eq!(device.times(SOFT_RESET), 1, "what an earlier process left is forgotten at opening");
    }

    #[test]
    fn a_printer_without_class_requests_prints_all_the_same() {
        let device = Device::healthy();
        device.port().knows_no_class = true;
        assert_eq!(printer(&device).print(&receipt(), &Cancel::default()), Ok(()));
    }

    #[test]
    fn a_page_stuck_for_want_of_paper_says_so_at_once_and_is_forgotten() {
        let device = Device::healthy();
        let mut printer = printer(&device);
        assert_eq!(printer.status().device, DeviceStatus::Online);
        device.peer.state().room = 40;
        device.port().status = 0x38;
        let start = device.now();
        assert_eq!(printer.print(&receipt(), &Cancel::default()), Err(PrintFault::PaperOut));
        assert!(device.now() - start < Duration::from_secs(2), "{:?}", device.now() - start);
        assert_eq!(device.times(SOFT_RESET), 2);
    }

    #[test]
    fn a_silent_printer_is_asked_beside_the_bytes() {
        let device = Device::healthy();
        let mut printer = printer(&device);
        device.peer.plan(Duration::ZERO, crate::scripted::Turn::FallSilent);
        assert_eq!(printer.status().fault, Some(PrintFault::Unconfirmed));
        device.port().status = 0x38;
        let status = printer.status();
        assert_eq!(
            (status.device, status.fault),
            (DeviceStatus::UserActionNeeded, Some(PrintFault::PaperOut))
        );
        assert!(device.times(PORT_STATUS) >= 2);
    }
}
