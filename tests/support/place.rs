//! A folder with a tiny study, and the program run inside it.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use secateur::model::Metric;
use secateur::results::{self, Record};

/// A study whose trials take milliseconds.
pub(crate) const MINI: &str = r#"claim = "a tiny study"
trials = 3

[model]
link = "He2"

[samples]
n_max = 1024
test = 64

[[sweep]]
learner = ["pruned", "unpruned"]
alpha = 0.5
d = [8, 16, 25, 32]
"#;

/// One trial of this study takes hours.
pub(crate) fn endless() -> String {
    MINI.replace("n_max = 1024", "n_min = 1099511627776\nn_max = 1099511627776\nsearch = \"grid\"")
}

/// How long a test waits for what has to happen, on however slow a machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// Waits until `happened`, and fails if it never does.
pub(crate) fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < PATIENCE, "{what}: not in {PATIENCE:?}");
        sleep(Duration::from_millis(1));
    }
}

/// Waits until `child` ends; its exit code.
pub(crate) fn ended(child: &mut Child) -> Option<i32> {
    let mut status = None;
    wait_until("the end", || {
        status = child.try_wait().expect("a child");
        status.is_some()
    });
    status.and_then(|status| status.code())
}

/// A working folder that holds `studies/mini.toml`.
pub(crate) struct Place(tempfile::TempDir);

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard error has these words.
    #[track_caller]
    pub(crate) fn said(&self, words: &str) {
        assert!(self.err.contains(words), "no {words:?} in {}", self.err);
    }

    /// Standard output has these words.
    #[track_caller]
    pub(crate) fn printed(&self, words: &str) {
        assert!(self.out.contains(words), "no {words:?} in {}", self.out);
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        place.write("studies/mini.toml", MINI);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }

    /// The program with `arguments`, in this folder, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secateur"));
        command.args(arguments).current_dir(self.0.path()).env("NO_COLOR", "1");
        command
    }

    /// The program at work, its output for the test to read.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        child.expect("the program starts")
    }

    /// Bytes of a file; 0 if it is not there.
    pub(crate) fn length(&self, name: &str) -> u64 {
        fs::metadata(self.path(name)).map_or(0, |m| m.len())
    }

    /// Waits until a file has so many bytes, or `child` has ended; whether it still runs.
    pub(crate) fn grows(&self, name: &str, length: u64, child: &mut Child) -> bool {
        let mut runs = true;
        wait_until(name, || {
            runs = child.try_wait().expect("a child").is_none();
            !runs || self.length(name) >= length
        });
        runs
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("output is text");
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        Ran { code: output.status.code(), out, err }
    }

    /// What the program does at a command whose words have no blanks in them.
    pub(crate) fn say(&self, command: &str) -> Ran {
        self.run(&command.split(' ').collect::<Vec<_>>())
    }

    /// Every file below the folder with its content, locks aside.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.0.path(), &mut files);
        files
    }
}

/// A message in one line, however it was broken.
pub(crate) fn flat(message: &str) -> String {
    let words = message.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

/// The rows of a `trials.csv`, sorted, without the wall time.
pub(crate) fn rows(place: &Place, name: &str) -> Vec<String> {
    let mut table =
        csv::Reader::from_path(place.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let header = table.headers().expect("a header");
    let seconds = header.iter().position(|column| column == "seconds").expect("a column");
    let bare = |row: csv::StringRecord| {
        let fields = row.iter().enumerate().filter(|(i, _)| *i != seconds).map(|(_, field)| field);
        fields.collect::<Vec<_>>().join("\t")
    };
    let mut rows: Vec<String> = table.records().map(|row| bare(row.expect("a row"))).collect();
    rows.sort();
    rows
}

/// Gives the first trial of a table another risk, with a check that fits; the trial as it was.
pub(crate) fn forge(place: &Place, name: &str, risk: impl Fn(f64) -> f64) -> Record {
    let text = fs::read_to_string(place.path(name)).expect("a table");
    let original = results::parse(name, text.as_bytes()).expect("sound").records.remove(0);
    let mut wrong = original.clone();
    let metrics = &mut wrong.outcome.as_mut().expect("it succeeded").metrics;
    metrics[Metric::Risk] = metrics[Metric::Risk].map(risk);
    let row = String::from_utf8(results::line(&wrong)).expect("text");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1] = row.trim_end();
    place.write(name, lines.join("\n") + "\n");
    original
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if !path.to_string_lossy().contains("/.lock") {
            let content = fs::read(&path).expect("the file can be read");
            files.insert(path, content);
        }
    }
}
