//! The ESC/POS commands in use.

use crate::model::Cutter;

/// `ESC @`: forgets styles and the unprinted line.
pub const INITIALISE: [u8; 2] = [0x1B, 0x40];
/// `FS &`: bytes from 81 on begin a two-byte Chinese character.
pub const CHINESE_MODE: [u8; 2] = [0x1C, 0x26];
/// `GS V 66 0`: feeds to the cutter and cuts, leaving one point.
pub const CUT: [u8; 4] = [0x1D, 0x56, 0x42, 0x00];
/// `GS V 65 0`: feeds to the cutter and cuts through.
pub const CUT_THROUGH: [u8; 4] = [0x1D, 0x56, 0x41, 0x00];
/// `ESC d 4`: feeds four lines, 15 mm, past the bar to tear at.
pub const FEED_TO_BAR: [u8; 3] = [0x1B, 0x64, 0x04];
/// `GS r 1`: asks for the paper sensors; answered in its turn, after everything sent before.
pub const ASK_IN_ORDER: [u8; 3] = [0x1D, 0x72, 0x01];
/// `DLE ENQ 2`: leaves an error state (cutter, jam) and forgets what was received and not printed. Real-time; without
/// effect on a printer that has no such error.
pub const RECOVER: [u8; 3] = [0x10, 0x05, 0x02];
/// `DLE DC4 8` with its fixed data: forgets what was received and not printed, in any state, and answers
/// [`FORGOTTEN`]. Real-time. All its bytes are control characters, so a printer that does not know it prints nothing.
pub const FORGET: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
/// The answer to [`FORGET`] (Epson, Citizen: "clear response").
pub const FORGOTTEN: [u8; 3] = [0x37, 0x25, 0x00];
/// `LF`: prints the line.
pub const LINE_FEED: u8 = 0x0A;

/// `DLE EOT n`: asks for one of four status bytes (1 to 4). Real-time: answered at once, even offline and without paper.
///
/// To be sent between whole commands only, else it is taken as a parameter.
pub const fn ask_now(n: u8) -> [u8; 3] {
    [0x10, 0x04, n]
}

/// `DLE EOT 20`: asks for the full status, six bytes (Custom KPM150, KPM300). Real-time.
pub const ASK_FULL_STATUS: [u8; 3] = ask_now(0x14);

/// What parts the paper behind a page.
pub const fn cut(cutter: Cutter) -> &'static [u8] {
    match cutter {
        Cutter::Partial => &CUT,
        Cutter::Full => &CUT_THROUGH,
        Cutter::None => &FEED_TO_BAR,
    }
}

/// `GS a n`: the printer reports changes by itself: 02 online, 04 errors, 08 paper.
pub const fn automatic_status(groups: u8) -> [u8; 3] {
    [0x1D, 0x61, groups]
}

/// `ESC a n`: 0 left, 1 centre.
pub const fn align(n: u8) -> [u8; 3] {
    [0x1B, 0x61, n]
}

/// `ESC E n`: emphasis on or off.
pub const fn bold(on: bool) -> [u8; 3] {
    [0x1B, 0x45, on as u8]
}

/// `GS ! n`: 00 normal, 11 twice as wide and high.
pub const fn size(n: u8) -> [u8; 3] {
    [0x1D, 0x21, n]
}

/// `FS W n`: Chinese characters twice as wide and high, on or off.
pub const fn chinese_quadruple(on: bool) -> [u8; 3] {
    [0x1C, 0x57, on as u8]
}

/// `FS ! n`: the style of Chinese characters, whose bits differ from maker to maker.
pub const fn chinese_style(n: u8) -> [u8; 3] {
    [0x1C, 0x21, n]
}
