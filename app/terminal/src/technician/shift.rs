//! A technician's time at the devices: who may end it, and who hears that it has begun.

use std::sync::Arc;

use kiosk_drivers_api::Cancel;

/// One piece of work's time.
#[derive(Clone)]
pub struct Shift {
    /// Raised when it is to end early.
    pub cancel: Cancel,
    /// Told by everybody who is handed a device.
    pub begun: Begun,
}

/// Tells that the work has begun, once all its copies are told or dropped: until then a device that was asked for may
/// still serve a resident.
#[derive(Clone)]
pub struct Begun(Arc<Tell>);

struct Tell(Box<dyn Fn() + Send + Sync>);

impl Begun {
    /// Has `tell` called.
    pub fn new(tell: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Tell(Box::new(tell))))
    }

    /// A device is in hand.
    pub fn told(self) {
        drop(self.0);
    }
}

impl Drop for Tell {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Shift {
    /// Where no terminal runs: nobody ends it, and nobody needs to hear of it.
    pub fn alone() -> Self {
        Self { cancel: Cancel::default(), begun: Begun::new(|| ()) }
    }
}
