/* Reads the text form of a tree, and makes it: first all that there is, then permissions and times from the last to the
   first, since whatever is made in a folder changes the folder's own. */
#include "harness/suite/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum kind { KIND_FILE, KIND_FOLDER, KIND_PIPE, KIND_SOCKET, KIND_LINK, KIND_HARD, KIND_HERE, KINDS };

static const char *const kind_names[KINDS] = {"file", "folder", "pipe", "socket", "link", "hard", "here"};

enum { DEFAULT_TIME = 1000000000, MOST_ENTRIES = 100000, NANOSECONDS = 1000000000 };

struct tree_entry {
  enum kind kind;
  char *name;   /* below the folder; "." of KIND_HERE */
  char *target; /* of KIND_LINK and KIND_HARD */
  mode_t mode;
  off_t size;
  bool filled;
  struct bytes content; /* of a file; empty: none was named */
  struct timespec time;
};

/* Reading */

/* The word at *AT, which the caller frees; *AT moves after it and its blanks. NULL at the end of the line. */
static char *take_word(const char **at) {
  size_t len = strcspn(*at, " ");
  char *word = len ? xstrndup(*at, len) : NULL;
  *at += len;
  *at += strspn(*at, " ");
  return word;
}

/* The number that TEXT is, of BASE, at most MOST. A sign is none of its digits. */
static bool read_number(const char *text, int base, long long most, long long *number) {
  char *end = NULL;
  errno = 0;
  *number = strtoll(text, &end, base);
  return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number <= most;
}

/* SECONDS or now-SECONDS or now+SECONDS, and nanoseconds. */
static bool read_time(const char *text, struct timespec *when) {
  char *point = strchr(text, '.');
  char *seconds = xstrndup(text, point ? (size_t)(point - text) : strlen(text));
  bool relative = strncmp(seconds, "now", 3) == 0 && (seconds[3] == '-' || seconds[3] == '+');
  const char *digits = relative ? seconds + 4 : seconds + (seconds[0] == '-');
  bool negative = relative ? seconds[3] == '-' : seconds[0] == '-';
  long long count = 0;
  long long nanoseconds = 0;
  bool good = read_number(digits, 10, INT64_MAX, &count);
  good = good && (!point || (strlen(point + 1) == 9 && read_number(point + 1, 10, NANOSECONDS - 1, &nanoseconds)));
  when->tv_sec = (relative ? time(NULL) : 0) + (negative ? -count : count);
  when->tv_nsec = (long)nanoseconds;
  free(seconds);
  return good;
}

static bool read_attribute(const char *word, struct tree_entry *entry) {
  long long number = 0;
  bool good = false;
  if (strncmp(word, "mode=", 5) == 0 && entry->kind != KIND_LINK) {
    good = read_number(word + 5, 8, 07777, &number);
    entry->mode = (mode_t)number;
  } else if (entry->kind == KIND_FILE && strncmp(word, "size=", 5) == 0) {
    good = read_number(word + 5, 10, INT64_MAX, &number);
    entry->size = (off_t)number;
  } else if (entry->kind == KIND_FILE && strncmp(word, "filled=", 7) == 0) {
    good = read_number(word + 7, 10, 1 << 20, &number);
    entry->size = (off_t)number;
    entry->filled = true;
  } else if (entry->kind == KIND_FILE && strncmp(word, "content=", 8) == 0) {
    bytes_clear(&entry->content);
    good = bytes_unescape(&entry->content, word + 8);
    entry->size = (off_t)entry->content.len;
  } else if (strncmp(word, "time=", 5) == 0) {
    good = read_time(word + 5, &entry->time);
  }
  return good;
}

/* The kind that WORD names, with COUNT from after it; KINDS: none. */
static enum kind read_kind(const char *word, long long *count) {
  size_t len = strcspn(word, "{");
  enum kind kind = KIND_FILE;
  *count = 1;
  while (kind < KINDS && (strlen(kind_names[kind]) != len || strncmp(word, kind_names[kind], len) != 0))
    kind++;
  if (word[len] == '\0')
    return kind;
  const char *close = strchr(word + len, '}');
  char *digits = close ? xstrndup(word + len + 1, (size_t)(close - word) - len - 1) : xstrdup("");
  bool good =
      close && close[1] == '\0' && kind < KIND_LINK && read_number(digits, 10, MOST_ENTRIES, count) && *count > 0;
  free(digits);
  return good ? kind : KINDS;
}

