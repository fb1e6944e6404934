#!/usr/bin/env bash
# The bytegate command as its user meets it: exit statuses, mistakes answered, faults in real programs named, nothing
# left behind, and the worked example of fixtures/README.md.
# shellcheck disable=SC2016 # scripts that expand later, and quoted remedies
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate elf fixtures
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
export TMPDIR=$folder/tmp
mkdir tmp empty
suites=$root/fixtures/suites

# gate_run ARGUMENT...: bytegate on the suites of the project.
gate_run() { run "$gate" "$1" --suites "$suites" --known "$folder/known" "${@:2}"; }

# The command line.
run "$gate"
expect_status 'no command: 2' 2
expect_text 'the commands are named' 'verify, report, merge, campaign, list, self-audit, accept, init, new, reduce, coverage, covers, mutate, ledger, blame, bisect, loaders' err
run "$gate" verfy
expect_status 'an unknown command: 2' 2
expect_text 'the nearest command is named' "did you mean 'verify'?" err
run "$gate" verify --nonsense
expect_status 'an unknown option: 2' 2
run "$gate" verify -j 0
expect_status 'no jobs: 2' 2
run "$gate" verify --runner=quemu
expect_status 'an unknown runner: 2' 2
run "$gate" verify spec/001
expect_status 'a word too many: 2' 2
run "$gate" --help
expect_status '--help: 0' 0
expect_text '--help names the exit statuses' 'Exit status: 0 every byte is equal' out

awk 'length > 60' out >wide
expect_bytes '--help is no wider than 60 columns' '' wide
sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p' out >commands
while IFS= read -r command; do
  run "$gate" "$command" --help
  expect_status "$command --help: 0" 0
  expect_text '... shows how it is called' "Usage: bytegate $command [OPTION...]" out
  awk 'length > 79 || / $/' out >wide
  expect_bytes '... has no line that a terminal would break' '' wide
done <commands
"$gate" --help >of-option
run "$gate" help
expect_status 'help: 0' 0
cmp of-option out >differ
expect_bytes 'help prints what --help prints' '' differ
expect_no_text '... with something of each command' null out
run "$gate" help blame
expect_text 'help COMMAND prints the help of the command' 'Usage: bytegate blame [OPTION...]' out
run env MANPAGER=cat script -qec "'$gate' manual" typescript
expect_no_text 'on a terminal the manual is formatted' '.SH NAME' out
expect_text '... and is there' 'BYTEGATE(1)' out
run "$gate" manual
expect_text 'elsewhere it is the page itself' '.SH NAME' out
run "$gate" blame --help
expect_text 'the help of a command has its options' '      --byte=N            Blame byte N' out
expect_no_text '... and no others' '--lcov' out
for words in 'verify --lcov x:coverage' 'coverage --junit x:verify, report' 'list -j 2:verify, report' 'verify --elf:bisect' \
  'reduce --github:verify, report' 'loaders -c x:verify, report' 'liveness --known x:verify, report' \
  'machines -p x:verify, report' 'blame --out x:report, init, reduce' 'list --fresh:verify, report, campaign, coverage, covers, mutate' 'verify --unexplained:campaign, mutate'; do
  # shellcheck disable=SC2086 # words
  run "$gate" ${words%%:*}
  expect_status "${words%%:*}, which reads no such option: 2" 2
  expect_text "${words%%:*}: whose it is" "; it is for ${words#*:}" err
done
run "$gate" covers
expect_status 'covers of nothing: 2' 2
run "$gate" bisect --elf "$gate"
expect_status 'bisect --elf of one build: 2' 2
(cd "$root" && "$gate" loaders --build "$build" -p 'hello_*' native) >out
expect_bytes 'loaders runs the programs that are named, and says in a line that all is well' \
  '2 programs, 1 attempts, 0 not as declared\n' out
(cd "$root" && "$gate" loaders -v --build "$build" -p 'tiny-*-qemu_*') >out
expect_text 'loaders -v prints its table' 'tiny-hello-qemu_x64            89  ' out
awk 'length > 80' out >wide
expect_bytes '... which is narrow' '' wide
(cd "$root" && "$gate" loaders --build "$build" -p nobody) >out 2>&1
expect_text 'loaders: no such program' 'matches --program' out

