/* Workers share what they find, none is forgotten, and what interrupts the parent reaches them. Whether a program began
   is told by its first instruction alone. */
/* reads: nothing */
#include "harness/base/bytes.h"
#include "harness/base/machine.h"
#include "harness/process/begun.h"
#include "harness/process/strays.h"
#include "harness/process/workers.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
  unsigned worked[3];
  unsigned ended[3];
};

struct common {
  struct shared *shared;
  unsigned ticks;
  bool holds_child_signal;
  pid_t parent;
};

static void work(void *user, unsigned index, struct workspace *workspace) {
  struct common *common = user;
  common->shared->worked[index] += access(workspace->root, F_OK) == 0 ? index + 1 : 100;
}

static void tick(void *user) {
  struct common *common = user;
  sigset_t now;
  sigprocmask(SIG_BLOCK, NULL, &now);
  common->ticks++;
  common->holds_child_signal = sigismember(&now, SIGCHLD) == 1;
}

START_TEST(each_worker_does_its_share_once) {
  struct common common = {.shared = shared_memory(sizeof(struct shared))};
  sigset_t now;
  ck_assert_int_eq(run_workers(&(struct workers){.count = 3, .work = work, .tick = tick, .user = &common}), 0);
  for (unsigned i = 0; i < 3; i++)
    ck_assert_uint_eq(common.shared->worked[i], i + 1);
  ck_assert_uint_ge(common.ticks, 2);
  /* The end of a worker is waited for, not found by looking twice a second. */
  ck_assert(common.holds_child_signal);
  sigprocmask(SIG_BLOCK, NULL, &now);
  ck_assert(!sigismember(&now, SIGCHLD) && !sigismember(&now, SIGTERM) && !sigismember(&now, SIGINT));
  ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
  shared_memory_free(common.shared, sizeof(struct shared));
  ck_assert_int_eq(run_workers(&(struct workers){.count = 0, .work = work}), 0);
}
END_TEST

/* The first fails, or interrupts the parent; the others wait for the word to end. */
static void end_early(void *user, unsigned index, struct workspace *workspace) {
  struct common *common = user;
  sigset_t set;
  int number = 0;
  (void)workspace;
  if (index == 0) {
    if (!common->parent)
      _exit(9);
    kill(common->parent, SIGTERM);
  }
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigwait(&set, &number);
  common->shared->ended[index] = (unsigned)number;
}

START_TEST(what_interrupts_the_parent_reaches_every_worker) {
  struct common common = {.shared = shared_memory(sizeof(struct shared)), .parent = getpid()};
  ck_assert_int_eq(run_workers(&(struct workers){.count = 3, .work = end_early, .user = &common}), SIGTERM);
  for (unsigned i = 0; i < 3; i++)
    ck_assert_uint_eq(common.shared->ended[i], SIGTERM);
  shared_memory_free(common.shared, sizeof(struct shared));
}
END_TEST

START_TEST(a_worker_that_fails_ends_the_others_and_the_command) {
  struct common common = {.shared = shared_memory(sizeof(struct shared))};
  int status = 0;
  pid_t command = fork();
  ck_assert_int_ge(command, 0);
  if (command == 0) {
    dup2(open("/dev/null", O_WRONLY), 2);
    run_workers(&(struct workers){.count = 3, .work = end_early, .user = &common});
    _exit(0);
  }
  ck_assert_int_eq(waitpid(command, &status, 0), command);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), EXIT_INFRASTRUCTURE);
  ck_assert_uint_eq(common.shared->ended[1], SIGTERM);
  ck_assert_uint_eq(common.shared->ended[2], SIGTERM);
  shared_memory_free(common.shared, sizeof(struct shared));
}
END_TEST

static char folder[] = "/tmp/test_workers-XXXXXX";

