#!/usr/bin/env bash
# Ends what scripts/slurm/up.sh FOLDER started, with its jobs; the logs stay in FOLDER.
set -euo pipefail

die() { printf 'down.sh: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || die 'usage: scripts/slurm/down.sh FOLDER'
[ -d "$1" ] || die "there is no folder $1"
folder=$(cd "$1" && pwd -P)
[ -f "$folder/slurm.conf" ] || die "up.sh did not start a Slurm in $folder"
export SLURM_CONF=$folder/slurm.conf

# The process that a pid file names, if it still is that program.
process() {
    local pid
    pid=$(cat "$2" 2> /dev/null) || return 0
    [ "$(cat "/proc/$pid/comm" 2> /dev/null)" != "$1" ] || echo "$pid"
}

end() {
    local pid
    pid=$(process "$1" "$2")
    [ "$pid" ] || return 0
    kill "$pid"
    for _ in $(seq 50); do
        [ -d "/proc/$pid" ] || return 0
        sleep 0.2
    done
    die "$1, process $pid, does not end"
}

if [ "$(process slurmctld "$folder/slurmctld.pid")" ]; then
    squeue --noheader --format=%A | xargs --no-run-if-empty scancel || true
    for _ in $(seq 50); do
        [ "$(squeue --noheader 2> /dev/null)" ] || break
        sleep 0.2
    done
fi
end slurmd "$folder/slurmd.pid"
end slurmctld "$folder/slurmctld.pid"
end munged "$folder/munge/pid"
echo "Slurm is down; its logs are in $folder"
