//! `secateur`: sample-complexity exponents of pruned and unpruned networks.

mod cli;

use std::process::ExitCode;

use secateur::Result;
use secateur::worker::watch;

use cli::arguments::{Command, StudyArguments};
use cli::study::Run;
use cli::voice::Voice;
use cli::{
    Ending, check_learner, compare, data, explain, folder, generate, list, merge, new, plan, rerun,
    runs, settle, slurm, theory,
};

fn main() -> ExitCode {
    // Without it a worker outlives a program that is killed, until it reads the end of its input.
    if let Ok(program) = std::env::current_exe() {
        watch::watched_by(program, "watch".into());
    }
    cli::answer(|command, voice| match command {
        Command::Watch(arguments) => {
            watch::watch(arguments.harness);
            Ok(Ending::Done)
        }
        Command::Study(arguments) => study(&arguments, voice),
        Command::Slurm(arguments) => slurm::run(&arguments, voice),
        Command::List(arguments) => list::list(&arguments),
        Command::Runs(arguments) => runs::runs(&arguments),
        Command::New(arguments) => new::new(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments, voice),
        Command::Fit(arguments) => folder::fit(&arguments, voice),
        Command::Explain(arguments) => explain::explain(&arguments, voice),
        Command::Plot(arguments) => folder::plot(&arguments, voice),
        Command::Report(arguments) => folder::pages(&arguments, voice),
        Command::Merge(arguments) => merge::merge(&arguments, voice),
        Command::Rerun(arguments) => rerun::rerun(&arguments),
        Command::Trial(arguments) => data::trial(&arguments),
        Command::Data(arguments) => data::data(&arguments),
        Command::CheckLearner(arguments) => check_learner::check_learner(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments, voice),
        Command::Predict(arguments) => theory::predict(&arguments),
        Command::Link(arguments) => theory::link(&arguments),
        Command::Completions(arguments) => generate::completions(&arguments),
        Command::Man(arguments) => generate::man(&arguments),
    })
}

/// `secateur study`: plans what is missing, runs it, fits all that is there, draws and prints.
fn study(arguments: &StudyArguments, voice: Voice) -> Result<Ending> {
    let mut study = arguments.selection.read()?;
    if arguments.settle {
        let Some(settled) = settle::settled(&study, arguments, voice)? else {
            return Ok(Ending::Done);
        };
        study = settled;
    }
    if arguments.dry_run {
        return plan::show(&study, &arguments.selection, arguments.shard, arguments.format, voice);
    }
    let mut run = Run::open(&study, arguments, voice)?;
    let plan = run.plan()?;
    let outcome = run.simulate(&plan)?;
    if let Some(code) = run.interrupted() {
        return Ok(Ending::Interrupted(code));
    }
    if let Some(analysis) = run.fit(&outcome)? {
        run.report(&analysis)?;
    }
    Ok(if outcome.failed() > 0 { Ending::FailedTrials } else { Ending::Done })
}
