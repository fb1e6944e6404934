/* Both programs while the kernel refuses: strace makes one system call or another fail, or come back early, and each
 * trace must show that it did. Natively alone: the system calls of qemu's own would be among those that are counted. */
/* reads: elf */
#include "drive.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES = 20000 }; /* of the document: more than one step of reading */
static const char get[] = "GET / HTTP/1.0\r\n\r\n";

static char document_path[4096], trace_path[4096];

static void prepare(size_t lines) {
  snprintf(document_path, sizeof document_path, "%s", temporary_path("data.md"));
  snprintf(trace_path, sizeof trace_path, "%s", temporary_path("trace"));
  Text document = plain_document(lines);
  write_file(document_path, document.bytes, document.length);
  text_free(&document);
  unlink(trace_path);
}

/* The command that injects a fault: strace beside the program (-D), so that a signal reaches the program itself. */
typedef struct {
  const char *words[12];
  Text inject;
} Injector;

static StartOptions inject(Injector *injector, const char *fault, bool document_only) {
  injector->inject = text_of("inject=%s", fault);
  const char **word = injector->words;
  const char *const always[] = {"strace", "-D", "-qq", "-o", trace_path, "-e", injector->inject.bytes};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++)
    *word++ = always[i];
  if (document_only) {
    *word++ = "-P";
    *word++ = document_path;
  }
  *word = NULL;
  return (StartOptions){.wrapper = injector->words};
}

static void check_injected(const char *fault) {
  FILE *file = fopen(trace_path, "r");
  ck_assert_ptr_nonnull(file);
  char line[1024];
  bool injected = false;
  while (fgets(line, sizeof line, file))
    injected = injected || strstr(line, "(INJECTED");
  fclose(file);
  ck_assert_msg(injected, "%s: nothing was injected", fault);
}

/* What is got over in silence. */
static const char *const harmless[] = {
    "read:error=EINTR:when=1+2",        "writev:error=EINTR:when=1+2",     "openat:error=EINTR:when=1+2",
    "epoll_pwait:error=EINTR:when=1+2", "accept4:error=EINTR:when=1+2",    "accept4:error=ECONNABORTED:when=1+2",
    "accept4:error=EMFILE:when=1",      "accept4:error=ENOBUFS:when=1",    "read:error=EAGAIN:when=1",
    "writev:error=EAGAIN:when=2",       "shutdown:error=ENOTCONN:when=1+", "munmap:error=EINVAL:when=1+",
    "recvfrom:error=EINTR:when=1+2",    "madvise:error=EINVAL:when=1+",    "write:error=EINTR:when=1"};
enum { HARMLESS = sizeof harmless / sizeof *harmless };

START_TEST(server_goes_on) {
  prepare(LINES);
  Injector injector;
  Server server = server_start(&runners[0], document_path, inject(&injector, harmless[_i], false));
  Text html = plain_html(LINES);
  for (int i = 0; i < 5; i++) {
    Text answer = request(&server, get);
    check_page(harmless[_i], answer, html.bytes, html.length);
    text_free(&answer);
  }
  const char *accepting = strstr(harmless[_i], "EMFILE")
                              ? "markdown-server: cannot accept a client: too many open files\n"
                          : strstr(harmless[_i], "ENOBUFS") ? "markdown-server: cannot accept a client: error 105\n"
                                                            : "";
  server_stop_telling(&server, accepting);
  check_injected(harmless[_i]);
  text_free(&html);
  text_free(&injector.inject);
}
END_TEST

