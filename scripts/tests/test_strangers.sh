#!/usr/bin/env bash
# The language of suites as a stranger uses it: programs that nobody here wrote, in a folder whose path has blanks and
# quotation marks, with a relative suite file. What is filtered, written to files or left in a folder is held to the
# oracle, and what would hide a difference is refused.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh harness/tests/strangers gate:verify+coverage
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
odd="o'dd \"x y"
mkdir "$odd" "$odd/in" && cd "$odd" || exit 1
printf 'one\ntwo\n' >in/a.txt
printf '3\n' >in/b.txt

# program NAME LINE...: a script of sh.
program() {
  printf '%s\n' '#!/bin/sh' "${@:2}" >"$1"
  chmod +x "$1"
}

# suite LINE...: the suite file s.ini.
suite() { printf '%s\n' "$@" >s.ini; }
texts=('[cases c]' 'source = folder' 'path = in')

# verify NAME STATUS TEXT [OPTION...]: the suite gives STATUS, and its report holds TEXT.
verify() {
  run "$gate" verify -k --no-self-audit --no-blame --text -v --suite s.ini "${@:4}"
  expect_status "$1" "$2"
  expect_text "$1: it says so" "$3" "$folder/out"
}

# ---- filter -------------------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # sh expands
program stamped 'echo "at $(date +%N)"; cat'
stamped=('[program p]' 'elf = stamped' 'stdin = yes' 'oracle = command' 'oracle-command = echo at 0; cat')
suite "${stamped[@]}" "${texts[@]}"
verify 'without a filter what changes diverges' 1 'DIVERGED s/c/a.txt'
suite "${stamped[@]}" "filter = sed 's/^at [0-9]*/at T/'" "${texts[@]}"
verify 'a filter lets it pass' 0 'EQUAL s/c/a.txt'
expect_text 'and its changes are counted' \
  "filter: s p native: sed 's/^at [0-9]*/at T/': changed 4 bytes of what was expected and" "$folder/out"
for format in tap json-lines junit sarif html github; do
  case $format in
  tap | github) run "$gate" verify --no-self-audit "--$format" --suite s.ini && mv "$folder/out" "$folder/report" ;;
  *) run "$gate" verify --no-self-audit --suite s.ini "--$format=$folder/report" ;;
  esac
  expect_text "$format names the filter" 'at T/' "$folder/report"
done
program stamped 'echo "at 1"; tr t T'
verify 'a filter does not hide what it leaves' 1 'stdout byte 9 is 0x54, expected 0x74'
expect_text 'and the explanation names it' '  filter    sed' "$folder/out"
program stamped 'echo "at 1"; cat'
suite "${stamped[@]}" 'filter = sed s/^at/AT/; exit 3' "${texts[@]}"
verify 'a filter that fails is a fault' 3 'ORACLE FAULT s/c/a.txt p native: on what was expected, the filter ended with exit status 3'
suite "${stamped[@]}" 'filter = if grep -q "at 1"; then exit 4; else echo x; fi' "${texts[@]}"
verify 'a filter that fails on what came is a fault' 3 'RUNNER FAULT s/c/a.txt p native: on what came, the filter ended with exit status 4'
suite "${stamped[@]}" 'filter = true' "${texts[@]}"
verify 'a filter that leaves nothing is refused' 3 'the filter left nothing of either side'
suite "${stamped[@]}" 'filter = sed s/at/{suite}/ | cat "{suite}"/in/b.txt -' "${texts[@]}"
verify 'placeholders of a filter are quoted for its shell' 3 'sed'
suite "${stamped[@]}" 'filter = sed s/^at.*// | cat "{suite}"/in/b.txt - {suite}/in/{name}.txt' "${texts[@]}"
verify 'and it finds files by them' 0 'EQUAL s/c/b.txt'

