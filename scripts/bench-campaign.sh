#!/usr/bin/env bash
# How a campaign grows: in programs, in cases and in memory by measurement here; in shards and nodes by the plan that a
# campaign would make. Processor time, not the clock, since this machine may be busy; each row is the least of three runs.
#
# usage: scripts/bench-campaign.sh BUILD
set -eu
build=$(realpath "$1")
gate=$build/bytegate
bench=$build/bench/bench_campaign
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# suite PROGRAMS CASES: the file of one.
suite() {
  for i in $(seq "$1"); do
    printf '[program p%d]\nelf = %s\nrunner = native\ndrive = run\noracle = command\noracle-command = true\nexit-status = 42\n' \
      "$i" "$build/elf/tiny-exit-both_x64"
  done >"$folder/s$1-$2.ini"
  printf '[cases c]\nsource = random\ncount = %d\n' "$2" >>"$folder/s$1-$2.ini"
  printf '%s' "$folder/s$1-$2.ini"
}

# cost COMMAND...: seconds and KB, of the quickest of three runs.
cost() { for _ in 1 2 3; do "$bench" cost "$@" 2>/dev/null; done | sort -n | head -n 1; }

echo 'Programs: processor time of verify for each case, 5,000 in all, the oracle and the programs included'
few=''
for count in 10 100 1000 5000; do
  file=$(suite $count $((5000 / count)))
  read -r seconds _ < <(cost "$gate" verify --no-self-audit --no-blame --suite "$file")
  few=${few:-$seconds}
  awk -v n=$count -v s="$seconds" -v f="$few" 'BEGIN { printf "%8d programs %8.3f ms a case, %5.2f times that of 10\n", n, s / 5, s / f }'
done

echo 'Programs: processor time of list alone, which reads the suite and pairs programs and cases'
few=''
for count in 50 500 5000; do
  file=$(suite $count 1)
  read -r seconds _ < <(cost "$gate" list --suite "$file")
  few=${few:-$(awk -v s="$seconds" -v n=$count 'BEGIN { print s / n }')}
  awk -v n=$count -v s="$seconds" 'BEGIN { printf "%8d programs %8.3f ms a program\n", n, 1000 * s / n }'
done

echo 'Memory of the gate for each case'
read -r _ few < <(cost "$gate" list --suite "$(suite 1 20000)")
read -r _ many < <(cost "$gate" list --suite "$(suite 1 120000)")
awk -v a="$few" -v b="$many" 'BEGIN { printf "%8.2f KB a case (100,000 more cases)\n", (b - a) / 100000 }'

# A shard of many plans all, and runs few.
read -r _ few < <("$bench" cost "$gate" verify --no-self-audit --suite "$(suite 1 20000)" --shard 1/10000 --record "$folder/few" --fresh)
read -r _ many < <("$bench" cost "$gate" verify --no-self-audit --suite "$(suite 1 120000)" --shard 1/10000 --record "$folder/many" --fresh)
awk -v a="$few" -v b="$many" 'BEGIN { printf "%8.2f KB a case that is planned\n", (b - a) / 100000 }'

echo 'Plans: seconds, and how much later the last shard ends than the mean'
for shards in 2 16 64 1024; do
  read -r seconds spread < <("$bench" plan 1000000 $shards)
  printf '%8d shards of 1,000,000 cases: %6.2f s, %.4f %%\n' $shards "$seconds" "$spread"
done

echo 'Nodes: how many times as fast as one, by the plan, each shard costing a second besides'
for nodes in 2 4 16 64; do
  printf '%8d nodes, %d shards of 100,000 cases: %6.2f times\n' $nodes $((4 * nodes)) "$("$bench" nodes 100000 $nodes $((4 * nodes)))"
done
# SPDX-License-Identifier: MIT
