//! A running simulator: the devices, the control server and the network proxy.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

use crate::control::{Command, CommandError, Device, NetworkView, PaperPiece, State, routes};
use crate::printer::Flow;
use crate::residents::{Resident, ResidentsError};
use crate::scanner::Dialect;
use crate::usb::{DIR_BYTES_MAX, ReaderPipes};
use crate::world::World;

/// How a simulator is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the paths of the devices and the papers go; made if missing.
    pub dir: PathBuf,
    /// Where the control server listens; port 0 takes a free one.
    pub control: SocketAddr,
    /// The network: where the terminal connects to, and the platform behind. Port 0 takes a free one.
    pub proxy: Option<(SocketAddr, SocketAddr)>,
    /// Where the reader service `pcscd` takes virtual chip cards (vsmartcard `vpcd`).
    pub vpcd: Option<SocketAddr>,
    /// A small file system of the terminal's own that can be filled; usually a `tmpfs` at its data directory.
    pub disk: Option<PathBuf>,
    /// Where the traffic of the devices is recorded, one file each; written when the simulator ends.
    pub record: Option<PathBuf>,
    /// Puts the ID-card reader and the receipt printer on USB instead of ptys, and a scanner of the dialect `hid-pos`.
    pub usb: Option<UsbOptions>,
    /// Residents instead of those built in.
    pub residents: Option<PathBuf>,
    /// Line rate of the ID-card reader after power-on.
    pub reader_baud: u32,
    /// How the code scanner talks.
    pub scanner: Dialect,
    /// How the receipt printer asks for pauses.
    pub printer_flow: Flow,
}

/// A USB bus for programs under `libumockdev-preload`.
#[derive(Clone, Debug)]
pub struct UsbOptions {
    /// What `UMOCKDEV_DIR` of such a program names; made if missing, and its path is short.
    pub dir: PathBuf,
    /// How the ID-card reader puts frames into pipes.
    pub reader_pipes: ReaderPipes,
}

impl Options {
    /// Free ports on loopback, no proxy, no disk, no recording, the residents built in, 115200 baud, a Newland scanner.
    pub fn in_dir(dir: &Path) -> Options {
        Options {
            dir: dir.to_owned(),
            control: SocketAddr::from(([127, 0, 0, 1], 0)),
            proxy: None,
            vpcd: None,
            disk: None,
            record: None,
            usb: None,
            residents: None,
            reader_baud: crate::reader::BAUDS[0],
            scanner: Dialect::Newland,
            printer_flow: Flow::default(),
        }
    }
}

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The directory, a pty or a thread. Cure: rights and space; /dev/pts must be mounted.
    #[error("cannot set up the devices in {dir}")]
    Devices {
        /// Where.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The path of the USB tree is too long for the sockets below it. Cure: a shorter one, such as /tmp/usb.
    #[error("{dir} is longer than {max} bytes, too long for a USB tree", max = DIR_BYTES_MAX)]
    LongTree {
        /// The tree.
        dir: PathBuf,
    },
    /// A scanner of the HID point-of-sale kind without a bus. Cure: `--usb DIR`.
    #[error("a hid-pos scanner stands on USB alone, and there is no bus")]
    NoBus,
    /// An address is taken or not ours. Cure: another port, or 0.
    #[error("cannot listen at {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Not on this machine: the simulator has no lock on its door. Cure: 127.0.0.1.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The residents cannot be used.
    #[error(transparent)]
    Residents(#[from] ResidentsError),
}

/// A running simulator. Dropping it stops every thread and pulls every plug.
#[derive(Debug)]
pub struct Simulator {
    world: Arc<World>,
    dir: PathBuf,
    control: SocketAddr,
    proxy: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts one and writes its addresses to `control` and `proxy` in its directory.
    pub fn start(options: &Options) -> Result<Simulator, SimulatorError> {
        let dir = options.dir.clone();
        let failed = |source| SimulatorError::Devices { dir: dir.clone(), source };
        std::fs::create_dir_all(&dir).map_err(failed)?;
        let residents = residents(options)?;
        check_tree(options)?;
        let control = Listener::bind(options.control)?;
        let proxy =
            options.proxy.map(|(listen, target)| Ok::<_, SimulatorError>((Listener::bind(listen)?, target)));
        let proxy = proxy.transpose()?;
        let (network, watched) = watch::channel(NetworkView::default());
        let network = proxy.is_some().then_some(network);
        let world = World::build(&dir, options, residents, network).map_err(failed)?;
        let world = Arc::new(world);
        let addresses = (control.address, proxy.as_ref().map(|(listener, _)| listener.address));
        let (stop, stopped) = oneshot::channel();
        let served = Served { world: Arc::clone(&world), control, proxy, network: watched };
        let server = serve(served, stopped).map_err(failed)?;
        write_addresses(&dir, addresses).map_err(failed)?;
        let (control, proxy) = addresses;
        Ok(Simulator { world, dir, control, proxy, stop: Some(stop), server: Some(server) })
    }

    /// Carries out a command.
    pub fn act(&self, command: &Command) -> Result<(), CommandError> {
        self.world.act(command)
    }

    /// How everything stands.
    pub fn state(&self) -> State {
        self.world.state()
    }

    /// The pieces of paper in the tray.
    pub fn papers(&self) -> Vec<PaperPiece> {
        self.world.papers()
    }

    /// The path a terminal opens.
    pub fn path(&self, device: Device) -> PathBuf {
        self.dir.join(device.file_name())
    }

    /// Where the control server listens.
    pub fn control(&self) -> SocketAddr {
        self.control
    }

    /// Where the proxy listens, if there is one.
    pub fn proxy(&self) -> Option<SocketAddr> {
        self.proxy
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Nobody listens any more where the server has ended by itself.
        let _ = self.stop.take().map(|stop| stop.send(()));
        if self.server.take().is_some_and(|server| server.join().is_err()) {
            tracing::error!("the control server panicked");
        }
    }
}

struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    fn bind(address: SocketAddr) -> Result<Listener, SimulatorError> {
        if !address.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(address));
        }
        let bind = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok(Listener { address: listener.local_addr()?, listener })
        };
        bind().map_err(|source| SimulatorError::Listen { address, source })
    }
}

