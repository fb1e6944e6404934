/* The event loop: descriptors, timers and callbacks, and no idea of what they are for. It never waits but in one place,
   and its clock counts only the time in which this process ran: what it slept through, stopped by a signal or kept from
   the processor, brings no deadline nearer. */
#ifndef HARNESS_LOOP_H
#define HARNESS_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* Called with what epoll_wait(2) said of a descriptor. */
typedef void loop_event(void *user, uint32_t events);

/* A timer, all zero before its first use. Its owner clears it before it frees it. */
struct timer {
  uint64_t at; /* of the loop's clock */
  void (*callback)(void *user);
  void *user;
  struct timer *next;
  bool set;
};

struct loop *loop_open(void);
void loop_close(struct loop *loop);

/* Has CALLBACK called when one of EVENTS happens to FD; for an FD that is watched already, this replaces what was said
 * before. */
void loop_watch(struct loop *loop, int fd, uint32_t events, loop_event *callback, void *user);

/* Call just before FD is closed, by which the kernel forgets it as well. */
void loop_forget(struct loop *loop, int fd);

/* Has CALLBACK called once, SECONDS from now; a timer that is set already gets the new time. */
void timer_set(struct loop *loop, struct timer *timer, double seconds, void (*callback)(void *user), void *user);
void timer_clear(struct loop *loop, struct timer *timer);

/* The loop's clock in nanoseconds, as it stood when the turn began. */
uint64_t loop_now(const struct loop *loop);

/* Looks at the clock: the loop has stood still since its last turn. */
void loop_wake(struct loop *loop);

/* Waits until something happens, and calls what is meant for it. Returns at once where nothing can ever happen. */
void loop_turn(struct loop *loop);

#endif

/* SPDX-License-Identifier: MIT */
