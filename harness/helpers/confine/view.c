/* What a cell sees of the file system. Of what is there, a list of folders and files stands at its own place, and none
   of it can be written; one folder can. Sockets of services, devices, homes and other people's processes are not in it:
   a file system that is read-only does not keep a program from talking to a service.

   An oracle's command sees the rest as well, but not /run, where the services are, and no device. */
#include "harness/helpers/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From <sys/mount.h>, which does not go together with <linux/mount.h>. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
enum {
  OLD_NOSUID = 2,
  OLD_NODEV = 4,
  OLD_NOEXEC = 8,
  OLD_RDONLY = 1,
  OLD_DETACH = 2,
  RECURSIVE = 0x8000, /* AT_RECURSIVE */
  EMPTY = 0x1000,     /* AT_EMPTY_PATH */
  MOST_GRAFTS = 256,
  MOST_PATH = 4096
};

/* A part of the old file system, held by a mount that stands nowhere yet. */
struct graft {
  const char *path;
  int fd;
  bool is_folder;
};

struct link {
  const char *path;
  char target[MOST_PATH];
};

struct view {
  const char *root;   /* where it is built; "" : in place */
  struct link *links; /* that are named by themselves */
  size_t link_count;
  struct graft grafts[MOST_GRAFTS];
  size_t count;
};

static const char *const system_paths[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", NULL};

/* What libraries and commands read of /etc; nothing secret. */
static const char *const settings[] = {"/etc/alternatives",
                                       "/etc/ca-certificates.conf",
                                       "/etc/debian_version",
                                       "/etc/gai.conf",
                                       "/etc/group",
                                       "/etc/host.conf",
                                       "/etc/hosts",
                                       "/etc/inputrc",
                                       "/etc/ld.so.cache",
                                       "/etc/ld.so.conf",
                                       "/etc/ld.so.conf.d",
                                       "/etc/locale.alias",
                                       "/etc/localtime",
                                       "/etc/magic",
                                       "/etc/magic.mime",
                                       "/etc/mime.types",
                                       "/etc/networks",
                                       "/etc/nsswitch.conf",
                                       "/etc/os-release",
                                       "/etc/passwd",
                                       "/etc/protocols",
                                       "/etc/resolv.conf",
                                       "/etc/services",
                                       "/etc/ssl/certs",
                                       "/etc/terminfo",
                                       "/etc/timezone",
                                       NULL};

static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};

static bool is_device(const char *path) { return strncmp(path, "/dev/", 5) == 0 && strncmp(path, "/dev/shm/", 9) != 0; }

/* Takes PATH, as a mount of its own that nothing can be written to unless IS_OPEN. What is not there is left out. */
static void take(struct view *view, const char *path, bool is_open) {
  struct stat status;
  if (view->count == MOST_GRAFTS || stat(path, &status) != 0)
    return;
  int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | RECURSIVE);
  if (fd < 0)
    return;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID};
  attributes.attr_set |= is_open ? 0 : MOUNT_ATTR_RDONLY;
  attributes.attr_set |= is_device(path) ? 0 : MOUNT_ATTR_NODEV;
  if (syscall(SYS_mount_setattr, fd, "", EMPTY | RECURSIVE, &attributes, sizeof attributes) != 0) {
    close(fd);
    return;
  }
  view->grafts[view->count++] = (struct graft){path, fd, S_ISDIR(status.st_mode)};
}

bool sees_all(const struct cell_options *options) {
  bool all = options->profile == CELL_ORACLE;
  for (const char *const *path = options->reads; path && *path; path++)
    all |= strcmp(*path, "/") == 0;
  return all;
}

/* What is named may be a symbolic link. Then that is to be there, and what it leads to. */
static void take_named(struct view *view, const char *path, bool is_open) {
  struct link link = {.path = path};
  ssize_t len = readlink(path, link.target, sizeof link.target - 1);
  if (len < 0) {
    take(view, path, is_open);
    return;
  }
  struct link *links = realloc(view->links, (view->link_count + 1) * sizeof *links);
  char *end = realpath(path, NULL);
  if (links) {
    view->links = links;
    view->links[view->link_count++] = link;
  }
  if (end)
    take(view, end, is_open); /* keeps the path */
}

static void take_all(struct view *view, const char *const *paths, bool is_open) {
  for (; paths && *paths; paths++)
    if (strcmp(*paths, "/") != 0)
      take_named(view, *paths, is_open);
}

static const char *in_view(const struct view *view, const char *path, char *buffer) {
  snprintf(buffer, MOST_PATH, "%s%s", view->root, path);
  return buffer;
}

/* Makes the folders that lead to PATH. */
static void make_way(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0755);
    *slash = '/';
  }
}

