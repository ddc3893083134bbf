//! The line over a serial port.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use serialport::{ClearBuffer, FlowControl, SerialPort};

use crate::limits::PIECE_BYTES;
use crate::link::{Link, LinkError};

/// Ten bits a byte: start, eight of data, stop.
const BITS: u32 = 10;

/// How the device asks for pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Not at all.
    None,
    /// By the wires RTS and CTS: the kernel sends nothing while the device holds CTS back.
    Hardware,
    /// By XOFF and XON among its answers; the driver heeds them, so that it can still ask real-time questions.
    Software,
}

/// A line over a serial port: 8 data bits, no parity, 1 stop bit. XON and XOFF are left in the stream for the driver.
pub struct SerialLink {
    path: String,
    baud: u32,
    flow: Flow,
    port: Option<Box<dyn SerialPort>>,
    start: Instant,
}

impl SerialLink {
    /// Remembers path and line rate (bits per second); the port is opened on first use.
    pub fn new(path: String, baud: u32) -> Self {
        Self { path, baud, flow: Flow::None, port: None, start: Instant::now() }
    }

    /// The same with a way to ask for pauses.
    pub fn with_flow(mut self, flow: Flow) -> Self {
        self.flow = flow;
        self
    }

    fn port(&mut self) -> Result<&mut Box<dyn SerialPort>, LinkError> {
        self.port.as_mut().ok_or(LinkError::Gone)
    }
}

impl Link for SerialLink {
    fn open(&mut self) -> Result<(), LinkError> {
        if self.port.is_none() {
            let mut port = serialport::new(&self.path, self.baud).open().map_err(|e| open_error(&e))?;
            if self.flow == Flow::Hardware {
                hold_by_wire(port.as_mut());
            }
            self.port = Some(port);
        }
        Ok(())
    }

    fn close(&mut self) {
        self.port = None;
    }

