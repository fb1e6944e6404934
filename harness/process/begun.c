/* qemu's log for its guests, ptrace for the kernel's. */
#include "harness/process/begun.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void begun_options(const char *elf, const char *log, struct text_list *words) {
  Elf64_Ehdr header = {0};
  int fd = open(elf, O_RDONLY | O_CLOEXEC);
  bool fixed = fd >= 0 && read(fd, &header, sizeof header) == (ssize_t)sizeof header && header.e_type == ET_EXEC;
  if (fd >= 0)
    close(fd);
  text_list_take(words, xstrdup("-D"));
  text_list_take(words, xstrdup(log));
  text_list_take(words, xstrdup("-d"));
  /* What is loaded somewhere cannot be told by its address: then whatever is translated counts. */
  text_list_take(words, xstrdup(fixed ? "exec" : "in_asm"));
  if (!fixed)
    return;
  text_list_take(words, xstrdup("-dfilter"));
  text_list_take(words, xasprintf("0x%llx+1", (unsigned long long)header.e_entry));
}

bool begun_logged(const char *log) {
  struct stat status;
  bool began = stat(log, &status) == 0 && status.st_size > 0;
  unlink(log);
  return began;
}

bool begun_natively(const char *elf) {
  enum { NOT_TRACED = 126, NOT_EXECUTED = 127 };
  int status = 0;
  pid_t child = fork();
  if (child < 0)
    die("fork: %s", strerror(errno));
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
      _exit(NOT_TRACED);
    execl(elf, elf, (char *)NULL);
    _exit(NOT_EXECUTED);
  }
  waitpid(child, &status, 0);
  bool began =
      (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP) || (WIFEXITED(status) && WEXITSTATUS(status) == NOT_TRACED);
  if (WIFSTOPPED(status)) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  return began;
}
