//! Why a command failed, in a technician's words.

use crate::config::ConfigError;

/// Why a command failed. The exit code is 2 for what the technician can correct in the call or the
/// configuration and for a terminal that cannot serve, else 1.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is not usable.
    #[error("configuration")]
    Config(#[source] ConfigError),
    /// No identity, or a damaged one. Cure: `kiosk enrol`.
    #[error("this terminal has no usable identity; enrol it with a ticket: kiosk enrol --ticket …")]
    Identity(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The platform gave no identity.
    #[error("not enrolled")]
    Enrol(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The data directory cannot be made.
    #[error("terminal.data_dir cannot be made")]
    DataDir(#[source] std::io::Error),
    /// The store does not open.
    #[error("the store does not open")]
    Store(#[source] kiosk_store::StoreError),
    /// The control socket broke off.
    #[error("the running terminal gave no answer")]
    Control(#[source] std::io::Error),
    /// The runtime or a thread could not be started.
    #[error("cannot start")]
    Runtime(#[source] std::io::Error),
    /// The window could not be opened. Cure: a display, see `SLINT_BACKEND`.
    #[error("no window: {0}")]
    Window(String),
    /// The export cannot be written. Cure: another place, or more room.
    #[error("the journal's export cannot be written")]
    Export(#[source] std::io::Error),
    /// Something was refused.
    #[error("{0}")]
    Refused(String),
    /// The journal is broken, or a device does not work.
    #[error("{0}")]
    Broken(String),
    /// Something wants attention soon.
    #[error("{0}")]
    Warned(String),
    /// The terminal cannot serve.
    #[error("{0}")]
    NotReady(String),
}

impl Failure {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Refused(_) | Self::Identity(_) | Self::NotReady(_) => 2,
            Self::Enrol(_)
            | Self::DataDir(_)
            | Self::Store(_)
            | Self::Control(_)
            | Self::Runtime(_)
            | Self::Window(_)
            | Self::Export(_)
            | Self::Broken(_)
            | Self::Warned(_) => 1,
        }
    }

    /// The whole chain of causes in one line.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// An error and all its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
