//! How often each call of the document was answered with success, from what the tester sent and got (HAR 1.2).

use std::collections::BTreeMap;

use serde_json::Value;

/// How often, by method and path; 0 where a call never was.
pub fn count(document: &Value, archive: &Value) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> =
        calls(document).map(|(method, path)| (name(method, path), 0)).collect();
    for entry in archive["log"]["entries"].as_array().into_iter().flatten().filter(|entry| is_success(entry))
    {
        let sent = (entry["request"]["method"].as_str(), entry["request"]["url"].as_str());
        let (Some(method), Some(url)) = sent else { continue };
        let call = calls(document).find(|(of, path)| of.eq_ignore_ascii_case(method) && fits(path, url));
        if let Some(count) = call.and_then(|(method, path)| counts.get_mut(&name(method, path))) {
            *count += 1;
        }
    }
    counts
}

fn calls(document: &Value) -> impl Iterator<Item = (&String, &String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, calls)| {
        calls.as_object().into_iter().flat_map(move |calls| calls.keys().map(move |method| (method, path)))
    })
}

fn name(method: &str, path: &str) -> String {
    format!("{} {path} answered", method.to_uppercase())
}

fn is_success(entry: &Value) -> bool {
    entry["response"]["status"].as_u64().is_some_and(|status| (200..300).contains(&status))
}

/// Whether an address is one of a path with places for values.
fn fits(path: &str, url: &str) -> bool {
    let asked = url.split("://").nth(1).and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(url);
    let asked = asked.split('?').next().unwrap_or(asked);
    let is_same = |(place, part): (&str, &str)| place.starts_with('{') || place == part;
    path.split('/').count() == asked.split('/').count() && path.split('/').zip(asked.split('/')).all(is_same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_that_only_refuses_is_counted_as_never_answered() {
        let document =
            json!({"paths": {"/v1/ask": {"post": {}}, "/v1/files/{digest}": {"put": {}, "head": {}}}});
        let entry = |method: &str, path: &str, status: u16| {
            let url = format!("https://localhost:1{path}");
            json!({"request": {"method": method, "url": url}, "response": {"status": status}})
        };
        let sent = [
            entry("POST", "/v1/ask", 400),
            entry("PUT", "/v1/files/00ff", 201),
            entry("PUT", "/v1/files/00ff?again=1", 204),
            entry("HEAD", "/v1/files/00ff", 404),
            entry("PUT", "/v1/ask", 200),
        ];
        let counts = count(&document, &json!({"log": {"entries": sent}}));
        let counts: Vec<_> = counts.iter().map(|(call, count)| (call.as_str(), *count)).collect();
        let files = "/v1/files/{digest} answered";
        assert_eq!(
            counts,
            [
                (format!("HEAD {files}").as_str(), 0),
                ("POST /v1/ask answered", 0),
                (format!("PUT {files}").as_str(), 2)
            ]
        );
    }
}
