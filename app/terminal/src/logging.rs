//! Logs on standard error, as `kiosk.toml` says, or as the city set it from afar.

use std::sync::OnceLock;

use kiosk_protocol::configuration::LogLevel;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::reload::Handle;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Changes how much is logged, once logging has started.
static SWITCH: OnceLock<Switch> = OnceLock::new();

struct Switch {
    /// As `kiosk.toml` says.
    own: String,
    turn: Box<dyn Fn(EnvFilter) + Send + Sync>,
}

/// Starts logging. That the level can be read was checked with the configuration.
pub fn start(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let turn = match log.format {
        LogFormat::Text => {
            let lines = lines.with_filter_reloading();
            let turn = turned_by(lines.reload_handle());
            lines.finish().init();
            turn
        }
        LogFormat::Json => {
            let lines = lines.json().with_filter_reloading();
            let turn = turned_by(lines.reload_handle());
            lines.finish().init();
            turn
        }
    };
    // Logging is started once.
    let _ = SWITCH.set(Switch { own: log.level.clone(), turn });
    std::panic::set_hook(Box::new(say_where));
}

/// Logs so much from now on; as `kiosk.toml` says where nothing is set.
pub fn set(level: Option<LogLevel>) {
    let Some(Switch { own, turn }) = SWITCH.get() else { return };
    turn(EnvFilter::new(level.map_or(own.as_str(), filter)));
}

/// Libraries stay at `info`, whatever is set: it is not known what theirs say beyond that.
fn filter(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "info,kiosk=debug",
    }
}

fn turned_by<S: 'static>(handle: Handle<EnvFilter, S>) -> Box<dyn Fn(EnvFilter) + Send + Sync> {
    Box::new(move |filter| {
        // It fails only when nothing is logged any more.
        let _ = handle.reload(filter);
    })
}

/// Only the place: a panic's message may quote what a resident typed.
fn say_where(panic: &std::panic::PanicHookInfo) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "panic");
}

#[cfg(test)]
mod tests {
    use tracing::level_filters::LevelFilter;

    use super::*;

    #[test]
    fn libraries_never_say_more_than_they_do_by_themselves() {
        for (level, most) in [
            (LogLevel::Warn, LevelFilter::WARN),
            (LogLevel::Info, LevelFilter::INFO),
            (LogLevel::Debug, LevelFilter::DEBUG),
        ] {
            assert_eq!(EnvFilter::new(filter(level)).max_level_hint(), Some(most), "{level:?}");
        }
        let libraries = filter(LogLevel::Debug).split(',').next();
        assert_eq!(libraries, Some("info"));
    }
}
