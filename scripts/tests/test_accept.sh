#!/usr/bin/env bash
# What a person decides and the gate types: `accept` takes an answer as the expected bytes of its case, after showing the
# difference, never in CI, and replaces nothing without being told; `init` writes a first suite file that leads there.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh harness/tests/strangers gate:accept+init
source "$(dirname "$0")/tap.sh"
unset CI

gate=$build/bytegate
odd="o'dd \"x y"
mkdir "$odd" "$odd/in" && cd "$odd" || exit 1
printf 'one\n' >in/a.txt
printf 'two\n' >in/b.txt

# program NAME LINE...: a script of sh.
program() {
  printf '%s\n' '#!/bin/sh' "${@:2}" >"$1"
  chmod +x "$1"
}
suite() { printf '%s\n' "$@" >s.ini; }
accept() { run "$gate" accept --suite s.ini "$@"; }
verify() { run "$gate" verify -k --no-self-audit --no-blame --text -v --suite "$@"; }

# ---- accept -------------------------------------------------------------------------------------------------------

program upper 'tr a-z A-Z'
upper=('[program p]' 'elf = upper' 'stdin = yes' 'oracle = expected' '[cases c]' 'source = folder' 'path = in')
suite "${upper[@]}" 'expected = out/{name}.txt'
verify s.ini
expect_status 'without expected bytes there is no verdict' 2
expect_text 'and what writes them is named' 'bytegate accept' "$folder/err"
accept 'c/a*'
expect_status 'the first answer is accepted' 0
expect_text 'after it was shown' 'ONE' "$folder/out"
expect_text 'and named' 'out/a.txt, 4 bytes' "$folder/out"
expect_bytes 'as it came' 'ONE\n' out/a.txt
[ -e out/b.txt ] && there=no || there=yes
report "$there" 'the case that was not named has none'
run env CI=true "$gate" accept --suite s.ini 'c/b*'
expect_status 'in CI nothing is accepted' 2
expect_text 'for a reason' 'CI is set' "$folder/err"
accept 'c/b*'
verify s.ini
expect_status 'what was accepted holds' 0
program upper 'tr a-y A-Y | sed s/ONE/EINS/'
accept '*'
expect_status 'what is there is kept' 1
expect_text 'until it is told' 'kept      ' "$folder/out"
expect_bytes 'as it was' 'ONE\n' out/a.txt
accept --overwrite 'c/*'
expect_status 'and then replaced' 0
expect_text 'with the difference' '  expected  ONE' "$folder/out"
expect_text 'what is equal stays' '1 accepted, 1 equal already' "$folder/out"
expect_bytes 'by what came' 'EINS\n' out/a.txt

# A folder, from a program that writes files.
mkdir trees
program writes 'mkdir -p made/deep && tr a-z A-Z <document.md >made/deep/up && printf "a\\000b" >bin && ln -s bin link' \
  'printf "#!/bin/sh\\n" >made/run && chmod +x made/run && rm document.md'
suite '[program p]' 'elf = writes' 'compare = tree' 'oracle = expected' '[cases c]' 'source = folder' 'path = in' \
  'expected = trees/{name}'
accept '*'
expect_status 'a tree is accepted as a folder' 0
expect_text '... which is named' 'trees/a, a folder' "$folder/out"
expect_bytes '... with the files' 'ONE\n' trees/a/made/deep/up
expect_bytes '... of any bytes' 'a\000b' trees/a/bin
[ -x trees/a/made/run ] && [ "$(readlink trees/a/link)" = bin ] && there=yes || there=no
report "$there" '... links, and what may be executed'
verify s.ini
expect_status 'and it holds' 0
program writes 'tr a-z A-Z <document.md >up && rm document.md'
accept '*'
expect_status 'a folder that is there is kept' 1
accept --overwrite '*'
expect_status '... or replaced' 0
[ -e trees/a/up ] && [ ! -e trees/a/bin ] && there=yes || there=no
report "$there" '... as a whole'
program writes 'mkfifo p'
accept --overwrite '*'
expect_status 'what a folder cannot hold is refused' 1
expect_text '... with the reason' 'it holds a pipe p, and an expected folder has files, folders and links alone' "$folder/out"
[ -e trees/a/up ] && [ ! -e trees/a.accepted ] && there=yes || there=no
report "$there" '... and changes nothing'
suite "${upper[@]}" 'expected = out/{name}.txt'

