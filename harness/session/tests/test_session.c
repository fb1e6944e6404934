/* Whole runs, over programs that every system has: the shell and cat. Each way in which a program can fail must come
   out as its own verdict, from the suite file to the exit status. */
/* reads: helpers */
/* once: sanitized; most of its time is that of the programs that it runs */
#include "harness/session/session.h"
#include "harness/suite/suite.h"

#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/base/interrupt.h"
#include "harness/base/machine.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct session_options usual = {.command = "bytegate",
                                       .build = "",
                                       .suites_folder = "",
                                       .known_path = "/nonexistent/known",
                                       .jobs = 2,
                                       .repeat = 1,
                                       .keep_going = true};

/* Runs a suite of one program, SCRIPT run by sh, whose input is a document of its own and whose truth is "same". */
static enum verdict run_script(const char *script, const char *more, char **detail) {
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  char *text = xasprintf("[program p]\nelf = /bin/sh\narguments = -c \"%s\" sh {file}\nrunner = native\nstdin = yes\n"
                         "oracle = command\noracle-command = printf same\n%s\n[cases c]\nsource = random\ncount = 1\n",
                         script, more);
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &usual, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert_msg(session_run(&session, &workspace, &why, &status), "%s", span_of(&why).data);
  enum verdict verdict = session.results[0].verdict;
  status = session_status(&session);
  ck_assert_int_eq(status, verdict == EQUAL && !session.strays ? EXIT_EQUAL
                           : verdict >= ORACLE_FAULT           ? EXIT_INFRASTRUCTURE
                                                               : EXIT_DIVERGED);
  if (detail)
    *detail = xstrdup(span_of(&session.results[0].detail).data);
  session_close(&session);
  ck_assert_uint_eq(workspace_sweep(&workspace, NULL), 0);
  char *root = xstrdup(workspace.root);
  workspace_close(&workspace);
  ck_assert_msg(access(root, F_OK) != 0, "%s was left behind", root);
  free(root);
  free(text);
  return verdict;
}

static const struct {
  const char *script;
  const char *more;
  enum verdict verdict;
} scripts[] = {
    {"printf same", "", EQUAL},
    {"printf Same", "", DIVERGED},
    {"printf sam", "", DIVERGED},
    {"printf samee", "", DIVERGED},
    {"printf same; exit 4", "", DIVERGED},
    {"printf same; exit 4", "exit-status = 4", EQUAL},
    {"printf same; echo odd >&2", "", EQUAL},
    {"printf same; echo odd >&2", "stderr = odd\\n", EQUAL},
    {"printf same; echo odd >&2", "stderr = odd", DIVERGED},
    {"printf same; echo odd >&2", "stderr =", DIVERGED},
    {"printf same", "stderr = odd\\n", DIVERGED},
    {"exec yes", "", DIVERGED},
    {"printf same; exec yes >&2", "", DIVERGED},
    {"printf same; kill -SEGV $$", "", CRASHED},
    {"printf same; kill -SEGV $$", "signal = SIGSEGV", EQUAL},
    {"printf Same; kill -SEGV $$", "signal = SIGSEGV", DIVERGED},
    {"printf same; kill -SEGV $$", "signal = SIGTRAP", CRASHED},
    {"printf same", "signal = SIGSEGV", DIVERGED},
    {"printf same; while :; do :; done", "deadline = 0.2", HUNG},
    /* The gate is stopped for longer than the deadline. That time is nobody's. */
    {"kill -STOP $PPID; sleep 2; kill -CONT $PPID; printf same", "deadline = 1.5", EQUAL},
    {"exec 1>&-; cat <&1; sleep 1000", "deadline = 0.2", HUNG},
    {"printf same; sleep 1000 >&- 2>&- &", "", LEAKED},
    {"printf same; sleep 1000 &", "", LEAKED},
    {"printf same; setsid sleep 1000 &", "", LEAKED},
    {"printf same; setsid sh -c 'setsid sleep 1000 & sleep 1000' &", "", LEAKED},
    {"printf same; cd /; setsid env -i sleep 1000 >&- 2>&- &", "", LEAKED},
    {"printf same; setsid sh -c 'while :; do setsid sleep 1000 & sleep 0.001; done' &", "", LEAKED},
    {"mkdir -p a/b; : >a/b/c; chmod 0 a/b a; printf same", "", EQUAL},
    {"cat >/dev/null; test -f $1; cmp -s $1 $1 && printf same", "", EQUAL},
    {"test $PWD = $HOME && test -z $BYTEGATE_TEST && printf same", "", EQUAL},
    {"test -t 1 || printf same", "", EQUAL},
    {"test -t 1 && exec 3>&1 && stty size <&3 | grep -q ' 33$' && printf same", "terminal = 33", EQUAL},
    {"printf Same", "terminal = 33", DIVERGED},
    {"test x$VALUE = xfrom-suite && printf same", "environment = VALUE=from-suite", EQUAL},
};

