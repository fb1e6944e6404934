/* compare.c: both are started by the same code, which differs only in what it executes: what is true of one run is true
 * of the other. */
#include "compare.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 60000, MOST_ARGUMENTS = 64 };

/* What is run: coreutils, or an ELF of ours in some way. */
typedef struct {
  const char *name;
  const char *qemu; /* NULL: natively */
  const char *arch; /* suffix of the ELF; NULL: coreutils */
} Runner;

static const Runner coreutils = {"coreutils", NULL, NULL};
static const Runner ours[] = {
#ifdef __aarch64__
    {"arm64 native", NULL, "arm64"},
#else
    {"x64 native", NULL, "x64"},
#endif
    {"x64 qemu", "qemu-x86_64-static", "x64"},
    {"arm64 qemu", "qemu-aarch64-static", "arm64"}};

/* Bytes on the heap. */
typedef struct {
  char *bytes;
  size_t length;
} Text;

typedef struct {
  Text output, error;
  int status; /* exit status, or 128 + the signal */
} Outcome;

static void outcome_free(Outcome *outcome) {
  free(outcome->output.bytes);
  free(outcome->error.bytes);
}

/* ---- In the child --------------------------------------------------------------------------------------------- */

static void give_up(const char *what) {
  fprintf(stderr, "test_ls: %s: %s\n", what, strerror(errno));
  _exit(127);
}

/* System calls that fail, for the rest of this process and all that it becomes. */
static void refuse_calls(const Circumstances *circumstances) {
  const int *refused = circumstances->refused;
  unsigned refusal = circumstances->refusal ? (unsigned)circumstances->refusal : EIO;
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)refused[0], 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(refused[1] ? refused[1] : refused[0]), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | refusal),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    give_up("cannot refuse system calls");
}

/* Root passes over permissions by capabilities that an exec gives it; those that are dropped here it does not get. */
static void drop_privileges(void) {
  static const int dropped[] = {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH};
  for (size_t i = 0; geteuid() == 0 && i < sizeof dropped / sizeof *dropped; i++)
    if (prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0))
      give_up("cannot drop a capability");
}

static void prepare_child(const char *folder, const Circumstances *circumstances, int output, int error) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (fchdir(tree_fd()) || chdir(folder))
    give_up(folder);
  if (circumstances->removed_folder && unlinkat(tree_fd(), folder, AT_REMOVEDIR))
    give_up(folder);
  dup2(open("/dev/null", O_RDONLY), 0);
  dup2(output, 1);
  dup2(error, 2);
  close_range(3, ~0U, 0);
  if (circumstances->output && !*circumstances->output)
    close(1);
  struct rlimit limit = {circumstances->memory, circumstances->memory};
  if (circumstances->memory && setrlimit(RLIMIT_AS, &limit))
    give_up("setrlimit");
  if (circumstances->no_privileges)
    drop_privileges();
  if (circumstances->refused[0])
    refuse_calls(circumstances);
}

/* The colours are named for those three types alone: for the others ours has what coreutils has of itself. */
static char *const environment[] = {"LC_ALL=C", "TZ=UTC", "TERM=xterm", "LS_COLORS=pi=40;33:bd=40;33;01:cd=40;33;01",
                                    NULL,       NULL};

/* Become coreutils or ours; --color=auto is what ours does unasked, and -1 where it differs. */
static void become(const Runner *runner, const char *program, const char *const *arguments, bool terminal) {
  const char *command[MOST_ARGUMENTS + 5];
  size_t count = 0;
  if (runner->qemu)
    command[count++] = runner->qemu;
  command[count++] = runner->arch ? program : "ls";
  if (!runner->arch && terminal) {
    command[count++] = "--color=auto";
    command[count++] = "-1";
  }
  for (size_t i = 0; i < MOST_ARGUMENTS && arguments[i]; i++)
    command[count++] = arguments[i];
  command[count] = NULL;
  execvpe(command[0], (char *const *)command, environment);
  give_up(command[0]);
}

/* ---- In the parent -------------------------------------------------------------------------------------------- */

