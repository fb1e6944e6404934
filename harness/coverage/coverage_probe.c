/* Makes targets that count: under the emulator with its plugin, or, where the suite wants the machine itself alone,
   one instruction at a time. */
#include "harness/coverage/coverage_probe.h"
#include "harness/base/command.h"
#include "harness/base/companion.h"
#include "harness/helpers/plugin/calls.h"
#include "harness/suite/suite.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What counts is slower than what the suites' deadlines are made for. */
enum { PATIENCE = 6 };

static const char plugin_name[] = "plugin/count_instructions.so";
static const char stepper_name[] = "step_instructions";

/* Where the map of the program has its entry: at e_entry, or, in a map whose addresses are offsets in the file, where
   the file has what is loaded there. */
static uint64_t entry_of(const struct coverage *coverage) {
  struct bytes image = {0};
  Elf64_Ehdr header = {0};
  Elf64_Phdr segment = {0};
  int failed = bytes_read_file(&image, coverage->elf);
  if (failed)
    die("%s: %s", coverage->elf, strerror(failed));
  if (image.len >= sizeof header)
    memcpy(&header, image.data, sizeof header);
  /* The last bytes of a header may be cut off, and count as zeros. */
  if (header.e_phoff < image.len)
    memcpy(&segment, image.data + header.e_phoff,
           image.len - header.e_phoff < sizeof segment ? image.len - header.e_phoff : sizeof segment);
  bytes_free(&image);
  if (header.e_entry - coverage->map.base < coverage->map.span)
    return header.e_entry;
  return header.e_entry - segment.p_vaddr + segment.p_offset;
}

/* The address of the first byte that may be executed of the program, where an interpreter loads it; 0: none does. */
static uint64_t start_of(const struct coverage *coverage) {
  struct bytes image = {0};
  Elf64_Ehdr header = {0};
  uint64_t start = UINT64_MAX;
  bool interpreted = false;
  bytes_read_file(&image, coverage->elf);
  if (image.len >= sizeof header)
    memcpy(&header, image.data, sizeof header);
  for (size_t i = 0; header.e_ident[EI_CLASS] == ELFCLASS64 && i < header.e_phnum; i++) {
    Elf64_Phdr segment;
    size_t at = header.e_phoff + i * sizeof segment;
    if (at > image.len || image.len - at < sizeof segment)
      break;
    memcpy(&segment, image.data + at, sizeof segment);
    interpreted |= segment.p_type == PT_INTERP;
    if (segment.p_type == PT_LOAD && segment.p_flags & PF_X && segment.p_vaddr < start)
      start = segment.p_vaddr;
  }
  bytes_free(&image);
  return interpreted && start != UINT64_MAX ? start : 0;
}

static struct counts_header *make_counts(const char *path, const struct coverage *coverage) {
  size_t size = counts_size(coverage->map.span);
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
    die("%s: %s", path, strerror(errno));
  struct counts_header *counts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (counts == MAP_FAILED)
    die("%s: %s", path, strerror(errno));
  *counts = (struct counts_header){.magic = COUNTS_MAGIC,
                                   .base = coverage->map.base,
                                   .span = coverage->map.span,
                                   .entry = entry_of(coverage),
                                   .start = start_of(coverage),
                                   .write_call = (uint64_t)call_number(call_named("write"), coverage->machine->calls)};
  return counts;
}

/* Whether the suite runs the program of TARGET on the machine itself and nowhere else. */
static bool is_native_only(const struct suite *suite, const struct target *target) {
  for (size_t i = 0; i < suite->target_count; i++) {
    const struct target *other = &suite->targets[i];
    if (other->program == target->program && other->machine == target->machine && other->runner != RUNNER_NATIVE)
      return false;
  }
  return true;
}

/* Puts what counts before the program, or into its emulator. */
static void add_counter(struct target *target, bool native, const struct machine *machine, const char *counts) {
  char *counter = native ? companion_path(stepper_name) : find_command(machine->qemu_dynamic);
  char *plugin = companion_path(plugin_name);
  char *plugged = xasprintf("%s,counts=%s", plugin, counts);
  if (native)
    prefix_wrap(&target->prefix, (const char *const[]){counter, counts, NULL});
  else
    prefix_emulate(&target->prefix, (const char *const[]){counter, "-plugin", plugged, NULL});
  target->prefix.observes = true;
  /* The end that shows is that of what counts. */
  target->runner = RUNNER_NATIVE;
  free(counter);
  free(plugin);
  free(plugged);
}

struct probe *probe_make(struct coverage *coverage, const struct covered_case *one, const char *path) {
  struct probe *probe = xcalloc(1, sizeof *probe);
  const struct target *original = one->target;
  bool native = is_native_only(one->suite, original);
  *probe = (struct probe){.coverage = coverage, .original = original, .target = target_copy(original)};
  probe->path = xstrdup(path);
  probe->counts = make_counts(path, coverage);
  add_counter(&probe->target, native, coverage->machine, path);
  free(probe->target.elf);
  probe->target.elf = xstrdup(coverage->elf);
  probe->target.deadline *= PATIENCE;
  probe->target.start_deadline *= PATIENCE;
  return probe;
}

void probe_close(struct probe *probe) {
  if (!probe->counts)
    return;
  munmap(probe->counts, counts_size(probe->coverage->map.span));
  unlink(probe->path);
  free(probe->before);
  probe->counts = NULL;
  probe->before = NULL;
}

void probe_free(struct probe *probe) {
  probe_close(probe);
  result_free(&probe->stop);
  target_free(&probe->target);
  free(probe->path);
  free(probe);
}

void probe_collect(struct probe *probe, struct covered_case *one) {
  const volatile uint64_t *now = (const volatile uint64_t *)counts_array(probe->counts, COUNT_EXECUTED);
  size_t count = COUNTERS * (size_t)probe->coverage->map.span;
  /* Only now: thousands of probes may be made before the first is used. */
  if (!probe->before)
    probe->before = xcalloc(count, sizeof *probe->before);
  for (size_t i = 0; i < count; i++) {
    uint64_t value = now[i];
    if (value != probe->before[i])
      one->bits[i / 8] |= (uint8_t)(1 << i % 8);
    probe->before[i] = value;
  }
}

static void check_built(const char *name, struct bytes *why) {
  char *path = companion_path(name);
  if (access(path, R_OK) != 0 && why->len == 0)
    bytes_printf(why, "%s: %s (run `make` to build it)", path, strerror(errno));
  free(path);
}

bool probes_check(const struct coverage_list *list, struct bytes *why) {
  check_built(plugin_name, why);
  check_built(stepper_name, why);
  for (size_t i = 0; i < list->count; i++) {
    const char *name = list->items[i].machine->qemu_dynamic;
    char *emulator = find_command(name);
    if (!emulator && why->len == 0)
      bytes_printf(why, "%s is not on the PATH (install qemu-user; qemu-user-static takes no plugin)", name);
    free(emulator);
  }
  return why->len == 0;
}

/* SPDX-License-Identifier: MIT */
