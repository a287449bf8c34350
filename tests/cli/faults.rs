//! Folders that cannot be looked into, a file system that fails, links that lead elsewhere, and
//! kills: an error that says so, no row lost, nothing cut, nothing overwritten elsewhere.

#![expect(clippy::print_stdout, reason = "says what could not be tried here")]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::place::{Place, flat, rows};

/// A whole study beside the table of a shard, which has rows of its own.
fn finished() -> Place {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet", "--trials", "2"]).code, Some(0));
    let shard = ["study", "mini", "--quiet", "--shard", "1/1", "--trials", "4"];
    assert_eq!(place.run(&shard).code, Some(0));
    place
}

/// The program with `arguments`, started by `through`.
fn through(place: &Place, through: &[&str], arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new(through[0]);
    command.args(&through[1..]).arg(env!("CARGO_BIN_EXE_secateur")).args(arguments);
    command.current_dir(place.path("")).env("NO_COLOR", "1").output().ok()
}

/// How to run the program as somebody whom permissions stop; none if that cannot be.
fn ordinary(place: &Place) -> Option<Vec<&'static str>> {
    let me = Command::new("id").arg("-u").output().ok()?;
    if me.stdout != b"0\n" {
        return Some(vec!["env"]);
    }
    let nobody = vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let given = Command::new("chown").args(["-R", "65534:65534"]).arg(place.path("")).status();
    let starts = through(place, &nobody, &["--version"])?;
    (given.ok()?.success() && starts.status.success()).then_some(nobody)
}

const COMMANDS: [&[&str]; 6] = [
    &["study", "mini", "--quiet"],
    &["study", "mini", "--quiet", "--shard", "1/1"],
    &["merge", "mini"],
    &["plan", "mini"],
    &["fit", "mini"],
    &["rerun", "mini", "--trial", "0/64/0"],
];

#[test]
fn a_folder_that_cannot_be_looked_into_is_not_an_empty_one() {
    let place = finished();
    let Some(user) = ordinary(&place) else {
        return println!("skipped: no way to run as an ordinary user here");
    };
    let folder = place.path("results/mini");
    let before = place.files();
    for (mode, message) in [(0o300, "cannot list"), (0o000, "results/mini"), (0o600, "cannot")] {
        for arguments in COMMANDS {
            fs::set_permissions(&folder, Permissions::from_mode(mode)).expect("it is ours");
            let ran = through(&place, &user, arguments).expect("it starts");
            fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("it is ours");
            let said = flat(&String::from_utf8_lossy(&ran.stderr));
            assert_eq!(ran.status.code(), Some(1), "{mode:o} {arguments:?}: {said}");
            assert!(said.contains(message), "{mode:o} {arguments:?}: {said}");
            assert!(said.contains("Permission denied"), "{mode:o} {arguments:?}: {said}");
            assert!(place.files() == before, "{mode:o} {arguments:?} touched files");
        }
    }
}

/// Every row of every table, whatever file it is in.
fn all_rows(place: &Place) -> Vec<String> {
    let tables = place.files().into_keys().filter(|p| p.to_string_lossy().contains("trials"));
    let name = |path: PathBuf| path.strip_prefix(place.path("")).expect("inside").to_owned();
    let mut all: Vec<String> =
        tables.flat_map(|path| rows(place, &name(path).to_string_lossy())).collect();
    all.sort();
    all.dedup();
    all
}

/// The program with `arguments`, in which one system call comes to harm as `inject` says; none
/// if that cannot be done here.
fn harmed(place: &Place, inject: &str, arguments: &[&str]) -> Option<Output> {
    let inject = format!("-einject={inject}");
    through(place, &["strace", "-f", "-o/dev/null", &inject], arguments)
}

/// Whether system calls can be harmed here.
fn can_harm(place: &Place) -> bool {
    let probe = harmed(place, "getdents64:error=EIO:when=1000", &["--version"]);
    let can = probe.is_some_and(|ran| ran.status.success());
    if !can {
        println!("skipped: no strace that may trace here");
    }
    can
}

/// Makes the results those that `files` were.
fn restore(place: &Place, files: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::remove_dir_all(place.path("results")).expect("it was there");
    for (path, content) in files {
        let name = path.strip_prefix(place.path("")).expect("inside");
        place.write(&name.to_string_lossy(), content);
    }
}

#[test]
fn one_call_that_fails_loses_no_row() {
    let place = finished();
    if !can_harm(&place) {
        return;
    }
    let (files, rows) = (place.files(), all_rows(&place));
    let mut ends = BTreeMap::<_, usize>::new();
    for (call, error, most) in [("getdents64", "EIO", 6), ("statx", "ESTALE", 18)] {
        for (arguments, when) in
            COMMANDS.iter().take(3).flat_map(|c| (1..=most).map(move |w| (c, w)))
        {
            let inject = format!("{call}:error={error}:when={when}");
            let ran = harmed(&place, &inject, arguments).expect("it starts");
            let said = String::from_utf8_lossy(&ran.stderr);
            let after = all_rows(&place);
            let lost = rows.iter().filter(|row| !after.contains(row)).count();
            assert_eq!(lost, 0, "{call} {when} {arguments:?}: {said}");
            let code = ran.status.code();
            assert!(matches!(code, Some(0 | 1)), "{call} {when} {arguments:?}: {said}");
            assert_eq!(code == Some(1), said.contains('×'), "{call} {when} {arguments:?}: {said}");
            *ends.entry((call, code)).or_default() += 1;
            restore(&place, &files);
        }
    }
    println!("calls that failed, by the exit code that followed: {ends:?}");
    assert!(ends.keys().any(|(_, code)| *code == Some(1)), "some of them mattered");
}