/* Read both to their ends; a terminal's end is EIO. */
static void read_both(int output, int error, Outcome *outcome) {
  struct pollfd waited[2] = {{output, POLLIN, 0}, {error, POLLIN, 0}};
  Text *texts[2] = {&outcome->output, &outcome->error};
  for (int open_ends = 2; open_ends > 0;) {
    int ready = poll(waited, 2, DEADLINE_MS);
    ck_assert_msg(ready > 0 || errno == EINTR, "nothing more came within %d ms", DEADLINE_MS);
    for (int i = 0; ready > 0 && i < 2; i++) {
      if (waited[i].fd < 0 || !waited[i].revents)
        continue;
      enum { STEP = 1 << 16 };
      texts[i]->bytes = realloc(texts[i]->bytes, texts[i]->length + STEP);
      ck_assert_ptr_nonnull(texts[i]->bytes);
      ssize_t got = read(waited[i].fd, texts[i]->bytes + texts[i]->length, STEP);
      if (got > 0) {
        texts[i]->length += (size_t)got;
        continue;
      }
      ck_assert_msg(got == 0 || errno == EIO, "reading what was written: %s", strerror(errno));
      waited[i].fd = -1;
      open_ends--;
    }
  }
}

/* Open both ends of what the program writes to: ends[0] to read from, ends[1] to write to. */
static void open_output(const Circumstances *circumstances, int ends[2]) {
  if (!circumstances->terminal) {
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    return;
  }
  ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ck_assert_msg(ends[0] >= 0 && grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0, "no terminal: %s", strerror(errno));
  char name[PATH_MAX];
  ck_assert_int_eq(ptsname_r(ends[0], name, sizeof name), 0);
  ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  ck_assert_msg(ends[1] >= 0, "%s: %s", name, strerror(errno));
  struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)circumstances->columns};
  ck_assert_int_eq(ioctl(ends[1], TIOCSWINSZ, &size), 0);
}

static char *bl_program_path(const Runner *runner) {
  const char *build = getenv("BUILD");
  char *path, *whole;
  ck_assert_int_gt(asprintf(&path, "%s/elf/ls_%s", build ? build : "build", runner->arch ? runner->arch : ours[0].arch),
                   0);
  whole = realpath(path, NULL);
  ck_assert_msg(whole != NULL, "%s: %s (make elf builds it)", path, strerror(errno));
  free(path);
  return whole;
}

