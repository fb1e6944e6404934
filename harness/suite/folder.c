/* Fills folders, and tells what is in them. */
#include "harness/suite/folder.h"

#include "harness/base/files.h"
#include "harness/suite/cases.h"
#include "harness/suite/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* So much of all files together is told; a program may write without end. */
enum { MOST_TOLD = 64 << 20 };

bool is_below(const char *name) {
  if (!*name || *name == '/')
    return false;
  for (const char *at = name; at; at = strchr(at, '/')) {
    at += *at == '/';
    size_t len = strcspn(at, "/");
    if (len == 2 && strncmp(at, "..", 2) == 0)
      return false;
  }
  return true;
}

/* ---- Filling ----------------------------------------------------------------------------------------------------- */

/* Makes the folders above the file PATH, from the place AT in it on. */
static int make_parents(char *path, size_t at) {
  for (char *slash = strchr(path + at, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    int failed = mkdir(path, 0755) != 0 && errno != EEXIST ? errno : 0;
    *slash = '/';
    if (failed)
      return failed;
  }
  return 0;
}

int folder_write(const char *folder, const char *name, struct span text) {
  if (!is_below(name))
    return EINVAL;
  char *path = xasprintf("%s/%s", folder, name);
  int failed = make_parents(path, strlen(folder) + 1);
  failed = failed ? failed : write_file(path, text);
  free(path);
  return failed;
}

static bool fail(struct bytes *why, const char *path, int error) {
  bytes_printf(why, "%s: %s", path, strerror(error));
  return false;
}

int folder_read(const char *path, struct bytes *text) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int error = fd < 0 ? errno : fstat(fd, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
  if (!error)
    read_whole(fd, text);
  if (fd >= 0)
    close(fd);
  return error;
}

static bool copy_file(const char *from, const char *to, mode_t mode, struct bytes *why) {
  struct bytes text = {0};
  int failed = folder_read(from, &text);
  bool good = failed ? fail(why, from, failed) : true;
  failed = good ? write_file(to, span_of(&text)) : 0;
  if (failed)
    good = fail(why, to, failed);
  if (good && chmod(to, mode & 0777) != 0)
    good = fail(why, to, errno);
  bytes_free(&text);
  return good;
}

static bool copy_link(const char *from, const char *to, struct bytes *why) {
  char target[4096];
  ssize_t len = readlink(from, target, sizeof target - 1);
  if (len < 0)
    return fail(why, from, errno);
  target[len] = '\0';
  return symlink(target, to) == 0 || fail(why, to, errno);
}

/* Copies what is in the folder FROM into the folder TO. */
static bool copy_folder(const char *from, const char *to, struct bytes *why) {
  struct dirent **entries = NULL;
  int count = scandir(from, &entries, NULL, alphasort);
  bool good = count >= 0 || fail(why, from, errno);
  for (int i = 0; i < count; i++) {
    const char *name = entries[i]->d_name;
    char *source = xasprintf("%s/%s", from, name);
    char *copy = xasprintf("%s/%s", to, name);
    struct stat status;
    if (!good || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
      ;
    else if (lstat(source, &status) != 0)
      good = fail(why, source, errno);
    else if (S_ISDIR(status.st_mode))
      good = (mkdir(copy, 0755) == 0 || errno == EEXIST || fail(why, copy, errno)) && copy_folder(source, copy, why);
    else if (S_ISLNK(status.st_mode))
      good = copy_link(source, copy, why);
    else if (S_ISREG(status.st_mode))
      good = copy_file(source, copy, status.st_mode, why);
    else
      good = fail(why, source, EINVAL);
    free(source);
    free(copy);
    free(entries[i]);
  }
  free(entries);
  return good;
}

/* LINE is NAME: CONTENT, as program_check has seen. */
static bool write_line(const char *line, const struct places *places, const char *folder, struct bytes *why) {
  char *expanded = places_expand(places, line);
  char *colon = strchr(expanded, ':');
  struct bytes text = {0};
  *colon = '\0';
  bytes_unescape(&text, colon[1] == ' ' ? colon + 2 : colon + 1);
  int failed = is_below(expanded) ? folder_write(folder, expanded, span_of(&text)) : EINVAL;
  bool good = failed ? fail(why, expanded, failed) : true;
  bytes_free(&text);
  free(expanded);
  return good;
}

bool folder_furnish(const struct program *program, const struct places *places, const char *folder, struct bytes *why) {
  bool good = true;
  if (program->copied) {
    char *expanded = places_expand(places, program->copied);
    char *path = expanded[0] == '/' ? xstrdup(expanded) : xasprintf("%s/%s", program->folder, expanded);
    good = copy_folder(path, folder, why);
    free(path);
    free(expanded);
  }
  for (size_t i = 0; good && i < program->files.count; i++)
    good = write_line(program->files.items[i], places, folder, why);
  return good;
}

bool folder_place(const struct test_case *test_case, const char *folder, const char *path, struct bytes *why) {
  if (test_case->tree)
    return tree_make(test_case->tree, folder, why);
  if (test_case->folder)
    return copy_folder(test_case->folder, folder, why);
  int failed = folder_write(folder, path + strlen(folder) + 1, span_of(&test_case->input));
  return failed ? fail(why, path, failed) : true;
}

/* ---- Telling ----------------------------------------------------------------------------------------------------- */

int folder_open(const char *folder, const char *name) {
  const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW,
                               .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  int top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top < 0)
    return -errno;
  int fd = (int)syscall(SYS_openat2, top, name, &how, sizeof how);
  int error = fd < 0 ? errno : 0;
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
    error = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    close(fd);
  }
  close(top);
  return error ? -error : fd;
}

