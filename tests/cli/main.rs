//! The program as its user meets it: what it says, writes and refuses, and how it ends.

#![expect(clippy::print_stdout, reason = "what is skipped")]
#![expect(clippy::disallowed_methods, reason = "tests make, list and wait for files of their own")]

mod compare;
#[path = "../support/document.rs"]
mod document;
mod errors;
mod expect;
#[cfg(unix)]
mod faults;
mod fit;
mod hostile;
#[cfg(unix)]
mod kill;
mod limits;
#[cfg(unix)]
mod locks;
mod manifests;
mod million;
mod pages;
mod paths;
#[path = "../support/place.rs"]
mod place;
mod plan;
mod prices;
mod rerun;
mod runs;
mod setting;
mod settle;
mod shards;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod slurm;
mod streams;
mod voice;
#[cfg(unix)]
mod workers;
