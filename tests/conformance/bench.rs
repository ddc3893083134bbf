//! The bench file: which real devices lie on the bench, and whether somebody is there to handle them.

use std::path::PathBuf;

use serde::Deserialize;

/// Names the file.
const VARIABLE: &str = "KIOSK_BENCH";

/// The devices on the bench; what is not named is the simulator's.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bench {
    /// Whether somebody does what the tests ask for; without hands, what needs them is left out.
    #[serde(default)]
    pub hands: bool,
    /// The identity-card reader.
    pub id_card: Option<Serial>,
    /// The receipt printer.
    pub receipt_printer: Option<Serial>,
    /// The page printer.
    pub page_printer: Option<Printer>,
    /// The reader of chip cards.
    pub smart_card: Option<Reader>,
    /// The code scanner.
    pub scanner: Option<Scanner>,
}

/// A serial port.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serial {
    /// Its path.
    pub path: PathBuf,
    /// Its line rate.
    #[serde(default = "usual_baud")]
    pub baud: u32,
}

/// A printer on the network.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printer {
    /// `ipp:` or `ipps:`.
    pub uri: String,
    /// Its certificate, for `ipps:`.
    pub certificate: Option<PathBuf>,
}

/// A reader by the name its service gives it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// The name, or its beginning.
    pub reader: String,
}

/// A scanner on a serial port.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scanner {
    /// Its path.
    pub path: PathBuf,
    /// Its line rate.
    #[serde(default = "usual_baud")]
    pub baud: u32,
    /// How it talks, as the terminal's configuration names it.
    pub dialect: String,
}

/// What readers and printers are set to when they are delivered.
fn usual_baud() -> u32 {
    115_200
}

/// Reads the bench file; an empty bench where none is named.
pub fn bench() -> Bench {
    let Some(path) = std::env::var_os(VARIABLE).map(PathBuf::from) else { return Bench::default() };
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
