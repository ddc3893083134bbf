//! Logs on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Starts logging. That the level can be read was checked with the configuration.
pub fn start(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => lines.finish().init(),
        LogFormat::Json => lines.json().finish().init(),
    }
    std::panic::set_hook(Box::new(say_where));
}

/// Only the place: a panic's message may quote what a resident typed.
fn say_where(panic: &std::panic::PanicHookInfo) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "panic");
}
