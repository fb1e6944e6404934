/* bench_campaign.c: what a campaign costs as it grows.
 *
 *   bench_campaign cost COMMAND...     runs the command, and prints its processor time and that of its children, in
 *                                      seconds, and the most memory that it held by itself, in KB
 *   bench_campaign plan CASES SHARDS   plans that many cases, whose times are spread as those of real cases are, and
 * prints the seconds that took, and how much later the last shard ends than the mean: in per cent of the mean
 *   bench_campaign nodes CASES NODES SHARDS   how many times as fast as one node that many are, where each takes the
 * next shard as soon as it is free, and a shard costs what it takes to begin besides */
#include "harness/base/bytes.h"
#include "harness/base/clock.h"
#include "harness/campaign/shard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static int print_cost(char **words) {
  struct rusage usage;
  int status = 0;
  pid_t pid = fork();
  if (pid < 0)
    die("fork failed");
  if (pid == 0) {
    if (!freopen("/dev/null", "w", stdout))
      _exit(127);
    execvp(words[0], words);
    _exit(127);
  }
  if (wait4(pid, &status, 0, &usage) != pid)
    die("wait4 failed");
  printf("%.3f %ld\n", seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss);
  return WIFEXITED(status) && WEXITSTATUS(status) <= EXIT_DIVERGED ? 0 : 1;
}

/* A fixed sequence of times: most of some milliseconds, one of a hundred of half a second and more. */
static uint64_t *make_times(size_t count) {
  uint64_t state = 1;
  uint64_t *times = xcalloc(count, sizeof *times);
  for (size_t i = 0; i < count; i++) {
    state = state * 6364136223846793005 + 1442695040888963407;
    uint64_t value = state >> 33;
    times[i] = 1000000 + value % 20000000 + (value % 100 == 0 ? 500000000 + value % 1000000000 : 0);
  }
  return times;
}

/* Plans, and returns what each shard takes. */
static uint64_t *plan(size_t cases, unsigned shards) {
  uint64_t *times = make_times(cases);
  uint32_t *owners = xcalloc(cases, sizeof *owners);
  uint64_t *loads = xcalloc(shards, sizeof *loads);
  shard_partition(times, cases, shards, owners);
  for (size_t i = 0; i < cases; i++)
    loads[owners[i] - 1] += times[i];
  free(times);
  free(owners);
  return loads;
}

static int print_plan(size_t cases, unsigned shards) {
  uint64_t started = now_ns();
  uint64_t *loads = plan(cases, shards);
  double seconds = (double)(now_ns() - started) / 1e9;
  uint64_t most = 0;
  double mean = 0;
  for (unsigned i = 0; i < shards; i++) {
    most = loads[i] > most ? loads[i] : most;
    mean += (double)loads[i] / shards;
  }
  printf("%.2f %.4f\n", seconds, 100 * ((double)most - mean) / mean);
  free(loads);
  return 0;
}

/* To begin a shard takes a second: the gate reads its suites and proves itself. */
static int print_nodes(size_t cases, unsigned nodes, unsigned shards) {
  uint64_t *loads = plan(cases, shards);
  double *ends = xcalloc(nodes, sizeof *ends);
  double one = 1;
  double last = 0;
  for (unsigned i = 0; i < shards; i++) {
    unsigned first = 0;
    for (unsigned k = 1; k < nodes; k++)
      first = ends[k] < ends[first] ? k : first;
    ends[first] += 1 + (double)loads[i] / 1e9;
    one += (double)loads[i] / 1e9;
  }
  for (unsigned k = 0; k < nodes; k++)
    last = ends[k] > last ? ends[k] : last;
  printf("%.2f\n", one / last);
  free(ends);
  free(loads);
  return 0;
}

int main(int argc, char **argv) {
  unsigned numbers[3] = {0};
  for (int i = 2; i < argc && i < 5; i++)
    numbers[i - 2] = (unsigned)strtoul(argv[i], NULL, 10);
  if (argc > 2 && strcmp(argv[1], "cost") == 0)
    return print_cost(argv + 2);
  if (argc == 4 && strcmp(argv[1], "plan") == 0 && numbers[0] && numbers[1])
    return print_plan(numbers[0], numbers[1]);
  if (argc == 5 && strcmp(argv[1], "nodes") == 0 && numbers[0] && numbers[1] && numbers[2])
    return print_nodes(numbers[0], numbers[1], numbers[2]);
  fputs("usage: bench_campaign cost COMMAND... | plan CASES SHARDS | nodes CASES NODES SHARDS\n", stderr);
  return EXIT_USAGE;
}

/* SPDX-License-Identifier: MIT */
