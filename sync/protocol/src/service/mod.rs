//! Service packages: everything a terminal needs to know about one service.
//!
//! A package is data. Nothing of it is known to the terminal's code, so a new service needs no new
//! terminal software. The schema is closed (`deny_unknown_fields`): a misspelt word is an error at
//! the publisher, not a silent loss on a thousand terminals.

mod answer;
mod form;
mod page;
mod receipt;
mod text;
mod validate;

pub use answer::{AnswerBlock, Column, Format};
pub use form::{Choice, Field, Form, FormPage, Input, Prefill, Problem, Source, Values, Why};
pub use page::PageOffer;
pub use receipt::{ReceiptLine, ReceiptTemplate, Slot};
pub use text::{Language, Text};
pub use validate::BadPackage;

use serde::{Deserialize, Serialize};

use crate::ids::Key;

/// One service, as published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServicePackage {
    /// Its name, for ever.
    pub id: Key,
    /// Counts up with every publication of this service, from 1.
    pub version: u32,
    /// The department that handles or answers.
    pub department: Key,
    /// 实施编码, 31 characters, where the item has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_code: Option<String>,
    /// What the resident must have shown before.
    pub identity_level: IdentityLevel,
    /// What happens without a network.
    pub offline: Offline,
    /// It does no harm where its texts and rules are months old: the terminal offers it however long it heard nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timeless: bool,
    /// The data behind it are synthetic, and screens and receipts say so.
    #[serde(default)]
    pub synthetic: bool,
    /// The picture on the tile.
    pub icon: Icon,
    /// The group it stands in, for example 公积金.
    pub group: Text,
    /// Short name on the tile.
    pub title: Text,
    /// One sentence on the tile and the guide.
    pub summary: Text,
    /// What to know before starting.
    pub guide: Guide,
    /// What it does.
    #[serde(flatten)]
    pub work: Work,
}

impl ServicePackage {
    /// Whether it may be offered by a terminal whose catalogue is too old: its publisher says so, and it neither asks for
    /// an answer nor needs the network.
    pub fn cannot_go_wrong(&self) -> bool {
        self.timeless && self.offline == Offline::Queue && matches!(self.work, Work::Handling { .. })
    }
}

/// What a service does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// Whatever no other member of a package takes arrives here, so a misspelt word is refused here.
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Work {
    /// 业务办理: a form is filled in, submitted, and a receipt is given.
    Handling {
        /// What is asked.
        form: Form,
        /// What the receipt says besides number, time and code.
        receipt: ReceiptTemplate,
    },
    /// 信息查询: an answer is shown and forgotten.
    Query {
        /// How the answer is laid out.
        answer: Vec<AnswerBlock>,
        /// The same on sealed paper, where the department gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<PageOffer>,
    },
}

/// How sure the terminal must be who stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum IdentityLevel {
    /// 0: nobody needs to identify.
    Anonymous = 0,
    /// 1: an identity card was read in this visit.
    CardPresent = 1,
    /// 2: and something only its holder knows was verified.
    CardAndSecret = 2,
    /// 3: and the person was compared with the card.
    CardAndPerson = 3,
}

impl From<IdentityLevel> for u8 {
    fn from(level: IdentityLevel) -> u8 {
        level as u8
    }
}

impl TryFrom<u8> for IdentityLevel {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        use IdentityLevel::{Anonymous, CardAndPerson, CardAndSecret, CardPresent};
        [Anonymous, CardPresent, CardAndSecret, CardAndPerson]
            .into_iter()
            .find(|level| *level as u8 == number)
            .ok_or_else(|| format!("an identity level is 0 to 3, not {number}"))
    }
}

/// What a service does without a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum Offline {
    /// Accepted here and sent later.
    Queue,
    /// Refused, with what to do instead.
    No {
        /// What the resident can do instead, for example the nearest counter and its hours.
        instead: Text,
    },
}

