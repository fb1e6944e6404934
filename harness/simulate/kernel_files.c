/* The document's file, and what the program prints. */
#include "harness/simulate/access_log.h"
#include "harness/simulate/client.h"
#include "harness/simulate/kernel.h"
#include "harness/simulate/kernel_folder.h"
#include "harness/simulate/pages.h"
#include "harness/simulate/workers.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* In a folder, what may not be read is as good as not there. */
static int permitted_by(const struct world *world, int error) {
  return error == ENOENT || error == ENOTDIR || (error == EACCES && world->plan->serves_folder) ? PERMITS_404
         : error == EMFILE || error == ENFILE || error == ENOMEM                                ? PERMITS_503
                                                                                                : PERMITS_500;
}

int64_t kernel_refuse(struct world *world, int error) {
  if (error != EINTR)
    kernel_permit(world, permitted_by(world, error));
  return -error;
}

/* Whether the name at ADDRESS is that of the document. */
static bool is_document(struct world *world, uint64_t address) {
  static const char name[] = DOCUMENT_NAME;
  const char *path = emulator_memory(world->process->emulator, address, sizeof name, false);
  return path && memcmp(path, name, sizeof name) == 0;
}

/* A file that is opened by a path of its own, and not one of the folder that is served. */
static int64_t open_named(struct world *world, const char *path, uint64_t flags) {
  if (strcmp(path, LOG_NAME) == 0)
    return access_log_open(world, flags);
  if (strcmp(path, ".") == 0 && flags & O_PATH)
    return kernel_open(world, OBJECT_RULES, NULL); /* where the log is, for Landlock */
  if (world->plan->serves_folder && strcmp(path, FOLDER_NAME) == 0)
    return folder_open_root(world);
  return -ENOENT;
}

static int64_t do_openat(struct world *world, const uint64_t *a) {
  const struct descriptor *from = kernel_descriptor(world, a[0]);
  char path[300];
  if (!is_document(world, a[1])) {
    if (!kernel_text(world, a[1], path, sizeof path))
      return -ENAMETOOLONG;
    if (from && from->object == OBJECT_FOLDER)
      return folder_step(world, from, path, a[2]);
    int64_t fd = open_named(world, path, a[2]);
    if (fd != -ENOENT)
      return fd;
  }
  int error = kernel_fault(world, "openat", NO_OBJECT);
  if (error)
    return kernel_refuse(world, error);
  if (!is_document(world, a[1]) || world->inode == SIZE_MAX)
    return kernel_refuse(world, ENOENT);
  if ((a[2] & O_ACCMODE) != O_RDONLY || a[2] & O_CREAT)
    world_fail(world, "not simulated", "the document is opened with flags 0x%" PRIx64, a[2]);
  if (!(world->inodes[world->inode].mode & 0444))
    return kernel_refuse(world, EACCES);
  int64_t fd = kernel_open(world, OBJECT_FILE, NULL);
  if (fd < 0)
    return kernel_refuse(world, (int)-fd);
  world->process->descriptors[fd].inode = world->inode;
  return fd;
}

static int64_t put_status(struct world *world, const struct inode *inode, size_t number, uint64_t address) {
  bool is_x64 = emulator_machine(world->process->emulator)->calls == CALLS_X64;
  char status[144] = {0};
  uint64_t device = 1, identity = number + 1, size = inode->content.len;
  const int64_t times[] = {inode->modified / SECOND, inode->modified % SECOND};
  memcpy(status, &device, 8);
  memcpy(status + 8, &identity, 8);
  memcpy(status + (is_x64 ? 24 : 16), &inode->mode, 4);
  memcpy(status + 48, &size, 8);
  memcpy(status + 88, times, 16);
  memcpy(status + 104, times, 16);
  void *place = kernel_memory(world, address, is_x64 ? 144 : 128, true);
  if (place)
    memcpy(place, status, is_x64 ? 144 : 128);
  return 0;
}

/* Whether the name at ADDRESS is that of the folder that is served. */
static bool is_folder(struct world *world, uint64_t address) {
  char path[sizeof FOLDER_NAME];
  return world->plan->serves_folder && kernel_text(world, address, path, sizeof path) && strcmp(path, FOLDER_NAME) == 0;
}

/* The state of a name in the folder that is served. */
static int64_t look_in_folder(struct world *world, const struct descriptor *from, const uint64_t *a) {
  char name[PATH_ROOM];
  struct inode found;
  size_t number;
  if (!kernel_text(world, a[1], name, sizeof name))
    return -ENAMETOOLONG;
  if (!(a[3] & AT_SYMLINK_NOFOLLOW))
    world_fail(world, "opens what is outside", "the state of \"%s\" is asked for, and a link would be followed", name);
  int64_t error = folder_look(world, from, name, &found, &number);
  if (error)
    return error;
  if (world->plan->keeps_page && S_ISREG(found.mode))
    page_seen(world, span_of(&found.content)); /* a page that was kept has to be of this */
  return put_status(world, &found, number, a[2]);
}

