//! Threads the terminal cannot do without.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the program ends with when one of its threads broke down; systemd starts it again.
const EXIT_BROKEN: i32 = 70;

/// What the program ends with when an operator had it start again.
const EXIT_RESTART: i32 = 75;

/// Starts a thread. If it panics, the program ends at once: a terminal that only looks alive helps nobody.
pub fn spawn(name: &'static str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let guarded = move || {
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            end_program(&format!("thread {name} broke down"));
        }
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(guarded)?;
    Ok(())
}

/// Ends the program as an operator asked, to be started again from outside.
pub fn restart_program() {
    tracing::info!("the program ends to be started again, as the platform asked");
    std::process::exit(EXIT_RESTART);
}

/// Ends the program, to be started again from outside.
pub fn end_program(cause: &str) {
    tracing::error!(cause, "the program ends to be started again");
    std::process::exit(EXIT_BROKEN);
}