static Outcome run(const Runner *runner, const char *folder, const char *const *arguments,
                   const Circumstances *circumstances) {
  int output[2], error[2];
  char *program = bl_program_path(runner);
  open_output(circumstances, output);
  ck_assert_int_eq(pipe2(error, O_CLOEXEC), 0);
  pid_t pid = fork();
  ck_assert_int_ge(pid, 0);
  if (pid == 0) {
    const char *file = circumstances->output;
    prepare_child(folder, circumstances, file && *file ? open(file, O_WRONLY) : output[1], error[1]);
    become(runner, program, arguments, circumstances->terminal);
  }
  close(output[1]);
  close(error[1]);
  free(program);
  Outcome outcome = {0};
  read_both(output[0], error[0], &outcome);
  close(output[0]);
  close(error[0]);
  int status;
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

/* ---- Comparison ----------------------------------------------------------------------------------------------- */

/* Text with what does not print shown as an escape. The last four are kept. */
static const char *printable(const char *bytes, size_t length) {
  static char room[4][512];
  static int next;
  char *text = room[next++ % 4];
  size_t end = 0;
  for (size_t i = 0; i < length && end < sizeof room[0] - 5; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    end += (size_t)sprintf(text + end, byte >= ' ' && byte <= '~' ? "%c" : "\\%03o", byte);
  }
  text[end] = 0;
  return text;
}

static void check_text(const char *what, const char *run_by, Text text, Text expected) {
  size_t at = 0;
  while (at < text.length && at < expected.length && text.bytes[at] == expected.bytes[at])
    at++;
  if (at == text.length && at == expected.length)
    return;
  size_t from = at > 60 ? at - 60 : 0;
  size_t shown = text.length - from < 100 ? text.length - from : 100;
  size_t wanted = expected.length - from < 100 ? expected.length - from : 100;
  ck_abort_msg("%s, %s: byte %zu differs (%zu bytes, expected %zu)\n  from byte %zu: \"%s\"\n  expected:      \"%s\"",
               run_by, what, at, text.length, expected.length, from, printable(text.bytes + from, shown),
               printable(expected.bytes + from, wanted));
}

static void check_outcome(const char *run_by, const Outcome *outcome, const Outcome *expected) {
  check_text("standard error", run_by, outcome->error, expected->error);
  check_text("standard output", run_by, outcome->output, expected->output);
  ck_assert_msg(outcome->status == expected->status, "%s: exit status %d, expected %d", run_by, outcome->status,
                expected->status);
}

int compare(const char *folder, const char *const *arguments, Circumstances circumstances) {
  if (circumstances.columns)
    circumstances.terminal = true;
  char line[1024] = "";
  for (size_t i = 0; arguments[i]; i++)
    snprintf(line + strlen(line), sizeof line - strlen(line), " %s", printable(arguments[i], strlen(arguments[i])));
  if (circumstances.removed_folder)
    make_folder(folder, 0755);
  Outcome expected = run(&coreutils, folder, arguments, &circumstances);
  for (size_t i = 0; i < (circumstances.native_only ? 1 : sizeof ours / sizeof *ours); i++) {
    if (circumstances.removed_folder)
      make_folder(folder, 0755);
    Outcome outcome = run(&ours[i], folder, arguments, &circumstances);
    char *run_by;
    ck_assert_int_gt(asprintf(&run_by, "%s, ls%s", ours[i].name, line), 0);
    check_outcome(run_by, &outcome, &expected);
    free(run_by);
    outcome_free(&outcome);
  }
  int status = expected.status;
  outcome_free(&expected);
  return status;
}

int compare_line(const char *folder, const char *line) {
  const char *arguments[MOST_ARGUMENTS + 1];
  size_t count = 0;
  char *words = strdup(line), *rest;
  ck_assert_ptr_nonnull(words);
  for (char *word = strtok_r(words, " ", &rest); word && count < MOST_ARGUMENTS; word = strtok_r(NULL, " ", &rest))
    arguments[count++] = word;
  arguments[count] = NULL;
  int status = compare(folder, arguments, (Circumstances){0});
  free(words);
  return status;
}

void expect_natively(const char *const *arguments, Circumstances circumstances, int status, const char *output,
                     const char *error) {
  Outcome outcome = run(&ours[0], ".", arguments, &circumstances);
  Outcome expected = {{(char *)output, strlen(output)}, {(char *)error, strlen(error)}, status};
  check_outcome(ours[0].name, &outcome, &expected);
  outcome_free(&outcome);
}

/* ---- The tree ------------------------------------------------------------------------------------------------- */

static char around[PATH_MAX], tree[PATH_MAX + sizeof "/tree"];
static int tree_descriptor = -1;

void tree_begin(void) {
  const char *temporary = getenv("TMPDIR");
  snprintf(around, sizeof around, "/dev/shm/test_ls.XXXXXX");
  if (!mkdtemp(around)) {
    snprintf(around, sizeof around, "%s/test_ls.XXXXXX", temporary ? temporary : "/tmp");
    ck_assert_msg(mkdtemp(around) != NULL, "%s: %s", around, strerror(errno));
  }
  /* One level down: what lists ".." shall see a folder in which nobody else works. */
  snprintf(tree, sizeof tree, "%s/tree", around);
  ck_assert_msg(mkdir(tree, 0755) == 0, "%s: %s", tree, strerror(errno));
  tree_descriptor = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ck_assert_int_ge(tree_descriptor, 0);
  umask(0);
}

static int make_removable(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status;
  (void)place;
  return type == FTW_D || type == FTW_DNR ? chmod(path, 0700) : 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status;
  (void)type;
  (void)place;
  return remove(path);
}

void tree_end(void) {
  close(tree_descriptor);
  nftw(around, make_removable, 16, FTW_PHYS);
  ck_assert_int_eq(nftw(around, remove_one, 16, FTW_PHYS | FTW_DEPTH), 0);
}

const char *tree_path(void) { return tree; }

int tree_fd(void) { return tree_descriptor; }

void make_folder(const char *path, unsigned mode) {
  ck_assert_msg(mkdirat(tree_descriptor, path, mode) == 0, "%s: %s", path, strerror(errno));
  ck_assert_int_eq(fchmodat(tree_descriptor, path, mode, 0), 0); /* mkdir leaves setuid and the like out */
}

void make_file(const char *path, unsigned mode, long long size) {
  int fd = openat(tree_descriptor, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
  ck_assert_msg(ftruncate(fd, size) == 0, "%s: %lld bytes: %s", path, size, strerror(errno));
  ck_assert_int_eq(fchmod(fd, mode), 0);
  close(fd);
}

void make_link(const char *path, const char *target) {
  ck_assert_msg(symlinkat(target, tree_descriptor, path) == 0, "%s: %s", path, strerror(errno));
}

/* SPDX-License-Identifier: MIT */
