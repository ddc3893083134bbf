//! What can go wrong at the operator's side.

use std::path::PathBuf;

use kiosk_protocol::configuration::BadConfiguration;
use kiosk_protocol::crypto::BadSignature;
use kiosk_protocol::ids::{BadId, Key, TerminalId};
use kiosk_protocol::revocation::BadRevocations;
use kiosk_protocol::service::BadPackage;

use crate::departments::BadData;
use crate::keys::KeyError;
use crate::pages::NotGenuine;
use crate::store::StoreError;

/// Why a command or the server could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The folder already holds a platform. Cure: choose another folder.
    #[error("{} already holds a platform", .0.display())]
    Exists(PathBuf),
    /// The folder holds no platform. Cure: run `kiosk-platform init` first.
    #[error("{} holds no platform; run init first", .0.display())]
    Missing(PathBuf),
    /// The database already holds a platform. Cure: copy that platform's folder to add a server, or name another
    /// database.
    #[error("the database already holds a platform; copy its folder to add a server")]
    DatabaseTaken,
    /// The folder holds no backup. Cure: name the folder `backup` wrote; for a backup of PostgreSQL also its tools.
    #[error("{} holds no backup", .0.display())]
    NoBackup(PathBuf),
    /// A tool of PostgreSQL failed. Cure: its message stands above.
    #[error("{} failed", .0.display())]
    Tool(PathBuf),
    /// `platform.toml` cannot be read. Cure: see the message below.
    #[error("cannot read {}", .0.display())]
    Configuration(PathBuf, #[source] Box<toml::de::Error>),
    /// Keys.
    #[error("the keys are not usable")]
    Keys(#[from] KeyError),
    /// Database.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// Built-in data.
    #[error("the built-in data are not usable")]
    Data(#[from] BadData),
    /// A name does not fit. Cure: see the message.
    #[error("{0}")]
    Id(#[from] BadId),
    /// A package is not usable. Cure: mend the file.
    #[error("{file}")]
    Package {
        /// The file, or the place in the list.
        file: String,
        /// What is wrong with it.
        source: BadPackage,
    },
    /// A package is too large, or there would be too many.
    #[error("{0}: more than the limit")]
    TooMuch(&'static str),
    /// 实施编码 has 31 characters.
    #[error("{0}: national_code does not have 31 characters")]
    NationalCode(Key),
    /// A page has a template this platform does not have. Cure: see `pages`.
    #[error("there is no template {0} for pages")]
    NoTemplate(Key),
    /// A page is not genuine.
    #[error("not genuine")]
    NotGenuine(#[from] NotGenuine),
    /// The version must go up.
    #[error("{service}: version {offered} is not newer than {published}, which is published")]
    NotNewer {
        /// The service.
        service: Key,
        /// In the file.
        offered: u32,
        /// At the platform.
        published: u32,
    },
    /// No such service is in force.
    #[error("{0} is not in force")]
    NotInForce(Key),
    /// A configuration that cannot be. Cure: see the message; the keys stand in the README.
    #[error("the configuration is not taken: {0}")]
    BadConfiguration(#[from] BadConfiguration),
    /// The key is not set there.
    #[error("{0} is not set there")]
    NotSet(String),
    /// No such terminal was enrolled or has an open ticket.
    #[error("{0} was never enrolled and has no open ticket")]
    NoTerminal(TerminalId),
    /// A card or a terminal that was not revoked cannot be readmitted.
    #[error("{0} was not revoked")]
    NotRevoked(String),
    /// A card's serial does not fit. Cure: as the terminal's `kiosk technician list` shows it.
    #[error(transparent)]
    Card(#[from] BadRevocations),
    /// The terminal showed no head of its journal yet. Cure: let it run with the network.
    #[error("{0} has shown no head of its journal")]
    NoHead(TerminalId),
    /// The catalogue could not be signed.
    #[error("the catalogue could not be signed")]
    Signature(#[from] BadSignature),
    /// Another folder of this platform has newer keys. Cure: copy that folder; the keys of this one count no more.
    #[error("the keys of this folder are not those in force; copy the folder where they were changed")]
    OtherKeys,
    /// A file of the operator cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address is taken or not ours. Cure: see the message below.
    #[error("cannot listen on {0}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
    /// TLS.
    #[error("TLS cannot be set up")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server ended with an error.
    #[error("the server ended")]
    Server(#[source] std::io::Error),
}

impl PlatformError {
    /// The operator can mend it by giving other input.
    pub fn is_bad_input(&self) -> bool {
        matches!(
            self,
            Self::Exists(_)
                | Self::Missing(_)
                | Self::DatabaseTaken
                | Self::NoBackup(_)
                | Self::Configuration(..)
                | Self::Id(_)
                | Self::Package { .. }
                | Self::TooMuch(_)
                | Self::NationalCode(_)
                | Self::NoTemplate(_)
                | Self::NotNewer { .. }
                | Self::NotInForce(_)
                | Self::BadConfiguration(_)
                | Self::NotSet(_)
                | Self::NoTerminal(_)
                | Self::NotRevoked(_)
                | Self::Card(_)
                | Self::NoHead(_)
                | Self::OtherKeys
                | Self::File { .. }
        )
    }
}
