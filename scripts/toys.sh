#!/usr/bin/env bash
# Applies the diffs of CONTRIBUTING.md to a copy of what is committed, builds it, and runs the toy
# study with the toy learner, link, figure and column: the diffs are what an addition costs.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

git archive HEAD | tar -x -C "$copy"
# A block names each file once, by a line +++; git wants the line --- as well.
awk '
    /^```/ { inside = /^```patch/; next }
    !inside { next }
    /^\+\+\+ / { path = $2; next }
    path { print (/^@@ -0,0 / ? "--- /dev/null" : "--- a/" path); print "+++ b/" path; path = "" }
    { print }
' CONTRIBUTING.md > "$copy/toys.diff"
cd "$copy"
git init --quiet
git apply --verbose toys.diff

cargo build --release
program=$CARGO_TARGET_DIR/release/secateur
"$program" link 'cube(t)'
"$program" study toy --profile quick
test -s results/toy/figures/success.svg
head -n 1 results/toy/trials.csv | grep --quiet ',f1,'
grep --quiet 'correlation_screen' results/toy/exponents.csv
