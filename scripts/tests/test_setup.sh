#!/usr/bin/env bash
# scripts/setup.sh: it installs what is missing and nothing else, as root or through sudo, and says what to do where
# it cannot. apt, dpkg, sudo and id are stand-ins here; the list of packages is the test's own.
# shellcheck disable=SC2016 # stand-ins are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/setup.sh scripts/machines.sh
source "$(dirname "$0")/tap.sh"

# What this host is must not decide.
export OS_RELEASE=nowhere
mkdir -p scripts fixtures/documents
cp "$root"/scripts/{setup,machines}.sh scripts/
cat >scripts/packages.txt <<'LIST'
# A list
here                     command:bash
wanted                   command:no-such-command  # and why
only-there [arm64]       header:no/such/header.h
only-here [amd64]        file:/nowhere

library                  pkg-config:no-such-library
LIST
printf 'document   # without a probe\n' >fixtures/documents/packages.txt

# system INSTALLED UID: a system with those packages and that user. What it is asked to do goes to the file calls.
system() {
  path_with bash env dirname awk cut uname
  stand_in dpkg 'echo amd64'
  stand_in dpkg-query 'for name in '"$1"'; do echo "$name installed"; done; exit 1'
  stand_in apt-cache 'exit 0'
  stand_in apt-get 'echo "apt-get $*" >>'"$folder"'/calls'
  stand_in id 'echo '"$2"
  rm -f calls
  touch calls
}
setup() {
  PATH=$folder/bin run scripts/setup.sh
}

all='here wanted only-here library document'
system "$all" 1000
setup
expect_status 'all is there: 0' 0
expect_bytes 'all is there: nothing is called' '' calls
expect_bytes 'all is there: nothing is said' '' out

system 'here library document' 0
setup
expect_status 'root: 0' 0
expect_text 'root: what is missing is installed, and nothing else' '--no-install-recommends wanted only-here' calls
expect_text 'root: nothing is removed for it' 'install --no-remove' calls
expect_no_text 'root: lists that are known are not fetched' 'update' calls
expect_text 'root: what is done is said' 'setup: installing wanted only-here' out

system 'here wanted only-here library' 0
setup
expect_text 'packages of documents are installed too' '--no-install-recommends document' calls

system '' 0
stand_in dpkg 'echo arm64'
setup
expect_text 'packages of another kind of host are left alone' \
  '--no-install-recommends here wanted only-there library document' calls

system here 1000
stand_in sudo 'echo "sudo $*" >>'"$folder"'/calls; [ "$1" != -n ] || shift; exec "$@"'
stand_in true 'exit 0'
setup
expect_status 'sudo: 0' 0
expect_text 'sudo: apt is run through it' 'sudo env DEBIAN_FRONTEND=noninteractive apt-get' calls

# A sudo that asks for a password, where there is no terminal.
system here 1000
stand_in sudo 'echo "sudo $*" >>'"$folder"'/calls; exit 1'
PATH=$folder/bin run "$(type -P setsid)" -w scripts/setup.sh
expect_status 'sudo without a terminal: 3' 3
expect_text 'sudo without a terminal: that is said' 'sudo wants a password, but there is no terminal' err
expect_text 'sudo without a terminal: the command is named' \
  'As root, run: apt-get install --no-install-recommends wanted only-here library document' err
expect_bytes 'sudo without a terminal: apt is not run' 'sudo -n true\n' calls

system here 1000
setup
expect_status 'neither root nor sudo: 3' 3
expect_text 'neither root nor sudo: the command is named' \
  'As root, run: apt-get install --no-install-recommends wanted only-here library document' err

system here 0
stand_in apt-cache 'exit 100'
setup
expect_text 'unknown names: lists are fetched' 'update' calls
sed -n 1p calls >first
expect_text 'unknown names: before the first attempt' 'update' first

system here 0
stand_in apt-get 'echo "apt-get $*" >>'"$folder"'/calls
case "$*" in *update*) : >'"$folder"'/updated ;; *) test -e '"$folder"'/updated ;; esac'
setup
expect_status 'lists out of date: fetched, and tried again' 0

system here 0
stand_in apt-get 'echo no network >&2; exit 100'
setup
expect_status 'apt fails: 3' 3
expect_text 'apt fails: what is missing is named' 'apt could not install: wanted only-here library document' err

