/* http.h: what the two Markdown programs are made of besides the renderer: text, command line, document, HTTP.
 *
 * Each lay_http_*() lays the routines of one file; their contracts stand above them. What the files share beyond those
 * routines is here: the records in bss that several of them touch, and the few numbers of Linux that are the same on
 * every machine. A program lays the parts that it needs and defines the data item "program_name" (NUL-terminated,
 * in front of every error line).
 *
 * Register use in contracts: "destroys A*, T*" is the rule and is not repeated; S registers are kept unless it is
 * said that a routine works on them. */
#ifndef BYTEGATE_HTTP_H
#define BYTEGATE_HTTP_H

#include "../isa/machine.h"

/* errno values and flags of Linux, the same on x86-64 and arm64 (asm-generic). */
enum {
  LINUX_ENOENT = 2,
  LINUX_EINTR = 4,
  LINUX_EIO = 5,
  LINUX_EBADF = 9,
  LINUX_EAGAIN = 11,
  LINUX_ENOMEM = 12,
  LINUX_EACCES = 13,
  LINUX_ENOTDIR = 20,
  LINUX_EISDIR = 21,
  LINUX_EFBIG = 27,
  LINUX_ENOSPC = 28,
  LINUX_EPIPE = 32,
  LINUX_EADDRINUSE = 98,
  LINUX_EADDRNOTAVAIL = 99,
  LINUX_ECONNABORTED = 103,
  LINUX_AT_FDCWD = -100,
  LINUX_O_RDONLY = 0,
  LINUX_O_NONBLOCK = 04000,
  LINUX_O_CLOEXEC = 02000000,
  LINUX_POLLIN = 1,
  LINUX_POLLOUT = 4,
  LINUX_SIGINT = 2,
  LINUX_SIGPIPE = 13,
  LINUX_SIGTERM = 15
};

/* Exit statuses of both programs. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* "document": the Markdown being read, one at a time. */
enum {
  DOCUMENT_BASE = 0,      /* its mapping, or 0 */
  DOCUMENT_LENGTH = 8,    /* bytes read so far */
  DOCUMENT_CAPACITY = 16, /* bytes mapped */
  DOCUMENT_SIZE = 24
};

/* Bytes before the workspace in the same mapping: room to put a header section directly before the HTML. */
enum { PAGE_HEADROOM = 4096 };

/* What parse_request knows of a request: */
enum {
  REQUEST_HEAD = 1,           /* its method is HEAD: the answer bears no body */
  REQUEST_HTTP_1_0 = 2,       /* it needs no Host */
  REQUEST_HOST = 4,           /* Host has come */
  REQUEST_LINE = 8,           /* the request line is complete */
  REQUEST_CONTENT_LENGTH = 16 /* Content-Length has come */
};

/* At the head of a routine that calls others and never returns. */
#define never_returns() enter_bare()

/* A NUL-terminated string of the program, and its label. */
typedef struct {
  const char *name, *text;
} NamedString;

/* An option of the command line, and the label that handles it ("_start.label"). */
typedef struct {
  const char *name, *handler;
} Option;

/* Lay an array of NamedString. */
void op_strings(const NamedString *strings, size_t count);
#define data_strings(array) (AT_, op_strings(array, sizeof(array) / sizeof *(array)))

/* Lay an array of Option as "options", for find_option, and "option_handlers", for jump_table. The last one bears an
 * empty name and handles all arguments that are none of the others. */
void op_options(const Option *options, size_t count);
#define data_options(array) (AT_, op_options(array, sizeof(array) / sizeof *(array)))

/* End the program: "PROGRAM: BEFORE VALUE AFTER" on standard error. `before`, `after`: labels of strings; `value`: a
 * register, the address of a string. */
#define fail_with(before, value, after, status)                                                                        \
  (mov(A1, value), la(A0, before), la(A2, after), li(A3, status), jump("fail"))

void lay_http_text(void);         /* text.c: strings, numbers, addresses; writing to a file descriptor */
void lay_http_command_line(void); /* command_line.c: options and their values, the one error line, signals */
void lay_http_document(void);     /* document.c: reading a document, rendering it */
void lay_http_request(void);      /* request.c: is it an HTTP request, and what is its answer's status */
void lay_http_response(void);     /* response.c: the answer's bytes */
void lay_http_connection(void);   /* connection.c: one client, from accept to close */
void lay_http_server(void);       /* server.c: the listening socket and the event loop */

#endif
