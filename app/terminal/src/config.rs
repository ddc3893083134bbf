//! `kiosk.toml`: what this terminal is connected to. Every key is documented at its field, and
//! `packaging/kiosk.toml` shows them all. A key that is not known, or a value that is not possible,
//! is refused by name.

mod devices;
mod plug;

use std::path::{Path, PathBuf};

use kiosk_scanner::Framing;
use kiosk_store::Keep;
use kiosk_tpm::Tpm;
use serde::Deserialize;

use crate::technician::Device;

pub use devices::{Application, Flow, IdReader, Receipts, Scanner};
pub use plug::{Plug, Plugged};

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The terminal itself.
    pub terminal: Terminal,
    /// The central platform.
    pub platform: Platform,
    /// What is kept.
    #[serde(default)]
    pub store: Store,
    /// What is plugged in.
    pub devices: Devices,
    /// The screen.
    #[serde(default)]
    pub screen: Screen,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
}

/// `[terminal]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// Where everything durable is kept: `identity/`, `store/`, `store.key`, `control.sock`.
    /// An absolute path; made at enrolment with access for its owner only.
    pub data_dir: PathBuf,
}

/// `[platform]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Where the platform is reached: `https://host:port`, without a path.
    pub url: String,
}

/// `[store]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// What the store may grow to, MiB, at least `LIMIT_MIB_MIN`. With 80 % of it gone technicians are told, with 95 % no
    /// new application is begun. By default 2048, or half of its disk where that is less.
    pub limit_mib: Option<u64>,
    /// How the store's key is kept in `store.key`. A key that is kept otherwise still opens the store; `kiosk store rekey` makes
    /// another that is kept like this.
    pub key: KeptKey,
    /// Where the TPM is, as the TPM2 tools write it, for `key = "tpm"`. By default the kernel's resource manager.
    pub tpm: Tpm,
}

/// How the store's key is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeptKey {
    /// In the plain, for its owner alone: who has the disk can read the store.
    #[default]
    File,
    /// Sealed by the TPM: the disk gives no store without this machine.
    Tpm,
}

impl From<KeptKey> for Keep {
    fn from(kept: KeptKey) -> Self {
        match kept {
            KeptKey::File => Self::Plain,
            KeptKey::Tpm => Self::Sealed,
        }
    }
}

/// The least a store can be given: four times its log.
const LIMIT_MIB_MIN: u64 = 64;

/// `[devices]`; a device that is not configured is not used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// `[devices.id_card]`: the identity-card reader.
    pub id_card: Option<Plugged<IdReader>>,
    /// `[devices.receipt_printer]`: the receipt printer.
    pub receipt_printer: Option<Plugged<Receipts>>,
    /// `[devices.page_printer]`: the printer of whole pages.
    pub page_printer: Option<Pages>,
    /// `[devices.smart_card]`: the slot for chip cards.
    pub smart_card: Option<Slot>,
    /// `[devices.scanner]`: the code scanner.
    pub scanner: Option<Plugged<Scanner>>,
}

/// A printer of whole pages on the network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// `ipp://HOST[:PORT]/PATH`, or `ipps:` with TLS: `/ipp/print` at a printer, `/printers/QUEUE` at CUPS.
    pub uri: String,
    /// The printer's own certificate, PEM; an absolute path. `ipps:` needs it, `ipp:` must not have it.
    pub certificate: Option<PathBuf>,
}

/// A slot for chip cards below the service `pcscd`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// A part of the reader's name, as `pcscd` lists it; empty takes the first reader.
    pub reader: String,
    /// The name (AID) of the application on technicians' cards, 10 to 32 hexadecimal digits.
    #[serde(default)]
    pub technician: Application,
}

/// `[screen]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    /// Fill the display.
    pub fullscreen: bool,
    /// Width of the window, 240 to 4320 px.
    pub width_px: u32,
    /// Height of the window, 240 to 4320 px.
    pub height_px: u32,
}

