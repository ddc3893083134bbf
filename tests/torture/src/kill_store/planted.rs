//! Faults that are planted to see that the campaign finds them.

use clap::ValueEnum;

/// What is wrong with the world on purpose, behind each kill.
#[derive(Clone, Copy, ValueEnum)]
pub enum Planted {
    /// The terminal's store is what it was behind the kill before: what was kept since is gone.
    StorePutBack,
    /// The platform loses the last item it took in of the terminal.
    PlatformForgets,
}
