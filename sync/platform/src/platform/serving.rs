//! A platform that serves.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Platform;
use crate::case_number::{self, SYNTHETIC_CODE};
use crate::core::Core;
use crate::departments::{BadData, Departments};
use crate::error::PlatformError;
use crate::keys::Keys;
use crate::limits::{ENROL_AT_ONCE, ENROL_PER_S, RENEWAL_GRACE, TERMINAL_AT_ONCE, TERMINAL_PER_S};
use crate::metrics::Metrics;
use crate::pages::Press;
use crate::server::{self, Bounds, Centre, Clock, Rates};
use crate::texts::Texts;

/// Where pages are verified unless an address is given: a counter that knows the scheme.
pub const PAGES_ADDRESS: &str = "hecheng:page";
/// Holds the address of the running server, for scripts.
const ADDRESS: &str = "address";

/// How to serve.
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// When terminals shall ask for changes again, milliseconds.
    pub poll_ms: u32,
    /// Implementing code (31 characters) for items without one.
    pub default_code: String,
    /// What stands before the number in the code of a page.
    pub pages_address: String,
    /// The platform's clock.
    pub clock: Clock,
    /// What peers are granted.
    pub bounds: Bounds,
    /// How long after its end a terminal's certificate may still be renewed.
    pub renewal_grace: Duration,
    /// Where metrics are told, in the clear; nowhere where there is none.
    pub metrics: Option<SocketAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            poll_ms: 5_000,
            default_code: SYNTHETIC_CODE.to_owned(),
            pages_address: PAGES_ADDRESS.to_owned(),
            clock: Arc::new(Timestamp::now),
            bounds: Bounds::default(),
            renewal_grace: RENEWAL_GRACE,
            metrics: None,
        }
    }
}

/// A server at work. Dropping it stops it without waiting.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where it tells its metrics.
    pub metrics: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Takes no more requests, finishes those at hand, and ends.
    ///
    /// # Errors
    /// The server ended with an error.
    pub async fn stop(self) -> Result<(), PlatformError> {
        // It only fails when the server has ended already.
        self.stop.send(()).ok();
        self.serving.await.map_err(|error| PlatformError::Server(std::io::Error::other(error)))
    }
}

impl Platform {
    /// Serves the platform of a folder until it is stopped.
    ///
    /// # Errors
    /// There is none, its keys are not usable, or the address is taken.
    pub async fn serve(dir: &Path, options: Options) -> Result<Running, PlatformError> {
        let platform = Self::open(dir)?;
        let Options { listen, bounds, renewal_grace, metrics: metrics_at, .. } = options;
        let centre = platform.centre(options)?;
        let config = server::tls_config(&centre.keys, renewal_grace)?;
        let listening = |error| PlatformError::Listen(listen, error);
        let socket = TcpListener::bind(listen).await.map_err(listening)?;
        let addr = socket.local_addr().map_err(listening)?;
        let told = centre.metrics.clone();
        let metrics = match metrics_at {
            Some(listen) => Some(told.serve(listen).await?),
            None => None,
        };
        platform.write_address(addr)?;
        let (stop, stopped) = oneshot::channel();
        let routes = server::routes(Arc::new(centre), bounds);
        let serving = tokio::spawn(server::serve(socket, config, routes, told, bounds, stopped));
        tracing::info!(%addr, "serving");
        Ok(Running { addr, metrics, stop, serving })
    }

    /// The inside of a server, without a line.
    ///
    /// # Errors
    /// Its keys or built-in data are not usable.
    pub fn core(&self, options: Options) -> Result<Core, PlatformError> {
        Ok(Core(self.centre(options)?))
    }

    fn centre(&self, options: Options) -> Result<Centre, PlatformError> {
        let Options { poll_ms, default_code, pages_address, clock, bounds, .. } = options;
        Ok(Centre {
            store: self.store.clone(),
            keys: Keys::open(&self.dir)?,
            departments: Departments::built_in()?,
            press: Press::new(pages_address, bounds.typeset),
            texts: Texts::built_in().map_err(BadData::from)?,
            clock,
            poll_ms,
            default_code,
            case_number: case_number::local,
            metrics: Metrics::new(),
            terminal_rates: Rates::new(TERMINAL_PER_S, TERMINAL_AT_ONCE),
            enrol_rates: Rates::new(ENROL_PER_S, ENROL_AT_ONCE),
        })
    }

    fn write_address(&self, addr: SocketAddr) -> Result<(), PlatformError> {
        let path = self.dir.join(ADDRESS);
        std::fs::write(&path, addr.to_string()).map_err(|source| PlatformError::File { path, source })
    }
}
