//! The peer: Debian's Chromium in kiosk mode with a page of the same look.
//!
//! It gets every help a deployment would give it: a profile that was used before, nothing in the background, no
//! extensions, no search for a GPU that is not there.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;

use kiosk_bench::process::tree_pss_mb;

use super::eye::{Rows, ms};
use super::limits;
use super::station::{Seen, Stage};

/// The home screen: same texts, sizes, colours and pictures.
const PAGE: &str = include_str!("home.html");
/// The pictures of the page, by the name it asks for them.
const PICTURES: [(&str, &str); 10] = [
    ("mark", include_str!("../../../../ui/screens/ui/icons/mark.svg")),
    ("place-card", include_str!("../../../../ui/screens/ui/icons/place-card.svg")),
    ("house", include_str!("../../../../ui/screens/ui/icons/house.svg")),
    ("wallet", include_str!("../../../../ui/screens/ui/icons/wallet.svg")),
    ("caution", include_str!("../../../../ui/screens/ui/icons/caution.svg")),
    ("list", include_str!("../../../../ui/screens/ui/icons/list.svg")),
    ("letters", include_str!("../../../../ui/screens/ui/icons/letters.svg")),
    ("back", include_str!("../../../../ui/screens/ui/icons/back.svg")),
    ("help", include_str!("../../../../ui/screens/ui/icons/help.svg")),
    ("end", include_str!("../../../../ui/screens/ui/icons/end.svg")),
];
/// Portrait, without asking a window manager.
const ARGUMENTS: [&str; 14] = [
    "--kiosk",
    "--window-size=1080,1920",
    "--window-position=0,0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate",
    "--disable-breakpad",
    "--disable-gpu",
    "--password-store=basic",
    "--lang=zh-CN",
];

/// Chromium with its page and its profile.
pub struct Chromium {
    program: PathBuf,
    page: PathBuf,
    profile: PathBuf,
    home: Option<Rows>,
}

impl Chromium {
    /// Where it is; or why it is not measured.
    pub fn find() -> Result<PathBuf, String> {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let found =
            std::env::split_paths(&folders).map(|folder| folder.join("chromium")).find(|path| path.is_file());
        found.ok_or_else(|| "not measured: the Debian package chromium is not installed".to_owned())
    }

    /// Writes the page.
    pub fn new(program: PathBuf, stage: &Stage) -> Result<Self, Box<dyn Error>> {
        let folder = &stage.folder;
        let page = folder.join("home.html");
        let filled = PICTURES.iter().fold(PAGE.to_owned(), |page, (name, picture)| {
            page.replace(&format!("{{{{{name}}}}}"), &picture.replace("#000", "currentColor"))
        });
        std::fs::write(&page, filled)?;
        Ok(Self { program, page, profile: folder.join("profile"), home: None })
    }

    /// Starts it and ends it; the first time it shows how the page looks, then how long until that is seen.
    pub fn show_home(&mut self, stage: &Stage) -> Result<Seen, Box<dyn Error>> {
        let mut command = Command::new(&self.program);
        command.args(ARGUMENTS).arg(format!("--user-data-dir={}", self.profile.display()));
        if nix::unistd::geteuid().is_root() {
            // Its sandbox refuses to start for root.
            command.args(["--no-sandbox", "--test-type"]);
        }
        command.arg(format!("file://{}", self.page.display()));
        let (process, spawned) = stage.start("chromium", &mut command)?;
        let home = match &self.home {
            Some(home) => home,
            None => self.home.insert(stage.eye.await_still()?),
        };
        let seen = stage.eye.await_rows(home)?;
        sleep(limits::SETTLE);
        Ok(Seen { start_ms: ms(seen - spawned), pss_mb: tree_pss_mb(process.id())? })
    }
}
