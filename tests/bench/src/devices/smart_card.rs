//! The smart-card reader's, under a real `pcscd`: D is what the simulator's card measured from the arrival of each command
//! until its answer was ready. T is the call that reads the card, once the service has noticed it.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_drivers_api::{Cancel, SmartCardFault, SmartCardReader};
use kiosk_sim::control::{ChipAction, Command};
use kiosk_sim::{Options, Simulator};
use kiosk_smart_card::{Config, PcscSmartCardReader};
use kiosk_tests::deadlines::{FOUND, poll};
use kiosk_tests::pcscd::{Pcscd, address, reader};

use super::{CALLS, figure};
use crate::figure::Line;

const NAME: &str = "device.smart_card.wire_ratio";
/// Every record can be read.
const CARD: &str = "alice-social";

pub(super) fn measure(dir: &Path) -> Result<Line, Box<dyn Error>> {
    if !Pcscd::may_start() {
        return Ok(Line::Skipped { name: NAME, why: "only root may start pcscd".to_owned() });
    }
    let _service = Pcscd::start(dir)?;
    let options = Options { vpcd: Some(address(0)), ..Options::in_dir(&dir.join("chip")) };
    let simulator = Simulator::start(&options)?;
    let mut driver = PcscSmartCardReader::new(Config { reader: reader(0), ..Config::default() });
    let mut times = Vec::new();
    for _ in 0..CALLS {
        simulator.act(&Command::Chip(ChipAction::Insert { card: CARD.to_owned() }))?;
        let handled = handling(&simulator);
        let took = read(&mut driver)?;
        times.push((took, handling(&simulator) - handled));
    }
    Ok(figure(NAME, &times).into())
}

/// How long the call took that read the card.
fn read(driver: &mut PcscSmartCardReader) -> Result<Duration, Box<dyn Error>> {
    let read = || {
        let start = Instant::now();
        match driver.read(&Cancel::default()) {
            Err(SmartCardFault::NoCard) => None,
            Ok(_) => Some(Ok(start.elapsed())),
            Err(fault) => Some(Err(fault)),
        }
    };
    Ok(poll(FOUND, read).unwrap_or(Err(SmartCardFault::NoCard))?)
}

fn handling(simulator: &Simulator) -> Duration {
    Duration::from_micros(simulator.state().chip.map_or(0, |chip| chip.handling_us))
}
