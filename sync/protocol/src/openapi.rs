//! Schemas of the types that stand on the line as one text or number, for the OpenAPI document.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::configuration::Moment;
use crate::crypto::{Digest, SealingKey, VerifyingKey};
use crate::ids::{CaseNumber, Key, PageNumber, ReceiptNumber, TerminalId};
use crate::receipt::ReceiptProof;
use crate::revocation::CardSerial;
use crate::service::IdentityLevel;
use crate::wire::Pdf;

/// A text of a pattern (ECMA 262), as its `TryFrom<String>` takes it and its `Into<String>` writes it.
macro_rules! texts {
    ($($type:ident: $pattern:literal, $about:literal;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some($pattern));
                text.description(Some($about)).into()
            }
        }
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                stringify!($type).into()
            }
        }
    )*};
}

texts! {
    TerminalId: "^[A-Z0-9-]{1,32}$", "A terminal's name: region code of GB/T 2260 and running number.";
    Key: "^[a-z0-9._-]{1,64}$", "The name of a service, department, form field or value.";
    ReceiptNumber: "^[A-Z0-9-]{1,32}-[0-9]{8,30}$", "The number on a receipt: terminal, epoch, sequence.";
    ReceiptProof: "^[0-9A-HJKMNP-TV-Z]{16}$", "Proof that somebody holds the receipt (Crockford's Base32).";
    PageNumber: "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$", "The number of a sealed page.";
    CardSerial: "^[A-Za-z0-9-]{1,32}$", "The serial a technician's card gives.";
    Digest: "^[0-9a-fA-F]{64}$", "An SM3 digest (GB/T 32905).";
    SealingKey: "^04[0-9a-fA-F]{128}$", "An SM2 public key that closes seals (SEC 1, not compressed).";
    VerifyingKey: "^04[0-9a-fA-F]{128}$", "An SM2 public key that verifies signatures (SEC 1, not compressed).";
    Moment: "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", "A time of day in Qiqihar.";
    CaseNumber: "^.*$", "The national case number (办件编号).";
}

impl PartialSchema for Pdf {
    fn schema() -> RefOr<Schema> {
        let file = ObjectBuilder::new().schema_type(Type::String).content_encoding("base64");
        file.content_media_type("application/pdf").description(Some("A PDF file, A4.")).into()
    }
}

impl ToSchema for Pdf {}

impl PartialSchema for IdentityLevel {
    fn schema() -> RefOr<Schema> {
        let about = "0: anonymous, 1: card present, 2: card and secret, 3: card and person.";
        let level = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(3));
        let format = SchemaFormat::KnownFormat(KnownFormat::UInt8);
        level.format(Some(format)).description(Some(about)).into()
    }
}

impl ToSchema for IdentityLevel {}
