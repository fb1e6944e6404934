/*
 * Which code of a program runs, written down as it runs: the compiler calls __sanitizer_cov_trace_pc at the begin of
 * each block. What is written stands in a file that is mapped into the memory, so it stays however the program ends,
 * and what its children run is written there too. scripts/mutate-gate.sh links this with what it measures.
 *
 * REACHED_FOLDER names the folder; the file has the name of the program. Byte N of it is 1 once the call that returns
 * to address N of the program has been made.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNMEASURED __attribute__((no_sanitize_coverage))

extern char __executable_start[], etext[];
static char *reached;

void __sanitizer_cov_trace_pc(void);

UNMEASURED void __sanitizer_cov_trace_pc(void) {
  if (reached)
    reached[(char *)__builtin_return_address(0) - __executable_start] = 1;
}

UNMEASURED __attribute__((constructor)) static void map_reached(void) {
  char program[4096], path[4096 + sizeof(REACHED_FOLDER)];
  ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
  if (len <= 0)
    return;
  program[len] = 0;
  strcpy(path, REACHED_FOLDER);
  strcat(path, strrchr(program, '/'));
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0)
    return;
  size_t size = (size_t)(etext - __executable_start);
  fchmod(file, 0666);
  void *memory =
      ftruncate(file, (off_t)size) ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory != MAP_FAILED)
    reached = memory;
  close(file);
}
/* SPDX-License-Identifier: MIT */
