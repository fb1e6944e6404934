/* A source map made with the help of a file that knows more of an ELF file than that itself does: the table that nm
   prints of another build, or a listing, as objdump -d prints it or as hex0 takes it. Which of them it is, its lines
   say. What it says of the bytes is held to the file. */
#include "harness/explain/elf_file.h"

#include <capstone/capstone.h>
#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* A name of nm's table. */
struct name {
  uint64_t address;
  const char *text;
  bool is_code;
};

/* One line of the map to be. */
struct listed {
  uint64_t address;
  size_t offset, len; /* in the file */
  bool is_code;
  const char *routine, *source; /* with its end */
  size_t source_len;
  int line;
};

struct reading {
  const struct explanation *explanation;
  const char *path; /* of the listing */
  struct name *names;
  size_t name_count;
  struct listed *listed;
  size_t listed_count;
  char *routine; /* the one that the next lines are of */
  char **kept;   /* texts that are freed at the end */
  size_t kept_count;
  uint64_t offset; /* of a hex0 listing: so far */
  const char *source;
  int line, source_line; /* of the listing, and what it says of the source; 0: nothing */
  size_t strangers;      /* lines whose bytes are not those of the file */
};

static const char *keep(struct reading *reading, const char *text, size_t len) {
  reading->kept = xgrow(reading->kept, reading->kept_count, sizeof *reading->kept);
  return reading->kept[reading->kept_count++] = xstrndup(text, len);
}

/* ---- nm ---------------------------------------------------------------------------------------------------------- */

/* "0000000000401000 T _start", or with a size before the letter. */
static bool read_nm(struct reading *reading, const char *line) {
  char *end = NULL;
  uint64_t address = strtoull(line, &end, 16);
  if (end == line || *end != ' ')
    return false;
  const char *at = end + 1;
  if (isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1]))
    at = strchr(at, ' ') ? strchr(at, ' ') + 1 : "";
  if (!isalpha((unsigned char)at[0]) || at[1] != ' ' || !at[2])
    return false;
  if (strchr("aANU", at[0]))
    return true;
  reading->names = xgrow(reading->names, reading->name_count, sizeof *reading->names);
  reading->names[reading->name_count++] = (struct name){
      .address = address, .text = keep(reading, at + 2, strcspn(at + 2, " \t")), .is_code = strchr("tTwWiI", at[0])};
  return true;
}

static int by_address(const void *a, const void *b) {
  const struct name *x = a;
  const struct name *y = b;
  return (x->address > y->address) - (x->address < y->address);
}

/* The last name at ADDRESS or before it, or NULL. */
static const struct name *name_at(const struct reading *reading, uint64_t address) {
  const struct name *found = NULL;
  for (size_t i = 0; i < reading->name_count && reading->names[i].address <= address; i++)
    found = &reading->names[i];
  return found;
}

/* The lines of the map TEXT with the names of the table in the place of its own. */
static void rename_lines(struct reading *reading, const struct bytes *text, struct bytes *out) {
  qsort(reading->names, reading->name_count, sizeof *reading->names, by_address);
  for (const char *line = text->data; *line; line += strcspn(line, "\n") + 1) {
    const char *bytes = strchr(line, '\t');
    const char *kind = bytes ? strchr(bytes + 1, '\t') : NULL;
    const char *routine = kind ? strchr(kind + 1, '\t') : NULL;
    const char *source = routine ? strchr(routine + 1, '\t') : NULL;
    const struct name *name = *line != '#' && source ? name_at(reading, strtoull(line, NULL, 16)) : NULL;
    size_t len = strcspn(line, "\n") + 1;
    if (!name || strncmp(kind + 1, "head", 4) == 0)
      bytes_append(out, line, len);
    else
      bytes_printf(out, "%.*s\t%s\t%s%.*s", (int)(kind - line), line, name->is_code ? "code" : "data", name->text,
                   (int)(line + len - source), source);
  }
}

/* ---- Listings ---------------------------------------------------------------------------------------------------- */

static void add_listed(struct reading *reading, uint64_t address, size_t offset, size_t len, bool is_code) {
  bool told = reading->source_line > 0;
  reading->listed = xgrow(reading->listed, reading->listed_count, sizeof *reading->listed);
  reading->listed[reading->listed_count++] = (struct listed){.address = address,
                                                             .offset = offset,
                                                             .len = len,
                                                             .is_code = is_code,
                                                             .routine = reading->routine ? reading->routine : "-",
                                                             .source = told ? reading->source : reading->path,
                                                             .line = told ? reading->source_line : reading->line};
}

/* Reads the bytes in hexadecimal that TEXT begins with, up to a tab, a mark of a comment or two blanks after which no
   byte stands. Returns how many, or -1: it begins with something else. */
