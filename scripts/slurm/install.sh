#!/usr/bin/env bash
# Sees that Slurm and munge are there: Debian's packages, as root. Fails where that cannot be.
set -euo pipefail

missing=''
for command in slurmctld slurmd sbatch munged; do
    command -v "$command" > /dev/null || missing=yes
done
[ "$missing" ] || exit 0

fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail 'Slurm is not installed, and to install it needs root'
command -v apt-get > /dev/null || fail 'Slurm is not installed, and there is no apt-get here'
echo 'installing slurm-wlm and munge'
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install -y --no-install-recommends slurm-wlm munge; } > "$log" 2>&1 ||
    fail "apt-get failed: $(tail -n 3 "$log")"
rm "$log"
