/* What the code and the data of a program are said to be: by its map, by its sections, by its segments. The file is
   made here, field by field, and what is said of its code and data is held as a whole. */
/* reads: */
#include "harness/explain/explain.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASE = 0x400000, CODE = 16, DATA = 32, MOST = 8 };

struct file {
  Elf64_Ehdr header;
  Elf64_Phdr segments[2];
  unsigned char text[CODE]; /* at byte b0 */
  unsigned char data[DATA]; /* at byte c0 */
  char names[160];
  Elf64_Sym symbols[MOST];
  Elf64_Shdr sections[MOST];
};

static struct file file;
/* Code alone, of a machine of 32 bits. */
static struct {
  Elf32_Ehdr header;
  Elf32_Phdr segment;
  unsigned char text[4]; /* at byte 54 */
} small;

static size_t names_len, symbol_count, section_count;

static uint32_t add_name(const char *name) {
  size_t at = names_len;
  names_len += strlen(name) + 1;
  ck_assert_uint_le(names_len, sizeof file.names);
  memcpy(file.names + at, name, strlen(name) + 1);
  return (uint32_t)at;
}

static void add_symbol(const char *name, unsigned kind, unsigned section, uint64_t value, uint64_t size) {
  file.symbols[symbol_count++] = (Elf64_Sym){.st_name = add_name(name),
                                             .st_info = (unsigned char)kind,
                                             .st_shndx = (Elf64_Section)section,
                                             .st_value = value,
                                             .st_size = size};
}

/* The file offsets FROM to END as a section. Returns its number. */
static unsigned add_section(const char *name, unsigned type, unsigned flags, size_t from, size_t end) {
  file.sections[section_count] = (Elf64_Shdr){
      .sh_name = add_name(name), .sh_type = type, .sh_flags = flags, .sh_offset = from, .sh_size = end - from};
  return (unsigned)section_count++;
}

static size_t text_at(size_t at) { return offsetof(struct file, text) + at; }
static size_t data_at(size_t at) { return offsetof(struct file, data) + at; }

/* Section 1 is of the code, 2 of the data, 3 of the names. */
static void add_usual_sections(void) {
  add_section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text_at(0), text_at(CODE));
  add_section(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data_at(0), data_at(DATA));
  file.header.e_shstrndx = (Elf64_Half)add_section(".strtab", SHT_STRTAB, 0, offsetof(struct file, names),
                                                   offsetof(struct file, names) + sizeof file.names);
}

/* All symbols up to here. */
static void add_symbol_table(const char *name, unsigned type, size_t first) {
  unsigned number = add_section(name, type, 0, offsetof(struct file, symbols) + first * sizeof(Elf64_Sym),
                                offsetof(struct file, symbols) + symbol_count * sizeof(Elf64_Sym));
  file.sections[number].sh_link = 3;
  file.sections[number].sh_entsize = sizeof(Elf64_Sym);
}

static void begin_file(unsigned machine, unsigned type) {
  memset(&file, 0, sizeof file);
  names_len = symbol_count = 0;
  section_count = 1;
  add_name("");
  file.header = (Elf64_Ehdr){.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = (Elf64_Half)type,
                             .e_machine = (Elf64_Half)machine,
                             .e_version = EV_CURRENT,
                             .e_entry = BASE + text_at(0),
                             .e_phoff = offsetof(struct file, segments),
                             .e_shoff = offsetof(struct file, sections),
                             .e_ehsize = sizeof(Elf64_Ehdr),
                             .e_phentsize = sizeof(Elf64_Phdr),
                             .e_phnum = 1,
                             .e_shentsize = sizeof(Elf64_Shdr)};
  file.segments[0] = (Elf64_Phdr){
      .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE, .p_filesz = sizeof file, .p_memsz = sizeof file};
  memset(file.text, 0x90, sizeof file.text);
}

/* What is said of the bytes FROM to END of IMAGE, with the map MAP or without one (NULL): a line for each piece, and
   the notes of damage. To be freed. */
