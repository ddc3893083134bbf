//! Runs the cases of a kind one after the other, on one device, and says how each went.

use std::time::{Duration, Instant};

use kiosk_drivers_api::{Cancel, DeviceStatus};
use kiosk_tests::deadlines::poll;

use crate::hands::{Deed, Hands};

/// A device gone or come back is noticed within this time (status polls every second).
pub const NOTICED: Duration = Duration::from_secs(2);
/// A device that was put right is used again within this time.
pub const RECOVERED: Duration = Duration::from_secs(5);
/// A cancelled call returns within this time; the ports promise it. A fifth more for the machine it runs on.
const CANCELLED: Duration = Duration::from_millis(600);
/// For a call to be in the middle of its work when it is cancelled.
const UNDER_WAY: Duration = Duration::from_millis(150);

/// A driver, and who handles its device.
pub struct Desk<D> {
    pub driver: D,
    pub hands: Box<dyn Hands>,
}

/// How a case went.
pub enum Went {
    /// As it must.
    Well,
    /// Nobody could do what it needs.
    LeftOut,
    /// Not as it must.
    Wrong(String),
}

/// One thing every device of the kind must do.
pub type Case<D> = (&'static str, fn(&mut Desk<D>) -> Went);

/// Runs the cases and fails with all that went wrong.
pub fn run<D>(kind: &str, cases: &[Case<D>], mut desk: Desk<D>) {
    let mut wrong = Vec::new();
    for (words, case) in cases {
        let word = match case(&mut desk) {
            Went::Well => "ok",
            Went::LeftOut => "left out, it needs hands",
            Went::Wrong(why) => {
                wrong.push(format!("{kind}: {words}: {why}"));
                "WRONG"
            }
        };
        eprintln!("{kind}: {words}: {word}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Well where it holds.
pub fn must(holds: bool, why: impl FnOnce() -> String) -> Went {
    if holds { Went::Well } else { Went::Wrong(why()) }
}

/// Waits until the status is as wanted.
pub fn becomes(
    within: Duration,
    mut status: impl FnMut() -> DeviceStatus,
    wanted: impl Fn(DeviceStatus) -> bool,
) -> Went {
    let mut last = None;
    let came = poll(within, || {
        let now = status();
        last = Some(now);
        wanted(now).then_some(())
    });
    must(came.is_some(), || format!("after {within:?} it is still {last:?}"))
}

/// Pulls the plug and puts it in again; nobody tells the driver.
pub fn unplugged_and_plugged<D>(desk: &mut Desk<D>, status: fn(&mut D) -> DeviceStatus) -> Went {
    if !desk.hands.act(Deed::Unplug) {
        return Went::LeftOut;
    }
    let went = becomes(NOTICED, || status(&mut desk.driver), |status| status != DeviceStatus::Online);
    if !desk.hands.act(Deed::Plug) {
        return Went::LeftOut;
    }
    let came = becomes(RECOVERED, || status(&mut desk.driver), |status| status == DeviceStatus::Online);
    if matches!(went, Went::Wrong(_)) { went } else { came }
}

/// Cancels a call that is under way, and sees to it that it returns soon.
pub fn cancelled<D, T>(driver: &mut D, call: impl FnOnce(&mut D, &Cancel) -> T) -> (T, Went) {
    let cancel = Cancel::default();
    let raise = cancel.clone();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(UNDER_WAY);
            raise.cancel();
        });
        let result = call(driver, &cancel);
        let took = begun.elapsed().saturating_sub(UNDER_WAY);
        (result, must(took <= CANCELLED, || format!("cancelled, it took {took:?} more")))
    })
}
