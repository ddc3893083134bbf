//! Text to steps. Pure; every error names its line.

use std::time::Duration;

use clap::Parser;
use kiosk_sim::control::Command as Act;

use super::words::{Word, words};
use super::{Action, Case, Expectation, Scenario, Step, Wanted};
use crate::screen::Target;
use crate::world::Ailment;

/// A line that is no step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadScenario {
    /// From 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub why: String,
}

/// The simulator's own words, read as its command line reads them.
#[derive(Parser)]
#[command(name = "step", disable_help_subcommand = true)]
struct SimulatorLine {
    #[command(subcommand)]
    act: Act,
}

/// The first word of every step, for the error that names them all.
const VERBS: &str = "title, devices, language, touch, type, card, chip, reader, scanner, printer, page-printer, paper, \
                     network, disk, unplug, plug, wait, expect, picture, publish, configure, kill, start, technician";

/// Reads a scenario. `name` is its title where it has none of its own.
///
/// # Errors
/// The first line that is no step.
pub fn parse(name: &str, text: &str) -> Result<Scenario, BadScenario> {
    let mut scenario = Scenario { title: name.to_owned(), steps: Vec::new() };
    for (line, text) in (1..).zip(text.lines()) {
        let refuse = |why| BadScenario { line, why };
        let words = words(text).map_err(refuse)?;
        match words.as_slice() {
            [] => {}
            [Word::Bare(verb), Word::Quoted(title)] if verb == "title" => scenario.title.clone_from(title),
            words => scenario.steps.push(step(line, text, words).map_err(refuse)?),
        }
    }
    if scenario.steps.is_empty() {
        return Err(BadScenario { line: 1, why: "no step in the whole file".to_owned() });
    }
    Ok(scenario)
}

fn step(line: usize, text: &str, words: &[Word]) -> Result<Step, String> {
    let (words, within) = split_within(words)?;
    let action = action(words)?;
    let waits = matches!(action, Action::Wait(_) | Action::Expect(_) | Action::Touch(_));
    if within.is_some() && !waits {
        return Err("only touch, wait and expect can be given a time".to_owned());
    }
    Ok(Step { line, text: text.trim().to_owned(), action, within })
}

/// Takes `within N s` off the end.
fn split_within(words: &[Word]) -> Result<(&[Word], Option<Duration>), String> {
    let [before @ .., Word::Bare(within), Word::Bare(number), Word::Bare(unit)] = words else {
        return Ok((words, None));
    };
    if within != "within" {
        return Ok((words, None));
    }
    let seconds = number.parse().ok().filter(|_| unit == "s");
    let seconds = seconds.ok_or("a time is written `within 10 s`")?;
    Ok((before, Some(Duration::from_secs(seconds))))
}

fn action(words: &[Word]) -> Result<Action, String> {
    let (verb, rest) = match words {
        [Word::Bare(verb), rest @ ..] => (verb.as_str(), rest),
        _ => return Err(format!("a step begins with one of: {VERBS}")),
    };
    match (verb, rest) {
        ("devices", [Word::Bare(place)]) if place == "usb" => Ok(Action::DevicesOnUsb),
        ("language", [Word::Bare(code)]) => language(code),
        ("touch", [Word::Quoted(label)]) => Ok(Action::Touch(Target::Label(label.clone()))),
        ("touch", [Word::Bare(id)]) => Ok(Action::Touch(Target::Id(id.clone()))),
        ("type", [Word::Quoted(keys)]) => number_pad(keys),
        ("wait", rest) => wanted(rest).map(Action::Wait),
        ("expect", rest) => expectation(rest).map(Action::Expect),
        ("picture", [Word::Bare(name)]) => picture(name),
        ("publish", [Word::Bare(path)]) => Ok(Action::Publish(path.into())),
        ("configure", [Word::Bare(path)]) => Ok(Action::Configure(path.into())),
        ("kill", [Word::Bare(what)]) if what == "terminal" => Ok(Action::KillTerminal),
        ("start", [Word::Bare(what)]) if what == "terminal" => Ok(Action::StartTerminal),
        ("technician", [Word::Bare(add), Word::Quoted(pin)]) if add == "add" => {
            Ok(Action::AddTechnician(pin.clone()))
        }
        ("technician", [Word::Bare(unlock)]) if unlock == "unlock" => Ok(Action::UnlockTechnicians),
        ("disk", [Word::Bare(state)]) if state == "read-only" => Ok(Action::SetDisk(Some(Ailment::ReadOnly))),
        ("disk", [Word::Bare(state)]) if state == "unreadable" => {
            Ok(Action::SetDisk(Some(Ailment::Unreadable)))
        }
        ("disk", [Word::Bare(state)]) if state == "well" => Ok(Action::SetDisk(None)),
        (
            "card" | "chip" | "reader" | "scanner" | "printer" | "page-printer" | "paper" | "network"
            | "disk" | "unplug" | "plug",
            rest,
        ) => act(verb, rest),
        _ => Err(usage(verb)),
    }
}

