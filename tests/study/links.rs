//! Whatever a document points at is there: files, headings, and paths of the source in its text.

use std::path::{Path, PathBuf};

fn documents() -> Vec<PathBuf> {
    let all = ["", "docs"].map(|folder| {
        let entries =
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    });
    all.concat().into_iter().filter(|path| path.extension().is_some_and(|e| e == "md")).collect()
}

/// The name by which a heading is linked to.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn has_heading(text: &str, wanted: &str) -> bool {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).any(|name| name == wanted)
}

/// What `path` points at and does not find.
fn broken(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let folder = path.parent().unwrap();
    let is_there = |target: &str| {
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        let file = if file.is_empty() { path.to_owned() } else { folder.join(file) };
        let found = || std::fs::read_to_string(&file).is_ok_and(|text| has_heading(&text, heading));
        file.exists() && (heading.is_empty() || found())
    };
    let targets = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let links = targets.filter(|target| !target.starts_with("http") && !is_there(target));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = |word: &&str| {
        let room = ["src/", "tests/", "docs/", "scripts/", "studies/", "examples/"];
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
        let made_up =
            word.contains("NAME") || ["mine", "toy", "even_odd"].iter().any(|m| word.contains(m));
        room.iter().any(|r| word.starts_with(r)) && word.chars().all(plain) && !made_up
    };
    let paths = text.split('`').filter(named).filter(|word| !root.join(word).exists());
    links.chain(paths).map(str::to_owned).collect()
}

#[test]
fn documents_point_at_what_is_there() {
    let documents = documents();
    assert!(documents.len() > 10);
    for path in documents {
        let broken = broken(&path);
        assert!(broken.is_empty(), "{}: {broken:?}", path.display());
    }
    assert_eq!(anchor(" 5. Against the law (`law.csv`), n*(d)"), "5-against-the-law-lawcsv-nd");
}
