//! The screen of a terminal whose store is not open: nothing could be promised or recorded, and nobody's card checked, for the
//! roster of technicians lies in the store.

use kiosk_model::{Body, Frame, Language, Mode, Screen};
use kiosk_text::{Texts, in_every_language};

/// The state's name while the store is not open.
pub const STATE: &str = "closed";

/// Nobody has chosen a language, so it speaks all of them; and where the terminal stands is not known yet.
pub fn screen() -> Screen {
    let message = in_every_language(Texts::out_of_service);
    let body = Body::OutOfService { message };
    Screen {
        language: Language::default(),
        mode: Mode::default(),
        frame: Frame::default(),
        body,
        overlay: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_where_to_go_in_three_languages() {
        let Body::OutOfService { message } = screen().body else { panic!("another screen") };
        for words in ["附近的服务窗口", "nearest service counter", "ближайшее окно", "12345"]
        {
            assert!(message.contains(words), "{words}: {message}");
        }
    }
}
