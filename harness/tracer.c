/* Two tracers behind one face. Both need the program to be started by the launcher like any other: natively a shell
   stops itself before it becomes the program, so that ptrace can take hold; qemu is told by its environment to wait for
   a debugger on a socket in the program's folder. */
#include "harness/tracer.h"

#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS = 2000, ANSWER_MS = 2000, LONGEST_PACKET = 16384 };

/* The signals that a program dies of by its own fault. */
static bool is_fatal(int signal_number) {
  static const int fatal[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
    if (fatal[i] == signal_number)
      return true;
  return false;
}

/* gdb's protocol numbers signals in its own way (gdb/signals.def). */
static int from_gdb_signal(int number) { return number == 10 ? SIGBUS : number == 12 ? SIGSYS : number; }

/* --- ptrace --- */

/* Waits for a stop of PID, at most MILLISECONDS. Returns its wait status; 0: none came; -1: it has ended. */
static int wait_stop(pid_t pid, int milliseconds) {
  for (int waited = 0; waited <= milliseconds; waited++) {
    int status = 0;
    pid_t got = waitpid(pid, &status, WNOHANG | __WALL);
    if (got == pid)
      return WIFSTOPPED(status) ? status : -1;
    if (got < 0)
      return -1;
    poll(NULL, 0, 1);
  }
  return 0;
}

static bool resume_native(const struct tracer *tracer, int signal_number) {
  return ptrace(PTRACE_CONT, tracer->process.pid, NULL, (void *)(intptr_t)signal_number) == 0;
}

/* Starts a shell that stops itself, takes hold of it, and lets it become the program. */
static bool start_native(struct workspace *workspace, struct tracer *tracer, int input) {
  struct program shell = *tracer->target->program;
  struct target target = *tracer->target;
  static const char script[] = "kill -STOP $$; exec \"$0\" \"$@\"";
  struct text_list words = {0};
  text_list_add(&words, "-c", 2);
  text_list_add(&words, script, sizeof script - 1);
  text_list_add(&words, tracer->target->elf, strlen(tracer->target->elf));
  for (size_t i = 0; i < shell.arguments.count; i++)
    text_list_add(&words, shell.arguments.items[i], strlen(shell.arguments.items[i]));
  shell.arguments = words;
  target.program = &shell;
  target.elf = (char *)"/bin/sh";
  int failed = process_start(workspace, &tracer->process, &target, input);
  text_list_free(&words);
  pid_t pid = tracer->process.pid;
  siginfo_t info;
  if (failed || waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT) != 0 || info.si_code != CLD_STOPPED ||
      ptrace(PTRACE_SEIZE, pid, NULL, (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC)) != 0)
    return false;
  kill(pid, SIGCONT);
  for (;;) {
    int status = wait_stop(pid, START_MS);
    if (status <= 0)
      return false;
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
      return true;
    resume_native(tracer, 0);
  }
}

static enum trace_state wait_native(struct tracer *tracer, int milliseconds) {
  for (;;) {
    int status = wait_stop(tracer->process.pid, milliseconds);
    if (status == 0)
      return TRACE_RUNS;
    if (status < 0)
      return TRACE_GONE;
    tracer->signal = WSTOPSIG(status);
    bool event = status >> 16 != 0;
    if (!event && is_fatal(tracer->signal))
      return TRACE_STOPPED;
    resume_native(tracer, event ? 0 : tracer->signal);
  }
}

static bool interrupt_native(const struct tracer *tracer) {
  return ptrace(PTRACE_INTERRUPT, tracer->process.pid, NULL, NULL) == 0 &&
         wait_stop(tracer->process.pid, ANSWER_MS) > 0;
}

static uint64_t position_native(const struct tracer *tracer) {
  struct user_regs_struct registers = {0};
  struct iovec room = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, tracer->process.pid, (void *)NT_PRSTATUS, &room) != 0)
    return 0;
#if defined __x86_64__
  return registers.rip;
#else
  return registers.pc;
#endif
}

/* --- gdb's remote serial protocol, as far as it is needed here --- */

static void send_packet(const struct tracer *tracer, const char *text) {
  unsigned sum = 0;
  for (const char *at = text; *at; at++)
    sum += (unsigned char)*at;
  char *packet = xasprintf("$%s#%02x", text, sum & 0xFF);
  (void)!send(tracer->stub, packet, strlen(packet), MSG_NOSIGNAL);
  free(packet);
}

/* Reads one packet within MILLISECONDS into TEXT and acknowledges it. Returns 1; 0: none came; -1: the stub is gone. */
static int receive_packet(const struct tracer *tracer, char *text, size_t size, int milliseconds) {
  size_t len = 0;
  bool inside = false;
  char byte = 0;
  for (;;) {
    struct pollfd ready = {.fd = tracer->stub, .events = POLLIN};
    if (poll(&ready, 1, milliseconds) != 1)
      return 0;
    if (recv(tracer->stub, &byte, 1, 0) != 1)
      return -1;
    if (byte == '#' && inside)
      break;
    if (inside && len + 1 < size)
      text[len++] = byte;
    inside |= byte == '$';
  }
  char sum[2];
  if (recv(tracer->stub, sum, 2, MSG_WAITALL) != 2)
    return -1;
  (void)!send(tracer->stub, "+", 1, MSG_NOSIGNAL);
  text[len] = '\0';
  return 1;
}

