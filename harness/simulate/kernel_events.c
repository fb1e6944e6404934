/* What a program waits by: epoll and ppoll. Where nothing is ready the time goes on to the next event, or to the end of
   the wait, so that waiting costs nothing. */
#include "harness/simulate/access_log.h"
#include "harness/simulate/client.h"
#include "harness/simulate/kernel.h"
#include "harness/simulate/process.h"
#include "harness/simulate/promises.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

/* So many waits in a row, while no time passes, are none that ends. */
enum { POLLS_AT_ONCE = 20000, MOST_EVENTS = 4096 };

static int64_t do_epoll_create1(struct world *world, const uint64_t *a) {
  (void)a;
  return kernel_open(world, OBJECT_POLL, NULL);
}

/* The machine's struct epoll_event: the place of its data, which is eight bytes long and the last of it. */
static size_t data_place(const struct world *world) {
  return emulator_machine(world->process->emulator)->calls == CALLS_X64 ? 4 : 8;
}

static int64_t do_epoll_ctl(struct world *world, const uint64_t *a) {
  struct descriptor *watched = kernel_descriptor(world, a[2]);
  const struct descriptor *poll = kernel_descriptor(world, a[0]);
  if (!poll || poll->object != OBJECT_POLL || !watched)
    return -EBADF;
  if (a[1] == EPOLL_CTL_ADD && watched->is_watched)
    return -EEXIST;
  if (a[1] != EPOLL_CTL_ADD && !watched->is_watched)
    return -ENOENT;
  int error = a[1] == EPOLL_CTL_ADD ? kernel_fault(world, "epoll_ctl", watched->object) : 0;
  if (error) {
    if (watched->client)
      watched->client->excused = true;
    return -error;
  }
  watched->is_watched = a[1] != EPOLL_CTL_DEL;
  if (!watched->is_watched)
    return 0;
  const char *event = kernel_memory(world, a[3], data_place(world) + 8, false);
  if (!event)
    return -EFAULT;
  memcpy(&watched->events, event, 4);
  memcpy(&watched->data, event + data_place(world), 8);
  if (watched->events & ~(uint32_t)(EPOLLIN | EPOLLOUT | EPOLLRDHUP))
    world_fail(world, "not simulated", "epoll shall tell of events 0x%" PRIx32, watched->events);
  return 0;
}

/* What may be told of a descriptor now. */
static uint32_t readiness(const struct world *world, const struct descriptor *descriptor) {
  const struct client *client = descriptor->client;
  switch (descriptor->object) {
  case OBJECT_LISTENER:
    return world->backlog_count ? EPOLLIN : 0;
  case OBJECT_SIGNALS:
    return world->process->signals || world->process->hangups ? EPOLLIN : 0;
  case OBJECT_EVENT:
    return EPOLLOUT | (descriptor->count ? EPOLLIN : 0);
  case OBJECT_SOCKET:
    if (client->reset)
      return EPOLLERR | EPOLLHUP | EPOLLIN | EPOLLOUT;
    /* The kernel tells of room when a third of it is free. */
    return (client->sent > client->read || client->ended ? EPOLLIN : 0) | (client->ended ? EPOLLRDHUP : 0) |
           (3 * client_room(client) >= client->capacity ? EPOLLOUT : 0) |
           (client->ended && client->shut_at != NEVER ? EPOLLHUP : 0);
  default:
    return 0;
  }
}

static uint32_t events_of(const struct world *world, const struct descriptor *descriptor) {
  return descriptor->is_watched ? readiness(world, descriptor) & (descriptor->events | EPOLLERR | EPOLLHUP) : 0;
}

