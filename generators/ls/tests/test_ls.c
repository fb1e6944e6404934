/* ls beside coreutils' own on made-up trees: names, types, modes, times, sizes, owners, operands, trouble, terminals.
 */
/* reads: elf */
#include "compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const Circumstances plainly = {0};

/* The whole folder in each way of listing it, to a pipe. */
static void compare_all_ways(const char *folder) {
  static const char *const ways[] = {"", "-1", "-a", "-n", "-na", "-1an ."};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    ck_assert_int_eq(compare_line(folder, ways[i]), 0);
}

/* The same on a terminal: as narrow as can be, of usual width, and of no known width. */
static void compare_on_terminals(const char *folder) {
  static const char *const ways[][3] = {{NULL}, {"-l", "-n", NULL}, {"-a", "-n", NULL}};
  static const unsigned columns[] = {1, 24, 80, 0};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
      ck_assert_int_eq(compare(folder, ways[i], (Circumstances){.terminal = true, .columns = columns[k]}), 0);
}

/* Names that a shell, a sort or a terminal may trip over. */
/* clang-format off */
static const char *const hard_names[] = {
    /* blanks and line ends */
    "a b", " a", "a ", "a\nb", "\n", "\n\n", "a\tb\a\b\v\f\rc",
    /* dashes, dots, order */
    "-a", "--", "--help", ".a", "...", "..a", "A", "a", "aa", "B", "b",
    /* quotes */
    "a'b", "a'b\"c", "it's", "'", "''", "'\n'", "#a", "a#", "#a'", "a#'", "~", "a~", "{", "}", "{}", "{'", "a=b", "a?b",
    "a\\b", "a:b", "a@b'c", "$a",
    /* an apostrophe, and a last byte that is not printed */
    "'\n", "a'\n", "\n'\n", "a'b\xff", "\xff'\xff", "a\nb'c\n", "\"'\001", "'\"\n\"",
    /* no ASCII, no UTF-8, no text */
    "\xff", "\x80", "a\xff", "\xc3\xa9", "\xc3", "\xe2\x82", "\xf0\x9f\x98\x80", "\x1b[31mred", "\x7f",
    "a\001\0021"};
/* clang-format on */

/* Makes those, and one with each byte in its middle, and two of the greatest length; `make` makes each. */
static void make_hard_names(void (*make)(const char *path)) {
  for (size_t i = 0; i < sizeof hard_names / sizeof *hard_names; i++)
    make(hard_names[i]);
  for (int byte = 1; byte < 256; byte++) {
    char name[] = {'x', (char)byte, 'y', 0};
    if (byte != '/')
      make(name);
  }
  char longest[256];
  memset(longest, 'm', 255);
  longest[255] = 0;
  make(longest);
  longest[254] = '\xff';
  make(longest);
}

static void make_empty_file(const char *path) { make_file(path, 0644, 0); }
static void make_executable(const char *path) { make_file(path, 0755, 0); }

START_TEST(names) {
  make_hard_names(make_empty_file);
  compare_all_ways(".");
}
END_TEST

START_TEST(names_on_terminals) {
  make_hard_names(make_executable);
  make_folder("plain", 0755);
  make_file("plain/b", 0755, 0);
  make_file("plain/aa", 0644, 100);
  compare_on_terminals(".");
  compare_on_terminals("plain");
}
END_TEST

/* Headings and the targets of links are names too. */
static void make_folder_and_link(const char *path) {
  char link[300];
  make_folder(path, 0755);
  snprintf(link, sizeof link, "%.250s.to", path);
  make_link(link, path);
}