# Nothing at all is an answer too, and needs its file.
program silent ': >made'
suite '[program p]' 'elf = silent' 'output = made' 'oracle = expected' '[cases c]' 'source = folder' 'path = in' \
  'expected = none/{name}'
accept '*'
expect_status 'no byte at all is accepted' 0
expect_text '... and counted' '2 accepted, 0 equal already' "$folder/out"
expect_bytes '... as a file' '' none/a
verify s.ini
expect_status '... that leads to a verdict' 0
suite "${upper[@]}" 'expected = out/{name}.txt'
program upper 'kill -SEGV $$'
accept --overwrite 'c/a*'
expect_status 'a crash is no answer' 1
expect_text 'and is refused' 'it did not come to an answer' "$folder/out"
expect_bytes 'so that nothing changes' 'EINS\n' out/a.txt
program upper 'tr a-z A-Z'
suite '[program p]' 'elf = upper' 'stdin = yes' 'oracle = command' 'oracle-command = cat' '[cases c]' 'source = folder' 'path = in'
accept 'c/a*'
expect_text 'an oracle says what is right, and no person' "its oracle says what is right" "$folder/out"
suite "${upper[@]}" 'expected = out/{name}.txt' 'filter = tr A-Z a-z'
sed -i '/^filter/d; s/^stdin/filter = tr A-Z a-z\nstdin/' s.ini
rm out/a.txt
accept 'c/a*'
expect_bytes 'bytes are accepted before the filter' 'ONE\n' out/a.txt
rm out/a.txt
run "$gate" record --suite s.ini 'c/a*'
expect_bytes 'record is another name of it' 'ONE\n' out/a.txt
run "$gate" accept --suite s.ini
expect_status 'a case must be named' 2
# shellcheck disable=SC2016 # sh expands
program other 'tr a-z A-Z; echo other'
suite "${upper[@]:0:4}" '[program q]' 'elf = other' "${upper[@]:2}" 'expected = out/{name}.txt'
accept --overwrite 'c/a*'
expect_status 'two programs that answer otherwise are not both right' 1
expect_text 'and that is said' 'another answer came from p native' "$folder/out"

printf 'one\n' >in/c.txt
printf 'other\n' >in/c.md
program upper 'tr a-z A-Z'
suite "${upper[@]}" 'expected = out/{name}'
accept 'c/c.*'
expect_status 'two inputs whose names differ in the suffix cannot both be held to one file' 1
expect_text '... which is said' 'out/c is the expected file of c/c.md too, which answered otherwise' "$folder/out"
cp in/c.txt in/c.md
accept --overwrite 'c/c.*'
expect_status '... unless they answer alike' 0
rm in/c.* out/c
sed 's/Date: %ld.%09ld/X-Date: %ld.%09ld\\r\\nDate: Sun, 06 Nov 1994 08:49:37 GMT/' "$root/harness/tests/strangers/keeper.c" >keeper.c
cc -D_GNU_SOURCE -o keeper keeper.c || exit 1
mkdir talks
printf '%s\n' '# why' '! document hello' '> PUT /x HTTP/1.1\r\nConnection: close\r\n\r\n' '< HTTP/1.1 200 OK\r\n' \
  '< \r\n' '# after' >talks/one
program steady "cat >/dev/null"
suite '[program p]' 'elf = keeper' 'arguments = {port} {folder}' 'drive = http' 'ready = port' 'obeys-sigterm = no' \
  'runner = native' '[cases c]' 'source = conversations' 'path = talks'
accept --overwrite 'c/one'
expect_status 'a conversation is accepted' 0
expect_text 'in its lines' '< HTTP/1.1 201 Created\r\n' talks/one
expect_text 'with any date where one stands' '< Date: {date}\r\n' talks/one
expect_text 'and no other time' '< X-Date: 1' talks/one
expect_text 'with all the others' '# after' talks/one
expect_no_text 'and without those of before' '200 OK' talks/one
printf '%s\n' '! document hello' '> PUT /x HTTP/1.1\r\nConnection: close\r\n\r\n' >talks/two
accept 'c/two'
expect_status 'one that expects nothing yet is no file to be kept' 0
expect_text 'and is completed' '< HTTP/1.1 201 Created\r\n' talks/two
rm talks/two
verify s.ini
expect_status 'a header that changes diverges' 1
sed -i 's/^runner/ignore-header = x-date, Server\nrunner/' s.ini
verify s.ini
expect_status 'unless it is ignored, be it there or not' 0
accept --overwrite 'c/one'
expect_text 'and what is equal stays' '0 accepted, 1 equal already' "$folder/out"
sed -i 's/201 Created/200 OK/' talks/one
accept --overwrite 'c/one'
expect_no_text 'what is ignored is not written' 'X-Date' talks/one
verify s.ini
expect_status 'and the rest holds' 0

