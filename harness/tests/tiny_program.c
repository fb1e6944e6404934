#include "harness/tests/tiny_program.h"

#include "harness/base/bytes.h"

#include <check.h>
#include <elf.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
  const char *bytes;
  size_t len;
} lines[] = {{"\x31\xff", 2},
             {"\xff\xc7", 2},
             {"\x83\xff\x03", 3},
             {"\x75\xf9", 2},
             {"\x83\xff\x04", 3},
             {"\x74\x07", 2},
             {"\xb8\x3c\x00\x00\x00\x0f\x05", 7},
             {"\x0f\x0b", 2}};

static const char suite[] = "[program tiny]\nelf = tiny\narch = x64\narguments = {file}\noracle = command\n"
                            "oracle-command = true\nexit-status = 3\n[cases c]\nsource = random\ncount = 2\n";

static void write_in(const char *folder, const char *name, struct span contents) {
  char *path = xasprintf("%s/%s", folder, name);
  ck_assert_int_eq(write_file(path, contents), 0);
  ck_assert_int_eq(chmod(path, 0755), 0);
  free(path);
}

/* One instruction a line but for the seventh, whose two must be two entries. */
static void add_entry(struct bytes *map, uint64_t address, const char *bytes, size_t len, size_t line) {
  bytes_printf(map, "%016llx\t", (unsigned long long)address);
  for (size_t i = 0; i < len; i++)
    bytes_printf(map, "%02x", (unsigned char)bytes[i]);
  bytes_printf(map, "\tcode\ttiny\ttiny.c:%zu\n", line);
}

char *tiny_make(void) {
  char *folder = xstrdup("/tmp/test_tiny-XXXXXX");
  struct bytes code = {0};
  struct bytes map = {0};
  struct bytes elf = {0};
  ck_assert_ptr_nonnull(mkdtemp(folder));
  bytes_text(&map, "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n");
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    uint64_t at = TINY_BASE + TINY_CODE + code.len;
    size_t first = lines[i].len == 7 ? 5 : lines[i].len;
    add_entry(&map, at, lines[i].bytes, first, i + 1);
    if (first < lines[i].len)
      add_entry(&map, at + first, lines[i].bytes + first, lines[i].len - first, i + 1);
    bytes_append(&code, lines[i].bytes, lines[i].len);
  }
  Elf64_Ehdr header = {.e_ident = "\x7f"
                                  "ELF\2\1\1",
                       .e_type = ET_EXEC,
                       .e_machine = EM_X86_64,
                       .e_version = 1,
                       .e_entry = TINY_BASE + TINY_CODE,
                       .e_phoff = sizeof header,
                       .e_ehsize = sizeof header,
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 1};
  Elf64_Phdr segment = {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = TINY_BASE, .p_align = 0x1000};
  segment.p_filesz = segment.p_memsz = TINY_CODE + code.len;
  bytes_append(&elf, &header, sizeof header);
  bytes_append(&elf, &segment, sizeof segment);
  while (elf.len < TINY_CODE)
    bytes_append(&elf, "", 1);
  bytes_add(&elf, span_of(&code));
  write_in(folder, "tiny", span_of(&elf));
  write_in(folder, "tiny.map", span_of(&map));
  write_in(folder, "tiny.ini", span_text(suite));
  bytes_free(&code);
  bytes_free(&map);
  bytes_free(&elf);
  return folder;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)type, (void)walk;
  return remove(path);
}

void tiny_remove(char *folder) {
  ck_assert_int_eq(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
  free(folder);
}

char *tiny_run(const char *folder, const char *words, int *status) {
  const char *build = getenv("BUILD");
  char gate[PATH_MAX];
  char *relative = xasprintf("%s/bytegate", build && *build ? build : "build");
  ck_assert_msg(realpath(relative, gate) != NULL, "%s is not there: run `make`", relative);
  char *command = xasprintf("cd %s && '%s' %s --build %s 2>&1", folder, gate, words, folder);
  struct bytes text = {0};
  char block[4096];
  FILE *pipe = popen(command, "re");
  ck_assert_ptr_nonnull(pipe);
  for (size_t got; (got = fread(block, 1, sizeof block, pipe)) > 0;)
    bytes_append(&text, block, got);
  *status = WEXITSTATUS(pclose(pipe));
  bytes_text(&text, "");
  free(command);
  free(relative);
  return text.data;
}

void tiny_edit(const char *folder, const char *name, struct span from, struct span to) {
  char *path = xasprintf("%s/%s", folder, name);
  struct bytes text = {0};
  struct bytes edited = {0};
  ck_assert_int_eq(bytes_read_file(&text, path), 0);
  const char *at = memmem(text.data, text.len, from.data, from.len);
  ck_assert_msg(at != NULL, "%s\nhas no\n%s", path, from.data);
  bytes_append(&edited, text.data, (size_t)(at - text.data));
  bytes_add(&edited, to);
  bytes_append(&edited, at + from.len, text.len - (size_t)(at - text.data) - from.len);
  ck_assert_int_eq(write_file(path, span_of(&edited)), 0);
  bytes_free(&edited);
  bytes_free(&text);
  free(path);
}

/* SPDX-License-Identifier: MIT */