# ---- where the output is --------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # sh expands
program writer 'tr a-z A-Z <"$1" >"$2"; echo noise'
writer=('[program p]' 'elf = writer' 'oracle = command' 'oracle-command = tr a-z A-Z')
suite "${writer[@]}" 'arguments = {file} out.bin' 'output = out.bin' "${texts[@]}"
verify 'a file is the output' 0 'EQUAL s/c/a.txt'
suite "${writer[@]}" 'arguments = {file} sub-{name}' 'output = sub-{name}' "${texts[@]}"
verify 'one for each case' 0 'EQUAL s/c/b.txt'
suite "${writer[@]}" 'arguments = {file} other' 'output = out.bin' "${texts[@]}"
verify 'a file that is not written is a verdict of its own' 1 'MISSING s/c/a.txt p native: it did not write the file out.bin'
# shellcheck disable=SC2016 # sh expands
program writer 'ln -s /etc/passwd "$2"'
suite "${writer[@]}" 'arguments = {file} out.bin' 'output = out.bin' "${texts[@]}"
verify 'a link is no file that it wrote' 1 'MISSING s/c/a.txt p native: out.bin is no file that it wrote: it is a link'
# shellcheck disable=SC2016 # sh expands
program writer 'tr a-y A-Y <"$1" >"$2"'
printf 'z\n' >in/z.txt
verify 'a wrong byte in it diverges' 1 'DIVERGED s/c/z.txt p native: output file byte 0 is 0x7a, expected 0x5a'
rm in/z.txt

# shellcheck disable=SC2016 # sh expands
program writer 'cat "$1" >/dev/null; echo noise'
suite '[program p]' 'elf = writer' 'arguments = {file}' 'output = out.bin' 'file = out.bin: ONE\nTWO\n' 'oracle = command' \
  'oracle-command = tr a-z A-Z' "${texts[@]}"
verify 'a file that stood there before was not written' 1 'it did not write the file out.bin, which stood there before'
suite "${writer[@]}" 'file = document.md: x' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_text 'a file is not called as the input is' "'file' has the name of the input" "$folder/err"
suite '[program p]' 'elf = writer' 'oracle = command' 'oracle-command = yes' "${texts[@]}"
verify 'a command that prints without end is a fault' 3 'the oracle command wrote more than 64 MiB: yes'

# ---- what is in the folder ------------------------------------------------------------------------------------------

mkdir -p given/sub
printf 'g\n' >given/sub/g
# shellcheck disable=SC2016 # sh expands
program lister 'find . -type f | LC_ALL=C sort; cat conf "$1" sub/g'
suite '[program p]' 'elf = lister' 'arguments = {file}' 'input-name = {name}.md' 'copy = given' \
  'file = conf: name {name}\n' 'file = deep/er: x' 'oracle = command' \
  "oracle-command = printf './{name}.md\n./conf\n./deep/er\n./sub/g\nname {name}\n'; cat; echo g" "${texts[@]}"
verify 'the input has its own name, and files stand beside it' 0 'EQUAL s/c/a.txt'
# shellcheck disable=SC2016 # sh expands
program arguments 'printf "[%s]" "$@"'
suite '[program p]' 'elf = arguments' "arguments = \"a b\" 'c \"d' e\\ f \"\" \"g\\\"h\" {name}" 'oracle = command' \
  "oracle-command = printf '[a b][c \"d][e f][][g\"h][%s]' {name}" "${texts[@]}"
verify 'arguments have quotation marks as in sh' 0 'EQUAL s/c/a.txt'
program echoing 'cat'
suite '[program p]' 'elf = echoing' 'stdin = given/sub/g' 'oracle = command' 'oracle-command = echo g' "${texts[@]}"
verify 'stdin is a file' 0 'EQUAL s/c/a.txt'
suite '[program p]' 'elf = echoing' 'stdin = nowhere' 'oracle = command' 'oracle-command = echo g' "${texts[@]}"
verify 'that must be there' 3 'stdin = nowhere: '
suite '[program p]' 'elf = echoing' 'stdin = given' 'oracle = command' 'oracle-command = echo g' "${texts[@]}"
verify 'and be a file' 3 'it is no file'
suite '[program p]' 'elf = lister' 'copy = nowhere' 'oracle = command' 'oracle-command = true' "${texts[@]}"
verify 'and so must a folder' 3 'nowhere: No such file or directory'

# ---- trees ----------------------------------------------------------------------------------------------------------

