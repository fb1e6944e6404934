/* Shares the jobs out among the lanes, and turns the loop until all is done. */
#include "harness/drive/drive.h"

#include "harness/base/interrupt.h"
#include "harness/drive/lane.h"
#include "harness/drive/start.h"
#include "harness/suite/cases.h"
#include "harness/suite/conversation.h"
#include "harness/suite/target.h"
#include "harness/verdict/ahead.h"
#include "harness/verdict/truth.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* WAITING_LANES: beyond the number asked for, for servers that have answered all and are only watched until they end.
 */
enum { MOST_HANGS = 3, MOST_PATIENT_LANES = 48, WAITING_LANES = 16 };

/* Jobs of one target that any lane may take from. */
struct group {
  struct result **jobs;
  size_t count;
  size_t next;
  size_t told;       /* its first jobs for which no oracle is still to be asked */
  bool patient;      /* its case mostly waits: it gets a lane beyond the number asked for */
  bool prepared;     /* there is, or soon will be, a cell for it */
  unsigned *hangs;   /* of its target, in whichever group; shared by all of these */
  enum verdict dead; /* not NOT_RUN: the target cannot be started, or hangs all the time; no job is tried any more */
};

/* Groups that have jobs left, as a heap: the one with the most comes first, of equals the one that stands first. How
   many each has left is what was true when it was looked at last; by now it may be less. */
struct queue {
  struct waiting {
    struct group *group;
    size_t left;
  } * items;
  size_t count;
};

/* A lane's seat in the driver; the lane stands first, so that one is found by the other. */
struct seat {
  struct lane lane;
  struct group *group; /* its jobs; NULL: none yet */
  bool patient;
  bool works; /* it has one of the places for programs at work */
  bool done;  /* there is nothing left for it */
};

/* Where answers of oracles come from. */
struct source {
  struct driver *driver;
  int fd;
};

struct drive_kept {
  struct loop *loop;
  struct fork_servers fork_servers;
};

struct driver {
  struct workspace *workspace;
  const struct drive_options *options;
  struct lane_owner owner;
  struct group *groups;
  size_t group_count;
  unsigned *hangs;        /* of each target, sorted by their addresses */
  struct queue queues[2]; /* of the groups that are not patient, and that are */
  struct group **waiting; /* for what an oracle says, in their order */
  size_t waiting_count;
  struct seat *seats;
  size_t seat_count;
  unsigned working; /* seats, not counting patient ones, that have a place */
  bool has_left;    /* one of them left its place */
  struct loop *loop;
  struct source *sources;
  int signals; /* signalfd */
  bool stopping;
  int signal;
};

/* ---- Groups and seats ------------------------------------------------------------------------------------------- */

/* Whether a case of this kind spends its time waiting: for another client, or for the server's patience to end. */
static bool is_patient(const struct result *job) {
  const struct conversation *conversation = job->test_case->conversation;
  if (!conversation)
    return false;
  struct span expected = span_of(&conversation->expected);
  return conversation->hold || conversation->slow > 0 ||
         memmem(expected.data, expected.len, " 408 ", 5) == expected.data + 8;
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

static int by_address(const void *a, const void *b) {
  uintptr_t x = (uintptr_t) * (const void *const *)a;
  uintptr_t y = (uintptr_t) * (const void *const *)b;
  return (x > y) - (x < y);
}

/* Gives all groups of one target one count of hangs. */
static void share_hangs(struct driver *driver) {
  size_t count = 0;
  const void **targets = xcalloc(driver->group_count + 1, sizeof(const void *));
  for (size_t i = 0; i < driver->group_count; i++)
    targets[i] = driver->groups[i].jobs[0]->target;
  qsort(targets, driver->group_count, sizeof(const void *), by_address);
  for (size_t i = 0; i < driver->group_count; i++)
    if (count == 0 || targets[count - 1] != targets[i])
      targets[count++] = targets[i];
  driver->hangs = xcalloc(count + 1, sizeof *driver->hangs);
  for (size_t i = 0; i < driver->group_count; i++) {
    const void *target = driver->groups[i].jobs[0]->target;
    const void **found = bsearch(&target, targets, count, sizeof(const void *), by_address);
    driver->groups[i].hangs = &driver->hangs[found - targets];
  }
  free(targets);
}

static void make_seats(struct driver *driver) {
  size_t patient = 0;
  for (size_t i = 0; i < driver->group_count; i++)
    patient += driver->groups[i].patient;
  patient = patient < MOST_PATIENT_LANES ? patient : MOST_PATIENT_LANES;
  /* One at a time means just that: whatever is left then can only be that one's. */
  size_t waiting = driver->options->lanes > 1 ? WAITING_LANES : 0;
  driver->seat_count = patient + driver->options->lanes + waiting;
  driver->seats = xcalloc(driver->seat_count, sizeof *driver->seats);
  for (size_t i = 0; i < driver->seat_count; i++) {
    driver->seats[i].patient = i < patient;
    lane_init(&driver->seats[i].lane, &driver->owner);
  }
}

static bool comes_before(const struct waiting *a, const struct waiting *b) {
  return a->left != b->left ? a->left > b->left : a->group < b->group;
}

/* Lets the item AT sink to its place. */
static void sink(struct queue *queue, size_t at) {
  for (;;) {
    size_t first = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < queue->count; child++)
      if (comes_before(&queue->items[child], &queue->items[first]))
        first = child;
    if (first == at)
      return;
    struct waiting other = queue->items[at];
    queue->items[at] = queue->items[first];
    queue->items[first] = other;
    at = first;
  }
}