# Mistakes and lacks that are easily met.
"$gate" --help >/dev/full 2>err
status=$?
expect_status '--help on a full disk: 3' 3
expect_text '--help on a full disk: is said' 'standard output: No space left on device' err
(cd tmp && TMPDIR=. "$gate" verify --suites "$suites" --known "$folder/known" --suite hello --no-self-audit) >out 2>err
status=$?
expect_status 'a relative TMPDIR: 0' 0
mkfifo pipe
for file in pipe /dev/zero; do
  printf '[program p]\nelf = /bin/cat\n[cases c]\nsource = documents\npath = %s\n' "$file" >endless.ini
  run "$gate" verify --suite ./endless.ini
  expect_status "path = $file: 2" 2
  expect_text "path = $file: is said" 'it is no file, but a device, a pipe or the like' err
done

# Limits, which would end the gate in its middle, or a program in the place of the gate.
for limit in 'f 10' 's 64' 'n 16' 'v 100000' 'd 90000' 't 9'; do
  run bash -c 'eval "ulimit $1" && shift && "$@"' - "-$limit" "$gate" verify --suites "$suites" --suite hello --no-self-audit
  expect_status "ulimit -$limit: 3" 3
  expect_text "ulimit -$limit: is named" 'bytegate: the limit on ' err
  expect_text "ulimit -$limit: with the remedy" "are needed: start it where \`ulimit -${limit% *} unlimited\` holds" err
done
run bash -c 'ulimit -Ss 64 -Sn 16 && "$@"' - "$gate" verify --suites "$suites" --suite hello --no-self-audit
expect_status 'soft limits are no obstacle: 0' 0
run bash -c 'ulimit -f 0 && "$@"' - "$gate" verify --suites "$suites" --suite hello --no-self-audit
expect_status 'ulimit -f 0, where not even the message can be written: 3' 3
if [ "$(id -u)" -eq 0 ]; then
  cp "$gate" gate && chmod go+rx gate "$folder"
  run bash -c 'ulimit -u 5 && exec setpriv --reuid 65534 --clear-groups ./gate verify --suite hello'
  expect_text 'ulimit -u 5 of a user' 'the limit on processes of one user is 5' err
else
  run bash -c 'ulimit -u 5 && exec "$0" verify --suite hello' "$gate"
  expect_text 'ulimit -u 5 of a user' 'the limit on processes of one user is 5' err
fi

# Selections.
gate_run verify --suite markdwon
expect_status 'an unknown suite: 2' 2
expect_text 'the nearest suite is named' "did you mean 'markdown'?" err
gate_run verify --no-self-audit --case no/such/case
expect_status 'no case selected: 2' 2
run "$gate" verify --no-self-audit --suites empty
expect_status 'no suite at all: 2' 2
gate_run list --suite hello
expect_status 'list: 0' 0
expect_text 'list names case, program and runner' "hello/hello/run	hello_arm64	arm64-qemu" out
printf '[program p]\nelf = /bin/cat\nargumets = x\n' >wrong.ini
run "$gate" verify --suite ./wrong.ini
expect_status 'a mistake in a suite file: 2' 2
expect_text 'with its line and the nearest key' "./wrong.ini:3: unknown key in [program] 'argumets'; did you mean 'arguments'?" err
gate_run verify --no-self-audit --suite hello --build empty
expect_status 'programs that are not built: 3' 3
expect_text 'with the remedy' "('elf' names it: build it, " err
printf '[program p]\nelf = /bin/cat\n[cases c]\nsource = spec\npath = /usr/share/not-there/spec.json\n' >lacking.ini
run "$gate" verify --suite ./lacking.ini
expect_status 'a package that is not installed: 3' 3
expect_text 'a package that is not installed: with the remedy' \
  'spec.json: No such file or directory (a Debian package brings it: run `make setup`)' err