mkdir -p trees/one/d trees/two
printf 'x\n' >trees/one/d/x
printf 'y\n' >trees/two/y
# shellcheck disable=SC2016 # sh expands
program maker 'for f in $(find . -type f); do tr a-z A-Z <$f >$f.up; done; mkdir made; chmod +x made/.; ln -s made l'
folders=('[cases c]' 'source = folders' 'path = trees')
maker=('[program p]' 'elf = maker' 'compare = tree' 'oracle = command')
suite "${maker[@]}" 'oracle-command = {suite}/maker' "${folders[@]}"
verify 'the folder after a run is compared' 0 'EQUAL s/c/two'
suite "${maker[@]}" 'oracle-command = {suite}/maker; rm -f d/x.up' "${folders[@]}"
verify 'a file too many diverges' 1 'DIVERGED s/c/one p native: tree'
suite "${maker[@]}" 'oracle-command = {suite}/maker; printf "Z\n" >y.up' "${folders[@]}"
verify 'and so does a byte in a file' 1 'DIVERGED s/c/two p native: tree byte'
# shellcheck disable=SC2016 # the oracle's shell expands
suite "${maker[@]}" 'oracle-command = {suite}/maker; for f in *.up; do [ ! -f $f ] || chmod +x $f; done' "${folders[@]}"
verify 'and what may be executed' 1 'DIVERGED s/c/two p native: tree byte'
mkdir -p expected/one/d expected/one/made expected/two/made
printf 'x\n' >expected/one/d/x; printf 'X\n' >expected/one/d/x.up; ln -s made expected/one/l
printf 'y\n' >expected/two/y; printf 'Y\n' >expected/two/y.up; ln -s made expected/two/l
suite '[program p]' 'elf = maker' 'compare = tree' 'oracle = expected' "${folders[@]}" 'expected = expected/{name}'
verify 'a folder can be what is expected' 0 'EQUAL s/c/one'
ln -sfn d expected/two/l
verify 'with its links' 1 'DIVERGED s/c/two p native: tree byte'
printf 'file f content=a\\x20b\\n\n' >tree
suite '[program p]' 'elf = /bin/cat' 'arguments = f' 'oracle = command' 'oracle-command = echo a b' \
  '[cases c]' 'source = documents' 'path = tree'
mkdir t && mv tree t/
suite '[program p]' 'elf = /bin/cat' 'arguments = f' 'oracle = command' 'oracle-command = echo a b' \
  '[cases c]' 'source = trees' 'path = t'
verify 'files of a tree have contents' 0 'EQUAL s/c/tree'

# ---- servers --------------------------------------------------------------------------------------------------------

cc -D_GNU_SOURCE -o keeper "$root/harness/tests/strangers/keeper.c" || exit 1
served=('[program p]' 'elf = keeper' 'drive = http' 'ready = port' 'obeys-sigterm = no' 'oracle = command'
  'deadline = 2')
keeper=("${served[@]}" 'arguments = {port} {folder}' 'url-path = /document.md' 'oracle-command = cat')
suite "${keeper[@]}" "${texts[@]}"
verify 'a server that keeps its connection is asked once' 0 'EQUAL s/c/a.txt'
suite "${keeper[@]}" 'connection = keep-alive' 'requests = 5' "${texts[@]}"
verify 'and five times on one connection' 0 'EQUAL s/c/a.txt'
suite "${keeper[@]}" 'connection = close' "${texts[@]}"
verify 'and to close it' 0 'EQUAL s/c/a.txt'
suite "${served[@]}" 'arguments = {port} {folder} forgets' 'url-path = /document.md' 'oracle-command = cat' \
  'connection = keep-alive' "${texts[@]}"
verify 'one that closes it silently diverges' 1 \
  "it closed the connection after answer 1 of 2, and 'connection = keep-alive'"
suite "${served[@]}" 'arguments = {port} {folder} closes' 'url-path = /document.md' 'oracle-command = cat' \
  'connection = keep-alive' "${texts[@]}"
verify 'and so does one that says so' 1 "it says that it closes, and 'connection = keep-alive'"
suite "${served[@]}" 'arguments = {port} {folder}' 'url-path = /document.md' 'oracle-command = cat' \
  'connection = close' 'request-header = Connection: keep-alive' "${texts[@]}"
verify 'one that does not close hangs' 1 'HUNG s/c/a.txt p_'
expect_text 'for that' 'did not close its connection within 2 s' "$folder/out"

suite "${served[@]}" 'arguments = {port} {folder}' 'server = fresh' 'file = {name}.conf: x' 'url-path = /{name}.conf' \
  'oracle-command = printf x' "${texts[@]}"
verify 'a case may have a server of its own' 0 'EQUAL s/c/b.txt'

