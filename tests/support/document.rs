//! Documents whose blocks are run: Markdown, with what the program says below what it is asked.

use std::path::{Path, PathBuf};

/// The documents of a folder of the repository.
pub(crate) fn documents(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(root.join(folder)).expect("a folder");
    let all = entries.map(|entry| entry.expect("an entry").path());
    all.filter(|path| path.extension().is_some_and(|e| e == "md")).collect()
}

/// Holds a document against what `block` makes of each of its blocks, given what stands behind
/// the opening fence and the block itself; or writes it anew if `MESSAGES` is `write`.
pub(crate) fn check(path: &Path, mut block: impl FnMut(&str, String) -> String) {
    let text = std::fs::read_to_string(path).expect("a document");
    let mut again = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        again += &(line.to_owned() + "\n");
        if let Some(fence) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            let inside = inside.map(|line| line.to_owned() + "\n").collect();
            again += &(block(fence, inside) + "```\n");
        }
    }
    if std::env::var("MESSAGES").is_ok_and(|value| value == "write") {
        return std::fs::write(path, again).expect("it can be written");
    }
    for (line, (found, said)) in text.lines().zip(again.lines()).enumerate() {
        assert_eq!(found, said, "{}:{}", path.display(), line + 1);
    }
    assert_eq!(text, again, "{}", path.display());
}

/// A text as a block has it: no blanks at the ends of its lines, no blank lines at its ends.
pub(crate) fn tidy(text: &str) -> String {
    text.trim().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Words of a command: apart by blanks, but for what is in single quotes; `\e` is an escape.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.replace("\\e", "\u{1b}").chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(c),
        }
    }
    words
}
