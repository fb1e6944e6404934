/* Which call is which, and those that are about the process itself: descriptors, memory, clocks, signals, limits. */
#include "harness/simulate/kernel.h"

#include "harness/helpers/plugin/calls.h"
#include "harness/simulate/access_log.h"
#include "harness/simulate/client.h"
#include "harness/simulate/kernel_folder.h"
#include "harness/simulate/process.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* What a call takes of the time. */
#define CALL_TIME INT64_C(2000)

/* ---- What all calls use ----------------------------------------------------------------------------------------- */

void *kernel_memory(struct world *world, uint64_t address, uint64_t size, bool written) {
  static char nothing;
  void *memory = size ? emulator_memory(world->process->emulator, address, size, written) : &nothing;
  if (!memory)
    world_fail(world, "bad address",
               "a system call is given %" PRIu64 " bytes at 0x%" PRIx64 ", which are not all there", size, address);
  return memory;
}

bool kernel_text(struct world *world, uint64_t address, char *text, size_t room) {
  for (size_t i = 0; i < room; i++) {
    const char *octet = kernel_memory(world, address + i, 1, false);
    if (!octet)
      return false;
    text[i] = *octet;
    if (!*octet)
      return true;
  }
  return false;
}

struct descriptor *kernel_descriptor(struct world *world, uint64_t fd) {
  return fd < MOST_DESCRIPTORS && world->process->descriptors[fd].object ? &world->process->descriptors[fd] : NULL;
}

int64_t kernel_open(struct world *world, enum object object, struct client *client) {
  unsigned fd = 0;
  while (fd < world->plan->descriptors && world->process->descriptors[fd].object)
    fd++;
  if (fd == world->plan->descriptors)
    return -EMFILE;
  world->process->descriptors[fd] = (struct descriptor){.object = object, .client = client};
  return fd;
}

size_t kernel_open_count(const struct process *process) {
  size_t count = 0;
  for (size_t i = 0; i < MOST_DESCRIPTORS; i++)
    count += process->descriptors[i].object != NO_OBJECT;
  return count;
}

int kernel_fault(struct world *world, const char *call, enum object object) {
  for (size_t i = 0; i < world->fault_count; i++) {
    struct fault *fault = &world->faults[i];
    if (fault->left == 0 || strcmp(fault->call, call) != 0 || (fault->object && fault->object != object))
      continue;
    fault->left--;
    world->process->has_fault = true;
    world->counts.faults++;
    world_tell(world, "fault %u: %s", fault->item, strerrorname_np(fault->error));
    return fault->error;
  }
  return 0;
}

void kernel_permit(struct world *world, int what) {
  world->process->permitted[what] = world->step;
  world->process->has_fault = true;
}

size_t kernel_part(struct world *world, struct random *random, size_t count) {
  if (count < 2 || !random_one_in(random, world->plan->short_in))
    return count;
  return (size_t)random_between(random, 1, (int64_t)count - 1);
}

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

static int64_t map(struct world *world, uint64_t size) {
  uint64_t address = size > 0 && size < UINT64_C(1) << 36 ? emulator_map(world->process->emulator, size) : 0;
  if (!address)
    return -ENOMEM;
  world->process->mappings++;
  world->process->mapped += size;
  return (int64_t)address;
}

static int64_t refuse_memory(struct world *world, int error) {
  kernel_permit(world, PERMITS_503);
  world->process->lacking_round = world->process->round;
  return -error;
}

static int64_t do_mmap(struct world *world, const uint64_t *a) {
  int error = kernel_fault(world, "mmap", NO_OBJECT);
  if (error)
    return refuse_memory(world, error);
  if (a[0] != 0 || a[2] != (PROT_READ | PROT_WRITE) || !(a[3] & MAP_ANONYMOUS)) {
    world_fail(world, "not simulated", "mmap of %" PRIu64 " bytes with protection %" PRIu64 " and flags 0x%" PRIx64,
               a[1], a[2], a[3]);
    return -EINVAL;
  }
  return map(world, a[1]);
}

static int64_t do_munmap(struct world *world, const uint64_t *a) {
  if (!emulator_unmap(world->process->emulator, a[0], a[1])) {
    world_fail(world, "memory returned wrongly", "munmap of %" PRIu64 " bytes at 0x%" PRIx64 ", which are no mapping",
               a[1], a[0]);
    return -EINVAL;
  }
  world->process->mappings--;
  world->process->mapped -= a[1];
  return 0;
}