/// What the server's thread owns.
struct Served {
    world: Arc<World>,
    control: Listener,
    proxy: Option<(Listener, SocketAddr)>,
    network: watch::Receiver<NetworkView>,
}

fn serve(served: Served, stopped: oneshot::Receiver<()>) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run = move || {
        runtime.block_on(async {
            tokio::select! {
                _ = stopped => {}
                done = listen(served) => {
                    if let Err(error) = done {
                        tracing::error!(%error, "the control server ended");
                    }
                }
            }
        });
    };
    std::thread::Builder::new().name("control".into()).spawn(run)
}

async fn listen(served: Served) -> std::io::Result<()> {
    if let Some((listener, target)) = served.proxy {
        let listener = tokio::net::TcpListener::from_std(listener.listener)?;
        tokio::spawn(crate::proxy::serve(listener, target, served.network));
    }
    let control = tokio::net::TcpListener::from_std(served.control.listener)?;
    axum::serve(control, routes(served.world)).await
}

fn check_tree(options: &Options) -> Result<(), SimulatorError> {
    match &options.usb {
        None if options.scanner == Dialect::HidPos => Err(SimulatorError::NoBus),
        Some(usb) if usb.dir.as_os_str().len() > DIR_BYTES_MAX => {
            Err(SimulatorError::LongTree { dir: usb.dir.clone() })
        }
        Some(_) | None => Ok(()),
    }
}

fn residents(options: &Options) -> Result<Vec<Resident>, ResidentsError> {
    match &options.residents {
        Some(file) => crate::residents::read(file),
        None => Ok(crate::residents::library().to_vec()),
    }
}

fn write_addresses(dir: &Path, (control, proxy): (SocketAddr, Option<SocketAddr>)) -> std::io::Result<()> {
    std::fs::write(dir.join("control"), format!("{control}\n"))?;
    match proxy {
        Some(proxy) => std::fs::write(dir.join("proxy"), format!("{proxy}\n")),
        None => Ok(()),
    }
}