static char *contents_of(struct span image, const char *map, size_t from, size_t end) {
  char path[] = "/tmp/test_contents-XXXXXX";
  close(mkstemp(path));
  char *beside = xasprintf("%s.map", path);
  ck_assert_int_eq(write_file(path, image), 0);
  if (map)
    ck_assert_int_eq(write_file(beside, span_text(map)), 0);
  struct explanation explanation;
  struct bytes why = {0};
  struct bytes out = {0};
  ck_assert_msg(explain_elf(path, NULL, &explanation, &why), "%s", span_of(&why).data);
  bytes_text(&out, "");
  for (size_t i = 0; i < explanation.piece_count; i++) {
    const struct piece *piece = &explanation.pieces[i];
    const struct claim *claim = piece->claim;
    if (piece->offset >= end || piece->offset + piece->len <= from)
      continue;
    size_t start = piece->offset > from ? piece->offset : from;
    size_t stop = piece->offset + piece->len < end ? piece->offset + piece->len : end;
    bytes_printf(&out, "%zx+%zx %s: %s", start, stop - start, claim ? claim->group : "-", claim ? claim->name : "-");
    if (claim && claim->has_address)
      bytes_printf(&out, " at %llx", (unsigned long long)claim->address);
    bytes_text(&out, "\n");
  }
  const char *damage = strstr(explanation.notes.data, "damage");
  bytes_text(&out, damage ? damage : "");
  explanation_free(&explanation);
  bytes_free(&why);
  unlink(beside);
  unlink(path);
  free(beside);
  return out.data;
}

/* The same of the file. */
static char *contents(const char *map, size_t from, size_t end) {
  file.header.e_shnum = (Elf64_Half)(section_count > 1 ? section_count : 0);
  return contents_of((struct span){(const char *)&file, sizeof file}, map, from, end);
}

static void must_be(char *said, const char *wanted) {
  ck_assert_str_eq(said, wanted);
  free(said);
}

static char *code_and_data(const char *map) { return contents(map, text_at(0), data_at(DATA)); }

START_TEST(sections_are_cut_at_their_symbols) {
  begin_file(EM_X86_64, ET_EXEC);
  add_usual_sections();
  add_symbol("go", STT_FUNC, 1, BASE + text_at(1), 1);
  add_symbol("$d", STT_NOTYPE, 1, BASE + text_at(3), 0);
  add_symbol("$x", STT_NOTYPE, 1, BASE + text_at(15), 0);
  add_symbol("word", STT_OBJECT, 2, BASE + data_at(2), 4);
  add_symbol("$d.1", STT_NOTYPE, 2, BASE + data_at(8), 4);
  add_symbol("empty", STT_OBJECT, 2, BASE + data_at(13), 0);
  add_symbol("long", STT_OBJECT, 2, BASE + data_at(24), 100);
  add_symbol_table(".symtab", SHT_SYMTAB, 0);
  must_be(code_and_data(NULL), "b0+1 .text: nop at 4000b0\n"
                               "b1+1 go: nop at 4000b1\n"
                               "b2+1 go: nop at 4000b2\n"
                               "b3+c go: data\n"
                               "bf+1 go: nop at 4000bf\n"
                               "c0+2 .data: data\n"
                               "c2+4 word: data\n"
                               "c6+12 .data: data\n"
                               "d8+8 long: data\n");
}
END_TEST

/* The sections that hold nothing of the file, and one more header than the file says that it has. */
START_TEST(only_what_the_file_says_that_it_holds_is_claimed) {
  begin_file(EM_X86_64, ET_EXEC);
  add_section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text_at(12), text_at(CODE));
  add_section(".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, data_at(0), data_at(4));
  file.header.e_shstrndx = (Elf64_Half)add_section(".strtab", SHT_STRTAB, 0, offsetof(struct file, names),
                                                   offsetof(struct file, names) + sizeof file.names);
  add_section(".cut", SHT_PROGBITS, SHF_ALLOC, data_at(4), sizeof file + 1);
  add_symbol("stranger", STT_FUNC, 1, BASE + text_at(12), 1);
  add_symbol_table(".symtab", SHT_SYMTAB, 0);
  section_count--;
  must_be(code_and_data(NULL), "b0+c -: -\n"
                               "bc+1 .text: nop at 4000bc\n"
                               "bd+1 .text: nop at 4000bd\n"
                               "be+1 .text: nop at 4000be\n"
                               "bf+1 .text: nop at 4000bf\n"
                               "c0+20 -: -\n"
                               "damage  section 4 ends at 0x441, but the file at 0x440: it has no sense there\n");
  add_section(".more", SHT_PROGBITS, SHF_ALLOC, data_at(4), data_at(8));
  section_count--;
  char *said = code_and_data(NULL);
  ck_assert_msg(!strstr(said, ".more"), "%s", said);
  free(said);
}
END_TEST