several=("${served[@]}" 'arguments = {port} {folder}' 'copy = given' 'url-path = /document.md' 'url-path = /sub/g'
  'oracle-command = cat {folder}{path}')
suite "${several[@]}" "${texts[@]}"
verify 'several paths are asked for' 0 'EQUAL s/c/a.txt'
suite "${several[@]}" 'connection = keep-alive' "${texts[@]}"
verify 'on one connection too' 0 'EQUAL s/c/a.txt'
printf 'blank\n' >'given/a b'
suite "${served[@]}" 'arguments = {port} {folder}' 'url-path = /a b' 'method = PUT' 'status-line = HTTP/1.1 201 Created' \
  'oracle-command = printf "PUT %s: " {target}' "${texts[@]}"
verify 'a path is sent with what no request line holds encoded' 0 'EQUAL s/c/a.txt'
suite "${served[@]}" 'arguments = {port} {folder}' 'url-path = /a b' 'method = PUT' 'status-line = HTTP/1.1 201 Created' \
  'oracle-command = printf "PUT %s: " {path}' "${texts[@]}"
verify '... which the path as it stands is not' 1 'DIVERGED s/c/a.txt'
suite "${several[@]:0:${#several[@]}-1}" 'oracle-command = cat' "${texts[@]}"
verify 'and each is compared' 1 '(request 2 of 2: GET /sub/g)'

posted=("${served[@]}" 'arguments = {port} {folder}' 'method = PUT' 'status-line = HTTP/1.1 201 Created'
  'url-path = /{name}')
suite "${posted[@]}" 'request-body = input' 'request-header = X-Send: {name}-x' 'header = X-Sent: {name}-x' \
  'header = Content-Length: {length}' 'ignore-header = date, SERVER' \
  'oracle-command = printf "PUT /%s: " {name}; cat' "${texts[@]}"
verify 'a method, headers and a body are sent' 0 'EQUAL s/c/a.txt'
suite "${posted[@]}" 'request-body = given/sub/g' 'oracle-command = printf "PUT /%s: g\n" {name}' "${texts[@]}"
verify 'a body of a file' 0 'EQUAL s/c/a.txt'
suite "${posted[@]}" 'request-body = nowhere' 'oracle-command = true' "${texts[@]}"
verify 'which must be there' 3 'request-body = nowhere: '
mkdir blank && printf 'x' >'blank/a b.txt'
suite "${posted[@]}" 'request-body = input' 'oracle-command = printf "PUT /a%%20b: "; cat' '[cases c]' 'source = folder' 'path = blank'
verify 'a name in a path is percent-encoded' 0 'EQUAL s/c/a b.txt'
suite "${keeper[@]}" 'method = HEAD' 'header = Server: keeper/*' 'header = Date: *.*' \
  'header = Content-Length: {length}' "${texts[@]}"
verify 'an answer to HEAD has no body' 0 'EQUAL s/c/a.txt'

headers=("${keeper[@]}" 'header = Server: keeper/*')
suite "${headers[@]}" 'header = Date: *' 'header = Content-Length: {length}' "${texts[@]}"
verify 'headers match patterns' 0 'EQUAL s/c/a.txt'
suite "${headers[@]}" 'ignore-header = Date' 'header = Content-Length: {length}' "${texts[@]}"
verify 'or are ignored by name' 0 'EQUAL s/c/a.txt'
suite "${headers[@]}" 'header = Date: x*' 'header = Content-Length: {length}' "${texts[@]}"
verify 'one that does not match diverges' 1 'headers byte'
suite "${headers[@]}" 'header = Content-Length: {length}' "${texts[@]}"
verify 'and so does one too many' 1 'headers byte'
suite "${headers[@]}" 'header = Date: *' 'header = Content-Length: {length}' 'header = X-There: *' "${texts[@]}"
verify 'and one that is not there' 1 'headers byte'
suite "${keeper[@]}" 'header = Server: keeper/\*' 'ignore-header = Date Content-Length' "${texts[@]}"
verify 'an escaped star is a star' 1 'headers byte'

mkdir -p talks
printf '%s\n' '! document hello' '> GET /document.md HTTP/1.1\r\nHost: a\r\n\r\n' \
  '< HTTP/1.1 404 Not Found\r\n' >talks/one
suite "${served[@]:0:5}" 'arguments = {port} {folder}' 'deadline = 2' 'connection = keep-alive' \
  '[cases c]' 'source = conversations' 'path = talks'
