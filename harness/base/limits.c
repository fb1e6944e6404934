/* A gate that met a limit in its middle could only die there, or take what it did to a program for the program's fault.
   So it asks first. */
#include "harness/base/limits.h"

#include "harness/base/bytes.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

/* Bytes, seconds or numbers. What programs need is what a cell leaves them at most (helpers/confine/limits.c); a file
   of their output has 64 MiB. */
static const struct need {
  int resource;
  char option; /* of ulimit */
  bool by_gate, per_job, of_user;
  rlim_t least;
  const char *what;
} needs[] = {
    {RLIMIT_STACK, 's', .by_gate = true, .least = 1 << 20, .what = "the stack, in bytes,"},
    {RLIMIT_NOFILE, 'n', .per_job = true, .least = 512, .what = "open files"},
    {RLIMIT_FSIZE, 'f', .least = 64 << 20, .what = "the size of a file, in bytes,"},
    {RLIMIT_AS, 'v', .least = (rlim_t)8 << 30, .what = "the address space, in bytes,"},
    {RLIMIT_DATA, 'd', .least = (rlim_t)6 << 30, .what = "data, in bytes,"},
    {RLIMIT_CPU, 't', .least = 3600, .what = "CPU seconds"},
    {RLIMIT_NPROC, 'u', .per_job = true, .of_user = true, .least = 128, .what = "processes of one user"},
};

/* What a lane may have open, and how many processes. */
enum { PER_JOB = 16 };

char *limits_lacking(bool runs, unsigned jobs) {
  for (const struct need *need = needs; need < needs + sizeof needs / sizeof *needs; need++) {
    struct rlimit limit;
    rlim_t least = need->least + (need->per_job ? (rlim_t)PER_JOB * jobs : 0);
    bool counts = (need->by_gate || runs) && !(need->of_user && geteuid() == 0);
    if (!counts || getrlimit(need->resource, &limit) != 0 || limit.rlim_cur >= least)
      continue;
    limit.rlim_cur = limit.rlim_max < least ? limit.rlim_max : least;
    setrlimit(need->resource, &limit);
    if (limit.rlim_cur < least)
      return xasprintf(
          "the limit on %s is %llu, and %llu are needed: start it where `ulimit -%c unlimited` holds, or one "
          "that is high enough",
          need->what, (unsigned long long)limit.rlim_cur, (unsigned long long)least, need->option);
  }
  return NULL;
}

char *limit_behind(int error) {
  struct rlimit limit;
  int resource = error == EAGAIN ? RLIMIT_NPROC : RLIMIT_NOFILE;
  char option = error == EAGAIN ? 'u' : 'n';
  if ((error != EAGAIN && error != EMFILE) || getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return xstrdup("");
  return xasprintf(" (`ulimit -%c` is %llu)", option, (unsigned long long)limit.rlim_cur);
}

/* SPDX-License-Identifier: MIT */
