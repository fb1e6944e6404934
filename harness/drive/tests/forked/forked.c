/* A run that does the one thing that its first argument names, and prints what it was given. It is built with musl,
   which asks nothing of the kernel that a forked run may not. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static int touch(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT, 0644);
  return fd < 0 ? 1 : close(fd);
}

/* Copies FD to stdout, and returns how many bytes that were. */
static size_t copy(int fd) {
  char block[4096];
  ssize_t got;
  size_t all = 0;
  for (; (got = read(fd, block, sizeof block)) > 0; all += (size_t)got)
    if (write(STDOUT_FILENO, block, (size_t)got) != got)
      return 0;
  return all;
}

static int odd_or_even(size_t count) { return count % 2 ? (int)write(STDOUT_FILENO, "odd", strlen("odd")) : 0; }

/* Prints all that the kernel gives a program at its start, a line each, as far as a test can foresee it. */
static int print_words(char **words) {
  for (; *words; words++)
    printf("%s\n", *words);
  printf("%s\n%lu\n", getenv("A"), getauxval(AT_PAGESZ));
  return fflush(stdout);
}

int main(int argc, char **argv) {
  static int memory[1024]; /* what is written there is not there any more in the next run */
  const char *deed = argc > 1 ? argv[1] : "";
  int input = argc > 2 ? open(argv[2], O_RDONLY) : STDIN_FILENO;
  struct stat status;
  int end = memory[7];
  memory[7] = 1;
  /* The second run of it would see what the first has left. */
  if (strcmp(deed, "second") == 0 && stat("/tmp/seen", &status) == 0)
    return 9;
  if (strcmp(deed, "words") == 0)
    return print_words(argv + 1);
  size_t count = copy(input);
  if (strcmp(deed, "second") == 0)
    end = touch("/tmp/seen");
  if (strcmp(deed, "writes") == 0)
    end = touch("left");
  if (strcmp(deed, "child") == 0 && fork() == 0)
    pause();
  if (strcmp(deed, "killed") == 0)
    raise(SIGKILL);
  if (strcmp(deed, "trap") == 0)
    __builtin_trap();
  if (strcmp(deed, "hangs") == 0)
    pause();
  if (strcmp(deed, "spins") == 0)
    for (;;)
      memory[count % 1024]++;
  if (strcmp(deed, "says") == 0)
    end = write(STDERR_FILENO, "odd\n", 4) != 4;
  if (strcmp(deed, "status") == 0)
    end = 3;
  if (strcmp(deed, "odd") == 0)
    odd_or_even(count);
  return end;
}

/* SPDX-License-Identifier: MIT */
