//! `secateur slurm`: the scripts of a job array, written and submitted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use secateur::cluster::quote;
use secateur::cluster::slurm::{Job, MAX_ARRAY_SIZE, Resources};
use secateur::results::disk;
use secateur::study::Study;
use secateur::study::search::bracket::Method;
use secateur::study::search::walk;
use secateur::{Error, Result};

use super::arguments::{Selection, SlurmArguments};
use super::ending::Ending;
use super::print;
use super::voice::Voice;

/// `secateur slurm`: writes the scripts, and with `--submit` runs the one that submits.
pub(crate) fn run(arguments: &SlurmArguments, voice: Voice) -> Result<Ending> {
    let study = arguments.selection.read()?;
    let job = job(arguments, &study)?;
    let scripts = job.scripts()?;
    if arguments.submit {
        ask("sbatch", &["--version"])?;
    }
    let folder = Path::new(&job.folder);
    if arguments.script_dir.is_some() {
        disk::make_folders(folder)?;
    } else {
        disk::make_folders(&arguments.selection.folder(&study))?;
        disk::make_folder(folder)?;
    }
    write(folder, &[scripts.shard, scripts.collect, scripts.submit])?;
    note_idle_tasks(&study, job.tasks, voice);
    if arguments.submit {
        return submit(folder);
    }
    print::text(&format!("{}: {}", study.name, summary(&job)))?;
    Ok(Ending::Done)
}

fn job(arguments: &SlurmArguments, study: &Study) -> Result<Job> {
    let selection = &arguments.selection;
    let results = selection.folder(study);
    let folder = arguments.script_dir.clone().unwrap_or_else(|| results.join("slurm"));
    Ok(Job {
        program: text(std::env::current_exe().map_err(|e| nowhere("the program", &e))?)?,
        working: text(std::env::current_dir().map_err(|e| nowhere("the working folder", &e))?)?,
        study: selection.study.clone(),
        arguments: flags(selection)?,
        threads: selection.threads,
        results: text(results)?,
        folder: text(std::path::absolute(&folder).map_err(|e| nowhere("the folder", &e))?)?,
        tasks: arguments.tasks,
        limit: arguments.array_limit,
        max_array_size: arguments.max_array_size.unwrap_or_else(max_array_size),
        resources: Resources {
            job_name: arguments.job_name.clone().unwrap_or_else(|| study.name.clone()),
            cpus: arguments.cpus,
            partition: arguments.partition.clone(),
            time: arguments.time.clone(),
            mem: arguments.mem.clone(),
            account: arguments.account.clone(),
            qos: arguments.qos.clone(),
        },
    })
}

/// What `study` has to be told to run the same study. Values are joined to their flags: they
/// may begin with a hyphen.
fn flags(selection: &Selection) -> Result<Vec<String>> {
    let mut flags = vec![format!("--profile={}", selection.profile.name())];
    flags.extend(selection.set.iter().map(|set| format!("--set={set}")));
    flags.extend(selection.trials.map(|trials| format!("--trials={trials}")));
    flags.extend(selection.seed.map(|seed| format!("--seed={seed}")));
    if let Some(studies) = &selection.studies.studies {
        flags.push(format!("--studies={}", text(studies.clone())?));
    }
    flags.push(format!("--out={}", text(selection.out.clone())?));
    Ok(flags)
}

/// A path as text for a script.
fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().map_err(|path| {
        Error::usage(format!("{} is not text in UTF-8", path.to_string_lossy()))
            .hint("a script cannot name it: rename it")
    })
}

fn nowhere(what: &str, error: &std::io::Error) -> Error {
    Error::runtime(format!("cannot tell where {what} is: {error}"))
        .hint("a batch script needs absolute paths: start from a folder that exists")
}

/// What the cluster says, if there is one here.
fn max_array_size() -> u32 {
    let answer = ask("scontrol", &["show", "config"]).ok();
    let size = answer.and_then(|output| {
        let config = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = config.lines().find(|line| line.starts_with("MaxArraySize"))?;
        line.split('=').nth(1)?.trim().parse().ok()
    });
    size.unwrap_or(MAX_ARRAY_SIZE)
}

/// Runs a command of Slurm.
fn ask(command: &str, arguments: &[&str]) -> Result<Output> {
    let failed = |message: String| {
        Err(Error::runtime(message).hint(
        "run this where Slurm's commands are; or without --submit, and submit the scripts there",
    ))
    };
    match Command::new(command).args(arguments).output() {
        Ok(output) if output.status.success() => Ok(output),
        Ok(output) => {
            failed(format!("{command} failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            failed(format!("there is no command `{command}` here"))
        }
        Err(e) => failed(format!("cannot run {command}: {e}")),
    }
}

fn write(folder: &Path, scripts: &[String; 3]) -> Result<()> {
    Job::FILES
        .iter()
        .zip(scripts)
        .try_for_each(|(name, script)| disk::replace(&folder.join(name), script.as_bytes()))
}

fn note_idle_tasks(study: &Study, tasks: u32, voice: Voice) {
    let units = walk::units(study, None).len();
    if tasks as usize > units {
        let name = match study.samples.search {
            Method::Bracket => "series",
            Method::Grid => "cells",
        };
        voice.note(&format!(
            "{tasks} tasks for {units} {name}, none of which is divided: some have nothing to run"
        ));
    }
}

fn summary(job: &Job) -> String {
    let arrays = match job.arrays() {
        1 => "one array".to_owned(),
        arrays => format!("{arrays} arrays (MaxArraySize {})", job.max_array_size),
    };
    let [shard, collect, submit] = Job::FILES.map(|name| format!("{}/{name}", job.folder));
    format!(
        "{} shards in {arrays}, then a job that collects them\n\
         wrote {shard}\n      {collect}\n      {submit}\n\
         submit with\n  bash {}",
        job.tasks,
        quote(&submit)
    )
}

/// Runs the script that submits. What it prints before a failure are jobs that exist.
fn submit(folder: &Path) -> Result<Ending> {
    let script = folder.join(Job::FILES[2]);
    let output = Command::new("bash").arg(&script).output().map_err(|e| {
        Error::runtime(format!("cannot run bash: {e}"))
            .hint(format!("submit with {} where there is one", script.display()))
    })?;
    if !output.stdout.is_empty() {
        print::text(&String::from_utf8_lossy(&output.stdout))?;
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() {
        if !said.is_empty() {
            print::note(&said);
        }
        return Ok(Ending::Done);
    }
    let submitted = !output.stdout.is_empty();
    Err(Error::runtime(format!("not everything was submitted: {said}")).hint(if submitted {
        "scancel the jobs above before you try again"
    } else {
        "no job was submitted: change the options that sbatch refuses"
    }))
}
