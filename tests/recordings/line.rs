//! A serial line in virtual time between a driver and a simulated device.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_serial::{Link, LinkError, PIECE_BYTES};
use kiosk_sim::pacing::wire_time;
use kiosk_sim::peripheral::Peripheral;

/// The driver's end. Clones share one line, so that a test can look at the device.
pub struct VirtualLine<P>(Arc<Mutex<State<P>>>);

impl<P> Clone for VirtualLine<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct State<P> {
    device: P,
    now: Duration,
    /// What is on its way to the device, with its arrival.
    there: VecDeque<(Duration, Vec<u8>)>,
    /// The same to the driver, byte by byte.
    back: VecDeque<(Duration, u8)>,
}

impl<P: Peripheral> VirtualLine<P> {
    /// A line to `device`, at the beginning of time.
    pub fn to(device: P) -> Self {
        let (there, back) = (VecDeque::new(), VecDeque::new());
        Self(Arc::new(Mutex::new(State { device, now: Duration::ZERO, there, back })))
    }

    /// Looks at the device.
    pub fn device<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        look(&self.state().device)
    }

    fn state(&self) -> MutexGuard<'_, State<P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Peripheral> State<P> {
    /// When something happens next.
    fn next(&self) -> Option<Duration> {
        let arrivals = [self.there.front().map(|(at, _)| *at), self.back.front().map(|(at, _)| *at)];
        arrivals.into_iter().chain([self.device.due()]).flatten().min()
    }

    /// Lets time pass up to `now`.
    fn pass(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some((at, bytes)) = self.there.pop_front_if(|(at, _)| *at <= self.now) {
            self.device.hear(at, &bytes);
        }
        self.device.advance(self.now);
        while let Some(said) = self.device.say() {
            let free = self.back.back().map_or(Duration::ZERO, |(at, _)| *at);
            let (start, baud) = (free.max(said.at), self.device.baud());
            let times = (1..).map(|count| start + wire_time(count, baud));
            self.back.extend(times.zip(said.bytes));
            self.device.said();
        }
    }
}

impl<P: Peripheral> Link for VirtualLine<P> {
    fn open(&mut self) -> Result<(), LinkError> {
        Ok(())
    }

    fn close(&mut self) {}

    fn clear(&mut self) -> Result<(), LinkError> {
        let mut state = self.state();
        let now = state.now;
        state.back.retain(|(at, _)| *at > now);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], _wait: Duration) -> Result<usize, LinkError> {
        let mut state = self.state();
        let piece = &bytes[..bytes.len().min(PIECE_BYTES)];
        let free = state.there.back().map_or(Duration::ZERO, |(at, _)| *at).max(state.now);
        let arrival = free + wire_time(piece.len(), state.device.baud());
        state.there.push_back((arrival, piece.to_vec()));
        Ok(piece.len())
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let mut state = self.state();
        let end = state.now + wait;
        while let Some(next) = state.next().filter(|next| *next <= end)
            && state.back.front().is_none_or(|(at, _)| *at > state.now)
        {
            state.pass(next);
        }
        let now = state.now;
        let there = std::iter::from_fn(|| state.back.pop_front_if(|(at, _)| *at <= now));
        let count = buffer.iter_mut().zip(there).map(|(place, (_, byte))| *place = byte).count();
        if count == 0 {
            state.pass(end);
        }
        Ok(count)
    }

    fn now(&self) -> Duration {
        self.state().now
    }

    fn byte_time(&self) -> Duration {
        wire_time(1, self.state().device.baud())
    }
}
