//! One figure: a value, its goal, and for comparisons both sides.

use std::io::Write;

use serde_json::json;

/// A figure to keep at or under its goal.
pub struct Figure {
    /// Its fixed name, so that it can be followed over time.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// `ms`, `ratio`, …
    pub unit: &'static str,
    /// The largest good value.
    pub goal_max: f64,
    /// Both sides of a comparison.
    pub sides: Option<Sides>,
}

/// Both sides of a comparison, measured in the same run.
pub struct Sides {
    /// Ours.
    pub ours: f64,
    /// The other's.
    pub theirs: f64,
    /// Who the other is.
    pub peer: &'static str,
}

impl Figure {
    /// Whether the goal is reached.
    pub fn ok(&self) -> bool {
        self.value <= self.goal_max
    }

    /// Prints one line.
    pub fn print(&self, as_json: bool) {
        if as_json {
            say(&self.json().to_string());
            return;
        }
        let mark = if self.ok() { "ok  " } else { "OVER" };
        let head = format!("{mark} {:<32} {:>10.3} {:<6}", self.name, self.value, self.unit);
        let sides = self.sides.as_ref().map_or_else(String::new, |sides| {
            format!("  ours {:.3}, {} {:.3}", sides.ours, sides.peer, sides.theirs)
        });
        say(&format!("{head} goal ≤{}{sides}", self.goal_max));
    }

    fn json(&self) -> serde_json::Value {
        let goal = format!("<={}", self.goal_max);
        let mut line = json!({
            "name": self.name, "value": self.value, "unit": self.unit, "goal": goal, "ok": self.ok(),
        });
        if let Some(sides) = &self.sides {
            line["ours"] = json!(sides.ours);
            line["theirs"] = json!(sides.theirs);
            line["peer"] = json!(sides.peer);
        }
        line
    }
}

/// Writes to standard output; a reader that went away is not an error worth reporting.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// The value below which `share` (0 to 1) of the samples lie.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    let place = (last as f64 * share).round() as usize;
    samples.get(place).copied().unwrap_or(f64::NAN)
}
