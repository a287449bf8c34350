//! A study as a job array of Slurm: one task a shard, and a job that collects them.
//!
//! The options are those of `sbatch`, <https://slurm.schedmd.com/sbatch.html>.

use super::shell::quote;
use crate::error::{Error, Result};

/// `MaxArraySize` of a Slurm that does not set it: the largest index is one less.
pub const MAX_ARRAY_SIZE: u32 = 1001;

/// Seconds before the time limit at which Slurm warns. It may be up to a minute earlier.
const WARNING: u32 = 60;

/// What a task asks of the cluster. What is absent is left to Slurm.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Name of the jobs.
    pub job_name: String,
    /// Cores of a task.
    pub cpus: u16,
    /// Partition, or several with commas.
    pub partition: Option<String>,
    /// Time limit of a task, as in `1-12:00:00`.
    pub time: Option<String>,
    /// Memory of a task, as in `4G`.
    pub mem: Option<String>,
    /// Account that is charged.
    pub account: Option<String>,
    /// Quality of service.
    pub qos: Option<String>,
}

/// A study that is to run as a job array. Text may hold anything that a path may.
#[derive(Clone, Debug)]
pub struct Job {
    /// Absolute path of the program.
    pub program: String,
    /// Absolute path of the folder that `study`, `arguments` and `results` are relative to.
    pub working: String,
    /// Name of the study, or path of its file.
    pub study: String,
    /// Flags of `secateur study` that say what is run.
    pub arguments: Vec<String>,
    /// Threads of the program, if not as many as cores of a task.
    pub threads: Option<u16>,
    /// Folder of the study's results.
    pub results: String,
    /// Absolute path of the folder of scripts and of what the tasks print.
    pub folder: String,
    /// Tasks, each a shard.
    pub tasks: u32,
    /// Most tasks at a time, if there is a limit.
    pub limit: Option<u32>,
    /// The cluster's `MaxArraySize`, at least 2.
    pub max_array_size: u32,
    /// What a task asks for.
    pub resources: Resources,
}

/// The scripts of a job.
#[derive(Clone, Debug)]
pub struct Scripts {
    /// The batch script of a shard.
    pub shard: String,
    /// The batch script that completes what the shards left, fits and draws.
    pub collect: String,
    /// The shell script that submits both.
    pub submit: String,
}

impl Job {
    /// File names of [`Job::scripts`] in `folder`: shard, collect, submit.
    pub const FILES: [&str; 3] = ["shard.sh", "collect.sh", "submit.sh"];

    /// Arrays that the tasks are divided into.
    #[must_use]
    pub fn arrays(&self) -> u32 {
        self.tasks.div_ceil(self.largest_array())
    }

    /// Indices begin at 1 and end below `MaxArraySize`.
    fn largest_array(&self) -> u32 {
        self.max_array_size.max(2) - 1
    }

    /// The scripts.
    ///
    /// # Errors
    /// When a value cannot stand in a batch script.
    pub fn scripts(&self) -> Result<Scripts> {
        let header = self.resources.header()?;
        if self.folder.contains('\\') {
            return Err(Error::usage(format!(
                "Slurm cannot write what a job prints into {}: backslashes have a meaning there",
                self.folder
            ))
            .hint("choose another --script-dir"));
        }
        Ok(Scripts {
            shard: self.batch(&header, &self.shard()),
            collect: self.batch(&header, &self.collect()),
            submit: self.submit(),
        })
    }

    /// Lines of the batch script of a shard that differ from the collecting one's.
    fn shard(&self) -> Part {
        let tasks = self.tasks;
        Part {
            about: format!("One of {tasks} shards: the index of the task, plus $1."),
            names: "shard=$((SLURM_ARRAY_TASK_ID + ${1:-0}))\n\
                    # SLURM_JOB_ID may stand for the whole array.\n\
                    job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
                .to_owned(),
            trials: format!("{}/trials-\"$shard\"-of-{tasks}.csv", quote(&self.results)),
            flags: format!(" --shard=\"$shard\"/{tasks}"),
        }
    }

