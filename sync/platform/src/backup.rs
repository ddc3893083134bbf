//! A whole platform as a folder: keys, configuration, and one state of the database, taken while servers run.
//!
//! A backup opens what terminals sealed and signs catalogues: it is as secret as the platform's own folder.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::configuration;
use crate::error::PlatformError;
use crate::keys;
use crate::platform::DATABASE;
use crate::store::{Place, Store};

/// What `pg_dump` writes.
const DUMP: &str = "platform.dump";

/// Writes the backup into a folder that does not exist yet.
pub fn back_up(dir: &Path, place: &Place, store: &Store, out: &Path) -> Result<(), PlatformError> {
    DirBuilder::new().mode(0o700).create(out).map_err(|source| unusable(out, source))?;
    copy_keys(dir, out)?;
    configuration::write(out, place)?;
    match place {
        Place::File(_) => Ok(store.back_up(&out.join(DATABASE))?),
        Place::Url(url) => {
            let mut dump = postgres_tool("pg_dump", url)?;
            run(dump.args(["--format=custom", "--no-owner", "--file"]).arg(out.join(DUMP)))
        }
    }
}

/// Makes a platform of a backup in a folder that holds none; in another PostgreSQL database where one is named.
pub fn restore(from: &Path, dir: &Path, database: Option<String>) -> Result<(), PlatformError> {
    let dump = from.join(DUMP);
    let url = database.or(configuration::read(from)?.database);
    let place = match url {
        Some(url) if dump.exists() => Place::Url(url),
        None if from.join(DATABASE).exists() => Place::File(dir.join(DATABASE)),
        Some(_) | None => return Err(PlatformError::NoBackup(from.to_owned())),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|source| unusable(dir, source))?;
    match &place {
        Place::File(path) => copy(&from.join(DATABASE), path)?,
        Place::Url(url) => {
            let mut restore = postgres_tool("pg_restore", url)?;
            run(restore.args(["--exit-on-error", "--single-transaction", "--no-owner"]).arg(&dump))?;
        }
    }
    copy_keys(from, dir)?;
    configuration::write(dir, &place)
}

fn copy_keys(from: &Path, to: &Path) -> Result<(), PlatformError> {
    keys::FILES.iter().try_for_each(|file| copy(&from.join(file), &to.join(file)))
}

/// With its mode.
fn copy(from: &Path, to: &Path) -> Result<(), PlatformError> {
    if to.exists() {
        return Err(PlatformError::Exists(to.to_owned()));
    }
    let copied = fs::copy(from, to).and_then(|_| fs::File::open(to)?.sync_all());
    copied.map_err(|source| unusable(from, source))
}

fn unusable(path: &Path, source: std::io::Error) -> PlatformError {
    PlatformError::File { path: path.to_owned(), source }
}

/// A tool of PostgreSQL. A password goes by its environment: arguments are seen by everybody.
fn postgres_tool(name: &'static str, url: &str) -> Result<Command, PlatformError> {
    let config = Config::from_str(url).map_err(|_| crate::store::StoreError::Url)?;
    let mut command = Command::new(name);
    match config.get_hosts().first() {
        Some(Host::Tcp(host)) => drop(command.args(["--host", host])),
        Some(Host::Unix(socket)) => drop(command.arg("--host").arg(socket)),
        None => {}
    }
    config.get_ports().first().map(|port| command.args(["--port", &port.to_string()]));
    config.get_user().map(|user| command.args(["--username", user]));
    config.get_dbname().map(|name| command.args(["--dbname", name]));
    let password = config.get_password().map(|word| String::from_utf8_lossy(word).into_owned());
    password.map(|word| command.env("PGPASSWORD", word));
    command.arg("--no-password").stdin(Stdio::null());
    Ok(command)
}

fn run(command: &mut Command) -> Result<(), PlatformError> {
    let tool = PathBuf::from(command.get_program());
    let status = command.status().map_err(|source| PlatformError::File { path: tool.clone(), source })?;
    if status.success() { Ok(()) } else { Err(PlatformError::Tool(tool)) }
}
