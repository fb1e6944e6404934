#include "harness/simulate/world.h"

#include "harness/base/hash.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void world_tell(struct world *world, const char *format, ...) {
  va_list args;
  if (!world->trace)
    return;
  fprintf(world->trace, "%6" PRId64 ".%09" PRId64 " #%" PRIu64 " ", world->now / SECOND, world->now % SECOND,
          world->step);
  va_start(args, format);
  vfprintf(world->trace, format, args);
  va_end(args);
  fputc('\n', world->trace);
}

void world_fail(struct world *world, const char *kind, const char *format, ...) {
  va_list args;
  if (world->failure_kind)
    return;
  world->failure_kind = kind;
  bytes_printf(&world->failure, "step %" PRIu64 ", %" PRId64 ".%09" PRId64 " s: %s: ", world->step, world->now / SECOND,
               world->now % SECOND, kind);
  va_start(args, format);
  bytes_vprintf(&world->failure, format, args);
  va_end(args);
  world_tell(world, "FAILED %s", world->failure.data);
  world->over = true;
  emulator_stop(world->running);
}

const char *client_name(const struct client *client) {
  static char name[32];
  if (client->number)
    snprintf(name, sizeof name, "client %u", client->number);
  else
    snprintf(name, sizeof name, "the history's own client");
  return name;
}

/* ---- Events: a heap, the next one first -------------------------------------------------------------------------- */

static bool is_before(const struct event *a, const struct event *b) {
  if (a->at != b->at)
    return a->at < b->at;
  return a->item != b->item ? a->item < b->item : a->serial < b->serial;
}

static void exchange(struct event *a, struct event *b) {
  struct event kept = *a;
  *a = *b;
  *b = kept;
}

void world_schedule(struct world *world, int64_t at, unsigned item, void (*happen)(struct world *, void *),
                    void *what) {
  if (world->event_count == world->event_room) {
    world->event_room = world->event_room ? 2 * world->event_room : 256;
    world->events = xrealloc(world->events, world->event_room * sizeof *world->events);
  }
  size_t place = world->event_count++;
  world->events[place] = (struct event){at, item, world->serials++, happen, what};
  while (place && is_before(&world->events[place], &world->events[(place - 1) / 2])) {
    exchange(&world->events[place], &world->events[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
}

static struct event take_first(struct world *world) {
  struct event first = world->events[0], *events = world->events;
  size_t count = --world->event_count, place = 0;
  events[0] = events[count];
  for (;;) {
    size_t least = place, child = 2 * place + 1;
    for (size_t i = child; i < child + 2 && i < count; i++)
      if (is_before(&events[i], &events[least]))
        least = i;
    if (least == place)
      return first;
    exchange(&events[place], &events[least]);
    place = least;
  }
}

int64_t world_next_event(const struct world *world) { return world->event_count ? world->events[0].at : NEVER; }

void world_catch_up(struct world *world) {
  while (!world->over && world_next_event(world) <= world->now) {
    struct event event = take_first(world);
    event.happen(world, event.what);
  }
}

/* SPDX-License-Identifier: MIT */
