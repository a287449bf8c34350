//! Scripts for Slurm: what they call, in folders with awkward names, and what they do about
//! signals. Slurm's commands are scripts here that write down how they are called;
//! `scripts/slurm/drill.sh` has the real ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::place::{MINI, Place, wait_until};

/// Blanks, quotes, and what shells and Slurm replace.
const ODD: &str = "it's $HOME `x` \"%A\"";

/// Writes the arguments that it gets, a line each, to a file beside it, below its folder.
const RECORDER: &str = r#"#!/bin/bash
printf '%s\n' "$PWD" "$@" >> "$0.calls"
"#;

/// A command `name` in the folder `bin` of `place`.
fn fake(place: &Place, name: &str, script: &str) {
    place.write(&format!("bin/{name}.text"), script);
    install(&place.path(&format!("bin/{name}.text")), &place.path(&format!("bin/{name}")));
}

/// Copies what shall be run by another process: whatever this one has open for writing a child
/// of another test may inherit, and what anybody has open for writing cannot be run.
fn install(from: &Path, to: &Path) {
    let mut install = Command::new("install");
    let made = install.args(["-D", "-m", "755"]).args([from, to]).status();
    assert!(made.expect("install is there").success());
}

/// `command` finds the fakes first.
fn with_fakes(place: &Place, command: &mut Command) {
    let path = std::env::var("PATH").expect("a path");
    command.env("PATH", format!("{}:{path}", place.path("bin").display()));
}

fn run(place: &Place, arguments: &[&str]) -> Output {
    let mut command = place.command(arguments);
    with_fakes(place, &mut command);
    command.output().expect("the program starts")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn calls(path: &Path) -> Vec<String> {
    fs::read_to_string(path).expect("it was called").lines().map(str::to_owned).collect()
}

#[test]
fn awkward_names_reach_the_program_and_slurm_as_they_are() {
    let place = Place::new();
    let working = fs::canonicalize(place.path("")).expect("it is there").join(ODD);
    place.write(&format!("{ODD}/studies/mini.toml"), MINI);
    let program = working.join("bin dir/secateur");
    install(Path::new(env!("CARGO_BIN_EXE_secateur")), &program);
    fake(&place, "sbatch", &(RECORDER.to_owned() + "echo '17;cluster'\n"));
    let set = "model.link=\"He2 + 0.5*He1\"";
    let written = Command::new(&program)
        .args(["slurm", "studies/mini.toml", "--tasks", "5", "--profile", "quick"])
        .args(["--set", set, "--seed", "7", "--out=-$out"])
        .current_dir(&working)
        .output()
        .expect("the program starts");
    assert!(written.status.success(), "{}", err(&written));
    let results: Vec<_> = fs::read_dir(working.join("-$out")).expect("there").collect();
    let [Ok(own)] = &results[..] else { panic!("{results:?}") };
    let name = own.file_name().into_string().expect("text");
    assert!(name.starts_with("mini@model.link=He2+0.5He1~") && name.ends_with(",seed=7"), "{name}");
    let folder = own.path().join("slurm");
    let scripts = folder.display().to_string();

    let mut submit = Command::new("bash");
    with_fakes(&place, submit.arg(folder.join("submit.sh")));
    let submitted = submit.current_dir("/").output().expect("bash");
    let said = String::from_utf8_lossy(&submitted.stdout).into_owned();
    assert_eq!(said, "job 17: shards 1 to 5 of 5\njob 17: collects them\n");
    let output = format!("--output={}", scripts.replace('%', "%%"));
    assert_eq!(
        calls(&place.path("bin/sbatch.calls")),
        [
            "/",
            "--parsable",
            "--array=1-5",
            &format!("{output}/shard-%A_%a.out"),
            &format!("{scripts}/shard.sh"),
            "0",
            "/",
            "--parsable",
            "--dependency=afterany:17",
            &format!("{output}/collect-%j.out"),
            &format!("{scripts}/collect.sh"),
        ]
    );

    fake(&place, "recorder", RECORDER);
    install(&place.path("bin/recorder"), &program);
    let mut shard = Command::new("bash");
    shard.arg(folder.join("shard.sh")).arg("2").current_dir("/");
    shard.envs([
        ("SLURM_ARRAY_JOB_ID", "17"),
        ("SLURM_ARRAY_TASK_ID", "1"),
        ("SLURM_CPUS_PER_TASK", "6"),
    ]);
    let ran = shard.output().expect("bash");
    assert_eq!((ran.status.code(), err(&ran)), (Some(0), String::new()));
    let mut expected = vec![
        working.display().to_string(),
        "study".to_owned(),
        "--shard=3/5".to_owned(),
        "--threads=6".to_owned(),
    ];
    let rest = ["--yes", "--profile=quick", &format!("--set={set}"), "--seed=7", "--out=-$out"];
    expected.extend(rest.into_iter().chain(["--", "studies/mini.toml"]).map(str::to_owned));
    assert_eq!(calls(&working.join("bin dir/secateur.calls")), expected);
}

#[test]
fn long_arrays_are_divided_and_a_limit_holds_over_all_of_them() {
    let place = Place::new();
    let script = format!("{RECORDER}wc -l < \"$0.calls\"\n");
    fake(&place, "sbatch", &script);
    fake(&place, "scontrol", "#!/bin/sh\necho 'MaxArraySize            = 3'\n");
    let ran = run(&place, &["slurm", "mini", "--tasks", "5", "--array-limit", "2", "--submit"]);
    assert!(ran.status.success(), "{}", err(&ran));
    let all = calls(&place.path("bin/sbatch.calls"));
    let interesting: Vec<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|l| l.starts_with("--array") || l.starts_with("--dep") || l.len() == 1)
        .collect();
    // Job ids are lines of the file of calls: 2 lines that check for the command, then 6 or 7
    // lines a call.
    assert_eq!(
        interesting,
        [
            "--array=1-2%2",
            "0",
            "--dependency=afterany:8",
            "--array=1-2%2",
            "2",
            "--dependency=afterany:15",
            "--array=1-1%2",
            "4",
            "--dependency=afterany:8:15:22"
        ]
    );
    let ran = run(&place, &["slurm", "mini", "--tasks", "5", "--max-array-size", "9"]);
    let said = String::from_utf8(ran.stdout).expect("text");
    assert!(said.starts_with("mini: 5 shards in one array, then"), "{said}");
}