#[test]
fn a_killed_plot_leaves_each_figure_as_it_was_or_as_it_shall_be() {
    let place = finished();
    let plot = |threshold| ["plot", "mini", "--threshold", threshold];
    assert_eq!(place.run(&plot("0.3")).code, Some(0));
    let new = place.files();
    assert_eq!(place.run(&plot("0.7")).code, Some(0));
    let old = place.files();
    if !can_harm(&place) {
        return;
    }
    let mut killed = 0;
    for (call, most) in [("write", 12), ("fsync", 4), ("rename", 4), ("openat", 8)] {
        for when in (0..most).map(|i| if call == "openat" { 20 + 6 * i } else { 1 + 3 * i }) {
            let inject = format!("{call}:signal=KILL:when={when}");
            let ran = harmed(&place, &inject, &plot("0.3")).expect("it starts");
            killed += usize::from(ran.status.code().is_none_or(|code| code > 100));
            for (path, content) in place.files() {
                let part = path.to_string_lossy().ends_with(".part");
                // Not every threshold has every figure.
                let is_of = |files: &BTreeMap<PathBuf, Vec<u8>>| files.get(&path) == Some(&content);
                let whole = part || is_of(&old) || is_of(&new);
                assert!(whole, "{call} {when}: {} is cut", path.display());
            }
            assert_eq!(place.run(&plot("0.7")).code, Some(0));
            assert!(place.files() == old, "{call} {when}: something is left behind");
        }
    }
    println!("{killed} kills");
    assert!(killed > 10, "most came too late: {killed}");
}

#[test]
fn a_folder_made_elsewhere_overwrites_nothing() {
    use std::os::unix::fs::symlink;
    let place = finished();
    assert_eq!(place.run(&["slurm", "mini", "--tasks", "2"]).code, Some(0));
    let results = place.files();
    let study = ["study", "mini", "--quiet", "--yes"];
    let shard = ["study", "mini", "--quiet", "--shard", "1/2"];
    let (fit, plot, merge) = (["fit", "mini"], ["plot", "mini"], ["merge", "mini"]);
    let slurm = ["slurm", "mini", "--tasks", "2"];
    // What is refused, as it would be written through a link; whole files replace the link.
    let cases: [(&str, &[&str], bool); 16] = [
        (".lock", &study, true),
        (".lock", &merge, true),
        (".lock", &["study", "mini", "--quiet", "--fresh"], true),
        (".lock", &shard, true),
        (".lock-1-of-2", &shard, true),
        ("trials-1-of-2.csv", &shard, true),
        ("manifest.json", &study, false),
        ("manifests", &study, true),
        ("manifests", &merge, true),
        ("merged", &merge, true),
        ("thresholds.csv", &fit, false),
        ("figures", &plot, true),
        ("figures", &study, true),
        ("figures/thresholds.png", &plot, false),
        ("slurm", &slurm, true),
        ("slurm/submit.sh", &slurm, false),
    ];
    for (name, arguments, refused) in cases {
        for (victim, content) in [("victim", Some("precious")), ("none", None), ("folder", None)] {
            restore(&place, &results);
            let link = place.path("results/mini").join(name);
            let _ = fs::remove_dir_all(&link);
            let _ = fs::remove_file(&link);
            if let Some(content) = content {
                place.write(victim, content);
            }
            fs::create_dir_all(place.path("folder")).expect("a folder");
            symlink(place.path(victim), &link).expect("a link");
            let ran = place.run(arguments);
            let what = format!("{arguments:?} through {name} to {victim}: {}", ran.err);
            assert!(!place.path("none").exists(), "{what}");
            let inside = fs::read_dir(place.path("folder")).expect("there").count();
            assert_eq!(inside, 0, "{what}");
            let kept = fs::read_to_string(place.path("victim")).expect("there");
            assert_eq!(kept, "precious", "{what}");
            assert!(!refused || ran.code == Some(1), "{what}");
            assert!(!refused || flat(&ran.err).contains(name), "{what}");
        }
    }
}