static int64_t do_newfstatat(struct world *world, const uint64_t *a) {
  struct inode folder = folder_inode();
  const struct descriptor *from = kernel_descriptor(world, a[0]);
  if (from && from->object == OBJECT_FOLDER)
    return look_in_folder(world, from, a);
  if (is_folder(world, a[1]))
    return put_status(world, &folder, FOLDER_NUMBERS, a[2]);
  if (!is_document(world, a[1]) || world->inode == SIZE_MAX)
    return -ENOENT;
  if (world->plan->keeps_page)
    page_seen(world, span_of(&world->inodes[world->inode].content)); /* a page that was kept has to be of this */
  return put_status(world, &world->inodes[world->inode], world->inode, a[2]);
}

/* Everybody may read the document. */
static int64_t do_faccessat(struct world *world, const uint64_t *a) {
  return is_document(world, a[1]) && world->inode != SIZE_MAX ? 0 : -ENOENT;
}

static int64_t do_fstat(struct world *world, const uint64_t *a) {
  struct descriptor *file = kernel_descriptor(world, a[0]);
  if (!file)
    return -EBADF;
  int error = kernel_fault(world, "fstat", file->object);
  if (error)
    return kernel_refuse(world, error);
  struct inode folder = folder_inode();
  if (file->object == OBJECT_FOLDER)
    return put_status(world, &folder, FOLDER_NUMBERS + file->inode, a[1]);
  if (file->object != OBJECT_FILE)
    return -EBADF;
  if (!S_ISREG(world->inodes[file->inode].mode))
    kernel_permit(world, world->plan->serves_folder ? PERMITS_404 : PERMITS_500);
  file->is_told = true;
  return put_status(world, &world->inodes[file->inode], file->inode, a[1]);
}

static int64_t read_file(struct world *world, struct descriptor *file, uint64_t address, uint64_t count) {
  int error = kernel_fault(world, "read", OBJECT_FILE);
  if (error == EINTR)
    return -EINTR;
  if (!error && S_ISDIR(world->inodes[file->inode].mode))
    error = EISDIR;
  if (error) {
    file->broken = true;
    return kernel_refuse(world, error);
  }
  if (world->file_item && file->offset) {
    struct item *item = world->file_item;
    world->file_item = NULL;
    file_change(world, item);
  }
  const struct inode *inode = &world->inodes[file->inode];
  size_t left = file->offset < inode->content.len ? inode->content.len - file->offset : 0;
  size_t taken = kernel_part(world, &world->random, left < count ? left : count);
  void *place = kernel_memory(world, address, taken, true);
  if (!place)
    return -EFAULT;
  if (taken)
    memcpy(place, inode->content.data + file->offset, taken);
  bytes_append(&file->seen, place, taken);
  file->offset += taken;
  file->is_whole = taken == 0 || file->offset >= inode->content.len;
  return (int64_t)taken;
}

/* Tells the program which signal has come: struct signalfd_siginfo. */
static int64_t read_signal(struct world *world, uint64_t address, uint64_t count) {
  const uint32_t number = world->process->hangups ? SIGHUP : SIGTERM;
  if (world->process->signals + world->process->hangups == 0)
    return -EAGAIN;
  if (count < 128)
    return -EINVAL;
  char *place = kernel_memory(world, address, 128, true);
  if (!place)
    return -EFAULT;
  memset(place, 0, 128);
  memcpy(place, &number, sizeof number);
  world->process->hangups ? world->process->hangups-- : world->process->signals--;
  return 128;
}

static int64_t do_read(struct world *world, const uint64_t *a) {
  struct descriptor *from = kernel_descriptor(world, a[0]);
  if (!from)
    return -EBADF;
  if (from->object == OBJECT_FILE)
    return read_file(world, from, a[1], a[2]);
  if (from->object == OBJECT_SOCKET)
    return socket_read(world, from, a[1], a[2], "read", false);
  if (from->object == OBJECT_SIGNALS)
    return read_signal(world, a[1], a[2]);
  world_fail(world, "not simulated", "descriptor %" PRIu64 " is read", a[0]);
  return -EBADF;
}

/* The URL on standard output is printed once; standard error has whole lines, and only when something has gone wrong.
 */
