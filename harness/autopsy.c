/* Runs a failure again under a tracer and puts what it sees into words. */
#include "harness/autopsy.h"

#include "harness/program_map.h"
#include "harness/tracer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TICK_MS = 5, STEPS_NATIVE = 4000, STEPS_QEMU = 400, MOST_ROUTINES = 4 };

/* The line of a generator and the routine that laid the instruction at ADDRESS. */
static void name_place(const struct program_map *map, uint64_t address, struct bytes *out) {
  const struct map_entry *entry = program_map_at(map, address);
  if (!entry) {
    bytes_printf(out, "address 0x%llx", (unsigned long long)address);
    return;
  }
  bytes_printf(out, "%s+0x%llx, %s:%d, address 0x%llx (bytes", entry->routine,
               (unsigned long long)(address - program_map_routine(map, entry)), entry->file, entry->line,
               (unsigned long long)address);
  for (size_t i = 0; i < entry->len; i++)
    bytes_printf(out, " %02x", entry->bytes[i]);
  bytes_text(out, ")");
}

static void describe_crash(struct tracer *tracer, const struct program_map *map, struct bytes *out) {
  uint64_t fault = tracer_fault_address(tracer);
  bytes_printf(out, "%s at ", strsignal(tracer->signal));
  name_place(map, tracer_position(tracer), out);
  if (fault || (tracer->stub < 0 && tracer->signal == SIGSEGV))
    bytes_printf(out, ", which could not reach address 0x%llx", (unsigned long long)fault);
}

/* The part of a routine that the program went round in. */
struct visit {
  const char *routine;
  const char *file;
  uint64_t begin, lowest, highest;
  int first_line, last_line;
};

static void note_visit(struct visit *visits, size_t *count, const struct program_map *map, uint64_t address) {
  const struct map_entry *entry = program_map_at(map, address);
  if (!entry)
    return;
  size_t i = 0;
  while (i < *count && strcmp(visits[i].routine, entry->routine) != 0)
    i++;
  if (i == MOST_ROUTINES)
    return;
  struct visit *visit = &visits[i];
  if (i == *count) {
    *visit =
        (struct visit){.routine = entry->routine, .file = entry->file, .lowest = UINT64_MAX, .first_line = entry->line};
    visit->begin = program_map_routine(map, entry);
    (*count)++;
  }
  visit->lowest = address < visit->lowest ? address : visit->lowest;
  visit->highest = address > visit->highest ? address : visit->highest;
  visit->first_line = entry->line < visit->first_line ? entry->line : visit->first_line;
  visit->last_line = entry->line > visit->last_line ? entry->line : visit->last_line;
}

/* Where a program that does not wait spends its instructions. */
static void describe_spin(struct tracer *tracer, const struct program_map *map, struct bytes *out) {
  struct visit visits[MOST_ROUTINES] = {{0}};
  size_t count = 0;
  uint64_t start = tracer_position(tracer);
  for (int i = tracer->stub >= 0 ? STEPS_QEMU : STEPS_NATIVE; i > 0; i--) {
    note_visit(visits, &count, map, tracer_position(tracer));
    if (!tracer_step(tracer))
      break;
  }
  bytes_text(out, "it goes round in ");
  if (count == 0)
    name_place(map, start, out);
  for (size_t i = 0; i < count; i++)
    bytes_printf(out, "%s%s+0x%llx..+0x%llx, %s:%d..%d", i ? "; " : "", visits[i].routine,
                 (unsigned long long)(visits[i].lowest - visits[i].begin),
                 (unsigned long long)(visits[i].highest - visits[i].begin), visits[i].file, visits[i].first_line,
                 visits[i].last_line);
}

/* The number of the system call that PID waits in, or -1. Under qemu it is the host's, as everywhere in /proc. */
static long waiting_in(pid_t pid) {
  char path[64];
  struct bytes text = {0};
  snprintf(path, sizeof path, "/proc/%d/syscall", pid);
  bytes_read_file(&text, path);
  char *end = NULL;
  long number = text.len ? strtol(text.data, &end, 10) : -1;
  bool waits = text.len && end != text.data;
  bytes_free(&text);
  return waits ? number : -1;
}

