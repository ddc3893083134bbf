//! As much of Redis' protocol (RESP2) as a stream needs.

use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A connection.
pub struct Stream(BufReader<UnixStream>);

/// An answer.
pub enum Reply {
    /// A word, a number or bytes.
    Text(String),
    /// Nothing.
    Nil,
    /// Several.
    Many(Vec<Reply>),
}

impl Reply {
    /// One of several.
    pub fn at(&self, index: usize) -> Option<&Self> {
        self.parts().get(index)
    }

    /// All of several.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::Many(parts) => parts,
            Self::Text(_) | Self::Nil => &[],
        }
    }

    /// The text of one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nil | Self::Many(_) => None,
        }
    }
}

impl Stream {
    pub fn connect(socket: &Path) -> Result<Self> {
        Ok(Self(BufReader::new(UnixStream::connect(socket)?)))
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, words: &[&str]) -> Result<Reply> {
        let mut command = format!("*{}\r\n", words.len());
        for word in words {
            command.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        self.0.get_mut().write_all(command.as_bytes())?;
        self.reply()
    }

    fn reply(&mut self) -> Result<Reply> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let line = line.trim_end();
        let (kind, rest) = line.split_at_checked(1).ok_or_else(|| Error::other("no answer"))?;
        match kind {
            "+" | ":" => Ok(Reply::Text(rest.to_owned())),
            "$" => self.bytes(rest),
            "*" => self.many(rest),
            _ => Err(Error::other(line.to_owned())),
        }
    }

    fn bytes(&mut self, length: &str) -> Result<Reply> {
        let Ok(length) = length.parse::<usize>() else { return Ok(Reply::Nil) };
        let mut bytes = vec![0; length + 2];
        self.0.read_exact(&mut bytes)?;
        bytes.truncate(length);
        Ok(Reply::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn many(&mut self, count: &str) -> Result<Reply> {
        let Ok(count) = count.parse::<usize>() else { return Ok(Reply::Nil) };
        (0..count).map(|_| self.reply()).collect::<Result<_>>().map(Reply::Many)
    }
}
