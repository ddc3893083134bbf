//! The end of the process, which may come while a store is at work.
//!
//! SQLCipher and libcrypto free their memory in handlers of exit(3), whoever is using it then. Handlers run last in, first
//! out: ours is registered after theirs, waits for the work under way, and lets no other begin.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, PoisonError, RwLock, RwLockReadGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits::ENDING_WAIT_MAX;

static AT_WORK: RwLock<()> = RwLock::new(());
static ENDS: AtomicBool = AtomicBool::new(false);
static GUARDED: Once = Once::new();
const POLL: Duration = Duration::from_millis(1);

/// To be held while a database is worked on. Once the process ends, it never comes back.
pub(crate) fn work() -> RwLockReadGuard<'static, ()> {
    let work = AT_WORK.read().unwrap_or_else(PoisonError::into_inner);
    if ENDS.load(Ordering::SeqCst) {
        drop(work);
        loop {
            thread::park();
        }
    }
    work
}

/// To be called when a database is open: the libraries have registered their handlers then.
#[allow(unsafe_code)]
pub(crate) fn guard() {
    GUARDED.call_once(|| {
        // SAFETY: `wait` is a function of this program, takes nothing and does not unwind.
        if unsafe { libc::atexit(wait) } != 0 {
            tracing::warn!("no handler for the end of the process: it may crash while it ends");
        }
    });
}

extern "C" fn wait() {
    ENDS.store(true, Ordering::SeqCst);
    let until = Instant::now() + ENDING_WAIT_MAX;
    while matches!(AT_WORK.try_write(), Err(TryLockError::WouldBlock)) && Instant::now() < until {
        thread::sleep(POLL);
    }
}
