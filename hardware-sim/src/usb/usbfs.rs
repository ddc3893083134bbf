//! The kernel's side of a device file: the `ioctl`s libusb uses (Linux, `uapi/linux/usbdevice_fs.h`).

use std::os::unix::net::UnixStream;
use std::sync::MutexGuard;

use super::bus::{Bus, Fetched};
use super::peripheral::UsbPeripheral;
use super::plug::Shared;
use super::urb::{URB_BYTES, Urb};
use super::wire::{Call, Outcome, Program};

/// The lowest byte of a request.
mod request {
    pub const SET_INTERFACE: u8 = 0x04;
    pub const SET_CONFIGURATION: u8 = 0x05;
    pub const GET_DRIVER: u8 = 0x08;
    pub const SUBMIT: u8 = 0x0A;
    pub const DISCARD: u8 = 0x0B;
    pub const REAP: u8 = 0x0C;
    pub const REAP_WITHOUT_WAITING: u8 = 0x0D;
    pub const CLAIM: u8 = 0x0F;
    pub const RELEASE: u8 = 0x10;
    pub const DRIVER: u8 = 0x12;
    pub const RESET: u8 = 0x14;
    pub const CLEAR_HALT: u8 = 0x15;
    pub const DISCONNECT: u8 = 0x16;
    pub const CAPABILITIES: u8 = 0x1A;
}

const EAGAIN: i32 = 11;
const EBUSY: i32 = 16;
const ENODEV: i32 = 19;
const EINVAL: i32 = 22;
const ENOTTY: i32 = 25;
const ENODATA: i32 = 61;

/// Zero packets, continued bulk transfers, no limit of size, scattered buffers, reaping after the device has gone.
const CAPABILITIES: u32 = 0x1F;
/// Longest transfer taken: usbfs itself takes 16 MiB in all.
const TRANSFER_BYTES_MAX: usize = 1 << 20;
/// `struct usbdevfs_getdriver`: the interface, then the name.
const DRIVER_BYTES: usize = 260;
const DRIVER_NAME: usize = 4;

/// Answers one open device file until it is closed.
pub(crate) fn serve<P: UsbPeripheral>(shared: &Shared<P>, stream: UnixStream, session: u64) {
    let mut file = OpenFile { shared, program: Program::new(stream), session };
    shared.bus().open(session);
    if let Err(error) = file.run() {
        tracing::debug!(%error, "a program ended in the middle of a call");
    }
    shared.bus().close(session);
}

struct OpenFile<'a, P> {
    shared: &'a Shared<P>,
    program: Program,
    session: u64,
}

impl<P: UsbPeripheral> OpenFile<'_, P> {
    fn run(&mut self) -> std::io::Result<()> {
        while let Some(call) = self.program.call()? {
            let outcome = match call {
                Call::Ioctl(request, argument) => self.ioctl(request.to_le_bytes()[0], argument)?,
                Call::Other => Err(EINVAL),
            };
            self.program.finish(outcome)?;
        }
        Ok(())
    }

    fn ioctl(&mut self, request: u8, argument: u64) -> std::io::Result<Outcome> {
        if request == request::REAP || request == request::REAP_WITHOUT_WAITING {
            return self.reap(argument);
        }
        if self.bus().is_gone(self.session) {
            return Ok(Err(ENODEV));
        }
        Ok(match request {
            request::SUBMIT => self.submit(argument)?,
            request::DISCARD => self.bus().discard(self.session, argument).then_some(0).ok_or(EINVAL),
            request::CLAIM => self.bus().claim(self.session).then_some(0).ok_or(EBUSY),
            request::RELEASE => {
                self.bus().release(self.session);
                Ok(0)
            }
            request::GET_DRIVER => self.tell_driver(argument)?,
            request::DRIVER => self.order_driver(argument)?,
            request::CAPABILITIES => {
                self.program.write(argument, &CAPABILITIES.to_ne_bytes())?;
                Ok(0)
            }
            request::SET_INTERFACE | request::SET_CONFIGURATION | request::RESET | request::CLEAR_HALT => {
                Ok(0)
            }
            _ => Err(ENOTTY),
        })
    }

    fn submit(&mut self, address: u64) -> std::io::Result<Outcome> {
        let mut urb = Urb::new(address, self.program.read::<URB_BYTES>(address)?);
        if urb.length() > TRANSFER_BYTES_MAX {
            return Ok(Err(EINVAL));
        }
        if urb.is_control() || !urb.is_in() {
            urb.data = self.program.read_bytes(urb.buffer(), urb.length())?;
        }
        let now = self.shared.now();
        let is_there = self.bus().submit(self.session, urb, now);
        self.shared.changed();
        Ok(is_there.then_some(0).ok_or(ENODEV))
    }

    /// Hands a finished transfer over, and its address.
    fn reap(&mut self, argument: u64) -> std::io::Result<Outcome> {
        let fetched = self.bus().fetch(self.session);
        let urb = match fetched {
            Fetched::Done(urb) => urb,
            Fetched::Nothing => return Ok(Err(EAGAIN)),
            Fetched::Gone => return Ok(Err(ENODEV)),
        };
        if let Some((buffer, bytes)) = urb.received() {
            self.program.write(buffer, bytes)?;
        }
        self.program.write(urb.address, &urb.finished())?;
        self.program.write(argument, &urb.address.to_ne_bytes())?;
        Ok(Ok(0))
    }

    fn tell_driver(&mut self, argument: u64) -> std::io::Result<Outcome> {
        let Some(name) = self.bus().kernel_driver() else { return Ok(Err(ENODATA)) };
        let mut bytes = self.program.read::<DRIVER_BYTES>(argument)?;
        bytes[DRIVER_NAME..].fill(0);
        bytes[DRIVER_NAME..DRIVER_NAME + name.len()].copy_from_slice(name.as_bytes());
        self.program.write(argument, &bytes)?;
        Ok(Ok(0))
    }

    /// `struct usbdevfs_ioctl`: the interface, then what its driver is to do. Only going away is known.
    fn order_driver(&mut self, argument: u64) -> std::io::Result<Outcome> {
        let order = self.program.read::<8>(argument)?;
        if order[4] != request::DISCONNECT {
            return Ok(Err(ENOTTY));
        }
        Ok(self.bus().detach().then_some(0).ok_or(ENODATA))
    }

    fn bus(&self) -> MutexGuard<'_, Bus<P>> {
        self.shared.bus()
    }
}
