//! The visits that campaigns break into: what each plays, and which parts it uses.

use kiosk_tests::scenario::Scenario;

use crate::devices::Part;
use crate::visit;

/// A visit.
pub struct Flow {
    /// What is played.
    pub visit: Scenario,
    /// What it uses.
    pub uses: &'static [Part],
}

impl Flow {
    /// Whether it uses a part.
    pub fn uses(&self, part: Part) -> bool {
        self.uses.contains(&part)
    }
}

/// All of them: between them they use every device in every way a resident can.
pub fn all() -> Result<Vec<Flow>, Box<dyn std::error::Error>> {
    let flow = |visit, uses| Flow { visit, uses };
    Ok(vec![
        flow(visit::handling()?, &[Part::Reader, Part::Printer, Part::Network]),
        flow(visit::query()?, &[Part::Reader]),
        flow(visit::unavailable()?, &[Part::Reader]),
        flow(visit::chip()?, &[Part::Slot]),
        flow(visit::scan()?, &[Part::Scanner]),
        flow(visit::page()?, &[Part::Reader, Part::Pages]),
    ])
}