static int read_hex(const char *text, uint8_t *bytes, int most) {
  int count = 0;
  while (count < most) {
    const char *at = text + strspn(text, " ");
    if (!isxdigit((unsigned char)at[0]) || !isxdigit((unsigned char)at[1]) || isalnum((unsigned char)at[2])) {
      if (!(isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])))
        break;
    }
    char digits[3] = {at[0], at[1], '\0'};
    bytes[count++] = (uint8_t)strtoul(digits, NULL, 16);
    text = at + 2;
  }
  const char *rest = text + strspn(text, " ");
  return !*rest || strchr("\t#;", *rest) || count ? count : -1;
}

/* "0000000000401000 <_start>:", "  401000:\tb8 01 00 00 00 \tmov ...", or a line that names the source. */
static bool read_objdump(struct reading *reading, const char *line) {
  char *end = NULL;
  uint8_t bytes[16] = {0};
  uint64_t address = strtoull(line, &end, 16);
  const char *close = strrchr(line, '>');
  if (end > line && strncmp(end, " <", 2) == 0 && close && strcmp(close, ">:") == 0) {
    reading->routine = (char *)(uintptr_t)keep(reading, end + 2, (size_t)(close - end) - 2);
    reading->source_line = 0;
    return true;
  }
  if (end > line && end[0] == ':' && end[1] == '\t') {
    size_t words = strcspn(end + 2, "\t ");
    int count = read_hex(end + 2, bytes, sizeof bytes);
    size_t offset = 0;
    if (words == 8) /* a word of arm64: its bytes from the highest to the lowest */
      for (int i = 0; i < 2; i++) {
        uint8_t swapped = bytes[i];
        bytes[i] = bytes[3 - i];
        bytes[3 - i] = swapped;
      }
    if (count <= 0)
      return false;
    struct listed *last = reading->listed_count ? &reading->listed[reading->listed_count - 1] : NULL;
    bool goes_on = last && last->address + last->len == address && !strchr(end + 2, '\t');
    bool fits = elf_offset_of(reading->explanation, address, &offset) &&
                elf_holds(reading->explanation, offset, (size_t)count) &&
                memcmp(reading->explanation->file.data + offset, bytes, (size_t)count) == 0;
    reading->strangers += !fits;
    if (fits && goes_on)
      last->len += (size_t)count;
    else if (fits)
      add_listed(reading, address, offset, (size_t)count, true);
    return true;
  }
  const char *colon = strrchr(line, ':');
  if (colon && colon > line && isdigit((unsigned char)colon[1]) && !isspace((unsigned char)*line)) {
    reading->source = keep(reading, line, (size_t)(colon - line));
    reading->source_line = (int)strtol(colon + 1, NULL, 10);
  }
  return false;
}

/* Adds the LEN bytes of a line at OFFSET: its instructions, where it consists of such, else data. */
static void add_hex0(struct reading *reading, csh capstone, size_t offset, size_t len) {
  const struct explanation *explanation = reading->explanation;
  uint64_t address = offset;
  uint64_t entry = 0;
  cs_insn *insns = NULL;
  elf_address_of(explanation, offset, &address);
  if (!elf_offset_of(explanation, elf_field(explanation, STRUCTURE_EHDR, 0, "e_entry"), &entry))
    entry = 0;
  size_t count = capstone && offset >= entry
                     ? cs_disasm(capstone, (const uint8_t *)explanation->file.data + offset, len, address, 0, &insns)
                     : 0;
  size_t read = 0;
  for (size_t i = 0; i < count; i++)
    read += insns[i].size;
  if (read != len)
    add_listed(reading, address, offset, len, false);
  for (size_t i = 0; read == len && i < count; i++) {
    add_listed(reading, insns[i].address, offset, insns[i].size, true);
    offset += insns[i].size;
  }
  if (insns)
    cs_free(insns, count);
}

/* "48 89 C7  # mov rdi, rax"; a comment alone that ends with a colon, or a word that begins with one, names what
   follows. */
static bool read_hex0(struct reading *reading, csh capstone, const char *line) {
  uint8_t bytes[256];
  const char *words = line + strspn(line, " \t#;");
  size_t name = strcspn(words, " \t:");
  int count = read_hex(line + strspn(line, "\t "), bytes, sizeof bytes);
  if (count <= 0) {
    if (*words == ':' || (words[name] == ':' && name))
      reading->routine = (char *)(uintptr_t)keep(reading, *words == ':' ? words + 1 : words,
                                                 *words == ':' ? strcspn(words + 1, " \t") : name);
    return count == 0;
  }
  size_t len = (size_t)count;
  bool fits = elf_holds(reading->explanation, reading->offset, len) &&
              memcmp(reading->explanation->file.data + reading->offset, bytes, len) == 0;
  reading->strangers += !fits;
  if (fits)
    add_hex0(reading, capstone, reading->offset, len);
  reading->offset += len;
  return true;
}

