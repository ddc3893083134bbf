//! Files on the line: each chunk may be lost, garbled, doubled, late or answered in vain.

use kiosk_client::{Chunk, TransportError};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::wire::Problem;
use kiosk_protocol::wire::file::{CHECKSUM_MISMATCH, checksum};
use rand::RngExt;

use super::{Centre, Line, held};

/// What a terminal may be told of a chunk besides "kept": it belongs elsewhere, or its file was never begun here.
const ORDINARY: [u16; 2] = [409, 404];

impl Line {
    pub(super) fn look(&self, file: &Digest) -> Result<Option<u64>, TransportError> {
        let mut centre = self.reached("look lost")?;
        match centre.core().map_err(|_| TransportError::Unreachable)?.file_offset(&self.terminal, file) {
            Ok(offset) => Ok(Some(offset)),
            Err(problem) if problem.status == 404 => Ok(None),
            Err(problem) => Err(TransportError::Refused(problem)),
        }
    }

    pub(super) fn begin(&self, file: &Digest, bytes: u64) -> Result<u64, TransportError> {
        let mut centre = self.reached("begin lost")?;
        let core = centre.core().map_err(|_| TransportError::Unreachable)?;
        core.begin_file(&self.terminal, file, bytes).map_err(|problem| centre.refused(problem))
    }

    /// The platform, where a small request gets there.
    fn reached(&self, lost: &'static str) -> Result<std::sync::MutexGuard<'_, Centre>, TransportError> {
        let mut centre = self.set_out();
        if centre.is_stormy {
            self.cut(&mut centre)?;
            if centre.rng.random_ratio(1, 8) {
                return Err(self.lost::<()>(&mut centre, lost).err().unwrap_or(TransportError::TimedOut));
            }
        }
        Ok(centre)
    }

    pub(super) fn carry_chunk(&self, chunk: &Chunk) -> Result<u64, TransportError> {
        let mut centre = self.set_out();
        if !centre.is_stormy {
            return self.keep(&mut centre, chunk);
        }
        self.cut(&mut centre)?;
        match centre.rng.random_range(0..14) {
            0 => self.lost(&mut centre, "chunk lost"),
            1 => {
                self.keep(&mut centre, chunk)?;
                self.lost(&mut centre, "chunk answer lost")
            }
            2 => {
                centre.hit("chunk repeated");
                self.keep(&mut centre, chunk)?;
                self.keep(&mut centre, chunk)
            }
            3 => {
                held(&self.late_chunks).push(chunk.clone());
                self.lost(&mut centre, "chunk delayed")
            }
            4 => {
                let late = std::mem::take(&mut *held(&self.late_chunks));
                late.iter().for_each(|_| centre.hit("chunk overtaken"));
                // Whether they still fit is nothing to anybody.
                late.iter().for_each(|late| drop(self.keep(&mut centre, late)));
                self.keep(&mut centre, chunk)
            }
            5 => {
                centre.crash();
                self.lost(&mut centre, "crash before chunk")
            }
            6 => {
                self.keep(&mut centre, chunk)?;
                centre.crash();
                self.lost(&mut centre, "crash after chunk")
            }
            7 => self.garbled(&mut centre, chunk),
            8 => self.busy(&mut centre, "busy at a chunk"),
            _ => self.keep(&mut centre, chunk),
        }
    }

    fn keep(&self, centre: &mut Centre, chunk: &Chunk) -> Result<u64, TransportError> {
        let Chunk { file, offset, bytes } = chunk;
        let core = centre.core().map_err(|_| TransportError::Unreachable)?;
        match core.chunk(&self.terminal, file, *offset, bytes, &checksum(bytes)) {
            // As the header of this answer tells.
            Err(problem) if problem.status == 409 => {
                core.file_offset(&self.terminal, file).map_err(|problem| centre.refused(problem))
            }
            answer => answer.map_err(|problem| centre.refused(problem)),
        }
    }

    /// One bit is not what it was.
    fn garbled(&self, centre: &mut Centre, chunk: &Chunk) -> Result<u64, TransportError> {
        centre.hit("chunk garbled");
        let (claimed, mut bytes) = (checksum(&chunk.bytes), chunk.bytes.clone());
        let at = centre.rng.random_range(0..bytes.len());
        bytes[at] ^= 1 << centre.rng.random_range(0..8);
        let core = centre.core().map_err(|_| TransportError::Unreachable)?;
        match core.chunk(&self.terminal, &chunk.file, chunk.offset, &bytes, &claimed) {
            Err(problem) if problem.status == CHECKSUM_MISMATCH => Err(TransportError::Refused(problem)),
            answer => {
                centre.violations.push(format!("a garbled chunk got {answer:?}"));
                answer.map_err(TransportError::Refused)
            }
        }
    }
}

impl Centre {
    fn refused(&mut self, problem: Problem) -> TransportError {
        if !ORDINARY.contains(&problem.status) {
            self.violations.push(format!("a file was refused: {}", problem.kind));
        }
        TransportError::Refused(problem)
    }
}
