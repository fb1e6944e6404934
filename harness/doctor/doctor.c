/* What it means for the gate: each thing that was looked at, what does not work without it, and what helps. */
#include "harness/doctor/doctor.h"

#include "harness/base/machine.h"
#include "oracles/markdown.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The gate keeps a folder for each program at work, and answers of 64 MiB at most. */
enum { NEEDED_MIB = 256 };

/* Adds a finding. EFFECT and REMEDY belong to a state that is not good; the texts are taken. */
static void add(struct diagnosis *diagnosis, const char *name, enum finding_state state, char *found,
                const char *effect, const char *remedy) {
  assert(diagnosis->count < FINDINGS_MOST);
  struct finding *finding = &diagnosis->findings[diagnosis->count++];
  *finding = (struct finding){.name = name, .state = state};
  finding->found = found;
  if (state != FINDING_GOOD) {
    finding->effect = xstrdup(effect);
    finding->remedy = xstrdup(remedy);
  }
}

static void judge_oracle(const struct surroundings *seen, struct diagnosis *diagnosis) {
  bool good = strcmp(seen->libcmark, MARKDOWN_ORACLE_VERSION) == 0;
  add(diagnosis, "libcmark", good ? FINDING_GOOD : FINDING_LACKING, xstrdup(seen->libcmark),
      "the oracle is libcmark " MARKDOWN_ORACLE_VERSION ", and another version is another oracle",
      "install libcmark " MARKDOWN_ORACLE_VERSION ", which Debian 12 has, or use the container");
}

static void judge_emulators(const struct surroundings *seen, struct diagnosis *diagnosis) {
  bool all = seen->emulators == machine_count;
  char *found = all ? xasprintf("emulators of all %zu machines", machine_count)
                    : xasprintf("emulators of %u machines of %zu; none of %s", seen->emulators, machine_count,
                                seen->missing.data);
  add(diagnosis, "qemu", all ? FINDING_GOOD : FINDING_LIMITED, found,
      "programs of these machines do not run, and those of this one run only natively", "apt-get install qemu-user");
  add(diagnosis, "plugins", seen->plugins ? FINDING_GOOD : FINDING_LIMITED,
      xasprintf("%s is %s", host_machine()->qemu_dynamic, seen->plugins ? "here" : "not on the PATH"),
      "blame and coverage see nothing under qemu: qemu-user-static takes no plugin", "apt-get install qemu-user");
}

static void judge_cells(const struct surroundings *seen, struct diagnosis *diagnosis) {
  bool whole = strcmp(seen->cells, "whole") == 0;
  bool none = !*seen->cells;
  add(diagnosis, "cells",
      whole  ? FINDING_GOOD
      : none ? FINDING_LACKING
             : FINDING_LIMITED,
      xstrdup(none ? "no cell can be made" : seen->cells),
      none ? "no program is started, unless --confine=off" : "programs under test can harm more than in a whole cell",
      "allow user namespaces (below), or start the container with --privileged; --confine=off runs programs you trust");
  add(diagnosis, "namespaces", seen->user_namespaces ? FINDING_GOOD : FINDING_LIMITED,
      xasprintf("a process %s make a user namespace", seen->user_namespaces ? "may" : "may not"),
      "cells are not whole where the gate is not run as root",
      "sysctl user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_"
      "userns=0, as far as this kernel has them; in a container: --security-opt seccomp=unconfined");
}

static void judge_tracing(const struct surroundings *seen, struct diagnosis *diagnosis) {
  char *found = seen->ptrace_scope < 0 ? xasprintf("a process %s trace its child", seen->traces ? "may" : "may not")
                                       : xasprintf("a process %s trace its child; kernel.yama.ptrace_scope is %d",
                                                   seen->traces ? "may" : "may not", seen->ptrace_scope);
  add(diagnosis, "ptrace", seen->traces ? FINDING_GOOD : FINDING_LIMITED, found,
      "blame and coverage see nothing of native runs, and a script's start is not observed",
      "sysctl kernel.yama.ptrace_scope=1; in a container: --cap-add SYS_PTRACE");
  char *filter = seen->seccomp == 2 ? xstrdup("a filter of system calls, as containers have it")
                                    : xstrdup("no filter of system calls");
  add(diagnosis, "seccomp", seen->fixed_addresses ? FINDING_GOOD : FINDING_LIMITED, filter,
      "personality(ADDR_NO_RANDOMIZE) is refused: native blame cannot run a program twice at the same addresses",
      "start the container with --security-opt seccomp=unconfined");
}

static void judge_memory(const struct surroundings *seen, struct diagnosis *diagnosis) {
  char *found = seen->overcommit < 0 ? xasprintf("4 GiB %s be mapped", seen->maps_4gib ? "can" : "cannot")
                                     : xasprintf("4 GiB %s be mapped; vm.overcommit_memory is %d",
                                                 seen->maps_4gib ? "can" : "cannot", seen->overcommit);
  add(diagnosis, "memory", seen->maps_4gib ? FINDING_GOOD : FINDING_LIMITED, found,
      "the smallest programs, whose headers ask for 4 GiB, are refused natively",
      "sysctl vm.overcommit_memory=1, and no ulimit -v");
  uint64_t mib = seen->temporary_free >> 20;
  add(diagnosis, "disk", mib >= NEEDED_MIB ? FINDING_GOOD : FINDING_LACKING,
      xasprintf("%llu MiB are free in %s", (unsigned long long)mib, seen->temporary),
      "programs run in folders there, and an answer may have 64 MiB", "free some, or set TMPDIR to another folder");
}

static void judge_commands(const struct surroundings *seen, struct diagnosis *diagnosis) {
  add(diagnosis, "strace", seen->strace ? FINDING_GOOD : FINDING_LIMITED, xstrdup(seen->strace ? "here" : "not here"),
      "the report does not name the system calls that a cell refused", "apt-get install strace");
  add(diagnosis, "git", seen->git ? FINDING_GOOD : FINDING_LIMITED, xstrdup(seen->git ? "here" : "not here"),
      "bisect between commits does not work", "apt-get install git");
  add(diagnosis, "unicorn", seen->unicorn ? FINDING_GOOD : FINDING_LIMITED,
      xstrdup(seen->unicorn ? "here" : "libunicorn.so.2 is not here"), "simulate does not run",
      "apt-get install libunicorn2");
}

void doctor_judge(const struct surroundings *seen, struct diagnosis *diagnosis) {
  diagnosis->count = 0;
  judge_oracle(seen, diagnosis);
  judge_emulators(seen, diagnosis);
  judge_cells(seen, diagnosis);
  judge_tracing(seen, diagnosis);
  judge_memory(seen, diagnosis);
  judge_commands(seen, diagnosis);
}

void diagnosis_free(struct diagnosis *diagnosis) {
  for (size_t i = 0; i < diagnosis->count; i++) {
    free(diagnosis->findings[i].found);
    free(diagnosis->findings[i].effect);
    free(diagnosis->findings[i].remedy);
  }
  diagnosis->count = 0;
}

/* SPDX-License-Identifier: MIT */