    fn collect(&self) -> Part {
        Part {
            about: "Completes what the shards left, fits and draws.".to_owned(),
            names: "job=$SLURM_JOB_ID".to_owned(),
            trials: format!("{}/trials.csv", quote(&self.results)),
            flags: String::new(),
        }
    }

    /// A batch script that goes back into the queue at the time limit.
    fn batch(&self, header: &str, part: &Part) -> String {
        let threads = self
            .threads
            .map_or("\"${SLURM_CPUS_PER_TASK:-1}\"".to_owned(), |threads| threads.to_string());
        let arguments: Vec<String> = self.arguments.iter().map(|a| quote(a)).collect();
        let arguments = arguments.join(" ");
        let Part { about, names, trials, flags } = part;
        let (working, program, study) =
            (quote(&self.working), quote(&self.program), quote(&self.study));
        format!(
            r#"#!/bin/bash
{header}# {about}

cd {working} || exit 1
{names}
trials={trials}
size() {{ if [ -f "$trials" ]; then wc -c < "$trials"; else echo 0; fi; }}
before=$(size)

# TERM (scancel, preemption, requeue) comes to the program as well; USR1, before the time
# limit, only here.
program='' warned=''
trap : TERM
trap 'trap "" USR1; warned=yes; [ -z "$program" ] || kill -TERM "$program"' USR1

{program} study{flags} --threads={threads} --yes {arguments} -- {study} &
program=$!
[ -z "$warned" ] || kill -TERM "$program"
wait "$program"
code=$?
# A signal ends `wait` before the program has ended.
while kill -0 "$program" 2> /dev/null; do
    wait "$program"
    code=$?
done

# 0 and 3 are ends of the study. Any other code may be that of a signal during `wait`.
if [ "$warned" ] && [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
    if [ "$(size)" -gt "$before" ]; then
        echo "time limit: $job goes back into the queue"
        exec scontrol requeue "$job"
    fi
    echo "time limit: $job finished no trial within it; it needs more --time" >&2
fi
exit "$code"
"#
        )
    }

    /// The script that submits: arrays within `MaxArraySize`, then the collecting job.
    fn submit(&self) -> String {
        let file = |name: &str| quote(&format!("{}/{name}", self.folder));
        // In the pattern of a file name % is special to Slurm.
        let output =
            |name: &str| quote(&format!("--output={}/{name}", self.folder.replace('%', "%%")));
        let [shard, collect, _] = Self::FILES.map(file);
        let (limit, chain) = match self.limit {
            Some(limit) => (format!("%{limit}"), CHAIN),
            None => (String::new(), ""),
        };
        format!(
            r#"#!/bin/bash
# Submits every shard, and a job that begins when all have ended, in whatever way.
set -eu
tasks={tasks} largest={largest} jobs='' after=''
for ((offset = 0; offset < tasks; offset += largest)); do
    count=$((tasks - offset < largest ? tasks - offset : largest))
    job=$(sbatch --parsable $after --array="1-$count{limit}" \
        {shard_output} \
        {shard} "$offset")
    job=${{job%%;*}} # without the cluster's name
    echo "job $job: shards $((offset + 1)) to $((offset + count)) of $tasks"
    jobs=$jobs:$job
{chain}done
job=$(sbatch --parsable --dependency="afterany$jobs" \
    {collect_output} \
    {collect})
echo "job ${{job%%;*}}: collects them"
"#,
            tasks = self.tasks,
            largest = self.largest_array(),
            shard_output = output("shard-%A_%a.out"),
            collect_output = output("collect-%j.out"),
        )
    }
}

/// A limit of Slurm holds for one array.
const CHAIN: &str = "    # No more than the limit at a time, over all arrays.\n    \
    after=--dependency=afterany:$job\n";

/// What distinguishes the two batch scripts.
struct Part {
    about: String,
    /// Assignments.
    names: String,
    /// The file that its trials are appended to, as a shell word.
    trials: String,
    flags: String,
}

impl Resources {
    /// The `#SBATCH` lines.
    fn header(&self) -> Result<String> {
        let signal = format!("B:USR1@{WARNING}");
        let cpus = self.cpus.to_string();
        let options = [
            ("job-name", Some(&self.job_name)),
            ("cpus-per-task", Some(&cpus)),
            ("partition", self.partition.as_ref()),
            ("time", self.time.as_ref()),
            ("mem", self.mem.as_ref()),
            ("account", self.account.as_ref()),
            ("qos", self.qos.as_ref()),
            ("signal", Some(&signal)),
        ];
        let mut header = String::new();
        for (name, value) in options {
            if let Some(value) = value {
                check(name, value)?;
                header += &format!("#SBATCH --{name}={value}\n");
            }
        }
        Ok(header + "#SBATCH --requeue\n#SBATCH --open-mode=append\n")
    }
}

/// Slurm splits `#SBATCH` lines at blanks and ends them at `#`.
fn check(name: &str, value: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "_-.,:@+=/%".contains(c);
    if value.is_empty() || !value.chars().all(fine) {
        return Err(Error::usage(format!(
            "`{}` cannot be the --{name} of a batch script",
            value.escape_debug()
        ))
        .hint("use letters, digits and `_-.,:@+=/%` only"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Job, Resources};

    fn job() -> Job {
        Job {
            program: "/opt/secateur".to_owned(),
            working: "/home/ada".to_owned(),
            study: "mini".to_owned(),
            arguments: vec!["--profile=quick".to_owned(), "--out=results".to_owned()],
            threads: None,
            results: "results/mini".to_owned(),
            folder: "/home/ada/results/mini/slurm".to_owned(),
            tasks: 8,
            limit: None,
            max_array_size: 1001,
            resources: Resources { job_name: "mini".to_owned(), cpus: 2, ..Resources::default() },
        }
    }

    #[test]
    fn scripts_of_a_plain_job() {
        let scripts = job().scripts().expect("nothing odd");
        insta::assert_snapshot!("shard", scripts.shard);
        insta::assert_snapshot!("collect", scripts.collect);
        insta::assert_snapshot!("submit", scripts.submit);
    }

    #[test]
    fn scripts_with_every_option_and_odd_paths() {
        let scripts = Job {
            program: "/it's/a \"$HOME\"/secateur".to_owned(),
            working: "/100 %/w".to_owned(),
            study: "-odd `x`.toml".to_owned(),
            arguments: vec!["--set=model.link=He2 + 0.5*He1".to_owned()],
            threads: Some(3),
            results: "$out/odd".to_owned(),
            folder: "/100 %/w/$out".to_owned(),
            tasks: 2500,
            limit: Some(40),
            max_array_size: 1001,
            resources: Resources {
                job_name: "odd".to_owned(),
                cpus: 4,
                partition: Some("short,long".to_owned()),
                time: Some("1-12:00:00".to_owned()),
                mem: Some("2G".to_owned()),
                account: Some("theory".to_owned()),
                qos: Some("normal".to_owned()),
            },
        }
        .scripts()
        .expect("odd, but possible");
        insta::assert_snapshot!("odd_shard", scripts.shard);
        insta::assert_snapshot!("odd_submit", scripts.submit);
    }

    #[test]
    fn arrays_end_below_the_largest_size() {
        let arrays = |tasks, max_array_size| Job { tasks, max_array_size, ..job() }.arrays();
        assert_eq!((arrays(1000, 1001), arrays(1001, 1001)), (1, 2));
        assert_eq!((arrays(1, 2), arrays(7, 2)), (1, 7));
    }

    #[test]
    fn what_would_break_a_directive_is_refused() {
        for bad in ["", "a b", "a\n#SBATCH --uid=0", "#", "'a'"] {
            let mut job = job();
            job.resources.partition = Some(bad.to_owned());
            let error = job.scripts().expect_err("it cannot be written");
            assert!(error.message().ends_with("cannot be the --partition of a batch script"));
        }
        assert!(Job { folder: "/a\\b".to_owned(), ..job() }.scripts().is_err());
    }
}