/// `[log]`; logs go to standard error and never hold personal data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`, or a filter of tracing's `EnvFilter`.
    pub level: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Screen {
    fn default() -> Self {
        Self { fullscreen: true, width_px: 1080, height_px: 1920 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// Why a configuration is not taken. Names the file, the key and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, a missing key or a value of the wrong kind.
    #[error("{path}: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Which key, and where.
        message: String,
    },
    /// A value that cannot be.
    #[error("{path}: {key}: {why}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The key, for example `screen.width_px`.
        key: &'static str,
        /// What is possible.
        why: String,
    },
}

impl Devices {
    /// Where a device is, if it is configured.
    pub fn place(&self, device: Device) -> Option<String> {
        match device {
            Device::IdCard => self.id_card.as_ref().map(|device| device.plug.to_string()),
            Device::ReceiptPrinter => self.receipt_printer.as_ref().map(|device| device.plug.to_string()),
            Device::PagePrinter => Some(self.page_printer.as_ref()?.uri.clone()),
            Device::SmartCard => self.smart_card.as_ref().map(|slot| match slot.reader.as_str() {
                "" => "the first reader".to_owned(),
                name => name.to_owned(),
            }),
            Device::Scanner => self.scanner.as_ref().map(|device| device.plug.to_string()),
        }
    }
}

impl Config {
    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Parse {
            path: path.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        match config.impossible() {
            Some((key, why)) => Err(ConfigError::Value { path: path.to_owned(), key, why }),
            None => Ok(config),
        }
    }

    fn impossible(&self) -> Option<(&'static str, String)> {
        let url = &self.platform.url;
        let host = url.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || host.contains('/') {
            return Some(("platform.url", format!("`{url}` is not `https://host:port`")));
        }
        if !self.terminal.data_dir.is_absolute() {
            return Some(("terminal.data_dir", "is not an absolute path".to_owned()));
        }
        if self.store.limit_mib.is_some_and(|mib| mib < LIMIT_MIB_MIN) {
            return Some(("store.limit_mib", format!("is below {LIMIT_MIB_MIN}")));
        }
        let devices = &self.devices;
        impossible_level(&self.log.level)
            .or_else(|| devices.receipt_printer.as_ref().and_then(impossible_printer))
            .or_else(|| devices.page_printer.as_ref().and_then(impossible_pages))
            .or_else(|| devices.smart_card.as_ref().and_then(impossible_slot))
            .or_else(|| devices.scanner.as_ref().and_then(impossible_scanner))
            .or_else(|| impossible_size("screen.width_px", self.screen.width_px))
            .or_else(|| impossible_size("screen.height_px", self.screen.height_px))
    }
}

fn impossible_level(level: &str) -> Option<(&'static str, String)> {
    let error = tracing_subscriber::EnvFilter::try_new(level).err()?;
    Some(("log.level", format!("`{level}` cannot be read: {error}")))
}

fn impossible_printer(printer: &Plugged<Receipts>) -> Option<(&'static str, String)> {
    let is_on_usb = matches!(printer.plug, Plug::Usb { .. });
    (is_on_usb && printer.own.flow.is_some())
        .then(|| ("devices.receipt_printer.flow", "means nothing on USB; leave it out".to_owned()))
}

fn impossible_pages(pages: &Pages) -> Option<(&'static str, String)> {
    let uri = &pages.uri;
    let (scheme, place) = uri.split_once("://").unwrap_or_default();
    let has_place = place.split_once('/').is_some_and(|(host, path)| !host.is_empty() && !path.is_empty());
    if !["ipp", "ipps"].contains(&scheme) || !has_place || uri.contains(char::is_whitespace) {
        return Some((
            "devices.page_printer.uri",
            format!("`{uri}` is not `ipp://host/path` or `ipps://host/path`"),
        ));
    }
    let key = "devices.page_printer.certificate";
    match &pages.certificate {
        None if scheme == "ipps" => Some((key, "is needed for `ipps:`".to_owned())),
        Some(_) if scheme == "ipp" => Some((key, "means nothing to `ipp:`; write `ipps:`".to_owned())),
        Some(path) if !path.is_absolute() => Some((key, "is not an absolute path".to_owned())),
        None | Some(_) => None,
    }
}

fn impossible_slot(slot: &Slot) -> Option<(&'static str, String)> {
    let is_name = !slot.reader.contains(char::is_control);
    (!is_name).then(|| ("devices.smart_card.reader", "is no name of a reader".to_owned()))
}

