//! What enrolment gave a terminal, kept in a directory: `identity.json`, `terminal.key`,
//! `terminal.crt`, `ca.crt`; for moments `terminal.next.crt` beside it.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kiosk_protocol::crypto::{SealingKey, VerifyingKey};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;
use serde::{Deserialize, Serialize};
use x509_parser::time::ASN1Time;

use crate::renewal::Validity;
use crate::tls::{self, TlsError};

/// The file that makes a directory an identity; written last.
pub(crate) const IDENTITY_FILE: &str = "identity.json";
/// The terminal's private key, PKCS #8 in PEM, readable by its owner only.
pub(crate) const KEY_FILE: &str = "terminal.key";
/// The terminal's certificate, PEM.
pub(crate) const CERTIFICATE_FILE: &str = "terminal.crt";
/// A new certificate that has not worked yet, PEM.
pub(crate) const NEXT_CERTIFICATE_FILE: &str = "terminal.next.crt";
/// The platform's CA, PEM.
pub(crate) const CA_FILE: &str = "ca.crt";

/// A terminal's identity.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Its name.
    pub terminal: TerminalId,
    /// Its epoch; items made from now on carry it.
    pub epoch: u32,
    /// Where it stands, for receipts and screens.
    pub site: Text,
    /// Seals personal fields for the platform.
    pub sealing_key: SealingKey,
    /// Verifies catalogues.
    pub catalogue_key: VerifyingKey,
    /// Verifies countersignatures of the journal's heads.
    pub heads_key: VerifyingKey,
    /// The terminal's certificate, PEM.
    pub certificate_path: PathBuf,
    /// Its private key, PEM.
    pub key_path: PathBuf,
    /// The platform's CA, PEM.
    pub ca_path: PathBuf,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The directory holds none. Cure: `kiosk enrol`.
    #[error("{} holds no identity: enrol this terminal first", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read. Cure: owner and mode of the directory.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is not an identity. Cure: enrol again, in an empty directory.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

/// `identity.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub terminal: TerminalId,
    pub epoch: u32,
    pub site: Text,
    pub sealing_key: SealingKey,
    pub catalogue_key: VerifyingKey,
    pub heads_key: VerifyingKey,
}

impl Identity {
    /// Reads the identity a directory holds.
    pub fn load(dir: &Path) -> Result<Self, IdentityError> {
        let path = dir.join(IDENTITY_FILE);
        let json = match std::fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(IdentityError::Missing(dir.to_owned()));
            }
            Err(source) => return Err(IdentityError::Read { path, source }),
        };
        let record =
            serde_json::from_slice(&json).map_err(|source| IdentityError::Damaged { path, source })?;
        Ok(Self::of(record, dir))
    }

    /// From when to when the platform takes the terminal's certificate. Cure where it cannot be read: enrol again.
    pub fn validity(&self) -> Result<Validity, TlsError> {
        let certificate = tls::certificate(&self.certificate_path)?;
        let unusable = |_| TlsError::NotX509(self.certificate_path.clone());
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).map_err(unusable)?;
        let validity = parsed.validity();
        let at = |time: ASN1Time| Timestamp::from_second(time.timestamp()).unwrap_or_default();
        Ok(Validity { from: at(validity.not_before), until: at(validity.not_after) })
    }

    pub(crate) fn of(record: Record, dir: &Path) -> Self {
        let Record { terminal, epoch, site, sealing_key, catalogue_key, heads_key } = record;
        Self {
            terminal,
            epoch,
            site,
            sealing_key,
            catalogue_key,
            heads_key,
            certificate_path: dir.join(CERTIFICATE_FILE),
            key_path: dir.join(KEY_FILE),
            ca_path: dir.join(CA_FILE),
        }
    }
}
