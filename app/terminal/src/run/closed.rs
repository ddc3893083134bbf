//! The screen of a terminal that cannot take anybody in: without a store nothing could be promised or recorded.

use kiosk_model::{Body, Frame, Language, Mode, Screen};
use kiosk_session::Event;
use kiosk_text::Texts;

/// The state's name while nobody can be taken in.
pub const STATE: &str = "closed";

/// Nobody has chosen a language, so it speaks all of them. `site`: where the terminal stands, if that is known.
pub fn screen(site: String) -> Screen {
    let languages = [Language::ZhCn, Language::En, Language::Ru];
    let message = languages.map(|language| Texts::new(language).out_of_service()).join("\n\n");
    Screen {
        language: Language::default(),
        mode: Mode::default(),
        frame: Frame { site, ..Frame::default() },
        body: Body::OutOfService { message },
        overlay: None,
    }
}

/// Between the world and a session that runs: while it is closed nobody gets in, and the glass says so.
#[derive(Default)]
pub struct Door {
    closed: bool,
}

impl Door {
    /// Closes or opens; `true` if that changed anything.
    pub fn turn(&mut self, closed: bool) -> bool {
        std::mem::replace(&mut self.closed, closed) != closed
    }

    /// Whether the session learns of it: how the world stands always, what begins a visit or goes on with one not
    /// while it is closed.
    pub fn lets_in(&self, event: &Event) -> bool {
        let is_of_a_person = match event {
            Event::Touched(_) | Event::CardRead { .. } | Event::ChipRead { .. } | Event::Scanned { .. } => {
                true
            }
            Event::Tick
            | Event::ReaderChanged(_)
            | Event::SlotChanged(_)
            | Event::ScannerChanged(_)
            | Event::PrinterChanged(_)
            | Event::PagePrinterChanged(_)
            | Event::PagePrinted { .. }
            | Event::Stored { .. }
            | Event::Printed { .. }
            | Event::Answered { .. }
            | Event::LinkChanged(_)
            | Event::RoomChanged(_)
            | Event::CatalogueChanged(_)
            | Event::AgeChanged(_)
            | Event::ConfigurationChanged(_)
            | Event::CardGone { .. }
            | Event::TechnicianMet { .. }
            | Event::PinTried { .. }
            | Event::PinVerified { .. }
            | Event::LookedAround { .. } => false,
        };
        !(self.closed && is_of_a_person)
    }

    /// What is shown instead of the session's screen.
    pub fn screen(&self, of_session: Screen) -> Screen {
        if self.closed { screen(of_session.frame.site) } else { of_session }
    }

    /// The name of the state for technicians.
    pub fn state_name(&self, of_session: &'static str) -> &'static str {
        if self.closed { STATE } else { of_session }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_model::Action;
    use kiosk_session::Link;

    use super::*;

    #[test]
    fn it_says_where_to_go_in_three_languages() {
        let Body::OutOfService { message } = screen(String::new()).body else { panic!("another screen") };
        for words in ["附近的服务窗口", "nearest service counter", "ближайшее окно", "12345"]
        {
            assert!(message.contains(words), "{words}: {message}");
        }
    }

    #[test]
    fn a_closed_door_keeps_people_out_and_lets_the_world_in() {
        let attract = Screen { body: Body::Attract, ..screen("一号厅".to_owned()) };
        let mut door = Door::default();
        assert!(door.lets_in(&Event::Touched(Action::Wake)));
        assert!(door.screen(attract.clone()) == attract);
        assert!(door.turn(true) && !door.turn(true));
        assert!(!door.lets_in(&Event::Touched(Action::Wake)));
        assert!(door.lets_in(&Event::LinkChanged(Link::Offline)));
        assert!(door.screen(attract) == screen("一号厅".to_owned()));
        assert_eq!(door.state_name("attract"), STATE);
        assert!(door.turn(false));
        assert!(door.lets_in(&Event::Touched(Action::Wake)));
    }
}
