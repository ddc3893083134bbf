//! Serving until somebody stops it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use kiosk_platform::{Options, PAGES_ADDRESS, Platform, PlatformError, SYNTHETIC_CODE};

use super::say;

/// How to serve.
#[derive(clap::Args)]
pub struct Serve {
    /// The platform's folder.
    #[arg(long)]
    dir: PathBuf,
    /// Where to listen; port 0 takes a free one, written to DIR/address.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// When terminals shall ask for changes again, milliseconds.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(100..=3_600_000))]
    poll_ms: u32,
    /// 实施编码 of 31 characters for services without one.
    #[arg(long, default_value = SYNTHETIC_CODE, value_parser = implementing_code)]
    default_code: String,
    /// What stands before the number in the code of a page, for example https://HOST/pages.
    #[arg(long, default_value = PAGES_ADDRESS)]
    pages_address: String,
    /// For how many days after its end a terminal's certificate may still be renewed, at most 180.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(..=180))]
    renewal_grace_days: u64,
    /// Where Prometheus finds metrics (`/metrics`, in the clear), for example 127.0.0.1:9464.
    #[arg(long)]
    metrics: Option<SocketAddr>,
}

fn implementing_code(text: &str) -> Result<String, String> {
    let fits = text.len() == SYNTHETIC_CODE.len() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(text.to_owned()) } else { Err("must be 31 letters and digits".to_owned()) }
}

/// Serves until SIGTERM or SIGINT.
pub async fn serve(args: Serve) -> Result<(), PlatformError> {
    let Serve { dir, listen, poll_ms, default_code, pages_address, renewal_grace_days, metrics } = args;
    let renewal_grace = Duration::from_secs(renewal_grace_days * 24 * 3600);
    let stop = stop_signal().map_err(PlatformError::Server)?;
    let options = Options {
        listen,
        poll_ms,
        default_code,
        pages_address,
        renewal_grace,
        metrics,
        ..Options::default()
    };
    let running = Platform::serve(&dir, options).await?;
    say(&format!("listening on https://{}", running.addr))?;
    running.metrics.iter().try_for_each(|addr| say(&format!("metrics on http://{addr}/metrics")))?;
    stop.await;
    running.stop().await
}

fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
