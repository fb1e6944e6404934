#!/usr/bin/env bash
# fixtures/howto.md: its commands, run one after another in a blank folder, print what it says.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh fixtures/howto.md AGENTS.md fixtures/schemas gate:accept+check+coverage+doctor+explain+init+loaders+map+mutate+new+reduce build/new
source "$(dirname "$0")/tap.sh"
unset CI # bytegate accept is for people who look at what it takes
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

if [ "$(machine_here)" != x64 ]; then
  echo 'ok 1 # SKIP the program of the text is for x86-64'
  echo 1..1
  exit 0
fi
mkdir bin blank blocks
ln -s "$build/bytegate" bin/bytegate
export PATH=$folder/bin:$PATH NO_COLOR=1

# Each block of commands, and of what they print, into a file: 01.sh, 01.text, 02.sh ...
awk '/^```sh$/ { count++; kind = "sh"; next } /^```text$/ { kind = "text"; next } /^```$/ { kind = ""; next }
  kind { printf "%s\n", $0 >sprintf("blocks/%02d.%s", count, kind) }' "$root/fixtures/howto.md"
run test "$(find blocks -name '*.sh' | wc -l)" -ge 7 -a "$(find blocks -name '*.text' | wc -l)" -ge 6
expect_status 'the text has its commands' 0
cd blank || exit 1
for block in ../blocks/*.sh; do
  name=${block##*/}
  run bash "$block"
  cat "$folder/out" "$folder/err" >"$folder/said"
  text=${block%.sh}.text
  if [ ! -e "$text" ]; then
    expect_status "$name: is done" 0
    continue
  fi
  while IFS= read -r line; do
    expect_text "$name: prints '$line'" "$line" "$folder/said"
  done <"$text"
done

# The commands that the text names and does not run are there.
while read -r command; do
  run grep -c "^$command\$" <(bytegate complete -- '')
  expect_status "bytegate $command is there" 0
done < <(grep -oh '`bytegate [a-z][a-z]*' "$root/fixtures/howto.md" "$root/AGENTS.md" | sed 's/.*bytegate //' | sort -u)

# The commands of AGENTS.md, each run with the program of the text, which is wrong again. `... --json` prints JSON that its
# schema knows.
cp upper.hex wrong.hex
sed -i 's/^3c 19 /3c 18 /' wrong.hex
sed 's/#.*//' wrong.hex | xxd -r -p >upper
cp upper tool
# shellcheck disable=SC2016 # no command of this shell
sed '/^## In this repository/,$d' "$root/AGENTS.md" | tr '\n' ' ' | grep -o '`bytegate [^`]*`' | tr -d '`' |
  sed 's/PROGRAM -- ARGUMENT\.\.\./--overwrite .\/tool/; s/PROGRAM\.ini/tool.ini/; s/FILE\.ini/upper.ini/
       s/CASE/texts\/zebra/; s/NAME/made/; s/ELF/upper/' >commands
run test "$(wc -l <commands)" -ge 11
expect_status 'AGENTS.md has its commands' 0
while IFS= read -r command; do
  wanted=0
  case $command in *verify* | *reduce* | *blame*) wanted=1 ;; esac
  run bash -c "$command"
  expect_status "$command" "$wanted"
  case $command in *--json*) ;; *) continue ;; esac
  cp "$folder/out" value.json
  name=${command#bytegate }
  run jsonschema --base-uri "file://$root/fixtures/schemas/" -i value.json "$root/fixtures/schemas/${name%% *}.json"
  expect_status '... prints what its schema says' 0
done <commands

done_testing
# SPDX-License-Identifier: MIT