fn usage(verb: &str) -> String {
    match verb {
        "language" => "write: language zh-CN, language en or language ru".to_owned(),
        "touch" => "write: touch \"LABEL\" or touch ID".to_owned(),
        "type" => "write: type \"DIGITS\"".to_owned(),
        "picture" => "write: picture NAME".to_owned(),
        "publish" => "write: publish FILE".to_owned(),
        "configure" => "write: configure FILE".to_owned(),
        "kill" | "start" => format!("write: {verb} terminal"),
        "technician" => "write: technician add \"PIN\" or technician unlock".to_owned(),
        "devices" => "write: devices usb; on serial lines they are without a word".to_owned(),
        "title" => "write: title \"WHAT IT SHOWS\"".to_owned(),
        _ => format!("`{verb}` is no step; a step begins with one of: {VERBS}"),
    }
}

/// The buttons of the languages stand on the attract screen and on the home screen.
fn language(code: &str) -> Result<Action, String> {
    let id = match code {
        "zh-CN" => "language-zh",
        "en" => "language-en",
        "ru" => "language-ru",
        _ => return Err(usage("language")),
    };
    Ok(Action::Touch(Target::Id(id.to_owned())))
}

fn number_pad(keys: &str) -> Result<Action, String> {
    let on_the_pad = !keys.is_empty() && keys.chars().all(|key| key.is_ascii_digit() || key == '.');
    if on_the_pad { Ok(Action::Type(keys.to_owned())) } else { Err(usage("type")) }
}

fn picture(name: &str) -> Result<Action, String> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain {
        Ok(Action::Picture(name.to_owned()))
    } else {
        Err("a picture's name is of a-z, 0-9 and -".to_owned())
    }
}

fn wanted(words: &[Word]) -> Result<Wanted, String> {
    use Word::{Bare, Quoted};
    match words {
        [Bare(screen), Bare(name)] if screen == "screen" => Ok(Wanted::Screen(name.clone())),
        [Bare(text), Quoted(what)] if text == "text" => Ok(Wanted::Text(what.clone())),
        [Bare(no), Bare(text), Quoted(what)] if no == "no" && text == "text" => {
            Ok(Wanted::NoText(what.clone()))
        }
        _ => Err("write: wait screen NAME, wait text \"…\" or wait no text \"…\", then within N s if wanted"
            .to_owned()),
    }
}

fn expectation(words: &[Word]) -> Result<Expectation, String> {
    let plain: Vec<&str> = words
        .iter()
        .map(|word| match word {
            Word::Bare(word) | Word::Quoted(word) => word.as_str(),
        })
        .collect();
    let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is not a number"));
    Ok(match plain.as_slice() {
        ["paper", "contains", text] => Expectation::PaperContains((*text).to_owned()),
        ["paper", "qr"] => Expectation::PaperHasQr,
        ["papers", count] => Expectation::Papers(number(count)?),
        ["pages", count] => Expectation::Pages(number(count)?),
        ["page", "contains", text] => Expectation::PageContains((*text).to_owned()),
        ["queue", count] => Expectation::Queue(number(count)?),
        ["platform", "case" | "cases", count] => Expectation::PlatformCases(number(count)?),
        ["case", "state", state] => Expectation::CaseState(Case::AtPlatform, (*state).to_owned()),
        ["result", "state", state] => Expectation::CaseState(Case::AtTerminal, (*state).to_owned()),
        ["case", "number", "shown"] => Expectation::CaseNumberShown,
        ["journal", "ok"] => Expectation::JournalHolds,
        _ => {
            return Err(
                "write: expect paper contains \"…\", paper qr, papers N, pages N, queue N, platform case N, \
                         case state STATE, result state STATE, case number shown or journal ok"
                    .to_owned(),
            );
        }
    })
}

