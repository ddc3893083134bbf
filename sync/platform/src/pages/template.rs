//! Templates of pages: Typst files, as data. They see `sheet.json` (a `Sheet`) and `parts.typ`, and nothing else: no
//! file, no network, no clock.

use kiosk_protocol::ids::Key;

/// Every template by its name in packages.
const TEMPLATES: [(&str, &str); 1] = [("certificate", include_str!("../../pages/certificate.typ"))];
/// What templates have in common.
pub const PARTS: &str = include_str!("../../pages/parts.typ");

/// The template of this name.
pub fn template(name: &Key) -> Option<&'static str> {
    TEMPLATES.iter().find(|(own, _)| *own == name.as_str()).map(|(_, source)| *source)
}
