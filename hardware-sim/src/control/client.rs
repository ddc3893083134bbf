//! A client of a running simulator. Blocking, HTTP/1.0 on loopback: one request a connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::command::Command;
use super::state::State;
use crate::limits::{CONTROL_ANSWER_BYTES_MAX, CONTROL_WAIT};
use crate::residents::Resident;

/// Speaks to the control server of one simulator.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    address: SocketAddr,
}

/// Why a simulator did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Neither an address nor a simulator's directory. Cure: give HOST:PORT or the directory given to `--dir`.
    #[error("{0:?} is neither an address nor the directory of a running simulator")]
    NoAddress(String),
    /// Nobody answers. Cure: start the simulator, or name the right address.
    #[error("no simulator answers at {address}")]
    Unreachable {
        /// Where it was looked for.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The simulator refused. Cure: see the message; it names what is allowed.
    #[error("{0}")]
    Refused(String),
    /// What answers is not a simulator of this version.
    #[error("an answer that is no simulator's: {0}")]
    Unintelligible(String),
}

impl Client {
    /// Takes `HOST:PORT`, or the directory of a running simulator.
    pub fn new(place: &str) -> Result<Client, ClientError> {
        let found = place.parse().ok().or_else(|| in_dir(Path::new(place)));
        let address = found.ok_or_else(|| ClientError::NoAddress(place.to_owned()))?;
        Ok(Client { address })
    }

    /// Has a command carried out and returns how things stand after it.
    pub fn act(&self, command: &Command) -> Result<State, ClientError> {
        let body = serde_json::to_string(command).map_err(unintelligible)?;
        self.ask("POST", "/do", &body)
    }

    /// How things stand.
    pub fn state(&self) -> Result<State, ClientError> {
        self.ask("GET", "/state", "")
    }

    /// Whose cards there are.
    pub fn residents(&self) -> Result<Vec<Resident>, ClientError> {
        self.ask("GET", "/residents", "")
    }

    fn ask<T: DeserializeOwned>(&self, method: &str, path: &str, body: &str) -> Result<T, ClientError> {
        let answer = self.exchange(method, path, body);
        let answer = answer.map_err(|source| ClientError::Unreachable { address: self.address, source })?;
        let Some((head, body)) = answer.split_once("\r\n\r\n") else {
            return Err(ClientError::Unintelligible(answer));
        };
        if head.split(' ').nth(1) == Some("200") {
            return serde_json::from_str(body).map_err(unintelligible);
        }
        let error: serde_json::Value = serde_json::from_str(body).map_err(unintelligible)?;
        Err(ClientError::Refused(error["error"].as_str().unwrap_or(head).to_owned()))
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, CONTROL_WAIT)?;
        stream.set_read_timeout(Some(CONTROL_WAIT))?;
        stream.set_write_timeout(Some(CONTROL_WAIT))?;
        let length = body.len();
        let kind = "Content-Type: application/json";
        write!(stream, "{method} {path} HTTP/1.0\r\n{kind}\r\nContent-Length: {length}\r\n\r\n{body}")?;
        let mut answer = String::new();
        stream.take(CONTROL_ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn in_dir(dir: &Path) -> Option<SocketAddr> {
    let file: PathBuf = dir.join("control");
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn unintelligible(error: serde_json::Error) -> ClientError {
    ClientError::Unintelligible(error.to_string())
}