START_TEST(of_two_symbols_in_one_place_data_have_the_name_that_is_no_function) {
  begin_file(EM_X86_64, ET_EXEC);
  add_usual_sections();
  add_symbol(_i ? "function" : "object", _i ? STT_FUNC : STT_OBJECT, 2, BASE + data_at(0), 8);
  add_symbol(_i ? "object" : "function", _i ? STT_OBJECT : STT_FUNC, 2, BASE + data_at(0), 8);
  add_symbol_table(".symtab", SHT_SYMTAB, 0);
  must_be(contents(NULL, data_at(0), data_at(8)), "c0+8 object: data\n");
}
END_TEST

START_TEST(symbols_of_loading_count_where_there_are_no_others) {
  begin_file(EM_X86_64, ET_EXEC);
  add_usual_sections();
  add_symbol("loaded", STT_OBJECT, 2, BASE + data_at(0), 16);
  add_symbol_table(".dynsym", SHT_DYNSYM, 0);
  must_be(contents(NULL, data_at(0), data_at(DATA)), "c0+10 loaded: data\nd0+10 .data: data\n");
  add_symbol("own", STT_OBJECT, 2, BASE + data_at(16), 16);
  add_symbol_table(".symtab", SHT_SYMTAB, 1);
  must_be(contents(NULL, data_at(0), data_at(DATA)), "c0+10 .data: data\nd0+10 own: data\n");
}
END_TEST

/* Code that is no instruction is told by the unit of its machine, and what is less than a unit by the byte. */
START_TEST(what_is_no_instruction_is_told_by_units) {
  begin_file(EM_AARCH64, ET_EXEC);
  add_section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text_at(0), text_at(14));
  file.header.e_shstrndx = (Elf64_Half)add_section(".strtab", SHT_STRTAB, 0, offsetof(struct file, names),
                                                   offsetof(struct file, names) + sizeof file.names);
  memset(file.text, 0xFF, CODE);
  memcpy(file.text + 4, "\xC0\x03\x5F\xD6", 4);
  must_be(contents(NULL, text_at(0), text_at(14)), "b0+4 .text: no instruction at 4000b0\n"
                                                   "b4+4 .text: ret at 4000b4\n"
                                                   "b8+4 .text: no instruction at 4000b8\n"
                                                   "bc+1 .text: no instruction at 4000bc\n"
                                                   "bd+1 .text: no instruction at 4000bd\n");
  file.sections[1].sh_size = CODE;
  must_be(contents(NULL, text_at(8), text_at(CODE)), "b8+4 .text: no instruction at 4000b8\n"
                                                     "bc+4 .text: no instruction at 4000bc\n");
}
END_TEST

START_TEST(code_is_read_where_its_machine_is_known) {
  begin_file(EM_VAX, ET_EXEC);
  add_usual_sections();
  must_be(contents(NULL, text_at(0), text_at(CODE)),
          "b0+10 .text: code of a machine that no disassembler here reads at 4000b0\n");
  small.header = (Elf32_Ehdr){.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                              .e_type = ET_EXEC,
                              .e_machine = EM_ARM,
                              .e_entry = 0x10054,
                              .e_phoff = sizeof small.header,
                              .e_phentsize = sizeof small.segment,
                              .e_phnum = 1};
  small.segment = (Elf32_Phdr){.p_type = PT_LOAD, .p_flags = PF_X, .p_vaddr = 0x10000, .p_filesz = sizeof small};
  memcpy(small.text, "\x1E\xFF\x2F\xE1", 4);
  must_be(contents_of((struct span){(const char *)&small, sizeof small}, NULL, 0x54, 0x58),
          "54+4 from the entry on: bx lr at 10054\n");
}
END_TEST