verify 'a conversation with a server that keeps its connection ends' 1 'DIVERGED s/c/one'

# ---- runners --------------------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # sh expands
program emu '[ "$1" = -x ] && shift; exec sh "$@"'
# shellcheck disable=SC2016 # sh expands
printf 'printf %%s "$1"\n' >script
chmod +x script
ran=('[program p]' 'elf = script' 'arguments = hello' 'oracle = command' 'oracle-command = printf hello')
suite "${ran[@]}" 'runner = ./emu' "${texts[@]}"
verify 'a command runs the program' 0 'EQUAL s/c/a.txt p command'
expect_text 'and nobody saw that begin' "start not observed: s p: 'runner = ./emu' runs it" "$folder/out"
suite "${ran[@]}" 'runner = "{suite}/emu" -x' "${texts[@]}"
verify 'with words of its own' 0 'EQUAL s/c/a.txt p command'
verify 'which --runner selects' 0 'EQUAL s/c/a.txt p command' --runner command
suite '[program p]' 'elf = script' 'runner = ./emu' 'oracle = command' 'oracle-command = true' "${texts[@]}"
verify 'an exit status alone proves nothing' 3 "RUNNER FAULT s/c/a.txt p command: start not observed: a command of its suite's"
suite "${ran[@]}" 'runner = ./emu' 'exit-status = 1' "${texts[@]}"
verify 'and one that is wrong diverges' 1 'exit status is 0, expected 1'
suite "${ran[@]}" 'runner = nowhere-emu' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_status 'a command that is not there is named' 3
expect_text 'with its key' "nowhere-emu, which 'runner = nowhere-emu' names: it is not on the PATH" "$folder/err"
suite "${ran[@]}" 'runner = native, qemus' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_text 'a runner that is misspelt has a nearest' "unknown runner 'qemus'; did you mean 'qemu'?" "$folder/err"
suite "${ran[@]}" 'runner = ./in' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_text 'a folder is no runner' "which 'runner = ./in' names, is no program" "$folder/err"
printf 'no program\n' >noise && chmod +x noise
suite "${ran[@]}" 'runner = ./noise' "${texts[@]}"
verify 'a runner that cannot be started is a fault of its own' 3 "the kernel would not start the command that 'runner' names"
bytes 7f 45 4c 46 02 01 01 00 00 00 00 00 00 00 00 00 02 00 32 00 01 00 00 00 >itanium
chmod +x itanium
suite '[program p]' 'elf = itanium' 'oracle = command' 'oracle-command = true' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_text 'a machine without a runner is refused by its name' 'Itanium' "$folder/err"
expect_text 'and what helps is named' "'runner = COMMAND' names an emulator of your own" "$folder/err"

# ---- what people live with -------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # sh expands
program upper 'case $1 in *b.txt) cat "$1" ;; *) tr a-z A-Z <"$1" ;; esac'
upper=('[program p]' 'elf = upper' 'arguments = {file}' 'input-name = {name}.txt' 'oracle = command' 'oracle-command = cat')
suite "${upper[@]}" 'xfail = c/a*: it shouts; https://example.org/1' "${texts[@]}"
verify 'what is expected to fail may' 0 'KNOWN s/c/a.txt'
expect_text 'with its reason' 'known: s p: 1 result on 1 runner: it shouts; https://example.org/1' "$folder/out"
for format in tap json-lines junit html github; do
  case $format in
  tap | github) run "$gate" verify -v --no-self-audit "--$format" --suite s.ini && mv "$folder/out" "$folder/report" ;;
  *) run "$gate" verify --no-self-audit --suite s.ini "--$format=$folder/report" ;;
  esac
  expect_text "$format gives the reason" 'https://example.org/1' "$folder/report"
done
suite "${upper[@]}" 'xfail = c/*: it shouts' "${texts[@]}"
verify 'what passes must not be expected to fail' 1 'NO LONGER DIVERGES s/c/b.txt'
suite "${upper[@]}" 'xfail = c/a*: it shouts' 'xfail = d/*: gone' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_status 'a line that speaks of no case is refused' 2
expect_text 'by its text' "'xfail = d/*: gone' speaks of no case that there is" "$folder/err"
# shellcheck disable=SC2016 # no command of this shell
expect_text 'with the command that names cases, and one of them' \
  '(`bytegate list --suite s.ini` names them, without the suite: c/a.txt)' "$folder/err"
