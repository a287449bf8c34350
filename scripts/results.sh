#!/usr/bin/env bash
# Writes docs/results.md: every table and the first figure of every reference result, as the program
# prints them; and docs/gallery.md: of each its picture, its claim and what its verdicts come to.
# `scripts/results.sh PROGRAM` names another than target/release/secateur.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-${CARGO_TARGET_DIR:-target}/release/secateur}
new=$(mktemp)
gallery=$(mktemp)
trap 'rm -f "$new" "$gallery"' EXIT

# The path of the first figure in the folder $1.
picture() {
    for figure in question law forest exponents; do
        if [ -f "$1/figures/$figure.png" ]; then
            echo "$1/figures/$figure.png"
            return
        fi
    done
}

claim() {
    sed -n 's/^claim = "\(.*\)"$/\1/p' "studies/$1.toml" | head -n 1 | sed 's/\*/\\*/g'
}

# How many rows of a table of Markdown have each word of the column whose heading is $1.
tally() {
    awk -F' [|] ' -v heading="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == heading) column = i }
        NR > 2 && column { seen[$column]++ }
        END { for (word in seen) print seen[word], word }' | sort -k1,1nr -k2 | paste -sd, | sed 's/,/, /g'
}

{
    echo '# Results'
    echo
    echo 'All reference results in `results/reference`, as the program fits and judges them; written by `scripts/results.sh`, nothing left out. Profile `standard`, seed 1. How to read the columns: [statistics.md](statistics.md); what stands behind a number: `secateur explain results/reference/NAME`.'
    for folder in results/reference/*/; do
        name=$(basename "$folder")
        printf '\n## %s\n\n' "$name"
        claim "$name"
        figure=$(picture "${folder%/}")
        printf '\n![%s of %s](../%s)\n\n' "$(basename "$figure" .png)" "$name" "$figure"
        "$program" fit "$folder" --format markdown 2> /dev/null ||
            { echo "$folder cannot be fitted" >&2; exit 1; }
    done
} > "$new"
cat "$new" > docs/results.md
{
    echo '# Gallery'
    echo
    echo 'Every reference result in one picture, its claim, and what its verdicts come to; written by `scripts/results.sh`. [results.md](results.md) has the tables, [experiments.md](experiments.md) what they mean.'
    for folder in results/reference/*/; do
        name=$(basename "$folder")
        tables=$("$program" fit "$folder" --format markdown 2> /dev/null)
        printf '\n## [%s](results.md#%s)\n\n' "$name" "$name"
        claim "$name"
        printf '\n<img src="../%s" width="480" alt="%s">\n\n' "$(picture "${folder%/}")" "$name"
        said=$(grep -v '^|' <<< "$tables" | sed '/^$/d' | head -n 1)
        expected=$(sed -n '/^| quantity/,$p' <<< "$tables" | tally verdict)
        printf '%s%s.\n' "${said:-No exponent is predicted}" "${expected:+; expectations: $expected}"
    done
} > "$gallery"
cat "$gallery" > docs/gallery.md
