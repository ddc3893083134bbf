//! What stands behind a PIN, and how the terminal itself stands.

/// Whose PIN is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinOwner {
    /// A technician's.
    Technician,
    /// That of a resident's social security card.
    Resident,
}

/// How it goes on with a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinStage {
    /// It is typed.
    Typing,
    /// It is checked.
    Checking,
    /// The last one was wrong, or nobody may try yet.
    Wrong,
    /// No try is left.
    Locked,
}

/// A part of the terminal and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRow {
    /// Which.
    pub label: String,
    /// How it stands, in words.
    pub value: String,
    /// How that is meant.
    pub condition: Condition,
}

/// How the terminal is taken out of service and put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceChange {
    /// It was taken out of service; else it can be.
    pub is_paused: bool,
    /// Whether that can be touched now.
    pub can_change: bool,
    /// Why the last touch changed nothing, if so.
    pub trouble: Option<String>,
}

/// How a part of the terminal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Well.
    Well,
    /// It goes on, but wants attention.
    Mind,
    /// It does not serve.
    Broken,
}
