//! The programs a runner started and has not ended yet. One that is told to end takes them along: what stays behind would
//! hold the ports and the daemons of the next run.

use std::collections::BTreeSet;
use std::io;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};

use crate::deadlines;

static RUNNING: Mutex<BTreeSet<Pid>> = Mutex::new(BTreeSet::new());

/// Shells give a program that a signal ended this exit code and the signal's number on top.
const ENDED_BY_SIGNAL: i32 = 128;

fn running() -> MutexGuard<'static, BTreeSet<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a program, the leader of its own group, which is remembered until [`forget`].
pub(super) fn start(spawn: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
    let mut running = running();
    let child = spawn()?;
    running.extend(pid(&child));
    Ok(child)
}

/// Its end has been waited for: its number may be another's from now on.
pub(super) fn forget(child: &Child) {
    if let Some(pid) = pid(child) {
        running().remove(&pid);
    }
}

/// Its number, as signals want it.
pub(super) fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().map(Pid::from_raw)
}

/// From now on SIGINT and SIGTERM end, before the runner itself, what it started.
///
/// # Errors
/// The system hands out no signals.
pub fn end_programs_with_runner() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let within = runtime.enter();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    drop(within);
    let wait_and_end = move || {
        let told = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => Signal::SIGINT,
                _ = terminate.recv() => Signal::SIGTERM,
            }
        });
        // Held to the end, so that nothing starts any more.
        let mut running = running();
        end(&mut running);
        std::process::exit(ENDED_BY_SIGNAL + told as i32);
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait_and_end).map(drop)
}

/// Asks all to end, and kills what does not.
fn end(running: &mut BTreeSet<Pid>) {
    tell(running, Signal::SIGTERM);
    let gone = deadlines::poll(deadlines::ENDED, || {
        running.retain(|pid| is_there(*pid));
        running.is_empty().then_some(())
    });
    if gone.is_none() {
        tell(running, Signal::SIGKILL);
    }
}

/// Each with what it started itself.
fn tell(running: &BTreeSet<Pid>, signal: Signal) {
    for pid in running {
        let _ = killpg(*pid, signal);
    }
}

fn is_there(pid: Pid) -> bool {
    matches!(waitpid(pid, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    fn sleeper(script: &str) -> io::Result<Child> {
        Command::new("sh").args(["-c", script]).process_group(0).spawn()
    }

    #[test]
    fn what_was_started_is_ended_also_where_it_does_not_listen() {
        let mut one = sleeper("exec sleep 60").unwrap();
        let mut other = sleeper("trap '' TERM; exec sleep 60").unwrap();
        let all = [pid(&one).unwrap(), pid(&other).unwrap()];
        end(&mut BTreeSet::from(all));
        // What `end` waited for itself has no status left.
        let _ = (one.wait(), other.wait());
        for pid in all {
            assert!(killpg(pid, None).is_err(), "{pid} is still there");
        }
    }

    #[test]
    fn what_has_ended_is_forgotten() {
        let mut child = start(|| Command::new("true").process_group(0).spawn()).unwrap();
        let pid = pid(&child).unwrap();
        assert!(running().contains(&pid));
        child.wait().unwrap();
        forget(&child);
        assert!(!running().contains(&pid));
    }
}
