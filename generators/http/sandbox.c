/* sandbox.c: what the server takes from itself when it listens: it gets no new privileges, opens files to read them
 * alone (Landlock, where the kernel has it), and makes no system call but those that serving takes, with the arguments
 * that it takes them with (seccomp). A call that is refused fails with EPERM. Where the kernel has none of this, that
 * is told and the server goes on. Where a log is written to a file, files may be made and written in its folder. */
#include "http.h"

#include <string.h>

enum { BPF_LOAD = 0x20, BPF_AND = 0x54, BPF_JUMP_EQUAL = 0x15, BPF_RETURN = 0x06 };
#define SECCOMP_ALLOW 0x7fff0000u
#define SECCOMP_ERRNO 0x00050000u
#define AUDIT_64_BIT_LITTLE_ENDIAN 0xc0000000u
enum { SECCOMP_NUMBER = 0, SECCOMP_MACHINE = 4, SECCOMP_ARGUMENTS = 16 };

/* What a call may be: allowed as it is, or where (argument & mask) == value. */
typedef struct {
  BlSystemCall call;
  unsigned argument;
  uint32_t mask, value;
} Allowed;

static const Allowed allowed[] = {{NR_EPOLL_PWAIT, 0, 0, 0},
                                  {NR_CLOCK_GETTIME, 0, 0, 0},
                                  {NR_READ, 0, 0, 0},
                                  {NR_WRITEV, 0, 0, 0},
                                  {NR_CLOSE, 0, 0, 0},
                                  {NR_EPOLL_CTL, 0, 0, 0},
                                  {NR_SHUTDOWN, 0, 0, 0},
                                  {NR_FSTAT, 0, 0, 0},
                                  {NR_NEWFSTATAT, 0, 0, 0},
                                  {NR_MUNMAP, 0, 0, 0},
                                  {NR_MREMAP, 0, 0, 0},
                                  {NR_EXIT_GROUP, 0, 0, 0},
                                  {NR_ACCEPT4, 3, ~0u, LINUX_O_NONBLOCK | LINUX_O_CLOEXEC},
                                  {NR_RECVFROM, 3, ~0u, LINUX_MSG_PEEK | LINUX_MSG_DONTWAIT},
                                  {NR_OPENAT, 2, LINUX_O_ACCMODE | LINUX_O_CREAT | LINUX_O_TRUNC, LINUX_O_RDONLY},
                                  {NR_MMAP, 2, ~0u, LINUX_PROT_READ | LINUX_PROT_WRITE},
                                  {NR_OPENAT2, 3, ~0u, OPEN_HOW_SIZE},
                                  {NR_GETDENTS64, 0, 0, 0},
                                  {NR_SENDFILE, 0, 0, 0},
                                  {NR_MADVISE, 2, ~0u, LINUX_MADV_DONTNEED},
                                  {NR_WRITE, 0, ~3u, 0}, /* errors and the log; 0 and 3 are not for writing */
                                  {NR_GETPEERNAME, 0, 0, 0},
                                  {NR_DUP3, 1, ~0u, 1}, /* a new file for the log */
                                  {NR_PPOLL, 1, ~0u, 1}};

enum { ALLOWED = sizeof allowed / sizeof *allowed };

/* The filter as the kernel reads it: its instructions are each a struct sock_filter. */
enum { FILTER_MOST = 64, FILTER_INSTRUCTION = 8 };
static unsigned char filter[FILTER_MOST * FILTER_INSTRUCTION];
static unsigned filter_length;