/* Lets the item AT rise to its place. */
static void rise(struct queue *queue, size_t at) {
  for (; at > 0 && comes_before(&queue->items[at], &queue->items[(at - 1) / 2]); at = (at - 1) / 2) {
    struct waiting other = queue->items[at];
    queue->items[at] = queue->items[(at - 1) / 2];
    queue->items[(at - 1) / 2] = other;
  }
}

/* Whether a job of GROUP waits for what an oracle says. */
static bool awaits_oracle(const struct driver *driver, struct group *group) {
  const struct ahead *ahead = driver->options->ahead;
  while (ahead && group->told < group->count && !ahead_awaits(ahead, group->jobs[group->told]))
    group->told++;
  return ahead && group->told < group->count;
}

/* Puts the groups that wait for nothing any more into their queues. */
static void queue_groups(struct driver *driver) {
  size_t waiting = 0;
  for (size_t i = 0; i < driver->waiting_count; i++) {
    struct group *group = driver->waiting[i];
    struct queue *queue = &driver->queues[group->patient];
    if (awaits_oracle(driver, group)) {
      driver->waiting[waiting++] = group;
    } else {
      queue->items[queue->count] = (struct waiting){group, group->count};
      rise(queue, queue->count++);
    }
  }
  driver->waiting_count = waiting;
}

static void make_queues(struct driver *driver) {
  for (size_t k = 0; k < 2; k++)
    driver->queues[k].items = xcalloc(driver->group_count + 1, sizeof *driver->queues[k].items);
  driver->waiting = xcalloc(driver->group_count + 1, sizeof(struct group *));
  for (size_t i = 0; i < driver->group_count; i++)
    driver->waiting[driver->waiting_count++] = &driver->groups[i];
  queue_groups(driver);
}

/* The group of QUEUE with the most jobs left, or NULL. */
static struct group *first_of(struct queue *queue) {
  while (queue->count) {
    struct waiting *first = &queue->items[0];
    size_t left = first->group->count - first->group->next;
    if (left && left == first->left)
      return first->group;
    first->left = left;
    if (!left)
      *first = queue->items[--queue->count];
    sink(queue, 0);
  }
  return NULL;
}

/* Has cells made for the patient groups, which all begin at once; those of one target stand together. */
static void prepare_patient_cells(const struct driver *driver) {
  size_t count = 0;
  size_t left = driver->options->lanes > 1 ? MOST_PATIENT_LANES : 0;
  for (size_t i = 0; i < driver->group_count && left; i++) {
    const struct target *target = driver->groups[i].jobs[0]->target;
    count += driver->groups[i].patient && count < left;
    if (count == 0 || (i + 1 < driver->group_count && driver->groups[i + 1].jobs[0]->target == target))
      continue;
    struct confinement confinement = target_confinement(target);
    cells_prepare(driver->workspace, &confinement, count);
    confinement_free(&confinement);
    left -= count;
    count = 0;
  }
}

/* Has cells made for the groups that will most likely be the next. */
static void prepare_next_cells(const struct driver *driver) {
  enum { NEXT = 8 };
  const struct queue *queue = &driver->queues[0];
  for (size_t i = 0; i < queue->count && i < NEXT && driver->options->lanes > 1; i++) {
    struct group *group = queue->items[i].group;
    if (group->prepared)
      continue;
    group->prepared = true;
    const struct target *target = group->jobs[0]->target;
    if (driver->owner.fork_servers && fork_servers_prepare(driver->owner.fork_servers, target))
      continue;
    struct confinement confinement = target_confinement(target);
    cell_expect(driver->workspace, &confinement);
    confinement_free(&confinement);
  }
}

