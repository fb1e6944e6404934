/* The loop: gives each lane its next case, waits for what happens, and hands the events to the lanes. */
#include "harness/base/clock.h"
#include "harness/drive/lane.h"
#include "harness/verdict/truth.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Whether a case of this kind spends its time waiting: for another client, or for the server's patience to end. */
static bool is_patient(const struct result *job) {
  const struct conversation *conversation = job->test_case->conversation;
  if (!conversation)
    return false;
  struct span expected = span_of(&conversation->expected);
  return conversation->hold || memmem(expected.data, expected.len, " 408 ", 5) == expected.data + 8;
}

static void add_group(struct driver *driver, struct result **jobs, bool patient) {
  driver->groups = xrealloc(driver->groups, (driver->group_count + 1) * sizeof *driver->groups);
  driver->groups[driver->group_count++] = (struct group){.jobs = jobs, .patient = patient};
}

/* Patient jobs get a group each, the others of one target share one. */
static void make_groups(struct driver *driver, struct result **jobs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    bool patient = is_patient(jobs[i]);
    struct group *last = driver->group_count ? &driver->groups[driver->group_count - 1] : NULL;
    if (!last || patient || last->patient || last->jobs[0]->target != jobs[i]->target) {
      add_group(driver, &jobs[i], patient);
      last = &driver->groups[driver->group_count - 1];
    }
    last->count++;
  }
}

enum { MOST_PATIENT_LANES = 48 };

static void make_lanes(struct driver *driver) {
  size_t patient = 0;
  for (size_t i = 0; i < driver->group_count; i++)
    patient += driver->groups[i].patient;
  patient = patient < MOST_PATIENT_LANES ? patient : MOST_PATIENT_LANES;
  driver->lane_count = patient + driver->options->lanes;
  driver->lanes = xcalloc(driver->lane_count, sizeof *driver->lanes);
  for (size_t i = 0; i < driver->lane_count; i++) {
    struct lane *lane = &driver->lanes[i];
    *lane = (struct lane){.driver = driver, .index = (unsigned)i, .patient = i < patient, .socket = -1, .held = -1};
    lane->process = PROCESS_NONE;
  }
}

/* The group for LANE: its own while that has jobs, otherwise the one with the most jobs left. */
static struct group *choose_group(struct driver *driver, const struct lane *lane) {
  if (lane->group && lane->group->next < lane->group->count)
    return lane->group;
  struct group *best = NULL;
  for (size_t i = 0; i < driver->group_count; i++) {
    struct group *group = &driver->groups[i];
    size_t left = group->count - group->next;
    if (left > 0 && group->patient == lane->patient && (!best || left > best->count - best->next))
      best = group;
  }
  return best;
}

void driver_report(struct driver *driver, struct result *result) {
  uint64_t before = now_ns();
  driver->stopping |= !driver->options->done(driver->options->user, result);
  uint64_t took = now_ns() - before;
  for (size_t i = 0; i < driver->lane_count; i++)
    driver->lanes[i].deadline += took;
}

/* Reports, untried, a job of a group that is dead. */
static void bury(struct driver *driver, struct group *group, struct result *job) {
  job->untried = true;
  result_set(job, group->dead, "not tried: %s before, on this program and runner",
             group->dead == HUNG      ? "it hung"
             : group->dead == REFUSED ? "it did not start"
                                      : "the runner failed");
  driver_report(driver, job);
}

/* Gives LANE something to do, if there is anything. */
static void feed(struct driver *driver, struct lane *lane) {
  while (lane->state == LANE_IDLE && !driver->stopping) {
    struct group *group = choose_group(driver, lane);
    bool other = !group || lane->target != group->jobs[group->next]->target;
    if (lane->process.pid && other) {
      lane_stop(lane);
      continue;
    }
    if (!group)
      return;
    lane->group = group;
    struct result *job = group->jobs[group->next++];
    if (group->dead != NOT_RUN) {
      bury(driver, group, job);
      continue;
    }
    lane->result = job;
    lane_begin(lane);
  }
}

