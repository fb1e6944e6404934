/* refuse CALL ERROR PROGRAM ARGUMENTS...: runs PROGRAM where the system call CALL fails with ERROR, a number or a name
   as in EIO, however often it is made.

   Trouble that no folder, file or option brings about is brought about so, and the same for a program under test, its
   emulator and the command that is its oracle. */
#include "harness/helpers/refuse/failing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 125 };

/* execvp(3) would give a file that the kernel does not know to the shell, as a script. What is named by its path is run
   as it is, or not at all. */
static void become(char **words) {
  if (strchr(words[0], '/'))
    execv(words[0], words);
  else
    execvp(words[0], words);
}

int main(int argc, char **argv) {
  const struct failing *call = argc > 3 ? failing_named(argv[1]) : NULL;
  long error = argc > 3 ? error_number(argv[2]) : 0;
  if (!call || error == 0) {
    fputs("usage: refuse CALL ERROR PROGRAM ARGUMENTS...\n       CALL is one of", stderr);
    for (size_t i = 0; i < FAILING_CALLS; i++)
      fprintf(stderr, " %s", failing_calls[i].name);
    fputs("; ERROR is the number or the name of an error, as in EIO\n", stderr);
    return EXIT_NOT_STARTED;
  }
  int failed = refuse_call(call, (uint32_t)error);
  if (!failed) {
    become(argv + 3);
    failed = errno;
  }
  fprintf(stderr, "refuse: %s: %s\n", argv[3], strerror(failed));
  return EXIT_NOT_STARTED;
}

/* SPDX-License-Identifier: MIT */
