/* Which routines of a program changed since an older build of it. */
#include "harness/base/command.h"
#include "harness/bisect/bisect.h"
#include "harness/bisect/bisect_build.h"
#include "harness/mutate/mutate.h"
#include "harness/process/workspace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Builds the program of a commit in the folder $1, which shares the objects of the repository and writes nothing there.
 */
static const char build_script[] = "unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE MAKEFLAGS MAKELEVEL MFLAGS\n"
                                   "top=$(git rev-parse --show-toplevel) || exit\n"
                                   "git clone -q --shared --no-checkout \"$top\" \"$1\" && cd \"$1\" || exit\n"
                                   "git checkout -q --detach \"$2^{commit}\" || exit\n"
                                   "make -s BUILD=build \"build/elf/.$3.stamp\" >/dev/null";

/* Adds the names of the routines of NOW that are not the same in OLD, once each. */
static void compare(struct build *now, struct build *old, struct text_list *names) {
  for (size_t i = 0; i < now->item_count; i++)
    if (build_differs(now, &now->items[i], old))
      text_list_add(names, now->items[i].name, strlen(now->items[i].name));
}

/* Compares the program with the build OLD of it. */
static bool compare_with(const char *old, const struct coverage *coverage, struct text_list *names, struct bytes *why) {
  struct build now;
  struct build before;
  if (!build_open(coverage->elf, &now, why))
    return false;
  bool good = build_open(old, &before, why);
  if (good) {
    compare(&now, &before, names);
    build_close(&before);
  }
  build_close(&now);
  return good;
}

/* Builds COMMIT in FOLDER. Returns the path of the program there, which the caller frees, or NULL, with WHY. */
static char *build_commit(const char *commit, const char *generator, const char *name, const char *folder,
                          struct bytes *why) {
  struct bytes said = {0};
  const char *const words[] = {"sh", "-c", build_script, "sh", folder, commit, generator, NULL};
  int status = command_run(&(struct command_line){.words = words, .errors = ERRORS_TAKEN}, &said);
  bool good = status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!good)
    bytes_printf(why, "--since=%s is no file, and the program cannot be built at such a commit: %.1000s", commit,
                 span_of(&said).data);
  bytes_free(&said);
  return good ? xasprintf("%s/build/elf/%s", folder, name) : NULL;
}

bool mutate_changed(const char *since, const char *build, const struct coverage *coverage, struct text_list *names,
                    struct bytes *why) {
  if (access(since, F_OK) == 0)
    return compare_with(since, coverage, names, why);
  char *generator = bisect_generator_of(build, coverage->elf);
  if (!generator) {
    bytes_printf(why, "--since=%s: name an older build of %s", since, coverage->name);
    return false;
  }
  struct workspace workspace = {0};
  workspace_open(&workspace);
  char *clone = xasprintf("%s/clone", workspace.root);
  char *old = build_commit(since, generator, coverage->name, clone, why);
  bool there = old && access(old, F_OK) == 0;
  if (old && !there)
    bytes_printf(why, "there is no %s at %s; without --since all of its mutants are tried", coverage->name, since);
  bool compared = there && compare_with(old, coverage, names, why);
  workspace_close(&workspace);
  free(old);
  free(clone);
  free(generator);
  return compared;
}

/* SPDX-License-Identifier: MIT */
