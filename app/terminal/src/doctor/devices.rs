//! Devices, and what they use up.

use super::Check;
use crate::commands::devices::standings;
use crate::error::Failure;
use crate::setup::Setup;
use crate::technician::{BUSY, NOT_CONFIGURED, NOT_KNOWN, Standing};

/// One line a device, and one for paper and toner each.
pub fn look(setup: &Setup) -> Result<Vec<Check>, Failure> {
    Ok(standings(setup)?.iter().flat_map(|(standing, _)| of_device(standing)).collect())
}

fn of_device(standing: &Standing) -> Vec<Check> {
    let name = standing.kind.key();
    let supplies = [("paper", &standing.paper), ("toner", &standing.toner)];
    let supplies = supplies.into_iter().filter_map(|(what, left)| Some(supply(name, what, left.as_deref()?)));
    std::iter::once(device(name, standing)).chain(supplies).collect()
}

fn device(name: &str, standing: &Standing) -> Check {
    let fault = standing.fault.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default();
    let says = format!("{}{fault}", standing.status);
    let cure = standing.cure.clone().unwrap_or_else(|| "ask again in a moment".to_owned());
    match standing.status.as_str() {
        _ if standing.is_well() => Check::ok(name, says),
        NOT_CONFIGURED => Check::ok(name, says),
        BUSY | NOT_KNOWN => Check::warn(name, says, cure),
        _ => Check::fail(name, says, cure),
    }
}

/// What nobody knows is said of the device already.
fn supply(device: &str, what: &str, left: &str) -> Check {
    let name = format!("{device}.{what}");
    match left {
        "low" => Check::warn(name, left, format!("have new {what} at hand")),
        "out" => Check::fail(name, left, format!("put new {what} in")),
        _ => Check::ok(name, left),
    }
}

#[cfg(test)]
mod tests {
    use kiosk_drivers_api::{DeviceStatus, Outlet, Paper, PrintFault, PrinterStatus};

    use super::super::Level;
    use super::*;
    use crate::technician::Device;

    #[test]
    fn what_is_wrong_is_weighed_and_comes_with_its_cure() {
        for (status, level) in [
            (DeviceStatus::Online, Level::Ok),
            (DeviceStatus::Busy, Level::Warn),
            (DeviceStatus::NoDevice, Level::Fail),
            (DeviceStatus::Offline, Level::Fail),
        ] {
            let checks = of_device(&Standing::of_device(Device::IdCard, status));
            assert_eq!(checks.iter().map(|check| check.level).collect::<Vec<_>>(), [level], "{status:?}");
            assert_eq!(checks[0].cure.is_some(), level != Level::Ok);
        }
        let fault = Some(PrintFault::PaperOut);
        let out = PrinterStatus {
            device: DeviceStatus::UserActionNeeded,
            paper: Paper::Out,
            outlet: Outlet::Unknown,
            fault,
        };
        let checks = of_device(&Standing::of_printer(out));
        assert_eq!(checks[0].cure.as_deref(), Some("put a new roll in"));
        assert_eq!((checks[1].name.as_str(), checks[1].level), ("receipt_printer.paper", Level::Fail));
    }
}
