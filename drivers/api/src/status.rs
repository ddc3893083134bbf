//! The state every device kind shares.

/// How a device stands, in the words of XFS4IoT (CEN/XFS "Common.Status", device).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Answers and can be used.
    Online,
    /// Configured and connected, but gives no answer. Cure: power and cable.
    Offline,
    /// Not connected, or its path is missing. Cure: plug it in, or correct the configuration.
    NoDevice,
    /// Reports a defect of its own. Cure: service.
    HardwareError,
    /// Needs a hand: paper, cover, jam. Cure: as the fault says.
    UserActionNeeded,
    /// Is at work for somebody else.
    Busy,
}
