//! `platform.toml` of a platform's folder: where its database is. No file means SQLite in the folder itself.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::PlatformError;
use crate::store::Place;

const FILE: &str = "platform.toml";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// URL of a PostgreSQL database.
    pub database: Option<String>,
}

/// Reads the file of a folder, where there is one.
pub fn read(dir: &Path) -> Result<Configuration, PlatformError> {
    let path = dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            toml::from_str(&text).map_err(|error| PlatformError::Configuration(path, Box::new(error)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Configuration::default()),
        Err(source) => Err(PlatformError::File { path, source }),
    }
}

/// Writes the file where it has something to say. Readable by its owner only: a URL can hold a password.
pub fn write(dir: &Path, place: &Place) -> Result<(), PlatformError> {
    let Place::Url(url) = place else { return Ok(()) };
    let path = dir.join(FILE);
    let text = toml::to_string(&Configuration { database: Some(url.clone()) });
    let text = text.map_err(|error| PlatformError::Server(std::io::Error::other(error)))?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|source| PlatformError::File { path, source })
}