/* What becomes an answer. document_only: the fault strikes the system calls that are about FILE. */
static const struct {
  const char *fault, *reason;
  bool document_only;
  const char *told; /* on standard error */
} answered[] = {{"openat:error=EACCES:when=1", "500 Internal Server Error", true, "permission denied"},
                {"openat:error=EMFILE:when=1", "503 Service Unavailable", true, "too many open files"},
                {"openat:error=ENOENT:when=1", "404 Not Found", true, NULL},
                {"fstat:error=EIO:when=1", "500 Internal Server Error", true, "input/output error"},
                {"read:error=EIO:when=1", "500 Internal Server Error", true, "input/output error"},
                {"read:error=EIO:when=2", "500 Internal Server Error", true, "input/output error"},
                {"read:error=EAGAIN:when=1", "500 Internal Server Error", true, "try again later"},
                {"mmap:error=ENOMEM:when=1", "503 Service Unavailable", false, "not enough memory"},
                {"mmap:error=ENOMEM:when=2", "503 Service Unavailable", false, "not enough memory"}};

START_TEST(server_answers) {
  const char *fault = answered[_i].fault;
  prepare(LINES);
  Injector injector;
  Server server = server_start(&runners[0], document_path, inject(&injector, fault, answered[_i].document_only));
  Text html = plain_html(LINES), answer = request(&server, get);
  check_error(fault, answer, answered[_i].reason, false);
  text_free(&answer);
  answer = request(&server, get);
  check_page("the next one", answer, html.bytes, html.length);
  text_free(&answer);
  Text told = text_of("markdown-server: %s: %s\n", document_path, answered[_i].told ? answered[_i].told : "");
  server_stop_telling(&server, answered[_i].told ? told.bytes : "");
  text_free(&told);
  check_injected(fault);
  text_free(&html);
  text_free(&injector.inject);
}
END_TEST

/* A folder: what is asked for, what is to come of it under the fault, and after that. Calls are counted from the start:
 * the first openat2 looks whether the kernel has it, the first openat opens the folder. */
static const struct {
  const char *fault, *target, *reason; /* NULL: the answer is as it is without the fault */
} in_folder[] = {{"getdents64:error=EINTR:when=1+2", "/", NULL},
                 {"getdents64:error=EINTR:when=2+2", "/", NULL},
                 {"getdents64:error=EIO:when=1", "/", "500 Internal Server Error"},
                 {"getdents64:error=ENOENT:when=1", "/", "404 Not Found"},
                 {"getdents64:error=ENOMEM:when=2", "/", "503 Service Unavailable"},
                 {"openat2:error=EINTR:when=2+2", "/data.md", NULL},
                 {"openat2:error=EAGAIN:when=2+2", "/data.md", NULL},
                 {"openat2:error=EAGAIN:when=2..65", "/data.md", "503 Service Unavailable"},
                 {"openat2:error=EXDEV:when=2", "/data.md", "404 Not Found"},
                 {"openat2:error=ELOOP:when=2", "/data.md", "404 Not Found"},
                 {"openat2:error=EACCES:when=2", "/data.md", "404 Not Found"},
                 {"openat2:error=ENFILE:when=2", "/data.md", "503 Service Unavailable"},
                 {"openat2:error=EIO:when=2", "/data.md", "500 Internal Server Error"},
                 {"fstat:error=EIO:when=1", "/data.md", "500 Internal Server Error"},
                 {"fstat:error=ENOMEM:when=1", "/", "503 Service Unavailable"},
                 {"read:error=EINTR:when=2+2", "/data.md", NULL},
                 {"sendfile:error=EINTR:when=1+2", "/plain.txt", NULL},
                 {"sendfile:error=EAGAIN:when=1", "/plain.txt", NULL}};

