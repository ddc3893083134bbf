#![allow(clippy::unwrap_used)]
//! Pages as other programs see them: set, then read with poppler's tools.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use kiosk_protocol::ids::{Key, PageNumber};
use kiosk_protocol::item::Person;
use kiosk_protocol::service::{AnswerBlock, Language, PageOffer, ServicePackage, Work};
use kiosk_protocol::wire::{Pdf, Row, Scalar};

use super::fonts::Fonts;
use super::sheet::{Content, Sheet};
use super::template;
use super::typeset::{Typeset, TypesetError, typeset};
use crate::departments::{Answer, Departments};
use crate::limits::PAGE_SHEETS_MAX;

const PACKAGE: &str = include_str!("../../services/gjj-account.json");
const RESIDENT: (&str, &str) = ("王秀兰", "230203198803120022");
/// A name with characters few fonts have.
const RARE: (&str, &str) = ("赵𬍛䶮", "230204199506181014");

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::load().unwrap());

fn offer() -> PageOffer {
    match ServicePackage::parse(PACKAGE).unwrap().work {
        Work::Query { page: Some(page), .. } => page,
        Work::Query { page: None, .. } | Work::Handling { .. } => panic!("the package offers no page"),
    }
}

fn person((name, number): (&str, &str)) -> Person {
    Person { name: name.into(), number: number.into() }
}

/// What is on file for the offer.
fn on_file(offer: &PageOffer, person: &Person) -> Answer {
    let keys: BTreeSet<Key> = offer
        .blocks
        .iter()
        .map(|block| match block {
            AnswerBlock::Fact { key, .. } | AnswerBlock::Table { key, .. } => key.clone(),
        })
        .collect();
    let departments = Departments::built_in().unwrap();
    let department = departments.get(&Key::try_from("housing-fund").unwrap()).unwrap();
    department.answer(person, &keys, &keys).unwrap()
}

fn set(person: &Person, answer: &Answer, language: Language) -> Result<Typeset, TypesetError> {
    let (offer, number) = (offer(), PageNumber::of(0x0123_4567_89ab_cdef_0123));
    let departments = Departments::built_in().unwrap();
    let content = Content {
        offer: &offer,
        synthetic: true,
        issuer: departments.get(&Key::try_from("housing-fund").unwrap()).unwrap().name(),
        person,
        answer,
        language,
        number: &number,
        address: &format!("hecheng:page/{number}"),
        issued_at: "2026-11-24T01:05:00Z".parse().unwrap(),
    };
    let template = template(&offer.template).unwrap();
    typeset(&FONTS, template, &Sheet::new(&content).unwrap())
}

fn page_of(resident: (&str, &str), language: Language) -> Typeset {
    let person = person(resident);
    set(&person, &on_file(&offer(), &person), language).unwrap()
}

/// What one of poppler's tools makes of a file, which it reads from `-`.
fn poppler(tool: &str, options: &[&str], pdf: &Pdf) -> Vec<u8> {
    let mut command = Command::new(tool);
    command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut reader =
        command.spawn().unwrap_or_else(|error| panic!("{tool} (Debian: poppler-utils): {error}"));
    reader.stdin.take().unwrap().write_all(pdf.bytes()).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success(), "{tool}: {}", output.status);
    output.stdout
}

/// The text in the order it was set, without spaces: the tool guesses them from the distances.
fn text_of(pdf: &Pdf) -> String {
    unspaced(&String::from_utf8(poppler("pdftotext", &["-raw", "-", "-"], pdf)).unwrap())
}

fn unspaced(text: &str) -> String {
    text.split_whitespace().collect()
}

/// A page as paper shows it: pixels of 50 to the inch, and how many stand in a row.
fn pixels_of(pdf: &Pdf) -> (usize, Vec<[u8; 3]>) {
    let image = poppler("pdftoppm", &["-r", "50", "-"], pdf);
    let mut words = image.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(words.next(), Some(&b"P6"[..]));
    let width: usize = std::str::from_utf8(words.next().unwrap()).unwrap().parse().unwrap();
    let (_, pixels) = (words.next(), words.next().unwrap());
    // The greatest value of a colour ends the head: `255\n`.
    (width, pixels[4..].chunks_exact(3).map(|rgb| [rgb[0], rgb[1], rgb[2]]).collect())
}

#[test]
fn a_page_says_what_who_when_and_its_number() {
    let page = page_of(RESIDENT, Language::ZhCn);
    assert_eq!(page.sheets, 1);
    let text = text_of(&page.pdf);
    for part in [
        "住房公积金缴存证明",
        "Certificate of housing fund contributions",
        "王秀兰",
        "230203198803120022",
        "20230001880312",
        "齐齐哈尔北极星软件有限公司（虚构）",
        "40,550.00 元",
        "2026年11月10日",
        "2026年11月24日",
        "试用样张 · 数据均为虚构，不具有效力",
        "1 / 1",
    ] {
        assert!(text.contains(&unspaced(part)), "{part} in {text}");
    }
    let number = PageNumber::of(0x0123_4567_89ab_cdef_0123).to_string();
    assert!(text.contains(&number), "{number} in {text}");
}