/* Writes what is ready at EVENTS, MOST at most, beginning anywhere. Returns how many. */
static int64_t tell_events(struct world *world, uint64_t events, uint64_t most) {
  size_t size = data_place(world) + 8, first = (size_t)random_next(&world->random);
  int64_t told = 0;
  for (size_t i = 0; i <= world->plan->descriptors && (uint64_t)told < most; i++) {
    const struct descriptor *descriptor = i < world->plan->descriptors
                                              ? &world->process->descriptors[(first + i) % world->plan->descriptors]
                                              : &world->process->lost;
    uint32_t happened = descriptor->is_watched ? events_of(world, descriptor) : 0;
    char *place = happened ? kernel_memory(world, events + (uint64_t)told * size, size, true) : NULL;
    if (!place)
      continue;
    memset(place, 0, size);
    memcpy(place, &happened, 4);
    memcpy(place + size - 8, &descriptor->data, 8);
    told++;
  }
  return told;
}

/* A wait of 0 at a time that does not pass would go on for ever. */
static void count_polls(struct world *world) {
  world->process->polls_at_once =
      world->now - world->process->polled_at < MILLISECOND ? world->process->polls_at_once + 1 : 0;
  if (world->process->polls_at_once == 0)
    world->process->polled_at = world->now;
  if (world->process->polls_at_once > POLLS_AT_ONCE)
    world_fail(world, "spins", "it has waited %d times within a millisecond", POLLS_AT_ONCE);
}

/* Whether something is told of, or the time for it is over. */
static int64_t look_for_events(struct world *world) {
  struct process *process = world->process;
  uint64_t most = process->arguments[2] < MOST_EVENTS ? process->arguments[2] : MOST_EVENTS;
  int64_t told = tell_events(world, process->arguments[1], most);
  if (told == 0 && world->now < process->wait_end)
    return WAITS;
  process->round++;
  process->has_fault = false;
  return told;
}

static int64_t do_epoll_wait(struct world *world, const uint64_t *a) {
  struct process *process = world->process;
  const struct descriptor *poll = kernel_descriptor(world, a[0]);
  int64_t milliseconds = (int32_t)a[3];
  if (!poll || poll->object != OBJECT_POLL)
    return -EBADF;
  count_polls(world);
  promises_hold(world);
  access_log_holds(world);
  int error = kernel_fault(world, "epoll_pwait", NO_OBJECT);
  if (error)
    return -error;
  process->wait_end = milliseconds < 0 ? NEVER : world->now + milliseconds * MILLISECOND;
  process->look = look_for_events;
  return WAITS;
}

/* Standard output and standard error take what is written, mostly at once. */
static int64_t do_ppoll(struct world *world, const uint64_t *a) {
  struct pollfd wait;
  char *place = kernel_memory(world, a[0], sizeof wait, true);
  if (!place)
    return -EFAULT;
  memcpy(&wait, place, sizeof wait);
  const struct descriptor *descriptor = kernel_descriptor(world, (uint64_t)wait.fd);
  bool is_log = descriptor && (descriptor->object == OBJECT_LOG || (wait.fd == 1 && world->plan->logs == LOG_PRINTED));
  if (a[1] != 1 || !descriptor || (descriptor->object != OBJECT_STANDARD && !is_log) || wait.events != POLLOUT) {
    world_fail(world, "not simulated", "ppoll of descriptor %d for events %d", wait.fd, wait.events);
    return -EINVAL;
  }
  /* The one that watches workers can always tell of them: what it owes is counted. */
  bool watches = world->plan->workers && world->process == world->processes[0];
  if (a[2] && !watches && descriptor->object == OBJECT_STANDARD && random_one_in(&world->random, is_log ? 200 : 8)) {
    if (is_log)
      access_log_lost(world);
    return 0;
  }
  wait.revents = POLLOUT;
  memcpy(place, &wait, sizeof wait);
  return 1;
}

const struct handler_row event_handlers[] = {
    {"epoll_create1", do_epoll_create1}, {"epoll_ctl", do_epoll_ctl}, {"epoll_pwait", do_epoll_wait},
    {"epoll_wait", do_epoll_wait},       {"ppoll", do_ppoll},         {NULL, NULL}};

/* SPDX-License-Identifier: MIT */
