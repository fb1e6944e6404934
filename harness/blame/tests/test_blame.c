/* Blame, as its user meets it: a fault is planted in an operation of a routine, and the command must name the line that
   laid it; a crash and a hang are planted in a routine, and it must name the routine. */
/* reads: gate:blame elf build/libgenerators.a build/obj/generators/programs generators fixtures harness/tests/faulty */
/* reads: harness/tests/strangers */
/* once: sanitized; what it runs is build/bytegate, as it is in both */
#include "harness/tests/faulty_build.h"

#include "harness/blame/blame_code.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A program on a runner. */
struct place {
  const char *arch;
  const char *runner;
  const char *where;
};

static const struct place places[] = {
#if defined __x86_64__
    {"x64", "native", "x64-native"},
#endif
    {"x64", "qemu", "x64-qemu"},
    {"arm64", "qemu", "arm64-qemu"},
};
enum { PLACES = sizeof places / sizeof *places };

/* Makes the programs of others: one of several threads and processes, and one that writes files. They are of this
   machine, with symbols, can be loaded anywhere, and have no map. */
static void make_strangers(void) {
  struct bytes out = {0};
  int status = run_shell(&out, "for name in tasks writes; do cc -O1 -g -fno-inline -pthread -fPIE -pie -o $T/$name "
                               "harness/tests/strangers/$name.c || exit; done");
  ck_assert_msg(status == 0, "%s", span_of(&out).data);
  bytes_free(&out);
}

static void lay_all(void) {
  static const char *const names[] = {"faulty", "right"};
  lay_faulty("right", "");
  lay_faulty("faulty", "flipped");
  make_strangers();
  write_faulty("link.md", "text\n\n[a](_b)\n");
  for (int i = 0; i < 2; i++) {
    char *file = xasprintf("%s.ini", names[i]);
    write_faulty(file,
                 "[program markdown-render]\nelf = %1$s/%2$s/markdown-render_{arch}\narch = x64 arm64\nstdin = yes\n"
                 "drive = run\noracle = cmark\n"
                 "[program markdown-server]\nelf = %1$s/%2$s/markdown-server_{arch}\narch = x64 arm64\n"
                 "arguments = -p 0 {file}\ndrive = http\noracle = cmark\n"
                 "[cases c]\nsource = folder\npath = .\npattern = *.md\n",
                 faulty_folder(), names[i]);
    free(file);
  }
}

static void blame(const struct place *place, const char *suite_name, const char *program, const char *more,
                  int expected, struct bytes *out) {
  int status = run_shell(out, "\"$B\" blame c/link.md --suite $T/%s.ini --known /dev/null -p %s_%s --runner %s %s",
                         suite_name, program, place->arch, place->runner, more);
  ck_assert_msg(status == expected, "exit status %d, not %d: %s", status, expected, out->data);
}

START_TEST(the_line_that_stored_the_wrong_byte_is_named) {
  const struct place *place = &places[_i % PLACES];
  const char *program = _i < PLACES ? "markdown-render" : "markdown-server";
  struct bytes out = {0};
  char *file = xasprintf("faulty/%s_%s", program, place->arch);
  blame(place, "faulty", program, "", 1, &out);
  must_say(&out, "BLAME faulty/c/link.md %s_%s %s: %s byte 24, 0x25 '%%', stored by put_href+", program, place->arch,
           place->where, _i < PLACES ? "stdout" : "body");
  must_name(&out, "stored by ", file, "put_href", '%');
  must_say(&out, "written   by write");
  must_say(&out, "called from put_safe_href+");
  free(file);
  bytes_free(&out);
}
END_TEST

/* In a container whose filter does not let addresses be fixed. */
START_TEST(the_line_is_named_where_addresses_differ_from_run_to_run) {
  const struct place *place = &places[_i];
  struct bytes out = {0};
  char *file = xasprintf("faulty/markdown-render_%s", place->arch);
  int status = run_shell(&out,
                         "\"${B%%/*}/refuse\" fixed-addresses EPERM \"$B\" blame c/link.md --suite $T/faulty.ini "
                         "--known /dev/null -p markdown-render_%s --runner %s",
                         place->arch, place->runner);
  ck_assert_msg(status == 1, "exit status %d: %s", status, out.data);
  must_name(&out, "stored by ", file, "put_href", '%');
  free(file);
  bytes_free(&out);
}
END_TEST

