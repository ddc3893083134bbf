//! Sealed A4 pages (电子证明): a template and what a department has on file become a PDF file, whose digest is
//! signed and kept. The file goes to the terminal and is not kept here.

mod fonts;
mod press;
mod seal;
mod sheet;
mod template;
mod typeset;
mod words;

pub use press::Press;
pub use seal::{Facts, NotGenuine, of_file, of_number, seal};
pub use sheet::{Content, Sheet};
pub use template::template;
pub use typeset::Typeset;

#[cfg(test)]
mod tests;