# What stands in the suite file is not accepted as a case.
printf 'hello\n' >in/page.html
refused() { # NAME KEY SUITE-LINE...
  suite '[program p]' 'elf = keeper' 'arguments = {port} {folder}' 'drive = http' 'ready = port' 'runner = native' \
    'oracle = expected' 'url-path = /document.md' "${@:3}" '[cases c]' 'source = documents' 'path = in/page.html' 'expected = in/page.html'
  accept --overwrite '*'
  expect_status "$1 is not accepted" 1
  expect_text '... and the key is named' "$2" "$folder/out"
}
refused 'a status line' "what differs stands in the suite file: 'status-line'" 'status-line = HTTP/1.1 299 Odd' 'obeys-sigterm = no'
refused 'a header' "what differs stands in the suite file: 'header', 'ignore-header'" 'header = X-Odd: 1' 'obeys-sigterm = no'
refused 'how a server stops' "how a server stops is no case: 'exit-status' and 'obeys-sigterm' say what is right" 'exit-status = 77'
expect_bytes 'nothing of it is written' 'hello\n' in/page.html
program upper 'tr a-z A-Z; echo odd >&2'
suite "${upper[@]}" 'expected = out/{name}.txt'
sed -i 's/^stdin/stderr =\nstdin/' s.ini
printf 'ONE\n' >out/a.txt
accept --overwrite 'c/a*'
expect_text 'nor is what is said on stderr' "what differs stands in the suite file: 'stderr'" "$folder/out"
printf '%s\n' '[{"markdown": "a", "html": "b", "example": 1, "section": "S"}]' >spec.json
suite '[program p]' 'elf = upper' 'stdin = yes' 'oracle = expected' '[cases c]' 'source = spec' 'path = spec.json'
accept --overwrite '*'
expect_text 'nor is what a specification has' 'its expected bytes stand in no file of their own' "$folder/out"
rm in/page.html

# ---- init ---------------------------------------------------------------------------------------------------------

# init PROGRAM [OPTION...]
init() { run "$gate" init "$@"; }
program 'my "tr' 'tr a-z A-Z'
init './my "tr'
expect_status 'a filter gets a suite' 0
suite=my--tr.ini
expect_text 'by stdin' 'stdin = yes' "$suite"
[ "$(grep -c '^# [a-z-]* =' "$suite")" -gt 40 ] && many=yes || many=no
report "$many" 'with every key'
run "$gate" accept --suite "$suite" '*'
expect_status 'which leads to accept' 0
verify "$suite"
expect_status 'and that to a verdict' 0
init './my "tr'
expect_status 'it is not overwritten' 2
expect_text 'unless it is told' '--overwrite replaces it' "$folder/err"
init --overwrite './my "tr' -o other.ini
expect_status 'another file can be named' 0
# shellcheck disable=SC2016 # sh expands
program reader 'rev "$1"'
init reader
expect_text 'a program that reads its input by name' 'arguments = {file}' reader.ini
program teller 'echo fixed; exit 3'
init teller
expect_text 'one that takes none' 'source = nothing' teller.ini
expect_text 'and ends otherwise' 'exit-status = 3' teller.ini
run "$gate" accept --suite teller.ini '*'
verify teller.ini
expect_status 'gets a verdict too' 0
# shellcheck disable=SC2016 # sh expands
printf '#!/bin/sh\n[ $# -gt 0 ] || exit 9\nexec "${0%%/*}/keeper" "$1" .\n' >serves
chmod +x serves
init serves
expect_status 'a server gets a suite' 0
expect_text 'as a server' 'drive = http' serves.ini
expect_text 'that is told its port' 'arguments = {port}' serves.ini
init --overwrite --confine=off teller
expect_text 'what ran without a cell is to run so' 'confine = no' teller.ini
# What is written to files is what is compared.
# shellcheck disable=SC2016 # sh expands
program copies 'tr a-z A-Z <"$1" >copy'
init copies -- '{file}'
expect_text 'a file that it writes is the output' 'output = copy' copies.ini
# shellcheck disable=SC2016 # sh expands
program mends 'sed -i s/o/0/ "$1"'
init mends
expect_text 'so is its input, where it changes that' 'output = document.md' mends.ini
program many 'echo 1 >a; echo 2 >b'
init many
expect_text 'of several, all that is left' 'compare = tree' many.ini
for one in copies mends many; do
  run "$gate" accept --suite $one.ini '*'
  verify $one.ini
  expect_status "... which holds it: $one" 0
