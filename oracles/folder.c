/* The rule of a served folder, as README.md and the server's --help tell it, written down once more. */
#include "oracles/folder.h"
#include "oracles/markdown.h"
#include "oracles/page.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that grow; there is a NUL after them. */
struct text {
  char *bytes;
  size_t length;
};

static void put(struct text *text, const char *bytes, size_t count) {
  text->bytes = realloc(text->bytes, text->length + count + 1);
  if (!text->bytes)
    abort();
  memcpy(text->bytes + text->length, bytes, count);
  text->length += count;
  text->bytes[text->length] = '\0';
}

static void put_string(struct text *text, const char *string) { put(text, string, strlen(string)); }

static const char *media_type_of(const char *path) {
  static const char *const types[][2] = {{"md", "text/html; charset=utf-8"},
                                         {"html", "text/html; charset=utf-8"},
                                         {"htm", "text/html; charset=utf-8"},
                                         {"txt", "text/plain; charset=utf-8"},
                                         {"css", "text/css; charset=utf-8"},
                                         {"csv", "text/csv; charset=utf-8"},
                                         {"js", "text/javascript; charset=utf-8"},
                                         {"mjs", "text/javascript; charset=utf-8"},
                                         {"json", "application/json"},
                                         {"xml", "application/xml"},
                                         {"pdf", "application/pdf"},
                                         {"wasm", "application/wasm"},
                                         {"zip", "application/zip"},
                                         {"gz", "application/gzip"},
                                         {"png", "image/png"},
                                         {"jpg", "image/jpeg"},
                                         {"jpeg", "image/jpeg"},
                                         {"gif", "image/gif"},
                                         {"svg", "image/svg+xml"},
                                         {"webp", "image/webp"},
                                         {"avif", "image/avif"},
                                         {"ico", "image/x-icon"},
                                         {"woff2", "font/woff2"},
                                         {"mp3", "audio/mpeg"},
                                         {"mp4", "video/mp4"},
                                         {"webm", "video/webm"}};
  const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  const char *suffix = strrchr(name, '.');
  for (size_t i = 0; suffix && i < sizeof types / sizeof *types; i++)
    if (strcasecmp(suffix + 1, types[i][0]) == 0)
      return types[i][1];
  return "application/octet-stream";
}

/* A path below the root, resolved so far: an open folder for each component. */
struct place {
  int folders[128]; /* descriptors; the first is the root */
  int depth;        /* of the last one */
  int links;        /* followed so far */
  bool walks;
};

enum { NOTHING_THERE = -1, NOT_SERVED = -2 };

static int resolve(struct place *place, const char *path);

/* Goes on from PLACE along the link NAME of its last folder, and then to REST. */
static int follow(struct place *place, const char *name, const char *rest) {
  char target[8192];
  ssize_t length = readlinkat(place->folders[place->depth], name, target, 4095);
  if (length < 0 || place->walks || ++place->links > 40 || target[0] == '/')
    return NOT_SERVED;
  snprintf(target + length, sizeof target - (size_t)length, "%s%s", *rest ? "/" : "", rest);
  return resolve(place, target);
}