static void enter_folder(void) {
  strcpy(folder + strlen(folder) - 6, "XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
}

static void leave_folder(void) {
  unlink("program");
  unlink("log");
  ck_assert_int_eq(chdir("/") + rmdir(folder), 0);
}

/* Writes the header of an ELF file of that CLASS and byte ORDER, TYPE and ENTRY, and LEN bytes of it. */
static void write_header(unsigned char class, unsigned char order, unsigned type, uint64_t entry, size_t len) {
  char bytes[64] = {0x7F, 'E', 'L', 'F', (char)class, (char)order, EV_CURRENT};
  size_t size = class == ELFCLASS32 ? 4 : 8;
  bytes[order == ELFDATA2MSB ? 17 : 16] = (char)type;
  for (size_t i = 0; i < size; i++)
    bytes[24 + (order == ELFDATA2MSB ? size - 1 - i : i)] = (char)(entry >> 8 * i);
  ck_assert_int_eq(write_file("program", (struct span){bytes, len}), 0);
  ck_assert_int_eq(chmod("program", 0755), 0);
}

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static void options_are(const char *wanted) {
  struct text_list words = {0};
  struct bytes text = {0};
  begun_options("program", "log", &words);
  for (size_t i = 0; i < words.count; i++)
    bytes_printf(&text, "%s%s", i ? " " : "", words.items[i]);
  ck_assert_str_eq(text.data, wanted);
  bytes_free(&text);
  text_list_free(&words);
}

START_TEST(the_emulator_is_told_which_instruction_is_the_first) {
  enter_folder();
  int descriptors = count_descriptors();
  write_header(ELFCLASS64, ELFDATA2LSB, ET_EXEC, 0x123456789A, 64);
  options_are("-D log -d exec -dfilter 0x123456789a+1");
  write_header(ELFCLASS64, ELFDATA2MSB, ET_EXEC, 0x123456789A, 32);
  options_are("-D log -d exec -dfilter 0x123456789a+1");
  write_header(ELFCLASS32, ELFDATA2LSB, ET_EXEC, 0x12345678, 64);
  options_are("-D log -d exec -dfilter 0x12345678+1");
  write_header(ELFCLASS32, ELFDATA2MSB, ET_EXEC, 0x12345678, 64);
  options_are("-D log -d exec -dfilter 0x12345678+1");
  write_header(ELFCLASS64, ELFDATA2LSB, ET_DYN, 0x1234, 64);
  options_are("-D log -d in_asm");
  write_header(ELFCLASS64, ELFDATA2LSB, ET_EXEC, 0x1234, 31);
  options_are("-D log -d in_asm");
  unlink("program");
  options_are("-D log -d in_asm");
  ck_assert_int_eq(count_descriptors(), descriptors);
  leave_folder();
}
END_TEST

START_TEST(what_was_logged_has_begun_and_the_log_is_removed) {
  enter_folder();
  ck_assert(!begun_logged("log"));
  ck_assert_int_eq(write_file("log", span_text("")), 0);
  ck_assert(!begun_logged("log"));
  ck_assert_int_ne(access("log", F_OK), 0);
  ck_assert_int_eq(write_file("log", span_text("x")), 0);
  ck_assert(begun_logged("log"));
  ck_assert_int_ne(access("log", F_OK), 0);
  leave_folder();
}
END_TEST

/* What begun_natively, or loaded_natively, says of ELF. Asked in a process of its own, so that it cannot become the
   program itself. */
static bool asked(bool (*ask)(const char *elf), const char *elf) {
  enum { BEGUN = 42, NOT_BEGUN = 43 };
  int status = 0;
  pid_t child = fork();
  if (child == 0)
    _exit(ask(elf) ? BEGUN : NOT_BEGUN);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == BEGUN || WEXITSTATUS(status) == NOT_BEGUN), "%x", status);
  return WEXITSTATUS(status) == BEGUN;
}

static bool begins(const char *elf) { return asked(begun_natively, elf); }