for words in list report 'reduce c/x' 'blame c/x' 'bisect c/x' "bisect --elf $build/elf/hello_x64 $build/elf/hello_arm64" coverage \
  'covers hello.c:1' mutate; do
  # shellcheck disable=SC2086 # words
  run "$gate" $words --suite ./lacking.ini
  expect_status "${words%% *} without it: 3" 3
  expect_text "${words%% *} without it: with the remedy" '(a Debian package brings it: run `make setup`)' err
done
sed -i 's|/usr/share/||' lacking.ini
run "$gate" verify --suite ./lacking.ini
expect_status 'a file that the suite file names wrongly: 2' 2

# A verdict whose report does not arrive is none, unless its reader has seen enough.
run bash -c '"$@" >/dev/full' - "$gate" list --suites "$suites"
expect_status 'stdout is full: 3' 3
expect_text 'stdout is full: is said' 'bytegate: standard output: No space left on device' err
run bash -c '"$@" >&-' - "$gate" list --suites "$suites"
expect_status 'stdout is closed: 3' 3
run bash -c '"$@" | head -n 1; exit "${PIPESTATUS[0]}"' - "$gate" verify --no-self-audit --suites "$suites" --suite hello --tap
expect_status 'a reader that has seen enough: 0' 0
gate_run_long() { (cd "$root" && "$gate" verify --build "$build" --suite markdown --runner native --no-self-audit --tap -v); }
export -f gate_run_long
run env root="$root" gate="$gate" build="$build" bash -c 'gate_run_long | head -n 1; exit "${PIPESTATUS[0]}"'
expect_status 'a reader that has seen enough of a long report: 0' 0
for report in junit json-lines sarif; do
  gate_run verify --suite hello --runner native --no-self-audit --$report /dev/full
  expect_status "--$report on a full disk: 3" 3
  expect_text "--$report on a full disk: is said" 'bytegate: /dev/full: No space left on device' err
done

# The gate itself.
run "$gate" self-audit
expect_status 'self-audit: 0' 0
expect_no_text 'self-audit misses nothing' MISSED out
# has_planted PID: whether one of its children is a planted server.
has_planted() {
  local child children
  read -r -a children <"/proc/$1/task/$1/children"
  for child in "${children[@]}"; do
    ! { tr '\0' ' ' <"/proc/$child/cmdline"; } 2>/dev/null | grep -q ' plant ' || return 0
  done
  return 1
}
"$gate" self-audit >out 2>err &
asked=$! # wait_until starts processes of its own
wait_until has_planted "$asked"
kill -TERM "$asked"
wait "$asked"
status=$?
expect_status 'an interrupted self-audit ends by the signal' 143
expect_bytes '... and holds nothing against the gate' '' err
printf 'const char *cmark_version_string(void);\nconst char *cmark_version_string(void) { return "0.31.0"; }\n' >other.c
cc -shared -fPIC -o other.so other.c
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$folder/other.so run "$gate" verify --suites "$suites"
expect_status 'another libcmark: 3' 3
expect_text 'another libcmark is named' 'libcmark is 0.31.0' err

