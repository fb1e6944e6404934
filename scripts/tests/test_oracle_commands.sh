#!/usr/bin/env bash
# The oracles that suites call as commands: what each word of their command lines does, what they print, and how they end.
# A wrong one would be the truth.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh helpers
source "$(dirname "$0")/tap.sh"

# ---- oracle-page --------------------------------------------------------------------------------------------------------

# page NAME WANTED [OPTION...]: the text is a page with WANTED in its body.
page() {
  "$build/oracle-page" "${@:3}" <text >"$folder/out" 2>"$folder/err"
  status=$?
  expect_status "$1" 0
  sed -n '/<body>/,/<\/body>/p' out >body
  expect_bytes '... with its body' "<body>\n$2\n</body>\n" body
}
printf '<b>x</b> "q" a\nb\xff\n' >text
omitted='<!-- raw HTML omitted -->'
smart='“q”'
page 'a page' "<p>${omitted}x$omitted &quot;q&quot; a\nb\xff</p>"
expect_text '... begins as such' '<!doctype html>' out
expect_text '... is untitled where it has no heading' '<title>Untitled</title>' out
page 'raw HTML' '<p><b>x</b> &quot;q&quot; a\nb\xff</p>' --unsafe
page 'positions' "<p data-sourcepos=\"1:1-2:2\">${omitted}x$omitted &quot;q&quot; a\nb\xff</p>" --sourcepos
page 'hard breaks' "<p>${omitted}x$omitted &quot;q&quot; a<br />\nb\xff</p>" --hardbreaks
page 'no breaks' "<p>${omitted}x$omitted &quot;q&quot; a b\xff</p>" --nobreaks
page 'smart quotes' "<p>${omitted}x$omitted $smart a\nb\xff</p>" --smart
page 'UTF-8' "<p>${omitted}x$omitted &quot;q&quot; a\nb\xef\xbf\xbd</p>" --validate-utf8
page 'two options' '<p><b>x</b> “q” a\nb\xff</p>' --unsafe --smart
printf '# T *e*\n' >text
page 'a heading' '<h1>T <em>e</em></h1>'
expect_text '... is the title' '<title>T e</title>' out
: >text
"$build/oracle-page" <text >out
expect_text 'nothing is a page, too' '</html>' out
# More than it reads at once, to the byte.
for length in 65535 65536 65537 196608 200000; do
  head -c "$length" /dev/zero | tr '\0' a | "$build/oracle-page" | tr -cd a >letters
  printf 'a' | "$build/oracle-page" | tr -cd a >one
  [ $(($(wc -c <letters) - $(wc -c <one) + 1)) -eq "$length" ] && passed=yes || passed=no
  report "$passed" "all of $length bytes"
done
for word in --bad smart -smart --smar --smartx ''; do
  run "$build/oracle-page" "$word"
  expect_status "the word '$word' is none" 2
  expect_text '... and the words are told' 'usage: oracle-page [--unsafe] [--sourcepos] [--hardbreaks] [--nobreaks] [--smart]' err
  expect_bytes '... and nothing is printed' '' out
done

# ---- oracle-folder --------------------------------------------------------------------------------------------------------

mkdir -p site/sub && cd site || exit 1
printf 'hi\n' >x.txt
printf '# A "q"\n\n<b>\n' >a.md
answer() { run "$build/oracle-folder" "$@"; }
answer 200 any /x.txt
expect_status 'a file with any type' 0
expect_bytes '... is answered as it is' 'hi\n' "$folder/out"
answer 200 'text/plain; charset=utf-8' /x.txt
expect_status 'with its type' 0
answer 200 text/plain /x.txt
expect_status 'with another type it is no truth' 1
expect_text '... and what it is is told' 'oracle-folder: /x.txt: 200 text/plain; charset=utf-8' "$folder/err"
expect_bytes '... and nothing is printed' '' "$folder/out"
answer 404 any /x.txt
expect_status 'with another status neither' 1
answer 404 any /none
expect_status 'what is not there' 0
expect_bytes '... is told' '<h1>404 Not Found</h1>\n' "$folder/out"
answer 200 any /none
expect_status '... and is no page' 1
answer 200 'text/html; charset=utf-8' /a.md
expect_bytes 'Markdown is rendered' '<h1>A &quot;q&quot;</h1>\n<!-- raw HTML omitted -->\n' "$folder/out"
answer 200 any --unsafe --smart '/a.md?query'
expect_bytes '... with options, and without the query' '<h1>A “q”</h1>\n<b>\n' "$folder/out"
answer 200 any --page /a.md
expect_text '... and as a page' '<title>A &quot;q&quot;</title>' "$folder/out"
answer 200 any walks /
expect_status 'a folder is listed where that is wanted' 0
expect_text '... with its folders' '<li><a href="sub/">sub/</a></li>' "$folder/out"
for words in '' '200' '200 any' '200 any bad /x.txt' '200 any --walks /' '200 any page /' '200 any unsafe /a.md'; do
  # shellcheck disable=SC2086 # words are wanted
  answer $words
  expect_status "the words '$words' are none" 2
  expect_text '... which is told' 'usage: oracle-folder STATUS TYPE [walks] [OPTION...] PATH' "$folder/err"
done
done_testing
# SPDX-License-Identifier: MIT
