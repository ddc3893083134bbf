//! Random calls to a store, made from a seed: the same seed gives the same calls at the same times.

use std::sync::Arc;

use jiff::Timestamp;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Sealed, Suite};
use kiosk_protocol::item::Content;
use kiosk_protocol::service::Language;
use kiosk_protocol::wire::CaseState;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::keeping::Keep;

/// When scripts begin, milliseconds since 1970.
const BEGINNING_MS: i64 = 1_790_000_000_000;
/// Ten years: how far clocks jump.
const JUMP_MS: i64 = 315_360_000_000;
/// Lanes of ratings; few, so that items queue up behind each other.
const LANES: u128 = 4;
/// Items an answer or a delay is for.
const PICKS_MAX: usize = 4;
/// Commands there are; few, so that some come again.
const COMMANDS: u128 = 12;
/// Calls between two files that are kept; each file twice, as when its case was given up and begun again.
const CALLS_PER_FILE: usize = 10;
/// Calls between two restarts, about: the log is moved into the database then.
const CALLS_PER_START: u32 = 25;

/// One call and its time.
#[derive(Clone, Debug)]
pub struct Step {
    /// What the terminal's clock says.
    pub at: Timestamp,
    /// What is called.
    pub call: Call,
}

/// What is called.
#[derive(Clone, Debug)]
pub enum Call {
    /// The store is closed and opened.
    Reopen {
        /// As after a restored backup: the platform raised the epoch.
        new_epoch: bool,
    },
    /// An item and its trail.
    Submit {
        /// Its lane.
        lane: Uuid,
        /// Its content.
        content: Arc<Content>,
        /// Steps of the trail with it.
        steps: usize,
    },
    /// The trail's head, shown to the platform and countersigned.
    Countersign,
    /// Steps of the trail alone.
    Record {
        /// How many.
        steps: usize,
    },
    /// Answers of the platform; items by their order of acceptance, modulo how many there are.
    Settle {
        /// Which, and what became of each.
        answers: Vec<(usize, Answer)>,
    },
    /// Items to be tried later.
    Postpone {
        /// Which.
        items: Vec<usize>,
        /// In how many seconds.
        seconds: i64,
    },
    /// A page of changes.
    Changes {
        /// The cursor behind it.
        cursor: String,
        /// Cases and where they are.
        cases: Vec<(Uuid, CaseState)>,
        /// Commands that come, some of them again.
        commands: Vec<Uuid>,
    },
    /// A new catalogue.
    Catalogue {
        /// Its version.
        version: u64,
        /// Its size, bytes.
        size: usize,
    },
    /// Something beside the items.
    Keep(Keep),
}

/// What becomes of an item.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Taken.
    Accepted,
    /// Refused by a rule.
    Rejected,
    /// Kept aside.
    Quarantined,
}

/// A script of this many calls, and files kept in between; the first opens the store.
pub fn script(calls: usize, seed: u64) -> Vec<Step> {
    let mut writer =
        Writer { rng: StdRng::seed_from_u64(seed), now_ms: BEGINNING_MS, cases: Vec::new(), version: 0 };
    let open = Step { at: writer.now(), call: Call::Reopen { new_epoch: false } };
    std::iter::once(open).chain((1..calls).flat_map(|number| writer.steps(number))).collect()
}

struct Writer {
    rng: StdRng,
    now_ms: i64,
    /// Cases handed in so far, with what they say.
    cases: Vec<(Uuid, Arc<Content>)>,
    version: u64,
}

impl Writer {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// A step, and at times a file behind it.
    fn steps(&mut self, number: usize) -> Vec<Step> {
        let step = self.step(number);
        let file = Call::Keep(Keep::File(number / CALLS_PER_FILE / 2));
        let file = number.is_multiple_of(CALLS_PER_FILE).then_some(Step { at: step.at, call: file });
        std::iter::once(step).chain(file).collect()
    }

    fn step(&mut self, number: usize) -> Step {
        self.now_ms += match self.rng.random_range(0..60) {
            0 => JUMP_MS,
            1 => -JUMP_MS,
            _ => self.rng.random_range(1..120_000),
        };
        Step { at: self.now(), call: self.call(number) }
    }

