//! Commands and view of the network between terminal and platform.

use std::num::NonZeroU32;

use clap::Subcommand;
use serde::{Deserialize, Serialize};

/// What becomes of the network. What is wrong with it adds up until it is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// Every connection is closed, new ones at once
    Cut,
    /// Connections pass as they should
    Restore,
    /// Everything comes late, each way
    Delay {
        /// Milliseconds
        ms: u16,
    },
    /// A byte is spoiled on its way now and then
    Garble {
        /// The same seed spoils the same bytes
        #[arg(default_value_t = FIRST_SEED)]
        #[serde(default = "first_seed")]
        seed: u64,
    },
    /// No more comes through than this, each way
    Slow {
        /// Kilobits in a second
        kbit: NonZeroU32,
    },
}

const FIRST_SEED: u64 = 1;

fn first_seed() -> u64 {
    FIRST_SEED
}

/// The network at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkView {
    /// Whether nothing comes through.
    pub cut: bool,
    /// How late everything comes, milliseconds.
    pub delay_ms: u16,
    /// The seed by which bytes are spoiled, if they are.
    pub garble: Option<u64>,
    /// Kilobits in a second; without a limit if absent.
    pub kbit: Option<NonZeroU32>,
}

impl NetworkView {
    /// The network after something became of it.
    pub fn after(self, link: Link) -> NetworkView {
        match link {
            Link::Cut => NetworkView { cut: true, ..self },
            Link::Restore => NetworkView::default(),
            Link::Delay { ms } => NetworkView { delay_ms: ms, ..self },
            Link::Garble { seed } => NetworkView { garble: Some(seed), ..self },
            Link::Slow { kbit } => NetworkView { kbit: Some(kbit), ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::super::Command;
    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    fn read(words: &str) -> Result<Link, String> {
        let line = Line::try_parse_from(format!("sim network {words}").split_whitespace());
        let Command::Network { link } = line.map_err(|error| error.to_string())?.command else {
            return Err("another command".to_owned());
        };
        Ok(link)
    }

    #[test]
    fn words_on_the_command_line_and_in_json() {
        assert_eq!(read("cut"), Ok(Link::Cut));
        assert_eq!(read("delay 300"), Ok(Link::Delay { ms: 300 }));
        assert_eq!(read("garble"), Ok(Link::Garble { seed: 1 }));
        assert_eq!(read("garble 7"), Ok(Link::Garble { seed: 7 }));
        assert!(read("slow 0").is_err() && read("delay 70000").is_err());
        let slow = Command::Network { link: read("slow 64").unwrap() };
        let json = r#"{"network":{"link":{"slow":{"kbit":64}}}}"#;
        assert_eq!(serde_json::to_string(&slow).unwrap(), json);
        let garble: Command = serde_json::from_str(r#"{"network":{"link":{"garble":{}}}}"#).unwrap();
        assert_eq!(garble, Command::Network { link: Link::Garble { seed: 1 } });
    }

    #[test]
    fn what_is_wrong_adds_up_until_it_is_restored() {
        let slow = Link::Slow { kbit: NonZeroU32::MIN };
        let network = NetworkView::default().after(Link::Delay { ms: 5 }).after(slow).after(Link::Cut);
        let all = NetworkView { cut: true, delay_ms: 5, garble: None, kbit: Some(NonZeroU32::MIN) };
        assert_eq!(network, all);
        assert_eq!(network.after(Link::Restore), NetworkView::default());
    }
}
