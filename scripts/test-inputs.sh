# What a test reads, so that it need not run again while none of it has changed. Sourced by run-tests.sh.
#
# A test says what it reads of this repository in a comment near the top of its source: `/* reads: WORD... */` in C,
# `# reads: WORD...` in shell. A word is a file or a folder of the repository or of the build (build/...), or one of these:
#
#   gate  the command with its helpers and plugins      elf  the programs under test
#   gate:COMMAND+COMMAND  those, the command linked without the commands that the test does not use
#   helpers  those without the command                  gen  the generators
#   lib   the libraries of generators, gate and oracles
#   install  what `make install` reads, its objects among it
#   obj   the objects                                   nothing
#
# A test that says nothing of this runs always, among everything.
#
# That it says so truly is no matter of trust. A test runs in a folder of its own that holds what it named and nothing
# else, with no variable of the environment but those below. What it did not name, it does not find. Its key is the
# SHA-256 of all that, of its own program, of the packages that are installed, of the kernel, and of these scripts.
#
# Comments and the numbers of lines change nothing that a program does. So the command in that folder is one of build/gates
# (see the Makefile), which has nothing for debuggers, and a test program's key leaves that out. Where a sanitizer writes
# such numbers into a program, PROGRAM.tokens says what it was compiled from (tokens.sh). Such a test has a second key with
# that in the place of the program's bytes, and need not run again where one of the two is what it was.
#
# shellcheck shell=bash disable=SC2154 # build and kept are set by run-tests.sh

# The variables that a test sees, where they are set.
test_variables=(PATH HOME USER LOGNAME LANG LC_ALL TZ TMPDIR CI MAKE ASAN_OPTIONS UBSAN_OPTIONS)

