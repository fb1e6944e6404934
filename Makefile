# The build of bytegate, in one file. Sources are found by wildcard: a new .c file in an agreed folder is part of the
# build, and a new tests/test_*.c or scripts/tests/test_*.sh is part of `make check`, with no line added here.
#
#   generators/{lay,isa,markdown,http,ls}/*.c -> $(BUILD)/libgenerators.a
#   generators/programs/NAME.c               -> $(BUILD)/gen/NAME, run to lay its programs into $(BUILD)/elf/
#   oracles/*.c, harness/main.c, rooms of harness/  -> $(BUILD)/bytegate
#   PART/tests/test_*.c                      -> $(BUILD)/tests/PART/tests/test_*
#
# The lines that begin with "#=" say what a variable of the command line is for; `make help` prints them.
#
#= BUILD=DIR            the folder to build in (build)
#= SANITIZE=1           build with ASan and UBSan, in build-sanitize
#= V=1                  show the commands

# `make setup verify` must end its setup before the rest is even read, because pkg-config answers only then. So
# several goals run one after another, each in a make of its own. Where the goals beside `setup` need none of the tests'
# packages, it leaves these out.
ifneq ($(word 2,$(MAKECMDGOALS)),)
WITHOUT_TESTS := setup setup-deb setup-gallery gallery all elf verify install uninstall deb help clean
.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:
$(MAKECMDGOALS):
	@$(MAKE) --no-print-directory $@ $(if $(filter setup,$@),$(if $(filter-out $(WITHOUT_TESTS),$(MAKECMDGOALS)),,SETUP_LISTS=))
else

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += -rR
#= JOBS=N               how many jobs run at the same time (one for each core)
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
ifneq ($(V),1)
.SILENT:
endif

ifdef SANITIZE
BUILD ?= build-sanitize
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
BUILD ?= build
endif
# The tests and the scripts that they call learn from the environment where the build stands.
export BUILD

VERSION := $(file <VERSION)
CC := gcc
MUSL_CC := musl-gcc
AR := gcc-ar
CPPFLAGS :=
# Debug information is most of a build, and a third of its size when it is compressed.
CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -gz -Wall -Wextra -Werror $(SANITIZERS)
LDFLAGS := -gz -Wl,--as-needed $(SANITIZERS)
DEPFLAGS = -MMD -MP -MF $(@:.o=.d)
# How a compiler is told where headers in quotes are: tcc knows -I alone.
QUOTED := -iquote

GATE_PACKAGES := libcmark jansson libelf libdw zlib capstone
HARNESS_TEST_PACKAGES := check libseccomp libxml-2.0
TEST_PACKAGES := $(HARNESS_TEST_PACKAGES) unicorn libxxhash

## Sources

GENERATOR_SOURCES := $(filter-out generators/programs/% generators/tests/% generators/lessons/%,$(wildcard generators/*/*.c))
PROGRAMS := $(notdir $(basename $(wildcard generators/programs/*.c)))
# What scripts/machines.sh, the list of the machines, says.
MACHINES = $(call machines,machine_names)
machines = $(shell bash -c '. scripts/machines.sh && $(1)')
# The prover of the operations: a command of its own, and a program for each machine that executes one instruction.
PROVE_SOURCES := $(filter-out %/execute.c,$(wildcard generators/isa/prove/*.c))
PROVER := $(if $(PROVE_SOURCES),$(BUILD)/prove $(MACHINES:%=$(BUILD)/execute-%))
BYTELAY_SOURCES := $(wildcard generators/lay/*.c generators/isa/*.c)
ORACLE_SOURCES := $(wildcard oracles/*.c)
# Of these, what only the tests of the generators ask: it takes libraries that the gate does not need.
ENCODING_ORACLE := $(filter oracles/encoding.c,$(ORACLE_SOURCES))
# Programs that suites call as oracles, one source each, linked with the oracles: build/oracle-NAME.
ORACLE_COMMAND_SOURCES := $(wildcard oracles/commands/*.c)
ORACLE_COMMANDS := $(patsubst oracles/commands/%.c,$(BUILD)/oracle-%,$(ORACLE_COMMAND_SOURCES))
# A room of the harness is a folder below it; helpers/, fuzz/ and bench/ are programs of their own.
HARNESS_FOLDERS := harness $(filter-out %/tests harness/tests/% harness/helpers% harness/fuzz harness/bench,\
                   $(patsubst %/,%,$(wildcard harness/*/ harness/*/*/)))
