//! Planted faults: a campaign, or a test, is worth what it catches.
//!
//! Each patch of `mutants/` breaks one promise. It is applied to a scratch copy of a few crates, which must build, and whose
//! campaign must go red, or the one test that the patch names behind `Killed by:`; without any patch all of them must stay green.
//! Run from the root of the workspace.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::{BLIND, BROKEN, Error};

/// Where the patches lie.
const PATCHES: &str = "tests/crash/mutants";
/// Where the copy lies, with what is built of it; kept, so that the next time only what changed is built.
const SCRATCH: &str = "target/mutants";
/// What the copy holds: this crate, what it stands on, and the client, which carries commands out.
const CRATES: [&str; 4] = ["sync/protocol", "sync/store", "sync/client", "tests/crash"];
/// What stands before the test that kills a fault: the package, where cargo finds it, and its name.
const KILLED_BY: &str = "Killed by: ";
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
    let (copy, patches) = (Copy::make()?, patches()?);
    let judges = patches.iter().map(|patch| judge(patch)).collect::<io::Result<Vec<_>>>()?;
    let different = judges.iter().enumerate().filter(|(at, judge)| !judges[..*at].contains(judge));
    for (_, judge) in different {
        if let Some(flaw) = copy.judged_by(judge, seed)? {
            return Err(format!("without any fault: {flaw}").into());
        }
    }
    let mut fates = Vec::new();
    for (patch, judge) in patches.iter().zip(&judges) {
        copy.patch(patch, &[])?;
        let found = copy.judged_by(judge, seed)?;
        copy.patch(patch, &["--reverse"])?;
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

/// What must go red.
#[derive(PartialEq, Eq)]
enum Judge {
    Campaign,
    /// A test, as cargo's arguments name it: `--package P --lib NAME`, or `--test FILE` in the place of `--lib`.
    Test(Vec<String>),
}

fn judge(patch: &Path) -> io::Result<Judge> {
    let text = fs::read_to_string(patch)?;
    let named = text.lines().find_map(|line| line.strip_prefix(KILLED_BY));
    let words = |named: &str| named.split_whitespace().map(str::to_owned).collect();
    Ok(named.map_or(Judge::Campaign, |named| Judge::Test(words(named))))
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

    fn judged_by(&self, judge: &Judge, seed: u64) -> Result<Option<String>, Error> {
        match judge {
            Judge::Campaign => self.campaign(seed),
            Judge::Test(words) => self.test(words),
        }
    }

    /// Builds the copy and runs one test; its name where it fails. A test that is not there is an error.
    fn test(&self, words: &[String]) -> Result<Option<String>, Error> {
        let (name, place) = words.split_last().ok_or("a patch names no test")?;
        let cargo = |rest: &[&str]| {
            let mut cargo = self.cargo();
            cargo.args(["test", "--quiet"]).args(place).args(rest);
            cargo
        };
        succeeded(&cargo(&["--no-run"]).output()?, "the copy does not build")?;
        let output = cargo(&["--", "--exact", name]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        match (output.status.success(), text.contains("1 passed")) {
            (true, true) => Ok(None),
            (true, false) => Err(format!("there is no test {name}").into()),
            (false, _) => Ok(Some(format!("{name} fails"))),
        }
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// Builds the copy and runs its campaign; the first broken promise. That a control was not found out tells nothing of a fault.
    fn campaign(&self, seed: u64) -> Result<Option<String>, Error> {
        let mut build = self.cargo();
        build.args(["build", "--quiet", "--package", "kiosk-crash", "--bin", "crash"]);
        succeeded(&build.output()?, "the copy does not build")?;
        let mut crash = Command::new(self.target.join("debug/crash"));
        crash.args(["--calls", CALLS, "--seed", &seed.to_string()]).stderr(Stdio::null());
        let output = crash.output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        match output.status.code() {
            Some(0) => Ok(None),
            Some(1) => Ok(broken(&text)),
            _ => Err(format!("the campaign could not be carried out: {text}").into()),
        }
    }
}

fn broken(told: &str) -> Option<String> {
    let mut broken = told.lines().filter_map(|line| line.strip_prefix(BROKEN));
    broken.find(|flaw| !flaw.starts_with(BLIND)).map(str::to_owned)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_that_was_not_found_out_kills_no_fault() {
        let blind = format!("{BROKEN}{BLIND}: Fewer\n1 violations\n");
        assert_eq!(broken(&blind), None);
        assert_eq!(broken(&format!("{blind}{BROKEN}cut\n")), Some("cut".to_owned()));
    }
}