# test_name TEST: what a test is called in logs and stamps.
test_name() {
  local name=${1#"$build"/}
  name=${name#tests/}
  printf '%s' "${name#./}"
}

# test_source TEST: the file that says what the test reads; nothing for a target of the Makefile.
test_source() {
  local name=${1#"$build"/}
  case $1 in
  make:*) ;;
  "$build"/*)
    name=${name#sanitized/}
    printf '%s' "${name#tests/}.c"
    ;;
  *) printf '%s' "${1#./}" ;;
  esac
}

# expand_word WORD: the paths that a word stands for, a line each.
expand_word() {
  # shellcheck disable=SC2086 # TEST_GATE holds paths
  case $1 in
  gate) if [ -e "$build/gates/all" ]; then expand_word gate:all; else printf '%s\n' "$build/bytegate" ${TEST_GATE-}; fi ;;
  gate:*) echo "$build/gates/${1#gate:}" && expand_word helpers ;;
  helpers) printf '%s\n' ${TEST_GATE-} | grep -vx "$build/bytegate" ;;
  elf | gen | obj) printf '%s\n' "$build/$1" ;;
  lib) printf '%s\n' "$build"/lib*.a ;;
  install)
    printf '%s\n' Makefile VERSION LICENSE README.md AGENTS.md generators harness oracles fixtures scripts
    for part in gate gen lib obj build/new; do expand_word "$part"; done
    ;;
  build/*) printf '%s\n' "$build/${1#build/}" ;;
  nothing) ;;
  *) printf '%s\n' "$1" ;;
  esac
}

# list_inputs TEST...: lines "NAME<tab>PATH", one for each thing that a test reads, itself among them. A test that does
# not say what it reads has none.
list_inputs() {
  local test source name word words
  declare -A declared
  while IFS=: read -r source words; do
    declared[$source]+=" ${words%\*/}"
  done < <(for test; do test_source "$test" && echo; done | sort -u | grep -xv '' |
    xargs -d '\n' sed -sn '1,40{/^\(\/\*\|#\) reads: /{s///;F;p}}' 2>/dev/null | sed 'N;s/\n/:/')
  for test; do
    source=$(test_source "$test")
    if [ ! -f "$test" ] || [ ! -f "$source" ]; then continue; fi
    words=${declared[$source]-}
    [ -n "$words" ] || continue
    name=$(test_name "$test")
    printf '%s\t%s\n' "$name" "${test#./}"
    for word in $words; do
      expand_word "$word" | while read -r path; do printf '%s\t%s\n' "$name" "$path"; done
    done
  done
}

# list_contents PATH...: a line "PATH<tab>WHAT" for each file, folder and link below these, WHAT telling its contents.
list_contents() {
  find "$@" \( -type f -printf '%p\t%m\n' \) -o -printf '%p\t%y%m %l\n' 2>/dev/null
  find "$@" -type f -print0 2>/dev/null | xargs -0r sha256sum | sed 's/^\([^ ]*\)  \(.*\)/\2\t\1/'
  for path; do [ -e "$path" ] || printf '%s\tmissing\n' "$path"; done
}

# list_surroundings: what each test depends on besides.
list_surroundings() {
  local variable
  for variable in "${test_variables[@]}"; do printf '%s=%s\n' "$variable" "${!variable-}"; done
  uname -srm
  id -u
  dpkg-query -W -f '${Package} ${Version} ${Architecture} ${Status}\n' 2>/dev/null
  cat "${BASH_SOURCE[0]}" "$0"
}

# list_loaded FOLDER PATH...: list_contents of test programs, by what of them is loaded. FOLDER keeps a copy of that.
list_loaded() {
  local folder path copy
  folder=$(cd "$1" && pwd)
  shift
  for path; do
    copy=$folder/${path#/}
    if [ ! -e "$copy" ] || [ "$copy" -nt "$path" ] || [ "$copy" -ot "$path" ]; then
      mkdir -p "${copy%/*}"
      # A program may be a script.
      objcopy --strip-debug --remove-section=.note.gnu.build-id "$path" "$copy" 2>/dev/null || cp "$path" "$copy" || return
      touch -r "$path" "$copy"
    fi
  done
  (cd "$folder" && list_contents "${@#/}") | if [ "${build#/}" = "$build" ]; then cat; else sed 's|^|/|'; fi
}

# list_tokens CONTENTS PATH...: the lines of CONTENTS, with PATH.tokens in the place of those of PATH.
list_tokens() {
  local contents=$1 path
  shift
  for path; do [ ! -f "$path.tokens" ] || printf '%s\t%s\n' "$path" "$(<"$path.tokens")"; done |
    awk -F '\t' 'FNR == NR { print; tokens[$1] = 1; next } !($1 in tokens)' - "$contents"
}

# make_keys FOLDER TEST...: writes what each test reads into FOLDER/inputs, and lines "KEY  NAME" into FOLDER/keys and, with
# what programs were compiled from, FOLDER/keys-of-tokens.
make_keys() {
  local folder=$1 surroundings paths programs
  shift
  mkdir -p "$folder/loaded"
  list_inputs "$@" >"$folder/inputs"
  [ -s "$folder/inputs" ] || { : >"$folder/keys" && : >"$folder/keys-of-tokens" && return; }
  surroundings=$(list_surroundings | sha256sum)
  # What a test names is all of a file, also where it is the test's own program.
  mapfile -t programs < <(awk -F '\t' -v build="$build/" '
    { count[$2]++ }
    index($2, build) == 1 { name = substr($2, length(build) + 1); sub(/^tests\//, "", name); own[$2] = name == $1 }
    END { for (path in own) if (own[path] && count[path] == 1) print path }' "$folder/inputs")
  mapfile -t paths < <(cut -f 2 "$folder/inputs" | sort -u | grep -vxF "${programs[@]/#/-e}" -e '')
  { list_contents "${paths[@]}" && list_loaded "$folder/loaded" "${programs[@]}"; } | LC_ALL=C sort -u >"$folder/contents"
  list_tokens "$folder/contents" "${programs[@]}" >"$folder/contents-of-tokens"
  write_keys "$folder" "$folder/contents" >"$folder/keys"
  write_keys "$folder" "$folder/contents-of-tokens" >"$folder/keys-of-tokens"
}

# write_keys FOLDER CONTENTS: prints the keys of the tests of FOLDER/inputs that read these CONTENTS, in $surroundings.
write_keys() {
  local folder=$1
  rm -rf "${folder:?}/read"
  mkdir "$folder/read"
  # A file for each test, of all that it reads. A line of contents belongs to each folder above it.
  awk -F '\t' -v surroundings="$surroundings" -v read="$folder/read/" '
    FNR == 1 { part++ }
    part == 1 { named[$2] = 1; next }
    part == 2 {
      path = $1
      do if (path in named) text[path] = text[path] $0 "\n"; while (sub(/\/[^\/]*$/, "", path))
      next
    }
    { file = $1; gsub(/\//, "%", file); file = read file
      if (!(file in begun)) { begun[file] = 1; printf "%s\n%s\n", surroundings, $1 >file }
      printf "%s\n%s", $2, text[$2] >>file
      if (file != last && last != "") close(last)
      last = file
    }' "$folder/inputs" "$2" "$folder/inputs"
  (cd "$folder/read" && sha256sum -- *) | tr % /
  rm -r "$folder/read"
}

# make_view TEST FOLDER: fills FOLDER with what the test named NAME reads; $BUILD is its folder `build`.
make_view() {
  local name path place
  name=$(test_name "$1")
  awk -F '\t' -v name="$name" '$1 == name { print $2 }' "$kept/inputs" | while read -r path; do
    place=$2/$path
    [ "${path#"$build"/}" = "$path" ] || place=$2/build/${path#"$build"/}
    [ "${path#"$build"/gates/}" = "$path" ] || place=$2/build/bytegate
    [ -e "$path" ] || continue
    mkdir -p "${place%/*}"
    # Where a hard link cannot be made, a copy will do.
    cp -alT "$path" "$place" 2>/dev/null || { rm -rf "$place" && cp -aT "$path" "$place"; } || return
  done
}
# SPDX-License-Identifier: MIT
