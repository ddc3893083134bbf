//! The port over libusb.

use std::time::{Duration, Instant};

use rusb::{Context, Device, DeviceHandle, TransferType, UsbContext};

use crate::error::UsbError;
use crate::id::UsbId;
use crate::interface::{Endpoint, EndpointKind, Interface, Wanted};
use crate::limits::WAIT_MIN;
use crate::port::{ControlRequest, Port};

/// The first device plugged in that is as wanted.
pub struct UsbPort {
    wanted: Wanted,
    open: Option<Open>,
    start: Instant,
}

struct Open {
    handle: DeviceHandle<Context>,
    interface: Interface,
}

impl UsbPort {
    /// Remembers what is wanted; the device is looked for on first use.
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, open: None, start: Instant::now() }
    }

    fn handle(&self) -> Result<&DeviceHandle<Context>, UsbError> {
        self.open.as_ref().map(|open| &open.handle).ok_or(UsbError::Gone)
    }

    /// The error of a transfer; a halted endpoint is set going again, since only the host can do that.
    fn failed(&self, endpoint: u8, error: rusb::Error) -> UsbError {
        let error = UsbError::from(error);
        if error == UsbError::Stalled
            && let Ok(handle) = self.handle()
            && let Err(error) = handle.clear_halt(endpoint)
        {
            tracing::debug!(endpoint, %error, "a halted endpoint stays so");
        }
        error
    }
}

impl Port for UsbPort {
    fn open(&mut self) -> Result<Interface, UsbError> {
        let open = match self.open.take() {
            Some(open) => open,
            None => find(&self.wanted)?,
        };
        Ok(self.open.insert(open).interface.clone())
    }

    fn close(&mut self) {
        self.open = None;
    }

    fn bulk_out(&mut self, endpoint: u8, bytes: &[u8], wait: Duration) -> Result<usize, UsbError> {
        let sent = self.handle()?.write_bulk(endpoint, bytes, wait.max(WAIT_MIN));
        sent.map_err(|error| self.failed(endpoint, error))
    }

    fn bulk_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        let received = self.handle()?.read_bulk(endpoint, buffer, wait.max(WAIT_MIN));
        received.map_err(|error| self.failed(endpoint, error))
    }

    fn interrupt_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError> {
        let received = self.handle()?.read_interrupt(endpoint, buffer, wait.max(WAIT_MIN));
        received.map_err(|error| self.failed(endpoint, error))
    }

    fn control_in(
        &mut self,
        request: ControlRequest,
        buffer: &mut [u8],
        wait: Duration,
    ) -> Result<usize, UsbError> {
        let ControlRequest { kind, request, value, index } = request;
        Ok(self.handle()?.read_control(kind, request, value, index, buffer, wait.max(WAIT_MIN))?)
    }

    fn control_out(&mut self, request: ControlRequest, bytes: &[u8], wait: Duration) -> Result<(), UsbError> {
        let ControlRequest { kind, request, value, index } = request;
        self.handle()?.write_control(kind, request, value, index, bytes, wait.max(WAIT_MIN))?;
        Ok(())
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Looks at every device there is now. A fresh context sees what was plugged in since the last one, without having to
/// follow events.
fn find(wanted: &Wanted) -> Result<Open, UsbError> {
    let mut last = UsbError::Missing;
    for device in Context::new()?.devices()?.iter() {
        let Some(interface) = suits(wanted, &device) else { continue };
        match open(&device, interface) {
            Ok(open) => return Ok(open),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The interface to use, where the device is wanted. One whose descriptors cannot be read is not.
fn suits(wanted: &Wanted, device: &Device<Context>) -> Option<Interface> {
    let descriptor = device.device_descriptor().ok()?;
    let id = UsbId::new(descriptor.vendor_id(), descriptor.product_id());
    wanted.choose(id, &interfaces(device).ok()?)
}

fn interfaces(device: &Device<Context>) -> rusb::Result<Vec<Interface>> {
    let configuration = device.active_config_descriptor()?;
    let settings = configuration.interfaces().flat_map(|interface| interface.descriptors());
    Ok(settings.map(|setting| described(&setting)).collect())
}

fn described(setting: &rusb::InterfaceDescriptor<'_>) -> Interface {
    let endpoint = |endpoint: rusb::EndpointDescriptor<'_>| Endpoint {
        address: endpoint.address(),
        kind: match endpoint.transfer_type() {
            TransferType::Bulk => EndpointKind::Bulk,
            TransferType::Interrupt => EndpointKind::Interrupt,
            TransferType::Control | TransferType::Isochronous => EndpointKind::Other,
        },
        // The bits above tell of further packets in a microframe.
        packet_bytes: usize::from(endpoint.max_packet_size() & 0x07FF).max(1),
    };
    Interface {
        number: setting.interface_number(),
        setting: setting.setting_number(),
        class: (setting.class_code(), setting.sub_class_code(), setting.protocol_code()),
        endpoints: setting.endpoint_descriptors().map(endpoint).collect(),
    }
}

fn open(device: &Device<Context>, interface: Interface) -> Result<Open, UsbError> {
    let handle = device.open()?;
    release_from_kernel(&handle, interface.number);
    handle.claim_interface(interface.number)?;
    if interface.setting != 0 {
        handle.set_alternate_setting(interface.number, interface.setting)?;
    }
    Ok(Open { handle, interface })
}

/// Takes the interface away from a kernel driver (`usblp`, `usbhid`). That there is none is told as an error by some
/// kernels; whether it worked, claiming tells.
fn release_from_kernel(handle: &DeviceHandle<Context>, interface: u8) {
    if matches!(handle.kernel_driver_active(interface), Ok(true))
        && let Err(error) = handle.detach_kernel_driver(interface)
    {
        tracing::debug!(interface, %error, "the kernel driver stays");
    }
}
