//! A resident made by chance: touches what the screen offers, and now and then what it does not; puts a card down, lifts
//! it, waits, and goes in the middle of anything.

use std::time::Duration;

use kiosk_model::{Action, Body, FieldKind, FieldView, Key, Language, Mode, Overlay, Screen};
use kiosk_sim::residents::{Resident as Person, library};

use crate::chance::Chance;
use crate::limits::{PAUSE_MS, THINK_MS, TOUCHES_MAX};

/// What somebody does.
pub enum Deed {
    /// Touches the glass.
    Touch(Action),
    /// Puts a card on the reader.
    Place(&'static Person),
    /// Takes it away.
    Lift,
    /// Puts a chip card into the slot.
    Insert(String),
    /// Takes it out.
    Remove,
    /// Holds a code before the scanner, or takes it away.
    Show(Option<String>),
    /// Goes.
    Leave,
}

/// Somebody in front of the terminal.
pub struct Resident {
    /// Whose card it is.
    pub person: &'static Person,
    touches: u32,
    card_lies: bool,
    chip_is_in: bool,
    typed: Vec<Key>,
    /// The codes of receipts that were seen.
    receipts: Vec<String>,
}

/// Codes that are no receipt's, or that of nobody.
const FOREIGN: [&str; 3] =
    ["https://example.org/", "6901234567892", "hecheng:receipt/230202-0001-00000001/0123456789ABCDEF"];

/// What is typed into a field, right for some and wrong for others.
const NUMBERS: [&str; 5] = ["13904520017", "6217000099990000123", "120", "1200.5", "99999999"];

/// PINs, of which one is that of the only card that wants one.
const PINS: [&str; 3] = ["246800", "246800", "111111"];

impl Resident {
    /// Somebody from the library of the simulator.
    pub fn new(chance: &mut Chance) -> Self {
        let person = chance.one_of(library()).unwrap_or(&library()[0]);
        let touches = u32::try_from(chance.below(TOUCHES_MAX as usize)).unwrap_or(TOUCHES_MAX);
        Self { person, touches, card_lies: false, chip_is_in: false, typed: Vec::new(), receipts: Vec::new() }
    }

    /// How long until the next deed.
    pub fn thinks(&self, chance: &mut Chance) -> Duration {
        if !self.typed.is_empty() {
            return chance.ms(80..200);
        }
        if chance.percent(4) { chance.ms(PAUSE_MS) } else { chance.ms(THINK_MS) }
    }

    /// The next deed.
    pub fn acts(&mut self, screen: &Screen, chips: &[String], chance: &mut Chance) -> Deed {
        if let Body::Receipt { qr, .. } = &screen.body
            && !self.receipts.contains(qr)
        {
            self.receipts.push(qr.clone());
        }
        if self.touches == 0 {
            return Deed::Leave;
        }
        if let Some(key) = self.typed.pop() {
            return Deed::Touch(Action::Press(key));
        }
        self.touches -= 1;
        if chance.percent(4) {
            return self.moves_card(chips, chance);
        }
        if chance.percent(8) {
            return Deed::Touch(anything(chance));
        }
        self.goes_on(screen, chips, chance)
    }

    /// The identity card, or a chip card: mostly the own one, now and then any.
    fn moves_card(&mut self, chips: &[String], chance: &mut Chance) -> Deed {
        if self.chip_is_in && chance.percent(60) {
            self.chip_is_in = false;
            return Deed::Remove;
        }
        if !self.card_lies && chance.percent(40) {
            let own: Vec<&String> = chips.iter().filter(|chip| chip.starts_with(&self.person.key)).collect();
            let any = chance.one_of(chips).cloned();
            let chip = chance.one_of(&own).map(|chip| (*chip).clone()).filter(|_| chance.percent(80)).or(any);
            self.chip_is_in = true;
            return Deed::Insert(chip.unwrap_or_default());
        }
        if self.card_lies && chance.percent(60) {
            self.card_lies = false;
            return Deed::Lift;
        }
        self.card_lies = true;
        Deed::Place(self.person)
    }

    /// The code of an own receipt, one of nobody's, or none any more.
    fn shows(&self, chance: &mut Chance) -> Deed {
        if chance.percent(25) {
            return Deed::Show(None);
        }
        let own = chance.one_of(&self.receipts).cloned().filter(|_| chance.percent(70));
        Deed::Show(own.or_else(|| chance.one_of(&FOREIGN).map(|code| (*code).to_owned())))
    }

    fn goes_on(&mut self, screen: &Screen, chips: &[String], chance: &mut Chance) -> Deed {
        match &screen.overlay {
            Some(Overlay::IdleWarning { .. }) => return Deed::Touch(Action::Stay),
            Some(Overlay::Help { .. }) => return Deed::Touch(Action::CloseHelp),
            Some(Overlay::ConfirmEnd) => {
                let answer = if chance.percent(70) { Action::Stay } else { Action::EndNow };
                return Deed::Touch(answer);
            }
            None => {}
        }
        let wants_card = matches!(&screen.body, Body::Home { identified: false, .. } | Body::Identify { .. });
        if wants_card && chance.percent(60) {
            return self.moves_card(chips, chance);
        }
        if matches!(&screen.body, Body::Scan { .. }) && chance.percent(70) {
            return self.shows(chance);
        }
        if let Body::Pin { can_type, can_enter, .. } = &screen.body {
            return self.enters_pin(*can_type, *can_enter, chance);
        }
        if let Body::Form { fields, active, .. } = &screen.body {
            return self.fills_in(fields, *active, chance);
        }
        Deed::Touch(offered(&screen.body, chance))
    }

