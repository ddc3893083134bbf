//! Which reader is ours.

/// Which reader is ours.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Config {
    /// A part of the reader's name as `pcscd` lists it, for instance `Virtual PCD 00 00`; empty takes the first reader.
    pub reader: String,
}
