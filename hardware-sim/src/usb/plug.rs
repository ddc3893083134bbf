//! A device on the bus: its files, its socket, and the threads that serve it.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::bus::Bus;
use super::descriptor::Shape;
use super::peripheral::UsbPeripheral;
use super::tree::{Place, Tree};
use super::usbfs::serve;
use crate::limits::{LINE_WAIT_MAX, USB_OPEN_MAX};
use crate::line::End;

/// A device that is plugged in; all ends when dropped, and with it the programs that have it open.
pub struct UsbLine<P> {
    shared: Arc<Shared<P>>,
    tree: Mutex<Tree>,
    threads: Vec<JoinHandle<()>>,
}

/// What the threads share.
pub(crate) struct Shared<P> {
    epoch: Instant,
    bus: Mutex<Bus<P>>,
    changed: Condvar,
    stop: AtomicBool,
    socket: PathBuf,
    open: Mutex<BTreeMap<u64, UnixStream>>,
}

impl<P> Shared<P> {
    pub(crate) fn bus(&self) -> MutexGuard<'_, Bus<P>> {
        lock(&self.bus)
    }

    pub(crate) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// The device may want to go on at another time than before.
    pub(crate) fn changed(&self) {
        self.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<P: UsbPeripheral> UsbLine<P> {
    /// Plugs `device` in at `place` of the tree in `dir`. Model time counts from `epoch`; `after` sees the device after each
    /// step.
    pub fn start(
        device: P,
        (dir, place, shape): (&Path, Place, Shape),
        epoch: Instant,
        after: impl FnMut(&mut P) + Send + 'static,
    ) -> std::io::Result<UsbLine<P>> {
        let mut tree = Tree::new(dir, place, &shape);
        let socket = tree.socket();
        let listener = listen(&socket)?;
        let mut bus = Bus::new(device, shape, Box::new(after));
        bus.plug(tree.plug()?);
        let shared = Arc::new(Shared {
            epoch,
            bus: Mutex::new(bus),
            changed: Condvar::new(),
            stop: AtomicBool::new(false),
            socket,
            open: Mutex::default(),
        });
        let (clock, door) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            std::thread::Builder::new().name("usb-clock".into()).spawn(move || run(&clock))?,
            std::thread::Builder::new().name("usb-door".into()).spawn(move || accept(&door, &listener))?,
        ];
        Ok(UsbLine { shared, tree: Mutex::new(tree), threads })
    }

    /// Looks at the device or changes it; programs take note at once.
    pub fn with<T>(&self, act: impl FnOnce(&mut End<P>) -> T) -> T {
        let mut bus = self.shared.bus();
        let answer = act(&mut bus.end);
        bus.pump(self.shared.now());
        self.shared.changed();
        answer
    }

    /// Whether the plug is in.
    pub fn is_plugged(&self) -> bool {
        self.shared.bus().is_plugged()
    }

    /// Pulls the plug or puts it in; returns once the files are gone or there.
    pub fn set_plugged(&self, plugged: bool) {
        let mut tree = lock(&self.tree);
        if plugged == self.is_plugged() {
            return;
        }
        let done = if plugged { self.plug(&mut tree) } else { self.unplug(&mut tree) };
        if let Err(error) = done {
            tracing::warn!(plugged, %error, "the plug does not settle");
        }
    }

    fn plug(&self, tree: &mut Tree) -> std::io::Result<()> {
        // Whoever finds the files meanwhile waits for the lock.
        let mut bus = self.shared.bus();
        bus.plug(tree.plug()?);
        Ok(())
    }

    fn unplug(&self, tree: &mut Tree) -> std::io::Result<()> {
        self.shared.bus().unplug();
        tree.unplug()
    }
}

impl<P> Drop for UsbLine<P> {
    fn drop(&mut self) {
        let mut bus = self.shared.bus();
        // Programs' threads may outlive this.
        bus.end.stop_recording();
        self.shared.stop.store(true, Ordering::Release);
        drop(bus);
        self.shared.changed();
        for stream in lock(&self.shared.open).values() {
            // It may have been closed by the program.
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        // Wakes the door.
        let _ = UnixStream::connect(&self.shared.socket);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a device thread panicked");
            }
        }
        if let Err(error) = lock(&self.tree).unplug() {
            tracing::warn!(%error, "files of a device stay behind");
        }
    }
}

impl<P> fmt::Debug for UsbLine<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsbLine").field("socket", &self.shared.socket).finish_non_exhaustive()
    }
}

fn listen(socket: &Path) -> std::io::Result<UnixListener> {
    if let Some(dir) = socket.parent() {
        std::fs::create_dir_all(dir)?;
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(socket),
    }
}

/// Lets the device go on when it is due.
fn run<P: UsbPeripheral>(shared: &Shared<P>) {
    let mut bus = shared.bus();
    while !shared.stop.load(Ordering::Acquire) {
        bus.pump(shared.now());
        let due = bus.end.device.due().map_or(LINE_WAIT_MAX, |due| due.saturating_sub(shared.now()));
        let waited = shared.changed.wait_timeout(bus, due.min(LINE_WAIT_MAX));
        bus = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Serves every program that opens the device file, each on a thread of its own.
fn accept<P: UsbPeripheral>(shared: &Arc<Shared<P>>, listener: &UnixListener) {
    for (session, stream) in (1..).zip(listener.incoming()) {
        if shared.stop.load(Ordering::Acquire) {
            return;
        }
        match stream.and_then(|stream| admit(shared, stream, session)) {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "a program cannot be served"),
        }
    }
}

fn admit<P: UsbPeripheral>(shared: &Arc<Shared<P>>, stream: UnixStream, session: u64) -> std::io::Result<()> {
    let mut open = lock(&shared.open);
    if open.len() >= USB_OPEN_MAX {
        return Err(std::io::Error::other("too many programs have the device open"));
    }
    open.insert(session, stream.try_clone()?);
    let serving = Arc::clone(shared);
    let run = move || {
        serve(&serving, stream, session);
        lock(&serving.open).remove(&session);
    };
    std::thread::Builder::new().name("usb-file".into()).spawn(run).map(|_| ())
}
