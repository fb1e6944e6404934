/* What a graft writes, byte for byte: two builds of a program of a few routines, which stand elsewhere in each, and the
   routines of the one grafted into the other. */
/* reads: nothing */
#include "harness/bisect/bisect_graft.h"

#include "harness/base/files.h"
#include "harness/explain/explain.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASE = 0x400000, ROOM = 64, MOST = 8 };

struct file {
  Elf64_Ehdr header;
  Elf64_Phdr segments[2];
  unsigned char room[ROOM]; /* code and data */
  char names[128];
  Elf64_Sym symbols[MOST];
  Elf64_Shdr sections[4];
};

/* A build on its way to its file. */
static struct file file;
static size_t names_len, symbol_count;
static char folder[64];

static uint32_t add_name(const char *name) {
  size_t at = names_len;
  names_len += strlen(name) + 1;
  memcpy(file.names + at, name, strlen(name) + 1);
  return (uint32_t)at;
}

static void set_up(void) {
  strcpy(folder, "/tmp/test_graft-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  program_map_maker = explain_make_map;
}

static void tear_down(void) { remove_folder(folder); }

static void begin_build(void) {
  memset(&file, 0, sizeof file);
  names_len = 0;
  symbol_count = 1;
  add_name("");
  file.header = (Elf64_Ehdr){.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_EXEC,
                             .e_machine = EM_X86_64,
                             .e_version = EV_CURRENT,
                             .e_entry = BASE + offsetof(struct file, room),
                             .e_phoff = offsetof(struct file, segments),
                             .e_shoff = offsetof(struct file, sections),
                             .e_ehsize = sizeof(Elf64_Ehdr),
                             .e_phentsize = sizeof(Elf64_Phdr),
                             .e_phnum = 2,
                             .e_shentsize = sizeof(Elf64_Shdr),
                             .e_shnum = 4,
                             .e_shstrndx = 3};
  file.segments[0] = (Elf64_Phdr){
      .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE, .p_filesz = sizeof file, .p_memsz = sizeof file};
  file.segments[1] = (Elf64_Phdr){.p_type = PT_GNU_STACK};
}

static uint64_t address_at(size_t at) { return BASE + offsetof(struct file, room) + at; }

static void add_item(const char *name, unsigned kind, size_t at, const char *bytes, size_t len) {
  memcpy(file.room + at, bytes, len);
  file.symbols[symbol_count++] = (Elf64_Sym){.st_name = add_name(name),
                                             .st_info = ELF64_ST_INFO(STB_GLOBAL, kind),
                                             .st_shndx = 1,
                                             .st_value = address_at(at),
                                             .st_size = len};
}

/* Sets the displacement of four bytes that ends at END so that it leads to TO; both in the room. */
static void lead(size_t end, size_t to) {
  int32_t displacement = (int32_t)to - (int32_t)end;
  memcpy(file.room + end - 4, &displacement, 4);
}

static void end_build(const char *name, struct build *build) {
  file.sections[1] = (Elf64_Shdr){.sh_name = add_name(".text"),
                                  .sh_type = SHT_PROGBITS,
                                  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                                  .sh_addr = address_at(0),
                                  .sh_offset = offsetof(struct file, room),
                                  .sh_size = ROOM};
  file.sections[2] = (Elf64_Shdr){.sh_name = add_name(".symtab"),
                                  .sh_type = SHT_SYMTAB,
                                  .sh_offset = offsetof(struct file, symbols),
                                  .sh_size = symbol_count * sizeof(Elf64_Sym),
                                  .sh_link = 3,
                                  .sh_entsize = sizeof(Elf64_Sym)};
  file.sections[3] = (Elf64_Shdr){.sh_name = add_name(".strtab"),
                                  .sh_type = SHT_STRTAB,
                                  .sh_offset = offsetof(struct file, names),
                                  .sh_size = sizeof file.names};
  char *path = xasprintf("%s/%s", folder, name);
  struct bytes why = {0};
  ck_assert_int_eq(write_file(path, (struct span){(const char *)&file, sizeof file}), 0);
  ck_assert_msg(build_open(path, build, &why), "%s", span_of(&why).data);
  free(path);
}

/* The map that stands beside the build NAME; without it one is made of the symbols. */
static void write_map(const char *name, const char *lines) {
  char *path = xasprintf("%s/%s.map", folder, name);
  char *text = xasprintf("# bytegate-map 1\tx\n%s", lines);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  free(path);
  free(text);
}

/* The routine `first` calls `third`, may begin again, and goes on into what follows. */
static void add_first(size_t at, size_t third) {
  add_item("first", STT_FUNC, at, "\xE8....\x83\xFF\x07\x74\xF6\x90", 11);
  lead(at + 5, third);
}

static char *hybrid_path(void) { return xasprintf("%s/hybrid", folder); }

/* Grafts the item NAME. Returns what is wrong with it, or NULL, to be freed; HYBRID becomes the file. */
static char *graft_item(struct build *donor, struct build *host, const char *name, struct bytes *hybrid) {
  const struct item *item = build_item(donor, name);
  struct bytes why = {0};
  char *path = hybrid_path();
  bytes_clear(hybrid);
  bool good = graft(donor, host, &item, 1, path, &why);
  if (good)
    ck_assert_int_eq(bytes_read_file(hybrid, path), 0);
  else
    ck_assert_int_ne(access(path, F_OK), 0);
  free(path);
  ck_assert(good || why.len);
  return why.data;
}

/* Where the displacement that ends at byte END of the hybrid leads; ADDRESS: that of the byte. */
static uint64_t led_to(const struct bytes *hybrid, size_t end, uint64_t address) {
  int32_t displacement;
  memcpy(&displacement, hybrid->data + end - 4, 4);
  return address + (uint64_t)(int64_t)displacement;
}

static void must_hold(const struct bytes *hybrid, size_t at, const char *bytes, size_t len) {
  ck_assert_uint_le(at + len, hybrid->len);
  ck_assert_mem_eq(hybrid->data + at, bytes, len);
}

/* The segment that was added. */
static Elf64_Phdr added(const struct bytes *hybrid) {
  Elf64_Phdr segment;
  memcpy(&segment, hybrid->data + offsetof(struct file, segments[1]), sizeof segment);
  ck_assert_uint_eq(segment.p_type, PT_LOAD);
  ck_assert_uint_eq(segment.p_flags, PF_R | PF_X);
  ck_assert_uint_eq(segment.p_offset + segment.p_filesz, hybrid->len);
  ck_assert_uint_eq(segment.p_filesz, segment.p_memsz);
  ck_assert_uint_eq(segment.p_vaddr % 0x10000, segment.p_offset % 0x10000);
  ck_assert_uint_ge(segment.p_vaddr, BASE + sizeof(struct file));
  return segment;
}

static void make_builds(struct build *donor, struct build *host) {
  begin_build();
  add_first(0, 12);
  add_item("second", STT_FUNC, 11, "\xC3", 1);
  add_item("third", STT_FUNC, 12, "\x90\xC3", 2);
  end_build("donor", donor);
  begin_build();
  add_item("third", STT_FUNC, 0, "\x90\x90\x90\x90\xC3", 5);
  add_item("second", STT_FUNC, 8, "\xC3", 1);
  add_first(16, 0);
  end_build("host", host);
}

START_TEST(a_routine_leads_to_what_has_the_same_name_in_the_host) {
  struct build donor, host;
  struct bytes hybrid = {0};
  make_builds(&donor, &host);
  char *why = graft_item(&donor, &host, "first", &hybrid);
  ck_assert_msg(!why, "%s", why);
  Elf64_Phdr segment = added(&hybrid);
  size_t entry = offsetof(struct file, room) + 16;
  must_hold(&hybrid, entry, "\xE9", 1);
  ck_assert_uint_eq(led_to(&hybrid, entry + 5, address_at(16 + 5)), segment.p_vaddr);
  /* Nothing else of the host is another, but the program header. */
  ck_assert_mem_eq(hybrid.data + entry + 5, (const char *)&file + entry + 5, sizeof file - entry - 5);
  ck_assert_mem_eq(hybrid.data, &file, offsetof(struct file, segments[1]));
  size_t at = segment.p_offset;
  ck_assert_uint_eq(segment.p_filesz, 5 + 3 + 6 + 1 + 5);
  must_hold(&hybrid, at, "\xE8", 1);
  ck_assert_uint_eq(led_to(&hybrid, at + 5, segment.p_vaddr + 5), address_at(0));
  must_hold(&hybrid, at + 5, "\x83\xFF\x07\x0F\x84", 5);
  ck_assert_uint_eq(led_to(&hybrid, at + 14, segment.p_vaddr + 14), segment.p_vaddr);
  must_hold(&hybrid, at + 14, "\x90\xE9", 2);
  ck_assert_uint_eq(led_to(&hybrid, at + 20, segment.p_vaddr + 20), address_at(8));
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

/* The last routine goes on into nothing, so nothing is added to it. */
START_TEST(nothing_follows_the_last_routine) {
  struct build donor, host;
  struct bytes hybrid = {0};
  make_builds(&donor, &host);
  char *why = graft_item(&host, &donor, "first", &hybrid);
  ck_assert_msg(!why, "%s", why);
  ck_assert_uint_eq(added(&hybrid).p_filesz, 5 + 3 + 6 + 1);
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

START_TEST(a_routine_that_is_shorter_than_a_jump_is_refused) {
  struct build donor, host;
  struct bytes hybrid = {0};
  make_builds(&donor, &host);
  char *why = graft_item(&host, &donor, "third", &hybrid);
  ck_assert_str_eq(why, "third: it is shorter than a jump, and cannot be replaced");
  free(why);
  why = graft_item(&donor, &host, "third", &hybrid);
  ck_assert_msg(!why, "%s", why);
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

START_TEST(a_host_without_the_routine_or_a_header_is_refused) {
  struct build donor, host;
  struct bytes hybrid = {0};
  make_builds(&donor, &host);
  build_close(&host);
  begin_build();
  add_item("second", STT_FUNC, 0, "\xC3", 1);
  add_item("third", STT_OBJECT, 8, "\x90\x90\x90\x90\xC3", 5);
  end_build("host", &host);
  char *why = graft_item(&donor, &host, "first", &hybrid);
  ck_assert_str_eq(why, "first: the other build has none");
  free(why);
  why = graft_item(&donor, &host, "third", &hybrid);
  ck_assert_str_eq(why, "third: the other build has none");
  free(why);
  build_close(&host);
  file.segments[1].p_type = PT_NOTE;
  symbol_count = 1;
  add_first(16, 0);
  end_build("host", &host);
  why = graft_item(&donor, &host, "first", &hybrid);
  char *wanted = xasprintf("%s/host has no program header that can be replaced (a PT_GNU_STACK or a PT_NULL)", folder);
  ck_assert_str_eq(why, wanted);
  free(wanted);
  free(why);
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

/* Data that the host has is read where it stands there; what it lacks is copied. */
START_TEST(data_that_the_host_lacks_comes_along) {
  struct build donor, host;
  struct bytes hybrid = {0};
  begin_build();
  add_item("first", STT_FUNC, 0, "\x48\x8D\x05....\xC3", 8);
  add_item("words", STT_OBJECT, 32, "abcdefgh", 8);
  lead(7, 34);
  end_build("donor", &donor);
  begin_build();
  add_item("first", STT_FUNC, 0, "\x90\x90\x90\x90\x90\x90\x90\xC3", 8);
  if (_i)
    add_item("words", STT_OBJECT, 40, "12345678", 8);
  end_build("host", &host);
  char *why = graft_item(&donor, &host, "first", &hybrid);
  ck_assert_msg(!why, "%s", why);
  Elf64_Phdr segment = added(&hybrid);
  uint64_t target = led_to(&hybrid, segment.p_offset + 7, segment.p_vaddr + 7);
  if (_i) {
    ck_assert_uint_eq(target, address_at(42));
  } else {
    ck_assert_uint_eq(target % 16, 2);
    must_hold(&hybrid, segment.p_offset + (target - 2 - segment.p_vaddr), "abcdefgh", 8);
  }
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

START_TEST(a_table_is_overwritten_where_it_has_the_same_size) {
  struct build donor, host;
  struct bytes hybrid = {0};
  begin_build();
  add_item("table", STT_OBJECT, 0, "abcd", 4);
  add_item("longer", STT_OBJECT, 8, "abcde", 5);
  end_build("donor", &donor);
  begin_build();
  add_item("longer", STT_OBJECT, 0, "1234", 4);
  add_item("table", STT_OBJECT, 16, "5678", 4);
  end_build("host", &host);
  char *why = graft_item(&donor, &host, "longer", &hybrid);
  char *wanted =
      xasprintf("longer: a table of 5 bytes, and of 4 in %s/host: no table can be put in the place of one of "
                "another size",
                folder);
  ck_assert_str_eq(why, wanted);
  free(wanted);
  free(why);
  why = graft_item(&donor, &host, "table", &hybrid);
  ck_assert_msg(!why, "%s", why);
  ck_assert_uint_eq(hybrid.len, sizeof file);
  memcpy(file.room + 16, "abcd", 4);
  ck_assert_mem_eq(hybrid.data, &file, sizeof file);
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

/* A table of references, 16 bits each from its own begin, leads to what has the same names in the host. */
START_TEST(a_table_of_references_leads_where_the_host_has_the_routines) {
  struct build donor, host;
  struct bytes hybrid = {0};
  begin_build();
  add_item("leads", STT_OBJECT, 0, "\x08\0\x0C\0", 4);
  add_item("first", STT_FUNC, 8, "\x90\xC3", 2);
  add_item("second", STT_FUNC, 12, "\x90\x90\xC3", 3);
  write_map("donor", "4000b0\t0800\tdata\tleads\tx.c:1\n4000b2\t0c00\tdata\tleads\tx.c:2\n"
                     "4000b8\t90\tcode\tfirst\tx.c:3\n4000b9\tc3\tcode\tfirst\tx.c:3\n"
                     "4000bc\t90\tcode\tsecond\tx.c:4\n");
  end_build("donor", &donor);
  begin_build();
  add_item(_i ? "third" : "second", STT_FUNC, 0, "\x90\xC3", 2);
  add_item("leads", STT_OBJECT, 16, "\xF0\xFF\x08\0", 4);
  add_item("first", STT_FUNC, 24, "\x90\xC3", 2);
  write_map("host", "4000b0\t90\tcode\tsecond\tx.c:4\n4000c0\tf0ff\tdata\tleads\tx.c:1\n"
                    "4000c2\t0800\tdata\tleads\tx.c:2\n4000c8\t90\tcode\tfirst\tx.c:3\n");
  end_build("host", &host);
  char *why = graft_item(&donor, &host, "leads", &hybrid);
  if (_i) {
    ck_assert_str_eq(why, "leads: it leads to a place that the other build does not have");
    free(why);
  } else {
    ck_assert_msg(!why, "%s", why);
    memcpy(file.room + 16, "\x08\0\xF0\xFF", 4);
    ck_assert_uint_eq(hybrid.len, sizeof file);
    ck_assert_mem_eq(hybrid.data, &file, sizeof file);
  }
  bytes_free(&hybrid);
  build_close(&donor);
  build_close(&host);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("graft");
  TCase *tests = tcase_create("graft");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, a_routine_leads_to_what_has_the_same_name_in_the_host);
  tcase_add_test(tests, nothing_follows_the_last_routine);
  tcase_add_test(tests, a_routine_that_is_shorter_than_a_jump_is_refused);
  tcase_add_test(tests, a_host_without_the_routine_or_a_header_is_refused);
  tcase_add_loop_test(tests, data_that_the_host_lacks_comes_along, 0, 2);
  tcase_add_test(tests, a_table_is_overwritten_where_it_has_the_same_size);
  tcase_add_loop_test(tests, a_table_of_references_leads_where_the_host_has_the_routines, 0, 2);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
