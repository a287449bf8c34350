//! Documents whose examples are run: tests/messages, where every message stands below what it is
//! about, and what docs and README show of study files.
//!
//! - A block `toml` is a study, a block `csv` a table of trials; a block `text` right after it is
//!   the message that it is refused with. Blocks of docs may leave out what every study has.
//! - A block `diff` has paragraphs: a change to the last good study or table, and its message.
//! - A block `console` has commands in their place.
//!
//! `MESSAGES=write cargo test --release --test study messages` writes the messages anew.

use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme};
use secateur::analysis::{Options, analyse};
use secateur::model::Asked;
use secateur::model::direction::DirectionLaw;
use secateur::model::{self, Activation, Link};
use secateur::results::{self, Trials};
use secateur::study::{Profile, Study};
use secateur::{Error, ErrorKind, Result};

use crate::document::{self, documents, tidy, words};

/// What every study has.
const FRAME: &str = "[model]\nlink = \"He2\"\nnoise = [0, 0.1]\n[[sweep]]\nalpha = 0.5\nd = [16]\n\
                     learner = [\"pruned\", \"unpruned\", \"pruned/c1\", \"pruned/best\"]\n";

/// A study or a table, and whether it is a table.
#[derive(Clone, Default)]
struct Subject {
    text: String,
    table: bool,
}

fn study(text: &str, sets: &[String]) -> Result<()> {
    Study::parse("mine", "studies/mine.toml", text, Profile::Standard, sets).map(drop)
}

impl Subject {
    fn check(&self) -> Result<()> {
        if self.table {
            let loaded = results::parse("trials.csv", self.text.as_bytes())?;
            let options = Options { bootstrap: 40, ..Options::default() };
            return analyse(&Trials::new(loaded.records)?, &Asked::default(), &options).map(drop);
        }
        study(&self.text, &[])
    }

    /// With the lines of a diff taken away and added.
    fn changed(&self, diff: &str) -> Self {
        let (mut lines, mut at): (Vec<&str>, _) = (self.text.lines().collect(), 0);
        for line in diff.lines() {
            let (sign, rest) = line.split_at(1);
            if sign == "+" {
                lines.insert(at, rest);
                at += 1;
                continue;
            }
            let there = lines[at..].iter().position(|l| *l == rest);
            at += there.unwrap_or_else(|| panic!("no line `{rest}`"));
            match sign {
                "-" => drop(lines.remove(at)),
                _ => at += 1,
            }
        }
        Self { text: lines.join("\n") + "\n", ..*self }
    }

    /// What `secateur` does at `command`, without writing anything.
    fn command(&self, command: &str) -> Result<()> {
        let words = words(command);
        let after = |flag: &str| words.iter().position(|w| w == flag).map(|at| &words[at + 1]);
        let number = |flag: &str| after(flag).map(|text| text.parse::<f64>().expect("a number"));
        let whole = |flag: &str| number(flag).map(|x| x as usize);
        match words[1].as_str() {
            "plan" => {
                let sets = words.split(|w| w == "--set").skip(1).map(<[String]>::concat);
                study(&self.text, &sets.collect::<Vec<_>>())
            }
            "link" => {
                let k_star = Link::parse(&words[2], whole("--r"))?.information_exponent()?;
                let shift = number("--shift").unwrap_or(0.0);
                model::blind_channels(Activation::Relu, k_star, shift, false).map(drop)
            }
            "predict" => {
                let (r, alpha) = (whole("--r").unwrap_or(1), number("--alpha").unwrap_or(0.5));
                let k = whole("--k-star").expect("it is needed") as u32;
                let s = whole("--s-star").map_or(k.min(2), |s| s as u32);
                Activation::parse(after("--activation").map_or("relu", String::as_str))?;
                model::predict(k, alpha, r, Some(s))?;
                DirectionLaw::Hard { alpha }.check(whole("--d").unwrap_or(64), r)
            }
            other => panic!("{other} is not known here"),
        }
    }
}

/// What the program writes of an error, less blanks at the ends of lines.
fn message(error: &Error) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    let handler = handler.with_width(100).with_links(false).with_context_lines(1);
    let mut text = String::new();
    handler.render_report(&mut text, error).expect("it can be shown");
    tidy(&text)
}

/// The message of what has to be refused, by whom it has to be.
fn refusal(what: &str, checked: Result<()>, table: bool) -> String {
    let error = checked.expect_err(what);
    assert_eq!(error.kind() == ErrorKind::Runtime, table, "{what}");
    message(&error)
}

/// Holds a document against the messages of today; how many they are.
fn rerun(path: &Path, fragments: bool) -> usize {
    let mut count = 0;
    let (mut subject, mut refused) = (Subject::default(), None::<(Subject, Result<()>)>);
    document::check(path, |language, block| {
        let asked_for = refused.take();
        if let Some((wrong, checked)) = asked_for {
            assert_eq!(language, "text", "{checked:?} of\n{}", wrong.text);
            count += 1;
            return refusal(&wrong.text, checked, wrong.table);
        }
        match language {
            "toml" | "csv" => {
                let whole = if fragments { completed(&block) } else { block.clone() };
                let new = Subject { text: whole, table: language == "csv" };
                match new.check() {
                    Ok(()) => subject = new,
                    wrong => refused = Some((new, wrong)),
                }
                block
            }
            "diff" | "console" => {
                let cases = block.split("\n\n").map(|case| {
                    let asked = case.split_once("\n×").map_or(case.trim_end(), |(asked, _)| asked);
                    let said = match asked.strip_prefix("$ ") {
                        Some(command) => refusal(asked, subject.command(command), false),
                        None => refusal(asked, subject.changed(asked).check(), subject.table),
                    };
                    format!("{asked}\n{said}")
                });
                let cases: Vec<String> = cases.collect();
                count += cases.len();
                cases.join("\n")
            }
            _ => block,
        }
    });
    assert!(refused.is_none(), "{}: the last block is refused", path.display());
    count
}

/// A fragment of a study with what every study has.
fn completed(fragment: &str) -> String {
    let table: toml::Table = fragment.parse().expect("it is TOML");
    let claim = if table.contains_key("claim") { "" } else { "claim = \"c\"\n" };
    let frame = if table.contains_key("sweep") { "" } else { FRAME };
    format!("{claim}{fragment}{frame}")
}

#[test]
fn documents_say_what_the_program_says() {
    let of = |folder| documents(folder).into_iter().map(move |path| (folder, path));
    let all = ["tests/messages", "docs", ""].into_iter().flat_map(of);
    let count: usize = all.map(|(folder, path)| rerun(&path, folder != "tests/messages")).sum();
    assert!(count > 150, "{count} messages");
}
