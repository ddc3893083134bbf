//! A serial line in virtual time: a driver's [`Link`] at one end, a device model of the simulator at the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_serial::{Link, LinkError, PIECE_BYTES};
use kiosk_sim::pacing::wire_time;
use kiosk_sim::peripheral::Peripheral;

use crate::limits::{LINE_BYTES_MAX, LINE_SAY_BYTES};
use crate::stage::{Actor, Stage};

/// The line as the hall sees it: a device that can be looked at, changed and unplugged.
pub struct Cable<P> {
    end: Arc<Mutex<End<P>>>,
    stage: Stage,
    driver: Actor,
}

/// The line as a driver sees it.
pub struct Wire<P> {
    cable: Cable<P>,
    /// The plugging-in it was opened at.
    open: Option<u32>,
}

struct End<P> {
    device: P,
    plugged: bool,
    pluggings: u32,
    /// Pieces on their way to the device, each with the time its last byte arrives.
    to_device: VecDeque<(Duration, Vec<u8>)>,
    sent_until: Duration,
    to_driver: VecDeque<(Duration, u8)>,
    said_until: Duration,
}

impl<P> Clone for Cable<P> {
    fn clone(&self) -> Self {
        Self { end: Arc::clone(&self.end), stage: self.stage.clone(), driver: self.driver }
    }
}

impl<P: Peripheral> Cable<P> {
    /// A device that is plugged in, and whose driver's thread it wakes.
    pub fn new(device: P, stage: &Stage, driver: Actor) -> Self {
        let end = End {
            device,
            plugged: true,
            pluggings: 0,
            to_device: VecDeque::new(),
            sent_until: Duration::ZERO,
            to_driver: VecDeque::new(),
            said_until: Duration::ZERO,
        };
        Self { end: Arc::new(Mutex::new(end)), stage: stage.clone(), driver }
    }

    /// The driver's end.
    pub fn wire(&self) -> Wire<P> {
        Wire { cable: self.clone(), open: None }
    }

    /// Changes the device, or looks at it.
    pub fn with<T>(&self, act: impl FnOnce(&mut P, Duration) -> T) -> T {
        let now = self.stage.now();
        let mut end = self.end();
        end.run_to(now);
        let answer = act(&mut end.device, now);
        end.listen();
        drop(end);
        self.stage.rouse(self.driver);
        answer
    }

    /// Puts the plug in or pulls it.
    pub fn set_plugged(&self, plugged: bool) {
        let now = self.stage.now();
        let mut end = self.end();
        if end.plugged && !plugged {
            end.run_to(now);
            end.device.power_cycle();
            end.pluggings += 1;
            end.forget();
        }
        end.plugged = plugged;
        drop(end);
        self.stage.rouse(self.driver);
    }

    fn end(&self) -> MutexGuard<'_, End<P>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Peripheral> End<P> {
    /// Nothing is under way any more.
    fn forget(&mut self) {
        self.to_device.clear();
        self.to_driver.clear();
    }

    /// Lets everything happen that happens until then.
    fn run_to(&mut self, now: Duration) {
        while let Some(at) = self.next_in_device().filter(|at| *at <= now) {
            self.deliver(at);
            self.device.advance(at);
            self.listen();
        }
        self.device.advance(now);
        self.listen();
    }

    /// When the device next gets something or does something.
    fn next_in_device(&self) -> Option<Duration> {
        let arrival = self.to_device.front().map(|(at, _)| *at).filter(|_| self.device.room() > 0);
        [arrival, self.device.due()].into_iter().flatten().min()
    }

    /// A device without room leaves the rest on the line.
    fn deliver(&mut self, now: Duration) {
        let room = self.device.room();
        let Some((_, piece)) = self.to_device.front_mut().filter(|(at, _)| *at <= now && room > 0) else {
            return;
        };
        let rest = piece.split_off(room.min(piece.len()));
        let part = std::mem::replace(piece, rest);
        if piece.is_empty() {
            self.to_device.pop_front();
        }
        self.device.hear(now, &part);
    }

    /// Takes what the device has to say, each byte with the time it arrives.
    fn listen(&mut self) {
        while let Some(said) = self.device.say() {
            let (start, baud) = (self.said_until.max(said.at), self.device.baud());
            for (group, bytes) in said.bytes.chunks(LINE_SAY_BYTES).enumerate() {
                let at = start + wire_time(group * LINE_SAY_BYTES + bytes.len(), baud);
                self.to_driver.extend(bytes.iter().map(|byte| (at, *byte)));
            }
            self.said_until = start + wire_time(said.bytes.len(), baud);
            self.device.said();
        }
    }

    fn arrived(&mut self, now: Duration, buffer: &mut [u8]) -> usize {
        let here = self.to_driver.iter().take_while(|(at, _)| *at <= now).count().min(buffer.len());
        for (place, (_, byte)) in buffer.iter_mut().zip(self.to_driver.drain(..here)) {
            *place = byte;
        }
        here
    }

    /// When there may be something to read.
    fn next(&self) -> Option<Duration> {
        let answer = self.to_driver.front().map(|(at, _)| *at);
        [answer, self.next_in_device()].into_iter().flatten().min()
    }

    fn waiting_bytes(&self) -> usize {
        self.to_device.iter().map(|(_, piece)| piece.len()).sum()
    }
}

impl<P: Peripheral> Wire<P> {
    /// The end of the line as it stands now; broken where the plug was pulled since it was opened.
    fn end(&self) -> Result<MutexGuard<'_, End<P>>, LinkError> {
        let mut end = self.cable.end();
        if self.open != Some(end.pluggings) || !end.plugged {
            return Err(LinkError::Gone);
        }
        end.run_to(self.cable.stage.now());
        Ok(end)
    }

    fn wait(&self, until: Duration) {
        self.cable.stage.wait(self.cable.driver, until);
    }
}

impl<P: Peripheral> Link for Wire<P> {
    fn open(&mut self) -> Result<(), LinkError> {
        let end = self.cable.end();
        if !end.plugged {
            return Err(LinkError::Missing);
        }
        self.open = self.open.or(Some(end.pluggings));
        Ok(())
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.cable.end().forget();
        }
    }

    fn clear(&mut self) -> Result<(), LinkError> {
        let now = self.now();
        self.end()?.to_driver.retain(|(at, _)| *at > now);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError> {
        let until = self.now() + wait;
        loop {
            let now = self.now();
            let mut end = self.end()?;
            if end.waiting_bytes() < LINE_BYTES_MAX {
                let piece = &bytes[..bytes.len().min(PIECE_BYTES)];
                end.sent_until = end.sent_until.max(now) + wire_time(piece.len(), end.device.baud());
                let at = end.sent_until;
                end.to_device.push_back((at, piece.to_vec()));
                return Ok(piece.len());
            }
            let next = end.next_in_device().unwrap_or(until);
            drop(end);
            if now >= until {
                return Ok(0);
            }
            self.wait(next.min(until));
        }
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let until = self.now() + wait;
        loop {
            let now = self.now();
            let mut end = self.end()?;
            let count = end.arrived(now, buffer);
            let next = end.next().unwrap_or(until);
            drop(end);
            if count > 0 || now >= until {
                return Ok(count);
            }
            self.wait(next.min(until));
        }
    }

    fn now(&self) -> Duration {
        self.cable.stage.now()
    }

    fn byte_time(&self) -> Duration {
        wire_time(1, self.cable.end().device.baud())
    }
}
