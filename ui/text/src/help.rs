//! Help: how a screen works, and whom to call.

use crate::Texts;

/// What help is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Choosing a service.
    Home,
    /// Putting the card down.
    Card,
    /// Putting the card down, or into the slot.
    CardOrChip,
    /// Typing the PIN of a social security card.
    CardPin,
    /// Showing the code of a receipt.
    Scan,
    /// Reading before starting.
    Guide,
    /// Filling in.
    Form,
    /// Checking before submitting.
    Confirm,
    /// Waiting.
    Waiting,
    /// After submitting.
    Receipt,
    /// Reading an answer or a list.
    Reading,
    /// Reading an answer that can be printed.
    Page,
    /// Rating.
    Rating,
}

impl Texts {
    /// Sentences, from top to bottom; the last two say whom to call and how to leave.
    pub fn help(self, topic: Topic) -> Vec<String> {
        vec![
            self.topic(topic),
            self.tr("If you need a person: ask the staff of this hall, or call 12345."),
            self.tr("Touch “End” at any time; everything about you is erased at once."),
        ]
    }

    fn topic(self, topic: Topic) -> String {
        match topic {
            Topic::Home => self.tr("Touch the service you need. Language and large text can be changed here."),
            Topic::Card => self.tr("The reader is the flat field with the card sign. Lay the card on it; either side will do."),
            Topic::CardOrChip => self.tr("The reader is the flat field with the card sign: lay the ID card on it, either side will do. The slot takes the social security card, chip first and facing up."),
            Topic::CardPin => self.tr("The PIN is the one for social security; the bank's PIN of the same card is another one. The card itself counts wrong tries. Whoever does not know it uses the ID card, or asks at the social security counter."),
            Topic::Scan => self.tr("The scanner is the small window of glass at this terminal. The code stands at the foot of the receipt; it tells the state of that one case, and nothing about you."),
            Topic::Guide => self.tr("This page says what you need, how long it takes and what it costs. Touch “Start” to begin."),
            Topic::Form => self.tr("Touch a field, then type or choose. What is on file is filled in for you. “Next” goes on, “Back” loses nothing."),
            Topic::Confirm => self.tr("Check each line. “Back” lets you mend it. Only “Everything is right: submit” hands it in."),
            Topic::Waiting => self.tr("Please wait a moment; the screen goes on by itself."),
            Topic::Receipt => self.tr("The number stands for your application. Keep the paper, or photograph the number."),
            Topic::Reading => self.tr("Read in peace. “Finish” ends, “Do something else” goes back to the beginning."),
            Topic::Page => self.tr("Read in peace. The sealed page comes out of the page printer. “Finish” ends, “Do something else” goes back to the beginning."),
            Topic::Rating => self.tr("Rating is voluntary. “Skip the rating” is quite all right."),
        }
    }
}
