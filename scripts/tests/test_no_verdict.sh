#!/usr/bin/env bash
# Where there can be no verdict, there is none: the gate that fails its own audit, a report that cannot be written, a
# command that has nothing to work on. Each ends with a status that no pipeline takes for green.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:verify+self-audit+reduce+list+coverage+loaders
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
cat >same <<'SH'
#!/bin/sh
cat
SH
cat >other <<'SH'
#!/bin/sh
sed s/b/B/
SH
# What it prints depends on every byte of its input.
cat >counts <<'SH'
#!/bin/sh
echo $(($(wc -c) + 1))
SH
chmod +x same other counts
mkdir in
printf 'aaaa\naaab\naaaa\n' >in/text
suite() { printf '%s\n' '[program p]' "elf = $2" 'stdin = yes' 'oracle = command' "oracle-command = $3" '[cases c]' "${@:4}" >"$1.ini"; }
suite green same cat 'source = folder' 'path = in'
suite red other cat 'source = folder' 'path = in'
suite counts counts 'wc -c' 'source = folder' 'path = in'
suite nothing other 'echo b' 'source = nothing'
suite numb counts 'echo 0' 'source = nothing'
verify() { run "$gate" verify --known "$folder/known" --no-blame --suite "$folder/$1.ini" "${@:2}"; }

# ---- A gate that fails its audit ----------------------------------------------------------------------------------------

verify green
expect_status 'the suite is green' 0
# Without a PATH the audit finds none of its filters, and so misses what they would have shown.
for format in --text --tap --json; do
  run env PATH=/nonexistent "$gate" verify --known "$folder/known" --suite "$folder/green.ini" $format
  expect_status "a gate that fails its audit judges nothing, $format" 3
  expect_text '... and says so' 'bytegate: the self-audit missed a planted fault' err
  expect_no_text '... and nothing else' 'GREEN' out
done
run env PATH=/nonexistent "$gate" verify --known "$folder/known" --suite "$folder/green.ini" --junit=j --sarif=s --json-lines=l --html=h
expect_text 'each report says it: JUnit' 'no verdict: the self-audit missed a planted fault' j
expect_text '... SARIF' 'no verdict: the self-audit missed a planted fault' s
expect_text '... JSON' 'no verdict: the self-audit missed a planted fault' l
expect_text '... HTML' 'no verdict: the self-audit missed a planted fault' h
# With one job at a time the audit comes before the cases; with more it runs beside them, and nothing is told before.
for jobs in 1 2; do
  run env PATH=/nonexistent "$gate" verify -v -j "$jobs" --known "$folder/known" --suite "$folder/green.ini" --record=kept$jobs
  expect_status "nothing is judged with -j $jobs" 3
  expect_text '... and that is said' 'no verdict: the self-audit missed a planted fault' out
  expect_no_text '... and no case is told of' 'EQUAL green/' out
  expect_no_text '... nor kept for a later run' '"verdict"' kept$jobs
  run "$gate" verify -v -j "$jobs" --text --known "$folder/known" --suite "$folder/green.ini" --record=whole$jobs
  expect_status "a gate that passes its audit judges with -j $jobs" 0
  expect_text '... its first line is of the audit' 'caught growth none' <(head -n 1 out)
  expect_text '... all that was judged is told' 'EQUAL green/c/text p' out
  expect_text '... and kept' '"verdict":"equal"' whole$jobs
done
run env PATH=/nonexistent "$gate" verify -j 2 --known "$folder/known" --suite "$folder/green.ini" --case none
expect_status 'an audit that fails is told also where no case is selected' 3
run "$gate" verify -j 2 --known "$folder/known" --suite "$folder/green.ini" --case none
expect_status '... which alone is a mistake' 2
# What ends a run while its audit is at work ends both. The audit, or its other half, is a child of the same name that has
# children; the guard has none.
printf '#!/bin/sh\nexec sleep 1000\n' >hangs
chmod +x hangs
suite hangs hangs 'echo b' 'source = nothing'
children_of() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
audit_of() {
  for child in $(children_of "$1"); do
    [ "$(cat "/proc/$child/comm" 2>/dev/null)" != bytegate ] || [ -z "$(children_of "$child")" ] || echo "$child"
  done
}
has_audit() { [ -n "$(audit_of "$1")" ]; }
# An asynchronous command of a script ignores SIGINT; the gate takes it again, as a program on a terminal would.
env --default-signal=INT "$gate" verify -j 2 --known "$folder/known" --suite "$folder/hangs.ini" --junit=j >out 2>err &
asked=$!
wait_until has_audit "$asked"
children=$(children_of "$asked")
kill -INT "$asked"
wait "$asked"
status=$?
expect_status 'an interruption beside the audit ends by its signal' 130
cat out err >both
expect_text '... is a verdict of its own' 'INTERRUPTED: 0 cases, 0 failed' both
expect_text '... in the reports as well' 'errors="1"' j
for child in $children; do
  gone=yes
  [ ! -e "/proc/$child" ] || gone=no
  report $gone '... and leaves no process'