START_TEST(a_copied_byte_is_followed_to_the_input) {
  const struct place *place = &places[_i % PLACES];
  struct bytes out = {0};
  blame(place, "right", _i < PLACES ? "markdown-render" : "markdown-server", "--byte 5", 0, &out);
  must_say(&out, "byte 5, 0x78 'x', stored by ");
  must_say(&out, "read      by read(");
  must_say(&out, "byte 2 of the input: line 1, column 3\n");
  bytes_free(&out);
}
END_TEST

START_TEST(a_byte_of_a_table_is_followed_to_the_table) {
  struct bytes out = {0};
  char *file = xasprintf("right/markdown-render_%s", places[_i].arch);
  blame(&places[_i], "right", "markdown-render", "--byte 1", 0, &out);
  must_name(&out, "byte 1, 0x70 'p', stored by ", file, "render_document", 0);
  must_say(&out, "copied    by render_document+");
  free(file);
  must_say(&out, "\nlaid      as literal_");
  bytes_free(&out);
}
END_TEST

START_TEST(a_byte_that_is_not_there_is_said_to_be_missing) {
  struct bytes out = {0};
  blame(&places[_i], "right", "markdown-render", "--byte 5000", 3, &out);
  must_say(&out, "there is no byte 5000 in what it wrote: the stdout has ");
  bytes_free(&out);
}
END_TEST

START_TEST(a_wrong_exit_status_is_followed_to_the_exit) {
  const struct place *place = &places[_i];
  struct bytes out = {0};
  write_faulty("exit.ini",
               "[program markdown-render]\nelf = %s/right/markdown-render_{arch}\narch = %s\nstdin = yes\ndrive = run\n"
               "oracle = cmark\nexit-status = 9\n[cases c]\nsource = folder\npath = .\npattern = *.md\n",
               faulty_folder(), place->arch);
  blame(place, "exit", "markdown-render", "", 1, &out);
  must_say(&out, "ended     by exit");
  must_say(&out, "(0) at ");
  must_say(&out, ") generators/");
  bytes_free(&out);
}
END_TEST

START_TEST(where_all_is_equal_there_is_nothing_to_blame) {
  struct bytes out = {0};
  blame(&places[_i], "right", "markdown-render", "", 0, &out);
  must_say(&out, "no selected case fails");
  bytes_free(&out);
}
END_TEST

/* Makes a copy of the renderer whose put_href begins with those bytes, and a suite for it with DEADLINE, in seconds. */
static void plant(const char *arch, const char *name, double deadline, const void *x64, size_t x64_len,
                  const void *arm64) {
  bool is_arm64 = strcmp(arch, "arm64") == 0;
  char *from = xasprintf("right/markdown-render_%s", arch);
  char *to = xasprintf("right/%s_%s", name, arch);
  patch_routine(from, to, "put_href", is_arm64 ? arm64 : x64, is_arm64 ? 4 : x64_len);
  write_faulty("planted.ini",
               "[program %s]\nelf = %s/right/%s_{arch}\narch = %s\nstdin = yes\ndrive = run\ndeadline = %g\n"
               "oracle = cmark\n[cases c]\nsource = folder\npath = .\npattern = *.md\n",
               name, faulty_folder(), name, arch, deadline);
  free(from);
  free(to);
}

START_TEST(a_crash_is_named_with_its_signal_and_place) {
  static const uint8_t load[] = {0x8a, 0x04, 0x25, 0x10, 0, 0, 0};
  static const uint8_t undefined[] = {0, 0, 0, 0};
  const struct place *place = &places[_i];
  bool is_arm64 = strcmp(place->arch, "arm64") == 0;
  struct bytes out = {0};
  plant(place->arch, "crash", 60, load, sizeof load, undefined);
  blame(place, "planted", "crash", "", 1, &out);
  must_say(&out, "crashed   at put_href+0x0 (");
  must_say(&out, is_arm64 ? "signal 4 (" : "signal 11 (Segmentation fault) for address 0x10, nothing is mapped there");
  must_say(&out, "called from put_safe_href+");
  bytes_free(&out);
}
END_TEST

