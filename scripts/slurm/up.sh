#!/usr/bin/env bash
# Starts a real Slurm of one node on this machine, for tests: loopback only, no accounting,
# nothing outside FOLDER but Debian's packages, which are installed where they are missing.
#
#   scripts/slurm/up.sh FOLDER && export SLURM_CONF=FOLDER/slurm.conf
#
# Needs root. Where it runs already, nothing is changed. scripts/slurm/down.sh FOLDER ends it.
# SLURM_TEST_MAX_ARRAY_SIZE (default 1001) sets MaxArraySize, SLURM_TEST_CPUS (default 4) the
# cores that the node claims to have.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

die() { printf 'up.sh: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || die 'usage: scripts/slurm/up.sh FOLDER'
[ "$(id -u)" -eq 0 ] || die 'the daemons of Slurm need root'
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
case $folder in *[!A-Za-z0-9_./-]*) die "slurm.conf cannot hold the path $folder" ;; esac
export SLURM_CONF=$folder/slurm.conf

"$here/install.sh"
if [ -f "$SLURM_CONF" ]; then
    # Without a controller sinfo would try for ten seconds.
    controller=$(cat "$folder/slurmctld.pid" 2> /dev/null || true)
    if [ -d "/proc/${controller:-none}" ] && [ "$(sinfo --noheader 2> /dev/null)" ]; then
        echo "Slurm runs already: export SLURM_CONF=$SLURM_CONF"
        exit
    fi
    "$here/down.sh" "$folder" > /dev/null
fi

# munged demands a key that nobody else can read, and a socket that everybody can reach.
chmod 755 "$folder"
rm -rf "${folder:?}"/{munge,state,spool}
mkdir "$folder"/{munge,state,spool}
(umask 077 && head -c 1024 /dev/urandom > "$folder/munge/key")

free_port() {
    local port
    for port in $(shuf -i 20000-30000 -n 50); do
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
    done
    die 'there is no free port'
}
host=$(hostname -s)

cat > "$SLURM_CONF" << END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
SlurmdUser=root
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
# cred_expire: a requeued job waits that long, 120 s by default.
AuthInfo=socket=$folder/munge/socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,bf_interval=1,sched_interval=1
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
KillWait=5
MaxArraySize=${SLURM_TEST_MAX_ARRAY_SIZE:-1001}
NodeName=$host NodeAddr=127.0.0.1 CPUs=${SLURM_TEST_CPUS:-4} State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP
END

munged --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" \
    --log-file="$folder/munge/log" || die "munged does not start: see $folder/munge/log"
slurmctld || die "slurmctld does not start: see $folder/slurmctld.log"
# A node that finds no controller tries again much later.
for _ in $(seq 50); do
    if scontrol ping > /dev/null 2>&1; then break; fi
    sleep 0.2
done
slurmd || die "slurmd does not start: see $folder/slurmd.log"

for _ in $(seq 150); do
    if [ "$(sinfo --noheader --format=%T 2> /dev/null)" = idle ]; then
        echo "Slurm runs: export SLURM_CONF=$SLURM_CONF"
        exit
    fi
    sleep 0.2
done
die "the node is not idle after 30 s: see the logs in $folder"