HARNESS_SOURCES := $(wildcard $(addsuffix /*.c,$(HARNESS_FOLDERS)))
PLUGIN_SOURCES := $(wildcard harness/helpers/plugin/*.c)
# Small programs that the gate starts others through, linked statically: one source each, but for the cells.
CONFINE_SOURCES := $(wildcard harness/helpers/confine/*.c harness/cell/*.c harness/base/spawn.c)
LAUNCHER_SOURCES := $(wildcard harness/helpers/confine/confine.c harness/helpers/refuse/refuse.c harness/helpers/step/step_instructions.c)
TEST_DIRS := $(wildcard $(addsuffix /tests,generators $(wildcard generators/*) $(HARNESS_FOLDERS) oracles))
TEST_SOURCES := $(wildcard $(addsuffix /test_*.c,$(TEST_DIRS)))
TEST_SUPPORT := $(filter-out $(TEST_SOURCES),$(wildcard $(addsuffix /*.c,$(TEST_DIRS))))
FUZZ_SOURCES := $(wildcard harness/fuzz/fuzz_*.c)
SHELL_TESTS := $(wildcard scripts/tests/test_*.sh)
C_SOURCES := $(GENERATOR_SOURCES) $(wildcard generators/programs/*.c) $(ORACLE_SOURCES) $(ORACLE_COMMAND_SOURCES) $(HARNESS_SOURCES) \
             $(PLUGIN_SOURCES) $(sort $(LAUNCHER_SOURCES) $(filter harness/helpers/%,$(CONFINE_SOURCES))) $(TEST_SOURCES) $(TEST_SUPPORT)
# Built each in its own way, and laid out like the rest.
OTHER_SOURCES := $(wildcard $(addsuffix /*.c,harness/bench harness/fuzz harness/helpers/confine harness/helpers/refuse harness/cell/tests/attacks harness/drive/tests/forked harness/session/tests/ends harness/tests/faulty harness/tests/strangers \
                 harness/helpers/step fixtures/example fixtures/gallery generators/lessons))
HEADERS := $(wildcard $(addsuffix /*.h,generators $(wildcard generators/*) $(HARNESS_FOLDERS) harness/helpers/confine harness/helpers/plugin harness/helpers/refuse harness/session/tests/ends oracles $(TEST_DIRS)))
C_SOURCES += $(PROVE_SOURCES)
OTHER_SOURCES += $(wildcard generators/isa/prove/execute.c)
HEADERS += $(wildcard generators/isa/prove/*.h)
SHELL_SOURCES := $(wildcard run-elf.sh .ci/run ci/*.sh scripts/*.sh scripts/tests/*.sh fixtures/*.sh fixtures/*/*.sh)

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
GENERATORS := $(addprefix $(BUILD)/gen/,$(PROGRAMS))
STAMPS := $(patsubst %,$(BUILD)/elf/.%.stamp,$(PROGRAMS))
LAUNCHERS := $(patsubst %.c,$(BUILD)/%,$(notdir $(LAUNCHER_SOURCES)))
PLUGINS := $(patsubst harness/helpers/plugin/%.c,$(BUILD)/plugin/%.so,$(PLUGIN_SOURCES))
FUZZERS := $(patsubst harness/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SOURCES))
UNIT_TESTS := $(patsubst %.c,$(BUILD)/tests/%,$(TEST_SOURCES))
PACKAGES := $(BUILD)/packages
GATE_TESTS := $(filter $(BUILD)/tests/harness/% $(BUILD)/tests/oracles/%,$(UNIT_TESTS))

## Libraries

ifeq ($(filter setup setup-bench setup-kernel setup-hosts setup-mutate-gate setup-campaign setup-deb setup-gallery clean help format,$(MAKECMDGOALS)),)
GATE_CPPFLAGS := $(shell pkg-config --cflags $(GATE_PACKAGES) 2>/dev/null)
GATE_LIBS := $(shell pkg-config --libs $(GATE_PACKAGES) 2>/dev/null)
ifeq ($(GATE_LIBS),)
$(error bytegate: a library of $(GATE_PACKAGES) is missing. Run `make setup` first)
endif
GATE_LIBS += -linih
ifneq ($(filter check unit-tests gate-tests,$(MAKECMDGOALS)),)
ifeq ($(shell pkg-config --exists $(HARNESS_TEST_PACKAGES) && command -v clang-tidy),)
$(error bytegate: the tests need more packages than the gate. Run `make setup check`)
endif
endif
LLVM_PREFIX := $(shell llvm-config-14 --prefix 2>/dev/null || echo /usr/lib/llvm-14)
TEST_CPPFLAGS := $(GATE_CPPFLAGS) $(shell pkg-config --cflags $(TEST_PACKAGES) 2>/dev/null) \
                 -isystem $(LLVM_PREFIX)/include
HARNESS_TEST_LIBS := $(shell pkg-config --libs $(HARNESS_TEST_PACKAGES) 2>/dev/null) $(GATE_LIBS) -lpthread
TEST_LIBS := $(shell pkg-config --libs $(TEST_PACKAGES) 2>/dev/null) \
             -lZydis -L$(LLVM_PREFIX)/lib -lLLVM-14 $(GATE_LIBS) -lpthread
endif

## Targets

.PHONY: all help
GATE := $(if $(HARNESS_SOURCES),$(BUILD)/bytegate $(PLUGINS) $(LAUNCHERS) $(ORACLE_COMMANDS) $(if $(wildcard harness/new/templates),$(BUILD)/new/.copied))
all: elf $(GATE) $(if $(BYTELAY_SOURCES),$(BUILD)/libbytelay.a) ## build the programs under test and the gate (the default)

help: ## list the targets, and the variables of the command line
	echo 'make TARGET... [VARIABLE=VALUE...]'
	sed -n 's/^\([a-z0-9_.-]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS='	' read -r target text; do \
	  printf '  %-22s %s\n' "$$target" "$$text"; done
	printf '\nVariables, with their default:\n'
	sed -n 's/^#= \([^ ]*\) *\(.*\)/\1\t\2/p' Makefile | while IFS='	' read -r variable text; do \
	  printf '  %-22s %s\n' "$$variable" "$$text"; done

.PHONY: setup verify check lint sums
SETUP_LISTS := scripts/packages-check.txt
setup: ## install the Debian packages that are needed; `make setup verify`: without those that only the tests need
	scripts/setup.sh $(SETUP_LISTS)

.PHONY: setup-bench bench
setup-bench: ## install what make bench compares with and measures on
	scripts/setup.sh scripts/packages-bench.txt
	scripts/setup-cmark-arm64.sh $(BUILD)/arm64
	scripts/setup-pulldown-cmark.sh $(BUILD)/rust

bench: all $(BUILD)/bench/bench_markdown ## compare the renderer's speed with libcmark, md4c and pulldown-cmark, side by side
	scripts/bench.sh $(BUILD)

$(BUILD)/bench/bench_markdown: harness/bench/bench_markdown.c $(BUILD)/elf/.markdown-object.stamp $(BUILD)/bytegate
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I$(BUILD)/elf -o $@ $< $(BUILD)/elf/markdown-render_$$($(BUILD)/bytegate machines host | cut -d ' ' -f 1).o -lcmark -lmd4c-html -lmd4c -lm

.PHONY: bench-server
bench-server: all $(BUILD)/bench/cmark_server ## compare what a request costs the server with nginx, lighttpd and one in C with libcmark
	scripts/bench-server.sh $(BUILD)

$(BUILD)/bench/cmark_server: harness/bench/cmark_server.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< -lcmark

