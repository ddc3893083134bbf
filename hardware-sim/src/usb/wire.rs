//! The socket of one open device file: the preloaded library sends each `ioctl`, `read` and `write`, and while it waits for the
//! end of it lends its program's memory (umockdev 0.17, `src/libumockdev-preload.c`).
//!
//! Every message is three native words; memory follows as plain bytes.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

const ASKED_IOCTL: u64 = 1;
const DONE: u64 = 3;
const READ_MEMORY: u64 = 5;
const WRITE_MEMORY: u64 = 6;

const WORD: usize = size_of::<u64>();

/// What the program asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// An `ioctl`: the request, and its argument.
    Ioctl(u32, u64),
    /// Reading or writing the device file, which libusb never does.
    Other,
}

/// How a call ends: its result, or an `errno`.
pub(crate) type Outcome = Result<u64, i32>;

/// The program at the other end.
pub(crate) struct Program {
    stream: UnixStream,
}

impl Program {
    pub(crate) fn new(stream: UnixStream) -> Program {
        Program { stream }
    }

    /// The next call; none once the device file is closed.
    pub(crate) fn call(&mut self) -> std::io::Result<Option<Call>> {
        let mut words = [0; 3 * WORD];
        match self.stream.read_exact(&mut words) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let word = |place: usize| {
            let mut bytes = [0; WORD];
            bytes.copy_from_slice(&words[place * WORD..(place + 1) * WORD]);
            u64::from_ne_bytes(bytes)
        };
        // The library extends the sign of the request; its low half is what the program gave.
        let request = word(1) & u64::from(u32::MAX);
        let request = u32::try_from(request).unwrap_or_default();
        Ok(Some(if word(0) == ASKED_IOCTL { Call::Ioctl(request, word(2)) } else { Call::Other }))
    }

    /// Reads the program's memory.
    pub(crate) fn read<const N: usize>(&mut self, address: u64) -> std::io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_into(address, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads so many bytes of the program's memory.
    pub(crate) fn read_bytes(&mut self, address: u64, count: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.read_into(address, &mut bytes)?;
        Ok(bytes)
    }

    fn read_into(&mut self, address: u64, bytes: &mut [u8]) -> std::io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.send([READ_MEMORY, address, bytes.len() as u64])?;
        self.stream.read_exact(bytes)
    }

    /// Writes the program's memory.
    pub(crate) fn write(&mut self, address: u64, bytes: &[u8]) -> std::io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.send([WRITE_MEMORY, address, bytes.len() as u64])?;
        self.stream.write_all(bytes)
    }

    /// Ends the call.
    pub(crate) fn finish(&mut self, outcome: Outcome) -> std::io::Result<()> {
        match outcome {
            Ok(result) => self.send([DONE, result, 0]),
            Err(errno) => self.send([DONE, u64::MAX, u64::try_from(errno).unwrap_or_default()]),
        }
    }

    fn send(&mut self, words: [u64; 3]) -> std::io::Result<()> {
        self.stream.write_all(&words.map(u64::to_ne_bytes).concat())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_call_lends_its_memory_until_it_is_ended() {
        let (mut library, stream) = UnixStream::pair().unwrap();
        let mut program = Program::new(stream);
        let words = |words: [u64; 3]| words.map(u64::to_ne_bytes).concat();
        library.write_all(&words([1, 0xFFFF_FFFF_8038_550A, 0x7000])).unwrap();
        assert_eq!(program.call().unwrap(), Some(Call::Ioctl(0x8038_550A, 0x7000)));

        library.write_all(&[1, 2, 3, 4]).unwrap();
        assert_eq!(program.read::<4>(0x7000).unwrap(), [1, 2, 3, 4]);
        program.write(0x7000, &[9]).unwrap();
        program.finish(Err(11)).unwrap();
        let mut heard = [0; 73];
        library.read_exact(&mut heard).unwrap();
        let wanted =
            [words([5, 0x7000, 4]), words([6, 0x7000, 1]), vec![9], words([3, u64::MAX, 11])].concat();
        assert_eq!(heard[..], wanted);

        drop(library);
        assert_eq!(program.call().unwrap(), None);
    }
}