START_TEST(an_object_counts_from_its_sections) {
  begin_file(EM_X86_64, ET_REL);
  add_usual_sections();
  add_symbol("go", STT_FUNC, 1, 14, 2);
  add_symbol("word", STT_OBJECT, 2, 28, 4);
  add_symbol_table(".symtab", SHT_SYMTAB, 0);
  must_be(contents(NULL, text_at(13), data_at(DATA)), "bd+1 .text: nop at bd\n"
                                                      "be+1 go: nop at be\n"
                                                      "bf+1 go: nop at bf\n"
                                                      "c0+1c .data: data\n"
                                                      "dc+4 word: data\n");
}
END_TEST

#define MAP "# bytegate-map 1\tx\n"

START_TEST(a_map_tells_code_data_and_filling) {
  begin_file(EM_X86_64, ET_EXEC);
  file.text[1] = 0xC3;
  must_be(contents(MAP "400000\t7f454c46\thead\telf\tx.c:1\n"
                       "4000b0\t90c3\tcode\tgo\tx.c:2\n"
                       "4000b2\t9090\tdata\tword\tx.c:3\n"
                       "4000b4\t90\tfill\tpad\tx.c:4\n",
                   text_at(0), text_at(CODE)),
          "b0+1 go: nop at 4000b0\n"
          "b1+1 go: ret at 4000b1\n"
          "b2+2 word: data at 4000b2\n"
          "b4+1 pad: filling at 4000b4\n"
          "b5+b segment 0: data\n");
}
END_TEST

START_TEST(lines_of_another_map_are_left_out_and_counted) {
  begin_file(EM_X86_64, ET_EXEC);
  must_be(contents(MAP "4000b0\t90\tcode\tgo\tx.c:1\n"
                       "4000b1\tc3\tcode\tother\tx.c:2\n"
                       "500000\t90\tcode\toutside\tx.c:3\n"
                       "4004ff\t0000\tdata\tcut\tx.c:4\n",
                   text_at(0), text_at(2)),
          "b0+1 go: nop at 4000b0\n"
          "b1+1 segment 0: data\n"
          "damage  3 of the 4 lines of the map name other bytes than the file has\n");
}
END_TEST

/* A map knows code and data better than sections do; of what is not loaded it says nothing. */
START_TEST(with_a_map_sections_only_name_what_it_leaves) {
  begin_file(EM_X86_64, ET_EXEC);
  add_usual_sections();
  unsigned note = add_section(".note", SHT_PROGBITS, 0, data_at(24), data_at(DATA));
  file.sections[2].sh_size = 24;
  add_symbol("word", STT_OBJECT, 2, BASE + data_at(0), 8);
  add_symbol("noted", STT_OBJECT, note, BASE + data_at(24), 8);
  add_symbol_table(".symtab", SHT_SYMTAB, 0);
  must_be(code_and_data(MAP "4000b0\t90\tcode\tgo\tx.c:1\n"), "b0+1 go: nop at 4000b0\n"
                                                              "b1+f .text: data\n"
                                                              "c0+8 word: data\n"
                                                              "c8+10 .data: data\n"
                                                              "d8+8 .note: data\n");
}
END_TEST

/* The map of an object counts from .text, but where it begins with the file's head. */
START_TEST(the_map_of_an_object_counts_from_its_code) {
  begin_file(EM_X86_64, ET_REL);
  add_usual_sections();
  must_be(contents(MAP "0\t90\tcode\tgo\tx.c:1\n", text_at(0), text_at(1)), "b0+1 go: nop at 0\n");
  must_be(contents(MAP "0\t7f\thead\telf\tx.c:1\nb2\t90\tcode\tgo\tx.c:2\n", text_at(2), text_at(3)),
          "b2+1 go: nop at b2\n");
  file.sections[1].sh_name = file.sections[2].sh_name;
  char *said = contents(MAP "b1\t90\tcode\tgo\tx.c:1\n", text_at(1), text_at(2));
  ck_assert_msg(strstr(said, "b1+1 go: nop at b1\n"), "%s", said);
  free(said);
  file.sections[section_count] = file.sections[1];
  file.sections[section_count].sh_name = add_name(".text");
  said = contents(MAP "b1\t90\tcode\tgo\tx.c:1\n", text_at(1), text_at(2));
  ck_assert_msg(strstr(said, "b1+1 go: nop at b1\n"), "%s", said);
  free(said);
}
END_TEST