static const char contents_mark[] = "    | ";

/* Appends the contents of a file, each line with its mark. */
static void tell_lines(struct span text, struct bytes *out) {
  for (size_t at = 0; at < text.len;) {
    const char *end = memchr(text.data + at, '\n', text.len - at);
    size_t len = end ? (size_t)(end - text.data) - at + 1 : text.len - at;
    bytes_text(out, contents_mark);
    bytes_escaped(out, (struct span){text.data + at, len});
    bytes_text(out, "\n");
    at += len;
  }
}

static bool tell_file(const char *path, const char *name, const struct stat *status, struct bytes *out,
                      struct bytes *why) {
  struct bytes text = {0};
  if (status->st_size > MOST_TOLD || out->len > MOST_TOLD) {
    bytes_printf(why, "%s: the files in the folder have more than %d MiB", path, MOST_TOLD >> 20);
    return false;
  }
  int failed = folder_read(path, &text);
  bytes_text(out, "file ");
  bytes_escaped(out, span_text(name));
  bytes_printf(out, ", %zu byte%s%s\n", text.len, text.len == 1 ? "" : "s",
               status->st_mode & S_IXUSR ? ", executable" : "");
  tell_lines(span_of(&text), out);
  bytes_free(&text);
  return failed ? fail(why, path, failed) : true;
}

static bool tell_link(const char *path, const char *name, struct bytes *out, struct bytes *why) {
  char target[4096];
  ssize_t len = readlink(path, target, sizeof target);
  if (len < 0)
    return fail(why, path, errno);
  bytes_text(out, "link ");
  bytes_escaped(out, span_text(name));
  bytes_text(out, " -> ");
  bytes_escaped(out, (struct span){target, (size_t)len});
  bytes_text(out, "\n");
  return true;
}

static bool tell_below(const char *folder, const char *below, struct bytes *out, struct bytes *why);

