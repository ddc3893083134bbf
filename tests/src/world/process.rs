//! A program that runs beside the runner, its log, and its end.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill, killpg};

use super::{WorldError, running};
use crate::deadlines;

/// How much of a log an error shows.
const LOG_LINES_SHOWN: usize = 12;

/// A running program. Dropping it asks it to end, and kills it when it does not.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    log_starts: usize,
}

impl Process {
    /// Starts a program; what it says goes to `NAME.log`, behind what stands there already.
    ///
    /// # Errors
    /// It cannot be started, or the log cannot be written.
    pub fn spawn(name: &str, command: &mut Command, logs: &Path) -> Result<Self, WorldError> {
        let log = logs.join(format!("{name}.log"));
        let file = append_to(&log)?;
        let log_starts = std::fs::read(&log).map_or(0, |bytes| bytes.len());
        let copy = file.try_clone().map_err(|source| WorldError::File { path: log.clone(), source })?;
        // An own group, so that a terminal's Ctrl-C reaches the runner alone and the runner ends things in order.
        command.stdin(Stdio::null()).stdout(file).stderr(copy).process_group(0);
        let child = running::start(|| command.spawn())
            .map_err(|source| WorldError::Start { name: name.to_owned(), source })?;
        Ok(Self { name: name.to_owned(), child, log, log_starts })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for a line of this run that `wanted` makes something of.
    ///
    /// # Errors
    /// The program ended or did not say it in time.
    pub fn await_line<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Result<T, WorldError> {
        self.await_ready(|said| said.lines().find_map(&wanted))
    }

    /// Waits until `ready`, which sees what this run has said so far, makes something of it.
    ///
    /// # Errors
    /// The program ended or did not get ready in time.
    pub fn await_ready<T>(&mut self, mut ready: impl FnMut(&str) -> Option<T>) -> Result<T, WorldError> {
        let found = deadlines::poll(deadlines::READY, || match ready(&self.said()) {
            Some(found) => Some(Some(found)),
            None => (!self.runs()).then_some(None),
        });
        match found {
            Some(Some(found)) => Ok(found),
            Some(None) => Err(self.not_ready("ended".to_owned())),
            None => Err(self.not_ready(format!("was not ready in {} s", deadlines::READY.as_secs()))),
        }
    }

    /// Ends it at once, as a power cut would (SIGKILL), and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        running::forget(&self.child);
    }

    fn said(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(self.log_starts..).unwrap_or_default()).into_owned()
    }

    fn not_ready(&self, what: String) -> WorldError {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        let log = lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n");
        WorldError::NotReady { name: self.name.clone(), what, log }
    }

    /// Asks it to end, and kills it when it does not.
    fn end(&mut self) {
        let Some(pid) = running::pid(&self.child).filter(|_| self.runs()) else { return };
        let _ = kill(pid, Signal::SIGTERM);
        if deadlines::poll(deadlines::ENDED, || (!self.runs()).then_some(())).is_none() {
            // Not the program alone: what it started itself must not outlive it.
            let _ = killpg(pid, Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
        running::forget(&self.child);
    }
}

/// What a command said.
pub struct Said {
    /// Whether it ended with 0.
    pub success: bool,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Calls a command and waits for its end, at most [`deadlines::COMMAND`].
///
/// # Errors
/// It cannot be started, does not end, or ends with another code than 0.
pub fn call(command: &mut Command) -> Result<String, WorldError> {
    call_with(command, Stdio::null())
}

/// The same with something on its standard input.
///
/// # Errors
/// As with `call`.
pub fn call_with(command: &mut Command, input: Stdio) -> Result<String, WorldError> {
    let shown = words(command);
    let said = listen(command, input)?;
    if said.success {
        return Ok(said.stdout);
    }
    Err(WorldError::Command {
        command: shown,
        said: format!("{}{}", said.stderr, said.stdout).trim().to_owned(),
    })
}

fn listen(command: &mut Command, input: Stdio) -> Result<Said, WorldError> {
    let shown = words(command);
    let failed = |source| WorldError::Start { name: words_of(&shown), source };
    let (out, err) = (tempfile::tempfile().map_err(failed)?, tempfile::tempfile().map_err(failed)?);
    let child = command
        .stdin(input)
        .stdout(out.try_clone().map_err(failed)?)
        .stderr(err.try_clone().map_err(failed)?)
        .spawn();
    let mut child = child.map_err(failed)?;
    let status = deadlines::poll(deadlines::COMMAND, || child.try_wait().transpose());
    let Some(status) = status else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(WorldError::Command { command: shown, said: "it did not end".to_owned() });
    };
    let success = status.map_err(failed)?.success();
    Ok(Said { success, stdout: read_back(out), stderr: read_back(err) })
}

fn read_back(mut file: File) -> String {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    let _ = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn words_of(shown: &str) -> String {
    shown.split(' ').next().unwrap_or_default().to_owned()
}

fn append_to(path: &Path) -> Result<File, WorldError> {
    let open = OpenOptions::new().create(true).append(true).open(path);
    open.map_err(|source| WorldError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_program_is_ended_with_its_handle() {
        let logs = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo ready; exec sleep 60"]);
        let mut process = Process::spawn("sleeper", &mut command, logs.path()).unwrap();
        process.await_line(|line| (line == "ready").then_some(())).unwrap();
        let pid = running::pid(&process.child).unwrap();
        drop(process);
        assert!(kill(pid, None).is_err(), "still there");
    }

    #[test]
    fn a_program_that_ends_early_shows_its_last_words() {
        let logs = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such port >&2; exit 3"]);
        let mut process = Process::spawn("server", &mut command, logs.path()).unwrap();
        let error = process.await_line(|line| (line == "ready").then_some(())).unwrap_err();
        assert!(error.to_string().contains("no such port"), "{error}");
    }

    #[test]
    fn a_failed_command_tells_what_it_said() {
        let error = call(Command::new("sh").args(["-c", "echo wrong; exit 1"])).unwrap_err();
        assert!(error.to_string().contains("wrong"), "{error}");
        assert_eq!(call(Command::new("echo").arg("fine")).unwrap(), "fine\n");
    }
}