/* The address of an executable counts as it stands. */
START_TEST(the_map_of_an_executable_has_addresses) {
  begin_file(EM_X86_64, ET_EXEC);
  add_usual_sections();
  file.segments[0].p_vaddr = 0;
  must_be(contents(MAP "b3\t90\tcode\tgo\tx.c:1\n", text_at(3), text_at(4)), "b3+1 go: nop at b3\n");
}
END_TEST

START_TEST(without_sections_code_begins_at_the_entry) {
  begin_file(EM_X86_64, ET_EXEC);
  file.header.e_entry = BASE + text_at(14);
  file.segments[0].p_filesz = text_at(CODE);
  file.segments[1] = (Elf64_Phdr){.p_type = PT_NOTE, .p_flags = PF_X, .p_offset = data_at(0), .p_filesz = 1 << 20};
  file.segments[1].p_vaddr = BASE + text_at(14);
  must_be(code_and_data(NULL), "b0+e segment 0: data\n"
                               "be+1 from the entry on: nop at 4000be\n"
                               "bf+1 from the entry on: nop at 4000bf\n"
                               "c0+20 -: -\n");
  file.header.e_phnum = 2;
  must_be(contents(NULL, data_at(0), data_at(DATA)), "c0+20 segment 1: data\n");
  file.segments[0].p_flags = PF_R;
  must_be(contents(NULL, text_at(0), text_at(CODE)), "b0+10 segment 0: data\n");
}
END_TEST

/* In the listing and on the page, bytes that are two things have both names. */
START_TEST(code_in_the_header_is_both) {
  begin_file(EM_X86_64, ET_EXEC);
  file.header.e_entry = BASE + EI_OSABI;
  memcpy(file.header.e_ident + EI_OSABI, "\x6A\x2A\xC3", 3);
  char path[] = "/tmp/test_contents-XXXXXX";
  close(mkstemp(path));
  struct explanation explanation;
  struct bytes why = {0};
  struct bytes page = {0};
  file.header.e_shnum = 0;
  ck_assert_int_eq(write_file(path, (struct span){(const char *)&file, sizeof file}), 0);
  ck_assert_msg(explain_elf(path, NULL, &explanation, &why), "%s", span_of(&why).data);
  explain_page(&explanation, &page);
  ck_assert_msg(strstr(page.data, "<td class=\"b\">6a 2a</td><td>push 0x2a<br/>also file header: e_ident[EI_OSABI]<br/>"
                                  "also file header: e_ident[EI_ABIVERSION]</td>") != NULL,
                "%.2000s", page.data);
  explanation_free(&explanation);
  bytes_free(&page);
  unlink(path);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("contents");
  TCase *tests = tcase_create("contents");
  tcase_add_test(tests, sections_are_cut_at_their_symbols);
  tcase_add_test(tests, only_what_the_file_says_that_it_holds_is_claimed);
  tcase_add_loop_test(tests, of_two_symbols_in_one_place_data_have_the_name_that_is_no_function, 0, 2);
  tcase_add_test(tests, symbols_of_loading_count_where_there_are_no_others);
  tcase_add_test(tests, what_is_no_instruction_is_told_by_units);
  tcase_add_test(tests, code_is_read_where_its_machine_is_known);
  tcase_add_test(tests, an_object_counts_from_its_sections);
  tcase_add_test(tests, a_map_tells_code_data_and_filling);
  tcase_add_test(tests, lines_of_another_map_are_left_out_and_counted);
  tcase_add_test(tests, with_a_map_sections_only_name_what_it_leaves);
  tcase_add_test(tests, the_map_of_an_object_counts_from_its_code);
  tcase_add_test(tests, the_map_of_an_executable_has_addresses);
  tcase_add_test(tests, without_sections_code_begins_at_the_entry);
  tcase_add_test(tests, code_in_the_header_is_both);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
