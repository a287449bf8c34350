//! Scripts that run the shards of a study on a cluster.

mod shell;
pub mod slurm;

pub use shell::quote;
