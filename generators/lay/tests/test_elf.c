/* test_elf.c: the ELF writer: every header field through libelf, readelf -a without a complaint, what gdb, nm and
 * objdump make of the companion, what ld makes of the object, and the files themselves run: natively or under
 * qemu-user.
 *
 * The programs are laid into a temporary folder, which is removed at the end.
 */
/* reads: generators/lay/tests/test_elf.c */
#include "generators/tests/engine.h"
#include "isa/templates.h"
#include "lay/elf.h"
#include "words.h"

#include <check.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/bytegate-elf-XXXXXX";

/* ---- Programs -------------------------------------------------------------------------------------------------- */

#define BSS_SIZE 100000

static int line_of_read;

/* Writes into both ends of its bss, reads back, and exits with 42. */
static void author(bool with_bss) {
  routine("_start");
  enter_bare();
  li(A0, 42);
  if (with_bss)
    call("use_bss");
  sys(NR_EXIT_GROUP);
  if (with_bss) {
    routine("use_bss");
    enter(S0);
    la(S0, "buffer");
    line_of_read = __LINE__ + 1;
    ld8(A1, S0, 0);
    bne(A1, 0, "not_zeroed");
    st64(40, S0, 0);
    li(A1, BSS_SIZE - 1);
    li(A2, 2);
    st8x(A2, S0, A1);
    ld8x(A0, S0, A1);
    ld64(A1, S0, 0);
    add(A0, A0, A1);
    leave();
    label("not_zeroed");
    li(A0, 1);
    leave();
    bss("buffer", BSS_SIZE, 16);
  }
  data("text", 1);
  data_string("odd");
}

static char *path_of(const char *name, Isa isa, const char *ending) {
  char *path;
  if (asprintf(&path, "%s/%s_%s%s", folder, name, engine_machine(isa)->name, ending) < 0)
    abort();
  return path;
}

static char *lay_program(Isa isa, bool with_bss) {
  const char *name = with_bss ? "with-bss" : "without-bss";
  bl_program_begin(isa, name);
  author(with_bss);
  bl_program_write_exec(folder, "_start");
  return path_of(name, isa, "");
}

/* ---- Tools ----------------------------------------------------------------------------------------------------- */