/* One thing: NAME from the top, at PATH. */
static bool tell_thing(const char *path, const char *name, struct bytes *out, struct bytes *why) {
  struct stat status;
  if (lstat(path, &status) != 0)
    return fail(why, path, errno);
  if (S_ISREG(status.st_mode))
    return tell_file(path, name, &status, out, why);
  if (S_ISLNK(status.st_mode))
    return tell_link(path, name, out, why);
  bool is_folder = S_ISDIR(status.st_mode);
  bytes_text(out, is_folder                  ? "folder "
                  : S_ISFIFO(status.st_mode) ? "pipe "
                  : S_ISSOCK(status.st_mode) ? "socket "
                                             : "device ");
  bytes_escaped(out, span_text(name));
  bytes_text(out, "\n");
  return !is_folder || tell_below(path, name, out, why);
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* What is in FOLDER, whose name from the top is BELOW. */
static bool tell_below(const char *folder, const char *below, struct bytes *out, struct bytes *why) {
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, NULL, by_bytes);
  bool good = count >= 0 || fail(why, folder, errno);
  for (int i = 0; i < count; i++) {
    const char *base = entries[i]->d_name;
    char *path = xasprintf("%s/%s", folder, base);
    char *name = *below ? xasprintf("%s/%s", below, base) : xstrdup(base);
    if (good && strcmp(base, ".") != 0 && strcmp(base, "..") != 0)
      good = tell_thing(path, name, out, why);
    free(path);
    free(name);
    free(entries[i]);
  }
  free(entries);
  return good;
}

bool folder_tell(const char *folder, struct bytes *out, struct bytes *why) { return tell_below(folder, "", out, why); }

/* ---- Finding ----------------------------------------------------------------------------------------------------- */

/* Appends what LINE, without its end, says of a file's contents: all of it, or what its first UNTIL bytes stand for. */
static bool add_contents(struct span line, size_t until, struct bytes *out) {
  size_t mark = sizeof contents_mark - 1;
  if (line.len < mark || memcmp(line.data, contents_mark, mark) != 0)
    return false;
  /* UNTIL may be within an escape. */
  for (size_t len = until < line.len ? until : line.len; len >= mark; len--) {
    char *text = xasprintf("%.*s", (int)(len - mark), line.data + mark);
    struct bytes some = {0};
    bool whole = bytes_unescape(&some, text);
    if (whole)
      bytes_add(out, span_of(&some));
    free(text);
    bytes_free(&some);
    if (whole)
      return true;
  }
  return true;
}

/* The name of the file that LINE, without its end, begins, appended to NAME; false: it begins none. */
static bool begins_file(struct span line, struct bytes *name) {
  const char *comma = line.len > 5 ? memrchr(line.data, ',', line.len) : NULL;
  static const char executable[] = ", executable";
  size_t mark = sizeof executable - 1;
  if (!comma || memcmp(line.data, "file ", 5) != 0)
    return false;
  if (line.len > mark && memcmp(line.data + line.len - mark, executable, mark) == 0)
    comma = memrchr(line.data, ',', line.len - mark);
  char *text = comma ? xasprintf("%.*s", (int)(comma - line.data - 5), line.data + 5) : NULL;
  bytes_clear(name);
  bytes_text(name, "");
  bool good = text && bytes_unescape(name, text);
  free(text);
  return good;
}

/* The line of TOLD that begins at AT, without its end. */
static struct span told_line(struct span told, size_t at) {
  const char *end = memchr(told.data + at, '\n', told.len - at);
  return (struct span){told.data + at, end ? (size_t)(end - told.data) - at : told.len - at};
}

bool folder_find(struct span told, size_t offset, struct bytes *name, size_t *byte) {
  struct bytes before = {0};
  bool found = false;
  for (size_t at = 0; at < told.len && at <= offset;) {
    struct span line = told_line(told, at);
    bool here = offset - at <= line.len;
    if (begins_file(line, name))
      bytes_clear(&before), found = true;
    else if (!add_contents(line, offset - at, &before))
      found = false;
    *byte = line.data[0] == 'f' ? SIZE_MAX : before.len;
    if (here)
      break;
    at += line.len + 1;
  }
  bytes_free(&before);
  return found;
}

bool folder_contents(struct span told, const char *name, struct bytes *out) {
  struct bytes other = {0};
  bool within = false;
  bool found = false;
  for (size_t at = 0; at < told.len;) {
    struct span line = told_line(told, at);
    if (within && !add_contents(line, line.len, out))
      within = false;
    if (begins_file(line, &other))
      found |= within = strcmp(other.data, name) == 0;
    at += line.len + 1;
  }
  bytes_free(&other);
  return found;
}

