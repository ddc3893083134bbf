//! Where a device is plugged in: at a serial line, or at USB.

use std::fmt;
use std::path::PathBuf;

use kiosk_usb::UsbId;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

/// A device's own keys, and beside them where it is: `path` and `baud`, or `usb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugged<T> {
    /// Where it is.
    pub plug: Plug,
    /// Its own keys.
    pub own: T,
}

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Keys")]
pub enum Plug {
    /// At a serial line: 8 data bits, no parity, 1 stop bit.
    Serial {
        /// The device file.
        path: PathBuf,
        /// Bits a second.
        baud: u32,
    },
    /// At USB.
    Usb {
        /// Any of these; none at all means those the driver knows.
        ids: Vec<UsbId>,
    },
}

/// What stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    /// The device file; packaging gives stable names by udev, for example `/dev/kiosk/id-reader`.
    path: Option<PathBuf>,
    /// 9600, 19200, 38400, 57600 or 115200; 115200 where it is left out.
    baud: Option<u32>,
    /// Vendor and product as `lsusb` shows them, `["0400:C35A"]`; an empty list means those the driver knows.
    usb: Option<Vec<String>>,
}

const BAUDS: [u32; 5] = [9_600, 19_200, 38_400, 57_600, 115_200];
const BAUD: u32 = 115_200;

impl<'de, T: DeserializeOwned> Deserialize<'de> for Plugged<T> {
    /// Both kinds of keys stand in one table.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut own = toml::Table::deserialize(deserializer)?;
        let keys = ["path", "baud", "usb"].into_iter();
        let plug: toml::Table = keys.filter_map(|key| own.remove_entry(key)).collect();
        Ok(Self { plug: read(plug)?, own: read(own)? })
    }
}

fn read<T: DeserializeOwned, E: Error>(table: toml::Table) -> Result<T, E> {
    table.try_into().map_err(|error: toml::de::Error| E::custom(error.to_string().trim_end()))
}

impl TryFrom<Keys> for Plug {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        match keys {
            Keys { path: Some(path), baud, usb: None } => {
                Ok(Plug::Serial { path, baud: possible(baud.unwrap_or(BAUD))? })
            }
            Keys { path: None, baud: None, usb: Some(ids) } => Ok(Plug::Usb { ids: ids_of(&ids)? }),
            Keys { .. } => Err("a device has either `path`, and `baud` where need be, or `usb`".to_owned()),
        }
    }
}

fn possible(baud: u32) -> Result<u32, String> {
    if BAUDS.contains(&baud) {
        return Ok(baud);
    }
    Err(format!("baud: {baud} is not one of {}", BAUDS.map(|baud| baud.to_string()).join(", ")))
}

fn ids_of(words: &[String]) -> Result<Vec<UsbId>, String> {
    words.iter().map(|word| word.parse().map_err(|error| format!("usb: {error}"))).collect()
}

impl fmt::Display for Plug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Plug::Serial { path, .. } => path.display().fmt(f),
            Plug::Usb { ids } if ids.is_empty() => f.write_str("usb"),
            Plug::Usb { ids } => {
                let words: Vec<String> = ids.iter().map(UsbId::to_string).collect();
                write!(f, "usb {}", words.join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        #[serde(default)]
        colour: String,
    }

    fn parsed(text: &str) -> Result<Plugged<Own>, String> {
        toml::from_str(text).map_err(|error: toml::de::Error| error.to_string())
    }

    #[test]
    fn a_device_is_on_a_line_or_on_usb_beside_its_own_keys() {
        let line = Plug::Serial { path: "/dev/kiosk/id-reader".into(), baud: 115_200 };
        let own = Own { colour: "red".to_owned() };
        let text = "path = \"/dev/kiosk/id-reader\"\ncolour = \"red\"";
        assert_eq!(parsed(text), Ok(Plugged { plug: line, own }));
        let usb = parsed(r#"usb = ["0400:C35A", "0483:5652"]"#).unwrap().plug;
        assert_eq!(usb.to_string(), "usb 0400:C35A 0483:5652");
        assert_eq!(parsed("usb = []").unwrap().plug, Plug::Usb { ids: Vec::new() });
    }

    #[test]
    fn bad_values_are_refused_by_name() {
        for (text, named) in [
            ("path = \"/dev/ttyS0\"\nbaud = 1200", "baud: 1200"),
            ("path = \"/dev/ttyS0\"\nbaud = \"fast\"", "baud"),
            ("usb = [\"0400C35A\"]", "usb: `0400C35A`"),
            ("usb = [\"0400:C35A\"]\npath = \"/dev/ttyS0\"", "either `path`"),
            ("usb = []\nbaud = 9600", "either `path`"),
            ("baud = 9600", "either `path`"),
            ("usb = \"0400:C35A\"", "usb"),
            ("usb = []\nport = 1", "port"),
            ("usb = []\ncolour = 1", "colour"),
        ] {
            let message = parsed(text).unwrap_err();
            assert!(message.contains(named), "{message}");
        }
    }
}
