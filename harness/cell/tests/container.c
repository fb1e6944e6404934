/* Reads the profile with jansson and applies it with libseccomp. */
#include "harness/cell/tests/container.h"

#include <errno.h>
#include <jansson.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char profile_path[] = "/usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json";

#if defined __x86_64__
static const char machine_name[] = "amd64";
#else
static const char machine_name[] = "arm64";
#endif

/* What Docker leaves to root (docs.docker.com, "Runtime privilege and Linux capabilities"). */
static const int kept[] = {CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FOWNER,      CAP_FSETID,  CAP_KILL,
                           CAP_SETGID,     CAP_SETUID,       CAP_SETPCAP,     CAP_NET_RAW, CAP_NET_BIND_SERVICE,
                           CAP_SYS_CHROOT, CAP_MKNOD,        CAP_AUDIT_WRITE, CAP_SETFCAP};
static const char *const kept_names[] = {"CAP_CHOWN",       "CAP_DAC_OVERRIDE",     "CAP_FOWNER",     "CAP_FSETID",
                                         "CAP_KILL",        "CAP_SETGID",           "CAP_SETUID",     "CAP_SETPCAP",
                                         "CAP_NET_RAW",     "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_MKNOD",
                                         "CAP_AUDIT_WRITE", "CAP_SETFCAP"};
enum { KEPT = sizeof kept / sizeof *kept };

static bool has_kept(const char *name) {
  for (size_t i = 0; i < KEPT; i++)
    if (strcmp(kept_names[i], name) == 0)
      return true;
  return false;
}

/* Whether LIST, an array of texts, has one that HOLDS is true of. */
static bool any(const json_t *list, bool (*holds)(const char *)) {
  for (size_t i = 0; i < json_array_size(list); i++)
    if (holds(json_string_value(json_array_get(list, i))))
      return true;
  return false;
}

static bool is_this_machine(const char *name) { return strcmp(name, machine_name) == 0; }

/* Whether the rule holds for this machine and for a process with the capabilities that are kept. */
static bool rule_holds(const json_t *rule) {
  const json_t *includes = json_object_get(rule, "includes");
  const json_t *excludes = json_object_get(rule, "excludes");
  const json_t *arches = json_object_get(includes, "arches");
  const json_t *caps = json_object_get(includes, "caps");
  return !(json_array_size(arches) && !any(arches, is_this_machine)) &&
         !(json_array_size(caps) && !any(caps, has_kept)) &&
         !any(json_object_get(excludes, "arches"), is_this_machine) &&
         !any(json_object_get(excludes, "caps"), has_kept);
}

static struct scmp_arg_cmp comparison_of(const json_t *argument) {
  static const struct {
    const char *name;
    enum scmp_compare op;
  } ops[] = {{"SCMP_CMP_NE", SCMP_CMP_NE}, {"SCMP_CMP_EQ", SCMP_CMP_EQ}, {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
  struct scmp_arg_cmp comparison = {.arg = (unsigned)json_integer_value(json_object_get(argument, "index")),
                                    .datum_a = (scmp_datum_t)json_integer_value(json_object_get(argument, "value")),
                                    .datum_b = (scmp_datum_t)json_integer_value(json_object_get(argument, "valueTwo"))};
  const char *name = json_string_value(json_object_get(argument, "op"));
  for (size_t i = 0; name && i < sizeof ops / sizeof *ops; i++)
    if (strcmp(ops[i].name, name) == 0)
      comparison.op = ops[i].op;
  return comparison;
}

/* Adds a rule of the profile for each call that it names. A call that this machine does not have is left out, and so is
   what is the default anyway. */
static void add_rule(scmp_filter_ctx filter, const json_t *rule, uint32_t otherwise) {
  struct scmp_arg_cmp comparisons[6];
  const json_t *arguments = json_object_get(rule, "args");
  const json_t *names = json_object_get(rule, "names");
  const json_t *error = json_object_get(rule, "errnoRet");
  const char *action_name = json_string_value(json_object_get(rule, "action"));
  uint32_t action = strcmp(action_name, "SCMP_ACT_ALLOW") == 0
                        ? SCMP_ACT_ALLOW
                        : SCMP_ACT_ERRNO(error ? (uint32_t)json_integer_value(error) : EPERM);
  unsigned count = 0;
  for (; count < json_array_size(arguments) && count < 6; count++)
    comparisons[count] = comparison_of(json_array_get(arguments, count));
  for (size_t i = 0; i < json_array_size(names) && action != otherwise; i++) {
    int number = seccomp_syscall_resolve_name(json_string_value(json_array_get(names, i)));
    if (number != __NR_SCMP_ERROR)
      seccomp_rule_add_array(filter, action, number, count, comparisons);
  }
}

/* Applies the profile. Returns 0 or an errno value. */
static int load_profile(const json_t *profile) {
  const uint32_t otherwise = SCMP_ACT_ERRNO(EPERM);
  scmp_filter_ctx filter = seccomp_init(otherwise);
  const json_t *rules = json_object_get(profile, "syscalls");
  if (!filter || json_array_size(rules) == 0)
    return EINVAL;
#if defined __x86_64__
  seccomp_arch_add(filter, SCMP_ARCH_X86);
#endif
  for (size_t i = 0; i < json_array_size(rules); i++)
    if (rule_holds(json_array_get(rules, i)))
      add_rule(filter, json_array_get(rules, i), otherwise);
  /* Docker sets no_new_privs only where it is asked to; the profile is loaded by root. */
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, geteuid() != 0);
  int failed = -seccomp_load(filter);
  seccomp_release(filter);
  return failed;
}

static int drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{0}};
  for (int each = 0; each <= CAP_LAST_CAP; each++) {
    bool keep = false;
    for (size_t i = 0; i < KEPT; i++)
      keep |= kept[i] == each;
    if (!keep)
      prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
    else if (geteuid() == 0)
      data[each / 32].effective |= 1U << each % 32;
  }
  data[0].permitted = data[0].effective;
  data[1].permitted = data[1].effective;
  return syscall(SYS_capset, &header, data) == 0 ? 0 : errno;
}

bool enter_container(void) {
  json_error_t error;
  json_t *profile = json_load_file(profile_path, 0, &error);
  if (!profile) {
    fprintf(stderr, "%s: %s (install golang-github-docker-docker-dev)\n", profile_path, error.text);
    return false;
  }
  int failed = load_profile(profile);
  json_decref(profile);
  if (!failed)
    failed = drop_capabilities();
  if (failed)
    fprintf(stderr, "the profile of a container cannot be applied: %s\n", strerror(failed));
  return !failed;
}

/* SPDX-License-Identifier: MIT */
