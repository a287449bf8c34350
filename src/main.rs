//! `secateur`: sample-complexity exponents of pruned and unpruned networks.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