    fn clear(&mut self) -> Result<(), LinkError> {
        self.port()?.clear(ClearBuffer::All).map_err(|_| LinkError::Gone)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError> {
        let port = self.port()?;
        port.set_timeout(wait).map_err(|_| LinkError::Gone)?;
        idle_as_zero(port.write(&bytes[..bytes.len().min(PIECE_BYTES)]))
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let port = self.port()?;
        port.set_timeout(wait).map_err(|_| LinkError::Gone)?;
        match port.read(buffer) {
            // Readable without a byte is the end of the file: the device went away.
            Ok(0) => Err(LinkError::Gone),
            other => idle_as_zero(other),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn byte_time(&self) -> Duration {
        Duration::from_secs(1) * BITS / self.baud.max(1)
    }

    fn baud(&self) -> Option<u32> {
        Some(self.baud)
    }

    fn set_baud(&mut self, baud: u32) -> Result<(), LinkError> {
        self.baud = baud;
        match &mut self.port {
            Some(port) => port.set_baud_rate(baud).map_err(|_| LinkError::Gone),
            None => Ok(()),
        }
    }
}

/// Readiness is shown by both wires. A line without wires (a pseudo-terminal, some bridges) refuses them, and then there
/// is nothing to hold back either.
fn hold_by_wire(port: &mut dyn SerialPort) {
    let wires = port
        .set_flow_control(FlowControl::Hardware)
        .and_then(|()| port.write_request_to_send(true))
        .and_then(|()| port.write_data_terminal_ready(true));
    if let Err(error) = wires {
        tracing::warn!(%error, "the line has no flow control by wire");
    }
}

fn idle_as_zero(result: io::Result<usize>) -> Result<usize, LinkError> {
    match result {
        Ok(count) => Ok(count),
        Err(e) if is_idle(e.kind()) => Ok(0),
        Err(_) => Err(LinkError::Gone),
    }
}

fn is_idle(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// A lock held by another program is reported as `NoDevice`; a missing path as `NotFound`.
fn open_error(error: &serialport::Error) -> LinkError {
    match error.kind() {
        serialport::ErrorKind::NoDevice => LinkError::InUse,
        serialport::ErrorKind::Io(io::ErrorKind::PermissionDenied) => LinkError::Refused,
        serialport::ErrorKind::Io(_)
        | serialport::ErrorKind::InvalidInput
        | serialport::ErrorKind::Unknown => LinkError::Missing,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serialport::TTYPort;

    use super::*;

    const WAIT: Duration = Duration::from_millis(500);

    fn line_to_pty() -> (TTYPort, SerialLink) {
        let (master, slave) = TTYPort::pair().unwrap();
        let path = slave.name().unwrap();
        (master, SerialLink::new(path, 115_200))
    }

    #[test]
    fn bytes_pass_both_ways_on_a_pty() {
        let (mut master, mut link) = line_to_pty();
        link.open().unwrap();
        assert_eq!(link.write(b"\xAA\x96\x00", WAIT), Ok(3));
        let mut seen = [0; 3];
        master.read_exact(&mut seen).unwrap();
        assert_eq!(&seen, b"\xAA\x96\x00");

        master.write_all(b"\x0D\x11\xFF").unwrap();
        let mut got = [0; 8];
        assert_eq!(link.read(&mut got, WAIT), Ok(3));
        assert_eq!(&got[..3], b"\x0D\x11\xFF");
    }

    #[test]
    fn silence_is_no_error() {
        let (_master, mut link) = line_to_pty();
        link.open().unwrap();
        assert_eq!(link.read(&mut [0; 8], Duration::from_millis(1)), Ok(0));
    }

    #[test]
    fn clear_forgets_what_was_received() {
        let (mut master, mut link) = line_to_pty();
        link.open().unwrap();
        master.write_all(b"old").unwrap();
        assert_eq!(link.read(&mut [0; 1], WAIT), Ok(1));
        link.clear().unwrap();
        assert_eq!(link.read(&mut [0; 8], Duration::from_millis(1)), Ok(0));
    }

    #[test]
    fn a_closed_peer_is_gone_and_a_missing_path_missing() {
        // The slave stays open, or its number, and so its path, would be free for the next pty.
        let (master, slave) = TTYPort::pair().unwrap();
        let mut link = SerialLink::new(slave.name().unwrap(), 115_200);
        link.open().unwrap();
        drop(master);
        assert_eq!(link.read(&mut [0; 8], WAIT), Err(LinkError::Gone));
        link.close();
        assert_eq!(link.open(), Err(LinkError::Missing));
    }

    #[test]
    fn a_second_opener_finds_the_line_in_use() {
        let (_master, mut link) = line_to_pty();
        link.open().unwrap();
        let mut second = SerialLink::new(link.path.clone(), link.baud);
        assert_eq!(second.open(), Err(LinkError::InUse));
    }

    #[test]
    fn a_peer_that_never_reads_stalls_writing_without_blocking_it() {
        let (_master, mut link) = line_to_pty();
        link.open().unwrap();
        let page = [0; 1_000];
        assert_eq!(link.write(&page, WAIT), Ok(PIECE_BYTES));
        let mut written = (0..5_000).map(|_| link.write(&page, Duration::from_millis(1)));
        assert!(written.any(|result| result == Ok(0)));
    }

    #[test]
    fn a_line_without_wires_is_used_all_the_same() {
        let (mut master, link) = line_to_pty();
        let mut link = link.with_flow(Flow::Hardware);
        link.open().unwrap();
        assert_eq!(link.write(b"x", WAIT), Ok(1));
        let mut seen = [0];
        master.read_exact(&mut seen).unwrap();
        assert_eq!(&seen, b"x");
    }

    #[test]
    fn another_rate_holds_at_once_and_after_opening_again() {
        let (_master, mut link) = line_to_pty();
        link.open().unwrap();
        link.set_baud(9_600).unwrap();
        let rate = |link: &SerialLink| link.port.as_ref().unwrap().baud_rate().unwrap();
        assert_eq!((rate(&link), link.baud()), (9_600, Some(9_600)));
        assert_eq!(link.byte_time(), Duration::from_nanos(1_041_666));
        link.close();
        link.open().unwrap();
        assert_eq!(rate(&link), 9_600);
    }

    #[test]
    fn a_byte_takes_ten_bits() {
        let (_master, link) = line_to_pty();
        assert_eq!(link.byte_time(), Duration::from_nanos(86_805));
    }
}
