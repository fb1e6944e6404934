/* test_poison.c: every program that runs here natively does the same with noise in its registers, its flags and the
 * stack below, with no argument and with many, but for what its row of fixtures/loaders.ini says that it relies on; and
 * that it does rely on. Four programs made here, each of which relies on one thing, prove that this is noticed. */
/* reads: elf fixtures/loaders.ini */
#include "harness/base/machine.h"
#include "harness/loaders/tests/poison.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *build;
static struct loader_table table;

static bool is_native(const struct loader_row *row) {
  char *suffix = xasprintf("_%s", machine_name(host_machine()));
  size_t len = strlen(row->name), tail = strlen(suffix);
  bool fits = len > tail && !strcmp(row->name + len - tail, suffix);
  free(suffix);
  return fits && strcmp(loader_declared(row, LOADER_NATIVE), "refused") != 0 && row->memory <= loader_memory();
}

static bool relies_on(const struct loader_row *row, const char *what) {
  for (size_t i = 0; i < row->relies.count; i++)
    if (!strcmp(row->relies.items[i], what))
      return true;
  return false;
}

START_TEST(entry_may_be_poisoned) {
  const struct loader_row *row = &table.rows[_i];
  struct bytes file = {0}, why = {0};
  if (!is_native(row))
    return;
  char *elf = xasprintf("%s/elf/%s", build, row->name);
  ck_assert_int_eq(bytes_read_file(&file, elf), 0);
  for (enum poison poison = 0; poison < POISONS; poison++) {
    bytes_clear(&why);
    bool survived = poison_survived(elf, row, span_of(&file), poison, &why),
         relies = relies_on(row, poison_name(poison));
    if (!survived && !relies)
      ck_abort_msg("%s", why.data);
    if (survived && relies)
      ck_abort_msg("%s does the same without %s, which it is said to rely on", row->name, poison_name(poison));
  }
  bytes_free(&file);
  bytes_free(&why);
  free(elf);
}
END_TEST

/* Each exits with 0 if what it relies on is as a kernel leaves it, else with something else. */
#if defined __x86_64__
#define PLANTED EM_X86_64
#define EXIT "\xb8\x3c\x00\x00\x00\x0f\x05" /* mov eax, 60; syscall */
#define CODE(bytes)                                                                                                    \
  { bytes EXIT, sizeof bytes - 1 + sizeof EXIT - 1 }
static const struct {
  const char *bytes;
  size_t count;
} planted[POISONS] = {
    [POISON_REGISTERS] = CODE("\x48\xc1\xeb\x20\x89\xdf"), /* shr rbx, 32; mov edi, ebx */
    [POISON_FLAGS] = CODE("\x0f\x92\xc0\x0f\xb6\xf8"),     /* setc al; movzx edi, al */
    [POISON_STACK] = CODE("\x8b\x7c\x24\xfc"),             /* mov edi, [rsp - 4] */
    [POISON_ARGC] = CODE("\x8b\x3c\x24\xff\xcf"),          /* mov edi, [rsp]; dec edi */
};
#else
#define PLANTED EM_AARCH64
#define EXIT "\xa8\x0b\x80\xd2\x01\x00\x00\xd4" /* movz x8, #93; svc #0 */
#define CODE(bytes)                                                                                                    \
  { bytes EXIT, sizeof bytes - 1 + sizeof EXIT - 1 }
static const struct {
  const char *bytes;
  size_t count;
} planted[POISONS] = {
    [POISON_REGISTERS] = CODE("\x60\xfe\x60\xd3"),            /* lsr x0, x19, #32 */
    [POISON_FLAGS] = CODE("\xe0\x37\x9f\x1a"),                /* cset w0, cs */
    [POISON_STACK] = CODE("\xe0\xc3\x5f\xb8"),                /* ldur w0, [sp, #-4] */
    [POISON_ARGC] = CODE("\xe0\x03\x40\xb9\x00\x04\x00\x51"), /* ldr w0, [sp]; sub w0, w0, #1 */
};
#endif

static char *plant(enum poison poison) {
  const size_t code = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr), size = code + planted[poison].count;
  const Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_EXEC,
                             .e_machine = PLANTED,
                             .e_version = EV_CURRENT,
                             .e_entry = 0x400000 + code,
                             .e_phoff = sizeof(Elf64_Ehdr),
                             .e_phentsize = sizeof(Elf64_Phdr),
                             .e_phnum = 1};
  const Elf64_Phdr segment = {.p_type = PT_LOAD,
                              .p_flags = PF_R | PF_X,
                              .p_vaddr = 0x400000,
                              .p_filesz = size,
                              .p_memsz = size,
                              .p_align = 0x1000};
  char *path = xstrdup("/tmp/bytegate-planted-XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_eq(write(fd, &header, sizeof header), sizeof header);
  ck_assert_int_eq(write(fd, &segment, sizeof segment), sizeof segment);
  ck_assert_int_eq(write(fd, planted[poison].bytes, planted[poison].count), (ssize_t)planted[poison].count);
  ck_assert_int_eq(fchmod(fd, 0755), 0);
  close(fd);
  return path;
}

/* A program that relies on one thing survives the loss of the others, and not of that. */
START_TEST(reliance_is_noticed) {
  struct bytes why = {0};
  struct loader_row row = {.name = (char *)"planted", .ends = (char *)"exit 0"};
  char *elf = plant((enum poison)_i);
  for (enum poison poison = 0; poison < POISONS; poison++)
    ck_assert_int_eq(poison_survived(elf, &row, span_text(""), poison, &why), poison != (enum poison)_i);
  unlink(elf);
  free(elf);
  bytes_free(&why);
}
END_TEST

/* What a row may rely on is one of the four. */
START_TEST(words_are_known) {
  for (size_t i = 0; i < table.count; i++)
    for (size_t k = 0; k < table.rows[i].relies.count; k++) {
      bool known = false;
      for (enum poison poison = 0; poison < POISONS; poison++)
        known |= !strcmp(poison_name(poison), table.rows[i].relies.items[k]);
      if (!known)
        ck_abort_msg("[%s] relies = %s: no such thing", table.rows[i].name, table.rows[i].relies.items[k]);
    }
}
END_TEST

int main(void) {
  const char *folder = getenv("BUILD");
  struct bytes why = {0};
  build = realpath(folder && *folder ? folder : "build", NULL);
  if (!build || !loader_table_read("fixtures/loaders.ini", &table, &why)) {
    fprintf(stderr, "%s\n", why.len ? why.data : "no build folder");
    return EXIT_FAILURE;
  }
  Suite *suite = suite_create("poisoned entry");
  TCase *tc = tcase_create("each program");
  tcase_set_timeout(tc, 120);
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, reliance_is_noticed, 0, POISONS);
  tcase_add_test(tc, words_are_known);
  tcase_add_loop_test(tc, entry_may_be_poisoned, 0, (int)table.count);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  loader_table_free(&table);
  free(build);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