run "$gate" list --suite s.ini
expect_status '... which names them' 0
suite "${upper[@]}" 'skip = c/a.txt: too loud' "${texts[@]}"
verify 'what is skipped is not run' 0 'skipped: s p: 1 result on 1 runner: too loud'
expect_text 'and is not counted' 'GREEN: 1 cases' "$folder/out"
awk '$1 == "s" { print $2, $3 }' "$folder/out" >row
expect_bytes '... nor in the table' '1 1\n' row
run "$gate" verify -v --no-self-audit --tap --suite s.ini
expect_text 'TAP has the reason' '# SKIP not run, because their suite skips them: too loud' "$folder/out"
run "$gate" verify --no-self-audit --suite s.ini --case c/a.txt
expect_status 'where all is skipped there is no verdict' 2
expect_text 'and that is said' 'each selected case is skipped by its suite' "$folder/err"
suite "${upper[@]}" 'xfail = c/a.txt' "${texts[@]}"
run "$gate" verify --no-self-audit --suite s.ini
expect_text 'a reason is needed' 'PATTERN: REASON was expected' "$folder/err"

for i in 1 2 3 4 5; do printf 'x%s\n' "$i" >"in/n$i.txt"; done
suite "${upper[@]}" "${texts[@]}"
run "$gate" verify -k --no-self-audit --no-blame --suite s.ini --known=list --update-known
expect_text 'many that diverge alike become one entry' 's/* p native like:stdout:0x58/0x78  # 5 cases, as s/c/n1.txt' list
expect_text 'and others their own' 's/c/a.txt p native stdout@0:' list
verify 'and both are known' 0 'KNOWN s/c/n3.txt' --known=list
# shellcheck disable=SC2016 # sh expands
program upper 'case $1 in *n3.txt) echo y3 ;; *n*) cat "$1" ;; *a.txt) tr a-z A-Z <"$1" ;; *) cat "$1" ;; esac'
verify 'an entry for what diverges alike does not cover another way' 1 'DIVERGED s/c/n3.txt' --known=list
rm in/n*.txt
run "$gate" verify -k --no-self-audit --no-blame --known=list --suites=.
expect_text 'and one that nothing diverges as fails' 'this known divergence names no case' "$folder/out"

# ---- where a suite is called from -----------------------------------------------------------------------------------

program plain 'printf hello'
suite '[program p]' 'elf = plain' 'oracle = command' 'oracle-command = cat plain >/dev/null; printf hello' "${texts[@]}"
verify 'paths are those of the suite file' 0 'EQUAL s/c/a.txt'
cd / || exit 1
run "$gate" verify --no-self-audit --text --suite "..$folder/$odd/s.ini"
expect_status 'from another folder too' 0
cd "$folder/$odd" && suite '[program p]' 'elf = plain' 'url-path = /' 'oracle = expected' "${texts[@]}" 'expected = in/a.txt'
run "$gate" verify --no-self-audit --suite s.ini
expect_status 'a key without effect is refused' 2
expect_text 'by its name' "'url-path' has no effect without 'drive = http'" "$folder/err"
# ---- what gzip has compressed -------------------------------------------------------------------------------------

mkdir packed && printf 'one\n' | gzip -n >packed/a.gz
program unpacks 'gzip -dc document.md'
suite '[program p]' 'elf = unpacks' 'oracle = command' 'oracle-command = echo one' '[cases c]' 'source = folder' \
  'path = packed' 'unpack = no'
verify 'unpack = no: the program gets the file as it is' 0 'EQUAL s/c/a.gz p native'

# ---- placeholders in what is allowed ------------------------------------------------------------------------------

mkdir -p beside && printf 'there\n' >beside/file
# shellcheck disable=SC2016 # sh expands
program reads 'cat "$AT"'
suite '[program p]' 'elf = reads' 'environment = AT={suite}/beside/file' 'allow = path {suite}/beside' 'oracle = command' 'oracle-command = echo there' \
  '[cases c]' 'source = nothing'
verify "'allow' knows {suite}" 0 'EQUAL s/c/run p native'

# ---- another machine's program, of the cross compiler's packages --------------------------------------------------