START_TEST(a_hang_is_named_with_where_it_spins) {
  static const uint8_t jump[] = {0xeb, 0xfe};
  static const uint8_t branch[] = {0, 0, 0, 0x14};
  struct bytes out = {0};
  plant(places[_i].arch, "hang", 0.1, jump, sizeof jump, branch);
  blame(&places[_i], "planted", "hang", "", 1, &out);
  must_say(&out, "spins     at put_href+0x0 (");
  bytes_free(&out);
}
END_TEST

/* rdtsc; rdtsc; jmp to the first: each of the two takes its time. */
START_TEST(a_loop_is_named_from_its_beginning_to_its_end) {
  static const uint8_t loop[] = {0x0f, 0x31, 0x0f, 0x31, 0xeb, 0xfa};
  static const uint8_t unused[] = {0, 0, 0, 0x14};
  const struct place *place = &places[0];
  struct bytes out = {0};
  ck_assert_str_eq(place->arch, "x64");
  plant(place->arch, "hang", 0.1, loop, sizeof loop, unused);
  blame(place, "planted", "hang", "", 1, &out);
  must_say(&out, "spins     at put_href+0x");
  must_say(&out, "\n          to put_href+0x");
  bytes_free(&out);
}
END_TEST

START_TEST(a_hang_is_named_with_what_it_waits_in) {
  struct bytes out = {0};
  write_faulty("wait.ini", "[program p]\nelf = /bin/sh\narguments = -c \"exec sleep 1000\"\n"
                           "runner = native\nstdin = yes\ndrive = run\ndeadline = 0.1\noracle = cmark\n"
                           "[cases c]\nsource = folder\npath = .\npattern = *.md\n");
  ck_assert_int_eq(run_shell(&out, "\"$B\" blame c/link.md --suite $T/wait.ini --known /dev/null"), 1);
  must_say(&out, "waits     in clock_nanosleep(0, 0, 0x");
  must_say(&out, " samples, sleeping");
  bytes_free(&out);
}
END_TEST

START_TEST(an_end_by_itself_is_named) {
  struct bytes out = {0};
  write_faulty("end.ini", "[program p]\nelf = /bin/sh\narguments = -c \"exit 3\"\nrunner = native\ndrive = http\n"
                          "oracle = cmark\n[cases c]\nsource = folder\npath = .\npattern = *.md\n");
  ck_assert_int_eq(run_shell(&out, "\"$B\" blame c/link.md --suite $T/end.ini --known /dev/null"), 1);
  must_say(&out, "REFUSED end/c/link.md ");
  must_say(&out, "ended     by exit_group(3) at ");
  bytes_free(&out);
}
END_TEST

/* The end of a child is a signal too, and not why a program ends. */
START_TEST(an_end_by_itself_after_that_of_a_child_is_named) {
  struct bytes out = {0};
  write_faulty("child.ini", "[program p]\nelf = /bin/sh\narguments = -c \"/bin/true; exit 3\"\nrunner = native\n"
                            "oracle = command\noracle-command = true\n[cases c]\nsource = nothing\n");
  ck_assert_int_eq(run_shell(&out, "\"$B\" blame c/run --suite $T/child.ini --known /dev/null"), 1);
  must_say(&out, "DIVERGED child/c/run ");
  must_say(&out, "ended     by exit_group(3) at ");
  ck_assert_ptr_null(strstr(out.data, "signal"));
  bytes_free(&out);
}
END_TEST

/* What its cell refused may be why it ended. */
START_TEST(a_call_that_the_cell_refused_is_named) {
  struct bytes out = {0};
  write_faulty("refused.ini", "[program p]\nelf = /bin/sh\narguments = -c \"exec touch /usr/there\"\nrunner = native\n"
                              "oracle = command\noracle-command = true\n[cases c]\nsource = nothing\n");
  ck_assert_int_eq(run_shell(&out, "\"$B\" blame c/run --suite $T/refused.ini --known /dev/null"), 1);
  must_say(&out, "refused   openat(AT_FDCWD, \"/usr/there\", ");
  bytes_free(&out);
}
END_TEST

