//! What operators may have this terminal do from afar: nothing that shows a screen, acts for a resident or touches a device.

use kiosk_client::Orders;
use kiosk_protocol::ids::Key;
use kiosk_protocol::limits::COMMAND_DETAIL_CHARS_MAX;
use kiosk_protocol::wire::{CommandResult, Outcome, REPORT_STATUS, RESTART_WHEN_IDLE};
use kiosk_store::Store;
use serde_json::json;

use super::board::Board;
use crate::commands::published;

/// Carries out what the platform asks for.
pub struct FromAfar {
    /// What is known of the terminal.
    pub board: Board,
    /// What waits.
    pub store: Store,
}

impl Orders for FromAfar {
    fn carry_out(&self, kind: &Key) -> CommandResult {
        match kind.as_str() {
            REPORT_STATUS => self.status(),
            RESTART_WHEN_IDLE => CommandResult::new(Outcome::Done, "starts again once nobody is served"),
            _ => CommandResult::new(Outcome::Unsupported, ""),
        }
    }

    /// The program ends by this only once its result is on disk.
    fn recorded(&self, kind: &Key) {
        if kind.as_str() == RESTART_WHEN_IDLE {
            self.board.restart_when_idle();
        }
    }
}

impl FromAfar {
    fn status(&self) -> CommandResult {
        let standings: Vec<_> = self.board.standings().into_iter().map(|standing| json!(standing)).collect();
        let report = json!({
            "software": env!("CARGO_PKG_VERSION"),
            "terminal": self.board.status(),
            "devices": standings,
            "backlog": self.store.backlog().ok(),
            "published": published::read(&self.store).ok(),
            "room_percent": self.store.room().ok().map(|room| room.percent),
        });
        let words: String = report.to_string().chars().take(COMMAND_DETAIL_CHARS_MAX).collect();
        CommandResult::new(Outcome::Done, words)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use kiosk_protocol::crypto::SigningKey;
    use kiosk_protocol::ids::TerminalId;
    use kiosk_store::{KeyFile, Options, Pause};

    use super::*;

    fn key(kind: &str) -> Key {
        Key::try_from(kind).unwrap()
    }

    #[test]
    fn it_tells_how_it_stands_and_restarts_only_once_that_is_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let file = KeyFile::create(dir.path().join("store.key")).unwrap();
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let clock = Arc::new(jiff::Timestamp::now);
        let (path, heads_key) = (dir.path().join("store"), SigningKey::generate().unwrap().verifying_key());
        let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
        let store = Store::open(options, &file).unwrap();
        let orders = FromAfar { board: Board::default(), store };
        let told = orders.carry_out(&key(REPORT_STATUS));
        assert_eq!(told.outcome, Outcome::Done);
        let report: serde_json::Value = serde_json::from_str(&told.detail).unwrap();
        assert_eq!((&report["backlog"], &report["published"]["freshness"]), (&json!(0), &json!("outdated")));
        assert_eq!(report["terminal"]["pause"], json!(null));
        let pause = Pause { since: jiff::Timestamp::UNIX_EPOCH, card: Some("T1".to_owned()) };
        orders.board.pause(Some(pause));
        let told = orders.carry_out(&key(REPORT_STATUS)).detail;
        let report: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(report["terminal"]["pause"]["card"], "T1");
        assert_eq!(orders.carry_out(&key("open-a-shell")).outcome, Outcome::Unsupported);
        assert_eq!(orders.carry_out(&key(RESTART_WHEN_IDLE)).outcome, Outcome::Done);
        assert!(!orders.board.may_restart());
        orders.board.state("home", true);
        orders.recorded(&key(RESTART_WHEN_IDLE));
        assert!(!orders.board.may_restart(), "somebody is served");
        orders.board.state("attract", false);
        let leave = orders.board.leave().unwrap();
        assert!(!orders.board.may_restart(), "a technician is at work");
        drop(leave);
        assert!(orders.board.may_restart());
    }
}
