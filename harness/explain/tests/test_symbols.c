/* Which symbols of a program name its routines: those of its own sections alone, whatever else a table may say. */
/* reads: fixtures/liveness.txt */
#include "harness/explain/explain.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASE = 0x400000, SECTIONS = 4, MOST = 8 };

/* A program of 16 instructions of one byte, with symbols. */
struct file {
  Elf64_Ehdr header;
  Elf64_Phdr segment;
  unsigned char pad[8];
  unsigned char text[16];
  char names[128];
  Elf64_Sym symbols[MOST];
  Elf64_Shdr sections[SECTIONS + 1]; /* and one that the header does not count */
};

static struct file file;
static size_t names_len;
static size_t symbol_count;
static unsigned table_type;
static unsigned table_link;

static uint32_t add_name(const char *name) {
  size_t at = names_len;
  strcpy(file.names + at, name);
  names_len += strlen(name) + 1;
  return (uint32_t)at;
}

static void add_symbol(const char *name, unsigned kind, unsigned section, unsigned at) {
  file.symbols[symbol_count++] = (Elf64_Sym){.st_name = add_name(name),
                                             .st_info = (unsigned char)kind,
                                             .st_shndx = (Elf64_Section)section,
                                             .st_value = BASE + offsetof(struct file, text) + at,
                                             .st_size = 1};
}

static void begin_file(unsigned machine) {
  memset(&file, 0, sizeof file);
  names_len = 0;
  symbol_count = 1;
  table_type = SHT_SYMTAB;
  table_link = 3;
  add_name("");
  file.header = (Elf64_Ehdr){.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_EXEC,
                             .e_machine = (Elf64_Half)machine,
                             .e_version = EV_CURRENT,
                             .e_entry = BASE + offsetof(struct file, text),
                             .e_phoff = offsetof(struct file, segment),
                             .e_shoff = offsetof(struct file, sections),
                             .e_ehsize = sizeof(Elf64_Ehdr),
                             .e_phentsize = sizeof(Elf64_Phdr),
                             .e_phnum = 1,
                             .e_shentsize = sizeof(Elf64_Shdr),
                             .e_shnum = SECTIONS,
                             .e_shstrndx = 3};
  file.segment = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_flags = PF_R | PF_X,
                              .p_vaddr = BASE,
                              .p_paddr = BASE,
                              .p_filesz = sizeof file,
                              .p_memsz = sizeof file,
                              .p_align = 0x1000};
  memset(file.text, 0x90, sizeof file.text);
  file.text[15] = 0xC3;
}

/* The listing of the file, to be freed. */
static char *listing_of_file(void) {
  file.sections[1] = (Elf64_Shdr){.sh_name = add_name(".text"),
                                  .sh_type = SHT_PROGBITS,
                                  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                                  .sh_addr = BASE + offsetof(struct file, text),
                                  .sh_offset = offsetof(struct file, text),
                                  .sh_size = sizeof file.text};
  file.sections[2] = (Elf64_Shdr){.sh_name = add_name(".symtab"),
                                  .sh_type = table_type,
                                  .sh_offset = offsetof(struct file, symbols),
                                  .sh_size = symbol_count * sizeof(Elf64_Sym),
                                  .sh_link = table_link,
                                  .sh_entsize = sizeof(Elf64_Sym)};
  file.sections[3] = (Elf64_Shdr){.sh_name = add_name(".strtab"),
                                  .sh_type = SHT_STRTAB,
                                  .sh_offset = offsetof(struct file, names),
                                  .sh_size = sizeof file.names};
  file.sections[SECTIONS] = file.sections[3];
  char path[] = "/tmp/test_symbols-XXXXXX";
  close(mkstemp(path));
  ck_assert_int_eq(write_file(path, (struct span){(const char *)&file, sizeof file}), 0);
  struct explanation explanation;
  struct bytes why = {0};
  struct bytes listing = {0};
  ck_assert_msg(explain_elf(path, "fixtures/liveness.txt", &explanation, &why), "%s", span_of(&why).data);
  explain_listing(&explanation, &listing);
  explanation_free(&explanation);
  bytes_free(&why);
  unlink(path);
  return listing.data;
}

/* Whether NAME stands above the instruction at byte AT of the code. */
static bool is_routine_at(const char *listing, const char *name, unsigned at) {
  char *wanted = xasprintf("\n# %s\n%02x", name, file.text[at]);
  char *address = xasprintf("  %x  ", (unsigned)(BASE + offsetof(struct file, text) + at));
  const char *found = strstr(listing, wanted);
  const char *where = found ? strstr(found, address) : NULL;
  bool good = where && !memchr(found + strlen(wanted), '\n', (size_t)(where - found) - strlen(wanted));
  free(wanted);
  free(address);
  return good;
}