/* The group for SEAT: its own while that has jobs, otherwise the one with the most jobs left. */
static struct group *choose_group(struct driver *driver, const struct seat *seat) {
  if (seat->group && seat->group->next < seat->group->count)
    return seat->group;
  return first_of(&driver->queues[seat->patient]);
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

/* A signal that ends the harness has come. */
static void take_signal(void *user, uint32_t events) {
  struct driver *driver = user;
  struct signalfd_siginfo info;
  (void)events;
  if (read(driver->signals, &info, sizeof info) != (ssize_t)sizeof info)
    return;
  driver->signal = (int)info.ssi_signo;
  driver->stopping = true;
}

static void hand_over(struct driver *driver, struct result *result) {
  driver->stopping |= !driver->options->done(driver->options->user, result);
}

static void take_result(void *user, struct lane *lane, struct result *result) {
  struct driver *driver = user;
  struct seat *seat = (struct seat *)lane;
  /* A signal from a terminal may have met a program in the moment before it had a process group of its own. An
     interrupted run blames no program. */
  if (verdict_is_failure(result->verdict))
    take_signal(driver, 0);
  if (driver->signal) {
    bool stood = result->reported;
    result_withdraw(result);
    result->verdict = stood ? EQUAL : NOT_RUN;
    return;
  }
  if (lane->unstartable)
    seat->group->dead = result->verdict;
  else if (result->verdict == HUNG && result != result->target->stop && !driver->options->tries_on)
    ++*seat->group->hangs;
  hand_over(driver, result);
}

/* Reports a job of a group that is given up. */
static void leave_untried(struct driver *driver, const struct group *group, struct result *job) {
  job->untried = true;
  result_set(job, group->dead, "not tried: %s before, on this program and runner",
             group->dead == HUNG      ? "it hung"
             : group->dead == REFUSED ? "it did not start"
             : group->dead == CRASHED ? "it crashed before it was ready"
                                      : "the runner failed");
  hand_over(driver, job);
}

/* ---- The loop --------------------------------------------------------------------------------------------------- */

/* Asks libcmark while the program is at work. What it says is kept in the case. */
static void ask_ahead(struct driver *driver, const struct result *result) {
  struct span truth;
  if (result && !result->test_case->conversation && result->target->program->oracle <= ORACLE_CMARK_UNSAFE)
    truth_of(driver->workspace, result->target->program, result->test_case, &truth, NULL);
}

/* Whether the lane's server has answered a case, and its suite wants another for the next. */
static bool is_used(const struct lane *lane) {
  return lane->process.pid && lane->served > 0 && lane->target->program->server == SERVER_FRESH;
}

/* Gives SEAT a place, if there is one. Patient seats need none. */
static bool take_place(struct driver *driver, struct seat *seat) {
  if (!seat->works && !seat->patient && driver->working < driver->options->lanes) {
    seat->works = true;
    driver->working++;
  }
  return seat->works || seat->patient;
}

static void leave_place(struct driver *driver, struct seat *seat) {
  driver->working -= seat->works;
  seat->works = false;
}

/* Gives the lane of SEAT something to do, if there is anything. */
static void feed(struct driver *driver, struct seat *seat) {
  struct lane *lane = &seat->lane;
  while (!seat->done && lane->state == LANE_IDLE && !driver->stopping && take_place(driver, seat)) {
    struct group *group = choose_group(driver, seat);
    bool other = !group || lane->target != group->jobs[group->next]->target || is_used(lane);
    if (lane->process.pid && other) {
      lane_stop(lane);
      if (lane->state != LANE_IDLE && driver->options->lanes > 1) {
        leave_place(driver, seat);
        driver->has_left = true;
      }
      continue;
    }
    seat->group = group;
    if (!group) {
      seat->done = driver->waiting_count == 0;
      leave_place(driver, seat);
      return;
    }
    struct result *job = group->jobs[group->next++];
    /* What hangs again and again is given up, whichever of its groups the cases are in: each would cost a deadline. */
    if (group->dead == NOT_RUN && *group->hangs >= MOST_HANGS)
      group->dead = HUNG;
    if (group->dead != NOT_RUN) {
      leave_untried(driver, group, job);
      continue;
    }
    lane_begin(lane, job);
    ask_ahead(driver, lane->result);
    if (group->next == group->count)
      prepare_next_cells(driver);
  }
}

static bool all_done(const struct driver *driver) {
  for (size_t i = 0; i < driver->seat_count; i++)
    if (!driver->seats[i].done)
      return false;
  return true;
}

/* Gives every lane something to do. Whoever leaves its place may leave it to one that was looked at before. */
static void feed_all(struct driver *driver) {
  do {
    driver->has_left = false;
    for (size_t i = 0; i < driver->seat_count; i++)
      feed(driver, &driver->seats[i]);
  } while (driver->has_left);
}

static void run(struct driver *driver) {
  for (;;) {
    feed_all(driver);
    if (driver->stopping || all_done(driver))
      return;
    loop_turn(driver->loop);
  }
}

/* Answers of oracles have come. */
static void take_answers(void *user, uint32_t events) {
  struct source *source = user;
  (void)events;
  if (!ahead_take(source->driver->options->ahead, source->fd))
    loop_forget(source->driver->loop, source->fd);
  queue_groups(source->driver);
}

static void watch_answers(struct driver *driver) {
  size_t count = 0;
  const int *fds = driver->options->ahead ? ahead_descriptors(driver->options->ahead, &count) : NULL;
  driver->sources = xcalloc(count + 1, sizeof *driver->sources);
  for (size_t i = 0; i < count; i++) {
    driver->sources[i] = (struct source){driver, fds[i]};
    loop_watch(driver->loop, fds[i], EPOLLIN, take_answers, &driver->sources[i]);
  }
}

/* The signals that end a harness become events, so that it leaves nothing behind. */
static void watch_signals(struct driver *driver, sigset_t *before) {
  const sigset_t set = interrupt_signals();
  interrupt_hold(before);
  driver->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (driver->signals < 0)
    die("signalfd: %s", strerror(errno));
  loop_watch(driver->loop, driver->signals, EPOLLIN, take_signal, driver);
}

static void open_kept(struct drive_kept *kept, struct workspace *workspace, const struct drive_options *options) {
  kept->loop = loop_open();
  kept->fork_servers = (struct fork_servers){
      .workspace = workspace, .loop = kept->loop, .most = options->lanes, .all = options->forking == FORK_ALL};
}

static void close_kept(struct drive_kept *kept) {
  fork_servers_close(&kept->fork_servers);
  loop_close(kept->loop);
}

struct drive_kept *drive_keep(struct workspace *workspace) {
  struct drive_kept *kept = xcalloc(1, sizeof *kept);
  open_kept(kept, workspace, &(struct drive_options){.lanes = 1, .forking = FORK_ALL});
  return kept;
}

void drive_kept_close(struct drive_kept *kept) {
  close_kept(kept);
  free(kept);
}

int drive_jobs(struct workspace *workspace, const struct drive_options *options, struct result **jobs, size_t count) {
  struct drive_kept own = {0};
  struct drive_kept *kept = options->kept ? options->kept : &own;
  sigset_t before;
  if (!options->kept)
    open_kept(kept, workspace, options);
  struct driver driver = {.workspace = workspace, .options = options, .loop = kept->loop};
  loop_wake(kept->loop);
  driver.owner = (struct lane_owner){
      .workspace = workspace, .loop = driver.loop, .lingers = options->lingers, .report = take_result, .user = &driver};
  driver.owner.fork_servers = options->forking == FORK_NONE ? NULL : &kept->fork_servers;
  watch_signals(&driver, &before);
  watch_answers(&driver);
  make_groups(&driver, jobs, count);
  share_hangs(&driver);
  for (size_t i = 0; i < driver.group_count && driver.owner.fork_servers; i++)
    fork_servers_expect(&kept->fork_servers, driver.groups[i].jobs[0]->target, driver.groups[i].count);
  make_queues(&driver);
  make_seats(&driver);
  prepare_patient_cells(&driver);
  prepare_next_cells(&driver);
  run(&driver);
  for (size_t i = 0; i < driver.seat_count; i++)
    lane_close(&driver.seats[i].lane);
  loop_forget(driver.loop, driver.signals);
  close(driver.signals);
  if (!options->kept)
    close_kept(kept);
  interrupt_release(&before);
  free(driver.queues[0].items);
  free(driver.queues[1].items);
  free(driver.waiting);
  free(driver.sources);
  free(driver.groups);
  free(driver.hangs);
  free(driver.seats);
  return driver.signal;
}

/* SPDX-License-Identifier: MIT */