START_TEST(folder_server_answers) {
  const char *fault = in_folder[_i].fault, *target = in_folder[_i].target, *reason = in_folder[_i].reason;
  char folder[4000], query[128];
  prepare(3);
  snprintf(folder, sizeof folder, "%s", temporary_path("served"));
  ck_assert(mkdir(folder, 0755) == 0 || errno == EEXIST);
  snprintf(document_path, sizeof document_path, "%s/data.md", folder);
  write_file(document_path, "# data\n", 7);
  snprintf(document_path, sizeof document_path, "%s/plain.txt", folder);
  write_file(document_path, "as it is\n", 9);
  snprintf(query, sizeof query, "GET %s HTTP/1.0\r\n\r\n", target);
  Server plain = server_start(&runners[0], folder, (StartOptions){0});
  Text whole = request(&plain, query), wanted = without_dates(whole, NULL);
  server_stop(&plain);
  Injector injector;
  Server server = server_start(&runners[0], folder, inject(&injector, fault, false));
  for (int i = 0; i < 3; i++) {
    Text answer = request(&server, query);
    if (reason && i == 0) {
      check_error(fault, answer, reason, false);
    } else {
      Text got = without_dates(answer, NULL);
      check_text(fault, got, wanted.bytes, wanted.length);
      text_free(&got);
    }
    text_free(&answer);
  }
  server_stop_telling(&server, NULL);
  check_injected(fault);
  text_free(&whole);
  text_free(&wanted);
  text_free(&injector.inject);
}
END_TEST

/* Where the kernel has no sandbox, that is told, and the server goes on. */
START_TEST(server_without_sandbox) {
  static const struct {
    const char *fault, *told;
  } lacks[] = {
      {"landlock_create_ruleset:error=ENOSYS",
       "markdown-server: goes on without Landlock: the kernel does not have it\n"},
      {"landlock_restrict_self:error=EPERM", "markdown-server: goes on without Landlock: operation not permitted\n"},
      {"seccomp:error=EINVAL", "markdown-server: goes on without seccomp: the kernel does not have it\n"}};
  prepare(3);
  Injector injector;
  Server server = server_start(&runners[0], document_path, inject(&injector, lacks[_i].fault, false));
  Text html = plain_html(3), answer = request(&server, get), error;
  check_page(lacks[_i].fault, answer, html.bytes, html.length);
  text_free(&answer);
  kill(server.program.pid, SIGTERM);
  ck_assert_int_eq(program_finish(&server.program, NULL, &error), 0);
  check_text(lacks[_i].fault, error, lacks[_i].told, strlen(lacks[_i].told));
  check_injected(lacks[_i].fault);
  text_free(&error);
  text_free(&html);
  text_free(&injector.inject);
}
END_TEST

/* A write that says that it took 100 bytes, and took none: what follows must be the rest. Each page of so few lines is
 * one write. */
START_TEST(server_continues_a_short_write) {
  prepare(3);
  Injector injector;
  Server server = server_start(&runners[0], document_path, inject(&injector, "writev:retval=100:when=2", false));
  Text whole = request(&server, get), rest = request(&server, get);
  check_text("the rest", rest, whole.bytes + 100, whole.length - 100);
  server_stop(&server);
  check_injected("writev:retval=100");
  text_free(&whole);
  text_free(&rest);
  text_free(&injector.inject);
}
END_TEST

/* Faults that end a program, with one line and exit status 1. */
static const struct {
  const char *program, *fault, *line;
} ended[] = {
    {"markdown-server", "socket:error=EMFILE", "markdown-server: cannot listen on 127.0.0.1:0: too many open files\n"},
    {"markdown-server", "setsockopt:error=EPERM:when=1",
     "markdown-server: cannot listen on 127.0.0.1:0: operation not permitted\n"},
    {"markdown-server", "setsockopt:error=EPERM:when=2",
     "markdown-server: cannot listen on 127.0.0.1:0: operation not permitted\n"},
    {"markdown-server", "bind:error=EACCES", "markdown-server: cannot listen on 127.0.0.1:0: permission denied\n"},
    {"markdown-server", "listen:error=EADDRINUSE",
     "markdown-server: cannot listen on 127.0.0.1:0: address already in use; -p 0 takes a free port\n"},
    {"markdown-server", "getsockname:error=EBADF",
     "markdown-server: cannot listen on 127.0.0.1:0: bad file descriptor\n"},
    {"markdown-server", "write:error=EIO:when=1", "markdown-server: standard output: input/output error\n"},
    {"markdown-server", "epoll_create1:error=EMFILE", "markdown-server: cannot serve clients: too many open files\n"},
    {"markdown-server", "epoll_ctl:error=ENOMEM:when=2", "markdown-server: cannot serve clients: not enough memory\n"},
    {"markdown-server", "signalfd4:error=EMFILE", "markdown-server: cannot serve clients: too many open files\n"},
    {"markdown-server", "epoll_ctl:error=ENOMEM", "markdown-server: cannot serve clients: not enough memory\n"},
    {"markdown-server", "epoll_pwait:error=ENOMEM", "markdown-server: cannot wait for clients: not enough memory\n"},
    {"markdown-render", "read:error=EIO:when=1", "markdown-render: standard input: input/output error\n"},
    {"markdown-render", "mmap:error=ENOMEM:when=1", "markdown-render: standard input: not enough memory\n"},
    {"markdown-render", "write:error=ENOSPC:when=1", "markdown-render: standard output: no space left on device\n"},
    {"markdown-render", "write:retval=0:when=1", "markdown-render: standard output: input/output error\n"}};

