//! What a user can get wrong, end to end, as documents in tests/messages/program: the message
//! with its place and a hint, the exit code, nothing on standard output, and no file touched.
//!
//! - A block with a language and a name is a file, in a folder of its own beside `mini`.
//! - A block `console` has commands, `# CODE` behind them, and what they say.

use crate::document::{check, documents, tidy, words};
use crate::place::Place;

/// What `command` says that ends with `code` and changes nothing.
fn refused(place: &Place, command: &str, code: &str) -> String {
    let words = words(command);
    assert_eq!(words[0], "secateur");
    let before = place.files();
    let ran = place.run(&words[1..].iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, code.parse().ok(), "{command}: {}", ran.err);
    assert_eq!(ran.out.is_empty(), ran.code != Some(0), "{command}: {}", ran.out);
    assert!(place.files() == before, "{command} touched files");
    tidy(&ran.err)
}

#[test]
fn documents_say_what_the_program_says() {
    let mut count = 0;
    for path in documents("tests/messages/program") {
        let mut place = Place::new();
        check(&path, |fence, block| {
            if let Some((_, name)) = fence.split_once(' ') {
                place = Place::new();
                place.write(name, block.trim_end_matches(' '));
                return block;
            }
            let mut said = String::new();
            for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
                let (asked, code) = command.split_once("  # ").expect("an exit code");
                let start = if said.is_empty() { "" } else { "\n" };
                said += &format!("{start}$ {command}\n{}", refused(&place, asked, code));
                count += 1;
            }
            said
        });
    }
    assert!(count > 25, "{count} messages");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let place = Place::new();
    place.write("studies/bad.toml", b"claim = \"\xff\"\n");
    let said = refused(&place, "secateur plan bad", "2");
    assert!(said.starts_with("× studies/bad.toml, line 1: not text in UTF-8\n  help: "), "{said}");
    place.write("exp.csv", b"learner,d,n,trial,risk\ncaf\xe9,16,128,0,0.5\n");
    let said = refused(&place, "secateur fit exp.csv", "1");
    assert!(said.contains("× exp.csv, line 2: not text in UTF-8\n  help: save it again"), "{said}");
}