fn act(verb: &str, words: &[Word]) -> Result<Action, String> {
    let bare = words.iter().map(|word| match word {
        Word::Bare(word) | Word::Quoted(word) => word.as_str(),
    });
    let line = ["step", verb].into_iter().chain(bare);
    let read = SimulatorLine::try_parse_from(line).map(|line| Action::Act(line.act));
    // The first line says what is wrong, the second which words are right.
    read.map_err(|error| error.to_string().lines().take(2).collect::<Vec<_>>().join(""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_sim::control::{
        CardAction, ChipAction, ChipFault, Device, DiskState, Link, PagePrinterState, PrinterState,
        ScannerAction,
    };

    use super::*;

    fn one(line: &str) -> Action {
        parse("test", line).unwrap().steps.remove(0).action
    }

    fn refused(text: &str) -> String {
        parse("test", text).unwrap_err().to_string()
    }

    #[test]
    fn every_kind_of_line_is_read() {
        assert_eq!(one("language ru"), Action::Touch(Target::Id("language-ru".into())));
        assert_eq!(one("touch \"开始 办理\""), Action::Touch(Target::Label("开始 办理".into())));
        assert_eq!(one("touch submit"), Action::Touch(Target::Id("submit".into())));
        assert_eq!(one("type \"1390\""), Action::Type("1390".into()));
        assert_eq!(
            one("card place alice"),
            Action::Act(Act::Card(CardAction::Place { resident: "alice".into() }))
        );
        assert_eq!(one("printer paper-out"), Action::Act(Act::Printer { state: PrinterState::PaperOut }));
        let shown = ScannerAction::Show { text: "a # \"码\"".into(), symbology: "Q1".into(), gbk: false };
        assert_eq!(one("scanner show \"a # \\\"码\\\"\""), Action::Act(Act::Scanner(shown)));
        assert_eq!(one("scanner hide"), Action::Act(Act::Scanner(ScannerAction::Hide)));
        assert_eq!(one("unplug scanner"), Action::Act(Act::Unplug { device: Device::Scanner }));
        assert_eq!(one("network cut"), Action::Act(Act::Network { link: Link::Cut }));
        assert_eq!(one("network delay 300"), Action::Act(Act::Network { link: Link::Delay { ms: 300 } }));
        assert_eq!(one("disk full"), Action::Act(Act::Disk { state: DiskState::Full }));
        let insert = ChipAction::Insert { card: "alice-social".into() };
        assert_eq!(one("chip insert alice-social"), Action::Act(Act::Chip(insert)));
        assert_eq!(one("technician add \"739154\""), Action::AddTechnician("739154".to_owned()));
        assert_eq!(one("technician unlock"), Action::UnlockTechnicians);
        assert_eq!(one("chip remove"), Action::Act(Act::Chip(ChipAction::Remove)));
        let fault = ChipAction::Fault(ChipFault::RemoveAt { command: 5 });
        assert_eq!(one("chip fault remove-at 5"), Action::Act(Act::Chip(fault)));
        let stopped = PagePrinterState::Stopped;
        assert_eq!(one("page-printer stopped"), Action::Act(Act::PagePrinter { state: stopped }));
        assert_eq!(one("expect pages 2"), Action::Expect(Expectation::Pages(2)));
        assert_eq!(one("wait screen home"), Action::Wait(Wanted::Screen("home".into())));
        assert_eq!(one("wait no text \"王\""), Action::Wait(Wanted::NoText("王".into())));
        assert_eq!(one("picture home-2"), Action::Picture("home-2".into()));
        assert_eq!(one("expect queue 1"), Action::Expect(Expectation::Queue(1)));
        assert_eq!(one("expect platform case 1"), Action::Expect(Expectation::PlatformCases(1)));
        assert_eq!(one("expect case number shown"), Action::Expect(Expectation::CaseNumberShown));
        assert_eq!(
            one("expect paper contains \"回执\""),
            Action::Expect(Expectation::PaperContains("回执".into()))
        );
        assert_eq!(one("publish third.json"), Action::Publish("third.json".into()));
        assert_eq!(one("configure closed.json"), Action::Configure("closed.json".into()));
        assert_eq!(one("kill terminal"), Action::KillTerminal);
    }

    #[test]
    fn lines_are_counted_with_comments_and_titles() {
        let scenario = parse("file", "# note\ntitle \"A visit\"\n\n  touch \"x\"  # why\n").unwrap();
        assert_eq!(scenario.title, "A visit");
        assert_eq!((scenario.steps.len(), scenario.steps[0].line), (1, 4));
    }

    #[test]
    fn a_scenario_that_fills_the_disk_needs_a_small_one() {
        assert!(parse("file", "card lift\ndisk full").unwrap().extras().small_disk);
        assert!(!parse("file", "card lift").unwrap().extras().small_disk);
        let ailing = parse("file", "disk unreadable\ndisk well").unwrap();
        assert!(ailing.extras().ailing_disk && !ailing.extras().small_disk);
        assert_eq!(ailing.steps[1].action, Action::SetDisk(None));
        let shown = parse("file", "devices usb\nscanner show-paper").unwrap().extras();
        assert!(shown.usb && shown.scanner && !shown.slot);
    }

    #[test]
    fn a_wait_can_be_given_a_time() {
        let scenario = parse("file", "wait text \"x\" within 30 s").unwrap();
        assert_eq!(scenario.steps[0].within, Some(Duration::from_secs(30)));
        assert!(refused("wait text \"x\" within 30 min").contains("within 10 s"));
        assert!(refused("picture x within 3 s").contains("only"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        assert!(refused("touch \"a\"\ntuch \"b\"").starts_with("line 2: `tuch` is no step"));
        assert!(refused("touch a b").contains("touch \"LABEL\""));
        assert!(refused("type \"abc\"").contains("DIGITS"));
        assert!(refused("printer on-fire").contains("on-fire"));
        assert!(refused("scanner show").contains("TEXT"));
        assert!(refused("expect queue many").contains("not a number"));
        assert!(refused("touch \"a").contains("not closed"));
        assert!(refused("# nothing").contains("no step"));
    }
}