# Faults in a real program. flip TEXT OFFSET: writes the host's server with one bit changed there.
host=$("$gate" machines host | cut -d " " -f 1)
server=markdown-server_$host
mkdir -p flipped/elf
flip() {
  local at byte
  at=$(grep -abo -m1 -e "$1" "$build/elf/$server" | head -n1 | cut -d: -f1)
  [ -n "$at" ] || report no "the program holds '$1'"
  at=$((at + $2))
  byte=$(od -An -tu1 -j "$at" -N 1 "$build/elf/$server")
  cp "$build/elf/$server" flipped/elf/
  # shellcheck disable=SC2059 # the format is the byte
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="flipped/elf/$server" bs=1 seek="$at" conv=notrunc status=none
}
verify_flipped() {
  gate_run verify --suite markdown --program "$server" --runner native --build flipped --case 'spec/0*' \
    --no-self-audit "$@"
}
flip '<blockquote>' 1
verify_flipped --text
expect_status 'a flipped byte of the HTML: 1' 1
expect_text 'it is named' "DIVERGED markdown/spec/006 $server $host-native: body byte 1 is 0x63, expected 0x62" out
expect_text 'so is the Markdown' 'block_quote, line 1 column 1' out
command=$(sed -n 's/^  reproduce //p' out | head -n1)
run sh -c "$command --suites '$suites' --no-self-audit"
expect_status 'the reproducing command reproduces' 1
# The report carries the cause, and the commands that lead on.
cp "$build/elf/$server.map" "$build/elf/$server.sym" flipped/elf/
verify_flipped --text
expect_text 'verify blames the byte itself' '  blame     body byte 1, 0x63 ' out
expect_text '... by its generator' 'generators/markdown/html.c' out
command=$(sed -n 's/^  next      //p' out | head -n1)
run sh -c "$command --suites '$suites'"
expect_text 'the next command blames' "BLAME markdown/spec/006 $server $host-native: body byte 1" out
verify_flipped --tap
expect_text 'so does the report for machines' '  blame     body byte 1, 0x63 ' out
verify_flipped --text --no-blame
expect_no_text '--no-blame leaves it out' '  blame ' out
command=$(sed -n "s|^  or        \\(.*\\) GOOD \\(.*\\)  (GOOD: .*|\\1 $build/elf/$server \\2|p" out | head -n1)
run sh -c "$command --suites '$suites'"
expect_text 'the command for two builds bisects' 'BISECT ' out
# A text of which none comes before that is alike, so that it stands in the packed texts as it is.
flip 'ETag' 0
verify_flipped --text
expect_text 'a flipped byte of a header is named' 'headers byte 97 is 0x44, expected 0x45' out
verify_flipped --tap -j 1
expect_text 'TAP begins with its version' 'TAP version 13' out
expect_text 'TAP names the failure' 'not ok 1 - spec/001' out

# A crash and a hang, planted in the code of the server, are found where they are.
# plant_code ROUTINE HEX...: puts those bytes where the routine begins.
plant_code() {
  local routine=$1 at
  shift
  at=$(awk -F '\t' -v name="$routine" '$3 == "code" && $4 == name { print $1; exit }' \
    "$build/elf/$server.map")
  cp "$build/elf/$server" "$build/elf/$server.map" flipped/elf/
  bytes "$@" | dd of="flipped/elf/$server" bs=1 seek=$((0x$at - 0x400000)) conv=notrunc status=none
}
case $host in
x64) trap='0f 0b' spin='eb fe' ;;
arm64) trap='00 00 20 d4' spin='00 00 00 14' ;;
esac
sed '/^\[cases documents/,$d' "$suites/markdown.ini" >planted.ini
sed 's/^drive = http/&\ndeadline = 0.1/' planted.ini >quick.ini
for runner in native qemu; do
  plant_code markdown_render "$trap"
  run "$gate" verify --suite ./planted.ini --case spec/001 --program "$server" --runner $runner --build flipped --text --no-self-audit
  expect_status "a crash ($runner): 1" 1
  expect_text "a crash ($runner) is a crash" "CRASHED planted/spec/001 $server $host-$runner" out
  expect_text "a crash ($runner) is at its instruction" '  crashed   at markdown_render+0x0 (0x' out
  expect_text "a crash ($runner) is reported with its calls" '            called from answer_request+' out
  plant_code markdown_render "$spin"
  run "$gate" verify --suite ./quick.ini --case spec/001 --program "$server" --runner $runner --build flipped --text --no-self-audit
  expect_text "a hang ($runner) is a hang" "HUNG quick/spec/001 $server $host-$runner" out
  expect_text "a hang ($runner) is where it goes round" '  spins     at markdown_render+0x0 (0x' out
done

# A program that hangs is given up after some hangs, in the cases that a client waits in as well; what fails alike is
# counted as one fault.
mkdir waiting
for number in 1 2 3 4; do
  printf '> GET / HTTP/1.1\\r\\n\n< HTTP/1.1 408 Request Timeout\\r\\n\n' >waiting/patient-$number.http
  printf '> GET / HTTP/1.1\\r\\n\\r\\n\n< HTTP/1.1 200 OK\\r\\n\n' >waiting/plain-$number.http
