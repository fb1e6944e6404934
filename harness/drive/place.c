/* Writes documents, and sees whether they are still there. */
#include "harness/drive/place.h"

#include "harness/base/hash.h"
#include "harness/suite/cases.h"
#include "harness/suite/conversation.h"
#include "harness/suite/folder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A port that is free now. Where a program cannot be asked to let the kernel choose, this is the next best. */
static int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    die("no free port on 127.0.0.1: %s", strerror(errno));
  close(fd);
  return ntohs(address.sin_port);
}

static bool asks_for_port(const struct program *program) {
  const struct text_list *lists[] = {&program->arguments, &program->environment, &program->files};
  bool asks = program->ready == READY_PORT && program->drive == DRIVE_HTTP;
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < lists[i]->count; k++)
      asks |= placeholder_in(lists[i]->items[k], PLACEHOLDER_PORT);
  return asks;
}

void place_open(struct place *place, char *folder, const struct target *target, const struct test_case *test_case) {
  struct places places = target_places(target);
  places.values[PLACEHOLDER_NAME] = test_case->name;
  char *name = places_expand(&places, target->program->input_name);
  *place = (struct place){.folder = folder, .document = xasprintf("%s/%s", folder, name), .kind = DOCUMENT_FILE};
  place->port = asks_for_port(target->program) ? free_port() : 0;
  snprintf(place->port_text, sizeof place->port_text, "%d", place->port);
  free(name);
}

struct places place_places(const struct place *place, const struct target *target, const struct test_case *test_case) {
  struct places places = target_places(target);
  places.values[PLACEHOLDER_FILE] = place->document;
  places.values[PLACEHOLDER_FOLDER] = place->folder;
  places.values[PLACEHOLDER_NAME] = test_case->name;
  places.values[PLACEHOLDER_PORT] = place->port_text;
  return places;
}

bool place_furnish(struct place *place, const struct target *target, const struct test_case *test_case,
                   struct bytes *why) {
  struct places places = place_places(place, target, test_case);
  return folder_furnish(target->program, &places, place->folder, why);
}

void place_close(struct place *place) {
  free(place->document);
  *place = (struct place){0};
}

static void look(const struct place *place, struct stat *status) {
  if (lstat(place->document, status) != 0)
    *status = (struct stat){0};
}

/* Makes what a conversation has in the place of a document. Returns 0 or an errno value. */
static int make(const struct place *place, const struct conversation *talk) {
  switch (place->kind) {
  case DOCUMENT_FILE:
    return folder_write(place->folder, place->document + strlen(place->folder) + 1, span_of(&talk->text));
  case DOCUMENT_DIRECTORY:
    return mkdir(place->document, 0755) == 0 ? 0 : errno;
  case DOCUMENT_HOLLOW:
    return write_file(place->document, (struct span){"", 0}) || truncate(place->document, (off_t)talk->hollow_size) != 0
               ? EIO
               : 0;
  default:
    return 0;
  }
}

static int set_modified(const char *path, long long seconds) {
  const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds}};
  return utimensat(AT_FDCWD, path, times, 0) == 0 ? 0 : errno;
}

bool place_case(struct place *place, const struct test_case *test_case, struct bytes *why) {
  const struct conversation *talk = test_case->conversation;
  enum document_kind kind = talk ? talk->document : DOCUMENT_FILE;
  if (place->kind != DOCUMENT_FILE || kind != DOCUMENT_FILE)
    (void)(remove(place->document) == 0 || errno == ENOENT || rmdir(place->document));
  place->kind = kind;
  int failed = talk ? make(place, talk) : 0;
  if (!failed && talk && talk->is_dated)
    failed = set_modified(place->document, talk->modified);
  if (failed)
    bytes_printf(why, "%s: %s", place->document, strerror(failed));
  bool good = talk ? !failed : folder_place(test_case, place->folder, place->document, why);
  if (good && !test_case->tree && !test_case->folder)
    look(place, &place->seen);
  return good;
}

static uint64_t hash_folder(const char *folder) {
  struct bytes told = {0};
  struct bytes why = {0};
  folder_tell(folder, &told, &why);
  bytes_add(&told, span_of(&why));
  uint64_t hash = hash_bytes(HASH_START, span_of(&told).data, told.len);
  bytes_free(&told);
  bytes_free(&why);
  return hash;
}

void place_note(struct place *place) { place->before = hash_folder(place->folder); }

bool place_is_touched(const struct place *place) {
  return place->before && hash_folder(place->folder) != place->before;
}

static bool is_same(const struct stat *was, const struct stat *is) {
  return is->st_ino == was->st_ino && is->st_mode == was->st_mode && is->st_nlink == was->st_nlink &&
         is->st_size == was->st_size && is->st_mtim.tv_sec == was->st_mtim.tv_sec &&
         is->st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

static void look_at(const struct place *place, const char *name, struct stat *status) {
  char *path = xasprintf("%s/%s", place->folder, name);
  if (lstat(path, status) != 0)
    *status = (struct stat){0};
  free(path);
}

void place_note_output(struct place *place, const char *name) { look_at(place, name, &place->output); }

bool place_output_stood(const struct place *place, const char *name) {
  struct stat is;
  look_at(place, name, &is);
  return place->output.st_nlink && is_same(&place->output, &is);
}

const char *place_changed(const struct place *place) {
  const struct stat *was = &place->seen;
  struct stat is;
  if (was->st_nlink == 0)
    return NULL; /* nothing was placed, or a tree, which is removed with the process */
  look(place, &is);
  if (is.st_nlink == 0)
    return "was removed";
  return is_same(was, &is) ? NULL : "was changed";
}

/* SPDX-License-Identifier: MIT */