/* Of a run, and of a server, where it shows only when that is stopped. */
START_TEST(a_process_left_behind_is_followed_to_the_fork) {
  struct bytes out = {0};
  write_faulty("leak.ini", "[program run]\nelf = /bin/sh\narguments = -c \"sleep 1000 >&- 2>&- &\"\nrunner = native\n"
                           "oracle = command\noracle-command = true\n[program server]\nelf = "
                           "{build}/bytegate\narguments = plant leak {file}\n"
                           "runner = native\ndrive = http\noracle = cmark\n"
                           "[cases c]\nsource = folder\npath = .\npattern = *.md\n");
  ck_assert_int_eq(run_shell(&out, "\"$B\" blame %s --suite $T/leak.ini -p '%s*' --known /dev/null",
                             _i ? "obeys-sigterm" : "c/link.md", _i ? "server" : "run"),
                   1);
  must_say(&out, "LEAKED leak/%s ", _i ? "obeys-sigterm" : "c/link.md");
  must_say(&out, "forked    by ");
  bytes_free(&out);
}
END_TEST

/* ls passes each byte in a register to the routine that stores it, and that to the buffer. */
START_TEST(a_byte_passed_in_a_register_is_followed_to_the_caller) {
  const struct place *place = &places[_i];
  struct bytes out = {0};
  write_faulty("ls.ini",
               "[program ls]\nelf = {build}/elf/ls_{arch}\narch = %s\narguments = -n %s/link.md\noracle = command\n"
               "oracle-command = LC_ALL=C ls -n %s/link.md\n[cases c]\nsource = folder\npath = .\npattern = *.md\n",
               place->arch, faulty_folder(), faulty_folder());
  blame(place, "ls", "ls", "--byte 1", 0, &out);
  must_say(&out, "byte 1, 0x72 'r', stored by put_byte+");
  must_say(&out, "\ncopied    by put_bytes+");
  must_say(&out, "\nstored    by put_mode+");
  must_say(&out, "\nlaid      as permissions+0x0 ");
  bytes_free(&out);
}
END_TEST

#if defined __x86_64__
static const bool host_has_pause = true;
#else
static const bool host_has_pause = false;
#endif

#if defined __x86_64__
/* Ways to standard output. The shell writes to a duplicate of it, and to what it opens by its name, itself; to what is
   in parentheses, by a child. */
static const struct {
  const char *script;
  int status;
  const char *says;
} ways[] = {
    {"exec 3>&1; printf hellO >&3", 1, ": stdout byte 4, 0x4f 'O', "},
    {"printf hellO >/dev/stdout", 1, ": stdout byte 4, 0x4f 'O', "},
    {"exec 5>/dev/fd/1; printf hellO >&5", 1, ": stdout byte 4, 0x4f 'O', "},
    {"exec 3>&1 1>/dev/null; printf hellO; printf hellO >&3", 1, ": stdout byte 4, 0x4f 'O', "},
    {"(printf hellO); true", 1, "\n          process 2, begun by "},
    {"(printf hellO); true", 1, ": stdout byte 4, 0x4f 'O', "},
    {"/usr/bin/printf hellO; true", 1, " of /usr/bin/printf\n"},
    {"/usr/bin/true; (printf hell; printf O)", 1, "\n          process 3, begun by "},
    {"printf hell; exec /usr/bin/printf O", 1, ": stdout byte 4, 0x4f 'O', "},
};

START_TEST(a_byte_is_followed_by_whatever_way_it_came_or_that_is_said) {
  struct bytes out = {0};
  write_faulty("way.ini",
               "[program p]\nelf = /bin/sh\narguments = -c \"%s\"\nrunner = native\noracle = command\n"
               "oracle-command = printf hello\n[cases c]\nsource = folder\npath = .\npattern = *.md\n",
               ways[_i].script);
  int status = run_shell(&out, "\"$B\" blame c/link.md --suite $T/way.ini --known /dev/null");
  must_say(&out, "%s", ways[_i].says);
  ck_assert_msg(status == ways[_i].status, "exit status %d: %s", status, out.data);
  bytes_free(&out);
}
END_TEST
#endif