/* ---- The map ----------------------------------------------------------------------------------------------------- */

enum form { FORM_NM, FORM_OBJDUMP, FORM_HEX0 };

/* What form of file TEXT is: that of the first line that has one. */
static enum form form_of(const char *text) {
  for (const char *line = text; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] != '\0')) {
    char *end = NULL;
    if (!isxdigit((unsigned char)line[0])) /* blanks would be passed over, and line ends with them */
      continue;
    strtoull(line, &end, 16);
    if (end - line >= 8 && *end == ' ' && end[1] == '<')
      return FORM_OBJDUMP;
    if (end - line >= 8 && *end == ' ')
      return FORM_NM;
  }
  return FORM_HEX0;
}

static void read_lines(struct reading *reading, enum form form, csh capstone, char *text) {
  for (char *line = strsep(&text, "\n"); line; line = strsep(&text, "\n")) {
    reading->line++;
    if (form == FORM_NM)
      read_nm(reading, line);
    else if (form == FORM_OBJDUMP)
      read_objdump(reading, line);
    else
      read_hex0(reading, capstone, line);
  }
}

static void write_listed(const struct reading *reading, struct bytes *out) {
  const struct explanation *explanation = reading->explanation;
  uint64_t headers = elf_structure_size(STRUCTURE_EHDR, explanation->identity.class) +
                     elf_segment_count(explanation) * elf_structure_size(STRUCTURE_PHDR, explanation->identity.class);
  bytes_text(out, "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n");
  for (size_t i = 0; i < reading->listed_count; i++) {
    const struct listed *listed = &reading->listed[i];
    bytes_printf(out, "%016llx\t", (unsigned long long)listed->address);
    for (size_t k = 0; k < listed->len; k++)
      bytes_printf(out, "%02x", (unsigned char)explanation->file.data[listed->offset + k]);
    bytes_printf(out, "\t%s\t%s\t%s:%d\n",
                 listed->is_code            ? "code"
                 : listed->offset < headers ? "head"
                                            : "data",
                 listed->routine, listed->source, listed->line);
  }
}

/* Adds the header's bytes to what was listed, unless they are there: what needs a map finds a byte of the file by the
   first one's address. */
static void add_head(struct reading *reading) {
  const struct listed *first = reading->listed;
  uint64_t base = first->address - first->offset;
  size_t header = elf_structure_size(STRUCTURE_EHDR, reading->explanation->identity.class);
  if (first->offset < header)
    return;
  reading->listed = xgrow(reading->listed, reading->listed_count, sizeof *reading->listed);
  reading->listed[reading->listed_count++] =
      (struct listed){.address = base, .len = header, .routine = "-", .source = reading->path};
}

bool explain_map_from(const struct explanation *explanation, const char *path, struct bytes *out, struct bytes *why) {
  struct reading reading = {.explanation = explanation, .path = path};
  struct bytes text = {0};
  struct bytes own = {0};
  const struct machine *machine = explanation->identity.machine;
  csh capstone = 0;
  size_t left_out;
  int failed = bytes_read_file(&text, path);
  if (machine && machine->capstone_arch >= 0 &&
      cs_open((cs_arch)machine->capstone_arch, (cs_mode)machine->capstone_mode, &capstone) != CS_ERR_OK)
    capstone = 0;
  bytes_text(&text, "");
  enum form form = form_of(text.data);
  read_lines(&reading, form, capstone, text.data);
  if (form == FORM_NM && reading.name_count && explain_map(explanation, &left_out, &own)) {
    rename_lines(&reading, &own, out);
  } else if (reading.listed_count && !reading.strangers) {
    add_head(&reading);
    write_listed(&reading, out);
  }
  if (failed)
    bytes_printf(why, "%s: %s", path, strerror(failed));
  else if (reading.strangers)
    bytes_printf(why, "%s: %zu of its lines say other bytes than %s has: it is the listing of another build", path,
                 reading.strangers, explanation->path);
  else if (out->len == 0)
    bytes_printf(why, "%s: it is neither a table of nm, nor a listing of objdump -d or of hex0, of code in %s", path,
                 explanation->path);
  for (size_t i = 0; i < reading.kept_count; i++)
    free(reading.kept[i]);
  free(reading.kept);
  free(reading.names);
  free(reading.listed);
  if (capstone)
    cs_close(&capstone);
  bytes_free(&text);
  bytes_free(&own);
  return why->len == 0;
}

/* SPDX-License-Identifier: MIT */
