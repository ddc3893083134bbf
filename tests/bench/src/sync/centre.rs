//! The platform under measurement, a program of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use kiosk_client::Identity;
use kiosk_client::enrol::enrol;
use kiosk_protocol::wire::Ticket;
use kiosk_tests::world::Programs;

use super::Any;
use crate::postgres::Cluster;

/// Where terminals of the same machine reach it.
pub const LOOPBACK: &str = "127.0.0.1";

/// What stands behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// As the figures call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A platform at work.
pub struct Centre {
    dir: tempfile::TempDir,
    cluster: Option<Cluster>,
    serving: Child,
    pub url: String,
}

impl Centre {
    pub fn start(database: Database) -> Result<Self, Any> {
        Self::start_at(database, Path::new("target"), LOOPBACK)
    }

    /// In this folder, and in the network of this thread at an address of it.
    pub fn start_at(database: Database, folder: &Path, address: &str) -> Result<Self, Any> {
        let dir = tempfile::tempdir_in(folder)?;
        let cluster = (database == Database::Postgres).then(Cluster::durable);
        let mut init = command("init", dir.path())?;
        init.args(["--name", address]);
        if let Some(cluster) = &cluster {
            init.args(["--database", &cluster.url()]);
        }
        said(&mut init)?;
        let mut serve = command("serve", dir.path())?;
        serve.args(["--listen", &format!("{address}:0")]).env("RUST_LOG", "error");
        let mut serving = serve.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(serving.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ").ok_or("it does not listen")?.to_owned();
        Ok(Self { dir, cluster, serving, url })
    }

    /// The server behind it, where it is PostgreSQL.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// A folder on the same disk.
    pub fn folder(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// Publishes a service.
    pub fn publish(&self, package: &str) -> Result<(), Any> {
        let file = self.folder("package.json");
        std::fs::write(&file, package)?;
        said(command("publish", self.dir.path())?.arg(file)).map(drop)
    }

    /// Enrols a terminal.
    pub async fn terminal(&self, name: &str) -> Result<Identity, Any> {
        let mut command = command("ticket", self.dir.path())?;
        let ticket = Ticket::try_from(said(command.args(["--terminal", name]))?)?;
        Ok(enrol(&self.url, &ticket, None, &self.folder(name)).await?)
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.serving.kill().ok();
        self.serving.wait().ok();
    }
}

fn command(name: &str, dir: &Path) -> Result<Command, Any> {
    let mut command = Command::new(Programs::find()?.platform);
    command.arg(name).arg("--dir").arg(dir);
    Ok(command)
}

fn said(command: &mut Command) -> Result<String, Any> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the platform refused a command".into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