other=/usr/aarch64-linux-gnu
[ -e $other/lib/libc.so.6 ] || other=/usr/x86_64-linux-gnu
suite '[program c]' "elf = $other/lib/libc.so.6" 'runner = qemu' "environment = QEMU_LD_PREFIX=$other" \
  'oracle = command' "oracle-command = grep -az '^GNU C Library' $other/lib/libc.so.6 | tr -d '\\0'" \
  '[cases c]' 'source = nothing'
verify 'the C library of another machine prints its version' 0 'EQUAL s/c/run c_'
run "$gate" blame --suite s.ini --byte 0
expect_status 'a byte of it is blamed' 0
expect_text '... on a system call of that machine' 'written   by write(1, ...) at ' "$folder/out"
expect_text '... and on the section of its file that holds it' 'laid      as .rodata+0x' "$folder/out"

suite '[program p]' "elf = $build/bytegate" 'runner = both' 'arguments = --version' 'oracle = command' \
  "oracle-command = $build/bytegate --version" '[cases c]' 'source = nothing'
verify 'runner = both: natively' 0 '64-native'
expect_text '... and under qemu' '64-qemu' "$folder/out"

# ---- A server that does not speak HTTP ----------------------------------------------------------------------------

cc -D_GNU_SOURCE -o echoing "$root/harness/tests/strangers/echoing.c" || exit 1
mkdir echoes
printf '%s\n' '# bytes that no HTTP has' '! shut' '> \x00one\xff\n' '>{10000} two' '< \x00one\xff\n' '<{10000} two' >echoes/bytes
suite '[program p]' 'elf = echoing' 'arguments = {port}' 'drive = http' 'ready = port' 'obeys-sigterm = no' \
  '[cases c]' 'source = conversations' 'path = echoes'
verify 'a server of another protocol is held to conversations' 0 'EQUAL s/c/bytes'
sed -i 's/^<{10000} two/<{10000} tow/' echoes/bytes
verify '... and one byte is found' 1 'DIVERGED s/c/bytes'

# ---- A script whose processes write into pipes before one of them writes its output ----------------------------------

# shellcheck disable=SC2016 # sh expands
program piped 'text=$(cat | tr b c); echo "$text" | sed s/tac/tax/'
printf 'one tab\n' >in/b.txt
suite '[program p]' 'elf = piped' 'stdin = yes' 'oracle = command' 'oracle-command = tr b c' "${texts[@]}"
run "$gate" blame b.txt --suite s.ini --case c/b.txt
expect_text 'a wrong byte of a script with pipes is blamed on the process that wrote it' 'written   by write(1, ...) at ' "$folder/out"
expect_text '... and no other' "of $(realpath "$(type -P sed)")" "$folder/out"

# ---- A program whose library stores the byte -----------------------------------------------------------------------------

printf '%s\n' '#include <string.h>' '#include <unistd.h>' 'static char in[64], out[64];' \
  'int main(void) { long n = read(0, in, 64); memmove(out, in, (size_t)n); return write(1, out, (size_t)n) < 0; }' >moves.c
cc -O1 -fno-builtin -o moves moves.c || exit 1
suite '[program p]' 'elf = moves' 'runner = native' 'stdin = yes' 'oracle = command' 'oracle-command = tr a-z A-Z' "${texts[@]}"
run "$gate" blame c/b.txt --suite s.ini
expect_text 'what a library stored is told with its file' '/libc.so.6' "$folder/out"

# ---- A program that calls an address where no code is --------------------------------------------------------------------

# Of what led there, only the instruction that was executed before knows.
printf '%s\n' 'static void (*volatile next)(void);' '__attribute__((noinline)) void turn(void) { next(); next(); }' \
  'int main(void) { turn(); turn(); return 0; }' >turns.c
cc -O1 -o turns turns.c || exit 1
suite '[program p]' 'elf = turns' 'runner = native' 'oracle = command' 'oracle-command = true' '[cases c]' 'source = nothing'
run "$gate" blame --suite s.ini
expect_text 'a crash at no code: the address' 'crashed   at 0x0' "$folder/out"
expect_text '... and the instruction that led there' 'came      from turn+0x' "$folder/out"

# What the kernel moves from file to file is not followed; another byte where the rest begins is no other run.
printf '%s\n' '#include <fcntl.h>' '#include <sys/sendfile.h>' '#include <unistd.h>' \
  'int main(void) { return write(1, "ab", 2) != 2 || sendfile(1, 0, 0, 4) != 4 || write(1, "yz", 2) != 2; }' >gives.c
