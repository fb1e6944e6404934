#include "harness/simulate/kernel_folder.h"

#include "harness/simulate/access_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>

enum {
  ROOT,
  INDEX,
  README,
  STYLE,
  GUIDE,
  GUIDE_README,
  GUIDE_PAGE,
  LIST,
  LIST_PAGE,
  LIST_TEXT,
  LIST_FOLDER,
  HIDDEN,
  SECRET,
  OUT,
  IN,
  NODES
};

/* What is in the folder: each with the folder that it is in. */
static const struct node {
  const char *name;
  unsigned parent;
  unsigned char type; /* DT_* */
  const char *content;
  int leads_to; /* of a link: a node; -1: something outside */
} nodes[NODES] = {
    [ROOT] = {"", ROOT, DT_DIR, NULL, 0},
    [INDEX] = {"index.md", ROOT, DT_REG, NULL, 0}, /* the document */
    [README] = {"README.md", ROOT, DT_REG, FOLDER_README, 0},
    [STYLE] = {"style.css", ROOT, DT_REG, FOLDER_STYLE, 0},
    [GUIDE] = {"guide", ROOT, DT_DIR, NULL, 0},
    [GUIDE_README] = {"README.md", GUIDE, DT_REG, FOLDER_GUIDE, 0},
    [GUIDE_PAGE] = {"a.md", GUIDE, DT_REG, FOLDER_PAGE, 0},
    [LIST] = {"list", ROOT, DT_DIR, NULL, 0},
    [LIST_PAGE] = {"b.md", LIST, DT_REG, "b\n", 0},
    [LIST_TEXT] = {"c d.txt", LIST, DT_REG, FOLDER_TEXT, 0},
    [LIST_FOLDER] = {"e", LIST, DT_DIR, NULL, 0},
    [HIDDEN] = {".hidden", ROOT, DT_DIR, NULL, 0},
    [SECRET] = {"secret.md", HIDDEN, DT_REG, "a secret\n", 0},
    [OUT] = {"out", ROOT, DT_LNK, NULL, -1},
    [IN] = {"in.md", ROOT, DT_LNK, NULL, GUIDE_PAGE},
};

void folder_begin(struct world *world) {
  for (size_t i = 0; i < NODES; i++) {
    if (!nodes[i].content)
      continue;
    world->inodes = xgrow(world->inodes, world->inode_count, sizeof *world->inodes);
    world->node_inodes[i] = world->inode_count++;
    struct inode *inode = &world->inodes[world->node_inodes[i]];
    *inode = (struct inode){.mode = S_IFREG | 0644, .modified = world->calendar};
    bytes_text(&inode->content, nodes[i].content);
  }
}