START_TEST(each_way_to_fail_is_its_own_verdict) {
  setenv("BYTEGATE_TEST", "must not be seen", 1);
  ck_assert_msg(run_script(scripts[_i].script, scripts[_i].more, NULL) == scripts[_i].verdict, "%s",
                scripts[_i].script);
}
END_TEST

/* What a session asked to be looked at: how often, and until when. */
static unsigned looked;
static uint64_t looked_until;

static void look_at_once(struct workspace *workspace, const char *gate, struct result *result, uint64_t until_ns) {
  (void)workspace;
  (void)gate;
  bytes_text(&result->where, "seen\n");
  looked++;
  looked_until = until_ns;
}

/* Uses up all the time that there is. */
static void look_for_long(struct workspace *workspace, const char *gate, struct result *result, uint64_t until_ns) {
  look_at_once(workspace, gate, result, until_ns);
  while (now_ns() < until_ns)
    ;
}

/* Runs three programs that fail in three ways. */
static void run_three_faults(const struct session_options *options) {
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  static const char text[] = "[program one]\nelf = /bin/sh\narguments = -c \"printf 1\"\nrunner = native\n"
                             "oracle = command\noracle-command = printf same\n"
                             "[program two]\nelf = /bin/sh\narguments = -c \"printf 2\"\nrunner = native\n"
                             "oracle = command\noracle-command = printf same\n"
                             "[program three]\nelf = /bin/sh\narguments = -c \"printf 3\"\nrunner = native\n"
                             "oracle = command\noracle-command = printf same\n"
                             "[cases c]\nsource = nothing\n";
  looked = 0;
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, options, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert_msg(session_run(&session, &workspace, &why, &status), "%s", span_of(&why).data);
  ck_assert_uint_eq(session.failed, 3);
  session_close(&session);
  workspace_close(&workspace);
}

START_TEST(failures_are_looked_at_for_ten_seconds_at_most) {
  struct session_options options = usual;
  options.blame = look_at_once;
  uint64_t before = now_ns();
  run_three_faults(&options);
  ck_assert_uint_eq(looked, 3);
  ck_assert_uint_ge(looked_until, before + UINT64_C(10000000000));
  ck_assert_uint_le(looked_until, now_ns() + UINT64_C(10000000000));
  options.blame = look_for_long;
  options.blame_ns = 50000000;
  run_three_faults(&options);
  ck_assert_uint_eq(looked, 1);
}
END_TEST

