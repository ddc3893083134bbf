//! Requests and answers between terminal and platform: HTTP/JSON, problems by RFC 9457.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /v1/enrol` | `EnrolRequest` | `EnrolAnswer` |
//! | `POST /v1/certs/renew` | `RenewRequest` | `RenewAnswer` |
//! | `POST /v1/sync/batches` | zstd of `Batch` | `BatchAnswer` |
//! | `POST /v1/sync/head` | `HeadReport` | `HeadAnswer` |
//! | `GET /v1/sync/changes?cursor=` | | `Changes` |
//! | `POST /v1/commands/{id}/result` | `CommandResult` | 204 |
//! | `GET /v1/metadata?root=` | | `trust::Offered`: what is in force, signed |
//! | `GET /v1/targets/{name}/{version}` | | the file `trust::Targets` names: catalogue or configuration |
//! | `POST /v1/configuration/report` | `ConfigurationReport` | 204 |
//! | `POST /v1/ask` | `Ask` | `Reply` |
//! | `PUT /v1/files/{digest}` | | 201 or 204: begun, or known (`file`) |
//! | `HEAD /v1/files/{digest}` | | how much of it the platform has |
//! | `PATCH /v1/files/{digest}` | one chunk | 204, how much it has now |
//!
//! Every call but the first needs the terminal's certificate (mutual TLS); one that has ended is good for the renewal
//! alone, as long as the platform's grace lasts.

mod ask;
mod command;
mod configuration;
mod enrol;
pub mod file;
mod head;
mod page;
mod problem;
mod sync;

pub use ask::{Ask, CaseView, Question, Reply, Row, Scalar, WirePerson};
pub use command::{Command, CommandResult, Outcome, REPORT_STATUS, RESTART_WHEN_IDLE, SYNC_NOW};
pub use configuration::{ConfigurationReport, RefusedConfiguration};
pub use enrol::{BadTicket, CODE_CHARS, EnrolAnswer, EnrolRequest, RenewAnswer, RenewRequest, Ticket};
pub use head::{HeadAnswer, HeadReport, Place};
pub use page::{BadPdf, Pdf};
pub use problem::Problem;
pub use sync::{Batch, BatchAnswer, CaseState, Change, Changes, ItemAnswer};
