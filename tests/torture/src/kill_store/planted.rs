//! Faults that are planted to see that the campaign finds them.

use clap::ValueEnum;

/// What is wrong with the world on purpose.
#[derive(Clone, Copy, ValueEnum)]
pub enum Planted {
    /// Behind each kill the terminal's store is what it was behind the one before: what was kept since is gone.
    StorePutBack,
    /// The platform loses the last item it took in, once it has them all.
    PlatformForgets,
}