static const struct {
  const char *arguments;
  int status;
} refused[] = {
    {"getdents64 EIO ls / 2>&1 | grep -q \"reading directory '/': Input/output error\"", 0},
    {"getdents64 13 ls / 2>&1 | grep -q \"reading directory '/': Permission denied\"", 0},
    {"open-folder EMFILE ls / 2>&1 | grep -q \"cannot open directory '/': Too many open files\"", 0},
    {"statx EIO ls / 2>&1 | grep -q \"cannot access '/': Input/output error\"", 0},
    {"readlinkat EIO readlink -v /proc/self/exe 2>&1 | grep -q 'Input/output error'", 0},
    {"read-stdin EIO cat </dev/null 2>&1 | grep -q 'Input/output error'", 0},
    {"write-stdout ENOSPC ls / 2>&1 | grep -q 'write error: No space left on device'", 0},
    {"write-stdout ENOSPC sh -c 'exit 7'", 7},
    {"getdents64 EIO cat /dev/null", 0},
    {"getdents64 EIO /not/there", 125},
    {"getdents64 NONE ls", 125},
    {"getdents64 0 ls", 125},
    {"getdents64 4096 ls", 125},
    {"unheard-of EIO ls", 125},
    {"getdents64 EIO", 125},
};

START_TEST(what_is_refused_fails_and_nothing_else) {
  const char *build = getenv("BUILD");
  char *command = xasprintf("LC_ALL=C %s/refuse %s", build && *build ? build : "build", refused[_i].arguments);
  int code = WEXITSTATUS(system(command));
  ck_assert_msg(code == refused[_i].status, "%s: %d, expected %d", refused[_i].arguments, code, refused[_i].status);
  free(command);
}
END_TEST

START_TEST(a_run_says_how_the_program_ended) {
  char *detail = NULL;
  run_script("echo the reason >&2; kill -ABRT $$", "", &detail);
  ck_assert_str_eq(detail, "ended by signal 6 (Aborted) while it ran: the reason");
  free(detail);
}
END_TEST

/* Runs TEXT and returns the verdict of the first result, or -1 - status where the session does not run. */
static int run_text(const char *text, struct session_options *options) {
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, options, "t.ini", text, &why), "%s", span_of(&why).data);
  bool ran = session_run(&session, &workspace, &why, &status);
  int verdict = ran ? (int)session.results[0].verdict : -1 - status;
  session_close(&session);
  workspace_close(&workspace);
  bytes_free(&why);
  return verdict;
}

START_TEST(what_the_kernel_will_not_start_is_refused) {
  char path[] = "/tmp/test_session-XXXXXX";
  int fd = mkstemp(path);
  char header[] = "\x7f"
                  "ELF\2\1\1, but not really an executable file of any kind at all";
  header[18] = (char)host_machine()->e_machine;
  header[19] = (char)(host_machine()->e_machine >> 8);
  ck_assert_int_eq(write(fd, header, 60), 60);
  ck_assert_int_eq(fchmod(fd, 0755), 0);
  close(fd);
  char *text =
      xasprintf("[program p]\nelf = %s\noracle = command\noracle-command = true\n[cases c]\nsource = nothing\n", path);
  ck_assert_int_eq(run_text(text, &usual), REFUSED);
  unlink(path);
  free(text);
}
END_TEST

/* The first LEN bytes of an ELF header: of an executable file without a segment. */
static void write_header(const char *path, size_t len) {
  const Elf64_Ehdr header = {.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_EXEC,
                             .e_machine = EM_X86_64,
                             .e_version = EV_CURRENT,
                             .e_entry = 0x400000,
                             .e_phoff = sizeof header,
                             .e_ehsize = sizeof header,
                             .e_phentsize = sizeof(Elf64_Phdr)};
  ck_assert_int_eq(write_file(path, (struct span){(const char *)&header, len}), 0);
  ck_assert_int_eq(chmod(path, 0755), 0);
}

/* qemu 7.2 ends with exit status 1 and no word where it cannot read a whole header. No suite may take that for the
   program's. */
static const struct {
  const char *program;
  size_t header; /* bytes of the file; 0: it is a script that does nothing */
  enum verdict verdict;
} unbegun[] = {
    {"arch = x64\nrunner = qemu\nexit-status = 1", 60, REFUSED},
    {"arch = x64\nrunner = qemu\nexit-status = 1", 40, REFUSED},
    {"arch = x64\nrunner = qemu\nsignal = SIGSEGV", 64, REFUSED},
    {"exit-status = 0", 0, RUNNER_FAULT},
};