done
# shellcheck disable=SC2016 # sh expands
program tells 'echo "$1"; cat "$1"'
init tells -- '{file}'
expect_text 'one that prints where its input is gets it by name' 'arguments = document.md' tells.ini
program dated 'date +%s'
init dated
expect_text 'what is another thing each time is told' '# It puts out something else each time' dated.ini
# shellcheck disable=SC2016 # sh expands
program picky 'read -r word; [ "$word" = go ] && cat || { echo no; exit 5; }'
init picky
expect_text 'one that refuses Markdown is told' '# It ended with exit status 5 when it was given Markdown' picky.ini
run "$gate" accept --suite picky.ini '*'
verify picky.ini
expect_status '... and its suite holds it without an input' 0
mkdir picky.cases
printf 'go\none\n' >picky.cases/a
printf 'go\ntwo\n' >picky.cases/b
init --overwrite picky
expect_text '... with inputs of its own it is tried again' 'stdin = yes' picky.ini
init --overwrite picky -o apart.ini
expect_text 'folders are named after the suite file' 'expected = apart.expected/{name}' apart.ini
program packs 'gzip -nc'
init packs
run "$gate" accept --suite packs.ini '*'
verify packs.ini
expect_status 'what it packs is not unpacked before it is compared' 0
other=/usr/aarch64-linux-gnu
[ -e $other/lib/libc.so.6 ] || other=/usr/x86_64-linux-gnu
init $other/lib/libc.so.6 -o libc.ini
expect_text "another machine's libraries are found" "environment = QEMU_LD_PREFIX=$other" libc.ini
sed -i '/^environment/d' libc.ini
run "$gate" accept --suite libc.ini '*'
expect_text '... and named where they are missing' "its libraries are there with 'environment = QEMU_LD_PREFIX=$other'" "$folder/out"
# What the arguments that were given lead to.
init --overwrite ./keeper -- '{port}' '{folder}'
expect_text 'arguments are taken as they are given' 'arguments = {port} {folder}' keeper.ini
expect_text '... with {port} for a server' 'drive = http' keeper.ini
expect_text '... whose folder is found' 'url-path = /document.md' keeper.ini
init --overwrite ./keeper -- '{port}' '{folder}' lists
expect_text '... also where what it says of the folder changes each time' 'url-path = /document.md' keeper.ini
program unready 'echo first words >&2; echo last words >&2; exit 1; # '
run "$gate" init --overwrite ./unready -- '{port}'
expect_status 'a server that ends before it is ready: no suite' 3
expect_text '... and its first and last words' 'first words ... last words' "$folder/err"
init --overwrite ./keeper -- '{port}' '{folder}/none'
expect_text '... or not' 'has not what was requested' keeper.ini
expect_text '... with the status line that came' 'status-line = HTTP/1.1 404 ' keeper.ini
# shellcheck disable=SC2016 # sh expands
program words 'printf "%s," "$@"; cat'
init --overwrite ./words -- "it's" 'a  b' '' c
expect_text 'as words with any signs' "arguments = 'it'\\''s' 'a  b' '' c" words.ini
run "$gate" accept --suite words.ini '*'
expect_bytes '... which the program gets' "it's,a  b,,c,Hello *world*\n" words.expected/first
init --overwrite ./words -- 'a ;b' ';' 'c;d'
run "$gate" accept --overwrite --suite words.ini '*'
expect_bytes 'what a suite file takes for a comment is quoted' 'a ;b,;,c;d,Hello *world*\n' words.expected/first
init --overwrite ./words -- $'a\nb'
expect_status 'what no suite file can have is refused' 2
expect_text '... with the remedy' 'put the text into a file' "$folder/err"
# shellcheck disable=SC2016 # sh expands
program adds 'echo adding; tr a-z A-Z <"$1" >out'
init adds -- '{file}'
expect_text 'what prints the same for each input is held to the file that it writes' 'output = out' adds.ini
expect_text '... which is said' 'It writes: out (which is compared)' "$folder/out"
# shellcheck disable=SC2016 # sh expands
program byname 'case $1 in /*) echo "$1" >out ;; *) echo "not absolute" >&2; exit 1 ;; esac'
init byname -- '{file}'
expect_text 'one that fails with the name of its input keeps the path' 'arguments = {file}' <(grep -v '^#' byname.ini)
# shellcheck disable=SC2016 # sh expands
program called 'printf "%s %s" "${0##*/}" "$(cat)"'
ln -s called by-another-name
init ./by-another-name
run "$gate" accept --suite by-another-name.ini '*'
expect_bytes 'a program is tried by the name that was given' 'by-another-name Hello *world*' by-another-name.expected/first
printf '%s\n' '#include <unistd.h>' 'int main(int count, char **words) {' \
  '  char line[64]; long got = read(0, line, 64);' '  if (access("/proc/self/exe", X_OK) == 0 && count && *words[0])' \
  '    return write(1, line, (size_t)got) < 0;' '  return 7; }' >plain.c