/// Pictures a tile can have; drawn by the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Icon {
    /// A house.
    House,
    /// A wallet.
    Wallet,
    /// A written page.
    Document,
    /// A card with a portrait.
    Card,
    /// A person.
    Person,
    /// A calendar.
    Calendar,
    /// A cross of medicine.
    Medical,
    /// A car.
    Transport,
    /// Two speech bubbles.
    Talk,
    /// A magnifying glass.
    Search,
}

/// What to know before starting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// How long the department takes, for example "3 个工作日".
    pub time_limit: Text,
    /// What it costs.
    pub fee: Text,
    /// What to have at hand.
    pub materials: Vec<Text>,
    /// The rule it rests on.
    pub basis: Text,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PACKAGE: &str = r#"{"id":"a","version":1,"department":"d","identity_level":1,
        "offline":{"policy":"queue"},"icon":"house","group":T,"title":T,"summary":T,
        "guide":{"time_limit":T,"fee":T,"materials":[],"basis":T},"kind":"query",
        "answer":[{"block":"fact","key":"k","label":T,"format":"plain"}]}"#;

    fn package() -> String {
        PACKAGE.replace('T', r#"{"zh-CN":"问","en":"q","ru":"в"}"#)
    }

    #[test]
    fn a_package_survives_being_written_and_read() {
        let read = ServicePackage::parse(&package()).unwrap();
        let again = serde_json::to_string(&read).unwrap();
        assert_eq!(ServicePackage::parse(&again).unwrap(), read);
    }

    #[test]
    fn what_is_handed_in_names_its_applicant() {
        let (common, _) = PACKAGE.split_once(r#""query""#).unwrap();
        let handling = r#""handling","form":{"pages":[{"title":T,"fields":[{"key":"n","label":T,"required":true,
            "input":{"type":"digits","min":1,"max":3}}]}]},"receipt":{"lines":[],"next":T}}"#;
        let json = format!("{common}{handling}").replace('T', r#"{"zh-CN":"问","en":"q","ru":"в"}"#);
        let mut package = ServicePackage::parse(&json).unwrap();
        package.identity_level = IdentityLevel::Anonymous;
        assert_eq!(package.validate(), Err(BadPackage::Nameless));
    }

    fn with_page(more: &str) -> String {
        let page = r#","page":{"label":T,"template":"t","title":T,"statement":T,"blocks":[
            {"block":"fact","key":"k","label":T,"format":"plain"}]"#;
        let page = page.replace('T', r#"{"zh-CN":"问","en":"q","ru":"в"}"#);
        format!("{}{page}{more}}}}}", package().strip_suffix('}').unwrap())
    }

    #[test]
    fn a_page_survives_being_written_and_read() {
        let read = ServicePackage::parse(&with_page("")).unwrap();
        assert!(matches!(&read.work, Work::Query { page: Some(_), .. }));
        let again = serde_json::to_string(&read).unwrap();
        assert_eq!(ServicePackage::parse(&again).unwrap(), read);
    }

    #[test]
    fn a_page_is_about_somebody_and_says_something() {
        let mut package = ServicePackage::parse(&with_page("")).unwrap();
        package.identity_level = IdentityLevel::Anonymous;
        assert_eq!(package.validate(), Err(BadPackage::NamelessPage));
        package.identity_level = IdentityLevel::CardPresent;
        let Work::Query { page: Some(page), .. } = &mut package.work else { unreachable!("it has one") };
        page.blocks.clear();
        assert_eq!(package.validate(), Err(BadPackage::Count("page.blocks")));
        let misspelt = with_page(r#","blocs":[]"#);
        assert!(matches!(ServicePackage::parse(&misspelt), Err(BadPackage::Schema(_))));
    }

    #[test]
    fn a_misspelt_word_is_refused_wherever_it_stands() {
        for (right, wrong) in [
            (r#""icon""#, r#""synthetik":true,"icon""#),
            (r#""answer""#, r#""answers":[],"answer""#),
            (r#""fee""#, r#""fees":1,"fee""#),
        ] {
            let package = package().replace(right, wrong);
            assert!(matches!(ServicePackage::parse(&package), Err(BadPackage::Schema(_))), "{wrong}");
        }
    }
}
