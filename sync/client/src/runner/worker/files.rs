//! Files: one chunk at a time, from where the platform stands; removed here once the platform has all of it.

use kiosk_protocol::crypto::Digest;

use super::{Failure, Worker};
use crate::sync::Part;
use crate::transport::{Chunk, TransportError};

impl Worker {
    /// Looks which files wait. Where that fails, items go all the same.
    pub(super) async fn look_for_files(&mut self) {
        match self.stored(|store| store.files()).await {
            Ok(waiting) => self.machine.files(self.clock.elapsed(), &waiting),
            Err(fault) => {
                tracing::error!(error = &fault as &dyn std::error::Error, "cannot look for files");
            }
        }
    }

    pub(super) async fn upload(&mut self, part: Part) -> Result<(), Failure> {
        let offset = match part {
            Part::Look { file } => self.transport.file_offset(&file).await?,
            Part::Begin { file, bytes } => Some(self.transport.begin_file(&file, bytes).await?),
            Part::Chunk { file, offset, bytes } => Some(self.chunk(file, offset, bytes).await?),
            Part::Done { file } => return self.forget(file).await,
        };
        if self.machine.file_stands_at(self.clock.elapsed(), part.file(), offset) {
            return Ok(());
        }
        Err(TransportError::BadAnswer("it has more of a file than there is").into())
    }

    async fn chunk(&self, file: Digest, offset: u64, bytes: usize) -> Result<u64, Failure> {
        let bytes = self.stored(move |store| store.read_file(&file, offset, bytes)).await?;
        let has = self.transport.chunk(&Chunk { file, offset, bytes }).await?;
        // Else the same chunk would be sent again at once, for ever.
        if has > offset { Ok(has) } else { Err(TransportError::BadAnswer("a file did not grow").into()) }
    }

    async fn forget(&mut self, file: Digest) -> Result<(), Failure> {
        self.stored(move |store| store.remove_file(&file)).await?;
        self.machine.file_done(&file);
        tracing::info!(%file, "the platform has a file");
        Ok(())
    }
}