START_TEST(a_program_that_never_began_is_never_equal) {
  char folder[] = "/tmp/test_session-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
  if (unbegun[_i].header)
    write_header("file", unbegun[_i].header);
  else
    ck_assert_int_eq(write_file("file", span_text("#!/bin/sh\n")), 0);
  ck_assert_int_eq(chmod("file", 0755), 0);
  char *text = xasprintf("[program p]\nelf = file\n%s\noracle = command\noracle-command = true\n"
                         "[cases c]\nsource = nothing\n",
                         unbegun[_i].program);
  ck_assert_int_eq(run_text(text, &usual), unbegun[_i].verdict);
  free(text);
  remove_folder(folder);
}
END_TEST

/* The path of a program is as seen from its suite, whatever folder it runs in. */
START_TEST(a_relative_path_leads_from_the_suite) {
  char folder[] = "/tmp/test_session-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
  ck_assert_int_eq(symlink("/bin/echo", "file"), 0);
  ck_assert_int_eq(run_text("[program p]\nelf = file\narguments = same\nrunner = native\noracle = command\n"
                            "oracle-command = echo same\n[cases c]\nsource = nothing\n",
                            &usual),
                   EQUAL);
  remove_folder(folder);
}
END_TEST

START_TEST(what_is_not_there_is_no_verdict) {
  ck_assert_int_eq(run_text("[program p]\nelf = /nonexistent\n[cases c]\nsource = nothing\n", &usual),
                   -1 - EXIT_INFRASTRUCTURE);
}
END_TEST

START_TEST(an_oracle_command_that_fails_is_a_fault_of_the_oracle) {
  static const char text[] = "[program p]\nelf = /bin/cat\nrunner = native\noracle = command\n"
                             "oracle-command = exit 3\n[cases c]\nsource = nothing\n";
  ck_assert_int_eq(run_text(text, &usual), ORACLE_FAULT);
}
END_TEST

START_TEST(each_program_has_its_own_oracle_command) {
  static const char text[] = "[program a]\nelf = /bin/echo\narguments = a\nrunner = native\noracle = command\n"
                             "oracle-command = echo a\n[program b]\nelf = /bin/echo\narguments = b\nrunner = native\n"
                             "oracle = command\noracle-command = echo b\n[cases c]\nsource = nothing\n";
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &usual, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert(session_run(&session, &workspace, &why, &status));
  ck_assert_uint_eq(session.result_count, 2);
  for (size_t i = 0; i < 2; i++)
    ck_assert_int_eq(session.results[i].verdict, EQUAL);
  session_close(&session);
  workspace_close(&workspace);
  bytes_free(&why);
}
END_TEST

/* Only stdin, stdout and stderr reach a program: a descriptor of the harness in it could keep a socket open. The shell
   adds the one by which it reads the folder, the lowest that is free. */
START_TEST(a_program_inherits_nothing_but_three_descriptors) {
  static const char text[] = "[program p]\nelf = /bin/sh\narguments = -c \"cd /proc/$$/fd; echo *\"\nrunner = native\n"
                             "oracle = command\noracle-command = echo 0 1 2 3\n[cases c]\nsource = nothing\n";
  ck_assert_int_eq(run_text(text, &usual), EQUAL);
}
END_TEST

START_TEST(no_case_is_an_error) {
  struct session_options options = usual;
  text_list_add(&options.cases, "other/*", 7);
  ck_assert_int_eq(run_text("[program p]\nelf = /bin/cat\n[cases c]\nsource = nothing\n", &options), -1 - EXIT_USAGE);
  text_list_free(&options.cases);
}
END_TEST

START_TEST(a_server_that_cannot_start_fails_every_case_at_once) {
  static const char text[] = "[program p]\nelf = /bin/sh\narguments = -c \"exit 9\"\nrunner = native\ndrive = http\n"
                             "[cases c]\nsource = random\ncount = 500\n";
  ck_assert_int_eq(run_text(text, &usual), REFUSED);
}
END_TEST

