# What a change has to pass, step by step; `.ci/run` without an argument is all of it.

set positional-arguments

# The steps.
default:
    @just --list

# The program, in target/release/secateur.
build:
    cargo build --release

# All tests, or those whose names hold NAME.
test NAME='':
    cargo test --release -- "$1"

# Format and clippy.
lint:
    .ci/run format lints

# The pages of the crate, private items too; a broken link is an error.
doc:
    .ci/run pages

# A quick study end to end, resumed, and every study planned.
quick:
    .ci/run quick

# The page of a study in a headless Chromium.
page:
    .ci/run page

# The diffs of CONTRIBUTING.md, applied to a copy that is built and run.
toys:
    .ci/run toys

# The Python package, built and tested in a fresh environment.
wheel:
    .ci/run wheel

# A study on a real Slurm whose tasks are cancelled, requeued and killed (root, Debian).
slurm:
    .ci/run slurm

# System calls that fail, and kills at them, a sample; the same trials as on other processors.
faults:
    .ci/run faults

# Licences, sources and advisories of dependencies.
audit:
    .ci/run audit

# A study of CELLS cells, killed KILLS times.
drill KILLS='100' CELLS='200':
    scripts/kill_drill.sh "$1" "$2"

# All of it.
ci:
    .ci/run
