//! The driver against a printer we did not write: `ippeveprinter` of CUPS (Debian's `cups-ipp-utils`), which wants a
//! system bus of its own. It shows no stopped states; those are left to the simulator.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kiosk_drivers_api::{
    Cancel, DeviceStatus, PageBitmap, PageFault, PageJob, PagePrinter, PagePrinterStatus, PaperSize, Supply,
};
use kiosk_page_printer::{Config, IppPagePrinter};
use tokio::net::TcpSocket;

/// For `ippeveprinter` to be up.
const UP_WAIT: Duration = Duration::from_secs(10);

/// A process that ends with its holder.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Peer {
    // Ends before its bus.
    _printer: Running,
    _bus: Running,
    port: u16,
    _held: TcpSocket,
    dir: tempfile::TempDir,
}

impl Peer {
    /// A printer of these formats that runs `script` for each job.
    fn start(formats: &str, script: &str) -> Peer {
        let dir = tempfile::tempdir().unwrap();
        let (bus, address) = bus(dir.path());
        // Held, so that nobody else gets it before the printer does, which binds beside it.
        let held = TcpSocket::new_v4().unwrap();
        held.set_reuseaddr(true).unwrap();
        held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = held.local_addr().unwrap().port();
        let command = dir.path().join("print");
        std::fs::write(&command, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o700)).unwrap();
        write_certificate(dir.path());
        let mut printer = Command::new("ippeveprinter");
        printer.args(["-n", "localhost", "-r", "off", "-k", "-p", &port.to_string(), "-f", formats]);
        printer.arg("-c").arg(&command).arg("-d").arg(dir.path()).arg("-K").arg(dir.path()).arg("A4");
        printer.env("DBUS_SYSTEM_BUS_ADDRESS", address).env("OUT", dir.path().join("out"));
        printer.stdout(Stdio::null()).stderr(Stdio::null());
        let printer = Running(printer.spawn().expect("Debian's cups-ipp-utils is installed"));
        let peer = Peer { _printer: printer, _bus: bus, port, _held: held, dir };
        let start = Instant::now();
        while peer.driver("ipp").status().device == DeviceStatus::NoDevice {
            assert!(start.elapsed() < UP_WAIT, "ippeveprinter does not come up");
        }
        peer
    }

    fn driver(&self, scheme: &str) -> IppPagePrinter {
        self.driver_trusting(scheme, self.path("localhost.crt"))
    }

    fn driver_trusting(&self, scheme: &str, certificate: PathBuf) -> IppPagePrinter {
        IppPagePrinter::new(Config {
            uri: format!("{scheme}://localhost:{}/ipp/print", self.port),
            user: "kiosk-1".to_owned(),
            certificate: Some(certificate),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Waits until a job's command has made `$OUT`.
    fn await_job(&self) {
        let start = Instant::now();
        while !self.path("out").exists() {
            assert!(start.elapsed() < UP_WAIT, "the job does not begin");
            std::thread::yield_now();
        }
    }

    /// What the job's command wrote to `$OUT`.
    fn out(&self) -> String {
        std::fs::read_to_string(self.path("out")).unwrap()
    }

    /// Sets levels as its web page does. It answers first and sets them while it writes the page, so the page is read to its end.
    fn set(&self, query: &str) {
        let mut stream = TcpStream::connect(("localhost", self.port)).unwrap();
        stream.set_read_timeout(Some(UP_WAIT)).unwrap();
        write!(stream, "GET {query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let (mut answer, mut next) = (Vec::new(), [0; 4096]);
        while !answer.ends_with(b"\r\n0\r\n\r\n") {
            let count = stream.read(&mut next).unwrap();
            assert!(count > 0, "the page ends in its midst");
            answer.extend_from_slice(&next[..count]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
}

/// A message bus for Avahi's client library, without Avahi.
fn bus(dir: &Path) -> (Running, String) {
    let address = format!("unix:path={}", dir.join("bus").display());
    let mut bus = Command::new("dbus-daemon");
    bus.args(["--session", "--nofork", "--nopidfile", "--print-address", "--address", &address]);
    bus.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut bus = Running(bus.spawn().expect("Debian's dbus is installed"));
    // It says its address as soon as it listens.
    let mut said = String::new();
    BufReader::new(bus.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.starts_with("unix:"), "{said}");
    (bus, address)
}

fn write_certificate(dir: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(dir.join("localhost.crt"), made.cert.pem()).unwrap();
    std::fs::write(dir.join("localhost.key"), made.signing_key.serialize_pem()).unwrap();
}

/// A page about nobody.
fn page() -> PageJob {
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
        trailer<</Root 1 0 R>>\n%%EOF\n";
    PageJob { pdf: pdf.to_vec(), pages: 1, bitmaps: Vec::new(), copies: 1, paper: PaperSize::A4 }
}

fn print(peer: &Peer, job: &PageJob) -> Result<(), PageFault> {
    peer.driver("ipp").print(job, &Cancel::default())
}

const TELL: &str = r#"echo "$CONTENT_TYPE $IPP_COPIES $IPP_MEDIA" >"$OUT"; cat "$1" >>"$OUT""#;

#[test]
fn a_pdf_arrives_as_it_was_sent() {
    let peer = Peer::start("application/pdf,image/pwg-raster", TELL);
    let mut job = page();
    job.copies = 2;
    assert_eq!(print(&peer, &job), Ok(()));
    let pdf = String::from_utf8(page().pdf.clone()).unwrap();
    assert_eq!(peer.out(), format!("application/pdf 2 iso_a4_210x297mm\n{pdf}"));
}

#[test]
fn dots_arrive_where_pdf_is_not_known() {
    let peer = Peer::start("image/pwg-raster", "head -c 13 \"$1\" >\"$OUT\"");
    assert_eq!(print(&peer, &page()), Err(PageFault::FormatRefused));
    let mut job = page();
    let grey = vec![255; 2_480 * 3_508];
    job.bitmaps = vec![PageBitmap { width: 2_480, height: 3_508, dpi: 300, grey }];
    assert_eq!(print(&peer, &job), Ok(()));
    assert_eq!(peer.out(), "RaS2PwgRaster");
}

#[test]
fn a_cover_opened_in_mid_job_is_told_and_the_job_cancelled() {
    let peer = Peer::start("application/pdf", "echo 'STATE: +cover-open' >&2; exec sleep 4");
    let start = Instant::now();
    assert_eq!(print(&peer, &page()), Err(PageFault::CoverOpen));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(peer.driver("ipp").status().fault, Some(PageFault::CoverOpen));
}

#[test]
fn a_job_the_printer_gives_up_is_no_page() {
    let peer = Peer::start("application/pdf", "exit 1");
    assert_eq!(print(&peer, &page()), Err(PageFault::Aborted));
}

#[test]
fn a_cancelled_page_returns_at_once() {
    let peer = Peer::start("application/pdf", "echo begun >\"$OUT\"; exec sleep 4");
    let cancel = Cancel::default();
    let (raise, mut driver) = (cancel.clone(), peer.driver("ipp"));
    let call = std::thread::spawn(move || (driver.print(&page(), &cancel), Instant::now()));
    peer.await_job();
    raise.cancel();
    let raised = Instant::now();
    let (done, ended) = call.join().unwrap();
    assert_eq!(done, Err(PageFault::Cancelled));
    assert!(ended - raised < Duration::from_millis(500), "{:?}", ended - raised);
}

#[test]
fn empty_trays_and_cartridges_are_told() {
    let peer = Peer::start("application/pdf", "");
    let status = |device, paper, toner| PagePrinterStatus { device, paper, toner, fault: None };
    let mut driver = peer.driver("ipp");
    peer.set("/supplies?supply0=5&supply1=5");
    assert_eq!(driver.status(), status(DeviceStatus::Online, Supply::Ok, Supply::Low));
    peer.set("/media?size0=iso_a4_210x297mm&type0=stationery&level0=0");
    assert_eq!(driver.status(), status(DeviceStatus::Online, Supply::Out, Supply::Low));
}

#[test]
fn over_tls_only_the_named_certificate_is_trusted() {
    let peer = Peer::start("application/pdf", TELL);
    assert_eq!(peer.driver("ipps").print(&page(), &Cancel::default()), Ok(()));
    let other = tempfile::tempdir().unwrap();
    write_certificate(other.path());
    let mut stranger = peer.driver_trusting("ipps", other.path().join("localhost.crt"));
    assert_eq!(stranger.status().fault, Some(PageFault::NotTrusted));
    let mut unsure = peer.driver_trusting("ipps", other.path().join("missing.crt"));
    assert_eq!(unsure.status().fault, Some(PageFault::NotTrusted));
}