START_TEST(a_case_that_does_not_always_do_the_same_is_flaky) {
  struct session_options options = usual;
  /* The folder above its own is that of the whole run, so the program can tell the first time from the others. */
  static const char text[] =
      "[program p]\nelf = /bin/sh\narguments = -c \"test -e ../ran && printf other; : >../ran\"\n"
      "runner = native\noracle = command\noracle-command = :\n[cases c]\nsource = random\ncount = 1\n";
  options.repeat = 3;
  options.jobs = 1;
  ck_assert_int_eq(run_text(text, &options), FLAKY);
}
END_TEST

static unsigned told;

static void count_told(const struct session *session, const struct result *result) {
  (void)session;
  (void)result;
  told++;
}

START_TEST(a_case_is_told_once_however_often_it_runs) {
  static const char text[] = "[program p]\nelf = /bin/cat\nrunner = native\nstdin = yes\noracle = command\n"
                             "oracle-command = cat\n[cases c]\nsource = random\ncount = 3\n";
  struct session_options options = usual;
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  options.repeat = (unsigned)_i;
  told = 0;
  workspace_open(&workspace);
  ck_assert(session_open_text(&session, &options, "t.ini", text, &why));
  session.progress = count_told;
  ck_assert(session_run(&session, &workspace, &why, &status));
  ck_assert_uint_eq(session.finished, 3);
  ck_assert_uint_eq(told, 3);
  for (size_t i = 0; i < session.result_count; i++)
    ck_assert_uint_eq(session.results[i].runs, (unsigned)_i);
  session_close(&session);
  workspace_close(&workspace);
}
END_TEST

START_TEST(every_case_runs_with_any_number_of_lanes) {
  static const char text[] = "[program a]\nelf = /bin/cat\nrunner = native\nstdin = yes\noracle = command\n"
                             "oracle-command = cat\n[program b]\nelf = /bin/cat\nrunner = native\narguments = {file}\n"
                             "oracle = command\noracle-command = cat\n[cases c]\nsource = random\ncount = 20\n";
  for (unsigned jobs = 1; jobs <= 8; jobs *= 2) {
    struct session_options options = usual;
    struct workspace workspace = {0};
    struct session session;
    struct bytes why = {0};
    int status = 0;
    options.jobs = jobs;
    workspace_open(&workspace);
    ck_assert(session_open_text(&session, &options, "t.ini", text, &why));
    ck_assert(session_run(&session, &workspace, &why, &status));
    ck_assert_uint_eq(session.finished, 40);
    for (size_t i = 0; i < session.result_count; i++)
      ck_assert_int_eq(session.results[i].verdict, EQUAL);
    session_close(&session);
    workspace_close(&workspace);
  }
}
END_TEST

/* Two programs that ask the same are answered once; two that do not, and one that asks in vain, apart. These questions
   are so many that they are asked in processes beside this one. */
START_TEST(questions_are_asked_once_and_ahead) {
  static const char *const commands[] = {"cat", "cat", "cat; :", "exit 3"};
  struct session_options options = usual;
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  struct bytes text = {0};
  int status = 0;
  options.jobs = 2;
  for (size_t i = 0; i < 4; i++)
    bytes_printf(&text,
                 "[program %c]\nelf = /bin/cat\nrunner = native\nstdin = yes\noracle = command\noracle-command = %s\n",
                 (char)('a' + i), commands[i]);
  bytes_text(&text, "[cases c]\nsource = random\ncount = 20\n");
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &options, "t.ini", text.data, &why), "%s", span_of(&why).data);
  ck_assert(session_run(&session, &workspace, &why, &status));
  ck_assert_uint_eq(session.finished, 80);
  for (size_t i = 0; i < session.result_count; i++) {
    const struct result *result = &session.results[i];
    bool fails = *result->target->program->name == 'd';
    ck_assert_uint_eq(result->test_case->answer_count, 3);
    ck_assert_int_eq(result->verdict, fails ? ORACLE_FAULT : EQUAL);
    ck_assert(!fails || strstr(result->detail.data, "exit status 3"));
  }
  ck_assert_uint_eq(workspace_sweep(&workspace, NULL), 0);
  session_close(&session);
  workspace_close(&workspace);
  bytes_free(&text);
  bytes_free(&why);
}
END_TEST

