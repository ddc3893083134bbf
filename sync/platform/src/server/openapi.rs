//! The OpenAPI document of all calls, made from the code that answers them. `kiosk-platform openapi` prints it; it is
//! checked in as `openapi.json`.

use std::collections::BTreeMap;

use kiosk_protocol::wire::Problem;
use serde_json::{Map, Value};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityScheme;
use utoipa::openapi::{ContentBuilder, KnownFormat, RefOr, Response, ResponseBuilder, SchemaFormat};
use utoipa::{IntoResponses, Modify, OpenApi, PartialSchema, ToSchema};

/// The name `utoipa` gives the schema of times; nothing else has it.
const TIME: &str = "String";
/// RFC 9457.
pub const PROBLEM: &str = "application/problem+json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hecheng Kiosk: between terminals and their platform",
        description = "HTTP/1.1 over mutual TLS. Refusals are problem details (RFC 9457) whose `type` is stable: \
                       `urn:hecheng:problem:` and the name given with each status. Callers compare the status and \
                       `type`, and show `title` to technicians only."
    ),
    paths(
        super::health,
        super::enrol::enrol,
        super::batches::batches,
        super::changes::changes,
        super::head::head,
        super::commands::result,
        super::configuration::report,
        super::renew::renew,
        super::published::metadata,
        super::published::target,
        super::ask::ask,
        super::files::begin,
        super::files::offset,
        super::files::grow,
    ),
    components(schemas(Problem, super::batches::Encoding)),
    security(("terminal" = [])),
    modifiers(&Certificate),
)]
struct Document;

/// The document as it is checked in.
pub fn document() -> serde_json::Result<String> {
    let mut document = serde_json::to_value(Document::openapi())?;
    without_nulls(&mut document);
    with_bounds(&mut document);
    serde_json::to_string_pretty(&document).map(|json| json + "\n")
}

/// A number of so many bits has an end, and a time is written as RFC 3339 wants: both are said in words that testers know.
fn with_bounds(value: &mut Value) {
    if let Some(schema) = value.as_object_mut() {
        let end = match schema.get("format").and_then(Value::as_str) {
            Some("u-int8") => Some(u64::from(u8::MAX)),
            Some("u-int32") => Some(u64::from(u32::MAX)),
            Some("u-int64") => Some(u64::MAX),
            Some(_) | None => None,
        };
        end.map(|end| schema.entry("maximum").or_insert(end.into()));
        if let Some(time) = schema.get_mut(TIME).and_then(Value::as_object_mut) {
            time.insert("format".to_owned(), "date-time".into());
        }
        return schema.values_mut().for_each(with_bounds);
    }
    value.as_array_mut().into_iter().flatten().for_each(with_bounds);
}

/// What stands in a header or a query is text: it can be left out, but it cannot be null.
fn without_nulls(document: &mut Value) {
    let paths =
        document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    let calls = paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    let parameters = calls.filter_map(|call| call.get_mut("parameters")?.as_array_mut()).flatten();
    parameters.filter_map(|parameter| parameter.get_mut("schema")).for_each(without_null);
}

fn without_null(schema: &mut Value) {
    let null = Value::from("null");
    let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    choices.retain(|choice| choice.get("type") != Some(&null));
    if let [only] = choices.as_slice() {
        *schema = only.clone();
    }
}

/// Bytes as they are.
pub struct Raw;

impl PartialSchema for Raw {
    fn schema() -> RefOr<Schema> {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(binary)).into()
    }
}

impl ToSchema for Raw {}

struct Certificate;

impl Modify for Certificate {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let about = "The certificate the terminal got when it was enrolled, and its key.".to_owned();
        let scheme = SecurityScheme::MutualTls { description: Some(about), extensions: None };
        document.components.get_or_insert_default().add_security_scheme("terminal", scheme);
    }
}

/// What every call of a terminal may be refused with.
pub struct Usual;

impl IntoResponses for Usual {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let refusals = [
            (400, "`bad-request`, `bad-csr`"),
            (401, "`certificate-missing`"),
            (403, "`terminal-revoked`, `certificate-replaced`, `certificate-ended`"),
            (413, "`too-large`"),
        ];
        let refusals = refusals.map(|(status, kinds)| (status, problem(kinds)));
        refusals
            .into_iter()
            .chain(passing())
            .map(|(status, answer)| (status.to_string(), answer.into()))
            .collect()
    }
}

/// What anybody may be refused with, and is to try again.
pub struct Passing;

impl IntoResponses for Passing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        passing().map(|(status, answer)| (status.to_string(), answer.into())).into_iter().collect()
    }
}

fn passing() -> [(u16, Response); 3] {
    [
        (429, waiting("`too-often`")),
        (500, problem("`internal`")),
        (503, waiting("`too-slow`, `database-away`")),
    ]
}

/// A refusal of one of these kinds.
fn problem(kinds: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name(Problem::name())));
    ResponseBuilder::new().description(kinds).content(PROBLEM, content.build()).build()
}

/// The same, with the time to wait.
fn waiting(kinds: &str) -> Response {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let wait =
        HeaderBuilder::new().schema(seconds).description(Some("Seconds to wait, where they are known."));
    let mut answer = problem(kinds);
    answer.headers.insert("retry-after".to_owned(), wait.build());
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn the_document_that_is_checked_in_is_up_to_date() {
        let kept = include_str!("../../openapi.json");
        let again = "cargo run -p kiosk-platform -- openapi --out sync/platform/openapi.json";
        assert!(super::document().unwrap() == kept, "openapi.json is not up to date; run: {again}");
    }
}
