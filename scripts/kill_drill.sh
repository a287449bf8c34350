#!/usr/bin/env bash
# The kill drill at full size: 100 times `kill -9` at random moments of a study of 200 cells.
# Other sizes: scripts/kill_drill.sh KILLS CELLS
set -euo pipefail
cd "$(dirname "$0")/.."
SECATEUR_KILLS=${1:-100} SECATEUR_CELLS=${2:-200} \
    cargo test --release --test cli kill:: -- --nocapture