/* Asks libcmark while the programs are at work. What it says is kept in the case. */
static void consult(struct driver *driver) {
  for (size_t i = 0; i < driver->lane_count; i++) {
    const struct result *result = driver->lanes[i].result;
    struct span truth;
    if (result && !result->test_case->conversation && result->target->program->oracle <= ORACLE_CMARK_UNSAFE)
      truth_of(driver->workspace, result->target->program, result->test_case, &truth, NULL);
  }
}

static bool all_idle(const struct driver *driver) {
  for (size_t i = 0; i < driver->lane_count; i++)
    if (driver->lanes[i].state != LANE_IDLE)
      return false;
  return true;
}

static int wait_time(const struct driver *driver) {
  uint64_t next = driver->curl_deadline;
  for (size_t i = 0; i < driver->lane_count; i++)
    if (driver->lanes[i].state != LANE_IDLE && driver->lanes[i].deadline < next)
      next = driver->lanes[i].deadline;
  uint64_t now = now_ns();
  uint64_t left = next > now ? (next - now + 999999) / 1000000 : 0;
  return left > 3600000 ? 3600000 : (int)left;
}

static void handle(struct driver *driver, const struct epoll_event *event) {
  enum source source = (enum source)(event->data.u64 & 0xFF);
  uint32_t which = (uint32_t)(event->data.u64 >> 8);
  struct signalfd_siginfo info;
  if (source == SOURCE_OF_SIGNALS) {
    if (read((int)which, &info, sizeof info) == (ssize_t)sizeof info)
      driver->signal = (int)info.ssi_signo;
    driver->stopping = true;
  } else if (source == SOURCE_OF_CURL) {
    http_socket_event(driver, (int)which, event->events);
  } else if (driver->lanes[which].state != LANE_IDLE || source == SOURCE_OF_END) {
    lane_event(&driver->lanes[which], source);
  } else {
    process_read(&driver->lanes[which].process);
  }
}

static void expire(struct driver *driver) {
  uint64_t now = now_ns();
  if (driver->curl_deadline <= now)
    http_timer(driver);
  for (size_t i = 0; i < driver->lane_count; i++)
    if (driver->lanes[i].state != LANE_IDLE && driver->lanes[i].deadline <= now)
      lane_expired(&driver->lanes[i]);
}

static void loop(struct driver *driver) {
  struct epoll_event events[64];
  for (;;) {
    for (size_t i = 0; i < driver->lane_count; i++)
      feed(driver, &driver->lanes[i]);
    if (driver->curl_deadline <= now_ns())
      http_timer(driver);
    consult(driver);
    if (driver->stopping || all_idle(driver))
      return;
    int count = epoll_wait(driver->epoll, events, 64, wait_time(driver));
    if (count < 0 && errno != EINTR)
      die("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++)
      handle(driver, &events[i]);
    expire(driver);
  }
}

/* The signals that end a harness become events, so that it leaves nothing behind. */
static int watch_signals(struct driver *driver, sigset_t *before) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, before);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)fd << 8 | SOURCE_OF_SIGNALS};
  if (fd < 0 || epoll_ctl(driver->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    die("signalfd: %s", strerror(errno));
  return fd;
}

int drive_jobs(struct workspace *workspace, const struct drive_options *options, struct result **jobs, size_t count) {
  struct driver driver = {.workspace = workspace, .options = options, .curl_deadline = UINT64_MAX};
  sigset_t before;
  driver.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (driver.epoll < 0)
    die("epoll_create1: %s", strerror(errno));
  int signals = watch_signals(&driver, &before);
  make_groups(&driver, jobs, count);
  make_lanes(&driver);
  http_setup(&driver);
  loop(&driver);
  for (size_t i = 0; i < driver.lane_count; i++)
    lane_abort(&driver.lanes[i]);
  http_teardown(&driver);
  close(signals);
  close(driver.epoll);
  sigprocmask(SIG_SETMASK, &before, NULL);
  free(driver.groups);
  free(driver.lanes);
  return driver.signal;
}