.PHONY: bench-campaign
bench-campaign: all $(BUILD)/bench/bench_campaign ## how campaigns grow: programs, cases, memory, shards and nodes
	scripts/bench-campaign.sh $(BUILD)

$(BUILD)/bench/bench_campaign: harness/bench/bench_campaign.c $(BUILD)/bytegate
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I. -o $@ $< $(BUILD)/obj/harness/campaign/shard.o $(BUILD)/obj/harness/base/bytes.o \
	  $(BUILD)/obj/harness/base/clock.o $(GATE_LIBS)

# bytegate(1) and the completions are made from the table that --help prints, bytegate-suite(5) of fixtures/README.md.
#= PREFIX=DIR           where make install puts the gate (/usr/local)
#= DESTDIR=DIR          what make install puts before PREFIX (nothing)
# prefix=DIR, as other makefiles call it, means the same.
PREFIX ?= $(or $(prefix),/usr/local)
MANUALS := man1/bytegate.1 man5/bytegate-suite.5 man5/bytegate-map.5
COMPLETIONS := bash:share/bash-completion/completions/bytegate zsh:share/zsh/site-functions/_bytegate \
               fish:share/fish/vendor_completions.d/bytegate.fish
.PHONY: install install-bytelay uninstall
HELPERS := $(LAUNCHERS) $(PLUGINS)
install: $(BUILD)/bytegate $(MANUALS:%=$(BUILD)/%) $(HELPERS) install-bytelay ## install the gate, its manual, completions and examples below PREFIX (and DESTDIR)
	install -D -m 755 $(BUILD)/bytegate "$(DESTDIR)$(PREFIX)/bin/bytegate"
	for each in $(MANUALS); do \
	  install -D -m 644 /dev/null "$(DESTDIR)$(PREFIX)/share/man/$$each" && \
	  sed -E 's#/usr/(share/doc|lib)/bytegate#$(PREFIX)/\1/bytegate#g' "$(BUILD)/$$each" >"$(DESTDIR)$(PREFIX)/share/man/$$each" || exit 1; done
	install -D -m 644 /dev/null "$(DESTDIR)$(PREFIX)/share/doc/bytegate/AGENTS.md"
	sed '/^## In this repository/,$$d; s#\(fixtures\|generators\)/##g' AGENTS.md >"$(DESTDIR)$(PREFIX)/share/doc/bytegate/AGENTS.md"
	install -D -m 644 /dev/null "$(DESTDIR)$(PREFIX)/share/doc/bytegate/gallery/README.md"
	sed 's#\[\(bytegate-suite(5)\)\](../README.md)#\1#' fixtures/gallery/README.md >"$(DESTDIR)$(PREFIX)/share/doc/bytegate/gallery/README.md"
	find fixtures/example fixtures/gallery fixtures/schemas fixtures/howto.md -type f ! -path fixtures/gallery/README.md | while read -r each; do \
	  install -D -m 644 "$$each" "$(DESTDIR)$(PREFIX)/share/doc/bytegate/$${each#fixtures/}" || exit 1; done
	for each in $(HELPERS:$(BUILD)/%=%); do \
	  install -D -m 755 "$(BUILD)/$$each" "$(DESTDIR)$(PREFIX)/lib/bytegate/$$each" || exit 1; done
	find harness/new/templates -type f | while read -r each; do \
	  install -D -m 644 "$$each" "$(DESTDIR)$(PREFIX)/lib/bytegate/new/$${each#harness/new/templates/}" || exit 1; done
	for each in $(COMPLETIONS); do \
	  install -D -m 644 /dev/null "$(DESTDIR)$(PREFIX)/$${each#*:}" && \
	  $(BUILD)/bytegate completion "$${each%%:*}" >"$(DESTDIR)$(PREFIX)/$${each#*:}" || exit 1; done

# The emitter, for authors outside of this repository, with its lessons.
install-bytelay: $(BUILD)/libbytelay.a ## install the emitter alone: its library, headers and lessons
	for each in $(BYTELAY_HEADERS:generators/%=%); do \
	  install -D -m 644 "generators/$$each" "$(DESTDIR)$(PREFIX)/include/bytelay/$$each" || exit 1; done
	find generators/lessons generators/API-CHANGES.md -type f | while read -r each; do \
	  install -D -m 644 "$$each" "$(DESTDIR)$(PREFIX)/share/doc/bytegate/$${each#generators/}" || exit 1; done
	install -D -m 644 $(BUILD)/libbytelay.a "$(DESTDIR)$(PREFIX)/lib/libbytelay.a"
	install -D -m 644 /dev/null "$(DESTDIR)$(PREFIX)/share/pkgconfig/bytelay.pc"
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: bytelay' 'Description: lays the bytes of ELF programs, instruction by instruction' \
	  'Version: $(VERSION)' 'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lbytelay' \
	  >"$(DESTDIR)$(PREFIX)/share/pkgconfig/bytelay.pc"

uninstall: ## remove what install put there
	rm -f "$(DESTDIR)$(PREFIX)/bin/bytegate" $(MANUALS:%="$(DESTDIR)$(PREFIX)/share/man/%")
	rm -f "$(DESTDIR)$(PREFIX)/lib/libbytelay.a" "$(DESTDIR)$(PREFIX)/share/pkgconfig/bytelay.pc"
	rm -rf "$(DESTDIR)$(PREFIX)/include/bytelay" "$(DESTDIR)$(PREFIX)/lib/bytegate" "$(DESTDIR)$(PREFIX)/share/doc/bytegate"
	for each in $(COMPLETIONS); do rm -f "$(DESTDIR)$(PREFIX)/$${each#*:}"; done

$(BUILD)/man1/bytegate.1: $(BUILD)/bytegate
	mkdir -p $(@D)
	$< manual >$@

$(BUILD)/man5/bytegate-suite.5: fixtures/README.md scripts/manual.awk VERSION
	mkdir -p $(@D)
	awk -v version=$(VERSION) -f scripts/manual.awk $< >$@

