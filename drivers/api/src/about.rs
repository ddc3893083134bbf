//! What a device says about itself.

/// What a device says about itself, for technicians: a word for what it is, and what the device said. Never about a person.
pub type About = Vec<(&'static str, String)>;
