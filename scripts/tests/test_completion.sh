#!/usr/bin/env bash
# What bash, zsh and fish complete: commands, the options that a command reads, and values of options and operands.
# shellcheck disable=SC2016 # scripts that expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate
source "$(dirname "$0")/tap.sh"

mkdir -p fixtures/suites bin texts elsewhere
ln -s "$build/bytegate" bin/bytegate
export PATH=$folder/bin:$PATH
printf 'a\n' >texts/first.txt
printf 'b\n' >texts/second.txt
for name in apple apricot; do
  printf '[program %s-tr]\nelf = /usr/bin/tr\nrunner = native\narguments = a b\nstdin = yes\noracle = command\noracle-command = tr a b\n[cases texts]\nsource = folder\npath = ../../texts\n' \
    $name >fixtures/suites/$name.ini
done

# offers NAME WANTED WORD...: what is offered for the last of the words of a command line.
offers() {
  local name=$1 wanted=$2
  shift 2
  run bytegate complete -- "$@"
  expect_bytes "$name" "$wanted" "$folder/out"
}

offers 'a command' 'verify\n' ver
offers 'two commands' 'coverage\ncovers\n' cover
offers 'no hidden command' '' pla
offers 'an option, with its argument' '--known=\n' verify --kn
offers 'an option without one' '--keep-going\n' verify --ke
offers 'only options that the command reads' '--elf\n' bisect --el
offers '... and no others' '' verify --el
offers 'a suite' 'apple\napricot\n' verify --suite ap
offers 'a suite, in one word' '--suite=apple\n--suite=apricot\n' verify --suite=ap
offers 'a suite, as bash parts the words' 'apple\napricot\n' verify --suite = ap
offers 'a suite, after = alone' 'apple\napricot\n' verify --suite =
offers 'a suite, of the short option' 'apricot\n' verify -s apr
offers 'a case, of all suites' 'apple/texts/first.txt\napple/texts/second.txt\napricot/texts/first.txt\napricot/texts/second.txt\n' blame ap
offers 'cases, of one suite' 'apple/texts/first.txt\napple/texts/second.txt\n' blame --suite apple ap
offers 'a pattern of cases' 'texts/second.txt\n' verify --suite=apple --case texts/s
run bytegate complete -- verify --program apr
expect_text 'a program' apricot-tr out
sed 's/\[cases/[program second]\nelf = \/bin\/cat\noracle = command\noracle-command = cat\n&/; s/^path.*/path = texts/' \
  fixtures/suites/apple.ini >two.ini
run bytegate complete -- verify --suite ./two.ini --program ''
sed 's/_[a-z0-9]*$//' out >names
expect_bytes 'each program of a suite, once' 'apple-tr\nsecond\n' names
offers 'a program of a suite' '' verify --suite apple --program apr
offers 'a runner' 'qemu\n' verify --runner q
offers 'a word of an option' '--confine=require\n' verify --confine=r
offers 'a loader' 'kernel\n' loaders k
offers 'a machine' 'riscv64\nriscv32\n' machines risc
offers 'a shell' 'zsh\n' completion z
offers 'a file: nothing is offered, and the shell knows' '' verify --junit ''
offers 'a file that is an operand' '' explain ''
offers 'a number: nothing' '' verify --jobs ''
cd elsewhere || exit 1
offers 'no suites here: nothing' '' verify --suite ''
offers 'no suites here: no case' '' blame ''
offers 'cases of a suite file' 'apple/texts/first.txt\n' blame --suite ../fixtures/suites/apple.ini apple/texts/f
cd ..

# in_bash WORD...: what bash completes; it parts words at "=" as well.
bytegate completion bash >bash-script
in_bash() {
  run bash -c 'source ./bash-script
    COMP_WORDS=(bytegate "$@") COMP_CWORD=$#
    compopt() { printf "compopt %s %s\n" "$@"; }
    _bytegate
    printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}
in_bash verify --suite = app
expect_bytes 'bash: a suite' 'apple\n' out
in_bash verify --kn
expect_bytes 'bash: no blank after an option that takes something' 'compopt -o nospace\n--known=\n' out
run grep -c 'complete -o default -F _bytegate bytegate' bash-script
expect_status 'bash: files where nothing is offered' 0

bytegate completion zsh >zsh-script
in_zsh() {
  run zsh -fc 'compadd() { print -rl -- "${(@P)@[-1]}"; }; _files() { print files; }; compset() { :; }
    complete_it() { source ./zsh-script; }
    words=(bytegate "$@"); CURRENT=$#words; complete_it' zsh "$@"
}
in_zsh verify --suite=app
sed -i '/^$/d' out
expect_text 'zsh: a suite' '--suite=apple' out
expect_bytes 'zsh: nothing to say' '' err
in_zsh verify --junit ''
expect_bytes 'zsh: a file' 'files\n' out

bytegate completion fish >fish-script
in_fish() {
  HOME=$folder run fish -c 'source fish-script; complete -C $argv[1]' "$1"
}
in_fish 'bytegate verify --suite=app'
expect_bytes 'fish: a suite' '--suite=apple\n' out
in_fish 'bytegate blame apricot/texts/s'
expect_bytes 'fish: a case' 'apricot/texts/second.txt\n' out
in_fish 'bytegate explain zsh-s'
expect_bytes 'fish: a file' 'zsh-script\n' out

run bytegate completion csh
expect_status 'another shell is refused' 2
expect_text '... by the three that there are' 'bash, zsh or fish' err

done_testing
# SPDX-License-Identifier: MIT