/* Writes a program of this machine: one segment, with FLAGS, at 0x400000. */
static void write_program(uint64_t entry, uint32_t flags) {
  struct {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    char code[64];
  } file = {.header = {.e_ident = "\x7f"
                                  "ELF\2\1\1",
                       .e_type = ET_EXEC,
                       .e_version = EV_CURRENT,
                       .e_phoff = sizeof(Elf64_Ehdr),
                       .e_ehsize = sizeof(Elf64_Ehdr),
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 1},
            .segment = {.p_type = PT_LOAD, .p_flags = flags, .p_vaddr = 0x400000, .p_align = 0x1000}};
  file.header.e_machine = host_machine()->e_machine;
  file.header.e_entry = entry;
  file.segment.p_filesz = file.segment.p_memsz = sizeof file;
  ck_assert_int_eq(write_file("program", (struct span){(const char *)&file, sizeof file}), 0);
  ck_assert_int_eq(chmod("program", 0755), 0);
}

START_TEST(a_program_without_code_at_its_entry_never_begins) {
  enter_folder();
  write_program(0x400080, PF_R | PF_X);
  ck_assert(begins("./program"));
  write_program(0x400fff, PF_R | PF_X);
  ck_assert(begins("./program"));
  write_program(0x401000, PF_R | PF_X);
  ck_assert(!begins("./program"));
  write_program(0x3fffff, PF_R | PF_X);
  ck_assert(!begins("./program"));
  write_program(0, PF_R | PF_X);
  ck_assert(!begins("./program"));
  write_program(0x400080, PF_R | PF_W);
  ck_assert(!begins("./program"));
  ck_assert_msg(asked(loaded_natively, "./program"), "the kernel loads it, and it dies of its first instruction");
  leave_folder();
}
END_TEST

START_TEST(a_program_began_where_the_kernel_brings_it_to_its_first_instruction) {
  enter_folder();
  ck_assert(begins("/bin/true"));
  ck_assert(begins("/bin/false"));
  ck_assert(!begins("program"));
  write_header(ELFCLASS64, ELFDATA2LSB, ET_EXEC, 0x400000, 64);
  ck_assert(!begins("./program"));
  ck_assert(begun_natively("/bin/true"));
  ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
  leave_folder();
}
END_TEST

/* A child that was left over is ended and waited for, whatever the last error was; one that is known is left alone. */
START_TEST(children_that_are_left_over_are_ended) {
  pid_t children[2];
  for (int i = 0; i < 2; i++) {
    children[i] = fork();
    while (children[i] == 0)
      pause();
  }
  errno = EINTR;
  ck_assert_uint_eq(strays_end(NULL, children, 1), 1);
  ck_assert_int_eq(waitpid(children[1], NULL, WNOHANG), -1);
  ck_assert_int_eq(waitpid(children[0], NULL, WNOHANG), 0);
  /* What has ended by itself was not running. */
  siginfo_t info;
  kill(children[0], SIGKILL);
  ck_assert_int_eq(waitid(P_PID, (id_t)children[0], &info, WEXITED | WNOWAIT), 0);
  ck_assert_uint_eq(strays_end(NULL, NULL, 0), 0);
  ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("workers");
  TCase *tests = tcase_create("workers");
  tcase_add_test(tests, each_worker_does_its_share_once);
  tcase_add_test(tests, what_interrupts_the_parent_reaches_every_worker);
  tcase_add_test(tests, a_worker_that_fails_ends_the_others_and_the_command);
  tcase_add_test(tests, the_emulator_is_told_which_instruction_is_the_first);
  tcase_add_test(tests, children_that_are_left_over_are_ended);
  tcase_add_test(tests, what_was_logged_has_begun_and_the_log_is_removed);
  tcase_add_test(tests, a_program_without_code_at_its_entry_never_begins);
  tcase_add_test(tests, a_program_began_where_the_kernel_brings_it_to_its_first_instruction);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