fn impossible_scanner(scanner: &Plugged<Scanner>) -> Option<(&'static str, String)> {
    let dialect = scanner.own.dialect;
    let (is_on_usb, is_of_usb) =
        (matches!(scanner.plug, Plug::Usb { .. }), dialect.framing == Framing::HidPos);
    let place = if is_on_usb { "USB" } else { "a serial line" };
    (is_on_usb != is_of_usb)
        .then(|| ("devices.scanner.dialect", format!("`{}` is no dialect of {place}", dialect.name)))
}

fn impossible_size(key: &'static str, px: u32) -> Option<(&'static str, String)> {
    let possible = (240..=4320).contains(&px);
    (!possible).then(|| (key, format!("{px} is not 240 to 4320")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = include_str!("../../../packaging/kiosk.toml");

    fn refused(text: &str) -> String {
        Config::parse(Path::new("kiosk.toml"), text).unwrap_err().to_string()
    }

    /// The packaged file with all it shows switched on: what is off by default is written `#key`, remarks `# words`.
    fn everything_on() -> String {
        let on =
            |line: &'static str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line);
        GOOD.lines().map(on).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_packaged_file_is_good_and_so_is_all_it_shows() {
        let parsed = |text: &str| Config::parse(Path::new("kiosk.toml"), text).unwrap().devices;
        assert!(parsed(GOOD).page_printer.is_none());
        let devices = parsed(&everything_on());
        assert!(devices.page_printer.is_some() && devices.smart_card.is_some() && devices.scanner.is_some());
    }

    #[test]
    fn bad_values_are_refused_by_name() {
        for (good, bad, named) in [
            ("baud = 115200", "baud = 1200", "baud: 1200"),
            ("path = \"/dev/kiosk/id-reader\"", "usb = [\"400:C35A\"]", "either `path`"),
            ("path = \"/dev/kiosk/id-reader\"\n", "", "either `path`"),
            (
                "path = \"/dev/kiosk/receipt-printer\"\nbaud = 115200\n",
                "usb = []\n",
                "devices.receipt_printer.flow",
            ),
            ("path = \"/dev/kiosk/scanner\"\nbaud = 9600\n", "usb = []\n", "devices.scanner.dialect"),
            ("width_px = 1080", "width_px = 20", "screen.width_px"),
            ("url = \"https://", "url = \"http://", "platform.url"),
            ("data_dir = \"/", "data_dir = \"", "terminal.data_dir"),
            ("data_dir = ", "datadir = ", "datadir"),
            ("limit_mib = 2048", "limit_mib = 63", "store.limit_mib"),
            ("key = \"file\"", "key = \"safe\"", "`tpm`"),
            ("tpm = \"device:", "tpm = \"", "is not `device:"),
            ("format = \"text\"", "format = \"xml\"", "xml"),
            ("level = \"info\"", "level = \"kiosk=loud\"", "log.level"),
            ("uri = \"ipps:", "uri = \"http:", "devices.page_printer.uri"),
            ("uri = \"ipps:", "uri = \"ipp:", "devices.page_printer.certificate"),
            ("certificate = ", "#certificate = ", "devices.page_printer.certificate"),
            ("certificate = \"/", "certificate = \"", "devices.page_printer.certificate"),
            ("dialect = \"plain", "dialect = \"loud", "honeywell-hid"),
            ("dialect = \"plain", "dialect = \"hid-pos\" #", "devices.scanner.dialect"),
            ("baud = 9600", "baud = 300", "baud: 300"),
            ("reader = \"", "reader = \"\\u0007", "devices.smart_card.reader"),
            ("technician = \"F0", "technician = \"F", "10 to 32"),
            ("model = \"generic-80\"", "model = \"generic\"", "presenter-80"),
            ("flow = \"software\"", "flow = \"xon\"", "hardware"),
            ("fingerprints = false", "fingerprints = 1", "fingerprints"),
        ] {
            let all = everything_on();
            assert!(all.contains(good), "{good}");
            let message = refused(&all.replacen(good, bad, 1));
            assert!(message.contains(named), "{message}");
        }
    }
}
