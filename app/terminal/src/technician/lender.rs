//! Lends a driver for one call: the one a device's thread has, or a new one where no such thread runs.

use std::sync::mpsc::sync_channel;

use super::Begun;

/// What is done with a driver.
pub type Call<D> = Box<dyn FnOnce(&mut D) + Send>;

/// Lends one device's driver.
pub struct Lender<D: ?Sized>(Box<dyn Fn(Call<D>) -> bool + Send + Sync>);

impl<D: ?Sized + 'static> Lender<D> {
    /// `take` has the call made, and says whether somebody is there to make it.
    pub fn new(take: impl Fn(Call<D>) -> bool + Send + Sync + 'static) -> Self {
        Self(Box::new(take))
    }

    /// Makes a driver for each call.
    pub fn fresh(factory: impl Fn() -> Box<D> + Send + Sync + 'static) -> Self {
        Self::new(move |call| {
            call(factory().as_mut());
            true
        })
    }

    /// The same for a piece of a technician's work, which has begun when the driver is in hand.
    pub fn hand_over<T: Send + 'static>(
        &self,
        begun: Begun,
        call: impl FnOnce(&mut D) -> T + Send + 'static,
    ) -> Option<T> {
        self.lend(move |driver| {
            begun.told();
            call(driver)
        })
    }

    /// What the call made of the driver; nothing where the driver broke down.
    pub fn lend<T: Send + 'static>(&self, call: impl FnOnce(&mut D) -> T + Send + 'static) -> Option<T> {
        let (tell, told) = sync_channel(1);
        let is_lent = (self.0)(Box::new(move |driver| {
            // Whoever asked waits for it.
            let _ = tell.send(call(driver));
        }));
        is_lent.then(|| told.recv().ok()).flatten()
    }
}
