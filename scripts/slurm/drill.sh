#!/usr/bin/env bash
# A study on a running Slurm whose tasks come to harm: the rows of all shards together, and
# the tables made of them, must be those of one run that nothing disturbed.
#
#   scripts/slurm/up.sh FOLDER && export SLURM_CONF=FOLDER/slurm.conf
#   scripts/slurm/drill.sh target/release/secateur
#
# Of the tasks one is cancelled for good, and what it left is the collecting job's; one is put
# back into the queue while it runs, one warned of its time limit, one killed and put back.
# The end is judged by the result files.
set -euo pipefail

die() { printf 'drill.sh: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || die 'usage: scripts/slurm/drill.sh PROGRAM'
program=$(realpath "$1")
sinfo > /dev/null 2>&1 || die 'no Slurm answers: scripts/slurm/up.sh starts one, and names its SLURM_CONF'
tasks=6 patience=90

place=$(mktemp -d)
jobs=''
leave() {
    local code=$?
    if [ "$code" -eq 0 ]; then
        rm -rf "$place"
    else
        squeue --array || true
        tail -n 5 "$place"/results/drill/slurm/*.out || true
        [ -z "$jobs" ] || scancel $jobs || true
        echo "drill.sh: what there is stays in $place" >&2
    fi
}
trap leave EXIT
cd "$place"
mkdir studies
cat > studies/drill.toml << 'END'
claim = "every task comes to the same end"
trials = 80

[model]
link = "He2"

[samples]
n_max = 4096
test = 512
precision = 0

[[sweep]]
learner = ["pruned", "unpruned"]
alpha = [0.25, 0.375, 0.5, 0.625, 0.75, 1.0]
d = [16, 25, 36, 49]
END
results=results/drill

# Rows without `seconds`, sorted.
rows() {
    local file
    for file in "$@"; do
        awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") s = i; next }
                          { $s = ""; print }' "$file"
    done | LC_ALL=C sort
}

echo 'one process'
time "$program" study drill --out undisturbed --threads 2 --quiet --yes > /dev/null
rows undisturbed/drill/trials.csv > expected
echo "$(wc -l < expected) trials"

began=$SECONDS
"$program" slurm drill --tasks "$tasks" --submit 2>&1 | tee submitted
jobs=$(sed -n 's/^job \([0-9]*\):.*/\1/p' submitted)
array=${jobs%%$'\n'*}

in_time() { [ $((SECONDS - began)) -lt "$patience" ] || die "$1 after $patience s"; }

# The secateur of a task, told from others by its working folder.
process() {
    local id
    for id in $(pgrep -f -- "--shard=$1/$tasks "); do
        if [ "$(realpath "/proc/$id/exe" 2> /dev/null)" = "$program" ] &&
            [ "$(realpath "/proc/$id/cwd" 2> /dev/null)" = "$(pwd -P)" ]; then echo "$id"; fi
    done
}

# Four tasks that have written some trials are held, so that none ends before its harm.
shards=() processes=()
while [ ${#shards[@]} -lt 4 ]; do
    in_time 'no four tasks to be harmed'
    for shard in $(seq "$tasks"); do
        file=$results/trials-$shard-of-$tasks.csv
        case " ${shards[*]} " in *" $shard "*) continue ;; esac
        if [ ${#shards[@]} -lt 4 ] && [ -f "$file" ] && [ "$(wc -l < "$file")" -gt 20 ]; then
            id=$(process "$shard")
            if [ "$id" ] && kill -STOP "$id" 2> /dev/null; then
                shards+=("$shard") processes+=("$id")
            fi
        fi
    done
done

name() { echo "${array}_${shards[$1]}"; }
echo "shard ${shards[0]} is cancelled"
scancel "$(name 0)"
echo "shard ${shards[1]} is put back into the queue while it runs"
scontrol requeue "$(name 1)"
echo "shard ${shards[2]} is warned of its time limit"
scancel --batch --signal=USR1 "$(name 2)"
kill -CONT "${processes[2]}"
echo "shard ${shards[3]} is killed, and put back into the queue"
kill -KILL "${processes[3]}"
while squeue --noheader --array --states=R,CG --format=%i | grep -qx "$(name 3)"; do
    in_time 'the killed task does not end'
    sleep 0.1
done
scontrol requeue "$(name 3)"

until [ -f "$results/exponents.csv" ]; do
    in_time 'no end'
    sleep 0.2
done
echo "collected after $((SECONDS - began)) s"

grep -q 'goes back into the queue' "$results/slurm/shard-$(name 2).out" ||
    die 'the warned task did not go back by itself'
grep -h 'trials run' "$results"/slurm/collect-*.out
rows "$results"/trials*.csv > found
cmp expected found || die 'the rows differ'
for table in thresholds.csv exponents.csv; do
    cmp "undisturbed/drill/$table" "$results/$table" || die 'the tables differ'
done
echo 'the same rows and tables, byte for byte'