static int64_t print(struct world *world, uint64_t fd, const char *text, size_t count) {
  const char *url = world->plan->is_ipv6 ? "http://[::1]:8006/\n" : "http://127.0.0.1:8006/\n";
  if (fd == 1 && world->announced && world->plan->logs == LOG_PRINTED)
    return access_log_written(world, (struct span){text, count});
  if (fd == 2 && world->process == world->processes[0] && workers_told(world, (struct span){text, count}))
    return (int64_t)count;
  if (fd == 1 && !world->announced && count == strlen(url) && memcmp(text, url, count) == 0)
    world->announced = true;
  else if (fd == 1)
    world_fail(world, "prints", "\"%.*s\" on standard output", (int)count, text);
  else if (!world->process->has_fault && !world->plan->memory_limit)
    world_fail(world, "prints", "\"%.*s\" on standard error, and nothing has gone wrong", (int)count, text);
  else if (count == 0 || text[count - 1] != '\n')
    world_fail(world, "prints", "\"%.*s\" on standard error, which is no line", (int)count, text);
  world_tell(world, "prints %.*s", count ? (int)count - 1 : 0, text);
  return (int64_t)count;
}

static int64_t do_write(struct world *world, const uint64_t *a) {
  struct descriptor *to = kernel_descriptor(world, a[0]);
  if (!to)
    return -EBADF;
  if (to->object == OBJECT_SOCKET)
    return socket_write(world, to, (const uint64_t[]){a[1], a[2]}, 1, "write");
  const char *text = kernel_memory(world, a[1], a[2], false);
  if (!text)
    return -EFAULT;
  if (to->object == OBJECT_LOG)
    return access_log_written(world, (struct span){text, a[2]});
  if (to->object == OBJECT_STANDARD)
    return print(world, a[0], text, a[2]);
  world_fail(world, "not simulated", "descriptor %" PRIu64 " is written to", a[0]);
  return -EBADF;
}

static int64_t do_close(struct world *world, const uint64_t *a) {
  struct descriptor *object = kernel_descriptor(world, a[0]);
  if (!object) {
    world_fail(world, "descriptor closed wrongly", "descriptor %" PRIu64 " is closed, and it is not open", a[0]);
    return -EBADF;
  }
  int error = kernel_fault(world, "close", object->object);
  if (object->object == OBJECT_FILE && !object->broken && object->is_whole)
    page_seen(world, span_of(&object->seen));
  else if (object->object == OBJECT_FILE && object->is_told && !object->offset && world->plan->keeps_page)
    page_seen(world, span_of(&world->inodes[object->inode].content)); /* a page that was kept has to be of this */
  if (object->object == OBJECT_SOCKET)
    socket_closed(world, object->client);
  bool has_listened = object->object == OBJECT_LISTENER;
  if (has_listened && object->is_watched)
    world->process->lost = *object;
  bytes_free(&object->seen);
  *object = (struct descriptor){0};
  if (has_listened)
    listener_closed(world);
  return -error;
}

const struct handler_row file_handlers[] = {
    {"openat", do_openat}, {"newfstatat", do_newfstatat}, {"fstat", do_fstat}, {"faccessat", do_faccessat},
    {"read", do_read},     {"write", do_write},           {"close", do_close}, {NULL, NULL}};

/* ---- Changes from outside --------------------------------------------------------------------------------------- */

/* A new file of that name, with DOCUMENT; the one before stays for who has it open. */
static void put_new_file(struct world *world, unsigned document) {
  world->inodes = xgrow(world->inodes, world->inode_count, sizeof *world->inodes);
  world->inode = world->inode_count++;
  world->inodes[world->inode] = (struct inode){.mode = S_IFREG | 0644, .modified = world->now + world->calendar};
  document_make(document, &world->inodes[world->inode].content);
}

void file_change(struct world *world, struct item *item) {
  const unsigned *documents = world->plan->documents;
  unsigned document = (unsigned)random_between(&item->random, documents[0], documents[1]);
  int64_t what = random_between(&item->random, 0, 9);
  struct inode *inode = world->inode == SIZE_MAX ? NULL : &world->inodes[world->inode];
  if (!inode || what < 4 || what == 9) {
    put_new_file(world, document);
    if (what == 9)
      world->inodes[world->inode].mode = random_one_in(&item->random, 2) ? S_IFDIR | 0755 : S_IFREG;
  } else if (what < 8) {
    bytes_clear(&inode->content);
    document_make(document, &inode->content);
    inode->modified = world->now + world->calendar;
  } else {
    world->inode = SIZE_MAX;
  }
  world_tell(world, "file %u: %s document %u", item->number, what == 8 ? "away, not" : "now", document);
}

void file_restore(struct world *world) { put_new_file(world, world->plan->documents[0]); }

/* SPDX-License-Identifier: MIT */