$(BUILD)/man5/bytegate-map.5: harness/map/bytegate-map.5
	mkdir -p $(@D)
	cp $< $@

# The emitter: what lays bytes, and no program of ours.
BYTELAY_HEADERS := generators/words.h generators/raw_words.h generators/lay/lay.h generators/lay/refusal.h generators/lay/elf.h \
  generators/lay/elf_bytes.h $(patsubst %,generators/isa/%.h,a64 handmade machine machines program raw record registers system_calls x64) \
  generators/linux/abi.h generators/linux/errors.h
$(BUILD)/libbytelay.a: $(call objects,$(BYTELAY_SOURCES))

.PHONY: setup-deb deb
setup-deb: ## install what makes and checks a Debian package
	scripts/setup.sh scripts/packages-deb.txt

deb: $(GATE) ## make a Debian package of the gate, in BUILD
	+scripts/deb.sh $(BUILD)

# A C program that calls the renderer's object, for each machine whose compiler is there; it runs natively and under qemu.
object_cc = $(if $(filter $(1),$(call machines,machine_here)),$(CC),$(shell command -v $(call machines,machine_of $(1) && echo $$machine_cc)))
ifneq ($(and $(filter verify,$(MAKECMDGOALS)),$(wildcard fixtures/object/render.c)),)
OBJECT_CALLERS := $(foreach machine,$(MACHINES),$(if $(call object_cc,$(machine)),$(BUILD)/object/render_$(machine)))
endif
$(BUILD)/object/render_%: fixtures/object/render.c $(BUILD)/elf/.markdown-object.stamp
	mkdir -p $(@D)
	$(call object_cc,$*) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -I$(BUILD)/elf -o $@ $< $(BUILD)/elf/markdown-render_$*.o

verify: all $(OBJECT_CALLERS) ## compare every program with its oracle, byte for byte
	$(BUILD)/bytegate verify
	$(if $(OBJECT_CALLERS),$(BUILD)/bytegate verify --no-self-audit --suite render-object $(OBJECT_CALLERS:$(BUILD)/object/render_%=--program '*_%'))
	$(BUILD)/bytegate loaders
	scripts/lay-again.sh $(BUILD)

.PHONY: setup-gallery gallery
setup-gallery: ## install the programs of the gallery
	scripts/setup-gallery.sh

gallery: all $(BUILD)/gallery/md4c-filter ## compare programs that Debian packages with oracles: examples of suites
	$(BUILD)/bytegate verify -k --suites fixtures/gallery --known fixtures/gallery/known-divergences

$(BUILD)/gallery/md4c-filter: fixtures/gallery/md4c-filter.c
	mkdir -p $(@D)
	$(CC) $(filter-out $(SANITIZERS),$(CFLAGS)) -o $@ $< -lmd4c-html -lmd4c

.PHONY: setup-kernel verify-kernel
setup-kernel: ## fetch the kernels that verify-kernel boots, and the emulator of a whole machine
	scripts/setup-kernel.sh $(BUILD)/kernels

verify-kernel: all ## boot a real kernel for each program, with it as the only file, on both machines
	$(BUILD)/bytegate loaders kernel

.PHONY: prove setup-hosts prove-hosts
prove: $(PROVER) elf ## prove every operation of machine.h for all inputs, on every machine, and exhaust the renderer's memory
	scripts/prove.sh $(BUILD)
	set -e; for machine in $(MACHINES); do BUILD=$(BUILD) scripts/exhaust.sh $$machine 64; done

setup-hosts: ## install the compilers that prove-hosts builds the generators with
	scripts/setup.sh scripts/packages-hosts.txt

prove-hosts: elf ## lay everything on hosts of both byte orders, with gcc, clang and tcc: the bytes must be the same
	scripts/prove-hosts.sh $(BUILD) $(HOSTS)

