//! Forms: where values come from, and what is wrong with them.

use crate::Texts;

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldTrouble {
    /// It must be answered.
    Missing,
    /// One of the options must be chosen.
    NotChosen,
    /// Fewer digits than needed.
    TooShort(u32),
    /// More digits or characters than allowed.
    TooLong(u32),
    /// Not digits, or no amount.
    NotANumber,
    /// Below this amount, fen.
    TooLittle(i64),
    /// Above this amount, fen.
    TooMuch(i64),
}

impl Texts {
    /// A value from somebody's file.
    pub fn source(self, keeper: &str) -> String {
        self.fill("From {source}", &[("source", keeper)])
    }

    /// A value from the identity card.
    pub fn card_source(self) -> String {
        self.tr("From your ID card")
    }

    /// A value from the social security card.
    pub fn chip_source(self) -> String {
        self.tr("From your social security card")
    }

    /// A value that is not there.
    pub fn not_on_file(self) -> String {
        self.tr("Not on file")
    }

    /// What is wrong and how to mend it.
    pub fn field_trouble(self, trouble: FieldTrouble) -> String {
        match trouble {
            FieldTrouble::Missing => self.tr("Please fill this in."),
            FieldTrouble::NotChosen => self.tr("Please choose one."),
            FieldTrouble::TooShort(count) => {
                self.plural("Enter at least {count} digit.", "Enter at least {count} digits.", count)
            }
            FieldTrouble::TooLong(count) => {
                self.plural("Enter at most {count} character.", "Enter at most {count} characters.", count)
            }
            FieldTrouble::NotANumber => self.tr("Please enter digits only."),
            FieldTrouble::TooLittle(fen) => {
                self.fill("The least is {amount}.", &[("amount", &self.amount(fen))])
            }
            FieldTrouble::TooMuch(fen) => {
                self.fill("The most is {amount}.", &[("amount", &self.amount(fen))])
            }
        }
    }
}