done
printf '[program p]\nelf = %s\narguments = plant hang {file}\nrunner = native\ndrive = http\ndeadline = 0.2\n' "$gate" >hung.ini
printf 'obeys-sigterm = no\n[cases c]\nsource = conversations\npath = waiting\n' >>hung.ini
run "$gate" verify --suite ./hung.ini --text -k -j 1 --no-self-audit
# The four that wait are asked side by side, the plain ones in turn: how many of these begin before the third hang is seen
# depends on the machine. The last one never does.
not_tried=$(sed -n 's/^\([1-3]\) of the failed cases were not tried.*/\1/p' out)
expect_text 'a hang in one group of cases is a hang in all' "${not_tried:-1 to 3} of the failed cases were not tried" out
expect_text 'hangs are one fault' "$((8 - not_tried)) failures, of $((8 - not_tried)) cases on 1 program, most likely of one cause" out

# A server that dies of a request closes the connection first. That is a crash, however it is asked.
sed -e 's/plant hang/plant crash/' -e 's/^deadline.*/deadline = 20/' hung.ini >crashing.ini
printf 'pattern = plain-*\n' >>crashing.ini
run "$gate" verify --suite ./crashing.ini --text -k -j 1 --no-self-audit
expect_text 'a crash in a conversation is a crash' "  CRASHED crashing/c/plain-1.http p_$host $host-native: ended by signal 11 (Segmentation fault) while it served" out
expect_text '... of one cause' '4 failures, of 4 cases on 1 program, most likely of one cause' out

run "$gate" reduce c/plain-1.http --suite ./crashing.ini
expect_status 'a conversation cannot be reduced: 2' 2
expect_text '... is said' 'only documents can be reduced, and c/plain-1.http is none' err

# A document is reduced, and kept as a case of its suite by the command that reduce prints.
mkdir kept
printf 'one\n\ntwo x three\n\nfour\n' >'kept/a b.md'
printf '[program p]\nelf = /bin/sh\narguments = -c "tr x y"\nrunner = native\nstdin = yes\noracle = command\n' >kept.ini
printf 'oracle-command = cat\n[cases c]\nsource = folder\npath = kept\n' >>kept.ini
run "$gate" reduce 'c/a b.md' --suite ./kept.ini
expect_status 'reduce: 1' 1
expect_bytes 'the smallest document' x reduced.md
sh -c "$(sed -n 's/^  keep *//p' out)"
expect_bytes 'it is kept' x kept/a-b-reduced.md
run "$gate" verify --suite ./kept.ini --case c/a-b-reduced.md --no-self-audit
expect_status 'as a case that fails' 1

# A checksum fails with other bytes on each document; a case without input is none that can be smaller; and a suite
# without a folder of cases is told how to find one.
printf '[program p]\nelf = /bin/sh\narguments = -c "sha256sum; echo"\nrunner = native\nstdin = yes\noracle = command\n' >sum.ini
printf 'oracle-command = md5sum\n[cases c]\nsource = documents\npath = some\npath = none\n' >>sum.ini
seq 100 | head -c 90 >some
: >none
run "$gate" reduce c/some --suite ./sum.ini
expect_status 'reduce of a checksum: 1' 1
expect_text 'it is reduced' 'reduced from 90 to 0 bytes' out
expect_text 'to what fails with other bytes, which is said' '  fails     with the same verdict in the same part, but with other bytes' out
expect_text 'it is kept beside the suite' 'keep      cp reduced.md ./some-reduced.md' out
expect_text 'with the lines that name it' "and add to ./sum.ini the lines '[cases reduced]', 'source = documents', 'path = some-reduced.md'" out
run "$gate" reduce --any c/some --suite ./sum.ini
expect_text 'so it is where any failure will do' 'the bytes may be others' out
run "$gate" reduce c/none --suite ./sum.ini
expect_status 'a case without input cannot be reduced: 2' 2
expect_text '... is said' 'c/none has no input' err

