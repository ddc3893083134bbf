//! JUnit XML: one suite a scenario, one case a step.

use super::{Report, Row, Verdict, escaped};

pub(super) fn suites(reports: &[Report]) -> String {
    let suites: String = reports.iter().map(suite).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n")
}

fn suite(report: &Report) -> String {
    let count = |verdict| report.rows.iter().filter(|row| row.verdict == verdict).count();
    let cases: String = report.rows.iter().map(|row| case(&report.title, row)).collect();
    format!(
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{cases}</testsuite>\n",
        escaped(&report.title),
        report.rows.len(),
        count(Verdict::Unmet),
        count(Verdict::Skipped),
    )
}

fn case(suite: &str, row: &Row) -> String {
    let inside = match row.verdict {
        Verdict::Met => String::new(),
        Verdict::Unmet => format!("<failure message=\"not seen\">{}</failure>", escaped(&row.seen)),
        Verdict::Skipped => format!("<skipped message=\"{}\"/>", escaped(&row.seen)),
    };
    format!(
        "<testcase classname=\"{}\" name=\"{}: {}\" time=\"{:.3}\">{inside}</testcase>\n",
        escaped(suite),
        row.line,
        escaped(&row.step),
        row.took.as_secs_f64(),
    )
}
