//! What `kiosk doctor` looks at. A running terminal is asked what it knows; everything else is looked at afresh.

mod age;
mod check;
mod devices;
mod kept;
mod key;
mod machine;
mod platform;

pub use check::{Check, Level};
pub use platform::CERTIFICATE_WELL;

use serde_json::Value;

use crate::control::{self, Question};
use crate::error::Failure;
use crate::setup::Setup;

/// Looks at everything, in the order of the report.
pub fn examine(setup: &Setup) -> Result<Vec<Check>, Failure> {
    let status = control::ask(&setup.paths.control, &Question::Status).map_err(Failure::Control)?;
    let identity = setup.identity();
    let mut checks = vec![terminal(status.as_ref())];
    checks.extend(devices::look(setup)?);
    checks.push(machine::disk(&setup.config.terminal.data_dir, &setup.paths.store));
    let (kept, catalogue) = kept::look(setup, identity.as_ref().ok(), status.as_ref());
    match &identity {
        Ok(identity) => checks.extend(platform::look(setup, identity, catalogue)),
        Err(failure) => checks.extend(platform::reach(&setup.config.platform.url, &failure.chain())),
    }
    checks.push(key::look(setup));
    checks.extend(kept);
    Ok(checks)
}

fn terminal(status: Option<&Value>) -> Check {
    let word = |name: &str| status.and_then(|status| status.get(name)).and_then(Value::as_str);
    let is_at_work = status.and_then(|status| status.get("technician")) == Some(&Value::Bool(true));
    let at_work = if is_at_work { ", a technician works at a device" } else { "" };
    match (word("state"), word("trouble")) {
        (Some(_), Some(trouble)) => {
            Check::fail("terminal", format!("out of service: {trouble}"), "as it says")
        }
        (Some(state), None) => Check::ok("terminal", format!("runs ({state}){at_work}")),
        (None, _) => Check::ok("terminal", "does not run; asked everything itself"),
    }
}
