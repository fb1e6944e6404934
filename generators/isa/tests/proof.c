/* proof.c: see proof.h. Addresses become names by the symbol table of the test program itself. */
#include "proof.h"

#include <check.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ENCODERS_MOST = 512, CALLED_MOST = 64 };

typedef struct {
  char name[64];
  uintptr_t address; /* 0: nothing calls it, or it is not defined */
} Encoder;

static Encoder encoders[ENCODERS_MOST];
static int encoder_count;
static bool *proven; /* by encoder; shared */
static const char *header_read;

static uintptr_t called[CALLED_MOST];
static int called_count;

/* gcc calls it at the beginning of each function of the encoders' source. */
void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);

void __cyg_profile_func_enter(void *function, void *site) {
  (void)site;
  called[called_count++ % CALLED_MOST] = (uintptr_t)function;
}

void __cyg_profile_func_exit(void *function, void *site) {
  (void)function;
  (void)site;
}

/* Before the tests run there is no test that could fail. */
static void must(bool held, const char *otherwise) {
  if (held)
    return;
  fprintf(stderr, "%s: %s\n", header_read, otherwise);
  exit(1);
}

/* ---- The list ---------------------------------------------------------------------------------------------------- */

/* Add the functions that a line declares: "TYPE NAME(", with any number of declarations. */
static void add_declared(const char *line, const char *type, const char *prefix) {
  for (const char *at = line; (at = strstr(at, type));) {
    at += strlen(type);
    if (*at++ != ' ' || strncmp(at, prefix, strlen(prefix)))
      continue;
    size_t length = strcspn(at, "(");
    must(length < sizeof encoders->name && encoder_count < ENCODERS_MOST, "too many encoders, or too long a name");
    snprintf(encoders[encoder_count++].name, sizeof encoders->name, "%.*s", (int)length, at);
  }
}

static void read_header(const char *header, const char *type, const char *prefix) {
  char command[256], line[4096];
  snprintf(command, sizeof command, "gcc -E -P -I. -Igenerators %s", header);
  FILE *declarations = popen(command, "r");
  while (declarations && fgets(line, sizeof line, declarations))
    add_declared(line, type, prefix);
  must(declarations && pclose(declarations) == 0 && encoder_count > 0,
       "no encoder is read from the header; run the tests from the root of the repository");
}

static Encoder *encoder_named(const char *name) {
  for (int i = 0; i < encoder_count; i++)
    if (!strcmp(encoders[i].name, name))
      return &encoders[i];
  return NULL;
}

/* Where the program was loaded is the difference between an address here and the symbol's own. */
static void find_addresses(void) {
  elf_version(EV_CURRENT);
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  Elf *elf = elf_begin(file, ELF_C_READ, NULL);
  uintptr_t here = 0;
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    GElf_Sym symbol;
    gelf_getshdr(section, &header);
    if (header.sh_type != SHT_SYMTAB)
      continue;
    Elf_Data *data = elf_getdata(section, NULL);
    for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
      const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
      Encoder *encoder = encoder_named(name);
      if (encoder)
        encoder->address = symbol.st_value;
      if (!strcmp(name, "proof_begin"))
        here = symbol.st_value;
    }
  }
  elf_end(elf);
  close(file);
  must(here != 0, "the test program has no symbol table");
  for (int i = 0; i < encoder_count; i++)
    if (encoders[i].address)
      encoders[i].address += (uintptr_t)proof_begin - here;
}

void proof_begin(const char *header, const char *type, const char *prefix) {
  header_read = header;
  read_header(header, type, prefix);
  find_addresses();
  proven = mmap(NULL, ENCODERS_MOST * sizeof *proven, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(proven != MAP_FAILED, "no memory to share");
}

/* ---- Marks ------------------------------------------------------------------------------------------------------- */

void proof_agreed(void) {
  int first = called_count > CALLED_MOST ? called_count - CALLED_MOST : 0;
  for (int call = first; proven && call < called_count; call++)
    for (int i = 0; i < encoder_count; i++)
      if (encoders[i].address == called[call % CALLED_MOST])
        proven[i] = true;
  called_count = 0;
}

void proof_refused(void) { called_count = 0; }

void proof_end(void) {
  char *missing = NULL;
  size_t size;
  FILE *list = open_memstream(&missing, &size);
  for (int i = 0; i < encoder_count; i++)
    if (!proven[i])
      fprintf(list, " %s", encoders[i].name);
  fclose(list);
  if (size)
    ck_abort_msg("%s declares encoders of which no disassembler was asked; give each a row:%s", header_read, missing);
  free(missing);
}

/* SPDX-License-Identifier: MIT */
