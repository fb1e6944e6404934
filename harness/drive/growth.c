/* /proc/PID/fd and /proc/PID/statm. */
#include "harness/drive/growth.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

/* So many steps in a row must grow. Per answer, a leak is at least an eighth of a descriptor, or a quarter of a page.
 */
enum { FIRST = 8, STEPS = 3 };
static const unsigned parts[2] = {8, 4};

static uint64_t count_descriptors(pid_t pid) {
  char path[64];
  uint64_t count = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  DIR *folder = opendir(path);
  while (folder && readdir(folder))
    count++;
  if (folder)
    closedir(folder);
  return count;
}

/* Its address space, but for what it only reserves: the private mappings that can be written (proc(5), statm). */
static uint64_t count_pages(pid_t pid) {
  char path[64];
  unsigned long data = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  FILE *file = fopen(path, "re");
  if (!file || fscanf(file, "%*u %*u %*u %*u %*u %lu", &data) != 1)
    data = 0;
  if (file)
    fclose(file);
  return data;
}

void growth_count(struct growth *growth, pid_t pid, unsigned answers) {
  if (answers < FIRST || (answers & (answers - 1)) != 0 || growth->count == GROWTH_SAMPLES)
    return;
  growth->samples[growth->count++] = (struct growth_sample){answers, {count_descriptors(pid), count_pages(pid)}};
}

void growth_rest(struct growth *growth, pid_t pid) {
  if (growth->count == 0)
    return;
  struct growth_sample *last = &growth->samples[growth->count - 1];
  const uint64_t now[2] = {count_descriptors(pid), count_pages(pid)};
  for (int i = 0; i < 2; i++)
    last->held[i] = now[i] < last->held[i] ? now[i] : last->held[i];
}

/* Whether the held things WHICH grew in each of the last steps. */
static bool grew(const struct growth *growth, int which) {
  if (growth->count <= STEPS)
    return false;
  for (unsigned i = growth->count - STEPS; i < growth->count; i++) {
    const struct growth_sample *before = &growth->samples[i - 1];
    const struct growth_sample *after = &growth->samples[i];
    if (after->held[which] <= before->held[which] ||
        (after->held[which] - before->held[which]) * parts[which] < after->answers - before->answers)
      return false;
  }
  return true;
}

bool growth_found(const struct growth *growth, bool memory, struct bytes *what) {
  const struct growth_sample *last = growth->count ? &growth->samples[growth->count - 1] : NULL;
  const struct growth_sample *first = growth->count > STEPS ? &growth->samples[growth->count - 1 - STEPS] : NULL;
  int which = grew(growth, 0) ? 0 : 1;
  if (!first || !grew(growth, which) || (which == 1 && !memory))
    return false;
  uint64_t more = last->held[which] - first->held[which];
  unsigned answers = last->answers - first->answers;
  if (which == 0)
    bytes_printf(what, "it kept %llu descriptors more after %u more answers", (unsigned long long)more, answers);
  else
    bytes_printf(what, "it kept %llu KiB of memory more after %u more answers",
                 (unsigned long long)(more * (uint64_t)sysconf(_SC_PAGESIZE) >> 10), answers);
  return true;
}

/* SPDX-License-Identifier: MIT */
