/* qemu's log for its guests, ptrace for the kernel's. */
#include "harness/process/begun.h"

#include "harness/base/bytes.h"
#include "harness/base/limits.h"

#include "harness/base/machine.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The number of SIZE bytes at AT in the byte order ORDER. */
static uint64_t number_at(const unsigned char *at, size_t size, unsigned order) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++)
    value = value << 8 | at[order == ELFDATA2MSB ? i : size - 1 - i];
  return value;
}

/* The entry of the program ELF, of either class and byte order, where it is loaded at addresses of its own. */
static bool fixed_entry(const char *elf, uint64_t *entry) {
  unsigned char header[offsetof(Elf64_Ehdr, e_entry) + sizeof(Elf64_Addr)] = {0};
  struct elf_identity identity = elf_identify(elf);
  int fd = open(elf, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, header, sizeof header);
  if (fd >= 0)
    close(fd);
  size_t size = identity.class == ELFCLASS32 ? sizeof(Elf32_Addr) : sizeof(Elf64_Addr);
  *entry = number_at(header + offsetof(Elf64_Ehdr, e_entry), size, identity.order);
  return got == (ssize_t)sizeof header &&
         number_at(header + offsetof(Elf64_Ehdr, e_type), sizeof(Elf64_Half), identity.order) == ET_EXEC;
}

void begun_options(const char *elf, const char *log, struct text_list *words) {
  uint64_t entry = 0;
  bool fixed = fixed_entry(elf, &entry);
  text_list_take(words, xstrdup("-D"));
  text_list_take(words, xstrdup(log));
  text_list_take(words, xstrdup("-d"));
  /* What is loaded somewhere cannot be told by its address: then whatever is translated counts. */
  text_list_take(words, xstrdup(fixed ? "exec" : "in_asm"));
  if (!fixed)
    return;
  text_list_take(words, xstrdup("-dfilter"));
  text_list_take(words, xasprintf("0x%llx+1", (unsigned long long)entry));
}

bool begun_logged(const char *log) {
  struct stat status;
  bool began = stat(log, &status) == 0 && status.st_size > 0;
  unlink(log);
  return began;
}

/* Reads /proc/PID/NAME as text, "" where that cannot be. */
static void read_proc(pid_t pid, const char *name, struct bytes *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  bytes_clear(text);
  bytes_read_file(text, path);
  bytes_text(text, "");
}

/* Whether AT lies in a mapping of MAPS, as proc(5) has them, that allows execution. */
static bool is_executable(const char *maps, unsigned long long at) {
  for (const char *line = maps; line; line = strchr(line, '\n')) {
    unsigned long long begin = 0;
    unsigned long long end = 0;
    char allows[5] = "";
    line += *line == '\n';
    if (sscanf(line, "%llx-%llx %4s", &begin, &end, allows) == 3 && at >= begin && at < end && allows[2] == 'x')
      return true;
  }
  return false;
}

/* Whether the instruction that PID, which is stopped, is at can be executed: whether it lies in a mapping that allows
   that. proc(5): the last word of syscall is the address of the instruction. True where /proc does not say. */
static bool is_at_code(pid_t pid) {
  struct bytes text = {0};
  read_proc(pid, "syscall", &text);
  const char *last = strrchr(text.data, ' ');
  unsigned long long at = last ? strtoull(last + 1, NULL, 16) : 0;
  read_proc(pid, "maps", &text);
  bool good = !last || !*text.data || is_executable(text.data, at);
  bytes_free(&text);
  return good;
}

/* How far this machine's kernel brings ELF. */
enum reach { REFUSED_WHOLE, BROUGHT_TO_NO_CODE, BROUGHT_TO_CODE };

static enum reach find_reach(const char *elf) {
  enum { NOT_TRACED = 126, NOT_EXECUTED = 127 };
  int status = 0;
  pid_t child = fork();
  if (child < 0)
    die("fork: %s%s", strerror(errno), limit_behind(errno));
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
      _exit(NOT_TRACED);
    execl(elf, elf, (char *)NULL);
    _exit(NOT_EXECUTED);
  }
  waitpid(child, &status, 0);
  if (!WIFSTOPPED(status))
    return WIFEXITED(status) && WEXITSTATUS(status) == NOT_TRACED ? BROUGHT_TO_CODE : REFUSED_WHOLE;
  enum reach reach = WSTOPSIG(status) != SIGTRAP ? REFUSED_WHOLE
                     : is_at_code(child)         ? BROUGHT_TO_CODE
                                                 : BROUGHT_TO_NO_CODE;
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return reach;
}

bool loaded_natively(const char *elf) { return find_reach(elf) != REFUSED_WHOLE; }

bool begun_natively(const char *elf) { return find_reach(elf) == BROUGHT_TO_CODE; }

/* SPDX-License-Identifier: MIT */