/* The name or target that WORD is, without its escapes. It is below the folder if it IS_NAME. NULL: it is none. */
static char *read_path(const char *word, bool is_name) {
  struct bytes text = {0};
  bool good = word && bytes_unescape(&text, word) && text.len > 0 && !memchr(text.data, '\0', text.len);
  if (good && is_name)
    good = text.data[0] != '/' && strcmp(text.data, "..") != 0 && strncmp(text.data, "../", 3) != 0 &&
           !strstr(text.data, "/../");
  char *path = good ? xstrdup(text.data) : NULL;
  bytes_free(&text);
  return path;
}

static void free_entry(struct tree_entry *entry) {
  free(entry->name);
  free(entry->target);
  bytes_free(&entry->content);
}

/* Adds COUNT entries like MODEL, whose texts become theirs. */
static void add_entries(struct tree *tree, struct tree_entry *model, size_t count) {
  tree->entries = xrealloc(tree->entries, (tree->count + count) * sizeof *tree->entries);
  if (count == 1) {
    tree->entries[tree->count++] = *model;
    return;
  }
  for (size_t i = 0; i < count; i++) {
    struct tree_entry *entry = &tree->entries[tree->count++];
    *entry = *model;
    entry->name = xasprintf("%s%04zu", model->name, i + 1);
    entry->content = (struct bytes){0};
    bytes_add(&entry->content, span_of(&model->content));
  }
  free_entry(model);
}

/* Takes over one line. */
static bool parse_line(const char *line, struct tree *tree) {
  long long count = 1;
  char *word = take_word(&line);
  struct tree_entry entry = {.kind = word ? read_kind(word, &count) : KINDS, .time.tv_sec = DEFAULT_TIME};
  free(word);
  bool is_folder = entry.kind == KIND_FOLDER || entry.kind == KIND_HERE;
  entry.mode = is_folder ? 0755 : 0644;
  bool good = entry.kind < KINDS;
  if (entry.kind != KIND_HERE) {
    word = take_word(&line);
    entry.name = read_path(word, true);
    free(word);
  } else {
    entry.name = xstrdup(".");
  }
  if (entry.kind == KIND_LINK || entry.kind == KIND_HARD) {
    word = take_word(&line);
    entry.target = read_path(word, entry.kind == KIND_HARD);
    good = good && entry.target;
    free(word);
  }
  good = good && entry.name;
  while (good && (word = take_word(&line))) {
    good = entry.kind != KIND_HARD && read_attribute(word, &entry);
    free(word);
  }
  good = good && (!is_folder || (entry.mode & 0700) == 0700);
  if (good)
    add_entries(tree, &entry, (size_t)count);
  else
    free_entry(&entry);
  return good;
}

bool tree_parse(struct span text, const char *path, struct tree *tree, struct bytes *why) {
  *tree = (struct tree){0};
  int number = 0;
  for (const char *at = text.data, *end = text.data + text.len; at < end;) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t len = (size_t)((stop ? stop : end) - at);
    char *line = xstrndup(at, len);
    number++;
    bool good = line[0] == '\0' || line[0] == '#' || parse_line(line, tree);
    if (!good)
      bytes_printf(why,
                   "%s:%d: '%s' is no line of a tree; it is '# why', 'file | folder | pipe | socket NAME', 'link NAME "
                   "TARGET', 'hard NAME OTHER' or 'here', with 'mode=OCTAL', 'size=BYTES', 'filled=BYTES', "
                   "'content=TEXT' or 'time=SECONDS' after it; a folder's mode holds 0700",
                   path, number, line);
    free(line);
    if (!good) {
      tree_free(tree);
      return false;
    }
    at += len + 1;
  }
  return true;
}

