/* Asks the oracles: libcmark in this process, published bytes, or a command of the suite's own. */
#include "harness/verdict/truth.h"

#include "oracles/markdown.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND_DEADLINE_MS = 60000 };

static int memory_file(struct span contents) {
  int fd = memfd_create("bytegate", MFD_CLOEXEC);
  if (fd < 0)
    die("memfd_create: %s", strerror(errno));
  for (size_t at = 0; at < contents.len;) {
    ssize_t wrote = write(fd, contents.data + at, contents.len - at);
    if (wrote < 0)
      die("memfd: %s", strerror(errno));
    at += (size_t)wrote;
  }
  lseek(fd, 0, SEEK_SET);
  return fd;
}

/* Runs COMMAND by sh in FOLDER, or, where that is NULL, in the current one, with the descriptors INPUT and OUTPUT.
   Returns its wait status, or -1 when it had to be killed. */
static int run_command(const char *command, const char *folder, int input, int output) {
  char *words[] = {"sh", "-c", (char *)command, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t pid = 0;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (folder)
    posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  int failed = posix_spawn(&pid, "/bin/sh", &actions, &attributes, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed)
    die("/bin/sh: %s", strerror(failed));
  struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
  bool in_time = poll(&ended, 1, COMMAND_DEADLINE_MS) == 1;
  kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  close(ended.fd);
  return in_time ? status : -1;
}

static bool ask_command(const char *command, const char *folder, struct span input, struct bytes *truth,
                        struct bytes *why) {
  int in = memory_file(input);
  int out = memory_file((struct span){"", 0});
  int status = run_command(command, folder, in, out);
  char block[65536];
  ssize_t got;
  for (off_t at = 0; (got = pread(out, block, sizeof block, at)) > 0; at += got)
    bytes_append(truth, block, (size_t)got);
  close(in);
  close(out);
  if (status == 0)
    return true;
  if (status == -1)
    bytes_printf(why, "the oracle command ran for more than %d s: %s", COMMAND_DEADLINE_MS / 1000, command);
  else if (WIFEXITED(status))
    bytes_printf(why, "the oracle command ended with exit status %d: %s", WEXITSTATUS(status), command);
  else
    bytes_printf(why, "the oracle command ended by signal %d: %s", WTERMSIG(status), command);
  return false;
}

/* Asks COMMAND in a tree of its own. */
static bool ask_in_tree(struct workspace *workspace, const char *command, const struct tree *tree, struct bytes *truth,
                        struct bytes *why) {
  char *folder = workspace_folder(workspace);
  bool good = tree_make(tree, folder, why) && ask_command(command, folder, (struct span){"", 0}, truth, why);
  remove_folder(folder);
  free(folder);
  return good;
}

/* Asks the oracle command of PROGRAM, once for each case. */
static bool answer_of_command(struct workspace *workspace, const struct program *program, struct test_case *test_case,
                              struct span *truth, struct bytes *why) {
  for (size_t i = 0; i < test_case->answer_count; i++)
    if (test_case->answers[i]->command == program->oracle_command) {
      *truth = span_of(&test_case->answers[i]->text);
      return true;
    }
  struct answer *answer = xcalloc(1, sizeof *answer);
  answer->command = program->oracle_command;
  bool good = test_case->tree ? ask_in_tree(workspace, answer->command, test_case->tree, &answer->text, why)
                              : ask_command(answer->command, NULL, span_of(&test_case->input), &answer->text, why);
  if (!good) {
    bytes_free(&answer->text);
    free(answer);
    return false;
  }
  test_case->answers = xrealloc(test_case->answers, (test_case->answer_count + 1) * sizeof(struct answer *));
  test_case->answers[test_case->answer_count++] = answer;
  *truth = span_of(&answer->text);
  return true;
}

bool truth_of(struct workspace *workspace, const struct program *program, struct test_case *test_case,
              struct span *truth, struct bytes *why) {
  enum oracle oracle = (enum oracle)program->oracle;
  struct bytes *answer = &test_case->truth[oracle];
  if (oracle == ORACLE_EXPECTED) {
    *truth = span_of(&test_case->expected);
    if (!test_case->has_expected)
      bytes_text(why, "the case has no published bytes ('expected = PATH' in its [cases] section)");
    return test_case->has_expected;
  }
  if (oracle == ORACLE_COMMAND)
    return answer_of_command(workspace, program, test_case, truth, why);
  if (!test_case->asked[oracle]) {
    size_t len = 0;
    struct span input = span_of(&test_case->input);
    char *html = markdown_oracle_render(input.data, input.len, oracle == ORACLE_CMARK_UNSAFE, &len);
    bytes_append(answer, html, len);
    free(html);
  }
  test_case->asked[oracle] = true;
  *truth = span_of(answer);
  return true;
}
