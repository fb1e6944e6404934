/* test_built.c: every program and object that was built, read again from its file and held to its map: every byte of
 * the file is told once, every line of code is exactly one instruction to two or three disassemblers that are not ours,
 * and every branch lands where an instruction begins. The companion of a program (.sym) tells a debugger what its map
 * tells.
 *
 * It walks the maps in the folder elf of $BUILD, so a program added later is among them. Run it from the root of the
 * repository.
 */
/* reads: elf generators */
#include "oracles/encoding.h"

#include <check.h>
#include <ctype.h>
#include <gelf.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line of the map. */
typedef struct {
  uint64_t address;
  unsigned char *bytes;
  size_t count;
  char kind[8], routine[96], source[160];
  int number; /* of the line, from 1 */
} Line;

typedef struct {
  char *name; /* of the program's file */
  Line *lines;
  size_t count;
  unsigned char *bytes; /* what the map must tell: the file, or an object's .text */
  size_t size;
  uint64_t base; /* address of bytes[0] */
  EncodingMachine machine;
} Program;

static glob_t maps;

/* ---- Reading --------------------------------------------------------------------------------------------------- */

static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file)
    ck_abort_msg("%s cannot be read", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*size + 1);
  if (fread(bytes, 1, *size, file) != *size)
    ck_abort_msg("%s cannot be read whole", path);
  bytes[*size] = '\0';
  fclose(file);
  return bytes;
}

static void read_hex(Line *line, const char *hex, const char *map) {
  size_t digits = strlen(hex);
  line->bytes = malloc(digits / 2 + 1);
  line->count = digits / 2;
  for (size_t i = 0; i < line->count; i++) {
    char two[3] = {hex[2 * i], hex[2 * i + 1], 0}, *end;
    line->bytes[i] = (unsigned char)strtoul(two, &end, 16);
    if (*end || digits % 2)
      ck_abort_msg("%s:%d: \"%s\" is no row of bytes", map, line->number, hex);
  }
}

/* address TAB bytes TAB kind TAB routine TAB file:line. */
static void read_line(Line *line, char *text, const char *map) {
  char *column[5], *rest = text;
  for (int i = 0; i < 5; i++) {
    column[i] = strsep(&rest, "\t");
    if (!column[i] || !*column[i])
      ck_abort_msg("%s:%d: column %d is missing", map, line->number, i + 1);
  }
  if (rest || strlen(column[0]) != 16)
    ck_abort_msg("%s:%d: not five columns, the first an address of 16 digits", map, line->number);
  line->address = strtoull(column[0], NULL, 16);
  snprintf(line->kind, sizeof line->kind, "%s", column[2]);
  snprintf(line->routine, sizeof line->routine, "%s", column[3]);
  snprintf(line->source, sizeof line->source, "%s", column[4]);
  if (!strcmp(line->kind, "bss"))
    line->count = strtoul(column[1] + 1, NULL, 10);
  else
    read_hex(line, column[1], map);
}

static void read_map(Program *p, const char *map) {
  size_t size;
  char *text = (char *)read_file(map, &size), *rest = text;
  const char *first = strsep(&rest, "\n");
  if (strcmp(first, "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource"))
    ck_abort_msg("%s:1: \"%s\" does not name the format", map, first);
  p->lines = calloc(size / 20 + 1, sizeof *p->lines);
  int number = 1;
  for (char *line; rest && *rest;) {
    line = strsep(&rest, "\n");
    number++;
    if (!strncmp(line, "# contract\t", strlen("# contract\t")))
      continue;
    p->lines[p->count].number = number;
    read_line(&p->lines[p->count], line, map);
    p->count++;
  }
  free(text);
}

/* An object's map tells its .text, from address 0. */
static void find_text(Program *p) {
  elf_version(EV_CURRENT);
  unsigned char *image = malloc(p->size);
  memcpy(image, p->bytes, p->size);
  Elf *elf = elf_memory((char *)image, p->size);
  if (!elf)
    ck_abort_msg("%s: libelf refuses it: %s", p->name, elf_errmsg(-1));
  size_t names;
  ck_assert_int_eq(elf_getshdrstrndx(elf, &names), 0);
  Elf_Scn *section = NULL;
  GElf_Shdr header;
  while ((section = elf_nextscn(elf, section))) {
    gelf_getshdr(section, &header);
    if (!strcmp(elf_strptr(elf, names, header.sh_name), ".text")) {
      memmove(p->bytes, p->bytes + header.sh_offset, header.sh_size);
      p->size = header.sh_size;
      elf_end(elf);
      free(image);
      return;
    }
  }
  ck_abort_msg("%s: there is no .text", p->name);
}

/* True if the map tells the file from its first byte, headers too; a map of an object's .text does not. */
static bool tells_headers(const Program *p) {
  return p->count && p->lines[0].count >= SELFMAG && !memcmp(p->lines[0].bytes, ELFMAG, SELFMAG);
}