cc -o gives gives.c || exit 1
suite '[program p]' 'elf = gives' 'runner = native' 'stdin = {suite}/in/b.txt' 'oracle = command' 'oracle-command = printf abOne yz' '[cases c]' 'source = nothing'
run "$gate" blame --suite s.ini
expect_text 'a byte that sendfile moved: it is said' 'the program called sendfile at 0x' "$folder/err"

# ---- A program that has its output elsewhere in its memory in each run -----------------------------------------------------

cat >moving.c <<'END'
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <unistd.h>
static char in[16], room[65536 * 16];
int main(int count, char **words) {
  unsigned place = 0, next;
  int fd = -1;
  if (strcmp(words[1], "getrandom") == 0)
    place = getrandom(&place, sizeof place, 0) == sizeof place ? place : 0;
  else if (strcmp(words[1], "auxv") == 0)
    memcpy(&place, (void *)getauxval(AT_RANDOM), sizeof place);
  else if ((fd = open(words[1], O_RDWR)) < 0 || read(fd, &place, sizeof place) != sizeof place)
    return 2;
  if (count > 2) /* by turns, here or there */
    next = place + 1, place &= 1, pwrite(fd, &next, sizeof next, 0);
  char *out = room + place % 65536 * 16;
  long got = read(0, in, sizeof in);
  for (long i = 0; i < got; i++)
    out[i] = in[i] == 'b' ? 'c' : in[i];
  return write(1, out, (size_t)got) < 0;
}
END
cc -O1 -o moving moving.c || exit 1
printf 'abcd' >turn
for chance in getrandom auxv /dev/urandom '{suite}/turn by-turns'; do
  suite '[program p]' 'elf = moving' 'runner = native' "arguments = $chance" 'confine = no' 'stdin = yes' 'oracle = command' \
    'oracle-command = cat' "${texts[@]}"
  run "$gate" blame c/b.txt --suite s.ini
  expect_text "a place that $chance decides: the store is found" 'stored    by main+0x' "$folder/out"
done

# ---- A program with more code than a map is made of unasked --------------------------------------------------------------

printf '%s\n' '__asm__(".text\n.fill 0x1100000, 1, 0x90\n");' 'int main(void) { return 0; }' >large.c
cc -o large large.c || exit 1
suite '[program p]' 'elf = large' 'runner = native' 'oracle = command' 'oracle-command = true' '[cases c]' 'source = nothing'
run "$gate" coverage --suite s.ini
expect_text 'a large program: what makes its map is told' "large >" "$folder/err"
expect_text '... and why it is not there' 'it has 17 MiB of code' "$folder/err"
rm large

# ---- A narrow terminal ------------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # sh expands
program narrow 'printf "%s" "0123456789abcdefghijklmnopqrstuvwxyz"'
suite '[program p]' 'elf = narrow' 'oracle = command' 'oracle-command = printf %s 0123456789abcdefghIjklmnopqrstuvwxyz' '[cases c]' 'source = nothing'
for columns in 60 120; do
  script -qec "stty cols $columns; '$gate' verify --no-self-audit --no-blame --suite s.ini" typescript >screen.txt
  grep -a '^ *expected  0000' screen.txt | tr -d '\r' | sort -u >"rows.$columns"
done
expect_bytes 'on a narrow terminal a row of hex has 8 bytes' '  expected  00000010  67 68[49]6a 6b 6c 6d 6e  |ghIjklmn|\n' rows.60
expect_bytes '... and else 16' '  expected  00000010  67 68[49]6a 6b 6c 6d 6e 6f 70 71 72 73 74 75 76  |ghIjklmnopqrstuv|\n' rows.120

run "$gate" verify s.ini
expect_text 'a suite file without its option is told the option' '--suite s.ini' "$folder/err"
run "$gate" verify --suite nosuch.ini
expect_text 'where there is no suite file, what writes one is named' 'bytegate init PROGRAM' "$folder/err"
run "$gate" verify --no-self-audit --suite s.ini --case nosuch
expect_status 'no case is selected: 2' 2
expect_text '... and the next command is named' 'bytegate list --suite s.ini' "$folder/err"

done_testing
# SPDX-License-Identifier: MIT
