#!/usr/bin/env bash
# bytegate report, from planted faults to the page: what stands in it, and, where there is a Chromium, that a browser
# shows it at the width of a telephone and at that of a desk without a thing that sticks out.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:report elf
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
export TMPDIR=$folder/tmp
mkdir -p tmp fixtures/suites fixtures/documents planted

# A server with each fault that shows in an answer, on one document of every kind of text.
printf '# A *heading*\n\n> quoted ~code~ & <b>\n\n1. one\n2. two\n\n%s\n\n%s\n' \
  '<script src="http://example.com/x.js"></script>' '![far](http://example.com/x.png)' >fixtures/documents/all.md
for fault in none wrong-byte truncated-body extra-body wrong-header wrong-status; do
  printf '[program %s]\nelf = %s\narguments = plant %s {file}\nrunner = native\ndrive = http\noracle = cmark\n' \
    "$fault" "$gate" "$fault"
  printf 'header = Content-Type: text/html; charset=utf-8\nheader = Content-Length: {length}\n'
  printf 'header = Connection: close\n\n'
done >fixtures/suites/planted.ini
printf '[cases all]\nsource = folder\npath = ../documents\npattern = *.md\n' >>fixtures/suites/planted.ini
host=$("$gate" machines host | cut -d " " -f 1)
printf '[program hello]\nelf = {build}/elf/hello_%s\nrunner = native\ndrive = run\noracle = expected\n\n' "$host" \
  >fixtures/suites/hello.ini
printf '[cases hello]\nsource = nothing\nexpected = ../stdout\n' >>fixtures/suites/hello.ini
printf 'Hello, World!\n' >fixtures/stdout
printf '[prog_x64]\nends = exit 3\nqemu = refused\nwhy = it is <planted>\n' >fixtures/loaders.ini

# Three commits: one program that grows and shrinks on both machines, and one that stays.
sums() {
  printf '%064d %8s  %s\n' 1 "$1" prog_x64 2 "$2" prog_arm64 3 77 same_x64 >fixtures/elf.sha256
}
commit() {
  git -C fixtures add elf.sha256
  git -C fixtures -c user.name=T -c user.email=t@example.org -c commit.gpgsign=false commit -q -m "$1"
}
git -c init.defaultBranch=main init -q fixtures
sums 100 200 && commit 'Lay <it>'
sums 150 190 && commit 'Grow'
sums 120 190 && commit 'Shrink'

report_run() { run "$gate" report --no-self-audit --suites fixtures/suites --known "$folder/known" "$@"; }

report_run --suite hello -o green.html --build "$build"
expect_status 'all equal: 0' 0
expect_text 'a green page' '<h1>bytegate: <span class="good">GREEN</span></h1>' green.html
expect_text 'no divergence is said' 'Every byte of every case that ran is equal' green.html
expect_text 'a green suite is folded up' '<details><summary><span class="good">GREEN</span> hello: 1 of 1 equal' green.html
expect_text 'a byte map of the program' "aria-label=\"byte map of hello_$host, 16 bytes a row\"" green.html
expect_text 'its routines' '<title>routine _start, 0x' green.html

report_run -o page.html --build "$build"
expect_status 'faults: 1' 1
expect_text 'where the page is' 'the report is page.html' err
expect_text 'each fault is a divergence' '5 divergences</h2>' page.html
expect_text 'the first failure is named at the top' '<p>First look at <a class="bad" href="#d1">' page.html
grep -o 'id="d1"\|id="verdicts"\|id="divergences"\|<details open="open"><summary><span class="bad">RED</span> planted' page.html >order
expect_bytes 'the divergences come before the verdicts, which are folded but for the red ones' \
  'id="divergences"\nid="d1"\nid="verdicts"\n<details open="open"><summary><span class="bad">RED</span> planted\n' order