static void add_filter_instruction(unsigned code, unsigned if_true, unsigned if_false, uint32_t value) {
  const unsigned char instruction[FILTER_INSTRUCTION] = {(unsigned char)code,          0,
                                                         (unsigned char)if_true,       (unsigned char)if_false,
                                                         (unsigned char)value,         (unsigned char)(value >> 8),
                                                         (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
  memcpy(filter + FILTER_INSTRUCTION * filter_length++, instruction, FILTER_INSTRUCTION);
}

/* The filter. Each call has one instruction, or three or four with its argument; at the end stand "refuse" and "allow".
 * Returns how many instructions it has. */
static unsigned lay_filter(void) {
  unsigned count = 5, at = 3;
  for (unsigned i = 0; i < ALLOWED; i++)
    count += allowed[i].mask == 0 ? 1 : allowed[i].mask == ~0u ? 3 : 4;
  unsigned refuse = count - 2, allow = count - 1;
  filter_length = 0;
  add_filter_instruction(BPF_LOAD, 0, 0, SECCOMP_MACHINE);
  add_filter_instruction(BPF_JUMP_EQUAL, 0, refuse - 2, AUDIT_64_BIT_LITTLE_ENDIAN | bl_machine_now()->elf_machine);
  add_filter_instruction(BPF_LOAD, 0, 0, SECCOMP_NUMBER);
  for (unsigned i = 0; i < ALLOWED; i++) {
    uint32_t number = (uint32_t)bl_machine_call_number(allowed[i].call);
    if (!allowed[i].mask) {
      add_filter_instruction(BPF_JUMP_EQUAL, allow - at - 1, 0, number);
      at++;
      continue;
    }
    unsigned length = allowed[i].mask == ~0u ? 3 : 4;
    add_filter_instruction(BPF_JUMP_EQUAL, 0, length - 1, number);
    add_filter_instruction(BPF_LOAD, 0, 0, SECCOMP_ARGUMENTS + 8 * allowed[i].argument);
    if (length == 4)
      add_filter_instruction(BPF_AND, 0, 0, allowed[i].mask);
    at += length;
    add_filter_instruction(BPF_JUMP_EQUAL, allow - at, refuse - at, allowed[i].value);
  }
  add_filter_instruction(BPF_RETURN, 0, 0, SECCOMP_ERRNO | LINUX_EPERM);
  add_filter_instruction(BPF_RETURN, 0, 0, SECCOMP_ALLOW);
  packed_text("filter_code", filter, FILTER_INSTRUCTION * count); /* which repeats itself much */
  return count;
}

/* Of Landlock's rights on files, all of its first version; those to read files and to list folders are left to the
 * server, in its folder alone where it has one. */
/* In the folder of the log, files may be made and written. */
enum { LANDLOCK_ALL = 0x1fff, LANDLOCK_READS = 1 << 2 | 1 << 3, LANDLOCK_LOGS = 1 << 1 | 1 << 8 };

/* enter_landlock: no new privileges, and only the files that are served, and the log, for this process and those that
 * it starts. */
void lay_http_sandbox(void) {
  Reg ruleset = S1, folder = S2;
  static const NamedString strings[] = {{"without_landlock", "goes on without Landlock"},
                                        {"without_seccomp", "goes on without seccomp"}};
  packed_strings(strings);
  data("landlock_rights", 8);
  data_value(64, LANDLOCK_ALL & ~LANDLOCK_READS);
  data("landlock_rights_of_folder", 8);
  data_value(64, LANDLOCK_ALL);
  unsigned count = lay_filter();

  routine("enter_landlock", destroys(A0, A1, A2, A3, A4, ALL_T));
  enter(ruleset, folder);
  li(A0, LINUX_PR_SET_NO_NEW_PRIVS);
  li(A1, 1);
  li(A2, 0);
  li(A3, 0);
  li(A4, 0);
  sys(NR_PRCTL); /* every kernel that has the rest has this */
  ld64_of(folder, "folder", FOLDER_DESCRIPTOR);
  la(A0, "landlock_rights");
  beq(folder, 0, "single_file");
  la(A0, "landlock_rights_of_folder");
  label("single_file");
  li(A1, 8);
  li(A2, 0);
  sys(NR_LANDLOCK_CREATE_RULESET);
  blt(A0, 0, "no_landlock");
  mov(ruleset, A0);
  beq(folder, 0, "no_folder");
  sub(A1, folder, 1);
  li(T0, LANDLOCK_READS);
  call("allow_beneath"); /* if it fails, nothing can be read */
  label("no_folder");
  ld64_of(T0, "access_log", LOG_FILE);
  beq(T0, 1, "no_log");
  call("open_log_folder");
  blt(A0, 0, "no_log"); /* then SIGHUP cannot begin a new one */
  mov(folder, A0);
  mov(A1, A0);
  mov(A0, ruleset);
  li(T0, LANDLOCK_LOGS);
  call("allow_beneath");
  mov(A0, folder);
  sys(NR_CLOSE);
  label("no_log");
  mov(A0, ruleset);
  li(A1, 0);
  sys(NR_LANDLOCK_RESTRICT_SELF);
  mov(A1, A0);
  mov(A0, ruleset);
  mov(ruleset, A1);
  sys(NR_CLOSE);
  mov(A0, ruleset);
  beq(A0, 0, "restricted");
  label("no_landlock");
  mov(A1, A0);
  la(A0, "without_landlock");
  call("tell_error");
  label("restricted");
  leave();

  /* enter_seccomp: no system call but those that serving takes. */
  routine("enter_seccomp", destroys(A0, A1, A2, A3, A4, ALL_T));
  enter_bare();
  la(A2, "filter_program");
  st64(count, A2, 0);
  la(T0, "filter_code");
  st64(T0, A2, 8);
  li(A0, LINUX_SECCOMP_SET_MODE_FILTER);
  li(A1, 0);
  sys(NR_SECCOMP);
  bge(A0, 0, "filtered");
  mov(A1, A0);
  la(A0, "without_seccomp");
  call("tell_error");
  label("filtered");
  leave();

  /* allow_beneath: in A0 = ruleset, A1 = descriptor of a folder, T0 = rights to what is in it. */
  routine("allow_beneath", in(A0, A1, T0), destroys(A0, A1, A2, A3, ALL_T));
  la(A2, "landlock_rule"); /* struct landlock_path_beneath_attr */
  st64(T0, A2, 0);
  st32(A1, A2, 8);
  li(A1, LINUX_LANDLOCK_RULE_PATH_BENEATH);
  li(A3, 0);
  sys(NR_LANDLOCK_ADD_RULE);
  ret();
  bss("landlock_rule", 16, 8);
  bss("filter_program", 16, 8); /* struct sock_fprog */
}

/* SPDX-License-Identifier: MIT */
