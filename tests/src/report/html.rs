//! The page with pictures.

use std::path::Path;

use super::{Report, Row, Verdict, escaped};

const STYLE: &str = "body{font:16px/1.5 sans-serif;margin:2rem;max-width:1200px}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}\
.unmet{background:#fdd}.skipped{color:#888}img{max-width:260px;max-height:460px;border:1px solid #ccc;margin:.2rem}";

pub(super) fn page(reports: &[Report], out: &Path) -> String {
    let sections: String = reports.iter().map(|report| section(report, out)).collect();
    format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>Field report</title>\
         <style>{STYLE}</style></head><body>\n{sections}</body></html>\n"
    )
}

fn section(report: &Report, out: &Path) -> String {
    let rows: String = report.rows.iter().map(|one| row(one, out)).collect();
    format!(
        "<h2>{}: {}</h2>\n<table><tr><th>Line</th><th>Step</th><th></th><th>s</th><th>Seen</th></tr>\n\
         {rows}</table>\n",
        escaped(&report.title),
        report.outcome(),
    )
}

fn row(row: &Row, out: &Path) -> String {
    let class = match row.verdict {
        Verdict::Met => "met",
        Verdict::Unmet => "unmet",
        Verdict::Skipped => "skipped",
    };
    let pictures: String =
        row.pictures.iter().map(|path| picture(path.strip_prefix(out).unwrap_or(path))).collect();
    format!(
        "<tr class=\"{class}\"><td>{}</td><td><code>{}</code></td><td>{}</td><td>{:.1}</td><td>{}{pictures}</td></tr>\n",
        row.line,
        escaped(&row.step),
        row.verdict.word(),
        row.took.as_secs_f64(),
        escaped(&row.seen),
    )
}

fn picture(path: &Path) -> String {
    let path = escaped(&path.display().to_string());
    format!("<br><a href=\"{path}\"><img src=\"{path}\" alt=\"{path}\"></a>")
}
