//! One figure: a value, its goal, and for comparisons both sides.

use std::fmt;
use std::io::Write;

use serde_json::json;

/// A line of the report.
pub enum Line {
    /// Measured.
    Figure(Figure),
    /// Measured, and beside a figure; without a goal.
    Told {
        /// Its fixed name.
        name: &'static str,
        /// What was measured.
        value: f64,
        /// As of a figure.
        unit: &'static str,
    },
    /// Not measured in this run.
    Skipped {
        /// The figure's fixed name.
        name: &'static str,
        /// What was missing.
        why: String,
    },
}

/// A value with its goal.
pub struct Figure {
    /// Its fixed name, so that it can be followed over time.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// `ms`, `ratio`, …
    pub unit: &'static str,
    /// Which values are good.
    pub goal: Goal,
    /// Both sides of a comparison.
    pub sides: Option<Sides>,
}

/// Which values are good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// This and what is smaller.
    AtMost(f64),
    /// What is smaller.
    Below(f64),
    /// This and what is larger.
    AtLeast(f64),
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

impl Goal {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::Below(bound) => value < bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(bound) => write!(f, "<={bound}"),
            Self::Below(bound) => write!(f, "<{bound}"),
            Self::AtLeast(bound) => write!(f, ">={bound}"),
        }
    }
}

impl From<Figure> for Line {
    fn from(figure: Figure) -> Self {
        Self::Figure(figure)
    }
}

impl Line {
    /// Whether the goal is reached. What was not measured reached none.
    pub fn ok(&self) -> bool {
        match self {
            Self::Figure(figure) => figure.ok(),
            Self::Told { .. } => true,
            Self::Skipped { .. } => false,
        }
    }

    /// Prints it.
    pub fn print(&self, as_json: bool) {
        match (self, as_json) {
            (Self::Figure(figure), true) => say(&figure.json().to_string()),
            (Self::Figure(figure), false) => say(&figure.text()),
            (Self::Told { name, value, unit }, true) => {
                say(&json!({ "name": name, "value": value, "unit": unit }).to_string())
            }
            (Self::Told { name, value, unit }, false) => {
                say(&format!("     {name:<32} {value:>10.3} {unit}"))
            }
            (Self::Skipped { name, why }, true) => say(&json!({ "name": name, "skipped": why }).to_string()),
            (Self::Skipped { name, why }, false) => say(&format!("skip {name:<32} {why}")),
        }
    }
}

impl Figure {
    fn ok(&self) -> bool {
        self.goal.is_met(self.value)
    }

    fn text(&self) -> String {
        let mark = if self.ok() { "ok  " } else { "MISS" };
        let head = format!("{mark} {:<32} {:>10.3} {:<6}", self.name, self.value, self.unit);
        let sides = self.sides.as_ref().map_or_else(String::new, |sides| {
            format!("  ours {:.3}, {} {:.3}", sides.ours, sides.peer, sides.theirs)
        });
        format!("{head} goal {}{sides}", self.goal)
    }

    fn json(&self) -> serde_json::Value {
        let goal = self.goal.to_string();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_takes_in_its_bound_or_not() {
        assert!(Goal::AtMost(1.0).is_met(1.0));
        assert!(!Goal::AtMost(1.0).is_met(1.1));
        assert!(!Goal::Below(1.0).is_met(1.0));
        assert!(Goal::Below(1.0).is_met(0.9));
        assert!(Goal::AtLeast(8.0).is_met(8.0));
        assert!(!Goal::AtLeast(8.0).is_met(7.9));
    }

    #[test]
    fn what_was_not_measured_is_not_well() {
        assert!(!Line::Skipped { name: "any", why: "no peer".to_owned() }.ok());
    }

    #[test]
    fn a_missing_value_never_meets_a_goal() {
        for goal in [Goal::AtMost(1.0), Goal::Below(1.0), Goal::AtLeast(1.0)] {
            assert!(!goal.is_met(f64::NAN));
        }
    }
}
