//! Enrolment: a ticket for a certificate.

use serde::{Deserialize, Serialize};

use crate::base32;
use crate::crypto::{SealingKey, VerifyingKey};
use crate::ids::TerminalId;

/// What an operator gives the technician: a one-time code and the fingerprint of the platform's CA, so
/// that the terminal knows whom it talks to before it trusts anybody.
///
/// Written `CODE.FINGERPRINT`: 12 characters of Crockford's Base32 and 64 hexadecimal digits (SHA-256 of
/// the CA certificate's DER).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ticket {
    /// The one-time code.
    pub code: String,
    /// The CA certificate's fingerprint.
    pub ca_sha256: [u8; 32],
}

/// Text that is no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a ticket: 12 characters, a dot, 64 hexadecimal digits")]
pub struct BadTicket;

/// Characters of a ticket's code: 60 bits.
pub const CODE_CHARS: usize = 12;

impl TryFrom<String> for Ticket {
    type Error = BadTicket;
    fn try_from(text: String) -> Result<Self, BadTicket> {
        let (code, print) = text.trim().split_once('.').ok_or(BadTicket)?;
        if !base32::is_valid(code, CODE_CHARS) {
            return Err(BadTicket);
        }
        let mut ca_sha256 = [0; 32];
        hex::decode_to_slice(print, &mut ca_sha256).map_err(|_| BadTicket)?;
        Ok(Self { code: code.to_owned(), ca_sha256 })
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> String {
        format!("{}.{}", ticket.code, hex::encode(ticket.ca_sha256))
    }
}

/// Asks for a certificate. The key was made on the terminal and never leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The code of the ticket.
    pub code: String,
    /// A PKCS #10 request in PEM, signed by the terminal's key.
    pub csr_pem: String,
    /// What the heads of its journal are verified with; told with the first head where it is not told here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_key: Option<VerifyingKey>,
}

/// Asks for a new certificate for the key of the one that is shown, which may have ended not long ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// A PKCS #10 request in PEM, signed by the terminal's key.
    pub csr_pem: String,
}

/// A new certificate. The old one stays good until its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewAnswer {
    /// PEM.
    pub certificate_pem: String,
}

/// A terminal's identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolAnswer {
    /// Its name.
    pub terminal: TerminalId,
    /// Its epoch; items made from now on carry it.
    pub epoch: u32,
    /// Where it stands, for receipts and screens.
    pub site: crate::service::Text,
    /// Its certificate, PEM.
    pub certificate_pem: String,
    /// The platform's CA, PEM.
    pub ca_pem: String,
    /// What it seals personal fields with.
    pub sealing_key: SealingKey,
    /// What it verifies catalogues with.
    pub catalogue_key: VerifyingKey,
    /// What it verifies countersignatures of its journal's heads with.
    pub heads_key: VerifyingKey,
}