#[test]
fn the_second_language_is_the_residents() {
    let text = text_of(&page_of(RESIDENT, Language::Ru).pdf);
    assert!(text.contains("住房公积金缴存证明") && text.contains("Справкаовзносахвжилищныйфонд"), "{text}");
    assert!(!text.contains("Certificate"), "{text}");
}

#[test]
fn a_rare_name_is_set_with_its_own_glyphs() {
    assert!(text_of(&page_of(RARE, Language::ZhCn).pdf).contains(RARE.0));
    // One that only the second font has.
    let rarest = person(("王𠀀", RESIDENT.1));
    let page = set(&rarest, &on_file(&offer(), &person(RESIDENT)), Language::ZhCn).unwrap();
    assert!(text_of(&page.pdf).contains("王𠀀"));
    let fonts = String::from_utf8(poppler("pdffonts", &["-"], &page.pdf)).unwrap();
    assert!(fonts.contains("HanaMin"), "{fonts}");
    // Name, type, encoding, embedded, subset: every font of the file is inside it.
    for font in fonts.lines().skip(2) {
        assert!(font.contains(" yes yes yes "), "{font}");
    }
}

#[test]
fn a_character_no_font_has_stops_the_page() {
    // A private character stands for nothing and must not be sealed as a box.
    let nobody = person(("王\u{E7C7}", RESIDENT.1));
    let answer = on_file(&offer(), &person(RESIDENT));
    assert!(matches!(set(&nobody, &answer, Language::ZhCn), Err(TypesetError::NoGlyph)));
}

#[test]
fn the_seal_is_red_and_nothing_reaches_the_edge() {
    let page = page_of(RESIDENT, Language::ZhCn);
    let (width, pixels) = pixels_of(&page.pdf);
    let height = pixels.len() / width;
    let is_red = |[red, green, blue]: [u8; 3]| red > 150 && green < 110 && blue < 110;
    let red: Vec<(usize, usize)> =
        (0..pixels.len()).filter(|at| is_red(pixels[*at])).map(|at| (at % width, at / width)).collect();
    assert!(red.len() > 300, "a ring and a star: {}", red.len());
    let sides = |of: fn(&(usize, usize)) -> usize| (red.iter().map(of).min(), red.iter().map(of).max());
    let ((left, right), (top, bottom)) = (sides(|at| at.0), sides(|at| at.1));
    let (wide, tall) = (right.unwrap() - left.unwrap(), bottom.unwrap() - top.unwrap());
    // 42 mm (国发〔1999〕25号) at 50 pixels to the inch.
    assert!((80..=85).contains(&wide) && (80..=85).contains(&tall), "{wide} x {tall}");
    assert!(left.unwrap() > width / 2 && top.unwrap() > height / 2);
    // Printers leave about 5 mm free, 10 pixels.
    for (at, pixel) in pixels.iter().enumerate() {
        let (x, y) = (at % width, at / width);
        let is_edge = x < 10 || y < 10 || x >= width - 10 || y >= height - 10;
        assert!(!is_edge || *pixel == [255; 3], "{x},{y}: {pixel:?}");
    }
}

#[test]
fn a_long_table_takes_more_sheets_and_one_without_end_is_refused() {
    let resident = person(RESIDENT);
    let mut answer = on_file(&offer(), &resident);
    let row = |_| -> Row { BTreeMap::from([(Key::try_from("text").unwrap(), Scalar("缴存".into()))]) };
    let entries = Key::try_from("entries").unwrap();
    answer.tables.insert(entries.clone(), (0..60).map(row).collect());
    let page = set(&resident, &answer, Language::ZhCn).unwrap();
    assert!((2..=PAGE_SHEETS_MAX).contains(&page.sheets), "{}", page.sheets);
    let text = text_of(&page.pdf);
    for sheet in 1..=page.sheets {
        assert!(text.contains(&format!("{sheet}/{}", page.sheets)), "{sheet} in {text}");
    }
    answer.tables.insert(entries, (0..600).map(row).collect());
    assert!(matches!(set(&resident, &answer, Language::ZhCn), Err(TypesetError::TooLong)));
}

#[test]
fn a_template_sees_no_file_and_no_clock() {
    let (person, offer) = (person(RESIDENT), offer());
    let number = PageNumber::of(1);
    let departments = Departments::built_in().unwrap();
    let sheet = || {
        Sheet::new(&Content {
            offer: &offer,
            synthetic: false,
            issuer: departments.get(&Key::try_from("housing-fund").unwrap()).unwrap().name(),
            person: &person,
            answer: &on_file(&offer, &person),
            language: Language::En,
            number: &number,
            address: "x",
            issued_at: jiff::Timestamp::UNIX_EPOCH,
        })
        .unwrap()
    };
    for template in [
        r#"#read("/etc/passwd")"#,
        r#"#read("Cargo.toml")"#,
        r#"#import "@preview/cetz:0.1.0""#,
        "#datetime.today().display()",
    ] {
        let set = typeset(&FONTS, template, &sheet());
        assert!(matches!(set, Err(TypesetError::Template(Some(1)))), "{template}");
    }
}