void tree_free(struct tree *tree) {
  for (size_t i = 0; i < tree->count; i++)
    free_entry(&tree->entries[i]);
  free(tree->entries);
  *tree = (struct tree){0};
}

/* Making */

/* Whether ENTRY gets its mode by being made, where no umask is. What writes to a file takes other bits away; and a
   folder may get one from the folder that it is made in. */
static bool is_made_with_mode(const struct tree_entry *entry) {
  return (entry->mode & ~(mode_t)0777) == 0 && entry->kind != KIND_FOLDER && entry->kind != KIND_HERE;
}

/* Makes a file of its size, mode and time. What is written goes to the disk at once: until then its blocks may not be
   counted. */
static bool make_file(const struct tree_entry *entry, int folder) {
  static const char block[4096];
  const struct timespec times[] = {entry->time, entry->time};
  int fd = openat(folder, entry->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, entry->mode & 0777);
  bool good = fd >= 0;
  for (off_t left = entry->filled ? entry->size : 0; good && left > 0;) {
    ssize_t wrote = write(fd, block, left < (off_t)sizeof block ? (size_t)left : sizeof block);
    good = wrote > 0;
    left -= wrote;
  }
  if (good && entry->content.len)
    good = (errno = write_whole(fd, span_of(&entry->content))) == 0;
  if (good && entry->filled)
    good = fsync(fd) == 0;
  else if (good && entry->size != (off_t)entry->content.len)
    good = ftruncate(fd, entry->size) == 0;
  good = good && (is_made_with_mode(entry) || fchmod(fd, entry->mode) == 0) && futimens(fd, times) == 0;
  int error = errno;
  if (fd >= 0)
    close(fd);
  errno = error;
  return good;
}

static bool make_entry(const struct tree_entry *entry, int folder) {
  switch (entry->kind) {
  case KIND_FILE:
    return make_file(entry, folder);
  case KIND_FOLDER:
    return mkdirat(folder, entry->name, entry->mode & 0777) == 0;
  case KIND_PIPE:
    return mknodat(folder, entry->name, S_IFIFO | (entry->mode & 0777), 0) == 0;
  case KIND_SOCKET:
    return mknodat(folder, entry->name, S_IFSOCK | (entry->mode & 0777), 0) == 0;
  case KIND_LINK:
    return symlinkat(entry->target, folder, entry->name) == 0;
  case KIND_HARD:
    return linkat(folder, entry->target, folder, entry->name, 0) == 0;
  default:
    return true;
  }
}

/* What was made in a folder changed its time; so this comes last. */
static bool settle_entry(const struct tree_entry *entry, int folder) {
  const struct timespec times[] = {entry->time, entry->time};
  if (entry->kind == KIND_HARD || entry->kind == KIND_FILE)
    return true;
  bool has_mode = entry->kind == KIND_LINK || is_made_with_mode(entry);
  return (has_mode || fchmodat(folder, entry->name, entry->mode, 0) == 0) &&
         utimensat(folder, entry->name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

bool tree_make(const struct tree *tree, const char *folder, struct bytes *why) {
  const struct tree_entry here = {.kind = KIND_HERE, .name = (char *)".", .mode = 0755, .time.tv_sec = DEFAULT_TIME};
  const struct tree_entry *failed = NULL;
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const mode_t mask = umask(0);
  if (fd < 0)
    failed = &here;
  for (size_t i = 0; i < tree->count && !failed; i++)
    failed = make_entry(&tree->entries[i], fd) ? NULL : &tree->entries[i];
  umask(mask);
  if (!failed && !settle_entry(&here, fd))
    failed = &here;
  for (size_t i = tree->count; i-- > 0 && !failed;)
    failed = settle_entry(&tree->entries[i], fd) ? NULL : &tree->entries[i];
  if (failed)
    bytes_printf(why, "the %s '%s' of the tree cannot be made in %s: %s", kind_names[failed->kind], failed->name,
                 folder, strerror(errno));
  if (fd >= 0)
    close(fd);
  return !failed;
}

/* SPDX-License-Identifier: MIT */
