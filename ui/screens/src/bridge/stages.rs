//! Each stage, place and picture by the name it has on the glass.

use kiosk_model::{CardPlace, Icon, PaperStage, PinOwner, PinStage, ReaderStage, ScanStage};

use crate::glass::{CardPlaces, PaperState, PinOwners, PinState, ReaderState, ScanState, TileIcon};

pub(super) fn pin_owner(owner: PinOwner) -> PinOwners {
    match owner {
        PinOwner::Technician => PinOwners::Technician,
        PinOwner::Resident => PinOwners::Resident,
    }
}

pub(super) fn pin_state(stage: PinStage) -> PinState {
    match stage {
        PinStage::Typing => PinState::Typing,
        PinStage::Checking => PinState::Checking,
        PinStage::Wrong => PinState::Wrong,
        PinStage::Locked => PinState::Locked,
    }
}

pub(super) fn icon(icon: Icon) -> TileIcon {
    match icon {
        Icon::House => TileIcon::House,
        Icon::Wallet => TileIcon::Wallet,
        Icon::Document => TileIcon::Document,
        Icon::Card => TileIcon::Card,
        Icon::Person => TileIcon::Person,
        Icon::Calendar => TileIcon::Calendar,
        Icon::Medical => TileIcon::Medical,
        Icon::Transport => TileIcon::Transport,
        Icon::Talk => TileIcon::Talk,
        Icon::Search => TileIcon::Search,
    }
}

pub(super) fn reader(stage: ReaderStage) -> ReaderState {
    match stage {
        ReaderStage::Waiting => ReaderState::Waiting,
        ReaderStage::Again => ReaderState::Again,
        ReaderStage::Refused => ReaderState::Refused,
        ReaderStage::OutOfOrder => ReaderState::OutOfOrder,
    }
}

pub(super) fn card_places(place: CardPlace) -> CardPlaces {
    match place {
        CardPlace::Reader => CardPlaces::Reader,
        CardPlace::Slot => CardPlaces::Slot,
        CardPlace::Either => CardPlaces::Either,
    }
}

pub(super) fn scan_state(stage: ScanStage) -> ScanState {
    match stage {
        ScanStage::Waiting => ScanState::Waiting,
        ScanStage::Again => ScanState::Again,
        ScanStage::OutOfOrder => ScanState::OutOfOrder,
    }
}

pub(super) fn paper_state(stage: PaperStage) -> PaperState {
    match stage {
        PaperStage::Printing => PaperState::Printing,
        PaperStage::Printed => PaperState::Printed,
        PaperStage::Failed => PaperState::Failed,
    }
}
