//! Planted faults: a campaign is worth what it catches.
//!
//! Each patch of `mutants/` breaks one promise of the store. It is applied to a scratch copy of the crates below this
//! one, which must build, and whose own campaign must go red; without any patch it must stay green. Run from the root of
//! the workspace.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Error;

/// Where the patches lie.
const PATCHES: &str = "tests/crash/mutants";
/// Where the copy lies, with what is built of it; kept, so that the next time only what changed is built.
const SCRATCH: &str = "target/mutants";
/// What the copy holds: this crate and what it stands on.
const CRATES: [&str; 3] = ["sync/protocol", "sync/store", "tests/crash"];
/// Calls of the script that must find a fault; cut behind every order.
const CALLS: &str = "60";

/// What became of one fault.
pub struct Fate {
    /// Its patch, without the ending.
    pub name: String,
    /// How it was found out; nothing where it lives on.
    pub found: Option<String>,
}

/// Plants each fault in turn and tells what became of it.
pub fn run(seed: u64, mut tell: impl FnMut(&Fate)) -> Result<Vec<Fate>, Error> {
    let copy = Copy::make()?;
    if let Some(flaw) = copy.campaign(seed)? {
        return Err(format!("without any fault: {flaw}").into());
    }
    let mut fates = Vec::new();
    for patch in patches()? {
        copy.patch(&patch, &[])?;
        let found = copy.campaign(seed)?;
        copy.patch(&patch, &["--reverse"])?;
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let fate = Fate { name, found };
        tell(&fate);
        fates.push(fate);
    }
    Ok(fates)
}

fn patches() -> io::Result<Vec<PathBuf>> {
    let mut patches =
        fs::read_dir(PATCHES)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    patches.retain(|path| path.extension().is_some_and(|ending| ending == "patch"));
    patches.sort();
    Ok(patches)
}

struct Copy {
    root: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn make() -> Result<Self, Error> {
        let scratch = std::path::absolute(SCRATCH)?;
        let (root, target) = (scratch.join("copy"), scratch.join("target"));
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        for part in CRATES {
            copy_tree(Path::new(part), &root.join(part))?;
        }
        let members: Vec<_> = CRATES.map(|part| format!("{part:?}")).into();
        let manifest = fs::read_to_string("Cargo.toml")?;
        let is_members = |line: &&str| line.starts_with("members = [");
        let line = manifest.lines().find(is_members).ok_or("the workspace names no members on one line")?;
        fs::write(
            root.join("Cargo.toml"),
            manifest.replace(line, &format!("members = [{}]", members.join(", "))),
        )?;
        fs::copy("Cargo.lock", root.join("Cargo.lock"))?;
        Ok(Self { root, target })
    }

    fn patch(&self, patch: &Path, options: &[&str]) -> Result<(), Error> {
        let mut command = Command::new("patch");
        command.args(["--strip=1", "--silent", "--no-backup-if-mismatch", "--fuzz=0"]).args(options);
        command.arg("--directory").arg(&self.root).stdin(fs::File::open(patch)?);
        succeeded(&command.output()?, &format!("{} does not fit", patch.display()))
    }

    /// Builds the copy and runs its campaign; the first broken promise.
    fn campaign(&self, seed: u64) -> Result<Option<String>, Error> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--package", "kiosk-crash", "--bin", "crash"]);
        build.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        succeeded(&build.output()?, "the copy does not build")?;
        let mut crash = Command::new(self.target.join("debug/crash"));
        crash.args(["--calls", CALLS, "--seed", &seed.to_string()]).stderr(Stdio::null());
        let output = crash.output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        match output.status.code() {
            Some(0) => Ok(None),
            Some(1) => Ok(text.lines().find_map(|line| line.strip_prefix("BROKEN ")).map(str::to_owned)),
            _ => Err(format!("the campaign could not be carried out: {text}").into()),
        }
    }
}

fn succeeded(output: &Output, words: &str) -> Result<(), Error> {
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    Err(format!("{words}: {}", String::from_utf8_lossy(&text)).into())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