# A process that is left behind is reported once, and its command does it again.
printf '[program p]\nelf = %s\narguments = plant leak {file}\nrunner = native\ndrive = http\noracle = cmark\n' "$gate" >leak.ini
printf '[cases c]\nsource = random\ncount = 3\n' >>leak.ini
run "$gate" verify --suite ./leak.ini --text -k -j 2 --no-self-audit
times=$(grep -c '^LEAKED leak/obeys-sigterm p_' out)
report "$([ "$times" = 1 ] && echo yes || echo no)" 'a leak is reported once' "reported $times times"
command=$(sed -n 's/^  reproduce //p' out | head -n1)
run sh -c "$command --text --no-self-audit"
expect_status 'its command does it again' 1
expect_text 'and says the same' 'LEAKED leak/obeys-sigterm p_' out

# Oracles that can fail.
# asked NAME STATUS TEXT KEY...: a program that prints what the oracle says, and what comes of it.
asked() {
  { printf '[program p]\nelf = /bin/sh\narguments = -c "cat %s/truth"\nrunner = native\noracle = command\n' "$folder"
    printf '%s\n' "${@:4}" '[cases c]' 'source = nothing'; } >asked.ini
  run "$gate" verify --suite ./asked.ini --text --no-self-audit --no-blame --confine off --build "$odd"
  expect_status "$1: $2" "$2"
  expect_text "$1: it is told" "$3" out
}
odd="$folder/it's \$a \"b\" folder"
mkdir "$odd"
printf '#!/bin/sh\necho true\nexit ${1:-0}\n' >"$odd/truth.sh"
chmod +x "$odd/truth.sh"
echo true >truth
asked 'a folder with blanks and quotes' 0 'GREEN: 1 cases' 'oracle-command = {build}/truth.sh'
asked 'the same in quotation marks' 0 'GREEN: 1 cases' 'oracle-command = "{build}/truth.sh"'
asked 'an oracle that is not there' 3 'the oracle command ended with exit status 127 (not found)' 'oracle-command = {build}/nothing'
asked 'an oracle that fails' 3 'the oracle command ended with exit status 2: ' 'oracle-command = {build}/truth.sh 2'
asked 'what an oracle says on its stderr' 3 '; it said: not so\x1B' "oracle-command = printf 'not so\\033\\n' >&2; exit 2"
expect_text '... names its case' ': the oracle command: not so\x1B' err
asked 'an oracle that is to end with 2' 0 'GREEN: 1 cases' 'oracle-command = {build}/truth.sh 2' 'oracle-status = 2'
asked 'and does not' 3 "exit status 1 (and not with its 'oracle-status')" 'oracle-command = {build}/truth.sh 1' 'oracle-status = 2'
asked 'an oracle of what changes meanwhile' 0 'GREEN: 1 cases' \
  "oracle-command = if [ -e $folder/asked ]; then echo true; else : >$folder/asked; echo old; fi"
asked 'an oracle that says another thing each time' 3 'said one thing before the case ran and another after' \
  "oracle-command = echo . >>$folder/times; cat $folder/times"

# The list of known divergences.
flip '<blockquote>' 1
verify_flipped -k --update-known
expect_status 'divergences are red while the list is written' 1
expect_text 'the list names a case' "markdown/spec/006 $server $host-native body@1:" known
verify_flipped -k
expect_status 'known divergences are green' 0

# The list is merged: what a run says nothing about stays, to the byte.
{ printf '# of another suite\n\nhello/hello/none * * crashed # gone?\n'; cat known; printf '# the end\n'; } >list
cp list known
verify_flipped -k --update-known
expect_text 'nothing changed: the entries are counted' "$folder/known: $(grep -c '^[^#]' list) kept, 0 added, 0 removed" err
run cmp list known
expect_status 'a list that holds is not touched' 0
gate_run verify --suite hello --update-known --no-self-audit
run cmp list known
expect_status 'a run of another suite loses no entry' 0
verify_flipped -k --update-known --case spec/007
run cmp list known
expect_status 'a run of one case loses no entry' 0
grep -v 'spec/00[67] ' list >known
verify_flipped --update-known
expect_text 'a run that stopped at a failure says too little' "$folder/known is left as it is: " err
expect_text '... and what goes on' 'because one failed (-k goes on)' err
run cmp known <(grep -v 'spec/00[67] ' list)
expect_status '... and writes nothing' 0
run find . -maxdepth 1 -name 'known.*'
expect_bytes 'nothing is left beside the list' '' out
cp list known