/* The fields are read where they stand, and not with libelf: the smallest programs have other bytes in e_ident than
 * libelf takes, and less than a header of it. */
static Program read_program(const char *map) {
  Program p = {.name = strndup(map, strlen(map) - strlen(".map"))};
  read_map(&p, map);
  p.bytes = read_file(p.name, &p.size);
  ck_assert_uint_ge(p.size, offsetof(Elf64_Ehdr, e_version));
  Elf64_Half type, machine;
  memcpy(&type, p.bytes + offsetof(Elf64_Ehdr, e_type), sizeof type);
  memcpy(&machine, p.bytes + offsetof(Elf64_Ehdr, e_machine), sizeof machine);
  ck_assert(machine == EM_X86_64 || machine == EM_AARCH64);
  p.machine = machine == EM_X86_64 ? ENCODING_X64 : ENCODING_A64;
  p.base = p.count ? p.lines[0].address : 0;
  if (type == ET_REL && !tells_headers(&p))
    find_text(&p);
  return p;
}

static void free_program(Program *p) {
  for (size_t i = 0; i < p->count; i++)
    free(p->lines[i].bytes);
  free(p->lines);
  free(p->bytes);
  free(p->name);
}

/* ---- Checking -------------------------------------------------------------------------------------------------- */

/* The lines follow one another without a gap, and their bytes are the file's. bss comes last and has none. */
static void check_tiles(const Program *p) {
  uint64_t next = p->base;
  bool in_bss = false;
  for (size_t i = 0; i < p->count; i++) {
    const Line *line = &p->lines[i];
    if (!strcmp(line->kind, "bss")) {
      in_bss = true;
      continue;
    }
    if (in_bss)
      ck_abort_msg("%s.map:%d: bytes stand after bss", p->name, line->number);
    if (line->address != next)
      ck_abort_msg("%s.map:%d: %#" PRIx64 " follows, where %#" PRIx64 " should", p->name, line->number, line->address,
                   next);
    size_t at = line->address - p->base;
    if (at + line->count > p->size || memcmp(p->bytes + at, line->bytes, line->count))
      ck_abort_msg("%s.map:%d: the file has other bytes at %#" PRIx64, p->name, line->number, line->address);
    next += line->count;
  }
  if (next - p->base != p->size)
    ck_abort_msg("%s: the map tells %" PRIu64 " bytes of %zu", p->name, next - p->base, p->size);
}

static bool is_code(const Line *line) { return !strcmp(line->kind, "code"); }

static const Line *line_at(const Program *p, uint64_t address) {
  size_t low = 0, high = p->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (p->lines[middle].address < address)
      low = middle + 1;
    else
      high = middle;
  }
  /* an empty data item may share the address of what follows it */
  while (low < p->count && p->lines[low].address == address && !p->lines[low].count)
    low++;
  return low < p->count && p->lines[low].address == address ? &p->lines[low] : NULL;
}

/* A direct branch names its displacement last, as a number: from the end of an x86-64 instruction, from the start of an
 * arm64 one. */
static void check_branch(const Program *p, const Line *line, const char *text) {
  bool branch = p->machine == ENCODING_X64
                    ? text[0] == 'j' || !strncmp(text, "call", 4)
                    : !strncmp(text, "b ", 2) || !strncmp(text, "b.", 2) || !strncmp(text, "bl ", 3) ||
                          !strncmp(text, "cb", 2) || !strncmp(text, "tb", 2);
  const char *operand = strrchr(text, ',') ? strrchr(text, ',') + 1 : strrchr(text, ' ') + 1;
  if (!branch || !(isdigit((unsigned char)*operand) || *operand == '-'))
    return;
  uint64_t from = line->address + (p->machine == ENCODING_X64 ? line->count : 0);
  uint64_t to = from + (uint64_t)strtoll(operand, NULL, 10);
  const Line *target = line_at(p, to);
  if (!target || !is_code(target))
    ck_abort_msg("%s.map:%d (%s): \"%s\" goes to %#" PRIx64 ", where no instruction begins", p->name, line->number,
                 line->source, text, to);
}

static void check_instruction(const Program *p, const Line *line) {
  size_t at = line->address - p->base;
  for (EncodingDecoder decoder = 0; decoder < ENCODING_DECODERS; decoder++) {
    if (!encoding_knows(decoder, p->machine))
      continue;
    char text[192], canonical[192];
    /* with all that follows, so that an instruction which is longer than the map says shows it */
    size_t length = encoding_decode(decoder, p->machine, p->bytes + at, p->size - at, text, sizeof text);
    if (length != line->count)
      ck_abort_msg("%s.map:%d (%s): %zu bytes at %#" PRIx64 ", but %s reads %zu as \"%s\"", p->name, line->number,
                   line->source, line->count, line->address, encoding_name(decoder), length, text);
    encoding_canonical(p->machine, text, 64, canonical, sizeof canonical);
    check_branch(p, line, canonical);
  }
}

