/* The generators' own objects are linked with faulty/operations.c, to which the linker leads some of their calls. */
#include "harness/tests/faulty_build.h"

#include "harness/map/program_map.h"

#include <check.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static const char *build_folder(void) {
  static char path[PATH_MAX];
  const char *build = getenv("BUILD");
  ck_assert_msg(realpath(build && *build ? build : "build", path) != NULL,
                "the tests run in the top folder, after make");
  return path;
}

const char *faulty_folder(void) {
  if (!*folder) {
    strcpy(folder, "/tmp/bytegate-faulty-XXXXXX");
    ck_assert_msg(mkdtemp(folder) != NULL, "%s cannot be made", folder);
  }
  return folder;
}

int run_shell(struct bytes *out, const char *format, ...) {
  char block[4096];
  size_t got;
  char *words = NULL;
  va_list arguments;
  va_start(arguments, format);
  ck_assert_int_ge(vasprintf(&words, format, arguments), 0);
  va_end(arguments);
  char *line = xasprintf("exec 2>&1; B='%s/bytegate' T=%s; %s", build_folder(), faulty_folder(), words);
  FILE *pipe = popen(line, "re");
  ck_assert_ptr_nonnull(pipe);
  bytes_text(out, "");
  while ((got = fread(block, 1, sizeof block, pipe)) > 0)
    bytes_append(out, block, got);
  int status = pclose(pipe);
  free(line);
  free(words);
  ck_assert_msg(WIFEXITED(status), "%s", out->data);
  return WEXITSTATUS(status);
}

void must_say(const struct bytes *out, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  ck_assert_int_ge(vasprintf(&text, format, arguments), 0);
  va_end(arguments);
  ck_assert_msg(strstr(span_of(out).data, text) != NULL, "this is missing: %s\nin what was said:\n%.3000s", text,
                span_of(out).data);
  free(text);
}

void remove_faulty(void) {
  struct bytes out = {0};
  if (*folder)
    run_shell(&out, "rm -rf \"$T\"");
  bytes_free(&out);
}

/* Links the generators once, for the first build of the test program. */
static void link_generators(void) {
  static const char recipe[] =
      "set -e; cd $T; [ ! -e operations.o ] || exit 0\n"
      "S=; case $L in *sanitize*) S=-fsanitize=address,undefined;; esac\n"
      "W=; for o in routine contract branch_bits store8 bytes; do W=\"$W -Wl,--wrap=bl_$o\"; done\n"
      "${CC:-gcc} -std=c11 -D_GNU_SOURCE -O0 -iquote \"$R/generators\" -c -o operations.o "
      "\"$R/harness/tests/faulty/operations.c\"\n"
      "for p in markdown-render markdown-server; do\n"
      "  ${CC:-gcc} $S $W -o lay-$p \"$L/obj/generators/programs/$p.o\" operations.o "
      "\"$L/libgenerators.a\"\n"
      "done\n";
  struct bytes out = {0};
  int status = run_shell(&out, "L='%s' R=$PWD; %s", build_folder(), recipe);
  ck_assert_msg(status == 0, "%.3000s", span_of(&out).data);
  bytes_free(&out);
}

void lay_faulty(const char *name, const char *fault) {
  struct bytes out = {0};
  link_generators();
  int status =
      run_shell(&out,
                "set -e; cd $T; mkdir %1$s; export FAULT=%2$s; for p in render server; do ./lay-markdown-$p %1$s; "
                "done; for other in */; do [ $other = %1$s/ ] || [ -z \"$FAULT\" ] || "
                "! cmp $other/markdown-render_x64 %1$s/markdown-render_x64 || exit 1; done",
                name, fault);
  ck_assert_msg(status == 0, "%.3000s", span_of(&out).data);
  bytes_free(&out);
}

/* Whether ENTRY of MAP stores the constant VALUE: on x86-64 it ends with it; on arm64 the one before moves it. */
static bool stores(const struct program_map *map, const struct map_entry *entry, const char *program, unsigned value) {
  if (strstr(program, "x64"))
    return entry->bytes[entry->len - 1] == value;
  const struct map_entry *move = program_map_at(map, entry->address - 4);
  return move && (move->bytes[0] >> 5 | (move->bytes[1] & 7) << 3) == (int)value && (move->bytes[3] & 0x7f) == 0x52;
}

void must_name(const struct bytes *out, const char *after, const char *program, const char *routine, unsigned value) {
  struct program_map map;
  struct bytes why = {0};
  char named[64], file[256];
  unsigned long long address = 0;
  int line = 0;
  char *path = xasprintf("%s/%s", faulty_folder(), program);
  ck_assert_msg(program_map_read(path, &map, &why), "%s", span_of(&why).data);
  must_say(out, "%s", after);
  const char *at = strstr(span_of(out).data, after) + strlen(after);
  ck_assert_msg(sscanf(at, "%63[^+]+0x%*x (0x%llx) %255[^:]:%d", named, &address, file, &line) == 4, "%.200s", at);
  ck_assert_str_eq(named, routine);
  const struct map_entry *entry = program_map_at(&map, address);
  ck_assert_msg(entry && strcmp(entry->routine, routine) == 0, "%s: %llx is not in %s", program, address, routine);
  ck_assert_str_eq(file, entry->file);
  ck_assert_int_eq(line, entry->line);
  ck_assert_msg(!value || stores(&map, entry, program, value), "what is at %llx does not store %#x", address, value);
  program_map_free(&map);
  free(path);
}

void write_faulty(const char *name, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  ck_assert_int_ge(vasprintf(&text, format, arguments), 0);
  va_end(arguments);
  char *path = xasprintf("%s/%s", faulty_folder(), name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  free(path);
  free(text);
}

void patch_routine(const char *from, const char *to, const char *routine, const void *code, size_t len) {
  struct program_map map;
  struct bytes file = {0};
  struct bytes out = {0};
  char *old = xasprintf("%s/%s", faulty_folder(), from);
  char *new = xasprintf("%s/%s", faulty_folder(), to);
  size_t i = 0;
  ck_assert_msg(program_map_read(old, &map, &out), "%s", out.data);
  ck_assert_int_eq(bytes_read_file(&file, old), 0);
  while (i < map.count && (map.entries[i].kind != MAP_CODE || strcmp(map.entries[i].routine, routine) != 0))
    i++;
  ck_assert_msg(i < map.count, "%s has no routine %s", from, routine);
  if (code) /* NULL: a machine that the test does not run on */
    memcpy(file.data + (map.entries[i].address - map.base), code, len);
  ck_assert_int_eq(write_file(new, span_of(&file)), 0);
  ck_assert_int_eq(chmod(new, 0755), 0);
  ck_assert_int_eq(run_shell(&out, "cp %s.map %s.map", old, new), 0);
  program_map_free(&map);
  bytes_free(&file);
  bytes_free(&out);
  free(old);
  free(new);
}

/* SPDX-License-Identifier: MIT */