YAML_SOURCES := $(wildcard action.yml .github/workflows/*.yml .clusterfuzzlite/*.yaml)
LINTS := $(if $(C_SOURCES),lint-tidy lint-cppcheck check-format) $(if $(SHELL_SOURCES),lint-shell) \
         $(if $(wildcard scripts/check-symbols.sh),lint-symbols) $(if $(wildcard scripts/check-rooms.sh),lint-rooms) \
         $(if $(wildcard scripts/check-licences.sh),lint-licences) $(if $(YAML_SOURCES),lint-yaml)
#= TEST_SECONDS=N       how long one test program of make check may take, on a machine of its own (600)
#= AGAIN=1              make check: run the tests that passed as well, though nothing that they read has changed
TEST_SECONDS ?= 600
FUZZ_CHECK := $(if $(and $(FUZZERS),$(filter x64,$(call machines,machine_here))),check-fuzz)
# A test of the gate runs as it is and once more with sanitizers. One that says `once: plain;` or `once: sanitized;` runs
# only so: the other run would cost much and show nothing more.
once = $(patsubst %.c,$(BUILD)/tests/%,$(shell grep -lE '^/\* once: $(1);' $(TEST_SOURCES)))
SANITIZED_TESTS = $(if $(SANITIZE),,$(patsubst $(BUILD)/%,$(BUILD)/sanitized/%,$(filter-out $(call once,plain),$(GATE_TESTS))))
PLAIN_TESTS = $(if $(SANITIZE),$(UNIT_TESTS),$(filter-out $(call once,sanitized),$(UNIT_TESTS)))
# They are linked by the rule of build/gates; a list that is made after this rule would be empty in it.
ifneq ($(and $(HARNESS_SOURCES),$(filter check,$(MAKECMDGOALS))),)
TEST_GATES := $(BUILD)/gates/all $(addprefix $(BUILD)/gates/,$(sort $(patsubst gate:%,%,$(filter gate:%,\
              $(shell sed -sn '1,40{/^\(\/\*\|\#\) reads: /p}' $(TEST_SOURCES) $(SHELL_TESTS))))))
endif
check: all unit-tests sanitized $(PROVER) $(TEST_GATES) ## run the unit tests, the script tests, the linters, and the fuzzer for a moment
	TEST_GATE='$(GATE)' scripts/run-tests.sh -j $(JOBS) -t $(TEST_SECONDS) -l $(BUILD)/test-logs \
	  $(if $(AGAIN),,-k $(BUILD)/kept) \
	  $(addprefix make:,$(LINTS) $(FUZZ_CHECK) $(if $(SANITIZE),,check-sanitized)) \
	  $(PLAIN_TESTS) $(SANITIZED_TESTS) $(SHELL_TESTS) $(wildcard scripts/check-elf-sums.sh)

# The generators and the gate's own tests once more, with ASan and UBSan. What the sanitized generators lay must be
# the same to the byte: a generator whose bytes hang on undefined behaviour would differ here.
.PHONY: sanitized check-sanitized gate-tests
sanitized:
	$(if $(SANITIZE),,$(MAKE) --no-print-directory SANITIZE=1 BUILD=$(BUILD)/sanitized gate-tests)
gate-tests: elf $(GATE_TESTS)
check-sanitized:
	diff -rq $(BUILD)/elf $(BUILD)/sanitized/elf

.PHONY: unit-tests elf
unit-tests: $(UNIT_TESTS)
elf: $(STAMPS)

lint: $(LINTS) ## check the layout and the sense of every source: clang-format, clang-tidy, cppcheck, shellcheck, symbols, rooms, licences

sums: elf ## write down the size and the SHA-256 of each program in fixtures/, after an intended change
	scripts/update-elf-sums.sh

.PHONY: coverage mutate
coverage: all ## measure which instructions and branch edges of the programs the cases reach
	$(BUILD)/bytegate coverage --lcov $(BUILD)/coverage.info

#= MUTATE_SECONDS=N     how long make mutate tries mutants (60)
#= MUTATE_SEED=N        which mutants make mutate tries first (1)
MUTATE_SECONDS ?= 60
MUTATE_SEED ?= 1
mutate: all ## change the renderer at places that MUTATE_SEED decides, MUTATE_SECONDS long: do the cases notice?
	$(BUILD)/bytegate mutate --program markdown-render_x64 --seconds $(MUTATE_SECONDS) --seed $(MUTATE_SEED)

#= SIMULATE_SEEDS=N     how many histories of each server make simulate runs (100)
#= SIMULATE_SEED=N      the first of them (1)
SIMULATE_SEEDS ?= 100
SIMULATE_SEED ?= 1
.PHONY: simulate
simulate: all ## run the servers on a simulated kernel and clock, SIMULATE_SEEDS histories from SIMULATE_SEED on
	set -e; for machine in $(MACHINES); do \
	  $(BUILD)/bytegate simulate $(BUILD)/elf/markdown-server_$$machine --seed $(SIMULATE_SEED) --seeds $(SIMULATE_SEEDS) -j $(JOBS); done

.PHONY: setup-mutate-gate mutate-gate
setup-mutate-gate: ## install what makes faults in the gate, and what such a gate is locked into
	scripts/setup.sh scripts/packages-mutate-gate.txt

#= MUTATE_COUNT=N       how many faults make mutate-gate tries (500)
MUTATE_COUNT ?= 500
mutate-gate: all ## make faults in the gate's own C, MUTATE_COUNT in an order that MUTATE_SEED decides: do its tests notice?
	TEST_GATE='$(patsubst $(BUILD)/%,build/%,$(GATE))' scripts/mutate-gate.sh -n $(MUTATE_COUNT) -s $(MUTATE_SEED) -j $(JOBS) $(BUILD)

.PHONY: setup-campaign prove-campaign
setup-campaign: ## install the engines of campaigns, and what stands for other machines
	scripts/setup.sh scripts/packages-campaign.txt

prove-campaign: all $(FUZZERS) ## run campaigns on GNU parallel and Slurm, kill a node in the middle of each: nothing may be lost
	scripts/prove-campaign.sh $(BUILD)

.PHONY: fuzz format clean
#= SECONDS=N            how long make fuzz looks for documents; FUZZ_SECONDS is the same (60)
FUZZ_SECONDS ?= $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)
# Short documents reach the same places several times as fast (FUZZ_MAX=BYTES), and libFuzzer's account of rare
# features costs more than both renderers.
#= FUZZ_MAX=BYTES       the longest document of make fuzz (1024)
FUZZ_MAX ?= 1024
FUZZ_FLAGS := -entropic=0 -max_len=$(FUZZ_MAX)
fuzz: $(FUZZERS) ## look for documents that diverge, SECONDS=60 long, guided by what the machine code reaches
	mkdir -p $(BUILD)/fuzz/corpus
	for fuzzer in $(FUZZERS); do \
	  $$fuzzer $(FUZZ_FLAGS) -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/corpus \
	    $(wildcard fixtures/markdown fixtures/fuzz) || exit; done

format: ## lay out every C source with clang-format
	clang-format -i $(C_SOURCES) $(OTHER_SOURCES) $(HEADERS)

clean: ## remove what was built, and leave what setup unpacked
	[ ! -d $(BUILD) ] || { find $(BUILD) -mindepth 1 -maxdepth 1 ! -name commands ! -name documents -exec rm -rf {} + && \
	  rmdir --ignore-fail-on-non-empty $(BUILD); }

## Compilation. Sources are named relative to this folder, so that __FILE__, which stands in the source maps of
## the programs, is the same wherever the checkout stands.

$(BUILD)/obj/%.o: %.c Makefile
	mkdir -p $(@D)
	$(if $(V),,echo '  CC    $<')
	$(CC) $(call flags_of,$<) $(CPPFLAGS) $(CFLAGS) $(DEPFLAGS) -c -o $@ $<
	$(if $(and $(SANITIZE),$(filter-out generators/%,$<)),{ echo '$(CC) $(CFLAGS)' && $(CC) $(call flags_of,$<) $(CPPFLAGS) $(CFLAGS) -E -P $< | \
	  grep -v '^ *$$'; } | sha256sum >$(@:.o=.tokens))

# flags_of SOURCE: where its headers are. A generator has none but its own; a test sees both halves. options.c prints the
# version.
flags_of = -I. $(if $(filter generators/% $(TEST_SOURCES) $(TEST_SUPPORT),$(1)),$(QUOTED) generators) \
           $(if $(filter $(GENERATOR_SOURCES) generators/programs/%,$(filter-out $(TEST_SOURCES) $(TEST_SUPPORT),$(1))),,$(TEST_CPPFLAGS)) \
           $(if $(filter harness/cli/options.c,$(1)),-DBYTEGATE_VERSION='"$(VERSION)"')

# So that the linker can leave out each function that a program does not call: see the gates of the tests.
$(BUILD)/obj/harness/%.o $(BUILD)/obj/oracles/%.o: CFLAGS += -ffunction-sections -fdata-sections

# The encoders as their tests have them tell each call.
$(BUILD)/obj/generators/isa/tests/encoders_%.o: CFLAGS += -finstrument-functions

$(BUILD)/obj/harness/cli/options.o: VERSION

# How clang reads each source, for editors and for clang-tidy.
comma := ,
command_of = clang -std=c11 -D_GNU_SOURCE -Wall -Wextra $(strip $(call flags_of,$(1)) $(CPPFLAGS)) -c $(1)
entry_of = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(subst ",\",$(subst \,\\,$(call command_of,$(1))))"}
.PHONY: compile_commands.json
compile_commands.json: $(BUILD)/compile_commands.json ## write how each C source is compiled, for clangd and other tools
	cp $< $@

$(BUILD)/compile_commands.json: Makefile $(wildcard VERSION) $(sort $(dir $(C_SOURCES)))
	$(shell mkdir -p $(@D))$(file >$@,[)$(foreach source,$(C_SOURCES),\
	  $(file >>$@,$(call entry_of,$(source))$(if $(filter-out $(lastword $(C_SOURCES)),$(source)),$(comma))))$(file >>$@,])
	true

# Only the library that is installed holds its objects; the others say where they are.
$(BUILD)/libgenerators.a: $(call objects,$(GENERATOR_SOURCES))
$(BUILD)/liboracles.a: $(call objects,$(filter-out $(ENCODING_ORACLE),$(ORACLE_SOURCES)))
$(BUILD)/libharness.a: $(call objects,$(HARNESS_SOURCES))
$(BUILD)/lib%.a:
	mkdir -p $(@D)
	rm -f $@
	$(AR) $(if $(filter %/libbytelay.a %/libgenerators.a,$@),rcs,rcsT) $@ $^

$(BUILD)/bytegate: $(call objects,$(HARNESS_SOURCES)) $(BUILD)/liboracles.a
	$(if $(V),,echo '  LINK  $@')
	$(CC) $(LDFLAGS) -o $@ $^ $(GATE_LIBS)

# The gates of the tests, without what debuggers alone read: build/gates/all, and for `reads: gate:WORD+WORD` one without
# the commands that harness/tests/left_out.c lists and the test does not name. A test runs again only where the bytes of
# its gate changed. Not by gold: what it writes hangs on the order of symbols in files of which it takes nothing.
LEFT_OUT := harness/tests/left_out.c
RUN_CASES := verify report merge campaign list self-audit accept init reduce blame bisect coverage covers mutate ledger loaders
left_out = $(if $(filter all,$(1)),,$(foreach row,$(shell sed -n 's/^LEFT_OUT(\(.*\), \(.*\))$$/\1:\2/p' $(LEFT_OUT)),\
           $(if $(filter $(patsubst verify,$(RUN_CASES),$(firstword $(subst :, ,$(row)))),$(1)),,$(lastword $(subst :, ,$(row))))))
$(BUILD)/gates/%: $(call objects,$(HARNESS_SOURCES)) $(BUILD)/liboracles.a $(call objects,$(wildcard $(LEFT_OUT)))
	mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--gc-sections -Wl,--strip-debug -Wl,--build-id=none \
	  $(patsubst %,-Wl$(comma)--wrap=%,$(call left_out,$(subst +, ,$(@F)))) -o $@ $^ $(GATE_LIBS)

$(ORACLE_COMMANDS): $(BUILD)/oracle-%: $(BUILD)/obj/oracles/commands/%.o $(BUILD)/liboracles.a
	$(CC) $(LDFLAGS) -o $@ $^ $(GATE_LIBS)

# What the emulator loads is no part of a program of ours, and is never sanitized.
MACHINE_SOURCES := harness/base/machine.c $(wildcard harness/base/instructions_*.c)
$(BUILD)/plugin/fork_server.so: harness/helpers/confine/bpf.h harness/helpers/refuse/failing.h
$(PLUGINS): $(BUILD)/plugin/%.so: harness/helpers/plugin/%.c $(MACHINE_SOURCES) harness/base/machine.h harness/helpers/plugin/*.h
	mkdir -p $(@D)
	$(CC) -I. $(filter-out $(SANITIZERS),$(CFLAGS)) -fPIC -shared -fvisibility=hidden -o $@ $(filter %.c,$^)

# With musl, which starts a program six times as fast as glibc's static start does. The kernel's headers are the host's.
$(BUILD)/confine: $(CONFINE_SOURCES) $(wildcard harness/helpers/confine/*.h harness/cell/*.h harness/base/spawn.h)
	mkdir -p $(@D)
	$(MUSL_CC) -I. -idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -dumpmachine) \
	  $(filter-out $(SANITIZERS),$(CFLAGS)) -static -o $@ $(filter %.c,$^)

$(BUILD)/refuse: harness/helpers/refuse/refuse.c harness/helpers/refuse/failing.h
$(BUILD)/step_instructions: harness/helpers/step/step_instructions.c $(wildcard harness/base/instructions_*.c) harness/base/machine.h \
  harness/helpers/plugin/counts.h
$(filter-out $(BUILD)/confine,$(LAUNCHERS)):
	mkdir -p $(@D)
	$(CC) -I. $(filter-out $(SANITIZERS),$(CFLAGS)) -static -o $@ $(filter %.c,$^)

# The templates of `bytegate new`, beside the command. A folder is newer once a file of it has come or gone.
TEMPLATES := $(shell find harness/new/templates 2>/dev/null)
$(BUILD)/new/.copied: $(TEMPLATES)
	rm -rf $(BUILD)/new
	mkdir -p $(@D)
	cp -r harness/new/templates/. $(@D)
	touch $@

# The prover, for z3 and Unicorn; see generators/isa/prove/check.h.
$(BUILD)/prove: $(call objects,$(PROVE_SOURCES) $(wildcard generators/tests/kernel_numbers_*.c)) $(BUILD)/libgenerators.a
	$(CC) $(LDFLAGS) -o $@ $^ -lz3 -lunicorn -lm

$(BUILD)/execute-%: generators/isa/prove/execute.c generators/isa/prove/execute.h
	mkdir -p $(@D)
	$(call machines,machine_of $* && echo $$machine_cc) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Igenerators -static -o $@ $<

## The programs under test: laid by the generators, never by a compiler

# LINK and LAY_WITH are for generators of another machine: what links them, and what runs them here.
LINK = $(CC) $(LDFLAGS)
LAY_WITH ?=
$(GENERATORS): $(BUILD)/gen/%: $(BUILD)/obj/generators/programs/%.o $(BUILD)/libgenerators.a
	mkdir -p $(@D)
	$(LINK) -o $@ $^

# A stamp lists the files that its generator wrote. One that has since lost a file is made again.
written_by = $(if $(wildcard $(1)),$(addprefix $(BUILD)/elf/,$(file <$(1))))
.PHONY: $(foreach stamp,$(STAMPS),$(if $(filter-out $(wildcard $(BUILD)/elf/*),$(call written_by,$(stamp))),$(stamp)))

$(STAMPS): $(BUILD)/elf/.%.stamp: $(BUILD)/gen/%
	echo '  LAY   $*'
	rm -rf $@ $(BUILD)/elf/.$*.new
	mkdir -p $(BUILD)/elf/.$*.new
	$(LAY_WITH) $< $(BUILD)/elf/.$*.new
	ls $(BUILD)/elf/.$*.new > $(BUILD)/elf/.$*.list
	mv $(BUILD)/elf/.$*.new/* $(BUILD)/elf/
	rmdir $(BUILD)/elf/.$*.new
	mv $(BUILD)/elf/.$*.list $@

## Unit tests: those of the generators see all of the generators, those of the gate see all of the gate, and both see
## the oracles. A .c file in a tests/ folder that is not itself a test is linked with each test of that folder, and one in
## generators/tests/ or harness/tests/ with each test of that half that uses it. All others are linked where they are used
## too, so that a test is another program only after a change to what it uses.

# After a change in the gate more than a hundred are linked again. gold, of the package binutils, takes a third of the time.
TEST_LDFLAGS = $(if $(shell command -v ld.gold),-fuse-ld=gold)

define unit_test
$(BUILD)/tests/$(basename $(1)): $(call objects,$(1) $(filter $(dir $(1))%,$(TEST_SUPPORT))) \
  $(call libraries_of,$(firstword $(subst /, ,$(1))))
endef
libraries_of = $(if $(filter generators harness,$(1)),$(BUILD)/lib$(1)-tests.a) \
               $(BUILD)/lib$(if $(filter generators,$(1)),generators,harness).a $(BUILD)/liboracles.a
$(BUILD)/libgenerators-tests.a: $(call objects,$(filter generators/tests/%,$(TEST_SUPPORT)) $(ENCODING_ORACLE))
$(BUILD)/libharness-tests.a: $(call objects,$(filter harness/tests/%,$(TEST_SUPPORT)))
$(foreach test,$(TEST_SOURCES),$(eval $(call unit_test,$(test))))
# What cells are attacked with, built as an enemy would: statically, for each machine.
ATTACK := harness/cell/tests/attacks/attack.c
FOREIGN_CC = $(call machines,machine_of $$(machine_foreign) && echo $$machine_cc)
$(BUILD)/tests/harness/cell/tests/test_attacks: | $(BUILD)/tests/attack $(BUILD)/tests/attack-foreign $(BUILD)/confine
$(BUILD)/tests/harness/session/tests/test_confined: | $(BUILD)/tests/attack
$(BUILD)/tests/attack: ATTACK_CC := $(CC)
$(BUILD)/tests/attack-foreign: ATTACK_CC = $(FOREIGN_CC)
$(BUILD)/tests/attack $(BUILD)/tests/attack-foreign: $(ATTACK)
	mkdir -p $(@D)
	$(ATTACK_CC) $(filter-out $(SANITIZERS),$(CFLAGS)) -static -o $@ $<

# What a fork server forks, and what test_ends starts again and again, built so that little stands before its own first
# instruction.
$(BUILD)/tests/harness/drive/tests/test_fork_server: | $(BUILD)/tests/forked
$(BUILD)/tests/harness/session/tests/test_ends: | $(BUILD)/tests/ends
$(BUILD)/tests/forked: harness/drive/tests/forked/forked.c
$(BUILD)/tests/ends: harness/session/tests/ends/ends.c harness/session/tests/ends/ends.h
$(BUILD)/tests/forked $(BUILD)/tests/ends:
	mkdir -p $(@D)
	$(MUSL_CC) -I. $(filter-out $(SANITIZERS),$(CFLAGS)) -static -o $@ $<

# What a sanitized one was compiled from stands beside it (test-inputs.sh); gold tells which objects of archives it linked.
traced = $(and $(SANITIZE),$(TEST_LDFLAGS),$(filter $(BUILD)/tests/harness/% $(BUILD)/tests/oracles/%,$(1)))
$(UNIT_TESTS):
	mkdir -p $(@D)
	rm -f $@.tokens
	$(CC) $(LDFLAGS) $(TEST_LDFLAGS) -Wl,--gc-sections $(if $(call traced,$@),-Wl$(comma)--trace) -o $@ $^ \
	  $(if $(filter $(BUILD)/tests/harness/%,$@),$(HARNESS_TEST_LIBS),$(TEST_LIBS)) $(if $(call traced,$@),>$@.trace)
	$(if $(call traced,$@),scripts/tokens.sh $@.trace $(BUILD)/obj >$@.tokens || rm $@.tokens)

## Fuzzers: a C program that links the relocatable object, whose labels bump the counters that libFuzzer watches. That
## object is x86-64. `make check` runs as many documents as it takes seconds, always the same ones.

.PHONY: check-fuzz
FUZZ_DOCUMENTS := $(wildcard fixtures/markdown fixtures/fuzz)
check-fuzz: $(BUILD)/fuzz/checked
$(BUILD)/fuzz/checked: $(FUZZERS) $(PACKAGES) $(FUZZ_DOCUMENTS) $(wildcard $(addsuffix /*,$(FUZZ_DOCUMENTS)))
	mkdir -p $(BUILD)/fuzz/check
	touch $@.begun
	for fuzzer in $(FUZZERS); do \
	  $$fuzzer $(FUZZ_FLAGS) -seed=1 -runs=100000 -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/check \
	    $(FUZZ_DOCUMENTS) || exit; done
	mv $@.begun $@

$(FUZZERS): $(BUILD)/fuzz/%: harness/fuzz/%.c $(BUILD)/elf/.markdown-object.stamp
	mkdir -p $(@D)
	clang -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -fsanitize=fuzzer -I. -I$(BUILD)/elf $(GATE_CPPFLAGS) \
	  -o $@ $< $(BUILD)/elf/markdown-render-counted_x64.o $(GATE_LIBS)

## Linters. A file is asked about again only after it, or a package, has changed; clang-tidy, after its object was made
## again. The time of a stamp is that at which the question began: what changes meanwhile is newer.

# The versions of the linters, of what they need, and of the libraries whose headers they read.
$(PACKAGES): FORCE
	mkdir -p $(@D)
	new=$@.$$$$; scripts/package-versions.sh scripts/packages.txt scripts/packages-check.txt >$$new; if cmp -s $$new $@; then rm $$new; else mv $$new $@; fi
.PHONY: FORCE

.PHONY: check-format lint-tidy lint-cppcheck lint-shell lint-symbols lint-rooms lint-licences
check-format: $(patsubst %,$(BUILD)/lint/%.format,$(C_SOURCES) $(OTHER_SOURCES) $(HEADERS))
$(BUILD)/lint/%.format: % .clang-format $(PACKAGES)
	mkdir -p $(@D)
	touch $@.begun
	clang-format --dry-run -Werror $<
	mv $@.begun $@

# The analyzer's budget for each function: a third of its default, which takes a third of the time.
TIDY_NODES := 60000
lint-tidy: $(patsubst %.c,$(BUILD)/lint/%.tidy,$(C_SOURCES))
$(BUILD)/lint/%.tidy: $(BUILD)/obj/%.o .clang-tidy $(PACKAGES) | $(BUILD)/compile_commands.json
	mkdir -p $(@D)
	clang-tidy -p $(BUILD) --quiet --warnings-as-errors='*' $(TIDY_NODES:%=--extra-arg=-Xclang --extra-arg=-analyzer-config \
	  --extra-arg=-Xclang --extra-arg=max-nodes=%) $*.c 2>$@.log || { cat $@.log; exit 1; }
	touch $@

# What is suppressed here, cppcheck misreads (functions that never return, structures filled in part, or returned by
# value), and clang-tidy's analyzer reads.
CPPCHECK_SUPPRESS := $(addprefix --suppress=,missingIncludeSystem va_end_missing returnDanglingLifetime \
                     legacyUninitvar uninitvar ctuuninitvar internalAstError)
# All files are asked about together where there is no stamp, so that calls from one to another are followed. Later those
# are whose object was made again, by themselves: to read the other three hundred takes most of the time.
lint-cppcheck: $(BUILD)/lint/cppcheck.stamp
$(BUILD)/lint/cppcheck.stamp: $(call objects,$(C_SOURCES)) Makefile $(wildcard VERSION) $(PACKAGES)
	mkdir -p $(BUILD)/lint/cppcheck
	touch $@.begun
	cppcheck -q -j $(JOBS) --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	  --cppcheck-build-dir=$(BUILD)/lint/cppcheck $(CPPCHECK_SUPPRESS) \
	  -D_GNU_SOURCE -D__x86_64__ -DBYTEGATE_VERSION='"$(VERSION)"' -I. -Igenerators \
	  $(if $(filter-out %.o,$?),$(C_SOURCES),$(patsubst $(BUILD)/obj/%.o,%.c,$?))
	mv $@.begun $@

lint-shell: $(BUILD)/lint/shell
$(BUILD)/lint/shell: $(SHELL_SOURCES) $(PACKAGES)
	mkdir -p $(@D)
	touch $@.begun
	shellcheck -x $(SHELL_SOURCES)
	mv $@.begun $@

# Whole words for true and false, and no length of a line, which holds a command.
YAML_RULES := {extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}}}
lint-yaml: $(PACKAGES)
	yamllint --strict -d '$(YAML_RULES)' $(YAML_SOURCES)

lint-rooms:
	scripts/check-rooms.sh

lint-licences: $(PACKAGES)
	mkdir -p $(BUILD)/lint
	kept=$(BUILD)/lint/licences; [ ! $(PACKAGES) -nt $$kept ] || rm -f $$kept; scripts/check-licences.sh -k $$kept

# Each test is linked with one of the two libraries and with the oracles.
lint-symbols: $(addprefix $(BUILD)/lib,generators.a harness.a oracles.a) $(call objects,$(ENCODING_ORACLE))
	scripts/check-symbols.sh $(BUILD)/libgenerators.a $(BUILD)/liboracles.a $(call objects,$(ENCODING_ORACLE))
	scripts/check-symbols.sh $(BUILD)/libharness.a $(BUILD)/liboracles.a

-include $(patsubst %.o,%.d,$(call objects,$(C_SOURCES)))

endif
# SPDX-License-Identifier: MIT
