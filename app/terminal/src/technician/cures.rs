//! What helps against each fault, in a technician's words; the same as the documentation of the faults says.

use kiosk_drivers_api::{DeviceStatus, PageFault, PrintFault, ReaderFault, ScanFault, SmartCardFault};

/// Against a driver that broke down.
pub const BROKEN: &str = "try again; if it stays, send the log to the maker";
/// Against a device that is not in the configuration.
pub const NOT_CONFIGURED: &str = "name the device in kiosk.toml";

const PLUG_IN: &str = "plug it in and switch it on, or correct its place in kiosk.toml";
const POWER_AND_CABLE: &str = "check power and cable";
const UDEV: &str = "install the udev rules, or run the command as the terminal's user";
const SERVICE: &str = "switch it off and on; if it stays, call service";
const COUNTER: &str = "the card may be damaged: its issuer's counter";
const AGAIN: &str = "try again and leave the card where it is";

/// Where only the status is known.
pub fn of_status(status: DeviceStatus) -> Option<&'static str> {
    match status {
        DeviceStatus::Online => None,
        DeviceStatus::Offline => Some(POWER_AND_CABLE),
        DeviceStatus::NoDevice => Some(PLUG_IN),
        DeviceStatus::HardwareError => Some(SERVICE),
        DeviceStatus::UserActionNeeded => Some("look at the device: paper, cover, jam"),
        DeviceStatus::Busy => Some("wait until it has finished"),
    }
}

/// Of the identity-card reader.
pub fn of_reader(fault: &ReaderFault) -> &'static str {
    match fault {
        ReaderFault::NoCard => "put a card on the reader",
        ReaderFault::CardMoved | ReaderFault::Cancelled => AGAIN,
        ReaderFault::CardRejected { .. } | ReaderFault::BadRecord { .. } => COUNTER,
        ReaderFault::UnknownCard => "another card",
        ReaderFault::ModuleFailed { .. } => "the security module: call service",
        ReaderFault::NotConnected => PLUG_IN,
        ReaderFault::NoPermission => UDEV,
        ReaderFault::NoAnswer => POWER_AND_CABLE,
        ReaderFault::Garbled { .. } => "line rate in kiosk.toml, cable, then service",
    }
}

/// Of the slot for chip cards.
pub fn of_slot(fault: &SmartCardFault) -> &'static str {
    match fault {
        SmartCardFault::NoCard => "put a card in",
        SmartCardFault::Removed | SmartCardFault::Cancelled => AGAIN,
        SmartCardFault::Mute => "turn the card round, chip first and up; wipe the chip",
        SmartCardFault::UnknownCard => "a social security card or a bank card",
        SmartCardFault::Blocked { .. }
        | SmartCardFault::Refused { .. }
        | SmartCardFault::BadRecord { .. } => COUNTER,
        SmartCardFault::PinWrong { .. } | SmartCardFault::PinNotDigits => "type the PIN again, with care",
        SmartCardFault::PinBlocked => "the counter of social security",
        SmartCardFault::NoService => "start the smart-card service: systemctl start pcscd.socket",
        SmartCardFault::NoPermission => "install the polkit rule for pcscd",
        SmartCardFault::NotConnected => "plug the reader in, or correct its name in kiosk.toml",
        SmartCardFault::InUse => "end the other program that uses the card",
        SmartCardFault::NoAnswer => "put the card in again; then power and cable of the reader",
        SmartCardFault::Garbled => "wipe the chip; then cable, then service",
    }
}

/// Of the scanner.
pub fn of_scanner(fault: ScanFault) -> &'static str {
    match fault {
        ScanFault::NoCode => "hold a code before the window",
        ScanFault::Garbled => "show it again; then line rate, prefix and suffix of the scanner",
        ScanFault::Oversize | ScanFault::Unreadable => "another code",
        ScanFault::NotConnected => PLUG_IN,
        ScanFault::NoPermission => UDEV,
        ScanFault::NoAnswer => "power, cable, and the dialect in kiosk.toml",
        ScanFault::Cancelled => "try again",
    }
}

/// Of the receipt printer.
pub fn of_print(fault: PrintFault) -> &'static str {
    match fault {
        PrintFault::PaperOut => "put a new roll in",
        PrintFault::CoverOpen => "close the cover",
        PrintFault::CutterBlocked => "free the paper at the cutter",
        PrintFault::Jammed => "free the paper",
        PrintFault::HeadHot => "wait until the head has cooled down",
        PrintFault::Unrecoverable => SERVICE,
        PrintFault::NotConnected => PLUG_IN,
        PrintFault::NoPermission => UDEV,
        PrintFault::Unconfirmed => POWER_AND_CABLE,
        PrintFault::Cancelled => "print again",
    }
}

/// Of the page printer.
pub fn of_page(fault: PageFault) -> &'static str {
    match fault {
        PageFault::PaperOut => "fill the tray",
        PageFault::PaperNeeded => "put in A4 and set the tray to it",
        PageFault::Jammed => "open the printer and pull the paper out",
        PageFault::CoverOpen => "close the cover",
        PageFault::DoorOpen => "close the door",
        PageFault::TrayMissing => "push the tray in",
        PageFault::OutputFull => "take the paper out of the output bin",
        PageFault::TonerEmpty => "put a new cartridge in",
        PageFault::WasteFull => "put a new waste container in",
        PageFault::Stopped => "resume the printer at its panel, or with cupsenable",
        PageFault::SpoolFull => "delete what waits at the printer",
        PageFault::Unreachable => "power and cable of the printer behind its queue",
        PageFault::Defect => SERVICE,
        PageFault::Busy => "wait until it has finished",
        PageFault::NotAccepting => "let the printer take jobs, at its panel or with cupsaccept",
        PageFault::NotAllowed => "allow this terminal in the printer's settings",
        PageFault::NoSuchPrinter => "correct devices.page_printer.uri",
        PageFault::FormatRefused => "a queue that takes PDF",
        PageFault::OptionRefused => "a printer that has A4",
        PageFault::CancelledThere | PageFault::Aborted | PageFault::Cancelled => "print again",
        PageFault::NotConnected => "power, cable and address of the printer",
        PageFault::NotTrusted => "name the printer's own certificate in devices.page_printer.certificate",
        PageFault::Garbled => "the address must name an IPP printer",
        PageFault::Unconfirmed => POWER_AND_CABLE,
    }
}
