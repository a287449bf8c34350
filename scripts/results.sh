#!/usr/bin/env bash
# Writes docs/results.md: every table and the first figure of every reference result, as the program
# prints them. `scripts/results.sh PROGRAM` names another than target/release/secateur.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-${CARGO_TARGET_DIR:-target}/release/secateur}
new=$(mktemp)
trap 'rm -f "$new"' EXIT
{
    echo '# Results'
    echo
    echo 'All reference results in `results/reference`, as the program fits and judges them; written by `scripts/results.sh`, nothing left out. Profile `standard`, seed 1. How to read the columns: [statistics.md](statistics.md); what stands behind a number: `secateur explain results/reference/NAME`.'
    for folder in results/reference/*/; do
        name=$(basename "$folder")
        printf '\n## %s\n\n' "$name"
        sed -n 's/^claim = "\(.*\)"$/\1/p' "studies/$name.toml" | head -n 1 | sed 's/\*/\\*/g'
        for figure in question law forest exponents; do
            if [ -f "$folder/figures/$figure.png" ]; then
                printf '\n![%s of %s](../%sfigures/%s.png)\n\n' "$figure" "$name" "$folder" "$figure"
                break
            fi
        done
        "$program" fit "$folder" --format markdown 2> /dev/null ||
            { echo "$folder cannot be fitted" >&2; exit 1; }
    done
} > "$new"
cat "$new" > docs/results.md
