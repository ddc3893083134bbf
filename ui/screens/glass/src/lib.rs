//! What the Slint compiler makes of `../ui`: nobody's code but the bridge's in `kiosk-screens`.

#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::todo,
    clippy::print_stdout,
    reason = "generated"
)]

slint::include_modules!();