static void attach(const struct view *view, const struct graft *graft) {
  char path[MOST_PATH];
  in_view(view, graft->path, path);
  make_way(path);
  if (graft->is_folder) {
    mkdir(path, 0755);
  } else {
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (fd >= 0)
      close(fd);
  }
  syscall(SYS_move_mount, graft->fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
  close(graft->fd);
}

/* A symbolic link of the system, as /bin is one, stands as that; what is not one is taken. */
static void take_or_link(struct view *view, const char *const *paths) {
  char target[MOST_PATH];
  char path[MOST_PATH];
  for (; *paths; paths++) {
    ssize_t len = readlink(*paths, target, sizeof target - 1);
    if (len < 0) {
      take(view, *paths, false);
      continue;
    }
    target[len] = '\0';
    in_view(view, *paths, path);
    make_way(path);
    if (symlink(target, path) != 0 && errno != EEXIST)
      return;
  }
}

/* Where the folder of a link shows, the link does as well, and stays what it is. */
static void make_links(const struct view *view) {
  char path[MOST_PATH];
  for (size_t i = 0; i < view->link_count; i++) {
    in_view(view, view->links[i].path, path);
    make_way(path);
    if (symlink(view->links[i].target, path) != 0 && errno != EEXIST && errno != EROFS)
      return;
  }
}

static int by_depth(const void *a, const void *b) {
  size_t x = strlen(((const struct graft *)a)->path);
  size_t y = strlen(((const struct graft *)b)->path);
  return (x > y) - (x < y);
}

static int mount_scratch(const struct view *view, const char *name, const char *mode) {
  char path[MOST_PATH];
  in_view(view, name, path);
  make_way(path);
  mkdir(path, 0755);
  return mount("bytegate", path, "tmpfs", OLD_NOSUID | OLD_NODEV, mode) == 0 ? 0 : errno;
}

/* /proc of the process namespace. Root could change the machine through it without any capability: read-only. */
static void mount_proc(const struct view *view) {
  char path[MOST_PATH];
  in_view(view, "/proc", path);
  mkdir(path, 0755);
  const unsigned long flags = OLD_NOSUID | OLD_NODEV | OLD_NOEXEC | OLD_RDONLY;
  if (mount("proc", path, "proc", flags, "hidepid=invisible") != 0 && mount("proc", path, "proc", flags, NULL) != 0 &&
      !*view->root)
    /* The old one would show everybody's processes. */
    mount("bytegate", path, "tmpfs", flags, NULL);
}

static void make_devices(const struct view *view) {
  static const char *const links[][2] = {{"/proc/self/fd", "/dev/fd"},
                                         {"/proc/self/fd/0", "/dev/stdin"},
                                         {"/proc/self/fd/1", "/dev/stdout"},
                                         {"/proc/self/fd/2", "/dev/stderr"}};
  char path[MOST_PATH];
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    if (symlink(links[i][0], in_view(view, links[i][1], path)) != 0)
      return;
}

static int set_attributes(const char *path, unsigned flags, uint64_t set, uint64_t clear) {
  struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};
  return syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes) == 0 ? 0 : errno;
}

/* The parts that are scratch in each cell: they begin empty, and end with it. */
static int mount_scratches(const struct view *view, bool whole) {
  static const char shared[] = "mode=1777,size=256m,nr_inodes=20k";
  int failed = mount_scratch(view, "/dev", "mode=0755,size=1m");
  if (!failed)
    failed = mount_scratch(view, "/dev/shm", shared);
  if (!failed)
    failed = mount_scratch(view, whole ? "/run" : "/tmp", whole ? "mode=0755,size=1m" : shared);
  return failed;
}

/* Makes the view at ROOT the root of all. */
static int change_root(const char *root) {
  if (chdir(root) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", OLD_DETACH) != 0 || chdir("/") != 0)
    return errno;
  return 0;
}

static int prepare_root(const struct view *view, bool whole) {
  if (!whole)
    return mount("bytegate", view->root, "tmpfs", OLD_NOSUID | OLD_NODEV, "mode=0755,size=4m") == 0 ? 0 : errno;
  return set_attributes("/", RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0);
}

int build_view(const struct cell_options *options) {
  static struct view view;
  const bool whole = sees_all(options);
  char path[MOST_PATH];
  view.root = whole ? "" : options->folder;
  take(&view, options->folder, true);
  if (view.count == 0)
    return ENOENT;
  take_all(&view, devices, false);
  take_all(&view, options->reads, false);
  take_all(&view, options->writes, true);
  int failed = prepare_root(&view, whole);
  if (failed)
    return failed;
  if (!whole) {
    take_or_link(&view, system_paths);
    take_or_link(&view, settings);
  }
  failed = mount_scratches(&view, whole);
  if (failed)
    return failed;
  mount_proc(&view);
  make_devices(&view);
  qsort(view.grafts, view.count, sizeof *view.grafts, by_depth);
  for (size_t i = 0; i < view.count; i++)
    attach(&view, &view.grafts[i]);
  make_links(&view);
  failed = set_attributes(in_view(&view, "/dev", path), 0, MOUNT_ATTR_RDONLY, 0);
  if (!failed && !whole)
    failed = set_attributes(view.root, 0, MOUNT_ATTR_RDONLY, 0);
  return failed ? failed : whole ? 0 : change_root(view.root);
}

/* SPDX-License-Identifier: MIT */
