//! Where the programs of the house are.

use std::path::PathBuf;

use super::WorldError;

/// The three programs under test.
pub struct Programs {
    /// The terminal.
    pub kiosk: PathBuf,
    /// The devices.
    pub simulator: PathBuf,
    /// The centre.
    pub platform: PathBuf,
}

impl Programs {
    /// Finds them beside the runner's own program, or where `KIOSK_BIN`, `KIOSK_SIM_BIN` and
    /// `KIOSK_PLATFORM_BIN` say.
    ///
    /// # Errors
    /// One is missing.
    pub fn find() -> Result<Self, WorldError> {
        Ok(Self { kiosk: find("kiosk")?, simulator: find("kiosk-sim")?, platform: find("kiosk-platform")? })
    }
}

/// One program, where it is looked for as for the others.
pub(super) fn find(name: &'static str) -> Result<PathBuf, WorldError> {
    let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
    let path = std::env::var_os(&variable).map_or_else(|| beside(name), PathBuf::from);
    if path.is_file() { Ok(path) } else { Err(WorldError::NoProgram { name, path, variable }) }
}

/// Tests run from `target/PROFILE/deps`, programs from `target/PROFILE`.
fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let mut folder = own.parent().unwrap_or(&own);
    if folder.ends_with("deps") {
        folder = folder.parent().unwrap_or(folder);
    }
    folder.join(name)
}