/* Makes a suite that runs the program of several threads and processes with ARGUMENT, for SECONDS at most. */
static void name_tasks(const char *argument, const char *oracle, double seconds) {
  write_faulty("tasks.ini",
               "[program p]\nelf = %s/tasks\narguments = %s\ndeadline = %g\noracle = command\n"
               "oracle-command = %s\n[cases c]\nsource = nothing\n",
               faulty_folder(), argument, seconds, oracle);
}

static const char *const task_runners[] = {"native", "qemu"};

static const struct {
  const char *oracle, *routine, *task;
} task_bytes[] = {
    {"printf 'hello\\nworlD\\n'", "write_hello", "thread 2 of process 1, begun by clone"},
    {"printf 'hellO\\nworld\\n'", "write_world", "process 2, begun by clone at "},
};

START_TEST(a_byte_of_another_thread_or_process_is_followed) {
  struct bytes out = {0};
  name_tasks("write", task_bytes[_i / 2].oracle, 60);
  int status = run_shell(&out, "\"$B\" blame --suite $T/tasks.ini --known /dev/null --runner %s", task_runners[_i % 2]);
  ck_assert_msg(status == 1, "exit status %d: %s", status, out.data);
  must_say(&out, "stored by %s+0x", task_bytes[_i / 2].routine);
  must_say(&out, "harness/tests/strangers/tasks.c:");
  must_say(&out, "\n          %s", task_bytes[_i / 2].task);
  bytes_free(&out);
}
END_TEST

static const char *const file_ways[] = {"plain", "seek", "rename", "append"};
enum { FILE_WAYS = sizeof file_ways / sizeof *file_ways };

/* Makes a suite that holds the program that writes a file HOW to that file, or to the folder in which it stands. */
static void name_writes(const char *how, bool tree) {
  write_faulty("writes.ini",
               "[program p]\nelf = %s/writes\narguments = %s\noracle = command\noracle-command = echo HELLO WORLD%s\n"
               "%s\n[cases c]\nsource = nothing\n",
               faulty_folder(), how, tree ? " >out" : "", tree ? "compare = tree" : "output = out");
}

START_TEST(a_byte_of_a_file_is_followed_to_its_store) {
  struct bytes out = {0};
  bool tree = _i % 2;
  name_writes(file_ways[_i / 4], tree);
  int status =
      run_shell(&out, "\"$B\" blame --suite $T/writes.ini --known /dev/null --runner %s", task_runners[_i / 2 % 2]);
  ck_assert_msg(status == 1, "exit status %d: %s", status, out.data);
  must_say(&out, tree ? ": file out byte 4, 0x6f 'o', stored by " : ": output file byte 4, 0x6f 'o', stored by ");
  /* The copy that the C library makes is as far as it goes. */
  bool copied = _i / 4 == 3;
  must_say(&out, copied ? "called from write_appended+0x" : "stored    by put+0x");
  must_say(&out, "harness/tests/strangers/writes.c:");
  bytes_free(&out);
}
END_TEST

START_TEST(a_file_that_is_mapped_is_said_not_to_be_followed) {
  struct bytes out = {0};
  name_writes("map", _i == 1);
  int status = run_shell(&out, "\"$B\" blame --suite $T/writes.ini --known /dev/null --runner native");
  ck_assert_msg(status == 3, "exit status %d: %s", status, out.data);
  must_say(&out, "byte 4 of the file out was not followed: the program maps a file into its memory at 0x");
  bytes_free(&out);
}
END_TEST

START_TEST(a_byte_that_is_asked_for_is_one_of_the_file) {
  struct bytes out = {0};
  name_writes("rename right", false);
  int status = run_shell(&out, "\"$B\" blame --suite $T/writes.ini --known /dev/null --runner native --byte 4");
  ck_assert_msg(status == 0, "exit status %d: %s", status, out.data);
  must_say(&out, ": output file byte 4, 0x4f 'O', stored by put+0x");
  bytes_free(&out);
}
END_TEST

