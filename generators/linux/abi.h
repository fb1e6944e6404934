/* abi.h: numbers and records of the kernel's interface that are the same on every machine here (asm-generic). What
 * differs from machine to machine stands in isa/machines.h. */
#ifndef BYTEGATE_LINUX_ABI_H
#define BYTEGATE_LINUX_ABI_H

enum {
  LINUX_AT_FDCWD = -100,
  LINUX_AT_SYMLINK_NOFOLLOW = 0x100,
  LINUX_AT_NO_AUTOMOUNT = 0x800,
  LINUX_R_OK = 4,
  LINUX_O_RDONLY = 0,
  LINUX_O_NONBLOCK = 04000,
  LINUX_O_CLOEXEC = 02000000,
  LINUX_O_PATH = 010000000,
  LINUX_RESOLVE_NO_MAGICLINKS = 0x02,
  LINUX_RESOLVE_BENEATH = 0x08,
  LINUX_LANDLOCK_RULE_PATH_BENEATH = 1,
  LINUX_POLLIN = 1,
  LINUX_POLLOUT = 4,
  LINUX_SIGHUP = 1,
  LINUX_SIGINT = 2,
  LINUX_SIGPIPE = 13,
  LINUX_SIGTERM = 15,
  LINUX_SIGCHLD = 17,
  LINUX_PR_SET_PDEATHSIG = 1,
  LINUX_WNOHANG = 1,
  LINUX_SIG_IGN = 1,
  LINUX_SIG_BLOCK = 0,
  LINUX_SIGNAL_SET = 8, /* bytes of a set of signals */
  LINUX_PROT_READ = 1,
  LINUX_PROT_WRITE = 2,
  LINUX_MAP_PRIVATE = 0x02,
  LINUX_MAP_ANONYMOUS = 0x20,
  LINUX_MAP_NORESERVE = 0x4000,
  LINUX_MREMAP_MAYMOVE = 1,
  LINUX_CLOCK_REALTIME = 0,
  LINUX_CLOCK_MONOTONIC = 1,
  LINUX_AF_INET = 2,
  LINUX_AF_INET6 = 10,
  LINUX_SOCK_STREAM = 1,
  LINUX_SOL_SOCKET = 1,
  LINUX_SO_REUSEADDR = 2,
  LINUX_SO_SNDBUF = 7,
  LINUX_SO_RCVTIMEO = 20,
  LINUX_SO_SNDTIMEO = 21,
  LINUX_SHUT_WR = 1,
  LINUX_F_SETFL = 4,
  LINUX_IPPROTO_TCP = 6,
  LINUX_TCP_NODELAY = 1,
  LINUX_MSG_PEEK = 2,
  LINUX_MSG_DONTWAIT = 0x40,
  LINUX_MSG_NOSIGNAL = 0x4000,
  LINUX_MSG_WAITALL = 0x100,
  LINUX_EPOLLIN = 1,
  LINUX_EPOLLOUT = 4,
  LINUX_EPOLL_CTL_ADD = 1,
  LINUX_EPOLL_CTL_DEL = 2,
  LINUX_EPOLL_CTL_MOD = 3,
  LINUX_RLIMIT_NOFILE = 7,
  LINUX_MADV_DONTNEED = 4,
  LINUX_MADV_HUGEPAGE = 14,
  LINUX_PR_SET_NO_NEW_PRIVS = 38,
  LINUX_SECCOMP_SET_MODE_FILTER = 1,
  LINUX_O_ACCMODE = 3,
  LINUX_O_WRONLY = 01,
  LINUX_O_CREAT = 0100,
  LINUX_O_TRUNC = 01000,
  LINUX_O_APPEND = 02000,
  LINUX_TCGETS = 0x5401,
  LINUX_TIOCGWINSZ = 0x5413,
  LINUX_STATX_BASIC_STATS = 0x7ff
};

/* st_mode and stx_mode. getdents64 tells the type as the same number shifted right by MODE_TYPE_SHIFT. */
enum {
  MODE_TYPE = 0170000,
  MODE_TYPE_SHIFT = 12,
  MODE_CHARACTER_DEVICE = 0020000,
  MODE_DIRECTORY = 0040000,
  MODE_BLOCK_DEVICE = 0060000,
  MODE_REGULAR = 0100000,
  MODE_LINK = 0120000,
  MODE_SET_USER_ID = 04000,
  MODE_SET_GROUP_ID = 02000,
  MODE_STICKY = 01000,
  MODE_OTHERS_WRITE = 0002,
  MODE_ANY_EXECUTE = 0111
};

/* Offsets of fields in bytes. struct stat: st_mode, which is not where it is on another machine, is in isa/machines.h.
 */
enum {
  STAT_DEVICE = 0,
  STAT_INODE = 8,
  STAT_SIZE = 48,
  STAT_ATIME = 72, /* seconds, nanoseconds: 64 bits each */
  STAT_MTIME = 88,
  STAT_CTIME = 104,
  STAT_ROOM = 144
};

/* struct open_how, and what getdents64 tells of a name's type (d_type): MODE_* without the last twelve bits. */
enum { OPEN_HOW_SIZE = 24 };

enum { POLLFD_FD = 0, POLLFD_EVENTS = 4, POLLFD_REVENTS = 6, POLLFD_SIZE = 8 };

/* struct sockaddr_in and sockaddr_in6: the port and the address are in network byte order. */
enum { SOCKADDR_FAMILY = 0, SOCKADDR_PORT = 2, SOCKADDR_ADDRESS = 4, SOCKADDR_SIZE = 16 };
enum { SOCKADDR_IN6_FLOW = 4, SOCKADDR_IN6_ADDRESS = 8, SOCKADDR_IN6_SIZE = 28 };

/* struct signalfd_siginfo */
enum { SIGNAL_INFO_SIZE = 128 };

/* struct iovec, and struct rlimit64. */
enum { IOVEC_BASE = 0, IOVEC_LENGTH = 8, IOVEC_SIZE = 16 };
enum { RLIMIT_NOW = 0, RLIMIT_MOST = 8, RLIMIT_SIZE = 16 };

/* struct linux_dirent64 */
enum {
  DIRENT_LENGTH = 16, /* of the whole record: 16 bits */
  DIRENT_TYPE = 18,
  DIRENT_NAME = 19
};

/* struct statx */
enum {
  STATX_LINKS = 16, /* links, uid, gid: 32 bits each; mode: 16 */
  STATX_MODE = 28,
  STATX_SIZE = 40,
  STATX_BLOCKS = 48,
  STATX_MTIME = 112,
  STATX_DEVICE = 128, /* major and minor of a device, 32 bits each */
  STATX_ROOM = 256
};

#endif

/* SPDX-License-Identifier: MIT */
