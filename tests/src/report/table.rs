//! The table, in Markdown.

use super::{Report, Row};

pub(super) fn table(report: &Report) -> String {
    let (title, outcome) = (&report.title, report.outcome());
    let head = format!("## {title}: {outcome}\n\n| line | step | | s | seen |\n|--:|---|---|--:|---|\n");
    report.rows.iter().fold(head, |table, row| table + &line(row))
}

fn line(row: &Row) -> String {
    let names = row.pictures.iter().filter_map(|path| path.file_name());
    let names = names.map(|name| name.to_string_lossy());
    let seen: Vec<_> =
        std::iter::once(row.seen.as_str().into()).chain(names).filter(|part| !part.is_empty()).collect();
    let seen = cell(&seen.join(", "));
    let seconds = row.took.as_millis() / 100;
    let (whole, tenth) = (seconds / 10, seconds % 10);
    format!("| {} | `{}` | {} | {whole}.{tenth} | {seen} |\n", row.line, cell(&row.step), row.verdict.word())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
