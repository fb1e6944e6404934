#!/usr/bin/env bash
# Proves that campaigns lose nothing: runs one on each engine, kills a node in its middle, and holds the merged result to
# that of a run that nothing disturbed. GNU parallel reaches two nodes over ssh; each is a namespace with a network of its
# own. Slurm has two nodes on this machine. All of it stays on this machine.
#
# usage: scripts/prove-campaign.sh [BUILD]
#
# Exit: 0 proved; 1 a result differs, or a node was not lost when it should be; 3 something is missing.
#
# shellcheck disable=SC2317 # expect, wait_for and the trap call functions
set -u
cd "$(dirname "$0")/.." || exit 3
build=$(realpath "${1:-build}")
gate=$build/bytegate
[ "$(id -u)" = 0 ] || { echo 'prove-campaign.sh: nodes in namespaces need root' >&2 && exit 3; }
for one in parallel ssh ip sbatch; do
  command -v $one >/dev/null || { echo "prove-campaign.sh: $one is missing; run: make setup-campaign" >&2 && exit 3; }
done

folder=$(mktemp -d)
started=() # ids of what runs in the background
spaces=()
clean_up() {
  local one
  for one in "$folder"/slurm/*.pid; do [ ! -e "$one" ] || kill "$(cat "$one")"; done 2>/dev/null
  for one in "${started[@]}"; do kill "$one"; done 2>/dev/null
  for one in "${spaces[@]}"; do ip netns pids "$one" | xargs -r kill && ip netns del "$one"; done 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT

failed=0
# expect WHAT COMMAND...
expect() {
  local what=$1
  shift
  if "$@"; then
    echo "ok - $what"
  else
    echo "not ok - $what"
    failed=1
  fi
}

# wait_for COMMAND...: asks until it succeeds; five minutes are for what never comes.
wait_for() {
  local end=$((SECONDS + 300))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    read -rt 0.1 <> <(:)
  done
}

# descendants ID: it, and all processes below it.
descendants() {
  local one
  echo "$1"
  for one in $(pgrep -P "$1"); do descendants "$one"; done
}

# A program that fails in some ways, on many cases.
mkdir "$folder/documents"
cat >"$folder/p" <<'SH'
#!/bin/sh
read -r word number <"$1"
case $word in
crash) kill -SEGV $$ ;;
differ) echo "what $number" ;;
*) echo "$number" ;;
esac
SH
chmod +x "$folder/p"
words=(equal equal equal differ equal equal crash equal equal equal equal)
for i in $(seq 1 3000); do echo "${words[i % 11]} $i" >"$folder/documents/$i"; done
cat >"$folder/s.ini" <<'INI'
[program p]
elf = p
arguments = {file}
runner = native
drive = run
oracle = command
oracle-command = read -r word number; echo "$number"
exit-status = 0
[cases c]
source = folder
path = documents
INI
suite=(--suite "$folder/s.ini" --known "$folder/known" --no-self-audit --no-blame -j 1)
timeless() {
  sed -E -e 's/"duration_ms":[0-9.e-]+/TIME/g' -e 's/duration_ms: [0-9.]+/TIME/' "$1"
}
"$gate" verify "${suite[@]}" -k --tap --json-lines "$folder/whole.lines" >"$folder/whole" 2>/dev/null

# same ENGINE: the result of its campaign is that of the undisturbed run.
same() {
  cmp <(timeless "$folder/whole") <(timeless "$folder/$1.tap") && cmp <(timeless "$folder/whole.lines") <(timeless "$folder/$1.lines")
}

# begin ENGINE OPTION...: a campaign in the background; its id goes to $campaign.
begin() {
  local engine=$1
  shift
  "$gate" campaign verify "${suite[@]}" --shards 4 --engine "$engine" --into "$folder/$engine" --tap \
    --json-lines "$folder/$engine.lines" "$@" >"$folder/$engine.tap" 2>"$folder/$engine.err" &
  campaign=$!
  started+=("$campaign")
}
in_middle() { [ -e "$folder/$1/record.$2" ] && [ ! -e "$folder/$1/done.$2" ] && [ "$(wc -l <"$folder/$1/record.$2")" -gt 20 ]; }
# finish ENGINE
finish() {
  wait "$campaign"
  expect "$1: the exit status is that of the whole" test $? = 1
  expect "$1: a node that was killed lost nothing" same "$1"
  cat "$folder/$1"/record.* | grep -c '"suite"' | { read -r count && expect "$1: each case was run once ($count)" test "$count" = 3000; } || failed=1
  tail -n 3 "$folder/$1.err" | sed 's/^/# /'
}

# ---- GNU parallel, over ssh to two namespaces

mkdir -p "$folder/ssh" /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$folder/ssh/key"
ssh-keygen -q -t ed25519 -N '' -f "$folder/ssh/host"
chmod 600 "$folder"/ssh/*
cat >"$folder/ssh/sshd" <<CONF
HostKey $folder/ssh/host
AuthorizedKeysFile $folder/ssh/key.pub
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
MaxStartups 100
CONF
# A connection is a pipe to a server that stands in the namespace of the node.
cat >"$folder/ssh/client" <<CONF
Host bytegate-n1 bytegate-n2
  ProxyCommand nsenter --net=/run/netns/%h /usr/sbin/sshd -i -f $folder/ssh/sshd
  IdentityFile $folder/ssh/key
  IdentitiesOnly yes
  UserKnownHostsFile $folder/ssh/known
  StrictHostKeyChecking accept-new
  LogLevel ERROR
CONF
for node in bytegate-n1 bytegate-n2; do
  ip netns add $node || exit 3
  spaces+=("$node")
  ip -n $node link set lo up
done
printf '#!/bin/sh\nexec ssh -F %s "$@"\n' "$folder/ssh/client" >"$folder/ssh/ssh"
chmod +x "$folder/ssh/ssh"
PARALLEL_SSH=$folder/ssh/ssh begin parallel --hosts 1/bytegate-n1,1/bytegate-n2
wait_for in_middle parallel 2
expect 'parallel: a shard is in its middle' in_middle parallel 2
for node in bytegate-n1 bytegate-n2; do
  ids=$(ip netns pids $node)
  # shellcheck disable=SC2086 # ids
  [ -z "$ids" ] || ! ps -o args= -p ${ids//$'\n'/,} | grep -q "/job 2\$" || kill -KILL $ids
done
finish parallel
expect 'parallel: the shard was begun again, and went on from its record' grep -q 'results stood in' "$folder/parallel/log.2"
sed 's/^/# /' "$folder/parallel/joblog" | cut -f 1,2,4,7

# ---- Slurm, two nodes

s=$folder/slurm
host=$(hostname -s)
mkdir -p "$s/state" "$s/spool.n1" "$s/spool.n2" /run/munge
chown munge:munge /run/munge
[ -e /etc/munge/munge.key ] || { dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 2>/dev/null && chown munge:munge /etc/munge/munge.key && chmod 400 /etc/munge/munge.key; }
munge -n >/dev/null 2>&1 || {
  runuser -u munge -- /usr/sbin/munged --force
  wait_for test -S /run/munge/munge.socket.2
  started+=("$(pgrep -n -x munged)")
}
cat >"$s/slurm.conf" <<CONF
ClusterName=two
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=10
SlurmctldPort=16817
StateSaveLocation=$s/state
SlurmdSpoolDir=$s/spool.%n
SlurmctldPidFile=$s/slurmctld.pid
SlurmdPidFile=$s/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
SlurmctldTimeout=10
SlurmdTimeout=10
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17001 CPUs=1 RealMemory=500
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17002 CPUs=1 RealMemory=500
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$s/slurm.conf
slurmctld -f "$s/slurm.conf" -L "$s/slurmctld.log"
for node in n1 n2; do slurmd -f "$s/slurm.conf" -N $node -L "$s/$node.log"; done
both_idle() { [ "$(sinfo -h -o '%T %D' 2>/dev/null)" = 'idle 2' ]; }
wait_for both_idle || { sinfo; tail -n 5 "$s"/*.log; exit 3; }
begin slurm
on_n2() { task=$(squeue -h -r -w n2 -t R -o '%K %A') && [ -n "$task" ] && in_middle slurm "${task% *}"; }
wait_for on_n2
expect 'slurm: a shard on the second node is in its middle' on_n2
steps=$(pgrep -f "slurmstepd: \[${task#* }\.")
# shellcheck disable=SC2046 # ids
kill -KILL "$(cat "$s/slurmd.n2.pid")" $(for one in $steps; do descendants "$one"; done)
rm -f "$s/slurmd.n2.pid"
finish slurm
expect 'slurm: the shard was queued again' grep -Eiq "requeue .*due to failure of node n2" "$s/slurmctld.log"
grep -Ei 'requeu' "$s/slurmctld.log" | head -n 3 | sed 's/^/# /'

exit $failed
# SPDX-License-Identifier: MIT