static int64_t do_mremap(struct world *world, const uint64_t *a) {
  int error = kernel_fault(world, "mremap", NO_OBJECT);
  if (error)
    return refuse_memory(world, error);
  uint64_t size = emulator_mapping(world->process->emulator, a[0]);
  if (!size || a[1] > size || a[2] < a[1] || !(a[3] & MREMAP_MAYMOVE)) {
    world_fail(world, "not simulated", "mremap of %" PRIu64 " bytes at 0x%" PRIx64 " to %" PRIu64, a[1], a[0], a[2]);
    return -EINVAL;
  }
  int64_t address = map(world, a[2]);
  if (address < 0)
    return refuse_memory(world, ENOMEM);
  memcpy(emulator_memory(world->process->emulator, (uint64_t)address, a[1], true),
         emulator_memory(world->process->emulator, a[0], a[1], false), a[1]);
  emulator_unmap(world->process->emulator, a[0], a[1]);
  world->process->mappings--;
  world->process->mapped -= a[1];
  return address;
}

static int64_t do_madvise(struct world *world, const uint64_t *a) {
  if (a[2] != MADV_DONTNEED)
    return 0;
  void *memory = kernel_memory(world, a[0], a[1], true);
  if (memory)
    madvise(memory, a[1], MADV_DONTNEED);
  return 0;
}

/* ---- Time, signals and limits ----------------------------------------------------------------------------------- */

static int64_t do_clock_gettime(struct world *world, const uint64_t *a) {
  int64_t time = world->now + (a[0] == CLOCK_REALTIME || a[0] == CLOCK_REALTIME_COARSE ? world->calendar : 0);
  const int64_t parts[] = {time / SECOND, time % SECOND};
  void *place = kernel_memory(world, a[1], sizeof parts, true);
  if (place)
    memcpy(place, parts, sizeof parts);
  return 0;
}

static int64_t do_rt_sigprocmask(struct world *world, const uint64_t *a) {
  uint64_t set;
  const void *place = a[1] ? kernel_memory(world, a[1], sizeof set, false) : NULL;
  if (place) {
    memcpy(&set, place, sizeof set);
    world->process->blocks_signals = a[0] != SIG_UNBLOCK && set & UINT64_C(1) << (SIGTERM - 1);
  }
  return 0;
}

static int64_t do_rt_sigaction(struct world *world, const uint64_t *a) {
  uint64_t action = 0;
  const void *place = a[1] ? kernel_memory(world, a[1], sizeof action, false) : NULL;
  if (place)
    memcpy(&action, place, sizeof action);
  if (action > 1)
    world_fail(world, "not simulated", "signal %" PRIu64 " is to be handled by a routine", a[0]);
  return 0;
}

static int64_t do_signalfd4(struct world *world, const uint64_t *a) {
  if ((int64_t)a[0] >= 0)
    return -EINVAL;
  return kernel_open(world, OBJECT_SIGNALS, NULL);
}

static int64_t do_eventfd2(struct world *world, const uint64_t *a) {
  int64_t fd = kernel_open(world, OBJECT_EVENT, NULL);
  if (fd >= 0)
    world->process->descriptors[fd].count = a[0];
  return fd;
}

static int64_t do_prlimit64(struct world *world, const uint64_t *a) {
  const uint64_t limits[] = {world->plan->descriptors, world->plan->descriptors};
  void *place = a[3] ? kernel_memory(world, a[3], sizeof limits, true) : NULL;
  if (place)
    memcpy(place, limits, sizeof limits);
  return 0;
}

static int64_t do_dup3(struct world *world, const uint64_t *a) {
  const struct descriptor *log = kernel_descriptor(world, a[0]);
  if (!log || a[1] >= world->plan->descriptors || a[0] == a[1])
    return -EBADF;
  if (log->object != OBJECT_LOG || a[1] != 1)
    world_fail(world, "not simulated", "descriptor %" PRIu64 " becomes %" PRIu64, a[0], a[1]);
  world->process->descriptors[a[1]] = *log;
  return (int64_t)a[1];
}

/* ---- The user --------------------------------------------------------------------------------------------------- */

/* Groups are given up first, the user last: after it nothing is permitted any more. */
static int64_t do_setgroups(struct world *world, const uint64_t *a) {
  world->process->has_no_groups = a[0] == 0 && world->process->user == 0;
  return world->process->user ? -EPERM : 0;
}

static int64_t do_setresgid(struct world *world, const uint64_t *a) {
  if (world->process->user || a[0] != a[1] || a[0] != a[2])
    return -EPERM;
  world->process->group = (unsigned)a[0];
  return 0;
}

static int64_t do_setresuid(struct world *world, const uint64_t *a) {
  if (world->process->user || a[0] != a[1] || a[0] != a[2])
    return -EPERM;
  world->process->user = (unsigned)a[0];
  return 0;
}

static int64_t sandbox(struct world *world, const uint64_t *a) {
  (void)a;
  if (world->plan->sandboxes)
    return 0;
  world->process->has_fault = true;
  return -ENOSYS;
}

static int64_t do_landlock_create_ruleset(struct world *world, const uint64_t *a) {
  if (!world->plan->sandboxes)
    return sandbox(world, a);
  return a[2] & 1 ? 1 : kernel_open(world, OBJECT_RULES, NULL); /* 1: LANDLOCK_CREATE_RULESET_VERSION */
}

