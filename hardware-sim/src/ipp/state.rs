//! How the page printer stands, and what it says then.

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::model::JobState;
use crate::limits::{THINK_IPP, THINK_IPP_SILENT, THINK_IPP_SLOW};

/// How the page printer stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagePrinterState {
    /// Ready; what was wrong has been put right
    #[default]
    Ok,
    /// Little paper; it still prints
    PaperLow,
    /// No paper
    PaperOut,
    /// Other paper than was asked for
    PaperWrong,
    /// The paper is stuck
    Jam,
    /// A cover is open
    CoverOpen,
    /// A door is open
    DoorOpen,
    /// The tray is out
    TrayMissing,
    /// The output bin is full
    OutputFull,
    /// Little toner; it still prints
    TonerLow,
    /// No toner
    TonerEmpty,
    /// The waste container is full
    WasteFull,
    /// No memory for jobs
    SpoolFull,
    /// Paused at its panel
    Stopped,
    /// The fuser is too hot
    Defect,
    /// A queue whose printer does not answer
    Offline,
    /// At work for somebody else; takes no job meanwhile
    Busy,
    /// Takes no jobs
    Rejecting,
    /// Gives up every job
    Aborts,
    /// Somebody cancels every job at the panel
    Cancels,
    /// Lets nobody in (HTTP 403)
    Forbidden,
    /// Takes questions and never answers
    Silent,
    /// A second late
    Slow,
    /// Answers noise
    Garbage,
    /// Half of each answer
    Torn,
}

impl PagePrinterState {
    /// `printer-state-reasons` (RFC 8011 5.4.12).
    pub fn reason(self) -> &'static str {
        match self {
            Self::PaperLow => "media-low-warning",
            Self::PaperOut => "media-empty-error",
            Self::PaperWrong => "media-needed-error",
            Self::Jam => "media-jam-error",
            Self::CoverOpen => "cover-open-error",
            Self::DoorOpen => "door-open-error",
            Self::TrayMissing => "input-tray-missing-error",
            Self::OutputFull => "output-area-full-error",
            Self::TonerLow => "toner-low-warning",
            Self::TonerEmpty => "toner-empty-error",
            Self::WasteFull => "marker-waste-full-error",
            Self::SpoolFull => "spool-area-full-error",
            Self::Stopped => "paused",
            Self::Defect => "fuser-over-temp-error",
            Self::Offline => "offline-report",
            Self::Ok
            | Self::Busy
            | Self::Rejecting
            | Self::Aborts
            | Self::Cancels
            | Self::Forbidden
            | Self::Silent
            | Self::Slow
            | Self::Garbage
            | Self::Torn => "none",
        }
    }

    /// Whether it says that it is stopped. A queue in front of a dead printer does not.
    pub fn is_stopped(self) -> bool {
        let reason = self.reason();
        reason.ends_with("-error") || reason == "paused"
    }

    /// What becomes of every job, where it is not printed.
    pub(super) fn ends_jobs(self) -> Option<JobState> {
        if self == Self::Aborts {
            return Some(JobState::Aborted);
        }
        (self == Self::Cancels).then_some(JobState::Cancelled)
    }

    /// How long it thinks about a request.
    pub fn think(self) -> Duration {
        if self == Self::Silent {
            return THINK_IPP_SILENT;
        }
        if self == Self::Slow { THINK_IPP_SLOW } else { THINK_IPP }
    }

    /// Whether sheets come out.
    pub fn prints(self) -> bool {
        !self.is_stopped() && self != Self::Offline
    }
}