START_TEST(a_hang_is_told_of_every_process_and_thread) {
  struct bytes out = {0};
  name_tasks("hang", "true", 0.2);
  int status = run_shell(&out, "\"$B\" blame --suite $T/tasks.ini --known /dev/null --runner %s", task_runners[_i]);
  ck_assert_msg(status == 1, "exit status %d: %s", status, out.data);
  must_say(&out, "\ntask      process 1\nwaits     in futex(0x");
  must_say(&out, "\ntask      thread 2 of process 1, begun by clone");
  must_say(&out, "\nspins     at spin_forever+0x");
  must_say(&out, "samples, running\ntask      thread 3 of process 1, begun by clone");
  must_say(&out, "\nwaits     in read(%d, 0x", _i ? 4 : 3);
  must_say(&out, "\ntask      process 2, begun by clone at ");
  must_say(&out, "\nwaits     in %s(", host_has_pause ? "pause" : "ppoll");
  bytes_free(&out);
}
END_TEST

/* What an emulated program becomes is run by the kernel, or by another emulator. */
START_TEST(what_is_not_followed_is_said) {
  struct bytes out = {0};
  write_faulty("becomes.ini",
               "[program p]\nelf = /bin/sh\narguments = -c \"exec /usr/bin/printf hellO\"\nrunner = qemu\n"
               "oracle = command\noracle-command = printf hello\n[cases c]\nsource = nothing\n");
  int status = run_shell(&out, "\"$B\" blame --suite $T/becomes.ini --known /dev/null");
  must_say(&out, "stdout byte 4 was not followed: the program called execve at 0x");
  must_say(&out, "is followed with --runner native alone");
  ck_assert_msg(status == 3, "exit status %d: %s", status, out.data);
  bytes_free(&out);
}
END_TEST

/* What the byte's way is read from. */
static const struct {
  const char *machine;
  enum code_kind kind;
  const char *bytes;
  size_t len;
  const char *to, *from;
  size_t width;
} codes[] = {
    {"x64", CODE_STORE, "\x41\x88\x06", 3, "", "rax", 1},             /* mov [r14], al */
    {"x64", CODE_STORE_IMMEDIATE, "\x41\xc6\x06\x25", 4, "", "", 1},  /* mov byte [r14], 0x25 */
    {"x64", CODE_LOAD, "\x0f\xb6\x07", 3, "rax", "", 1},              /* movzx eax, byte [rdi] */
    {"x64", CODE_STORE, "\xf3\x41\x0f\x7f\x06", 5, "", "xmm0", 16},   /* movdqu [r14], xmm0 */
    {"x64", CODE_MOVE, "\x4c\x89\xc0", 3, "rax", "r8", 0},            /* mov rax, r8 */
    {"x64", CODE_IMMEDIATE, "\xb8\x05\0\0\0", 5, "rax", "", 0},       /* mov eax, 5 */
    {"x64", CODE_STORE_MANY, "\xf3\xa4", 2, NULL, NULL, 1},           /* rep movsb */
    {"x64", CODE_OTHER, "\x48\x01\xd8", 3, "rax", "rbx", 0},          /* add rax, rbx */
    {"x64", CODE_FLOW, "\x0f\x05", 2, "", "", 0},                     /* syscall */
    {"arm64", CODE_STORE, "\xe9\x02\x00\x39", 4, "", "x9", 1},        /* strb w9, [x23] */
    {"arm64", CODE_LOAD, "\x09\x00\x40\x39", 4, "x9", "", 1},         /* ldrb w9, [x0] */
    {"arm64", CODE_STORE, "\xe0\x02\x80\x3d", 4, "", "v0", 16},       /* str q0, [x23] */
    {"arm64", CODE_IMMEDIATE, "\xb1\x04\x80\xd2", 4, "x17", "", 0},   /* mov x17, #0x25 */
    {"arm64", CODE_MOVE, "\xe9\x03\x0a\xaa", 4, "x9", "x10", 0},      /* mov x9, x10 */
    {"arm64", CODE_OTHER, "\x3f\x71\x01\xf1", 4, NULL, NULL, 0},      /* cmp x9, #0x5c */
    {"arm64", CODE_STORE_MANY, "\xfd\x7b\xbf\xa9", 4, NULL, NULL, 8}, /* stp x29, x30, [sp, #-16]! */
    {"arm64", CODE_FLOW, "\xc0\x03\x5f\xd6", 4, "", "", 0},           /* ret */
};

