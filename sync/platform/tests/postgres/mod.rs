//! A PostgreSQL server of one test: its own folder and socket, an ordinary user, gone at the end. Needs Debian's
//! package `postgresql`, which `./x test` installs.
#![allow(dead_code, reason = "stories take the quick kind, figures the durable one")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use tempfile::TempDir;

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Files here live in memory.
const MEMORY: &str = "/dev/shm";
/// What the server writes when it takes connections.
const READY: &str = "ready to accept connections";
/// For stories: nothing has to survive a power cut of the machine that tests.
const QUICK: [&str; 3] = ["fsync=off", "full_page_writes=off", "shared_buffers=16MB"];

/// A server at work.
pub struct Cluster {
    dir: TempDir,
    server: Child,
}

impl Cluster {
    /// A server that does not wait for a disk, in memory where the system has a place there.
    pub fn quick() -> Self {
        let memory = Path::new(MEMORY);
        let home = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        Self::start(&home, &QUICK)
    }

    /// A server as it is installed, on a disk: what lies in this folder outlives a restart of the machine (FHS 3.0, 5.15).
    pub fn durable() -> Self {
        Self::start(Path::new("/var/tmp"), &[])
    }

    fn start(home: &Path, settings: &[&str]) -> Self {
        let dir = ordinary_dir(home);
        copy(&template(), &dir.path().join("data"));
        let mut command = ordinary(&programs().join("postgres"));
        command.arg("-D").arg(dir.path().join("data")).arg("-k").arg(dir.path());
        command.args(["-c", "listen_addresses="]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        let mut server = command.stderr(Stdio::piped()).spawn().expect("postgres starts");
        let mut log = BufReader::new(server.stderr.take().expect("piped")).lines().map_while(Result::ok);
        let said = log.by_ref().take_while(|line| !line.contains(READY)).collect::<Vec<_>>();
        assert!(server.try_wait().expect("ours").is_none(), "postgres ended: {said:?}");
        // Read to its end, so that the server never waits for its log.
        std::thread::spawn(move || log.for_each(drop));
        Self { dir, server }
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        let user = User::from_uid(owner()).expect("users").expect("a user").name;
        let socket = self.dir.path().to_str().expect("a path").replace('/', "%2F");
        format!("postgres://{user}@{socket}/postgres")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // At once, and with its children; a kill would leave its shared memory behind.
        let id = Pid::from_raw(self.server.id().cast_signed());
        if kill(id, Signal::SIGQUIT).is_ok() {
            self.server.wait().ok();
        }
    }
}

/// PostgreSQL refuses to run as root.
fn owner() -> Uid {
    if Uid::current().is_root() { Uid::from_raw(65_534) } else { Uid::current() }
}

fn ordinary(program: &Path) -> Command {
    let mut command = Command::new(program);
    if Uid::current().is_root() {
        command.uid(owner().as_raw()).gid(owner().as_raw());
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn ordinary_dir(home: &Path) -> TempDir {
    let dir = tempfile::tempdir_in(home).expect("a folder");
    chown(dir.path(), Some(owner().as_raw()), None).expect("given away");
    dir
}

fn programs() -> PathBuf {
    let versions = fs::read_dir(VERSIONS).expect("install the package postgresql, or run ./x test");
    let newest = versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).max();
    newest.expect("install the package postgresql, or run ./x test")
}

/// A fresh database, made once and copied for each server: making one takes a second.
fn template() -> PathBuf {
    let home = PathBuf::from(option_env!("CARGO_TARGET_TMPDIR").unwrap_or("/var/tmp"));
    let version = programs().to_str().expect("a path").replace('/', "-");
    let template = home.join(format!("postgres{version}-{}", owner()));
    if !template.exists() {
        let dir = ordinary_dir(&std::env::temp_dir());
        let fresh = dir.path().join("data");
        let mut command = ordinary(&programs().join("initdb"));
        command.arg("-D").arg(&fresh).args(["-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
        assert!(command.arg("--wal-segsize=4").status().expect("initdb starts").success(), "initdb");
        let draft = tempfile::tempdir_in(&home).expect("a folder").keep();
        copy(&fresh, &draft.join("data"));
        // Where another test was quicker, its template is as good.
        fs::rename(draft.join("data"), &template).ok();
        fs::remove_dir_all(draft).ok();
    }
    template
}

/// With owners and modes.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("cp starts").success(), "{} copied", from.display());
}
