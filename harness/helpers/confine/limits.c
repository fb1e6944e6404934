/* Limits, and the end of all authority. */
#include "harness/helpers/confine/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const rlim_t most_address_space = (rlim_t)8 << 30; /* bytes, where no control group counts what is used */
static const rlim_t most_data = (rlim_t)6 << 30;          /* bytes: the smallest programs claim 4 GiB */
static const rlim_t most_file = (rlim_t)1 << 30;          /* bytes */
enum { CPU_SECONDS = 3600, MOST_DESCRIPTORS = 65536, MOST_PROCESSES = 512, MOST_OF_A_USER = 8192 };

/* Lowers the limit to MOST; one that is lower stays. */
static bool lower(int resource, rlim_t most) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0)
    return false;
  limit.rlim_max = limit.rlim_max < most ? limit.rlim_max : most;
  limit.rlim_cur = limit.rlim_cur < limit.rlim_max ? limit.rlim_cur : limit.rlim_max;
  return setrlimit(resource, &limit) == 0;
}

int limit_resources(const struct cell_options *options, struct standing *standing) {
  bool good = lower(RLIMIT_CPU, CPU_SECONDS) && lower(RLIMIT_CORE, 0) && lower(RLIMIT_FSIZE, most_file) &&
              lower(RLIMIT_NOFILE, MOST_DESCRIPTORS) && lower(RLIMIT_MSGQUEUE, 0) && lower(RLIMIT_NICE, 0) &&
              lower(RLIMIT_RTPRIO, 0);
  if (good && !(standing->granted & GRANT_MEMORY)) {
    good = lower(RLIMIT_AS, most_address_space) && lower(RLIMIT_DATA, most_data);
    standing->granted |= good ? GRANT_MEMORY : 0;
  }
  /* RLIMIT_NPROC counts what a user has in a user namespace, but does not stop root. */
  if (good && !(standing->granted & GRANT_COUNT) && geteuid() != 0 && !options->bare) {
    good = lower(RLIMIT_NPROC, standing->has_user_namespace ? MOST_PROCESSES : MOST_OF_A_USER);
    standing->granted |= good ? GRANT_COUNT : 0;
  }
  if (!(standing->granted & GRANT_COUNT))
    note_missing(standing, "a limit on the number of processes", EPERM);
  return good ? 0 : errno;
}

int drop_authority(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  /* Without the right to do so the bounding set stays; with no_new_privs nothing can be had from it. */
  for (int each = 0; each <= CAP_LAST_CAP + 24; each++)
    prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
  prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
    return errno;
  if (syscall(SYS_capset, &header, none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  return 0;
}

/* SPDX-License-Identifier: MIT */
