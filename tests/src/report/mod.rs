//! What was seen: a table for people, pages with pictures, JUnit XML for machines.

mod html;
mod junit;
mod table;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::scenario::{Step, Told};

/// Of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it shows.
    pub title: String,
    /// One row a step.
    pub rows: Vec<Row>,
}

/// Of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file.
    pub line: usize,
    /// As it was written.
    pub step: String,
    /// How it went.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
    /// What was seen.
    pub seen: String,
    /// Pictures that were taken.
    pub pictures: Vec<PathBuf>,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What it asks for was seen.
    Met,
    /// Something else was seen.
    Unmet,
    /// It was not played, because a step before it was not met or the machine cannot play it.
    Skipped,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Met => "seen",
            Self::Unmet => "NOT SEEN",
            Self::Skipped => "not played",
        }
    }
}

impl Row {
    /// A step that was met.
    pub fn met(step: &Step, took: Duration, told: Told) -> Self {
        let Told { seen, pictures } = told;
        Self { line: step.line, step: step.text.clone(), verdict: Verdict::Met, took, seen, pictures }
    }

    /// A step that was not played.
    pub fn skipped(step: &Step) -> Self {
        Self { verdict: Verdict::Skipped, ..Self::met(step, Duration::ZERO, Told::default()) }
    }
}

impl Report {
    /// Nothing played yet.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), rows: Vec::new() }
    }

    /// Of a scenario whose world could not even be started.
    pub fn not_started(title: &str, why: &str) -> Self {
        Self::of_the_start(title, Verdict::Unmet, why)
    }

    /// Of a scenario that this machine cannot play; that is no failure.
    pub fn not_played(title: &str, why: &str) -> Self {
        Self::of_the_start(title, Verdict::Skipped, why)
    }

    fn of_the_start(title: &str, verdict: Verdict, why: &str) -> Self {
        let row = Row {
            line: 0,
            step: "start platform, simulator and terminal".to_owned(),
            verdict,
            took: Duration::ZERO,
            seen: why.to_owned(),
            pictures: Vec::new(),
        };
        Self { title: title.to_owned(), rows: vec![row] }
    }

    /// How it went as a whole, in words.
    fn outcome(&self) -> &'static str {
        let played = self.rows.iter().any(|row| row.verdict != Verdict::Skipped);
        match (self.failed(), played) {
            (true, _) => "FAILED",
            (false, true) => "every step was seen",
            (false, false) => "not played",
        }
    }

    /// Whether some step was not met.
    pub fn failed(&self) -> bool {
        self.rows.iter().any(|row| row.verdict == Verdict::Unmet)
    }

    /// The table a tester reads on the terminal, and `report.md`.
    pub fn table(&self) -> String {
        table::table(self)
    }
}

/// Writes `report.md`, `report.html` and `junit.xml` for all scenarios of a run.
///
/// # Errors
/// A file cannot be written.
pub fn write(reports: &[Report], out: &Path) -> std::io::Result<()> {
    let tables: Vec<String> = reports.iter().map(Report::table).collect();
    std::fs::write(out.join("report.md"), tables.join("\n"))?;
    std::fs::write(out.join("report.html"), html::page(reports, out))?;
    std::fs::write(out.join("junit.xml"), junit::suites(reports))
}

/// Text for HTML and XML; control characters, which XML does not allow, become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let row = |line, verdict, seen: &str| Row {
            line,
            step: "wait text \"a|b\"".to_owned(),
            verdict,
            took: Duration::from_millis(1_250),
            seen: seen.to_owned(),
            pictures: vec![PathBuf::from("/out/visit/01-home.png")],
        };
        let rows = vec![
            row(3, Verdict::Met, ""),
            row(4, Verdict::Unmet, "<b> & \u{1}"),
            row(5, Verdict::Skipped, ""),
        ];
        Report { title: "A visit".to_owned(), rows }
    }

    #[test]
    fn the_table_keeps_its_columns() {
        let table = report().table();
        assert!(table.contains("| 3 | `wait text \"a\\|b\"` | seen | 1.2 |"), "{table}");
        assert!(table.contains("NOT SEEN"));
        assert!(table.starts_with("## A visit: FAILED"), "{table}");
    }

    #[test]
    fn what_cannot_be_played_here_is_no_failure_and_says_why() {
        let report = Report::not_played("Full disk", "no small disk");
        assert!(!report.failed());
        assert!(report.table().starts_with("## Full disk: not played"), "{}", report.table());
        let xml = junit::suites(&[report]);
        assert!(xml.contains(r#"<skipped message="no small disk"/>"#), "{xml}");
    }

    #[test]
    fn xml_counts_and_escapes() {
        let xml = junit::suites(&[report()]);
        assert!(xml.contains(r#"tests="3" failures="1" skipped="1""#), "{xml}");
        assert!(xml.contains("&lt;b&gt; &amp;  "), "{xml}");
    }

    #[test]
    fn the_page_links_pictures_by_relative_paths() {
        let page = html::page(&[report()], Path::new("/out"));
        assert!(page.contains(r#"src="visit/01-home.png""#), "{page}");
    }
}