for number in 1 2 3 4 5; do
  expect_text "divergence $number is linked" "<li><a href=\"#d$number\">" page.html
  expect_text "divergence $number is there" "<article id=\"d$number\"" page.html
done
expect_no_text 'no sixth' 'id="d6"' page.html
if command -v xmllint >/dev/null; then
  for page in green page; do
    run xmllint --noout $page.html
    expect_status "every element of $page.html that begins also ends" 0
  done
else
  skip 'every element that begins also ends' 'no xmllint'
fi
expect_text 'the loader table' \
  '<td>prog_x64</td><td>exit 3</td><td><strong>refused</strong></td><td>exit 3</td>' page.html
expect_text 'its reason, escaped' 'it is &lt;planted&gt;' page.html
expect_text 'the commits are counted' "3 commits changed a program's bytes" page.html
expect_text 'sizes' 'aria-label="sizes of prog_x64, from 100 to 200 bytes"' page.html
expect_text 'a point tells its commit' 'Lay &lt;it&gt;</title>' page.html
expect_no_text 'a size that stays has no plot' 'aria-label="sizes of same_x64' page.html
expect_text 'its table has it' '<td>same_x64</td><td class="r">77</td><td class="r">0</td>' page.html
expect_text 'a program without a map is drawn by its symbols' 'aria-label="byte map of bytegate, 256 bytes a row"' page.html
for element in script img link; do
  expect_no_text "what a program sent is no $element of the page" "<$element" page.html
done

report_run --suite hello -o missing/page.html --build "$build"
expect_status 'a page that cannot be written: 3' 3
expect_text 'the path is named' 'missing/page.html: No such file' err
printf '[x]\nneds = exit 1\n' >fixtures/loaders.ini
rm -rf fixtures/.git
report_run --suite hello -o bare.html --build "$build"
expect_text 'a loader table with a mistake is reported' 'loaders.ini:2: ' bare.html
expect_no_text 'without a history there is no section of sizes' 'id="sizes"' bare.html

# What a browser makes of it. The page holds no script; one around it measures.
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
browse() {
  cat >measure.html <<END
<!DOCTYPE html><pre id="said"></pre><iframe id="page" src="page.html" style="border:0;width:$1px;height:900px"></iframe>
<script>
page.onload = () => {
  const it = page.contentDocument, lines = [];
  const inner = [...it.querySelectorAll('main *')].filter(e => !e.closest('.wide,pre,svg'));
  lines.push('too wide by ' + (it.documentElement.scrollWidth - it.documentElement.clientWidth));
  it.querySelectorAll('details').forEach(d => d.open = true);
  lines.push('sticking out: ' + inner.filter(e => e.getBoundingClientRect().right > $1 + 1).length);
  lines.push('articles ' + it.querySelectorAll('article').length);
  lines.push('lost links: ' + [...it.querySelectorAll('a[href]')].filter(a => !it.querySelector(a.hash)).length);
  const takesFocus = a => { a.focus(); return it.activeElement === a; };
  lines.push('unreachable: ' + [...it.querySelectorAll('#list a')].filter(a => !takesFocus(a)).length);
  lines.push('frames ' + it.querySelectorAll('iframe').length);
  lines.push('open frames: ' + [...it.querySelectorAll('iframe')].filter(f => f.contentDocument).length);
  said.textContent = lines.join('; ');
};
</script>
END
  run timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --allow-file-access-from-files \
    --user-data-dir="$folder/browser-$1" --virtual-time-budget=5000 --dump-dom "file://$folder/measure.html"
}
for width in 360 1400; do
  if [ -z "$chromium" ]; then
    skip "$width pixels wide in a browser" 'there is no chromium'
    continue
  fi
  browse "$width"
  expect_text "$width pixels wide in a browser" \
    "too wide by 0; sticking out: 0; articles 5; lost links: 0; unreachable: 0; frames 6; open frames: 0" out
done

done_testing
# SPDX-License-Identifier: MIT