done
# Half of the audit alone is another process's.
"$gate" self-audit >out 2>err &
asked=$!
wait_until has_audit "$asked"
kill -KILL "$(audit_of "$asked" | head -n 1)"
wait "$asked"
status=$?
expect_status 'an audit of which half is lost has failed' 3
cat out err >both
expect_text '... and says so' 'MISSED half of the self-audit: it came to no end' both
env --default-signal=INT "$gate" self-audit >out 2>err &
asked=$!
wait_until has_audit "$asked"
kill -INT "$asked"
wait "$asked"
status=$?
expect_status 'an audit that is interrupted ends by its signal' 130
expect_no_text '... and has missed nothing' 'MISSED' out
run env PATH=/nonexistent "$gate" self-audit
expect_status 'the audit alone fails as well' 3
cat out err >both
expect_text '... with what was missed' 'MISSED ' both
run "$gate" self-audit
expect_status 'and passes where nothing is missed' 0
expect_no_text '... and then nothing is' 'MISSED ' out

# ---- Reports that do not arrive -----------------------------------------------------------------------------------------

verify_to() { "$gate" verify --known "$folder/known" --no-blame --no-self-audit --suite "$folder/$1.ini" "${@:3}" >"$2" 2>"$folder/err" </dev/null; }
verify_to green /dev/full
status=$?
expect_status 'green that cannot be printed is no verdict' 3
expect_text '... for a reason' 'standard output: ' err
verify_to red /dev/full
status=$?
expect_status 'red stays red' 1
for report in --junit --sarif --json-lines --html; do
  verify_to green /dev/null $report=/dev/full
  status=$?
  expect_status "green whose report cannot be written is no verdict, $report" 3
  expect_text '... and the report is named' '/dev/full: No space left on device' err
  verify_to green /dev/null $report="$folder/nowhere/report"
  status=$?
  [ $status -eq 3 ] || [ $status -eq 2 ] && passed=yes || passed=no
  report "$passed" '... nor one in a folder that is not there' "exit status $status"
done
{
  verify_to green /dev/fd/3 -v
  status=$?
} 3> >(exec true)
[ $status -eq 0 ] && passed=yes || passed=no
report "$passed" 'a reader who has seen enough changes no verdict' "exit status $status" "$(cat err)"

# ---- Nothing to work on -------------------------------------------------------------------------------------------------

run "$gate" list --suite "$folder/green.ini" --case 'c/none*'
expect_status 'a list of nothing' 2
expect_text '... says so' 'no case is selected' err
run "$gate" list --suite "$folder/green.ini"
expect_status 'a list of something' 0
expect_no_text '... does not' 'no case is selected' err
verify green --case 'c/none*'
expect_status 'a run of nothing is not green' 2
reduce() { run "$gate" reduce --known "$folder/known" --suite "$folder/$1.ini" "${@:2}"; }
reduce green
expect_status 'where nothing fails there is nothing to reduce' 0
expect_text '... which is said' 'no selected case fails, so there is nothing to reduce' out
reduce green --json
expect_text '... in JSON, too' '"note": "no selected case fails' out
reduce green --case 'c/none*'
expect_status 'nor where nothing runs' 2
reduce nothing
expect_status 'a case without an input cannot be smaller' 2
expect_text '... which is said' 'has no input, so nothing can be smaller' err
reduce red --out smaller
expect_status 'what is reduced still fails' 1
expect_bytes '... and is as small as can be' 'b' smaller
expect_text '... which is said' 'reduced from 15 to 1 bytes' out
expect_no_text '... in the same way' 'with the same verdict in the same part' out
reduce counts --out smaller --any
expect_status 'what fails with any bytes' 1
expect_text '... is told apart' 'with the same verdict in the same part; the bytes may be others' out
rm smaller
reduce counts --out smaller
expect_text 'where nothing smaller fails alike, that is told' \
  'with the same verdict in the same part, but with other bytes: nothing smaller fails with the same' out

# Of two programs one is not there: nothing is measured of the other either.
printf '%s\n' '[program a]' 'elf = /nonexistent/a_x64' 'arch = x64' 'stdin = yes' 'oracle = command' 'oracle-command = cat' \
  '[cases c]' 'source = folder' 'path = in' >missing.ini
run "$gate" coverage --suite ./missing.ini
expect_status 'no coverage of a program that is not there' 3
expect_text '... which is named, with the remedy' "/nonexistent/a_x64: No such file or directory ('elf' of its suite names it" err
expect_bytes '... and nothing is printed' '' out
run "$gate" coverage --suite ./green.ini
expect_status 'nor of a script' 3
expect_text '... which is said' 'no case of an ELF program is selected' err

run "$gate" loaders moon
expect_status 'a loader that there is not is a mistake' 2
expect_text '... which is named, with those that there are' 'no loader "moon"; there are native, qemu and kernel' err

# ---- Colours ------------------------------------------------------------------------------------------------------------

escape=$(printf '\033')
colours() { # NAME WANTED VARIABLE...
  run env -u NO_COLOR -u CLICOLOR_FORCE "${@:3}" "$gate" verify --known "$folder/known" --no-blame --no-self-audit --suite "$folder/red.ini" --text
  grep -q "$escape" out && got=yes || got=no
  [ "$got" = "$2" ] && passed=yes || passed=no
  report "$passed" "$1"
}
colours 'no colours in a file' no A=1
colours 'unless they are forced' yes CLICOLOR_FORCE=1
colours '... which 0 does not' no CLICOLOR_FORCE=0
colours '... nor nothing' no CLICOLOR_FORCE=
colours 'who wants none gets none' no CLICOLOR_FORCE=1 NO_COLOR=1
colours '... unless that is empty' yes CLICOLOR_FORCE=1 NO_COLOR=
done_testing
# SPDX-License-Identifier: MIT
