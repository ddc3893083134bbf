//! Commands: begun once, and only before they expire; the result is kept before it is told. Behind the last page of each poll
//! what waits is carried out, and what was not told is told.

use std::sync::Arc;

use kiosk_protocol::ids::Key;
use kiosk_protocol::wire::{Command, CommandResult, Outcome, SYNC_NOW};

use super::{Failure, Worker};
use crate::deadlines::COMMANDS_AT_ONCE;
use crate::transport::TransportError;

/// The status of a refusal by which the platform says that it does not know the command.
const UNKNOWN: u16 = 404;

/// Who carries out what the sync itself cannot.
pub trait Orders: Send + Sync + 'static {
    /// Carries a command out; blocks. One it does not know is `Unsupported`.
    fn carry_out(&self, kind: &Key) -> CommandResult;
    /// It was carried out, and its result is on disk: what ends the program may happen now.
    fn recorded(&self, kind: &Key);
}

/// Nobody: every command is one nobody knows.
pub struct NoOrders;

impl Orders for NoOrders {
    fn carry_out(&self, _: &Key) -> CommandResult {
        CommandResult::new(Outcome::Unsupported, "")
    }

    fn recorded(&self, _: &Key) {}
}

impl Worker {
    /// Has commands carried out by these.
    pub fn obey(&mut self, orders: Arc<dyn Orders>) {
        self.orders = orders;
    }

    /// Ends what was begun when the program ended last.
    pub(super) async fn interrupt_commands(&self) {
        if let Err(fault) = self.stored(|store| store.interrupt_commands()).await {
            tracing::error!(error = &fault as &dyn std::error::Error, "cannot end what was begun");
        }
    }

    /// Carries out what waits, and tells what came of it. Where it cannot be told the next poll tries again.
    pub(super) async fn mind_commands(&mut self) -> Result<(), Failure> {
        for _ in 0..COMMANDS_AT_ONCE {
            let Some(command) = self.stored(|store| store.next_command()).await? else { break };
            self.carry_out(command).await?;
        }
        for _ in 0..COMMANDS_AT_ONCE {
            let Some((id, result)) = self.stored(|store| store.untold_result()).await? else { break };
            match self.transport.command_result(&id, &result).await {
                Ok(()) => self.stored(move |store| store.result_told(id)).await?,
                // One the platform does not know any more has nobody to tell.
                Err(TransportError::Refused(problem)) if problem.status == UNKNOWN => {
                    self.stored(move |store| store.result_told(id)).await?;
                }
                Err(error) => {
                    tracing::warn!(%error, command = %id, "the result of a command is not told yet");
                    self.machine.beside_failed(self.clock.elapsed(), &error);
                    break;
                }
            }
        }
        Ok(())
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), Failure> {
        let Command { id, kind, expires_at } = command;
        if !self.stored(move |store| store.begin_command(id)).await? {
            return Ok(());
        }
        let result = match () {
            () if self.trusted_time() >= expires_at => CommandResult::new(Outcome::Expired, ""),
            () if kind.as_str() == SYNC_NOW => self.sync_now(),
            () => self.order(kind.clone()).await,
        };
        let outcome = result.outcome;
        tracing::info!(command = %id, %kind, outcome = outcome.word(), "command");
        self.stored(move |store| store.finish_command(id, &result)).await?;
        if outcome == Outcome::Done {
            self.orders.recorded(&kind);
        }
        Ok(())
    }

    fn sync_now(&mut self) -> CommandResult {
        self.machine.woken(self.clock.elapsed());
        CommandResult::new(Outcome::Done, "")
    }

    async fn order(&self, kind: Key) -> CommandResult {
        let orders = Arc::clone(&self.orders);
        let carried = tokio::task::spawn_blocking(move || orders.carry_out(&kind)).await;
        carried.unwrap_or_else(|_| CommandResult::new(Outcome::Failed, "it broke down"))
    }
}