/* The first failure ends a run, also where those who ask have more to tell than a pipe holds. */
START_TEST(who_asks_ahead_ends_with_the_run) {
  static const char text[] =
      "[program p]\nelf = /bin/echo\nrunner = native\n[program q]\nelf = /bin/cat\nrunner = native\n"
      "oracle = command\noracle-command = head -c 1000000 /dev/zero\n"
      "[cases c]\nsource = random\ncount = 40\n";
  struct session_options options = usual;
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  options.jobs = 2;
  options.keep_going = false;
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert(session_run(&session, &workspace, &why, &status));
  ck_assert_int_eq(session_status(&session), EXIT_DIVERGED);
  ck_assert_uint_lt(session.finished, session.selected);
  ck_assert_uint_eq(workspace_sweep(&workspace, NULL), 0);
  session_close(&session);
  workspace_close(&workspace);
  bytes_free(&why);
}
END_TEST

/* Ten cases of SCRIPT, one after another, REPEAT times each; the gate that runs them is the parent of each. */
static void run_to_interruption(const char *script, unsigned repeat, struct session *session) {
  struct workspace workspace = {0};
  struct session_options options = usual;
  struct bytes why = {0};
  int status = 0;
  char *text = xasprintf("[program p]\nelf = /bin/sh\narguments = -c \"%s\" sh {file}\nrunner = native\n"
                         "oracle = command\noracle-command = printf same\n[cases c]\nsource = random\ncount = 10\n",
                         script);
  options.jobs = 1;
  options.repeat = repeat;
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert_msg(session_run(session, &workspace, &why, &status), "%s", span_of(&why).data);
  workspace_close(&workspace);
  free(text);
  sigset_t none;
  sigemptyset(&none);
  interrupt_release(&none);
}

static const struct {
  const char *script;
  unsigned repeat;
  size_t finished;
} interruptions[] = {
    /* The document of the fourth case is what the script waits for; the oracle is asked before. */
    {"printf same; test ${PWD##*/} != 3 || kill -INT $PPID", 1, 4},
    {"printf same; test ${PWD##*/} != 3 || kill -TERM $PPID", 1, 4},
    {"test ${PWD##*/} != 3 || { kill -INT $PPID; kill -INT $$; }; printf same", 1, 3},
    {"test ${PWD##*/} != 3 || { kill -INT $PPID; sleep 100; }; printf same", 1, 3},
    {"test ${PWD##*/} != 3 || { kill -INT $PPID; kill -INT $$; }; printf same", 2, 1},
    /* A signal from a terminal meets a program first, and the gate in the same moment. */
    {"test ${PWD##*/} != 3 || { kill -STOP $PPID; setsid sh -c 'until grep -qw Z /proc/$0/stat; do :; done; "
     "kill -INT $1; kill -CONT $1' $$ $PPID & kill -INT $$; }; printf same",
     1, 3},
};

START_TEST(an_interrupted_run_is_its_own_verdict_and_blames_nobody) {
  struct session session;
  run_to_interruption(interruptions[_i].script, interruptions[_i].repeat, &session);
  ck_assert_int_ne(session.interrupted, 0);
  ck_assert_int_eq(session_verdict(&session), RUN_INTERRUPTED);
  ck_assert_int_eq(session_status(&session), session.strays ? EXIT_DIVERGED : EXIT_INFRASTRUCTURE);
  ck_assert_uint_eq(session.failed, 0);
  ck_assert_uint_le(session.finished, interruptions[_i].finished);
  ck_assert_uint_ge(session.finished + 1, interruptions[_i].finished);
  size_t left = 0;
  for (size_t i = 0; i < session.result_count; i++) {
    ck_assert_msg(!verdict_is_failure(session.results[i].verdict), "%s", span_of(&session.results[i].detail).data);
    left += session_left_out(&session, &session.results[i]) == LEFT_INTERRUPTED;
  }
  ck_assert_uint_eq(left + session.finished, session.selected);
  session_close(&session);
}
END_TEST