START_TEST(instructions_are_read_for_what_they_move) {
  struct code_reader reader;
  struct code code;
  ck_assert(code_open(machine_named(codes[_i].machine), &reader));
  ck_assert(code_read(&reader, codes[_i].bytes, codes[_i].len, 0x400000, &code));
  ck_assert_msg(code.kind == codes[_i].kind, "%s: kind %d", code.text, (int)code.kind);
  if (codes[_i].to)
    ck_assert_msg(strcmp(code.to, codes[_i].to) == 0, "%s: writes %s", code.text, code.to);
  if (codes[_i].from)
    ck_assert_msg(strcmp(code.from, codes[_i].from) == 0, "%s: takes %s", code.text, code.from);
  ck_assert_msg(code.width == codes[_i].width, "%s: %zu wide", code.text, code.width);
  code_close(&reader);
}
END_TEST

int main(void) {
  Suite *s = suite_create("blame");
  TCase *tc = tcase_create("blame");
  tcase_add_unchecked_fixture(tc, lay_all, remove_faulty);
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, the_line_that_stored_the_wrong_byte_is_named, 0, 2 * PLACES);
  tcase_add_loop_test(tc, the_line_is_named_where_addresses_differ_from_run_to_run, 0, PLACES);
  tcase_add_loop_test(tc, a_copied_byte_is_followed_to_the_input, 0, 2 * PLACES);
  tcase_add_loop_test(tc, a_byte_of_a_table_is_followed_to_the_table, 0, PLACES);
  tcase_add_loop_test(tc, a_byte_that_is_not_there_is_said_to_be_missing, 0, PLACES);
  tcase_add_loop_test(tc, a_wrong_exit_status_is_followed_to_the_exit, 0, PLACES);
  tcase_add_loop_test(tc, where_all_is_equal_there_is_nothing_to_blame, 0, PLACES);
  tcase_add_loop_test(tc, a_crash_is_named_with_its_signal_and_place, 0, PLACES);
  /* A hang costs its time. That of this machine is in the next test and, by both runners, in test_bytegate.sh. */
  tcase_add_loop_test(tc, a_hang_is_named_with_where_it_spins, PLACES - 1, PLACES);
  tcase_add_test(tc, a_loop_is_named_from_its_beginning_to_its_end);
  tcase_add_test(tc, a_hang_is_named_with_what_it_waits_in);
  tcase_add_test(tc, a_call_that_the_cell_refused_is_named);
  tcase_add_test(tc, an_end_by_itself_is_named);
  tcase_add_test(tc, an_end_by_itself_after_that_of_a_child_is_named);
  tcase_add_loop_test(tc, a_process_left_behind_is_followed_to_the_fork, 0, 2);
  tcase_add_loop_test(tc, a_byte_passed_in_a_register_is_followed_to_the_caller, 0, PLACES);
#if defined __x86_64__
  tcase_add_loop_test(tc, a_byte_is_followed_by_whatever_way_it_came_or_that_is_said, 0, sizeof ways / sizeof *ways);
#endif
  tcase_add_loop_test(tc, a_byte_of_another_thread_or_process_is_followed, 0, 4);
  tcase_add_loop_test(tc, a_byte_of_a_file_is_followed_to_its_store, 0, 4 * FILE_WAYS);
  tcase_add_loop_test(tc, a_file_that_is_mapped_is_said_not_to_be_followed, 0, 2);
  tcase_add_test(tc, a_byte_that_is_asked_for_is_one_of_the_file);
  tcase_add_loop_test(tc, a_hang_is_told_of_every_process_and_thread, 0, 2);
  tcase_add_test(tc, what_is_not_followed_is_said);
  tcase_add_loop_test(tc, instructions_are_read_for_what_they_move, 0, (int)(sizeof codes / sizeof *codes));
  suite_add_tcase(s, tc);
  SRunner *runner = srunner_create(s);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
