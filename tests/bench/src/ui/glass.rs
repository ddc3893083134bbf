//! Runs `bench-glass` and reads what it found.

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use serde::Deserialize;

use super::limits;

/// What `bench-glass` tells, in one line of JSON. Its memory is the resident set: that grows at least as PSS does, and
/// not with the end of another program that uses the same fonts.
#[derive(Deserialize)]
pub struct Glass {
    /// Touch to pixels.
    pub touch_p95_ms: f64,
    /// Frames from one screen to the next.
    pub transition_p95_ms: f64,
    /// Memory after the first attract screen.
    rss_fresh_mb: f64,
    /// Memory after the visits that warm up.
    rss_warm_mb: f64,
    /// Memory after 1,000 more.
    rss_end_mb: f64,
}

impl Glass {
    /// What visits added to a fresh window, MB.
    pub fn added_mb(&self) -> f64 {
        (self.rss_end_mb - self.rss_fresh_mb).max(0.0)
    }

    /// What 1,000 visits added to a warm window, MB.
    pub fn growth_mb(&self) -> f64 {
        self.rss_end_mb - self.rss_warm_mb
    }
}

/// Runs it to its end.
pub fn run() -> Result<Glass, Box<dyn Error>> {
    let program = std::env::current_exe()?.with_file_name("bench-glass");
    let told = tempfile::NamedTempFile::new()?;
    let mut child = Command::new(&program).stdout(told.reopen()?).spawn()?;
    let end = Instant::now() + limits::GLASS;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= end {
            child.kill()?;
            break child.wait()?;
        }
        std::thread::sleep(limits::SETTLE);
    };
    if !status.success() {
        return Err(format!("{} ended with {status}", program.display()).into());
    }
    Ok(serde_json::from_str(&std::fs::read_to_string(told.path())?)?)
}