START_TEST(symbols_of_its_own_sections_name_routines) {
  begin_file(EM_X86_64);
  add_symbol("second", STT_FUNC, 1, 8);
  add_symbol("first", STT_NOTYPE, 1, 0);
  char *listing = listing_of_file();
  ck_assert_msg(is_routine_at(listing, "first", 0), "%s", listing);
  ck_assert_msg(is_routine_at(listing, "second", 8), "%s", listing);
  free(listing);
}
END_TEST

START_TEST(what_is_in_no_section_of_it_names_nothing) {
  begin_file(EM_X86_64);
  add_symbol("first", STT_FUNC, 1, 0);
  add_symbol("undefined", STT_FUNC, SHN_UNDEF, 2);
  add_symbol("above", STT_FUNC, SECTIONS, 4);
  add_symbol("absolute", STT_FUNC, SHN_ABS, 6);
  add_symbol("section", STT_SECTION, 1, 8);
  add_symbol("", STT_FUNC, 1, 10);
  add_symbol("outside", STT_FUNC, 1, 0x10000);
  char *listing = listing_of_file();
  ck_assert_msg(is_routine_at(listing, "first", 0), "%s", listing);
  static const char *const others[] = {"\n# undefined\n", "\n# above\n",   "\n# absolute\n",
                                       "\n# section\n",   "\n# outside\n", "\n# \n"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert_msg(!strstr(listing, others[i]), "%s", listing);
  free(listing);
}
END_TEST

START_TEST(of_two_symbols_in_one_place_a_function_names_the_routine) {
  begin_file(EM_X86_64);
  add_symbol(_i ? "function" : "mark", _i ? STT_FUNC : STT_NOTYPE, 1, 0);
  add_symbol(_i ? "mark" : "function", _i ? STT_NOTYPE : STT_FUNC, 1, 0);
  char *listing = listing_of_file();
  ck_assert_msg(is_routine_at(listing, "function", 0), "%s", listing);
  ck_assert_msg(!strstr(listing, "\n# mark\n"), "%s", listing);
  free(listing);
}
END_TEST

START_TEST(symbols_stand_in_tables_of_symbols_alone) {
  begin_file(EM_X86_64);
  add_symbol("first", STT_FUNC, 1, 0);
  table_type = SHT_PROGBITS;
  char *listing = listing_of_file();
  ck_assert_msg(!strstr(listing, "\n# first\n"), "%s", listing);
  free(listing);
}
END_TEST

START_TEST(a_table_without_names_names_nothing) {
  begin_file(EM_X86_64);
  add_symbol("first", STT_FUNC, 1, 0);
  table_link = SECTIONS;
  char *listing = listing_of_file();
  ck_assert_msg(!strstr(listing, "\n# first\n"), "%s", listing);
  free(listing);
}
END_TEST

START_TEST(mapping_symbols_tell_code_from_data_and_name_nothing) {
  begin_file(EM_X86_64);
  add_symbol("$x", STT_NOTYPE, 1, 0);
  add_symbol("first", STT_FUNC, 1, 0);
  add_symbol("$d.7", STT_NOTYPE, 1, 3);
  add_symbol("$x.8", STT_NOTYPE, 1, 5);
  add_symbol("$q", STT_FUNC, 1, 7);
  add_symbol("$dollar", STT_FUNC, 1, 9);
  add_symbol("$", STT_FUNC, 1, 11);
  char *listing = listing_of_file();
  ck_assert_msg(is_routine_at(listing, "first", 0), "%s", listing);
  ck_assert_msg(is_routine_at(listing, "$q", 7), "%s", listing);
  ck_assert_msg(is_routine_at(listing, "$dollar", 9), "%s", listing);
  ck_assert_msg(is_routine_at(listing, "$", 11), "%s", listing);
  static const char *const marks[] = {"\n# $x\n", "\n# $d.7\n", "\n# $x.8\n"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    ck_assert_msg(!strstr(listing, marks[i]), "%s", listing);
  ck_assert_ptr_nonnull(strstr(listing, "  400085  nop"));
  ck_assert_ptr_null(strstr(listing, "  400083  nop"));
  ck_assert_ptr_null(strstr(listing, "  400084  nop"));
  free(listing);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("symbols");
  TCase *tests = tcase_create("symbols");
  tcase_add_test(tests, symbols_of_its_own_sections_name_routines);
  tcase_add_test(tests, what_is_in_no_section_of_it_names_nothing);
  tcase_add_loop_test(tests, of_two_symbols_in_one_place_a_function_names_the_routine, 0, 2);
  tcase_add_test(tests, symbols_stand_in_tables_of_symbols_alone);
  tcase_add_test(tests, a_table_without_names_names_nothing);
  tcase_add_test(tests, mapping_symbols_tell_code_from_data_and_name_nothing);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