START_TEST(program_ends) {
  prepare(LINES);
  Injector injector;
  Text error;
  static const char *const server_arguments[] = {"-p", "0", NULL}, *const none[] = {NULL};
  bool server = strcmp(ended[_i].program, "markdown-server") == 0;
  Program program = program_start(&runners[0], ended[_i].program, server ? server_arguments : none,
                                  inject(&injector, ended[_i].fault, false));
  program_feed(&program, (Text){"a", 1});
  int status = program_finish(&program, NULL, &error);
  check_text(ended[_i].fault, error, ended[_i].line, strlen(ended[_i].line));
  ck_assert_int_eq(status, 1);
  check_injected(ended[_i].fault);
  text_free(&error);
  text_free(&injector.inject);
}
END_TEST

/* The filter, with an input that makes it grow its memory. `lost`: bytes that a write claimed to have taken. */
static const struct {
  const char *fault, *line;
  size_t lost;
} filtered[] = {{"read:error=EINTR:when=1+2", "", 0},
                {"read:error=EAGAIN:when=1+2", "", 0},
                {"write:error=EINTR:when=1", "", 0},
                {"write:error=EAGAIN:when=1", "", 0},
                {"write:retval=100:when=1", "", 100},
                {"mremap:error=ENOMEM:when=2", "markdown-render: standard input: not enough memory\n", 0}};

START_TEST(filter) {
  prepare(LINES);
  Injector injector;
  static const char *const none[] = {NULL};
  Program program = program_start(&runners[0], "markdown-render", none, inject(&injector, filtered[_i].fault, false));
  Text document = plain_document(LINES), html = plain_html(LINES), output, error;
  program_feed(&program, document);
  int status = program_finish(&program, &output, &error);
  check_text(filtered[_i].fault, error, filtered[_i].line, strlen(filtered[_i].line));
  bool fails = *filtered[_i].line;
  check_text(filtered[_i].fault, output, html.bytes + filtered[_i].lost, fails ? 0 : html.length - filtered[_i].lost);
  ck_assert_int_eq(status, fails);
  check_injected(filtered[_i].fault);
  text_free(&document);
  text_free(&html);
  text_free(&output);
  text_free(&error);
  text_free(&injector.inject);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown programs under faults");
  add_test(suite, "server goes on", server_goes_on, HARMLESS);
  add_test(suite, "server answers", server_answers, sizeof answered / sizeof *answered);
  add_test(suite, "folder server answers", folder_server_answers, sizeof in_folder / sizeof *in_folder);
  add_test(suite, "server without sandbox", server_without_sandbox, 3);
  add_test(suite, "short write", server_continues_a_short_write, 1);
  add_test(suite, "program ends", program_ends, sizeof ended / sizeof *ended);
  add_test(suite, "filter", filter, sizeof filtered / sizeof *filtered);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