/* Run a command line of the shell; stdout and stderr go into `said`. Returns the exit status, or 256 + a signal. */
__attribute__((format(printf, 3, 4))) static int run(char *said, size_t room, const char *format, ...) {
  char command[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = snprintf(command, sizeof command, "exec 2>&1; ");
  vsnprintf(command + length, sizeof command - (size_t)length, format, arguments);
  va_end(arguments);
  FILE *pipe = popen(command, "r");
  size_t got = fread(said, 1, room - 1, pipe);
  said[got] = '\0';
  while (fgetc(pipe) != EOF)
    continue;
  int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* readelf prints all there is and complains of nothing. It writes its warnings to stderr, and starts them so. */
static void readelf_is_content(const char *path) {
  static char said[1 << 20];
  int status = run(said, sizeof said, "readelf -a -W %s", path);
  if (status || strstr(said, "Warning") || strstr(said, "Error") || strstr(said, "<corrupt"))
    ck_abort_msg("readelf -a %s: exit %d: %s", path, status, said);
}

typedef struct {
  Elf *elf;
  int file;
  GElf_Ehdr header;
} Opened;

static Opened open_elf(const char *path) {
  Opened o = {.file = open(path, O_RDONLY | O_CLOEXEC)};
  elf_version(EV_CURRENT);
  o.elf = elf_begin(o.file, ELF_C_READ, NULL);
  if (!o.elf || !gelf_getehdr(o.elf, &o.header))
    ck_abort_msg("%s: libelf refuses it: %s", path, elf_errmsg(-1));
  return o;
}

static void close_elf(Opened *o) {
  elf_end(o->elf);
  close(o->file);
}

#define FIELD(actual, expected)                                                                                        \
  ck_assert_msg((uint64_t)(actual) == (uint64_t)(expected), "%s is %#" PRIx64 ", not %#" PRIx64, #actual,              \
                (uint64_t)(actual), (uint64_t)(expected))

/* ---- The executable -------------------------------------------------------------------------------------------- */

static void check_elf_header(const GElf_Ehdr *header, Isa isa, int type) {
  static const unsigned char ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
  for (int i = 0; i < EI_NIDENT; i++)
    FIELD(header->e_ident[i], ident[i]);
  FIELD(header->e_type, type);
  FIELD(header->e_machine, engine_machine(isa)->elf_machine);
  FIELD(header->e_version, EV_CURRENT);
  FIELD(header->e_flags, 0);
  FIELD(header->e_ehsize, 64);
}

static off_t file_size(const char *path) {
  struct stat status;
  ck_assert_int_eq(stat(path, &status), 0);
  return status.st_size;
}

static void check_segment(const GElf_Phdr *segment, GElf_Phdr expected) {
  FIELD(segment->p_type, expected.p_type);
  FIELD(segment->p_flags, expected.p_flags);
  FIELD(segment->p_offset, expected.p_offset);
  FIELD(segment->p_vaddr, expected.p_vaddr);
  FIELD(segment->p_paddr, expected.p_vaddr);
  FIELD(segment->p_filesz, expected.p_filesz);
  FIELD(segment->p_memsz, expected.p_memsz);
  FIELD(segment->p_align, expected.p_align);
}

/* Every field of both headers, with bss (_i / ISA_COUNT) and without, for each machine (_i % ISA_COUNT). */
START_TEST(executable_fields) {
  Isa isa = (Isa)(_i % ISA_COUNT);
  bool with_bss = _i / ISA_COUNT > 0;
  char *path = lay_program(isa, with_bss);
  uint64_t size = (uint64_t)file_size(path), page = engine_machine(isa)->page;
  int segments = with_bss ? 3 : 2;
  Opened o = open_elf(path);
  check_elf_header(&o.header, isa, ET_EXEC);
  FIELD(o.header.e_entry, 0x400000 + 64 + 56 * segments);
  FIELD(o.header.e_phoff, 64);
  FIELD(o.header.e_phentsize, 56);
  FIELD(o.header.e_phnum, segments);
  FIELD(o.header.e_shoff, 0);
  FIELD(o.header.e_shentsize, 0);
  FIELD(o.header.e_shnum, 0);
  FIELD(o.header.e_shstrndx, 0);
  GElf_Phdr segment;
  gelf_getphdr(o.elf, 0, &segment);
  check_segment(&segment, (GElf_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, size, size, page});
  if (with_bss) {
    uint64_t bss = (0x400000 + size + page - 1) / page * page; /* the first page after the text */
    gelf_getphdr(o.elf, 1, &segment);
    check_segment(&segment, (GElf_Phdr){PT_LOAD, PF_R | PF_W, 0, bss, 0, 0, BSS_SIZE, page});
  }
  gelf_getphdr(o.elf, segments - 1, &segment);
  check_segment(&segment, (GElf_Phdr){PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16});
  close_elf(&o);
  struct stat status;
  stat(path, &status);
  FIELD(status.st_mode & 0777, 0755);
  readelf_is_content(path);
  free(path);
}
END_TEST

START_TEST(single_segment_fields) {
  Isa isa = (Isa)_i;
  bl_program_begin(isa, "single");
  author(false);
  bl_program_write_single_segment(folder, "_start");
  char *path = path_of("single", isa, "");
  uint64_t size = (uint64_t)file_size(path);
  Opened o = open_elf(path);
  check_elf_header(&o.header, isa, ET_EXEC);
  FIELD(o.header.e_entry, 0x400078);
  FIELD(o.header.e_phnum, 1);
  GElf_Phdr segment;
  gelf_getphdr(o.elf, 0, &segment);
  check_segment(&segment, (GElf_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, size, size, 0x1000});
  close_elf(&o);
  readelf_is_content(path);
  free(path);
}
END_TEST

/* Three data items, one of them between routines and one that can be written; and bss. Exits with 42, the sum of what
 * was written into each, reached by its name and by its address in the data. */
static void author_writable(void) {
  routine("_start");
  enter_bare();
  la(A1, "count");
  ld64(A0, A1, 0);
  add(A0, A0, 1);
  st64(A0, A1, 0); /* 31 */
  call("more");
  ld64(A0, A1, 0);
  ld8(A2, A3, 0);
  add(A0, A0, A2);
  sys(NR_EXIT_GROUP);
  data("fixed", 1);
  data_u8(9);
  data_writable("count", 8);
  data_u64(30);
  data_address("fixed");
  data_address("room");
  routine("more", moves(A1), out(A3), destroys(A2, A4));
  ld64(A2, A1, 8);
  ld8(A2, A2, 0); /* 9 */
  ld64(A3, A1, 16);
  add(A2, A2, 2);
  st8(A2, A3, 0);
  ret();
  data_writable("bytes", 1);
  data_string("abc");
  bss("room", 8, 8);
}

/* What can be written lies in a segment of its own, on pages that nothing else is mapped to; the file has no gap. */
START_TEST(writable_data) {
  Isa isa = (Isa)_i;
  bl_program_begin(isa, "writable");
  author_writable();
  bl_program_write_exec(folder, "_start");
  char *path = path_of("writable", isa, ""), said[4096];
  uint64_t size = (uint64_t)file_size(path), page = engine_machine(isa)->page;
  Opened o = open_elf(path);
  FIELD(o.header.e_phnum, 4);
  FIELD(o.header.e_entry, 0x400000 + 64 + 56 * 4);
  GElf_Phdr segment;
  gelf_getphdr(o.elf, 0, &segment);
  uint64_t written = size - segment.p_filesz;
  ck_assert_uint_ge(written, 24 + 3); /* after up to 7 bytes that align it */
  ck_assert_uint_le(written, 24 + 3 + 7);
  check_segment(&segment, (GElf_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, size - written, size - written, page});
  gelf_getphdr(o.elf, 1, &segment);
  uint64_t address = 0x400000 + size - written + page;
  check_segment(&segment, (GElf_Phdr){PT_LOAD, PF_R | PF_W, size - written, address, 0, written, written, page});
  gelf_getphdr(o.elf, 2, &segment);
  uint64_t bss = (address + written + page - 1) / page * page;
  check_segment(&segment, (GElf_Phdr){PT_LOAD, PF_R | PF_W, 0, bss, 0, 0, 8, page});
  close_elf(&o);
  readelf_is_content(path);
  char *sym = path_of("writable", isa, ".sym");
  readelf_is_content(sym);
  FIELD(run(said, sizeof said, "nm %s", sym), 0);
  ck_assert_msg(strstr(said, " D count\n") && strstr(said, " D bytes\n") && strstr(said, " B room\n") &&
                    strstr(said, " T more\n"),
                "%s", said);
  FIELD(run(said, sizeof said, "%s %s", engine_machine(isa)->runner, path), 42);
  if (isa == engine_native())
    FIELD(run(said, sizeof said, "%s", path), 42);
  free(path);
  free(sym);
}
END_TEST

/* The programs exit with 42: under qemu-user, and natively where the host is that machine. */
START_TEST(executables_run) {
  Isa isa = (Isa)(_i % ISA_COUNT);
  char *path = lay_program(isa, _i / ISA_COUNT), said[256];
  FIELD(run(said, sizeof said, "%s %s", engine_machine(isa)->runner, path), 42);
  if (isa == engine_native())
    FIELD(run(said, sizeof said, "%s", path), 42);
  free(path);
}
END_TEST

/* Lay operations that write "exit with 0" for this machine at A0. */
static void write_exit(Isa isa) {
  const LayCode *code = engine_machine(isa)->exit_0;
  int64_t at = 0;
  for (int i = 0; i < 3; i++)
    for (int byte = 0; byte < code[i].len; byte++)
      st8(code[i].bytes[byte], A0, at++);
}

enum { STORE_INTO_CODE, RUN_BSS, RUN_STACK, FORBIDDEN };

/* No page is writable and executable: a store into the code, and a jump to instructions that were written into bss or
 * onto the stack, end in SIGSEGV. Each would exit with 0 if it were let. */
static void forbidden(Isa isa, int what) {
  static const char *const names[] = {"store-code", "run-bss", "run-stack"};
  bl_program_begin(isa, names[what]);
  routine("_start");
  if (what == STORE_INTO_CODE) {
    bl_machine_trust();
    la(A0, "_start");
    st8(0, A0, 0);
  } else {
    if (what == RUN_BSS)
      la(A0, "buffer");
    else
      stack_pointer(A0);
    write_exit(isa);
    bl_lay_code(bl_machine_layout(), engine_machine(isa)->jump_to_a0);
  }
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  bss("buffer", 64, 16);
  bl_program_write_exec(folder, "_start");
  char *path = path_of(names[what], isa, ""), said[256];
  /* the shell reports a child that died of signal 11 as 128 + 11 */
  FIELD(run(said, sizeof said, "%s %s; exit $?", engine_machine(isa)->runner, path), 128 + 11);
  if (isa == engine_native())
    FIELD(run(said, sizeof said, "%s; exit $?", path), 128 + 11);
  free(path);
}

START_TEST(no_page_is_writable_and_executable) { forbidden((Isa)(_i % ISA_COUNT), _i / ISA_COUNT); }
END_TEST

/* ---- The companion --------------------------------------------------------------------------------------------- */

static GElf_Shdr section_named(Opened *o, const char *name, Elf_Scn **found) {
  size_t names;
  GElf_Shdr header;
  elf_getshdrstrndx(o->elf, &names);
  for (Elf_Scn *section = NULL; (section = elf_nextscn(o->elf, section));) {
    gelf_getshdr(section, &header);
    if (!strcmp(elf_strptr(o->elf, names, header.sh_name), name)) {
      *found = section;
      return header;
    }
  }
  ck_abort_msg("there is no section %s", name);
}

static bool symbol_named(Opened *o, const char *name, GElf_Sym *symbol) {
  Elf_Scn *section;
  GElf_Shdr header = section_named(o, ".symtab", &section);
  Elf_Data *data = elf_getdata(section, NULL);
  for (int i = 0; i < (int)(header.sh_size / header.sh_entsize); i++) {
    gelf_getsym(data, i, symbol);
    if (!strcmp(elf_strptr(o->elf, header.sh_link, symbol->st_name), name))
      return true;
  }
  return false;
}

/* Local symbols come first, and sh_info says how many. */
static void check_locals_first(Opened *o) {
  Elf_Scn *section;
  GElf_Shdr header = section_named(o, ".symtab", &section);
  Elf_Data *data = elf_getdata(section, NULL);
  for (size_t i = 0; i < header.sh_size / header.sh_entsize; i++) {
    GElf_Sym symbol;
    gelf_getsym(data, (int)i, &symbol);
    FIELD(GELF_ST_BIND(symbol.st_info), i < header.sh_info ? STB_LOCAL : STB_GLOBAL);
  }
}

START_TEST(companion_symbols) {
  Isa isa = (Isa)_i;
  free(lay_program(isa, true));
  static const struct {
    const char *name;
    int type, bind;
  } expected[] = {{"_start", STT_FUNC, STB_GLOBAL},
                  {"use_bss", STT_FUNC, STB_GLOBAL},
                  {"use_bss.not_zeroed", STT_NOTYPE, STB_LOCAL},
                  {"text", STT_OBJECT, STB_GLOBAL},
                  {"buffer", STT_OBJECT, STB_GLOBAL}};
  char *path = path_of("with-bss", isa, ".sym");
  Opened o = open_elf(path);
  check_elf_header(&o.header, isa, ET_EXEC);
  FIELD(o.header.e_phnum, 0);
  check_locals_first(&o);
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    GElf_Sym symbol;
    ck_assert_msg(symbol_named(&o, expected[i].name, &symbol), "no symbol %s", expected[i].name);
    const LaySymbol *laid = bl_lay_find(bl_machine_layout(), expected[i].name);
    FIELD(symbol.st_value, laid->address);
    FIELD(symbol.st_size, laid->size);
    FIELD(GELF_ST_TYPE(symbol.st_info), expected[i].type);
    FIELD(GELF_ST_BIND(symbol.st_info), expected[i].bind);
  }
  Elf_Scn *section;
  GElf_Shdr text = section_named(&o, ".text", &section);
  size_t size;
  const unsigned char *bytes = bl_lay_text(bl_machine_layout(), &size);
  FIELD(text.sh_addr, bl_lay_address(bl_machine_layout()));
  FIELD(text.sh_size, size);
  ck_assert_msg(!memcmp(elf_getdata(section, NULL)->d_buf, bytes, size), "the companion has other bytes");
  close_elf(&o);
  readelf_is_content(path);
  free(path);
}
END_TEST

static void says(const char *said, const char *words) {
  ck_assert_msg(strstr(said, words) != NULL, "\"%s\" is not in: %s", words, said);
}

/* gdb takes the companion for the program's symbols and lines; objdump and nm speak in our names. The line at which
 * use_bss reads its bss is stopped at by that name, and shown. */
START_TEST(companion_in_tools) {
  Isa isa = (Isa)_i;
  char *program = lay_program(isa, true), *path = path_of("with-bss", isa, ".sym");
  static char said[1 << 16];
  uint64_t address = bl_lay_find(bl_machine_layout(), "use_bss")->address;
  int status = run(said, sizeof said,
                   "gdb-multiarch -nx -batch -ex 'file %s' -ex 'symbol-file %s' -ex 'info symbol %#" PRIx64
                   "' -ex 'info address use_bss' -ex 'info address buffer' -ex 'break use_bss'"
                   " -ex 'break test_elf.c:%d' -ex 'info line test_elf.c:%d' -ex 'list test_elf.c:%d,+0'",
                   program, path, address + 4, line_of_read, line_of_read, line_of_read);
  FIELD(status, 0);
  says(said, "use_bss + 4 in section .text");
  says(said, "Symbol \"use_bss\" is a function at address 0x");
  says(said, "Symbol \"buffer\" is at 0x");
  char words[256];
  snprintf(words, sizeof words, "Breakpoint 1 at %#" PRIx64 ": file generators/lay/tests/test_elf.c, line ", address);
  says(said, words); /* the first instruction of the routine */
  snprintf(words, sizeof words, ": file generators/lay/tests/test_elf.c, line %d.", line_of_read);
  says(said, words);
  snprintf(words, sizeof words, "Line %d of \"generators/lay/tests/test_elf.c\" starts at address 0x", line_of_read);
  says(said, words);
  snprintf(words, sizeof words, "\n%d\t    ld8(A1, S0, 0);\n", line_of_read);
  says(said, words);
  ck_assert_msg(!strstr(said, "warning"), "gdb: %s", said);

  FIELD(run(said, sizeof said, "%sobjdump -d %s", engine_machine(isa)->tools, path), 0);
  says(said, "<use_bss>:");
  says(said, "<use_bss.not_zeroed>");
  FIELD(run(said, sizeof said, "nm %s", path), 0);
  says(said, " T use_bss");
  says(said, " B buffer");
  free(program);
  free(path);
}
END_TEST

/* A row of a line table: the line steps on from that of the row before, and instructions follow. */
typedef struct {
  int step, instructions;
} Row;

/* Lay rows, in two files by turns, and ask LLVM for the line of the first and the last byte of each. */
static void check_rows(Isa isa, const Row *row, size_t rows) {
  bl_program_begin(isa, "lines");
  Lay *lay = bl_machine_layout();
  bl_lay_routine(lay, "_start");
  const LayCode code = {.len = (unsigned char)(bl_lay_unit(lay) ? bl_lay_unit(lay) : 1)};
  char *wanted = NULL, path[64];
  static char said[1 << 16];
  size_t size;
  uint64_t address = 0x400000 + 64 + 2 * 56;
  FILE *lines = open_memstream(&wanted, &size);
  snprintf(path, sizeof path, "%s/addresses", folder);
  FILE *asked = fopen(path, "w");
  for (size_t i = 0, line = 100000; i < rows; i++) {
    line += (size_t)row[i].step;
    const char *file = i % 2 ? "first.c" : "second.c";
    bl_lay_at(lay, file, (int)line);
    fprintf(lines, "%s:%zu\n%s:%zu\n", file, line, file, line);
    fprintf(asked, "%#" PRIx64 "\n", address);
    for (int instruction = 0; instruction < row[i].instructions; instruction++, address += code.len)
      bl_lay_code(lay, code);
    fprintf(asked, "%#" PRIx64 "\n", address - 1);
  }
  fclose(lines);
  fclose(asked);
  bl_program_write_exec(folder, "_start");
  FIELD(run(said, sizeof said, "llvm-addr2line-14 -e %s/lines_%s.sym <%s", folder, engine_machine(isa)->name, path), 0);
  ck_assert_str_eq(said, wanted);
  free(wanted);
}

/* Every small step of line and address together, past what one byte can say. */
START_TEST(small_line_steps) {
  Row rows[17 * 20];
  for (int i = 0; i < 17 * 20; i++)
    rows[i] = (Row){i % 17 - 7, i / 17 + 1};
  check_rows((Isa)_i, rows, 17 * 20);
}
END_TEST

/* Steps at the edges of the numbers of variable length. */
START_TEST(large_line_steps) {
  static const Row rows[] = {{1, 127}, {63, 128}, {64, 129},    {-64, 16383},    {-65, 16384}, {127, 16385},
                             {128, 1}, {-128, 2}, {8191, 3},    {8192, 4},       {-8192, 5},   {-8193, 6},
                             {0, 7},   {0, 8},    {1 << 20, 9}, {-(1 << 20), 10}};
  check_rows((Isa)_i, rows, sizeof rows / sizeof *rows);
}
END_TEST

/* ---- The object ------------------------------------------------------------------------------------------------ */

#define COUNTERS UINT64_C(0x10000000) /* where ld is told to put them */

/* Counts three times at one label; exits with that counter plus the next label's, which counts once. */
static void author_counted(void) {
  bl_machine_count_coverage();
  routine("begin", destroys(S0)); /* counter 0 */
  li(S0, 3);
  label("again"); /* counter 1 */
  sub(S0, S0, 1);
  bne(S0, 0, "again");
  label_uncounted("silent");
  label("once"); /* counter 2 */
  li(T0, COUNTERS);
  ld8(A0, T0, 0);
  ld8(A1, T0, 1);
  ld8(A2, T0, 2);
  shl(A1, A1, 4);
  add(A0, A0, A1);
  shl(A2, A2, 6);
  add(A0, A0, A2);
  sys(NR_EXIT_GROUP);
  routine("local");
  ret();
}

static char *write_object(Isa isa) {
  static const char *const exported[] = {"begin"};
  bl_program_begin(isa, "counted");
  author_counted();
  FIELD(bl_machine_counters(), 4);
  bl_program_write_object(folder, exported, 1);
  return path_of("counted", isa, ".o");
}

START_TEST(object_fields) {
  Isa isa = (Isa)_i;
  char *path = write_object(isa);
  Opened o = open_elf(path);
  check_elf_header(&o.header, isa, ET_REL);
  FIELD(o.header.e_phnum, 0);
  FIELD(o.header.e_entry, 0);
  check_locals_first(&o);
  Elf_Scn *section;
  GElf_Shdr header = section_named(&o, ".text", &section);
  FIELD(header.sh_flags, SHF_ALLOC | SHF_EXECINSTR);
  header = section_named(&o, "__libfuzzer_extra_counters", &section);
  FIELD(header.sh_type, SHT_NOBITS);
  FIELD(header.sh_flags, SHF_ALLOC | SHF_WRITE);
  FIELD(header.sh_size, 4);
  header = section_named(&o, ".note.GNU-stack", &section);
  FIELD(header.sh_flags, 0); /* no SHF_EXECINSTR: the stack need not be executable */
  header = section_named(&o, ".rela.text", &section);
  FIELD(header.sh_size / header.sh_entsize, 4 * engine_machine(isa)->relocations_per_counter);
  GElf_Sym symbol;
  ck_assert(symbol_named(&o, "begin", &symbol));
  FIELD(GELF_ST_BIND(symbol.st_info), STB_GLOBAL);
  ck_assert(symbol_named(&o, "local", &symbol));
  FIELD(GELF_ST_BIND(symbol.st_info), STB_LOCAL);
  close_elf(&o);
  readelf_is_content(path);
  free(path);
}
END_TEST

/* The linker fills the relocations in, without a warning, and the counters count: 1 + 3 * 16 + 1 * 64. */
START_TEST(object_links_and_counts) {
  Isa isa = (Isa)_i;
  char *path = write_object(isa), *linked = path_of("counted", isa, ".linked"), said[4096];
  FIELD(run(said, sizeof said,
            "%sld --fatal-warnings -e begin --section-start=__libfuzzer_extra_counters=%#" PRIx64 " -o %s %s",
            engine_machine(isa)->tools, COUNTERS, linked, path),
        0);
  ck_assert_str_eq(said, "");
  FIELD(run(said, sizeof said, "%s %s", engine_machine(isa)->runner, linked), 1 + 3 * 16 + 64);
  free(path);
  free(linked);
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------------------------- */

static void entry_not_bound(void) { bl_program_write_exec(folder, "main"); }

static void entry_in_bss(void) {
  bss("buffer", 8, 8);
  bl_program_write_exec(folder, "buffer");
}

static void bss_in_single_segment(void) {
  bss("buffer", 8, 8);
  bl_program_write_single_segment(folder, "_start");
}

static void bss_in_object(void) {
  bss("buffer", 8, 8);
  bl_program_write_object(folder, (const char *const[]){"_start"}, 1);
}

static void exported_not_bound(void) { bl_program_write_object(folder, (const char *const[]){"main"}, 1); }

static void exported_data(void) {
  data("text", 1);
  bl_program_write_object(folder, (const char *const[]){"text"}, 1);
}

static void unknown_machine(void) { bl_machine_begin(ISA_COUNT); }

static void folder_missing(void) { bl_program_write_exec("/nonexistent", "_start"); }

static void write_layout(ElfLayout layout) {
  bl_machine_settle(layout.base + bl_elf_headers_size(&layout, bl_machine_layout()), layout.page ? layout.page : 1);
  bl_elf_write_exec(bl_machine_layout(), &layout, "_start", "/nonexistent/x");
}

static void base_between_pages(void) { write_layout((ElfLayout){EM_X86_64, 0x400800, 0x1000, false}); }

static void page_no_power_of_two(void) { write_layout((ElfLayout){EM_X86_64, 0x3000, 0x3000, false}); }

static void text_elsewhere(void) {
  ElfLayout layout = {EM_X86_64, 0x400000, 0x1000, false};
  bl_machine_settle(0x400000, 0x1000);
  bl_elf_write_exec(bl_machine_layout(), &layout, "_start", "/nonexistent/x");
}

static const struct {
  void (*lay)(void);
  const char *words;
} refusals[] = {
    {entry_not_bound, "entry is not bound to code: main"},
    {entry_in_bss, "entry is not bound to code: buffer"},
    {bss_in_single_segment, "\"buffer\" can be written, and a single segment has no room"},
    {bss_in_object, "\"buffer\" can be written, and an object has no room"},
    {exported_not_bound, "not bound to a routine: main"},
    {exported_data, "not bound to a routine: text"},
    {unknown_machine, "machine: 2 is none of the machines in isa/machines.h, which are 0: x64, 1: arm64"},
    {folder_missing, "/nonexistent/refused_x64: cannot be written: No such file"},
    {base_between_pages, "not congruent modulo p_align"},
    {page_no_power_of_two, "no power of two"},
    {text_elsewhere, "right after the headers"},
};

/* In a child: exit 1, and one line on stderr with these words. */
START_TEST(refusal) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    bl_program_begin(ISA_X64, "refused");
    routine("_start");
    jump("_start");
    refusals[_i].lay();
    _exit(0);
  }
  close(ends[1]);
  char said[1024] = "";
  size_t length = 0;
  for (ssize_t got; (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0;) /* it comes in pieces */
    length += (size_t)got;
  int status;
  waitpid(child, &status, 0);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "wait status %#x: %s", (unsigned)status, said);
  ck_assert_uint_gt(length, 0);
  says(said, refusals[_i].words);
  close(ends[0]);
}
END_TEST

