//! The dock's end of the simulator's control API: passes wishes on, and looks how everything stands.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use clap::Parser;
use kiosk_sim::control::{Client, ClientError, Command, State};
use kiosk_sim::residents::Resident;

/// Between two looks: what happens by itself is seen soon, and a look takes the simulator less than a millisecond.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What one look gave.
pub struct Seen {
    /// Everything, or why nothing was seen.
    pub state: Result<State, String>,
    /// Whose cards there are; asked for with the first look that succeeds, and again after one that did not.
    pub residents: Option<Vec<Resident>>,
    /// Why the last wish was not carried out.
    pub refused: Option<String>,
}

/// The simulator's own words, read as its command line reads them.
#[derive(Parser)]
#[command(name = "dock", disable_help_subcommand = true)]
struct Wish {
    #[command(subcommand)]
    command: Command,
}

/// Why a wish was not carried out.
#[derive(Debug, thiserror::Error)]
enum NotDone {
    /// The simulator refused or did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Words the simulator does not know. Cure: those that the message names, or `kiosk-sim help`.
    #[error("{0}")]
    Words(String),
}

/// Reaches a simulator; it may be started later, and anew.
pub struct Link {
    place: String,
    refused: Option<String>,
    knows_residents: bool,
}

impl Link {
    /// Of the simulator at this address or with this directory.
    pub fn new(place: &str) -> Link {
        Link { place: place.to_owned(), refused: None, knows_residents: false }
    }

    /// Serves wishes and looks until nobody wishes or looks any more.
    pub fn serve(mut self, wishes: &Receiver<String>, seen: impl Fn(Seen) -> bool) {
        while seen(self.look()) {
            match wishes.recv_timeout(LOOK_EVERY) {
                Ok(words) => self.refused = self.act(&words).err().map(|error| in_full(&error)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn look(&mut self) -> Seen {
        let looked = Client::new(&self.place).and_then(|client| {
            let residents = (!self.knows_residents).then(|| client.residents()).transpose()?;
            Ok((client.state()?, residents))
        });
        let refused = self.refused.clone();
        self.knows_residents = looked.is_ok();
        match looked {
            Ok((state, residents)) => Seen { state: Ok(state), residents, refused },
            Err(error) => Seen { state: Err(in_full(&error)), residents: None, refused },
        }
    }

    fn act(&self, words: &str) -> Result<(), NotDone> {
        let command = read(words)?;
        Client::new(&self.place)?.act(&command)?;
        Ok(())
    }
}

fn read(words: &str) -> Result<Command, NotDone> {
    let line = std::iter::once("dock").chain(words.split_whitespace());
    let first_line = |error: clap::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
    Wish::try_parse_from(line).map(|wish| wish.command).map_err(|error| NotDone::Words(first_line(error)))
}

/// The error with all its causes, in one line.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything the buttons say, with an example where a name is added.
    fn words_of_the_buttons() -> Vec<String> {
        let sources = [include_str!("../ui/devices.slint"), include_str!("../ui/surroundings.slint")];
        let values = |source: &'static str, key: &'static str| {
            source.split(key).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned)
        };
        let complete = |words: String| match words.as_str() {
            "card place " => "card place alice".to_owned(),
            "chip insert " => "chip insert alice-bank".to_owned(),
            "printer " | "page-printer " | "scanner " => format!("{words}ok"),
            _ => words,
        };
        let mut words: Vec<String> =
            sources.iter().flat_map(|source| values(source, "words: \"")).map(complete).collect();
        for device in sources.iter().flat_map(|source| values(source, "device: \"")) {
            words.extend([format!("plug {device}"), format!("unplug {device}")]);
        }
        for (group, kind, key) in [
            ("component PrinterGroup", "printer", " state: \""),
            ("component PagesGroup", "page-printer", " state: \""),
            ("component ScannerGroup", "scanner", " fault: \""),
        ] {
            let group = sources[0].split(group).nth(1).unwrap_or_default();
            let group = group.split("\n}\n").next().unwrap_or_default();
            words.extend(values(group, key).map(|state| format!("{kind} {state}")));
        }
        words
    }

    #[test]
    fn every_button_says_what_the_simulator_understands() {
        let words = words_of_the_buttons();
        assert!(words.len() > 40, "{words:?}");
        let wrong: Vec<&String> = words.iter().filter(|words| read(words).is_err()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn words_nobody_understands_are_told_in_one_line() {
        let told = read("printer on-fire").map_err(|error| error.to_string());
        assert!(told.is_err_and(|why| why.contains("on-fire") && !why.contains('\n')));
    }

    #[test]
    fn a_simulator_that_is_not_there_is_told_with_the_reason() {
        let seen = Link::new("127.0.0.1:1").look();
        assert!(seen.state.is_err_and(|why| why.contains("no simulator answers at 127.0.0.1:1")));
    }
}
