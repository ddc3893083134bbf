//! The code scanner: its light, the code before it, its dialect on the line, and the time it takes. No I/O.

mod code;
mod device;
mod dialect;
mod orders;
mod packets;
mod reports;

pub use code::{Shown, Symbology};
pub use device::{Fault, Scanner};
pub use dialect::Dialect;
pub(crate) use packets::mend;