/* Connects to the stub's socket once it is there. */
static int connect_stub(const char *path, const struct process *process) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  for (int waited = 0; fd >= 0 && waited < START_MS; waited++) {
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
      return fd;
    struct pollfd end = {.fd = process->pidfd, .events = POLLIN};
    if (poll(&end, 1, 1) == 1)
      break;
  }
  if (fd >= 0)
    close(fd);
  return -1;
}

static bool start_qemu(struct workspace *workspace, struct tracer *tracer, int input) {
  struct program program = *tracer->target->program;
  struct target target = *tracer->target;
  struct text_list variables = {0};
  for (size_t i = 0; i < program.environment.count; i++)
    text_list_add(&variables, program.environment.items[i], strlen(program.environment.items[i]));
  char *path = xasprintf("%s/gdb", tracer->process.folder);
  char *variable = xasprintf("QEMU_GDB=%s", path);
  text_list_add(&variables, variable, strlen(variable));
  program.environment = variables;
  target.program = &program;
  if (process_start(workspace, &tracer->process, &target, input) == 0)
    tracer->stub = connect_stub(path, &tracer->process);
  text_list_free(&variables);
  free(path);
  free(variable);
  return tracer->stub >= 0;
}

static enum trace_state wait_qemu(struct tracer *tracer, int milliseconds) {
  char packet[LONGEST_PACKET];
  for (;;) {
    int got = receive_packet(tracer, packet, sizeof packet, milliseconds);
    if (got <= 0)
      return got == 0 ? TRACE_RUNS : TRACE_GONE;
    if (packet[0] == 'W' || packet[0] == 'X')
      return TRACE_GONE;
    if (packet[0] != 'T' && packet[0] != 'S')
      continue;
    char number[3] = {packet[1], packet[2], '\0'};
    tracer->signal = from_gdb_signal((int)strtol(number, NULL, 16));
    if (is_fatal(tracer->signal))
      return TRACE_STOPPED;
    char resume[8];
    snprintf(resume, sizeof resume, "C%s", number);
    send_packet(tracer, resume);
  }
}

/* Waits for the stop that was asked for. */
static bool await_stop_qemu(const struct tracer *tracer) {
  char packet[LONGEST_PACKET];
  return receive_packet(tracer, packet, sizeof packet, ANSWER_MS) == 1 && (packet[0] == 'T' || packet[0] == 'S');
}

/* qemu-user does not listen to its debugger while the guest runs, but it tells it of every signal. */
static bool interrupt_qemu(const struct tracer *tracer) {
  return kill(tracer->process.pid, SIGINT) == 0 && await_stop_qemu(tracer);
}

/* The packet of all registers has the program counter behind 16 of 8 bytes on x86-64, behind 32 on arm64. */
static uint64_t position_qemu(const struct tracer *tracer) {
  char packet[LONGEST_PACKET] = "";
  size_t at = (tracer->target->machine == MACHINE_ARM64 ? 32 : 16) * 16;
  uint64_t position = 0;
  send_packet(tracer, "g");
  if (receive_packet(tracer, packet, sizeof packet, ANSWER_MS) != 1 || strlen(packet) < at + 16)
    return 0;
  for (size_t i = 8; i > 0; i--) {
    char byte[3] = {packet[at + 2 * i - 2], packet[at + 2 * i - 1], '\0'};
    position = position << 8 | strtoul(byte, NULL, 16);
  }
  return position;
}

/* --- one face --- */

bool tracer_start(struct workspace *workspace, struct tracer *tracer, const struct target *target, int input) {
  tracer->target = target;
  tracer->stub = -1;
  tracer->signal = 0;
  return target->runner == RUNNER_QEMU ? start_qemu(workspace, tracer, input) : start_native(workspace, tracer, input);
}

void tracer_resume(struct tracer *tracer) {
  if (tracer->stub >= 0)
    send_packet(tracer, "c");
  else
    resume_native(tracer, 0);
}

enum trace_state tracer_wait(struct tracer *tracer, int milliseconds) {
  return tracer->stub >= 0 ? wait_qemu(tracer, milliseconds) : wait_native(tracer, milliseconds);
}

bool tracer_interrupt(struct tracer *tracer) {
  return tracer->stub >= 0 ? interrupt_qemu(tracer) : interrupt_native(tracer);
}

uint64_t tracer_position(struct tracer *tracer) {
  return tracer->stub >= 0 ? position_qemu(tracer) : position_native(tracer);
}

bool tracer_step(struct tracer *tracer) {
  if (tracer->stub >= 0) {
    send_packet(tracer, "s");
    return await_stop_qemu(tracer);
  }
  return ptrace(PTRACE_SINGLESTEP, tracer->process.pid, NULL, NULL) == 0 &&
         wait_stop(tracer->process.pid, ANSWER_MS) > 0;
}

uint64_t tracer_fault_address(struct tracer *tracer) {
  siginfo_t info;
  bool told = tracer->stub < 0 && (tracer->signal == SIGSEGV || tracer->signal == SIGBUS) &&
              ptrace(PTRACE_GETSIGINFO, tracer->process.pid, NULL, &info) == 0 && info.si_code > 0;
  return told ? (uint64_t)(uintptr_t)info.si_addr : 0;
}

void tracer_end(struct tracer *tracer) {
  if (tracer->stub >= 0)
    close(tracer->stub);
  tracer->stub = -1;
  if (tracer->process.pid > 0)
    kill(-tracer->process.pid, SIGKILL);
}