/// The shard script of `mini` with `program` in the place of secateur, as task 2 of array 7.
struct Task {
    place: Place,
    script: PathBuf,
}

impl Task {
    fn new(program: &str) -> Self {
        let place = Place::new();
        fake(&place, "scontrol", RECORDER);
        let written = run(&place, &["slurm", "mini", "--tasks", "4", "--max-array-size", "1001"]);
        assert!(written.status.success(), "{}", err(&written));
        fake(&place, "program", program);
        let script = place.path("results/mini/slurm/shard.sh");
        let text = fs::read_to_string(&script).expect("it was written");
        let real = env!("CARGO_BIN_EXE_secateur");
        assert!(text.contains(real), "{text}");
        let replaced = text.replace(real, &place.path("bin/program").display().to_string());
        fs::write(&script, replaced).expect("it is ours");
        Self { place, script }
    }

    /// Sends `signal` to the script once the program has begun; its code and messages.
    fn signalled(&self, signal: &str) -> (Option<i32>, String) {
        let mut bash = Command::new("bash");
        with_fakes(&self.place, bash.arg(&self.script));
        bash.envs([("SLURM_ARRAY_JOB_ID", "7"), ("SLURM_ARRAY_TASK_ID", "2")]);
        let bash = bash.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("bash");
        wait_until("the program", || self.place.path("begun").exists());
        let id = bash.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
        fs::write(self.place.path("told"), "").expect("a file can be written");
        let ended = bash.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &err(&ended);
        (ended.status.code(), said)
    }

    fn requeued(&self) -> Option<Vec<String>> {
        let file = self.place.path("bin/scontrol.calls");
        file.exists().then(|| calls(&file)[1..].to_vec())
    }
}

/// Runs until TERM, or, so that a signal which does not come fails a test, for ten minutes.
const UNTIL_TERM: &str = "trap 'exit 143' TERM\ntouch begun\n\
                          for _ in $(seq 6000); do sleep 0.1; done\n";

#[test]
fn at_the_time_limit_a_task_that_got_on_goes_back_into_the_queue() {
    let task = Task::new(&format!(
        "#!/bin/bash\necho row >> results/mini/trials-2-of-4.csv\n{UNTIL_TERM}"
    ));
    let (code, said) = task.signalled("-USR1");
    assert_eq!((code, said.as_str()), (Some(0), "time limit: 7_2 goes back into the queue\n"));
    assert_eq!(task.requeued(), Some(vec!["requeue".to_owned(), "7_2".to_owned()]));
}