flip '<blockquote>' 2
verify_flipped -k --text
expect_status 'a known divergence that diverges otherwise: 1' 1
expect_text 'the entry is named' 'expects it to diverge as body@1:' out
cp "$build/elf/$server" flipped/elf/
verify_flipped -k --text
expect_status 'a known divergence that is equal now: 1' 1
expect_text 'it is to be removed' 'remove the entry' out
rm -f known

# Reports in files.
flip '<blockquote>' 1
verify_flipped -k --junit junit.xml --json-lines lines.json --sarif sarif.json --github
expect_status 'reports are written' 1
expect_text 'GitHub gets annotations' '::error title=bytegate::DIVERGED markdown/spec/006' out
if command -v xmllint >/dev/null; then
  run xmllint --noout junit.xml
  expect_status 'JUnit is well-formed XML' 0
else
  skip 'JUnit is well-formed XML' 'no xmllint'
fi
expect_text 'JUnit names the failure' 'type="DIVERGED"' junit.xml
expect_text 'JSON lines name the failure' '"verdict":"DIVERGED"' lines.json
expect_text 'SARIF names the byte' '"byteOffset": 1' sarif.json
verify_flipped --junit /nonexistent/junit.xml
expect_status 'a report that cannot be written: 3' 3

# Files may be called anything, and programs give any bytes: each report stays what it is, and its commands do it again.
mkdir hostile
for name in 'a\nb' '\377\376' '\033[31mred' "it's # \\\\ 100%% <a&\"b> [c]" '\357\277\276'; do
  # shellcheck disable=SC2059 # the name is a format
  printf 'x\n' >"hostile/$(printf "$name")"
done
printf '[program p]\nelf = /bin/sh\nrunner = native\noracle = command\noracle-command = cat\n' >hostile.ini
printf 'arguments = -c "printf \\"\\357\\277\\276\\001\\377]]>\\" >&2"\n' >>hostile.ini
printf '[cases c]\nsource = folder\npath = hostile\n' >>hostile.ini
run "$gate" verify --suite ./hostile.ini -k --no-self-audit --junit junit.xml --json-lines lines.json --sarif sarif.json
expect_status 'hostile names and bytes: 1' 1
cp out tap
sed -n 's/.*"uri": "\(.*\)".*/\1/p' sarif.json >uris
lost=no
while IFS= read -r uri; do
  file=$(printf '%bx' "${uri//%/\\x}")
  [ -e "${file%x}" ] || lost=$uri
done <uris
report "$([ -s uris ] && [ "$lost" = no ] && echo yes || echo no)" 'SARIF names files that are there' "$lost"
for file in tap junit.xml lines.json sarif.json; do
  LC_ALL=C grep -q '[[:cntrl:]]' "$file"
  report "$([ $? = 1 ] && iconv -f UTF-8 -t UTF-8 "$file" >/dev/null 2>&1 && echo yes || echo no)" "$file is printable UTF-8"
done
sed -n 's/^ *reproduce //p' tap >commands
while IFS= read -r command; do
  run sh -c "$command --no-self-audit"
  expect_status "does it again: ${command#*--case }" 1
done <commands
run "$gate" verify --suite ./hostile.ini -k --no-self-audit --known hostile-known --update-known
run "$gate" verify --suite ./hostile.ini -k --no-self-audit --known hostile-known
expect_status 'the list of known divergences knows them' 0
if command -v prove >/dev/null; then
  # A consumer of TAP, which reads each subtest as a test of its own.
  sed -n 's/^    //p' tap >subtest
  run prove -v --exec cat subtest
  expect_text 'prove reads the TAP' 'Failed tests:  1-5' out
else
  skip 'prove reads the TAP' 'no prove'
fi