cc -o plain plain.c || exit 1
init ./plain
expect_no_text 'one that does the same under qemu runs in both ways' 'runner = native' <(grep -v '^#' plain.ini)
# qemu-user does not know rseq(2).
printf '%s\n' '#include <errno.h>' '#include <sys/syscall.h>' '#include <unistd.h>' 'int main(void) {' \
  '  char line[64] = "?"; long got = read(0, line + 1, 63);' '  syscall(SYS_rseq, 0, 0, 0, 0); line[0] = errno == ENOSYS ? 81 : 78;' \
  '  return write(1, line, (size_t)got + 1) < 0; }' >unlike.c
cc -o unlike unlike.c || exit 1
init ./unlike
expect_text 'one that does otherwise there runs natively' 'runner = native' <(grep -v "^#" unlike.ini)
expect_text '... which is said' 'Under qemu-user it does otherwise (another answer)' "$folder/out"
run "$gate" accept --suite unlike.ini '*'
expect_bytes '... so that it is accepted' 'NHello *world*\n' unlike.expected/first
mkdir tools && ln -s "$(type -P tr)" tools/tr
run env PATH="$PWD/tools" "$gate" init tr -- a-z A-Z
expect_status 'a program is found along PATH' 0
expect_text '... by its path' "elf = $PWD/tools/tr" tr.ini
expect_text '... and runs natively alone where no emulator is' 'runner = native' <(grep -v '^#' tr.ini)
expect_text '... which is said, with what was seen' 'No emulator of this machine is here' "$folder/out"
run env PATH="$PWD/tools" "$gate" accept --suite tr.ini '*'
expect_bytes '... so that it is accepted' 'HELLO *WORLD*\n' tr.expected/first
rm -r tools tr.*
sed -i 's/^exit-status = 3/exit-status = 4/' teller.ini
run "$gate" accept --suite teller.ini '*'
expect_text 'what a key says is refused, and the key is named' "what differs stands in the suite file: 'exit-status'" "$folder/out"
program misses '/nonexistent/tool || exit 127'
init misses
expect_text 'what is not in a cell is told' "'allow = path FOLDER' names" misses.ini
program refusing 'echo "setgroups: Operation not permitted" >&2; exit 1'
init refusing -- '{port}'
expect_text 'what a cell may have refused has a remedy' 'bytegate init --confine=off' "$folder/err"
program leaves 'exit 0'
init leaves -- '{port}'
expect_text 'a server that may have gone into the background is asked for its option' 'keeps it in the foreground' "$folder/err"
init nowhere
expect_text 'a program that is nowhere' 'here or along PATH' "$folder/err"
expect_status 'a program that is not there is named' 2
printf '\177ELF broken' >broken
chmod +x broken
init broken
expect_status 'and so is one that cannot run' 3
expect_no_text 'without a file' broken.ini <(ls)
done_testing
# SPDX-License-Identifier: MIT
