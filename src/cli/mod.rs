//! The command line: arguments, what is said and printed, exit codes.

mod answer;
pub(crate) mod arguments;
pub(crate) mod check_learner;
pub(crate) mod compare;
pub(crate) mod data;
mod ending;
mod event;
pub(crate) mod explain;
pub(crate) mod folder;
pub(crate) mod generate;
mod interrupt;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod new;
pub(crate) mod plan;
mod print;
mod progress;
pub(crate) mod rerun;
pub(crate) mod runs;
mod selection;
pub(crate) mod settle;
pub(crate) mod slurm;
pub(crate) mod study;
pub(crate) mod theory;
mod threads;
pub(crate) mod voice;
mod wanted;

pub(crate) use answer::answer;
pub(crate) use ending::Ending;