static void describe_hang(struct tracer *tracer, const struct program_map *map, struct bytes *out) {
  long call = waiting_in(tracer->process.pid);
  if (!tracer_interrupt(tracer))
    return;
  if (call < 0) {
    describe_spin(tracer, map, out);
    return;
  }
  bytes_printf(out, "it waits in the kernel, in system call %ld of this host, called at ", call);
  name_place(map, tracer_position(tracer), out);
}

/* The port in the line that says that the server is ready, once that is whole; otherwise 0. */
static int ready_port(const struct target *target, const struct process *process) {
  struct span out = span_of(&process->out_text);
  const char *url = strstr(out.data, "http://");
  const char *colon = url && strchr(url, '\n') ? strchr(url + 7, ':') : NULL;
  return target->program->ready == READY_PORT ? process->port : colon ? (int)strtol(colon + 1, NULL, 10) : 0;
}

/* Sends the case's request. Returns the socket, or -1 while nobody listens. */
static int send_request(const struct result *result, int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const struct conversation *talk = result->test_case->conversation;
  int fd = port > 0 ? socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    if (fd >= 0)
      close(fd);
    return -1;
  }
  char *request = xasprintf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", result->target->program->url_path, port);
  struct span bytes = talk ? span_of(&talk->sent) : span_text(request);
  (void)!send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
  free(request);
  return fd;
}

/* Runs the case until the failure is there, or SECONDS have passed since the request. */
static enum trace_state run_again(struct tracer *tracer, const struct result *result, double seconds) {
  bool http = result->target->program->drive == DRIVE_HTTP;
  uint64_t asked = now_ns();
  int fd = -1;
  enum trace_state state = TRACE_RUNS;
  tracer_resume(tracer);
  while (state == TRACE_RUNS && (double)(now_ns() - asked) < seconds * 1e9) {
    process_read(&tracer->process);
    if (http && fd < 0) {
      fd = send_request(result, ready_port(result->target, &tracer->process));
      asked = fd >= 0 ? now_ns() : asked;
    }
    state = tracer_wait(tracer, TICK_MS);
  }
  if (fd >= 0)
    close(fd);
  return state;
}

static int standard_input(const struct result *result) {
  struct span input = span_of(&result->test_case->input);
  if (!result->target->program->feeds_stdin)
    return -1;
  int fd = memfd_create("stdin", MFD_CLOEXEC);
  if (fd < 0 || write(fd, input.data, input.len) != (ssize_t)input.len)
    die("memfd: %s", strerror(errno));
  lseek(fd, 0, SEEK_SET);
  return fd;
}

void autopsy(struct workspace *workspace, const struct result *result, double seconds, struct bytes *out) {
  const struct conversation *talk = result->test_case->conversation;
  struct program_map map = {0};
  struct bytes why = {0};
  struct tracer tracer = {.stub = -1};
  if (talk && talk->document != DOCUMENT_FILE)
    return;
  program_map_read(result->target->elf, &map, &why);
  process_prepare(workspace, &tracer.process);
  write_file(tracer.process.document, talk ? span_of(&talk->text) : span_of(&result->test_case->input));
  int input = standard_input(result);
  if (tracer_start(workspace, &tracer, result->target, input)) {
    enum trace_state state = run_again(&tracer, result, seconds);
    if (state == TRACE_STOPPED && result->verdict == CRASHED)
      describe_crash(&tracer, &map, out);
    else if (state == TRACE_RUNS && result->verdict == HUNG)
      describe_hang(&tracer, &map, out);
  }
  if (input >= 0)
    close(input);
  tracer_end(&tracer);
  process_discard(workspace, &tracer.process);
  program_map_free(&map);
  bytes_free(&why);
}