int main(void) {
  if (!mkdtemp(folder)) {
    perror(folder);
    return EXIT_FAILURE;
  }
  Suite *suite = suite_create("ELF writer");
  TCase *tc = tcase_create("files");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, executable_fields, 0, 2 * ISA_COUNT);
  tcase_add_loop_test(tc, single_segment_fields, 0, ISA_COUNT);
  tcase_add_loop_test(tc, executables_run, 0, 2 * ISA_COUNT);
  tcase_add_loop_test(tc, writable_data, 0, ISA_COUNT);
  tcase_add_loop_test(tc, no_page_is_writable_and_executable, 0, FORBIDDEN * ISA_COUNT);
  tcase_add_loop_test(tc, companion_symbols, 0, ISA_COUNT);
  tcase_add_loop_test(tc, companion_in_tools, 0, ISA_COUNT);
  tcase_add_loop_test(tc, small_line_steps, 0, ISA_COUNT);
  tcase_add_loop_test(tc, large_line_steps, 0, ISA_COUNT);
  tcase_add_loop_test(tc, object_fields, 0, ISA_COUNT);
  tcase_add_loop_test(tc, object_links_and_counts, 0, ISA_COUNT);
  tcase_add_loop_test(tc, refusal, 0, (int)(sizeof refusals / sizeof *refusals));
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  char command[64];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