    /// Touches a field that is still empty or wrong, or goes on.
    fn fills_in(&mut self, fields: &[FieldView], active: Option<usize>, chance: &mut Chance) -> Deed {
        let open = |field: &FieldView| field.value.as_str().is_empty() || field.problem.is_some();
        let asks = |(_, field): &(usize, &FieldView)| open(field) && field.kind != FieldKind::ReadOnly;
        let open: Vec<(usize, &FieldView)> = fields.iter().enumerate().filter(asks).collect();
        let Some((at, field)) = chance.one_of(&open).copied() else { return Deed::Touch(Action::Next) };
        if let FieldKind::Choice { options, .. } = &field.kind {
            let option = chance.below(options.len());
            return Deed::Touch(Action::ChooseOption { field: at, option });
        }
        if active == Some(at) {
            self.types(&NUMBERS, chance);
            return Deed::Touch(Action::Press(Key::Clear));
        }
        Deed::Touch(Action::FocusField(at))
    }

    /// Types a PIN and enters it; now and then it is given up.
    fn enters_pin(&mut self, can_type: bool, can_enter: bool, chance: &mut Chance) -> Deed {
        if !can_type || chance.percent(8) {
            return Deed::Touch(Action::Back);
        }
        if can_enter && chance.percent(80) {
            return Deed::Touch(Action::Submit);
        }
        self.types(&PINS, chance);
        Deed::Touch(Action::Press(Key::Clear))
    }

    fn types(&mut self, numbers: &[&str], chance: &mut Chance) {
        let number = chance.one_of(numbers).copied().unwrap_or_default();
        let key = |sign: char| sign.to_digit(10).map_or(Key::Point, |digit| Key::Digit(digit as u8));
        self.typed = number.chars().rev().map(key).collect();
    }
}

/// Something the screen offers.
fn offered(body: &Body, chance: &mut Chance) -> Action {
    let choices = match body {
        Body::Attract => vec![
            Action::Wake,
            Action::ChooseLanguage(Language::Ru),
            Action::ChooseLanguage(Language::En),
            Action::ChooseMode(Mode::Elder),
        ],
        Body::Home { tiles, .. } => {
            let tile = Action::OpenTile(chance.below(tiles.len()));
            vec![
                tile.clone(),
                tile.clone(),
                tile,
                Action::OpenCases,
                Action::ScanReceipt,
                Action::PageForward,
            ]
        }
        Body::Guide { can_start: true, .. } => vec![Action::Start],
        Body::Confirm { .. } => vec![Action::Submit, Action::Submit, Action::Submit, Action::Back],
        Body::Receipt { .. } => {
            vec![Action::PrintAgain, Action::PrintAgain, Action::Finish, Action::Another, Action::Help]
        }
        Body::Answer { page: Some(page), .. } if page.can_print => {
            vec![Action::PrintPage, Action::PrintPage, Action::Another]
        }
        Body::Answer { .. } | Body::Cases { .. } => {
            vec![Action::Finish, Action::Another, Action::PageForward]
        }
        Body::Unavailable { .. } => vec![Action::Retry, Action::Back, Action::Another, Action::Finish],
        Body::Rating { .. } => vec![Action::Rate(5), Action::Rate(2), Action::SkipRating],
        Body::Identify { .. }
        | Body::Scan { .. }
        | Body::Guide { can_start: false, .. }
        | Body::Form { .. }
        | Body::Working { .. }
        | Body::Farewell { .. }
        | Body::Pin { .. }
        | Body::Technician { .. }
        | Body::OutOfService { .. } => vec![Action::Back],
    };
    chance.one_of(&choices).cloned().unwrap_or(Action::Back)
}

/// Something that may be meant for a screen long gone.
fn anything(chance: &mut Chance) -> Action {
    let (place, option) = (chance.below(6), chance.below(4));
    let rating = u8::try_from(chance.below(7)).unwrap_or_default();
    let actions = [
        Action::Wake,
        Action::ChooseLanguage(Language::ZhCn),
        Action::ChooseLanguage(Language::Ru),
        Action::ChooseMode(Mode::Elder),
        Action::ChooseMode(Mode::Normal),
        Action::OpenTile(place),
        Action::OpenCases,
        Action::ScanReceipt,
        Action::Back,
        Action::End,
        Action::EndNow,
        Action::Stay,
        Action::Help,
        Action::CloseHelp,
        Action::Start,
        Action::FocusField(place),
        Action::ChooseOption { field: place, option },
        Action::Press(Key::Point),
        Action::Press(Key::Backspace),
        Action::Press(Key::Digit(rating)),
        Action::Next,
        Action::Submit,
        Action::PrintAgain,
        Action::PrintPage,
        Action::Finish,
        Action::Another,
        Action::Retry,
        Action::Rate(rating),
        Action::SkipRating,
        Action::PageForward,
        Action::PageBack,
    ];
    chance.one_of(&actions).cloned().unwrap_or(Action::Back)
}
