/* drive.h: the built programs started as a user would, and clients made of raw sockets.
 *
 * Nothing sleeps: whatever is waited for is waited for with poll and a deadline, and a deadline that passes fails the
 * test. A program dies with the test that started it. */
#ifndef BYTEGATE_DRIVE_H
#define BYTEGATE_DRIVE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* How an ELF is run. */
typedef struct {
  const char *name;
  const char *arch; /* suffix of the file */
  const char *qemu; /* NULL: natively */
} Runner;

/* A deadline is for what hangs. It is so long that it does not pass where the machine has other things to do. */
enum { RUNNERS = 3, DEADLINE_MS = 300000 };

/* Milliseconds that the server is patient: it may give a client up when as many have passed since they were last heard
 * of, by the clock that now_ms reads too, and not before. */
enum { PATIENCE_MS = 5000 };
long now_ms(void);

extern const Runner runners[RUNNERS];

/* Bytes on the heap. */
typedef struct {
  char *bytes; /* NUL after the last */
  size_t length;
} Text;

Text text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
void text_free(Text *text);
/* Fail the test, naming the first offset that differs. */
void check_text(const char *what, Text text, const char *expected, size_t length);

/* `count` lines of plain words, each with its number: one paragraph, and the HTML that it is. */
Text plain_document(size_t count);
Text plain_html(size_t count);

/* A program being run. */
typedef struct {
  pid_t pid;
  int input, output, error; /* pipes; -1 once closed */
} Program;

/* Options of program_start; all zero: none. */
typedef struct {
  const char *const *wrapper; /* command that starts it, ending with NULL */
  const char *option;         /* of server_start: one more argument; NULL: none */
  unsigned descriptors;       /* RLIMIT_NOFILE, 0: as it is */
  int closed;                 /* standard descriptor to close, plus one; 0: none */
  int output;                 /* descriptor for standard output, plus one; 0: a pipe */
  int inherited;              /* descriptor for its descriptor 3, plus one; 0: none */
  const char *log;            /* file of the server's access log; NULL: none */
  bool non_blocking_input;    /* the program's end of the pipe is O_NONBLOCK */
  bool signals_blocked;       /* SIGTERM and SIGINT are blocked when it starts */
} StartOptions;

/* Start build/elf/NAME_ARCH with arguments that end with NULL. */
Program program_start(const Runner *runner, const char *name, const char *const *arguments, StartOptions options);
/* Write all of `input` to the program's standard input, as far as it reads it. */
void program_feed(const Program *program, Text input);
/* Read a pipe to its end. */
Text read_to_end(int fd);
/* Close the input, read both outputs to their ends, wait. Returns the exit status, or 128 + the signal. */
int program_finish(Program *program, Text *output, Text *error);

/* A server that has said it is ready. */
typedef struct {
  Program program;
  int port;
} Server;

/* Start markdown-server for `path` on a free port of 127.0.0.1, and wait for its line. */
Server server_start(const Runner *runner, const char *path, StartOptions options);
/* SIGTERM, and it must end with 0 and have written nothing to standard error, but for what the kernel does not have. */
void server_stop(Server *server);
/* The same, and it has written `told` there; NULL: whatever it was. */
void server_stop_telling(Server *server, const char *told);

/* A connected socket. receive_buffer: bytes of SO_RCVBUF, or 0. */
int client_connect(const Server *server, int receive_buffer);
/* Send all, waiting for room; false if the server has closed the connection. */
bool client_send(int fd, const void *bytes, size_t length);
/* All that comes until the end of file. A reset fails the test. Closes the socket. */
Text client_receive(int fd);
/* Connect, send, receive. */
Text request(const Server *server, const char *octets);
/* Wait until there is something to read, or the end of file; false after `milliseconds`. */
bool client_readable(int fd, int milliseconds);
/* Close with a reset. */
void client_abort(int fd);

/* The entity tag of a page, as the server works it out. */
uint64_t page_tag(const char *html, size_t length);
/* The answer without the value of its Date, and without Last-Modified: a copy. Fails unless Date comes first in the
 * header section and both are dates as HTTP writes them. `date`: what Date says, or NULL. */
Text without_dates(Text answer, time_t *date);
/* Fail unless the answer is exactly 200 with this page. */
void check_page(const char *what, Text answer, const char *html, size_t length);
/* Fail unless the answer is exactly that error ("404 Not Found"), with its page unless `head`. */
void check_error(const char *what, Text answer, const char *reason, bool head);

/* A path in the folder of this run_suite. Valid until the next call. */
const char *temporary_path(const char *name);
void write_file(const char *path, const void *bytes, size_t length);

/* Add a test as a case of its own, run `loops` times, with _i = 0, 1 ... */
void add_test(Suite *suite, const char *name, const TTest *test, int loops);
/* Run all, with a temporary folder. Returns main's status. */
int run_suite(Suite *suite);

#endif

/* SPDX-License-Identifier: MIT */