struct inode folder_inode(void) {
  return (struct inode){.mode = S_IFDIR | 0755};
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static int find_child(unsigned parent, const char *name, size_t length) {
  for (int i = 1; i < NODES; i++)
    if (nodes[i].parent == parent && strlen(nodes[i].name) == length && memcmp(nodes[i].name, name, length) == 0)
      return i;
  return -ENOENT;
}

/* The node that the first LENGTH bytes of NAME lead to in the folder FROM, or -errno. */
static int find_component(struct world *world, unsigned from, const char *name, size_t length, bool follows) {
  if (nodes[from].type != DT_DIR)
    return -ENOTDIR;
  if (length == 0 || (length == 1 && *name == '.'))
    return (int)from;
  if (*name == '.') {
    world_fail(world, "opens what is hidden", "\"%.*s\"", (int)length, name);
    return -ENOENT;
  }
  int node = find_child(from, name, length);
  if (node < 0 || nodes[node].type != DT_LNK)
    return node;
  return !follows ? -ELOOP : nodes[node].leads_to < 0 ? -EXDEV : nodes[node].leads_to;
}

/* The node that PATH leads to from the folder FROM, or -errno. */
static int find_path(struct world *world, unsigned from, const char *path, bool follows) {
  int node = (int)from;
  if (*path == '/')
    world_fail(world, "opens what is outside", "\"%s\"", path);
  while (*path && node >= 0) {
    size_t length = strcspn(path, "/");
    node = find_component(world, (unsigned)node, path, length, follows);
    path += length;
    if (node >= 0 && *path && nodes[node].type != DT_DIR)
      return -ENOTDIR;
    path += *path == '/';
  }
  return node;
}

/* ---- Opening ---------------------------------------------------------------------------------------------------- */

static int64_t open_node(struct world *world, int node, uint64_t flags) {
  bool is_x64 = emulator_machine(world->process->emulator)->calls == CALLS_X64;
  uint64_t folders_only = is_x64 ? 0200000 : 040000; /* O_DIRECTORY */
  if (node < 0)
    return node;
  size_t inode = node == INDEX ? world->inode : world->node_inodes[node];
  bool is_folder = nodes[node].type == DT_DIR;
  if (node == INDEX && inode == SIZE_MAX)
    return kernel_refuse(world, ENOENT);
  if (!is_folder && flags & folders_only)
    return -ENOTDIR;
  if (!is_folder && !S_ISDIR(world->inodes[inode].mode) && !(world->inodes[inode].mode & 0444))
    return kernel_refuse(world, EACCES);
  int64_t fd = kernel_open(world, is_folder ? OBJECT_FOLDER : OBJECT_FILE, NULL);
  if (fd < 0)
    return kernel_refuse(world, (int)-fd);
  world->process->descriptors[fd].inode = is_folder ? (size_t)node : inode;
  world->process->descriptors[fd].count = random_next(&world->random); /* which record of a folder comes first */
  return fd;
}

int64_t folder_open_root(struct world *world) { return open_node(world, ROOT, 0); }

/* An error that waits for a file to be opened. That a file is not there is no failure of a kernel. */
static int open_fault(struct world *world) {
  int error = kernel_fault(world, "openat", NO_OBJECT);
  return error == ENOENT ? EACCES : error;
}

int64_t folder_step(struct world *world, const struct descriptor *from, const char *name, uint64_t flags) {
  int error = open_fault(world);
  if (error)
    return kernel_refuse(world, error);
  if (strchr(name, '/'))
    world_fail(world, "opens what is outside", "\"%s\" is opened without openat2, and it is no single name", name);
  return open_node(world, find_path(world, (unsigned)from->inode, name, false), flags);
}

int64_t folder_look(struct world *world, const struct descriptor *from, const char *name, struct inode *found,
                    size_t *number) {
  if (strchr(name, '/'))
    world_fail(world, "opens what is outside", "the state of \"%s\" is asked for, which links may lead out of", name);
  int node = *name == '.' ? find_component(world, (unsigned)from->inode, name, strlen(name), false)
                          : find_child((unsigned)from->inode, name, strlen(name));
  if (node < 0)
    return node;
  size_t inode = node == INDEX ? world->inode : world->node_inodes[node];
  *found = nodes[node].type == DT_DIR ? folder_inode() : (struct inode){.mode = S_IFLNK | 0777};
  *number = FOLDER_NUMBERS + (size_t)node;
  if (nodes[node].type != DT_REG)
    return 0;
  if (inode == SIZE_MAX)
    return kernel_refuse(world, ENOENT);
  *found = world->inodes[inode];
  *number = inode;
  return 0;
}

static int64_t do_openat2(struct world *world, const uint64_t *a) {
  struct open_how how;
  char path[PATH_ROOM];
  const void *place = kernel_memory(world, a[2], sizeof how, false);
  if (!world->plan->opens_beneath) {
    world->process->has_fault = true;
    return -ENOSYS;
  }
  if (!place || !kernel_text(world, a[1], path, sizeof path))
    return -EFAULT;
  memcpy(&how, place, sizeof how);
  if (strcmp(path, LOG_NAME) == 0)
    return access_log_open(world, how.flags);
  const struct descriptor *from = kernel_descriptor(world, a[0]);
  if (!from || from->object != OBJECT_FOLDER || !(how.resolve & RESOLVE_BENEATH)) {
    world_fail(world, "opens what is outside", "\"%s\" is opened from descriptor %" PRId64 ", resolved by 0x%" PRIx64,
               path, (int64_t)a[0], (uint64_t)how.resolve);
    return -EINVAL;
  }
  int error = open_fault(world);
  if (error)
    return kernel_refuse(world, error);
  return open_node(world, find_path(world, (unsigned)from->inode, path, true), how.flags);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* A record of struct linux_dirent64. Returns its length. */
static size_t make_record(char *record, uint64_t inode, const char *name, unsigned char type) {
  uint16_t length = (uint16_t)((19 + strlen(name) + 1 + 7) & ~(size_t)7);
  memset(record, 0, length);
  memcpy(record, &inode, 8);
  memcpy(record + 16, &length, 2);
  record[18] = (char)type;
  memcpy(record + 19, name, strlen(name));
  return length;
}

/* Lists the records of the folder NODE, "." and ".." first, in ENTRIES. Returns how many there are. */
static size_t list_entries(unsigned node, int *entries) {
  size_t count = 0;
  entries[count++] = -1;
  entries[count++] = -2;
  for (int i = 1; i < NODES; i++)
    if (nodes[i].parent == node)
      entries[count++] = i;
  return count;
}

static int64_t do_getdents64(struct world *world, const uint64_t *a) {
  struct descriptor *folder = kernel_descriptor(world, a[0]);
  int entries[NODES + 2];
  uint64_t used = 0;
  if (!folder || folder->object != OBJECT_FOLDER)
    return folder ? -ENOTDIR : -EBADF;
  int error = kernel_fault(world, "read", OBJECT_FILE);
  if (error)
    return kernel_refuse(world, error);
  size_t count = list_entries((unsigned)folder->inode, entries);
  size_t most = kernel_part(world, &world->random, count);
  char *place = kernel_memory(world, a[1], a[2], true);
  for (; place && most && folder->offset < count; folder->offset++, most--) {
    int entry = entries[(folder->offset + folder->count) % count];
    char record[64];
    size_t length = make_record(record, 1000 + (uint64_t)entry,
                                entry == -1   ? "."
                                : entry == -2 ? ".."
                                              : nodes[entry].name,
                                entry < 0 ? DT_DIR : nodes[entry].type);
    if (used + length > a[2])
      break;
    memcpy(place + used, record, length);
    used += length;
  }
  return (int64_t)used;
}

static int64_t do_sendfile(struct world *world, const uint64_t *a) {
  struct descriptor *socket = kernel_descriptor(world, a[0]), *file = kernel_descriptor(world, a[1]);
  if (!socket || socket->object != OBJECT_SOCKET || !file || file->object != OBJECT_FILE)
    return -EBADF;
  int64_t offset, *place = kernel_memory(world, a[2], sizeof offset, true);
  if (!place)
    return -EFAULT;
  memcpy(&offset, place, sizeof offset);
  int error = kernel_fault(world, "read", OBJECT_FILE);
  if (error) {
    socket->client->excused |= error != EINTR && error != EAGAIN;
    return -error;
  }
  const struct inode *inode = &world->inodes[file->inode];
  size_t left = (size_t)offset < inode->content.len ? inode->content.len - (size_t)offset : 0;
  struct span part = {inode->content.data + offset, left < a[3] ? left : a[3]};
  int64_t taken = part.len ? socket_put(world, socket, part, "writev") : 0;
  if (taken > 0) {
    offset += taken;
    memcpy(place, &offset, sizeof offset);
  }
  return taken;
}

const struct handler_row folder_handlers[] = {
    {"openat2", do_openat2}, {"getdents64", do_getdents64}, {"sendfile", do_sendfile}, {NULL, NULL}};

/* SPDX-License-Identifier: MIT */
