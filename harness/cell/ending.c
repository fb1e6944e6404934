/* /proc tells of each thread what it waits for, and whether it has begun to end: proc(5). */
#include "harness/cell/ending.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the file NAME of the thread TASK of PID into TEXT. Returns whether it could. */
static bool read_task(pid_t pid, const char *task, const char *name, char *text, size_t size) {
  char path[96];
  snprintf(path, sizeof path, "/proc/%d/task/%.16s/%s", (int)pid, task, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);
  if (fd >= 0)
    close(fd);
  text[got > 0 ? got : 0] = '\0';
  return got > 0;
}

/* The signals of the set NAME in TEXT, /proc/PID/status. */
static unsigned long long signals(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at ? strtoull(at + strlen(name), NULL, 16) : 0;
}

static bool task_is_ending(pid_t pid, const char *task) {
  enum { PF_EXITING = 4, FLAGS = 7 }; /* flags: the seventh field after the name in /proc/PID/stat */
  char text[2048];
  if (!read_task(pid, task, "status", text, sizeof text) ||
      (signals(text, "\nSigPnd:\t") | signals(text, "\nShdPnd:\t")) >> (SIGKILL - 1) & 1)
    return true;
  /* The name, in brackets, may hold blanks and brackets itself. */
  const char *at = read_task(pid, task, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
  for (int i = 0; at && i < FLAGS; i++)
    at = strchr(at + 1, ' ');
  return !at || strtoul(at, NULL, 10) & PF_EXITING;
}

bool process_is_ending(pid_t pid) {
  char path[64];
  bool ending = true;
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *tasks = opendir(path);
  for (struct dirent *task = tasks ? readdir(tasks) : NULL; task && ending; task = readdir(tasks))
    ending = !isdigit((unsigned char)task->d_name[0]) || task_is_ending(pid, task->d_name);
  if (tasks)
    closedir(tasks);
  return ending;
}

/* SPDX-License-Identifier: MIT */