system here 0
printf 'NAME="Another Linux"\nID=another\nID_LIKE="rhel fedora"\n' >os-release
OS_RELEASE=os-release setup
expect_status 'apt on what is not Debian: 3' 3
expect_bytes 'apt on what is not Debian: nothing is installed' '' calls
expect_text 'apt on what is not Debian: what is missing is named' 'command:no-such-command            Debian: wanted' err
for like in 'ID=debian' 'ID="debian"' 'ID=ubuntu\nID_LIKE=debian' 'ID=mint\nID_LIKE="ubuntu debian"'; do
  # shellcheck disable=SC2059 # a format
  printf "NAME=x\n$like\n" >os-release
  system here 0
  OS_RELEASE=os-release setup
  expect_status "apt on $like: 0" 0
  expect_text "apt on $like: is used" '--no-install-recommends wanted' calls
done
system here 0
OS_RELEASE=nowhere setup
expect_status 'apt on a system that does not say what it is: 0' 0

system here 0
rm bin/apt-get
setup
expect_status 'no apt: 3' 3
sed -n 2p err >second
expect_bytes 'no apt: what is missing is a list' '  command:no-such-command            Debian: wanted\n' second
expect_text 'no apt: a command' 'command:no-such-command            Debian: wanted' err
expect_text 'no apt: a library' 'pkg-config:no-such-library         Debian: library' err
expect_text 'no apt: a package without a probe' 'file:/usr/share/doc/document       Debian: document' err
expect_no_text 'no apt: what is there is not named' 'Debian: here' err

# Further lists, and packages that are nothing but documents: these are unpacked, as any user.
printf 'more command:more\n' >more.txt
printf 'texts data:/nowhere/texts\n' >texts.txt
system "$all" 0
PATH=$folder/bin run scripts/setup.sh more.txt
expect_text 'a further list: its packages too' '--no-install-recommends more' calls
system "$all" 1000
for command in mkdir rm rmdir; do ln -s "$(type -P $command)" bin/; done
stand_in apt-get 'echo "apt-get $*" >>'"$folder"'/calls
case "$*" in *download*) : >texts.deb ;; esac'
stand_in dpkg-deb 'echo "dpkg-deb $1 ${2##*/}" >>'"$folder"'/calls
mkdir -p "$3/nowhere/texts"'
BUILD=made PATH=$folder/bin run scripts/setup.sh texts.txt
expect_status 'documents: 0' 0
sed -i 's/^apt-get .* download/download/' calls
expect_bytes 'documents: fetched and unpacked, not installed' \
  'download texts\ndpkg-deb -x texts.deb\n' calls
run find made -mindepth 1
expect_bytes 'documents: in the build, and nothing beside them' \
  'made/documents\nmade/documents/nowhere\nmade/documents/nowhere/texts\n' out
rm calls
BUILD=made PATH=$folder/bin run scripts/setup.sh texts.txt
expect_status 'documents that are there: 0' 0
run test -e calls
expect_status 'documents that are there: nothing is called' 1

# Commands of a package that has many: they are unpacked, and what they need is installed, but not the package.
printf 'many commands:one,two=second\n' >many.txt
system "$all needed" 0
for command in mkdir rm chmod cat; do ln -sf "$(type -P $command)" bin/; done
stand_in apt-cache 'case "$*" in *" depends "*) printf "many\n  Depends: needed\n  Depends: lib\n" ;; esac'
stand_in apt-get 'echo "apt-get $*" >>'"$folder"'/calls
case "$*" in *download*) : >many_1_all.deb ;; esac'
stand_in dpkg-deb 'echo "the package"'
stand_in tar 'cat >/dev/null; echo "tar $*" >>'"$folder"'/calls; echo "$2"'
BUILD=made PATH=$folder/bin run scripts/setup.sh many.txt
expect_status 'commands of a package: 0' 0
expect_text 'commands of a package: said' 'setup: unpacking one two=second of many into made/commands' out
expect_text 'commands of a package: what they need is installed' '--no-install-recommends lib' calls
expect_no_text 'commands of a package: it is not installed' 'recommends many' calls
expect_text 'commands of a package: unpacked, under another name where it has one' './usr/bin/second' made/commands/two
run test -x made/commands/one
expect_status 'commands of a package: each can be executed' 0
run find made/commands -mindepth 1
LC_ALL=C sort -o out out
expect_bytes 'commands of a package: nothing beside them' 'made/commands/one\nmade/commands/two\n' out
rm calls
BUILD=made PATH=$folder/bin run scripts/setup.sh many.txt
expect_status 'commands that are unpacked: 0' 0
run test -e calls
expect_status 'commands that are unpacked: nothing is called' 1
stand_in one 'exit 0'
stand_in two 'exit 0'
BUILD=other PATH=$folder/bin run scripts/setup.sh many.txt
run test -e calls
expect_status 'commands that are on the PATH: nothing is called' 1

system here 0
rm bin/apt-get
printf 'here command:bash\n' >scripts/packages.txt
rm fixtures/documents/packages.txt
setup
expect_status 'no apt, and nothing missing: 0' 0

done_testing
# SPDX-License-Identifier: MIT