/* One component of a path, and what comes after its "/", or NULL. */
static int resolve_component(struct place *place, const char *name, const char *rest) {
  struct stat status;
  if (strcmp(name, "..") == 0) {
    if (place->depth == 0)
      return NOT_SERVED;
    close(place->folders[place->depth--]);
    return resolve(place, rest ? rest : "");
  }
  if (*name == '\0' || strcmp(name, ".") == 0)
    return resolve(place, rest ? rest : "");
  if (fstatat(place->folders[place->depth], name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? NOTHING_THERE : NOT_SERVED;
  if (S_ISLNK(status.st_mode))
    return follow(place, name, rest ? rest : "");
  if (S_ISDIR(status.st_mode)) {
    if (place->depth + 1 == sizeof place->folders / sizeof *place->folders)
      return NOT_SERVED;
    int folder = openat(place->folders[place->depth], name, O_RDONLY | O_DIRECTORY);
    place->folders[++place->depth] = folder;
    return resolve(place, rest ? rest : "");
  }
  return rest || !S_ISREG(status.st_mode) ? NOT_SERVED
                                          : openat(place->folders[place->depth], name, O_RDONLY | O_NOFOLLOW);
}

/* A descriptor of what PATH names from PLACE on, or NOTHING_THERE or NOT_SERVED. */
static int resolve(struct place *place, const char *path) {
  if (*path == '\0')
    return fcntl(place->folders[place->depth], F_DUPFD_CLOEXEC, 0);
  const char *slash = strchr(path, '/');
  char *name = strndup(path, slash ? (size_t)(slash - path) : strlen(path));
  int found = resolve_component(place, name, slash ? slash + 1 : NULL);
  free(name);
  return found;
}

/* The same from the folder ROOT on. */
static int find(const char *root, const char *path, bool walks) {
  struct place place = {.folders = {open(root, O_RDONLY | O_DIRECTORY)}, .walks = walks};
  int found = place.folders[0] < 0 ? NOT_SERVED : resolve(&place, path);
  for (int i = 0; i <= place.depth && place.folders[0] >= 0; i++)
    close(place.folders[i]);
  return found;
}

/* Decodes PATH, without its first "/". Returns 0 or the status of an error. */
static int decode(const char *path, struct text *decoded) {
  bool begins = true; /* a component begins here */
  put_string(decoded, "");
  for (path += *path == '/'; *path; path++) {
    unsigned octet = (unsigned char)*path;
    if (octet == '%') {
      char digits[3] = {path[1], path[1] ? path[2] : '\0', '\0'};
      if (strlen(digits) != 2 || strspn(digits, "0123456789abcdefABCDEF") != 2)
        return 400;
      octet = (unsigned)strtoul(digits, NULL, 16);
      path += 2;
      if (octet == '\0' || octet == '/')
        return 404;
    }
    if (begins && (octet == '.' || octet == '/'))
      return 404;
    begins = octet == '/';
    char byte = (char)octet;
    put(decoded, &byte, 1);
  }
  return decoded->length < 4080 ? 0 : 404;
}

/* A name as text of HTML, and as a part of a URL. */
static void put_html(struct text *html, const char *name) {
  for (; *name; name++) {
    const char *escape = *name == '<'   ? "&lt;"
                         : *name == '>' ? "&gt;"
                         : *name == '&' ? "&amp;"
                         : *name == '"' ? "&quot;"
                                        : NULL;
    escape ? put_string(html, escape) : put(html, name, 1);
  }
}

static void put_encoded(struct text *url, const char *name) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  for (; *name; name++) {
    char encoded[4];
    snprintf(encoded, sizeof encoded, "%%%02X", (unsigned char)*name);
    strchr(plain, *name) ? put(url, name, 1) : put_string(url, encoded);
  }
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void put_item(struct text *html, const char *name, const char *end) {
  put_string(html, "<li><a href=\"");
  put_encoded(html, name);
  put_string(html, end);
  put_string(html, "\">");
  put_html(html, name);
  put_string(html, end);
  put_string(html, "</a></li>\n");
}

/* The HTML of the folder DESCRIPTOR, whose path is PATH. */
static void put_listing(struct text *html, int descriptor, const char *path, bool walks) {
  struct dirent **entries = NULL;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  int count = scandir(link, &entries, NULL, by_bytes);
  put_string(html, "<h1>/");
  put_html(html, path);
  put_string(html, "</h1>\n");
  size_t heading = html->length;
  put_string(html, "<ul>\n");
  if (*path)
    put_string(html, "<li><a href=\"../\">..</a></li>\n");
  size_t nothing = heading + strlen("<ul>\n");
  for (int i = 0; i < count; i++) {
    struct stat status = {0};
    if (entries[i]->d_name[0] != '.' && fstatat(descriptor, entries[i]->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || (S_ISLNK(status.st_mode) && !walks)))
      put_item(html, entries[i]->d_name, S_ISDIR(status.st_mode) ? "/" : "");
    free(entries[i]);
  }
  free(entries);
  if (html->length == nothing)
    html->length = heading;
  else
    put_string(html, "</ul>\n");
}

static struct text read_all(int descriptor) {
  struct text text = {0};
  char piece[65536];
  put_string(&text, "");
  for (ssize_t count; (count = read(descriptor, piece, sizeof piece)) > 0;)
    put(&text, piece, (size_t)count);
  return text;
}

/* An answer without a page of its own. */
static struct folder_answer plain_answer(int status, char *location) {
  struct text body = {0};
  put_string(&body, status == 301   ? "<h1>301 Moved Permanently</h1>\n"
                    : status == 400 ? "<h1>400 Bad Request</h1>\n"
                                    : "<h1>404 Not Found</h1>\n");
  return (struct folder_answer){status, "text/html; charset=utf-8", location, body.bytes, body.length};
}

/* The answer with what is open as DESCRIPTOR, which is a file, called NAME, or a folder to list. */
static struct folder_answer answer_with(int descriptor, const char *name, unsigned how, unsigned markdown) {
  struct stat status;
  struct folder_answer answer = {200, "text/html; charset=utf-8", NULL, NULL, 0};
  struct text body = {0};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    put_listing(&body, descriptor, name, how & FOLDER_ORACLE_WALKS);
  else
    body = read_all(descriptor);
  const char *suffix = strrchr(name, '.');
  if (S_ISREG(status.st_mode) && suffix && strcasecmp(suffix, ".md") == 0) {
    answer.body = (how & FOLDER_ORACLE_PAGE ? page_oracle_render : markdown_oracle_render)(body.bytes, body.length,
                                                                                           markdown, &answer.length);
    free(body.bytes);
    return answer;
  }
  if (S_ISREG(status.st_mode))
    answer.media_type = media_type_of(name);
  else if (how & FOLDER_ORACLE_PAGE) {
    struct text title = {0};
    put_string(&title, "/");
    put_html(&title, name);
    answer.body = page_oracle_wrap(title.bytes, body.bytes, body.length, &answer.length);
    free(title.bytes);
    free(body.bytes);
    return answer;
  }
  answer.body = body.bytes;
  answer.length = body.length;
  return answer;
}

/* The answer for the decoded PATH. */
static struct folder_answer answer_for(const char *root, const char *path, unsigned how, unsigned markdown) {
  static const char *const of_file[] = {"", ".md", NULL}, *const of_folder[] = {"index.md", "README.md", "", NULL};
  bool folder = *path == '\0' || path[strlen(path) - 1] == '/';
  for (const char *const *end = folder ? of_folder : of_file; *end; end++) {
    struct text name = {0};
    struct stat status;
    put_string(&name, path);
    put_string(&name, *end);
    int found = find(root, name.bytes, how & FOLDER_ORACLE_WALKS);
    struct folder_answer answer = {0};
    if (found >= 0 && fstat(found, &status) == 0) {
      bool is_folder = S_ISDIR(status.st_mode);
      if (is_folder && !folder && **end == '\0') {
        struct text location = {0};
        put_string(&location, "/");
        put_encoded(&location, path);
        put_string(&location, "/");
        answer = plain_answer(301, location.bytes);
      } else
        answer = is_folder && **end ? plain_answer(404, NULL) : answer_with(found, name.bytes, how, markdown);
      close(found);
    }
    free(name.bytes);
    if (found == NOT_SERVED)
      break;
    if (found >= 0)
      return answer;
  }
  return plain_answer(404, NULL);
}

struct folder_answer folder_oracle_answer(const char *root, const char *path, unsigned how, unsigned markdown) {
  struct text decoded = {0};
  int error = decode(path, &decoded);
  struct folder_answer answer = error ? plain_answer(error, NULL) : answer_for(root, decoded.bytes, how, markdown);
  free(decoded.bytes);
  return answer;
}

void folder_answer_free(struct folder_answer *answer) {
  free(answer->location);
  free(answer->body);
  *answer = (struct folder_answer){0};
}

/* SPDX-License-Identifier: MIT */