/* ---- Making ------------------------------------------------------------------------------------------------------ */

/* A file that is being made: its contents follow line by line. */
struct making {
  const char *folder;
  char *name; /* NULL: no file */
  bool executable;
  struct bytes text;
  struct bytes *why;
};

/* Writes the file whose lines have ended. */
static bool end_file(struct making *making) {
  if (!making->name)
    return true;
  int failed = folder_write(making->folder, making->name, span_of(&making->text));
  char *path = xasprintf("%s/%s", making->folder, making->name);
  if (!failed && making->executable && chmod(path, 0755) != 0)
    failed = errno;
  free(path);
  bool good = failed ? fail(making->why, making->name, failed) : true;
  free(making->name);
  making->name = NULL;
  bytes_clear(&making->text);
  return good;
}

/* "NAME, N bytes" or "NAME, N bytes, executable" */
static void begin_file(struct making *making, char *line) {
  static const char mark[] = ", executable";
  size_t len = strlen(line);
  struct bytes name = {0};
  making->executable = len > sizeof mark - 1 && strcmp(line + len - (sizeof mark - 1), mark) == 0;
  if (making->executable)
    line[len - (sizeof mark - 1)] = '\0';
  char *comma = strrchr(line, ',');
  if (comma)
    *comma = '\0';
  bytes_text(&name, "");
  bytes_unescape(&name, line);
  making->name = name.data;
}

/* "NAME -> TARGET" */
static bool make_link(const struct making *making, char *line) {
  char *arrow = strstr(line, " -> ");
  struct bytes name = {0};
  struct bytes target = {0};
  if (!arrow)
    return fail(making->why, line, EINVAL);
  *arrow = '\0';
  bytes_printf(&name, "%s/", making->folder);
  bytes_unescape(&name, line);
  bytes_unescape(&target, arrow + 4);
  bool good = symlink(span_of(&target).data, name.data) == 0 || fail(making->why, line, errno);
  bytes_free(&name);
  bytes_free(&target);
  return good;
}

static bool make_folder(const struct making *making, const char *line) {
  struct bytes name = {0};
  bytes_printf(&name, "%s/", making->folder);
  bytes_unescape(&name, line);
  bool good = mkdir(name.data, 0777) == 0 || errno == EEXIST || fail(making->why, line, errno);
  bytes_free(&name);
  return good;
}

static bool make_line(struct making *making, char *line) {
  if (strncmp(line, contents_mark, sizeof contents_mark - 1) == 0)
    return bytes_unescape(&making->text, line + sizeof contents_mark - 1);
  if (!end_file(making))
    return false;
  if (strncmp(line, "file ", 5) == 0)
    begin_file(making, line + 5);
  else if (strncmp(line, "folder ", 7) == 0)
    return make_folder(making, line + 7);
  else if (strncmp(line, "link ", 5) == 0)
    return make_link(making, line + 5);
  else if (*line) {
    bytes_printf(making->why, "it holds a %s, and an expected folder has files, folders and links alone", line);
    return false;
  }
  return true;
}

bool folder_make(const char *path, struct span told, struct bytes *why) {
  struct making making = {.folder = path, .why = why};
  struct bytes copy = {0};
  struct bytes again = {0};
  if (mkdir(path, 0777) != 0)
    return fail(why, path, errno);
  bytes_add(&copy, told);
  bytes_text(&copy, "");
  bool good = true;
  for (char *rest = copy.data, *line = strsep(&rest, "\n"); line && good; line = strsep(&rest, "\n"))
    good = make_line(&making, line);
  good = good && end_file(&making) && folder_tell(path, &again, why);
  if (good && !span_equal(span_of(&again), told)) {
    bytes_text(why, "a name in it has an arrow or a comma that its text cannot tell from its own");
    good = false;
  }
  if (!good)
    remove_folder(path);
  free(making.name);
  bytes_free(&making.text);
  bytes_free(&copy);
  bytes_free(&again);
  return good;
}

/* SPDX-License-Identifier: MIT */
