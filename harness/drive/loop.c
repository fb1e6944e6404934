/* epoll, a table of descriptors, and a sorted list of timers. */
#include "harness/drive/loop.h"

#include "harness/base/bytes.h"
#include "harness/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* The loop looks at the clock so often at least, in milliseconds. A turn that took longer than TICK and SLACK was not
   this process's own time, and counts as TICK. */
enum { TICK_MS = 250, SLACK_MS = 250, MOST_EVENTS = 64 };

struct watch {
  loop_event *callback; /* NULL: not watched */
  void *user;
};

struct loop {
  int epoll;
  struct watch *watches; /* by descriptor */
  size_t watch_count;
  struct timer *timers; /* the next first */
  uint64_t now;         /* the loop's clock */
  uint64_t read;        /* the machine's clock when that was set */
};

struct loop *loop_open(void) {
  struct loop *loop = xcalloc(1, sizeof *loop);
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (loop->epoll < 0)
    die("epoll_create1: %s", strerror(errno));
  loop->read = loop->now = now_ns();
  return loop;
}

void loop_close(struct loop *loop) {
  close(loop->epoll);
  free(loop->watches);
  free(loop);
}

void loop_watch(struct loop *loop, int fd, uint32_t events, loop_event *callback, void *user) {
  size_t number = (size_t)fd;
  if (number >= loop->watch_count) {
    size_t count = number * 2 + 16;
    loop->watches = xrealloc(loop->watches, count * sizeof *loop->watches);
    memset(loop->watches + loop->watch_count, 0, (count - loop->watch_count) * sizeof *loop->watches);
    loop->watch_count = count;
  }
  struct epoll_event event = {.events = events, .data.fd = fd};
  bool known = loop->watches[number].callback && epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) == 0;
  loop->watches[number] = (struct watch){callback, user};
  /* A descriptor that was closed without a word has left the kernel's list, and its number may be another's now. */
  if (!known && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    die("epoll_ctl: %s", strerror(errno));
}

void loop_forget(struct loop *loop, int fd) {
  if (fd < 0 || (size_t)fd >= loop->watch_count || !loop->watches[fd].callback)
    return;
  loop->watches[fd].callback = NULL;
}

void timer_clear(struct loop *loop, struct timer *timer) {
  if (!timer->set)
    return;
  for (struct timer **at = &loop->timers; *at; at = &(*at)->next)
    if (*at == timer) {
      *at = timer->next;
      break;
    }
  timer->set = false;
}

void timer_set(struct loop *loop, struct timer *timer, double seconds, void (*callback)(void *user), void *user) {
  timer_clear(loop, timer);
  *timer = (struct timer){loop->now + (uint64_t)(seconds * 1e9), callback, user, NULL, true};
  struct timer **at = &loop->timers;
  while (*at && (*at)->at <= timer->at)
    at = &(*at)->next;
  timer->next = *at;
  *at = timer;
}

uint64_t loop_now(const struct loop *loop) { return loop->now; }

/* Moves the clock on by the time that was this process's own. */
static void take_time(struct loop *loop) {
  uint64_t now = now_ns();
  uint64_t took = now - loop->read;
  if (took > (uint64_t)(TICK_MS + SLACK_MS) * 1000000)
    took = (uint64_t)TICK_MS * 1000000;
  loop->now += took;
  loop->read = now;
}

void loop_wake(struct loop *loop) { take_time(loop); }

static int wait_ms(const struct loop *loop) {
  uint64_t next = loop->timers ? loop->timers->at : UINT64_MAX;
  uint64_t left = next > loop->now ? (next - loop->now + 999999) / 1000000 : 0;
  return left < TICK_MS ? (int)left : TICK_MS;
}

static void call_timers(struct loop *loop) {
  while (loop->timers && loop->timers->at <= loop->now) {
    struct timer *timer = loop->timers;
    loop->timers = timer->next;
    timer->set = false;
    timer->callback(timer->user);
  }
}

void loop_turn(struct loop *loop) {
  struct epoll_event events[MOST_EVENTS];
  int count = epoll_wait(loop->epoll, events, MOST_EVENTS, wait_ms(loop));
  if (count < 0 && errno != EINTR)
    die("epoll_wait: %s", strerror(errno));
  take_time(loop);
  for (int i = 0; i < count; i++) {
    /* An earlier event of this turn may have ended what this one is for. */
    const struct watch *watch = &loop->watches[events[i].data.fd];
    if (watch->callback)
      watch->callback(watch->user, events[i].events);
  }
  call_timers(loop);
}

/* SPDX-License-Identifier: MIT */
