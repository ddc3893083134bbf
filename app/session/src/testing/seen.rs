//! What tests look at: the words on paper and on the glass.

use kiosk_drivers_api::paper::{Document, Line};
use kiosk_model::{Body, PageView, Screen};

/// All text of a page.
pub(crate) fn printed_text(document: &Document) -> String {
    let line = |line: &Line| match line {
        Line::Text { text, .. } => format!("{text}\n"),
        Line::Pair { label, value } => format!("{label}: {value}\n"),
        Line::Qr(payload) => format!("[{payload}]\n"),
        Line::Rule | Line::Space(_) => String::new(),
    };
    document.lines.iter().map(line).collect()
}

/// All text of a screen that a person could read on it.
pub(crate) fn shown_text(screen: &Screen) -> String {
    let frame = [&screen.frame.site, screen.frame.notice.as_deref().unwrap_or_default()].map(str::to_owned);
    let person = screen.frame.person.iter().map(|person| person.as_str().to_owned());
    frame.into_iter().chain(person).chain(body_text(&screen.body)).collect::<Vec<_>>().join("\n")
}

fn body_text(body: &Body) -> Vec<String> {
    match body {
        Body::Attract => Vec::new(),
        Body::Home { greeting, .. } => vec![greeting.as_str().to_owned()],
        Body::Identify { message, .. }
        | Body::Scan { message, .. }
        | Body::Working { message }
        | Body::Pin { message, .. }
        | Body::OutOfService { message } => {
            vec![message.clone()]
        }
        Body::Technician { title, rows, service, .. } => {
            let rows = rows.iter().map(|row| format!("{}: {}", row.label, row.value));
            rows.chain(service.trouble.clone()).chain([title.clone()]).collect()
        }
        Body::Guide { title, notes, .. } => {
            notes.iter().map(|(_, note)| note.clone()).chain([title.clone()]).collect()
        }
        Body::Form { fields, .. } => {
            let text = |field: &kiosk_model::FieldView| {
                [field.value.as_str(), field.problem.as_deref().unwrap_or_default()].join(" ")
            };
            fields.iter().map(text).collect()
        }
        Body::Confirm { rows, note, .. } => {
            rows.iter().map(|row| row.value.as_str().to_owned()).chain([note.clone()]).collect()
        }
        Body::Receipt { number, message, delivery, next, .. } => {
            vec![number.clone(), message.clone(), delivery.clone(), next.clone()]
        }
        Body::Answer { facts, note, page, .. } => {
            let page = page.iter().map(|page: &PageView| page.message.clone());
            facts
                .iter()
                .map(|fact| fact.value.as_str().to_owned())
                .chain([note.clone()])
                .chain(page)
                .collect()
        }
        Body::Unavailable { title, why, instead, .. } => vec![title.clone(), why.clone(), instead.clone()],
        Body::Cases { title, cases, empty } => {
            let states = cases.iter().map(|case| case.state.clone());
            states.chain([title.clone(), empty.clone()]).collect()
        }
        Body::Rating { levels } => levels.to_vec(),
        Body::Farewell { lines } => lines.clone(),
    }
}
