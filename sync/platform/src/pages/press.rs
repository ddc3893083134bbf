//! The one place where pages are set: a few at a time, each within its time, off the async threads.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kiosk_protocol::ids::PageNumber;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::fonts::{Fonts, FontsError};
use super::sheet::Sheet;
use super::typeset::{Typeset, TypesetError, typeset};
use crate::limits::{PRESSES, TYPESET_WAIT};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// Others are being set. Cure: ask again later.
    #[error("all presses are busy")]
    Busy,
    /// It takes too long; its press is free when it ends.
    #[error("setting the page takes too long")]
    Slow,
    /// The fonts are not there.
    #[error(transparent)]
    Fonts(&'static FontsError),
    /// It cannot be set.
    #[error(transparent)]
    Typeset(#[from] TypesetError),
    /// The thread broke.
    #[error("the press broke")]
    Broken,
}

/// Read when the first page is set, and kept.
static FONTS: LazyLock<Result<Fonts, FontsError>> = LazyLock::new(Fonts::load);

/// Sets pages.
pub struct Press {
    slots: Arc<Semaphore>,
    address: String,
    bound: Duration,
}

impl Press {
    /// A press whose pages are verified below this address; one that takes longer than this is given up.
    pub fn new(address: String, bound: Duration) -> Self {
        Self { slots: Arc::new(Semaphore::new(PRESSES)), address, bound }
    }

    /// What the code on a page carries.
    pub fn address_of(&self, number: &PageNumber) -> String {
        format!("{}/{number}", self.address)
    }

    /// Sets a page.
    pub async fn set(&self, template: &'static str, sheet: Sheet) -> Result<Typeset, PressError> {
        let slot = timeout(TYPESET_WAIT, Arc::clone(&self.slots).acquire_owned()).await;
        let Ok(Ok(slot)) = slot else { return Err(PressError::Busy) };
        let work = tokio::task::spawn_blocking(move || -> Result<Typeset, PressError> {
            // Held until the page is set, whether somebody still waits for it or not.
            let _slot = slot;
            let fonts = FONTS.as_ref().map_err(PressError::Fonts)?;
            Ok(typeset(fonts, template, &sheet)?)
        });
        // What a thread says when it breaks can be about the person.
        timeout(self.bound, work).await.map_err(|_| PressError::Slow)?.map_err(|_| PressError::Broken)?
    }
}