# Colour.
CLICOLOR_FORCE=1 gate_run verify --suite hello --runner native --program "hello_$host" --text --no-self-audit
expect_text 'CLICOLOR_FORCE colours' $'\e[' out
NO_COLOR=1 CLICOLOR_FORCE=1 gate_run verify --suite hello --runner native --program "hello_$host" --text --no-self-audit
expect_no_text 'NO_COLOR does not' $'\e[' out

# On a terminal no table is wider than 60 columns, and the line of progress, which has no end, never wraps.
for columns in 30 40 60 80; do
  script -qec "stty cols $columns; '$gate' verify --suites '$suites' --known '$folder/known' --suite hello --no-self-audit" \
    /dev/null </dev/null | tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' >screen
  sed -n '/^suite /,/^GREEN/p' screen | grep -v GREEN >table
  awk 'length > 60' table >wide
  expect_bytes "a terminal of $columns columns: the table is narrow" '' wide
  expect_text '... and has a line a suite' 'hello                                 3      3      0      0' table
  grep '[0-9] failed\|^[0-9]*%' screen | grep -v GREEN >progress
  awk -v columns=$columns 'length >= columns { print "too long: " $0 } END { if (!NR) print "none" }' progress >wide
  expect_bytes '... and progress fits' '' wide
done

# Nothing is left behind. The program says that it runs by a file, and would then run for ever, whoever else is gone. Its
# argument is the test's own, so that it is found wherever it counts its processes from.
seconds=$((1000000000 + $$))
left() { grep -lxzs "[1]${seconds#1}" /proc/[0-9]*/cmdline | grep -o "[0-9]*"; } # the pattern is not itself such an argument
is_gone() { [ -z "$(left)" ]; }
is_empty() { [ -z "$(ls -A "$1")" ]; }
printf '[program p]\nelf = /bin/sh\nrunner = native\narguments = -c "echo $$ > %s/pid; exec sleep %s"\nallow = write %s\n' "$folder" $seconds "$folder" >hang.ini
printf '[cases c]\nsource = nothing\n' >>hang.ini
for signal in INT TERM KILL; do
  rm -f pid
  # An asynchronous command of a script ignores SIGINT; the gate takes it again, as a program on a terminal would.
  "$gate" verify --suite ./hang.ini --no-self-audit >out 2>err &
  asked=$!
  until [ -s pid ]; do kill -0 "$asked" || break; done
  kill "-$signal" "$asked"
  wait "$asked" 2>/dev/null
  status=$?
  expect_status "ended by SIG$signal" $((128 + $(kill -l "$signal")))
  # After SIGKILL it is the guard that cleans up, a moment later.
  gone=yes
  wait_until is_gone || gone=no
  report $gone "SIG$signal leaves no process"
  for process in $(left); do kill -KILL "$process"; done
done
wait_until is_empty tmp
run ls -A tmp
expect_bytes 'no folder is left' '' out

# The worked example.
mkdir example
cc -o example/capitals "$root/fixtures/example/capitals.c"
run "$gate" verify --suite "$root/fixtures/example/capitals.ini" --build example --no-self-audit
expect_status 'the worked example is green' 0
sed 's/toupper(byte)/(byte == 0 ? 1 : toupper(byte))/' "$root/fixtures/example/capitals.c" >example/wrong.c
cc -o example/capitals example/wrong.c
run "$gate" verify --suite "$root/fixtures/example/capitals.ini" --build example --text --no-self-audit
expect_status 'the worked example with a fault is red' 1
expect_text 'and the byte is named' 'body byte 16 is 0x01, expected 0x00' out

# Completions are scripts of their shells (test_completion.sh runs them); what they offer, --help explains.
run "$gate" --help
cp out help
"$gate" complete -- '' >commands
while IFS= read -r command; do
  expect_text "--help explains $command" "  $command " help
done <commands
run "$gate" completion bash
cp out completion
run bash -n completion
expect_status 'the completion for bash is bash' 0
run "$gate" completion tcsh
expect_status 'no completion for tcsh: 2' 2

done_testing
# SPDX-License-Identifier: MIT