START_TEST(names_of_folders) {
  static const char *const names[] = {"plain", "a b", "a:b", "it's", "\n", "\xff", "-l", "#", "{}"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    make_folder_and_link(names[i]);
  const char *const named[] = {"--", "plain", "a b", "a:b", "it's", "\n", "\xff", "-l", "#", "{}", NULL};
  ck_assert_int_eq(compare(".", named, plainly), 0);
  ck_assert_int_eq(compare(".", named, (Circumstances){.columns = 80}), 0);
  compare_all_ways(".");
  compare_on_terminals(".");
}
END_TEST

/* More than one reading of a folder, one chunk of memory and one filling of the output; in no order. */
START_TEST(ten_thousand) {
  enum { COUNT = 10000 };
  char name[64];
  for (unsigned i = 0; i < COUNT; i++) {
    snprintf(name, sizeof name, "%x-%s", i * 2654435761U, i % 7 ? "" : "with a longer name");
    make_file(name, 0600 + i % 8, i);
  }
  ck_assert_int_eq(compare_line(".", "-1"), 0);
  ck_assert_int_eq(compare_line(".", "-na"), 0);
}
END_TEST

static void make_device(const char *path, unsigned type, unsigned major, unsigned minor) {
  if (mknodat(tree_fd(), path, type | 0640, makedev(major, minor)) == 0)
    return;
  ck_assert_msg(errno == EPERM, "%s: %s", path, strerror(errno));
  fprintf(stderr, "test_ls: skipped: no permission to make devices, so %s is not among the entries\n", path);
}

static void make_socket(const char *name) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(fd, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", tree_path(), name);
  ck_assert_msg(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "%s: %s", name, strerror(errno));
  close(fd);
}

static void make_types(void) {
  make_folder("folder", 0755);
  make_file("file", 0644, 10);
  make_file("executable", 0755, 10);
  make_link("link", "file");
  make_link("link-to-folder", "folder");
  make_link("link-to-link", "link-to-folder");
  make_link("dangling", "nowhere/to be found");
  make_link("loop", "loop");
  make_link("link-to-newline", "a\nb\xff");
  ck_assert_int_eq(mkfifoat(tree_fd(), "pipe", 0600), 0);
  make_socket("socket");
}

START_TEST(types) {
  make_types();
  compare_all_ways(".");
  compare_on_terminals(".");
  make_device("block", S_IFBLK, 7, 300);
  make_device("character", S_IFCHR, 1, 3);
  compare_all_ways(".");
  compare_on_terminals(".");
  make_device("far", S_IFCHR, 4095, 1048575);
  make_file("large", 0644, 123456789012);
  compare_all_ways(".");
  compare_line(".", "-n block far");
  compare_line(".", "-n character large");
}
END_TEST

/* Wide sizes and narrow devices, and the other way round, in columns of their own. */
START_TEST(operands_of_all_types) {
  make_types();
  static const char *const lines[] = {"folder",
                                      "folder folder",
                                      "file",
                                      "file folder",
                                      "folder file executable",
                                      "link link-to-folder link-to-link",
                                      "-n link link-to-folder link-to-link",
                                      "dangling",
                                      "-n dangling loop",
                                      "pipe socket ./file ././folder/ .",
                                      "-n pipe socket ./file ././folder/ .",
                                      "-a folder . ../.",
                                      "folder/ link-to-folder/ link-to-folder/."};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    ck_assert_int_eq(compare_line(".", lines[i]), 0);
  static const char *const failing[] = {
      "nowhere",        "nowhere folder", "folder nowhere file nowhere/else file/below",
      "loop",           "loop/ file",     "-n nowhere dangling/ folder",
      "a\nb it's -- -x"};
  for (size_t i = 0; i < sizeof failing / sizeof *failing; i++)
    ck_assert_int_eq(compare_line(".", failing[i]), 2);
  char names[3][100001];
  for (size_t i = 0; i < 3; i++) {
    memset(names[i], 'a' + (int)i, sizeof names[i] - 1);
    names[i][sizeof names[i] - 1] = 0;
  }
  const char *const long_names[] = {names[2], "file", names[0], names[1], NULL};
  ck_assert_int_eq(compare(".", long_names, plainly), 2);
  const char *const empty[] = {"", "file", "", NULL};
  ck_assert_int_eq(compare(".", empty, plainly), 2);
  ck_assert_int_eq(compare(".", empty, (Circumstances){.columns = 80}), 2);
}
END_TEST

/* Every letter in every place of a mode, and every colour of it. */
START_TEST(modes) {
  char name[32];
  make_folder("folders", 0755);
  for (unsigned special = 0; special < 8; special++)
    for (unsigned bits = 0; bits < 8; bits++) {
      unsigned mode = special << 9 | bits << 6 | ((bits * 3) & 7) << 3 | ((bits * 5) & 7);
      snprintf(name, sizeof name, "%04o", mode);
      make_file(name, mode, 0);
      snprintf(name, sizeof name, "folders/%04o", mode);
      make_folder(name, mode);
    }
  compare_all_ways(".");
  compare_all_ways("folders");
  compare_on_terminals(".");
  compare_on_terminals("folders");
}
END_TEST

static void set_time(const char *path, long long seconds, long nanoseconds) {
  struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  make_file(path, 0644, 0);
  ck_assert_msg(utimensat(tree_fd(), path, times, 0) == 0, "%s: %s", path, strerror(errno));
}

/* Both sides of every turn: of days, months, leap years, centuries, the six months, the years that a date can have. */
START_TEST(times) {
  static const long long turns[] = {0,
                                    68169600,           /* 1972-02-29 */
                                    951782400,          /* 2000-02-29 */
                                    983404800,          /* 2001-03-01 */
                                    2147483648,         /* 2^31 */
                                    4107542400,         /* 2100-03-01 */
                                    4294967296,         /* 2^32 */
                                    13574563200,        /* 2400-02-29 */
                                    253402300800,       /* 10000-01-01 */
                                    -2203891200,        /* 1900-03-01 */
                                    -62135596800,       /* 0001-01-01 */
                                    -62167219200,       /* 0000-01-01 */
                                    -62198755200,       /* -001-01-01 */
                                    -377705116800,      /* -9999-01-01 */
                                    67768036191676800,  /* the first year that needs 33 bits */
                                    -67768040609740800, /* the last before those that need them */
                                    1000000000000000000};
  char name[64];
  for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
    for (int before = 0; before < 2; before++) {
      snprintf(name, sizeof name, "%zu-%d", i, before);
      set_time(name, turns[i] - before, 0);
    }
  set_time("last", 9223372036854775807, 999999999);
  set_time("first", -9223372036854775807 - 1, 0);
  for (int i = 0; i < 800; i++) { /* each day of two years, at another time of the day */
    snprintf(name, sizeof name, "day-%d", i);
    set_time(name, 1700000000 + i * 87654LL, i);
  }
  ck_assert_int_eq(compare_line(".", "-n"), 0);
}
END_TEST

/* Days apart from the edges, which move while the test runs. */
START_TEST(times_around_now) {
  enum { HALF_A_YEAR = 31556952 / 2, HOUR = 3600 };
  long long now = time(NULL);
  set_time("six months and an hour ago", now - HALF_A_YEAR - HOUR, 0);
  set_time("an hour less than six months ago", now - HALF_A_YEAR + HOUR, 0);
  set_time("an hour ago", now - HOUR, 0);
  set_time("in an hour", now + HOUR, 0);
  set_time("in a year", now + 2 * HALF_A_YEAR, 0);
  make_file("now", 0644, 0);
  ck_assert_int_eq(compare_line(".", "-n"), 0);
}
END_TEST

static void write_blocks(const char *path, int count) {
  char block[512] = "";
  int fd = openat(tree_fd(), path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  ck_assert_int_ge(fd, 0);
  for (int i = 0; i < count; i++)
    ck_assert_int_eq(write(fd, block, sizeof block), sizeof block);
  ck_assert_int_eq(fsync(fd), 0); /* so that its blocks are counted for good */
  close(fd);
}

START_TEST(sizes) {
  char name[32];
  make_folder("widening", 0755);
  long long size = 1;
  for (int digits = 1; digits <= 18; digits++, size *= 10) {
    for (int less = 0; less < 2; less++) {
      snprintf(name, sizeof name, "widening/%d-%d", digits, less);
      int fd = openat(tree_fd(), name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
      ck_assert_int_ge(fd, 0);
      if (ftruncate(fd, size - less)) /* as large as this file system takes */
        ck_assert_msg(errno == EFBIG && digits > 12, "%s: %s", name, strerror(errno));
      close(fd);
    }
    ck_assert_int_eq(compare_line("widening", "-n"), 0);
  }
  write_blocks("one", 1);
  ck_assert_int_eq(compare_line(".", "-n"), 0);
  write_blocks("seventeen", 17);
  ck_assert_int_eq(compare_line(".", "-n"), 0);
  for (int i = 0; i < 12; i++) {
    snprintf(name, sizeof name, "hard-%d", i);
    ck_assert_int_eq(linkat(tree_fd(), "one", tree_fd(), name, 0), 0);
    ck_assert_int_eq(compare_line(".", "-n"), 0);
  }
}
END_TEST

START_TEST(owners) {
  static const unsigned ids[] = {0, 9, 10, 1000, 65534, 99999, 2147483648, 4294967294};
  char name[32];
  if (geteuid() != 0) {
    fprintf(stderr, "test_ls: skipped: owners can be given by root alone\n");
    make_file("own", 0644, 0);
    ck_assert_int_eq(compare_line(".", "-n"), 0);
    return;
  }
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    snprintf(name, sizeof name, "%zu", i);
    make_file(name, 0644, 0);
    ck_assert_int_eq(fchownat(tree_fd(), name, ids[i], ids[sizeof ids / sizeof *ids - 1 - i], 0), 0);
    ck_assert_int_eq(compare_line(".", "-n 0"), 0);
    ck_assert_int_eq(compare_line(".", "-n"), 0);
  }
}
END_TEST

/* A folder that may be searched and not read, or read and not searched, or neither; inside and as operands. */
START_TEST(permissions) {
  static const struct {
    const char *name;
    unsigned mode;
  } folders[] = {{"closed", 0}, {"readable", 0400}, {"searchable", 0100}, {"open", 0500}};
  char name[64];
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    make_folder(folders[i].name, 0700);
    snprintf(name, sizeof name, "%s/file", folders[i].name);
    make_file(name, 0755, 123);
    snprintf(name, sizeof name, "%s/folder", folders[i].name);
    make_folder(name, 0755);
    snprintf(name, sizeof name, "%s/a link", folders[i].name);
    make_link(name, "file");
    snprintf(name, sizeof name, "%s/pipe", folders[i].name);
    ck_assert_int_eq(mkfifoat(tree_fd(), name, 0600), 0);
    ck_assert_int_eq(fchmodat(tree_fd(), folders[i].name, folders[i].mode, 0), 0);
  }
  const Circumstances held = {.no_privileges = true}, seen = {.no_privileges = true, .columns = 80};
  const char *const inside[] = {"-na", NULL}, *const below[] = {"closed/file", "searchable/file", NULL};
  const char *const all[] = {"closed", "readable", "searchable", "open", NULL};
  const char *const all_long[] = {"-an", "closed", "readable", "searchable", "open", NULL};
  const char *const readable[] = {"readable", NULL}, *const readable_long[] = {"-n", "readable/", NULL};
  ck_assert_int_eq(compare(".", inside, held), 0);
  ck_assert_int_eq(compare(".", all, held), 2);
  ck_assert_int_eq(compare(".", all, seen), 2);
  ck_assert_int_eq(compare(".", all_long, held), 2);
  ck_assert_int_eq(compare(".", all_long, seen), 2);
  ck_assert_int_eq(compare(".", below, held), 2);
  ck_assert_int_eq(compare(".", readable, held), 0);
  ck_assert_int_eq(compare(".", readable_long, held), 1);
  ck_assert_int_eq(compare("searchable", (const char *const[]){NULL}, held), 2);
}
END_TEST

START_TEST(trouble) {
  make_types();
  const char *const none[] = {NULL}, *const in_long[] = {"-n", NULL}, *const two[] = {"folder", ".", NULL};
  const char *const link[] = {"-n", "link", "dangling", NULL};
  ck_assert_int_eq(compare(".", none, (Circumstances){.output = "/dev/full"}), 2);
  ck_assert_int_eq(compare(".", in_long, (Circumstances){.output = ""}), 2);
  ck_assert_int_eq(compare(".", two, (Circumstances){.refused = {SYS_getdents64}}), 2);
  ck_assert_int_eq(compare(".", in_long, (Circumstances){.refused = {SYS_getdents64}}), 2);
#ifdef SYS_readlink
  const Circumstances no_links = {.refused = {SYS_readlinkat, SYS_readlink}};
#else
  const Circumstances no_links = {.refused = {SYS_readlinkat}};
#endif
  ck_assert_int_eq(compare(".", in_long, no_links), 1);
  ck_assert_int_eq(compare(".", link, no_links), 2);
  ck_assert_int_eq(compare("gone", in_long, (Circumstances){.removed_folder = true}), 0);
  expect_natively(none, (Circumstances){.memory = 400 << 10}, 2, "", "ls: memory exhausted\n");
}
END_TEST

/* Every error number that there is, and some that there are not; seccomp makes a system call fail with each. */
START_TEST(reasons) {
  const char *const none[] = {NULL};
  for (int number = 1; number <= 140; number++) {
    if (number == ENOENT || number == EOVERFLOW) /* the end of a removed folder; what coreutils repeats for ever */
      continue;
    const Circumstances failing = {.refused = {SYS_getdents64}, .refusal = number, .native_only = true};
    ck_assert_int_eq(compare(".", none, failing), 2);
  }
  static const int some[] = {ENOENT, ELOOP, EUCLEAN, 4095};
  for (size_t i = 0; i < sizeof some / sizeof *some; i++)
    compare(".", none, (Circumstances){.refused = {SYS_getdents64}, .refusal = some[i]});
}
END_TEST

START_TEST(options) {
  make_types();
  make_file("-l", 0644, 0);
  make_file("-", 0644, 0);
  static const char *const lines[] = {"-1a",      "-a1",     "-l -n -1",  "-1 -l -n",
                                      "-n -- -l", "-- -l -", "folder -n", "folder -- -a -l",
                                      "-",        "--",      "-n -",      "-a -a -1 -1"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    compare_line(".", lines[i]);
  static const char *const refused[] = {"-y", "-ay", "-a -ny file", "--unknown", "file --unknown=1", "-\xff", "-\n"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_int_eq(compare_line(".", refused[i]), 2);
  expect_natively((const char *const[]){"--version", NULL}, plainly, 0,
                  "ls: the output of ls (GNU coreutils) 9.1 in the C locale\n", "");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("ls");
  const struct {
    const char *name;
    const TTest *test;
  } tests[] = {{"names", names},
               {"names on terminals", names_on_terminals},
               {"names of folders", names_of_folders},
               {"ten thousand", ten_thousand},
               {"types", types},
               {"operands of all types", operands_of_all_types},
               {"modes", modes},
               {"times", times},
               {"times around now", times_around_now},
               {"sizes", sizes},
               {"owners", owners},
               {"permissions", permissions},
               {"trouble", trouble},
               {"reasons", reasons},
               {"options", options}};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    TCase *one = tcase_create(tests[i].name);
    tcase_add_unchecked_fixture(one, tree_begin, tree_end);
    tcase_add_test(one, tests[i].test);
    suite_add_tcase(suite, one);
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