#[test]
fn at_the_time_limit_a_task_that_got_nowhere_fails() {
    let task = Task::new(&format!("#!/bin/bash\n{UNTIL_TERM}"));
    let (code, said) = task.signalled("-USR1");
    let message = "time limit: 7_2 finished no trial within it; it needs more --time\n";
    assert_eq!((code, said.as_str()), (Some(143), message));
    assert_eq!(task.requeued(), None);
}

#[test]
fn other_ends_are_the_programs_own() {
    // Slurm sends TERM to every process: the script waits for the program and passes its
    // exit code on.
    let until_told = "touch begun\nwhile [ ! -e told ]; do sleep 0.05; done\n";
    for code in [0, 3, 143] {
        let task = Task::new(&format!("#!/bin/bash\n{until_told}sleep 0.2\nexit {code}\n"));
        assert_eq!(task.signalled("-TERM"), (Some(code), String::new()));
        assert_eq!(task.requeued(), None);
    }
}

/// A command that fails, says `message` and writes nothing.
fn refused(place: &Place, arguments: &[&str], code: i32, message: &str) {
    let before = place.files();
    let mut command = place.command(arguments);
    // `bash` is found, and nothing of Slurm.
    place.write("none/nothing", "");
    command.env("PATH", place.path("none"));
    let ran = command.output().expect("the program starts");
    fs::remove_dir_all(place.path("none")).expect("it is there");
    assert_eq!(err(&ran).trim(), message.trim());
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(code), &b""[..]));
    assert!(place.files() == before, "{arguments:?} touched files");
}

#[test]
fn nothing_is_written_for_a_job_that_cannot_be() {
    let place = Place::new();
    refused(
        &place,
        &["slurm", "mini", "--tasks", "4", "--submit"],
        1,
        "× there is no command `sbatch` here
  help: run this where Slurm's commands are; or without --submit, and submit the scripts there",
    );
    refused(
        &place,
        &["slurm", "minj", "--tasks", "4"],
        2,
        "× unknown study `minj`
  help: did you mean `mini`? `secateur list` shows all",
    );
    refused(
        &place,
        &["slurm", "mini", "--tasks", "4", "--partition", "short\n#SBATCH --exclusive"],
        2,
        "× `short\\n#SBATCH --exclusive` cannot be the --partition of a batch script
  help: use letters, digits and `_-.,:@+=/%` only",
    );
    refused(
        &place,
        &["slurm", "mini", "--tasks", "0"],
        2,
        "error: invalid value '0' for '--tasks <COUNT>': 0 is not in 1..=1000000

For more information, try '--help'.",
    );
    let backslash = place.path("a\\b").display().to_string();
    let arguments = ["slurm", "mini", "--tasks", "2", "--script-dir", backslash.as_str()];
    let ran = run(&place, &arguments);
    assert_eq!(ran.status.code(), Some(2));
    assert!(err(&ran).contains("backslashes have a meaning"), "{}", err(&ran));
    assert!(!place.path("a\\b").exists());
}

#[test]
fn what_sbatch_says_is_shown_and_what_it_took_is_told() {
    let place = Place::new();
    let script = "#!/bin/bash\n\
                  [ \"$1\" = --version ] && exit\n\
                  [ ! -e taken ] || { echo 'sbatch: error: quota' >&2; exit 1; }\n\
                  touch taken; echo 17\n";
    fake(&place, "sbatch", script);
    let arguments = ["slurm", "mini", "--tasks", "2", "--submit"];
    let partly = run(&place, &arguments);
    assert_eq!(partly.status.code(), Some(1));
    assert_eq!(partly.stdout, b"job 17: shards 1 to 2 of 2\n");
    assert_eq!(
        err(&partly).trim(),
        "× not everything was submitted: sbatch: error: quota
  help: scancel the jobs above before you try again"
    );
    let not_at_all = run(&place, &arguments);
    assert_eq!((not_at_all.status.code(), not_at_all.stdout.as_slice()), (Some(1), &b""[..]));
    assert!(err(&not_at_all).contains("no job was submitted"), "{}", err(&not_at_all));
}

#[test]
fn more_tasks_than_there_is_to_divide_are_noted() {
    let place = Place::new();
    let note = |arguments: &[&str]| {
        err(&run(&place, &[&["slurm", "mini", "--max-array-size", "1001"], arguments].concat()))
    };
    assert_eq!(note(&["--tasks", "2"]), "");
    assert_eq!(
        note(&["--tasks", "3"]),
        "note: 3 tasks for 2 series, none of which is divided: some have nothing to run\n"
    );
    assert_eq!(note(&["--tasks", "8", "--set", "samples.search=grid"]), "");
}
