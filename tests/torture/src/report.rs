//! What a campaign tried and what broke.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

/// A campaign's result.
pub struct Report {
    /// Its name.
    pub name: &'static str,
    /// How many cases were tried.
    pub cases: usize,
    /// One sentence each.
    pub violations: Vec<String>,
    /// How often each state was hit.
    pub histogram: BTreeMap<String, usize>,
    /// Other figures, by name.
    pub figures: BTreeMap<&'static str, f64>,
}

impl Report {
    /// Prints it.
    pub fn print(&self, seed: u64, as_json: bool) {
        if as_json {
            let line = json!({
                "name": self.name, "cases": self.cases, "violations": self.violations.len(), "seed": seed,
                "broken": self.violations, "histogram": self.histogram, "figures": self.figures,
            });
            return say(&line.to_string());
        }
        for (state, hits) in &self.histogram {
            say(&format!("{hits:>5}  {state}"));
        }
        for (name, value) in &self.figures {
            say(&format!("{name}: {value:.1}"));
        }
        self.violations.iter().for_each(|violation| say(&format!("BROKEN {violation}")));
        say(&format!("{}: {} cases, {} violations", self.name, self.cases, self.violations.len()));
    }
}

/// Writes to standard output; a reader that went away is not an error worth reporting.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
