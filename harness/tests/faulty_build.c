/* A patched copy of one source file is compiled and linked before the library of the generators, whose own copy of it
   then stays out. */
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

static const char source[] = "generators/markdown/html.c";
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

/* The generators that are linked here were compiled as this file was. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZERS "-fsanitize=address,undefined"
#else
#define SANITIZERS ""
#endif

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

int line_of(const char *text) {
  struct bytes out = {0};
  ck_assert_int_eq(run_shell(&out, "grep -nF -m1 -e '%s' %s | cut -d: -f1", text, source), 0);
  int line = atoi(out.data);
  ck_assert_msg(line > 0, "%s has no line with %s any more", source, text);
  bytes_free(&out);
  return line;
}

void lay_faulty(const char *name, const char *script) {
  static const char recipe[] =
      "set -e; R=$PWD; D=$T/%s; mkdir -p $D/generators/markdown; S=%s\n"
      "sed -e '%s' $S >$D/$S\n"
      "if cmp -s $S $D/$S && [ -n '%s' ]; then echo 'the script changes nothing'; exit 1; fi\n"
      "cd $D\n"
      "${CC:-gcc} -std=c11 -D_GNU_SOURCE -O0 -I\"$R\" -iquote \"$R/generators\" -iquote \"$R/generators/markdown\" -c "
      "-o "
      "html.o $S\n"
      "for p in markdown-render markdown-server; do\n"
      "  ${CC:-gcc} " SANITIZERS " -o lay-$p \"$L/obj/generators/programs/$p.o\" html.o \"$L/libgenerators.a\"\n"
      "  ./lay-$p .\n"
      "done\n";
  struct bytes out = {0};
  char *words = xasprintf(recipe, name, source, script, script);
  int status = run_shell(&out, "L='%s'; %s", build_folder(), words);
  ck_assert_msg(status == 0, "%.3000s", out.data);
  free(words);
  bytes_free(&out);
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
