#!/usr/bin/env bash
# The lessons, as somebody meets them who has the installed emitter and the gate: the code on each page is the code that is
# built, its commands print what the page says, and every program is green on both machines. Built in the sources, the same
# bytes are laid.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh Makefile VERSION generators/lessons generators/API-CHANGES.md generators/*.h generators/isa/*.h generators/lay/*.h generators/linux/*.h build/libbytelay.a gate:accept+check+coverage+doctor+explain+init+loaders+map+mutate+new+reduce
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

prefix=$folder/prefix
run make -C "$root" -o "$build/libbytelay.a" BUILD="$build" PREFIX="$prefix" install-bytelay
expect_status 'the emitter is installed' 0
cp -r "$prefix/share/doc/bytegate/lessons" lessons
cd lessons || exit 1
run test "$(find . -name '*.md' | wc -l)" -ge 11
expect_status 'there are pages' 0

# code PAGE LANGUAGE: its blocks of that language, with an empty line between two.
code() { awk -v fence="\`\`\`$2" '$0 == fence { if (any++) print ""; on = 1; next } $0 == "```" { on = 0 } on' "$1"; }
for source in *.c; do
  name=${source%.c}
  for language in c ini; do
    code "$name.md" "$language" >"$folder/code"
    run cmp "$folder/code" "$name.$language"
    expect_status "$name.md holds $name.$language, all of it" 0
  done
  run grep -c "^| \[$name\]($name\\.md) |" README.md
  expect_bytes "README.md names the page of $name" '1\n' "$folder/out"
done
if [ "$(machine_here)" != x64 ]; then
  skip 'the commands of the pages' 'they are for x86-64'
  done_testing
  exit
fi

# The gate audits itself in the first run that a page asks for, and not in each.
mkdir "$folder/bin"
cat >"$folder/bin/bytegate" <<SH
#!/usr/bin/env bash
[ "\$1" != verify ] || [ "\$2 \$4" = '--build --suites' ] || set -- "\$@" --no-self-audit
exec "$build/bytegate" "\$@"
SH
chmod +x "$folder/bin/bytegate"
export PATH=$folder/bin:$PATH PKG_CONFIG_PATH=$prefix/share/pkgconfig MAKEFLAGS='' NO_COLOR=1

# follow PAGE: runs each block of commands; the block of text after it is what they print.
follow() {
  local block line text
  rm -rf "$folder/blocks" && mkdir "$folder/blocks"
  awk -v folder="$folder/blocks" '/^```sh$/ { count++; kind = "sh"; next } /^```text$/ { kind = "text"; next }
    /^```/ { kind = ""; next } kind { printf "%s\n", $0 >sprintf("%s/%02d.%s", folder, count, kind) }' "$1"
  for block in "$folder"/blocks/*.sh; do
    run bash "$block"
    cat "$folder/out" "$folder/err" >"$folder/said"
    text=${block%.sh}.text
    if [ ! -e "$text" ]; then
      expect_status "$1, ${block##*/}: is done" 0
      continue
    fi
    while IFS= read -r line; do
      expect_text "$1, ${block##*/}: prints '$line'" "$line" "$folder/said"
    done <"$text"
  done
}
follow README.md
mkdir "$folder/tree" && ln -s "$root/generators" "$folder/tree/bytelay"
for source in *.c; do
  name=${source%.c}
  run cc -std=c11 -I"$folder/tree" -o "$folder/lay" "$source" "$build/libbytelay.a"
  expect_status "$source is built in the sources" 0
  rm -rf "$folder/laid" && mkdir "$folder/laid"
  run "$folder/lay" "$folder/laid"
  for machine in $(machine_names); do
    run cmp "$folder/laid/${name}_$machine" "build/elf/${name}_$machine"
    expect_status "... and lays the same bytes for $machine" 0
  done
done
sed -n 's/^| \[.*(\(.*\.md\)).*/\1/p' README.md >"$folder/pages"
while read -r page; do follow "$page"; done <"$folder/pages"

done_testing
# SPDX-License-Identifier: MIT