START_TEST(the_list_of_known_divergences_is_two_sided) {
  static const char text[] = "# a comment\n\nt/c/* p* x64-native stdout@0:1 # why\nt/c/1 p * crashed\n";
  char path[] = "/tmp/test_session-XXXXXX";
  int fd = mkstemp(path);
  ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  close(fd);
  struct known_list list;
  struct bytes why = {0};
  ck_assert_msg(known_read(path, &list, &why), "%s", span_of(&why).data);
  ck_assert_uint_eq(list.count, 2);
  struct suite suite = {.name = (char *)"t"};
  struct program program = {0};
  struct target target = {.program = &program, .label = (char *)"p_x64", .where = "x64-qemu"};
  struct test_case one = {.id = (char *)"c/1"};
  struct result result = {.suite = &suite, .target = &target, .test_case = &one, .verdict = EQUAL};
  known_apply(&list, &result);
  ck_assert_int_eq(result.known, KNOWN_NOT); /* no entry speaks of p_x64 */
  target.label = (char *)"p";
  known_apply(&list, &result);
  ck_assert_int_eq(result.known, KNOWN_STALE);
  ck_assert(result_failed(&result));
  struct result crashed = {.suite = &suite, .target = &target, .test_case = &one, .verdict = CRASHED};
  known_apply(&list, &crashed);
  ck_assert(!result_failed(&crashed));
  struct result hung = {.suite = &suite, .target = &target, .test_case = &one, .verdict = HUNG};
  known_apply(&list, &hung);
  ck_assert(result_failed(&hung));
  result_free(&result);
  result_free(&crashed);
  result_free(&hung);
  known_free(&list);
  unlink(path);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("session");
  TCase *tests = tcase_create("session");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, each_way_to_fail_is_its_own_verdict, 0, sizeof scripts / sizeof *scripts);
  tcase_add_test(tests, failures_are_looked_at_for_ten_seconds_at_most);
  tcase_add_loop_test(tests, what_is_refused_fails_and_nothing_else, 0, sizeof refused / sizeof *refused);
  tcase_add_test(tests, a_run_says_how_the_program_ended);
  tcase_add_test(tests, what_the_kernel_will_not_start_is_refused);
  tcase_add_loop_test(tests, a_program_that_never_began_is_never_equal, 0, sizeof unbegun / sizeof *unbegun);
  tcase_add_test(tests, a_relative_path_leads_from_the_suite);
  tcase_add_test(tests, what_is_not_there_is_no_verdict);
  tcase_add_test(tests, an_oracle_command_that_fails_is_a_fault_of_the_oracle);
  tcase_add_test(tests, each_program_has_its_own_oracle_command);
  tcase_add_test(tests, a_program_inherits_nothing_but_three_descriptors);
  tcase_add_test(tests, no_case_is_an_error);
  tcase_add_test(tests, a_server_that_cannot_start_fails_every_case_at_once);
  tcase_add_test(tests, a_case_that_does_not_always_do_the_same_is_flaky);
  tcase_add_loop_test(tests, a_case_is_told_once_however_often_it_runs, 1, 4);
  tcase_add_test(tests, every_case_runs_with_any_number_of_lanes);
  tcase_add_test(tests, questions_are_asked_once_and_ahead);
  tcase_add_test(tests, who_asks_ahead_ends_with_the_run);
  tcase_add_loop_test(tests, an_interrupted_run_is_its_own_verdict_and_blames_nobody, 0,
                      sizeof interruptions / sizeof *interruptions);
  tcase_add_test(tests, the_list_of_known_divergences_is_two_sided);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