START_TEST(map_tells_the_file) {
  Program p = read_program(maps.gl_pathv[_i]);
  check_tiles(&p);
  size_t instructions = 0;
  for (size_t i = 0; i < p.count; i++) {
    const Line *line = &p.lines[i];
    if (!is_code(line))
      continue;
    if (p.machine == ENCODING_A64 && line->address % 4)
      ck_abort_msg("%s.map:%d: an instruction at %#" PRIx64, p.name, line->number, line->address);
    if (!strcmp(line->routine, "-"))
      ck_abort_msg("%s.map:%d: an instruction that belongs to no routine", p.name, line->number);
    check_instruction(&p, line);
    instructions++;
  }
  ck_assert_uint_gt(instructions, 0);
  free_program(&p);
}
END_TEST

/* The source of each line is a file of the generators, at a line that it has. */
START_TEST(map_names_its_sources) {
  Program p = read_program(maps.gl_pathv[_i]);
  char *known = strdup("");
  for (size_t i = 0; i < p.count; i++) {
    char path[160];
    snprintf(path, sizeof path, "%s", p.lines[i].source);
    char *colon = strrchr(path, ':');
    if (!colon || (!isdigit((unsigned char)colon[1])))
      ck_abort_msg("%s.map:%d: \"%s\" is no file:line", p.name, p.lines[i].number, path);
    *colon = '\0';
    if (!strcmp(known, path))
      continue;
    if (strncmp(path, "generators/", 11) || access(path, R_OK))
      ck_abort_msg("%s.map:%d: \"%s\" is no file of the generators", p.name, p.lines[i].number, path);
    free(known);
    known = strdup(path);
  }
  free(known);
  free_program(&p);
}
END_TEST

/* The next line of a tool's output, without its end. */
static void next_line(FILE *from, char *line, int room) {
  if (!fgets(line, room, from))
    ck_abort_msg("the output ends too early");
  line[strcspn(line, "\n")] = '\0';
}

/* The companion is sound DWARF to LLVM, which reads out of it the routine, the file and the line of each instruction as
 * the map has them, and no line of data. */
START_TEST(companion_tells_lines) {
  Program p = read_program(maps.gl_pathv[_i]);
  char sym[256], command[640], routine[160], source[160], addresses[] = "/tmp/bytegate-addresses-XXXXXX";
  snprintf(sym, sizeof sym, "%s.sym", p.name);
  size_t length = strlen(p.name);
  if (length > 2 && !strcmp(p.name + length - 2, ".o")) { /* an object has no companion */
    free_program(&p);
    return;
  }
  snprintf(command, sizeof command, "llvm-dwarfdump-14 --verify %s >/dev/null", sym);
  ck_assert_msg(system(command) == 0, "llvm-dwarfdump --verify finds fault with %s", sym);
  FILE *file = fdopen(mkstemp(addresses), "w");
  for (size_t i = 0; i < p.count; i++)
    if (p.lines[i].count)
      fprintf(file, "%#" PRIx64 "\n", p.lines[i].address);
  fclose(file);
  snprintf(command, sizeof command, "llvm-symbolizer-14 --output-style=GNU --functions=short -e %s <%s", sym,
           addresses);
  FILE *told = popen(command, "r");
  for (size_t i = 0; i < p.count; i++) {
    const Line *line = &p.lines[i];
    if (!line->count)
      continue;
    next_line(told, routine, sizeof routine);
    next_line(told, source, sizeof source);
    if (is_code(line) && (strcmp(routine, line->routine) || strcmp(source, line->source)))
      ck_abort_msg("%s.map:%d: %s %s, but the companion tells %s %s", p.name, line->number, line->routine, line->source,
                   routine, source);
    if (!is_code(line) && strcmp(source, "??:0"))
      ck_abort_msg("%s.map:%d: data, but the companion tells %s", p.name, line->number, source);
  }
  ck_assert_int_eq(pclose(told), 0);
  unlink(addresses);
  free_program(&p);
}
END_TEST

START_TEST(something_was_built) { ck_assert_uint_gt(maps.gl_pathc, 0); }
END_TEST

int main(void) {
  const char *build = getenv("BUILD");
  char pattern[512];
  snprintf(pattern, sizeof pattern, "%s/elf/*.map", build && *build ? build : "build");
  glob(pattern, 0, NULL, &maps);
  Suite *suite = suite_create("built programs");
  TCase *tc = tcase_create("held to their maps");
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, something_was_built);
  tcase_add_loop_test(tc, map_tells_the_file, 0, (int)maps.gl_pathc);
  tcase_add_loop_test(tc, map_names_its_sources, 0, (int)maps.gl_pathc);
  tcase_add_loop_test(tc, companion_tells_lines, 0, (int)maps.gl_pathc);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  globfree(&maps);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
