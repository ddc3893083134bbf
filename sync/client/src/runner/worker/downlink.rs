//! Down: one page of changes, kept with its cursor in one transaction. Behind the last page commands
//! are carried out, the configuration in force is told, and the journal's head is shown.

use std::time::Duration;

use super::{Failure, Worker};

impl Worker {
    pub(super) async fn pull(&mut self) -> Result<(), Failure> {
        let cursor = self.stored(|store| store.cursor()).await?;
        let page = self.transport.changes(cursor.as_deref()).await?;
        // A page that neither says nor moves anything is not worth a transaction; and one that claims
        // more without moving would be asked for ever.
        let moves = cursor.as_ref() != Some(&page.cursor);
        if moves || !page.changes.is_empty() {
            self.stored(move |store| store.apply_changes(&page.changes, &page.cursor)).await?;
        }
        let poll = Duration::from_millis(page.next_poll_ms.into());
        let now = self.clock.elapsed();
        let more = page.more && moves;
        self.machine.pulled(now, more, poll, page.metadata_version);
        if more {
            return Ok(());
        }
        self.mind_commands().await?;
        self.tell_configuration().await;
        self.show_head().await
    }
}