#[test]
fn merge_reads_as_strictly_as_study() {
    let place = finished();
    let table = "results/mini/trials.csv";
    let whole = fs::read_to_string(place.path(table)).expect("a table");
    let header = whole.lines().next().expect("a header").to_owned();
    let column = header.split(',').position(|name| name == "risk").expect("a column");
    let risk = whole.lines().nth(1).and_then(|row| row.split(',').nth(column)).expect("a risk");
    let wrong = whole.replacen(&format!(",{risk},"), ",0.123,", 1);
    let bare = |line: &str| format!("{}\n", line.rsplit_once(',').expect("columns").0);
    let no_check = |table: &str| table.lines().map(bare).collect::<String>();
    for (damaged, what) in [
        (whole.replace('\n', "\r"), "its header differs"),
        (wrong.replacen(",check\n", ",chec\n", 1), "its header differs"),
        (wrong.replacen(",check\n", ",Check\n", 1), "its header differs"),
        (no_check(&wrong), "its header differs"),
        (wrong.clone(), "its check does not match"),
        (header.clone() + "\n" + &whole.lines().skip(1).map(bare).collect::<String>(), "fields"),
        (whole.replacen(&header, &header.replacen("study", "studi", 1), 1), "its header differs"),
    ] {
        for (folder, arguments) in
            [("mini", &["merge", "mini"][..]), ("other", &["merge", "mini", "other"])]
        {
            let name = format!("results/{folder}/trials.csv");
            place.write(&name, &damaged);
            let before = place.files();
            for arguments in [arguments, &["study", "mini"][..]].iter().take(if folder == "mini" {
                2
            } else {
                1
            }) {
                let ran = place.run(arguments);
                assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{what}: {}", ran.err);
                assert!(flat(&ran.err).contains(what), "{what}: {}", ran.err);
                assert!(place.files() == before, "{what}: {arguments:?} touched files");
            }
            place.write(table, &whole);
        }
    }
}

#[test]
fn what_merge_cuts_off_is_kept_aside() {
    let place = finished();
    let table = "results/mini/trials.csv";
    let whole = fs::read(place.path(table)).expect("a table");
    place.write(table, &whole[..whole.len() - 30]);
    let ran = place.run(&["merge", "mini"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("dropped an unfinished last line, kept in trials.csv.torn-1"),
        "{}",
        ran.err
    );
    let kept = fs::read(place.path("results/mini/trials.csv.torn-1")).expect("there");
    assert!(kept.len() > 100 && whole[..whole.len() - 30].ends_with(&kept));
    let shard = "results/mini/merged/trials-1-of-1.csv";
    assert!(place.path(shard).exists(), "the table of the shard is kept");
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_at_once() {
    let place = finished();
    let results = place.files();
    let study = ["study", "mini", "--quiet"];
    let cases: [(&str, &[&str]); 13] = [
        ("results/mini/trials.csv", &study),
        ("results/mini/trials.csv", &["fit", "mini"]),
        ("results/mini/trials.csv", &["merge", "mini"]),
        ("results/mini/trials.csv", &["plan", "mini"]),
        ("results/mini/trials-1-of-1.csv", &study),
        ("results/mini/trials-1-of-1.csv", &["study", "mini", "--shard", "1/1"]),
        ("results/mini/manifest.json", &["fit", "mini"]),
        ("results/mini/manifest.json", &study),
        ("results/mini/.lock", &study),
        ("results/mini/thresholds.csv", &["compare", "mini", "mini"]),
        ("own.csv", &["fit", "own.csv"]),
        ("studies/mini.toml", &["plan", "mini"]),
        ("own.toml", &["plan", "own.toml"]),
    ];
    for (pipe, arguments) in cases {
        restore(&place, &results);
        let _ = fs::remove_file(place.path(pipe));
        let made = Command::new("mkfifo").arg(place.path(pipe)).status();
        if !made.is_ok_and(|made| made.success()) {
            return println!("skipped: no pipes here");
        }
        let ran = through(&place, &["timeout", "30"], arguments).expect("it starts");
        let said = flat(&String::from_utf8_lossy(&ran.stderr));
        let (code, why) = if Path::new(pipe).extension().is_some_and(|e| e == "toml") {
            (2, "is not a file")
        } else {
            (1, "it is a pipe, a socket or a device")
        };
        assert_eq!(ran.status.code(), Some(code), "{pipe} {arguments:?}: {said}");
        assert!(said.contains(why), "{pipe}: {said}");
        fs::remove_file(place.path(pipe)).expect("it is there still");
    }
}

#[test]
fn a_folder_that_may_not_be_written_can_be_fitted() {
    let place = finished();
    let Some(user) = ordinary(&place) else {
        return println!("skipped: no way to run as an ordinary user here");
    };
    let wanted = place.run(&["fit", "mini"]);
    let folder = place.path("results/mini");
    let before = place.files();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).expect("it is ours");
    let fit = through(&place, &user, &["fit", "mini"]).expect("it starts");
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("it is ours");
    let said = String::from_utf8_lossy(&fit.stderr);
    let note = "results/mini may not be written: the tables are printed only";
    assert!(said.contains(note), "{said}");
    assert_eq!(
        (fit.status.code(), &*String::from_utf8_lossy(&fit.stdout)),
        (Some(0), &*wanted.out)
    );
    assert!(place.files() == before);
}