    fn call(&mut self, number: usize) -> Call {
        if self.rng.random_ratio(1, CALLS_PER_START) {
            return Call::Reopen { new_epoch: self.rng.random_ratio(1, 4) };
        }
        match self.rng.random_range(0..27) {
            0..5 => self.case(number),
            5..8 => self.rating(number),
            8 => self.case_again(number),
            9..11 => Call::Record { steps: self.rng.random_range(1..6) },
            11..15 => {
                Call::Settle { answers: self.picks().into_iter().map(|item| (item, self.answer())).collect() }
            }
            15..17 => Call::Postpone { items: self.picks(), seconds: self.rng.random_range(0..600) },
            17..19 => self.changes(number),
            19 => self.catalogue(),
            20 => Call::Countersign,
            _ => Call::Keep(self.keep()),
        }
    }

    fn keep(&mut self) -> Keep {
        self.version += 1;
        match self.rng.random_range(0..16) {
            0..4 => Keep::Try,
            4 => Keep::Admit,
            5..7 => Keep::Serve(self.rng.random()),
            7 => Keep::Rights(self.rng.random()),
            8 => Keep::Begin,
            9 => Keep::Finish,
            10 => Keep::Interrupt,
            11 => Keep::Tell,
            12..14 => Keep::Trust(self.version),
            14 => Keep::Run(self.rng.random_range(0..100_000)),
            _ => Keep::Revoke(self.version),
        }
    }

    /// Most forms are small; one in ten takes pages of its own.
    fn case(&mut self, number: usize) -> Call {
        let size = if self.rng.random_ratio(1, 10) {
            self.rng.random_range(4_000..20_000)
        } else {
            self.rng.random_range(300..1_500)
        };
        let case = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number as u128);
        let content = Arc::new(case_content(case, size));
        self.cases.push((case, content.clone()));
        Call::Submit { lane: case, content, steps: 2 }
    }

    /// As when the answer to the first time was late.
    fn case_again(&mut self, number: usize) -> Call {
        match self.cases.choose(&mut self.rng).cloned() {
            Some((lane, content)) => Call::Submit { lane, content, steps: 2 },
            None => self.case(number),
        }
    }

    fn rating(&mut self, number: usize) -> Call {
        let lane = Uuid::from_u128(self.rng.random_range(0..LANES));
        let visit = Uuid::from_u128(number as u128);
        let content = Content::Rating { visit, case: None, level: RatingLevel::Satisfied };
        Call::Submit { lane, content: Arc::new(content), steps: self.rng.random_range(0..3) }
    }

    fn picks(&mut self) -> Vec<usize> {
        (0..self.rng.random_range(1..=PICKS_MAX)).map(|_| self.rng.random_range(0..1 << 20)).collect()
    }

    fn answer(&mut self) -> Answer {
        match self.rng.random_range(0..5) {
            0 => Answer::Rejected,
            1 => Answer::Quarantined,
            _ => Answer::Accepted,
        }
    }

    fn changes(&mut self, number: usize) -> Call {
        let states = [CaseState::Received, CaseState::InProgress, CaseState::Granted, CaseState::Refused];
        let count = self.rng.random_range(0..6);
        let mut change =
            || (Uuid::from_u128(self.rng.random_range(0..40)), states[self.rng.random_range(0..4)]);
        let cases = (0..count).map(|_| change()).collect();
        let count = self.rng.random_range(0..3);
        let commands = (0..count).map(|_| Uuid::from_u128(self.rng.random_range(0..COMMANDS))).collect();
        Call::Changes { cursor: format!("page-{number}"), cases, commands }
    }

    fn catalogue(&mut self) -> Call {
        self.version += 1;
        let size = if self.rng.random_ratio(1, 4) { 60_000 } else { 2_000 };
        Call::Catalogue { version: self.version, size }
    }
}

fn case_content(case: Uuid, size: usize) -> Content {
    let (Ok(service), Ok(department)) =
        ("synthetic".to_owned().try_into(), "synthetic".to_owned().try_into())
    else {
        unreachable!("both are keys");
    };
    let file = Sealed { suite: Suite::Sm2Sm3, cipher: "A".repeat(size) };
    Content::Case { case, service, version: 1, department, language: Language::ZhCn, file, files: Vec::new() }
}