static const struct handler_row own_handlers[] = {{"mmap", do_mmap},
                                                  {"munmap", do_munmap},
                                                  {"mremap", do_mremap},
                                                  {"madvise", do_madvise},
                                                  {"clock_gettime", do_clock_gettime},
                                                  {"rt_sigprocmask", do_rt_sigprocmask},
                                                  {"rt_sigaction", do_rt_sigaction},
                                                  {"signalfd4", do_signalfd4},
                                                  {"eventfd2", do_eventfd2},
                                                  {"prlimit64", do_prlimit64},
                                                  {"dup3", do_dup3},
                                                  {"setgroups", do_setgroups},
                                                  {"setresgid", do_setresgid},
                                                  {"setresuid", do_setresuid},
                                                  {"seccomp", sandbox},
                                                  {"landlock_create_ruleset", do_landlock_create_ruleset},
                                                  {"landlock_add_rule", sandbox},
                                                  {"landlock_restrict_self", sandbox},
                                                  {NULL, NULL}};

/* ---- Every call ------------------------------------------------------------------------------------------------- */

static void add_handlers(struct world *world, const struct handler_row *rows) {
  enum call_numbers numbers = emulator_machine(world->process->emulator)->calls;
  for (; rows->name; rows++) {
    long number = call_number(call_named(rows->name), numbers);
    if (number >= 0 && number < CALL_NUMBERS_ROOM)
      world->handlers[number] = rows->handler;
  }
}

void kernel_begin(struct world *world) {
  add_handlers(world, own_handlers);
  add_handlers(world, process_handlers);
  add_handlers(world, file_handlers);
  add_handlers(world, folder_handlers);
  add_handlers(world, socket_handlers);
  add_handlers(world, event_handlers);
  for (int i = 0; i < 3; i++)
    kernel_open(world, OBJECT_STANDARD, NULL);
}

void kernel_end(struct world *world) {
  for (size_t i = 0; i < world->inode_count; i++)
    bytes_free(&world->inodes[i].content);
  free(world->inodes);
  free(world->faults);
}

static int64_t note_unknown(struct world *world, uint64_t number) {
  size_t i = 0;
  while (i < world->unknown_count && world->unknown[i].number != number)
    i++;
  if (i == sizeof world->unknown / sizeof *world->unknown)
    return -ENOSYS;
  world->unknown[i].number = number;
  world->unknown[i].times++;
  world->unknown_count = i == world->unknown_count ? i + 1 : world->unknown_count;
  return -ENOSYS;
}

static void tell_call(struct world *world, uint64_t number, const uint64_t *a, int64_t result) {
  const struct call *call = call_of(emulator_machine(world->process->emulator)->calls, (long)number);
  char name[32];
  if (!world->trace)
    return;
  snprintf(name, sizeof name, "call %" PRIu64, number);
  world_tell(world, "%s(%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ") = %s%" PRId64, call ? call->name : name,
             (int64_t)a[0], (int64_t)a[1], (int64_t)a[2], (int64_t)a[3],
             result < 0 && result > -4096 ? strerrorname_np((int)-result) : "", result);
}

/* Goes on hashing the history. */
static void mix(struct world *world, uint64_t value) {
  world->hash = (world->hash ^ value) * UINT64_C(0x100000001b3);
  world->hash ^= world->hash >> 29;
}

void kernel_call_is_over(struct world *world, const struct process *process) {
  tell_call(world, process->call, process->arguments, process->result);
  mix(world, process->call);
  for (int i = 0; i < 3; i++)
    mix(world, process->arguments[i]);
  mix(world, (uint64_t)process->result);
  mix(world, (uint64_t)world->now);
}

/* Whether others have their turn after this call: of several processes, now and then. */
static bool gives_way(struct world *world) { return world->process_count > 1 && random_one_in(&world->random, 8); }

int64_t kernel_call(void *user, uint64_t number, const uint64_t arguments[6]) {
  struct world *world = user;
  struct process *process = world->process;
  if (world->over)
    return -EINTR;
  world->step++;
  world->counts.calls++;
  world->now += CALL_TIME;
  world_catch_up(world);
  if (!process_lives(process) || world->over) /* it was killed just now */
    return 0;
  process->call = number;
  memcpy(process->arguments, arguments, sizeof process->arguments);
  handler *handle = number < CALL_NUMBERS_ROOM ? world->handlers[number] : NULL;
  process->result = handle ? handle(world, arguments) : note_unknown(world, number);
  if (process->result == WAITS && !world->over) {
    process->state = PROCESS_WAITS;
    processes_schedule(world);
    return process->result;
  }
  kernel_call_is_over(world, process);
  if (process_lives(process) && !world->over && gives_way(world))
    processes_schedule(world);
  return process->result;
}

/* SPDX-License-Identifier: MIT */
