/* A server or a run as the gate expects it, but for the one fault that it was asked for. It is run as a program of its
   own, through the same launcher, driver and comparison as every program under test. */
#include "harness/session/plant.h"

#include "harness/base/bytes.h"
#include "oracles/markdown.h"

#include <arpa/inet.h>
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum planted_fault {
  NONE,
  WRONG_BYTE,
  MISSING_TAIL,
  EXTRA_TAIL,
  ENDLESS_TAIL,
  WRONG_HEADER,
  HEADER_CASE,
  EXTRA_HEADER,
  MISSING_HEADER,
  HEADER_ORDER,
  WRONG_LENGTH,
  WRONG_STATUS,
  OLD_VERSION,
  WEARINESS,
  WANDERING,
  RESET,
  CRASH,
  EARLY_END,
  HANG,
  NEVER_READY,
  REFUSAL,
  ELSEWHERE,
  LEAK,
  ESCAPED_LEAK,
  KEPT_DESCRIPTOR,
  KEPT_MEMORY,
  WRONG_END,
  FATAL_END,
  CHATTER,
  REMOVAL,
  ECHO,
  FAULTS
};

static const char *const names[FAULTS] = {[NONE] = "none",
                                          [WRONG_BYTE] = "wrong-byte",
                                          [MISSING_TAIL] = "truncated-body",
                                          [EXTRA_TAIL] = "extra-body",
                                          [ENDLESS_TAIL] = "endless-body",
                                          [WRONG_HEADER] = "wrong-header",
                                          [HEADER_CASE] = "header-letter-case",
                                          [EXTRA_HEADER] = "extra-header",
                                          [MISSING_HEADER] = "missing-header",
                                          [HEADER_ORDER] = "header-order",
                                          [WRONG_LENGTH] = "wrong-length",
                                          [WRONG_STATUS] = "wrong-status",
                                          [OLD_VERSION] = "old-version",
                                          [WEARINESS] = "wrong-after-the-first",
                                          [WANDERING] = "wrong-elsewhere-each-time",
                                          [RESET] = "reset",
                                          [CRASH] = "crash",
                                          [EARLY_END] = "early-end",
                                          [HANG] = "hang",
                                          [NEVER_READY] = "never-ready",
                                          [REFUSAL] = "refusal",
                                          [ELSEWHERE] = "other-machine",
                                          [LEAK] = "leak",
                                          [ESCAPED_LEAK] = "escaped-leak",
                                          [KEPT_DESCRIPTOR] = "kept-descriptors",
                                          [KEPT_MEMORY] = "kept-memory",
                                          [WRONG_END] = "wrong-exit-status",
                                          [FATAL_END] = "crash-at-sigterm",
                                          [CHATTER] = "second-line",
                                          [REMOVAL] = "removed-document",
                                          [ECHO] = "echo"};

static volatile sig_atomic_t status_at_end;

static void end_by_term(int signal_number) {
  (void)signal_number;
  _exit(status_at_end);
}

static _Noreturn void wait_for_ever(void) {
  for (;;)
    pause();
}

static void crash(void) {
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
}

/* Leaves a process; one that ESCAPES leaves its group and its parent, too. */
static void leave_process(bool escapes) {
  int ready[2];
  char byte = 0;
  if (pipe(ready) != 0)
    die("plant: no pipe");
  pid_t child = fork();
  if (child == 0) {
    if (escapes && (setsid() < 0 || fork() != 0))
      _exit(0);
    if (write(ready[1], "", 1) == 1)
      wait_for_ever();
    _exit(0);
  }
  if (read(ready[0], &byte, 1) != 1)
    die("plant: no child");
}

/* Listens on a port that the kernel picks, and says which. */
static int listen_somewhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 16) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    die("plant: no port to listen on");
  printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void render(const char *file, struct bytes *html) {
  struct bytes markdown = {0};
  size_t len = 0;
  bytes_read_file(&markdown, file);
  char *rendered = markdown_oracle_render(span_of(&markdown).data, markdown.len, false, &len);
  bytes_append(html, rendered, len);
  free(rendered);
  bytes_free(&markdown);
}

/* Sends all of it. Returns false where the client takes no more. */
static bool send_all(int client, struct span bytes) {
  for (size_t at = 0; at < bytes.len;) {
    ssize_t sent = send(client, bytes.data + at, bytes.len - at, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    at += (size_t)sent;
  }
  return true;
}

/* A reset after the last byte: the client has all of it, and then an error. */
static void reset(int client) {
  const struct linger now = {.l_onoff = 1};
  char byte;
  while (recv(client, &byte, 1, MSG_DONTWAIT) > 0)
    ;
  setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Sends the answer to the REQUEST, the NUMBER-th from 0. */
static void answer(int client, enum planted_fault fault, unsigned number, const char *file, struct span request) {
  struct bytes html = {0};
  struct bytes response = {0};
  if (fault == ECHO)
    bytes_add(&html, request);
  else
    render(file, &html);
  bytes_printf(&response, "HTTP/1.%c %s\r\n%sContent-%cype: text/%s; charset=utf-8\r\nContent-Length: %zu\r\n%s%s\r\n",
               fault == OLD_VERSION ? '0' : '1', fault == WRONG_STATUS ? "203 OK" : "200 OK",
               fault == HEADER_ORDER ? "Connection: close\r\n" : "", fault == HEADER_CASE ? 't' : 'T',
               fault == WRONG_HEADER ? "htm1" : "html", html.len + (fault == WRONG_LENGTH),
               fault == HEADER_ORDER || fault == MISSING_HEADER ? "" : "Connection: close\r\n",
               fault == EXTRA_HEADER ? "Planted: yes\r\n" : "");
  if ((fault == WRONG_BYTE || (fault == WEARINESS && number > 0)) && html.len)
    html.data[html.len / 2] ^= 1;
  if (fault == WANDERING && html.len)
    html.data[number % html.len] ^= 1;
  if (fault == MISSING_TAIL && html.len)
    html.len--;
  if (fault == EXTRA_TAIL)
    bytes_text(&html, "\n");
  bytes_add(&response, span_of(&html));
  bool taken = send_all(client, span_of(&response));
  while (taken && fault == ENDLESS_TAIL)
    taken = send_all(client, span_of(&response));
  if (fault == RESET)
    reset(client);
  bytes_free(&response);
  bytes_free(&html);
}

/* Reads a request to the end of its header section; one that is to be echoed, to the end of what the client sends. */
static void read_request(int client, bool whole, struct bytes *request) {
  char block[4096];
  ssize_t got = 0;
  while ((got = recv(client, block, sizeof block, 0)) > 0) {
    bytes_append(request, block, (size_t)got);
    if (!whole && memmem(request->data, request->len, "\r\n\r\n", 4))
      return;
  }
}

/* What the server does beside its answer. */
static void keep(enum planted_fault fault, const char *file) {
  enum { MANY_BYTES = 1 << 20 };
  if (fault == KEPT_DESCRIPTOR && dup(STDERR_FILENO) < 0)
    die("plant: no descriptor");
  if (fault == KEPT_MEMORY &&
      mmap(NULL, MANY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
    die("plant: no memory");
  if (fault == REMOVAL)
    unlink(file);
  if (fault == CRASH)
    crash();
  if (fault == EARLY_END)
    _exit(0);
}

static _Noreturn void serve(int listener, enum planted_fault fault, const char *file) {
  for (unsigned number = 0;; number++) {
    struct bytes request = {0};
    int client = accept(listener, NULL, NULL);
    if (client < 0)
      continue;
    read_request(client, fault == ECHO, &request);
    if (fault == HANG)
      wait_for_ever();
    if (fault != REMOVAL)
      keep(fault, file);
    answer(client, fault, number, file, span_of(&request));
    if (fault == REMOVAL)
      keep(fault, file);
    close(client);
    bytes_free(&request);
  }
}

/* What a run does, in words of its own: prints TEXT, or writes it to a file; says ERRORS on stderr, and ends with
   STATUS or by SIGNAL. */
static const struct planted_run {
  const char *name, *text, *errors;
  int status, signal;
} runs[] = {
    {"run-none", "planted\n", "", 0, 0},
    {"run-wrong-byte", "plant3d\n", "", 0, 0},
    {"run-short", "planted", "", 0, 0},
    {"run-tail", "planted\n\n", "", 0, 0},
    {"run-exit-status", "planted\n", "", 3, 0},
    {"run-signal", "planted\n", "", 0, SIGSEGV},
    {"run-other-signal", "planted\n", "", 0, SIGILL},
    {"run-stderr", "planted\n", "odd\n", 0, 0},
    {"run-leak", "planted\n", "", 0, 0},
    {"run-escaped-leak", "planted\n", "", 0, 0},
    {"run-hang", "planted\n", "", 0, 0},
    {"run-size", NULL, "", 0, 0},
    {"run-nothing", "", "", 0, 0},
    {"run-file", "planted\n", "", 0, 0},
    {"run-wrong-file", "plant3d\n", "", 0, 0},
};

/* The size of the file "planted" in its folder, which a tree is to have put there. */
static void print_size(void) {
  struct stat status = {0};
  printf("%lld\n", stat("planted", &status) == 0 ? (long long)status.st_size : -1LL);
}

static int plant_run(const struct planted_run *run) {
  if (strstr(run->name, "file"))
    return write_file("planted", span_text(run->text));
  if (run->text)
    fputs(run->text, stdout);
  else
    print_size();
  fputs(run->errors, stderr);
  fflush(stdout);
  if (strstr(run->name, "leak"))
    leave_process(strstr(run->name, "escaped") != NULL);
  if (strstr(run->name, "hang"))
    wait_for_ever();
  if (run->signal) {
    signal(run->signal, SIG_DFL);
    raise(run->signal);
  }
  return run->status;
}

int plant(const char *name, const char *file) {
  enum planted_fault fault = NONE;
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
    if (strcmp(runs[i].name, name) == 0)
      return plant_run(&runs[i]);
  while (fault < FAULTS && strcmp(names[fault], name) != 0)
    fault++;
  if (fault == FAULTS)
    return EXIT_USAGE;
  if (fault == REFUSAL) {
    fputs("plant: refusing to start\n", stderr);
    return EXIT_DIVERGED;
  }
  if (fault == NEVER_READY)
    wait_for_ever();
  if (fault == LEAK || fault == ESCAPED_LEAK)
    leave_process(fault == ESCAPED_LEAK);
  if (fault == ELSEWHERE) {
    puts("http://192.0.2.1:80/");
    fflush(stdout);
    wait_for_ever();
  }
  status_at_end = fault == WRONG_END ? 3 : 0;
  signal(SIGTERM, fault == FATAL_END ? SIG_DFL : end_by_term);
  int listener = listen_somewhere();
  if (fault == CHATTER) {
    puts("planted");
    fflush(stdout);
  }
  serve(listener, fault, file);
}

/* write(1, text, 8); exit(status), or an instruction that there is not. The text follows the code. */
static void lay_x64(unsigned char status, bool crashes, struct bytes *code) {
  bytes_append(code, "\xb8\1\0\0\0\xbf\1\0\0\0\x48\x8d\x35\x13\0\0\0\xba\x8\0\0\0\xf\5\xb8\x3c\0\0\0\xbf", 30);
  bytes_append(code, (const char[]){(char)status, 0, 0, 0, 0x0f, crashes ? 0x0b : 0x05}, 6);
}

static void lay_arm64(unsigned char status, bool crashes, struct bytes *code) {
  const uint32_t words[] = {0xd2800808,
                            0xd2800020,
                            0x100000c1,
                            0xd2800102,
                            0xd4000001,
                            0xd2800ba8,
                            0xd2800000U | (uint32_t)status << 5,
                            crashes ? 0 : 0xd4000001};
  bytes_append(code, words, sizeof words);
}

/* A machine without a row is not planted for. */
static const struct {
  uint16_t e_machine;
  void (*lay)(unsigned char status, bool crashes, struct bytes *code);
} planted_machines[] = {{EM_X86_64, lay_x64}, {EM_AARCH64, lay_arm64}};

static bool lay_code(uint16_t machine, const struct plant_elf *plant, struct bytes *code) {
  for (size_t i = 0; i < sizeof planted_machines / sizeof *planted_machines; i++)
    if (planted_machines[i].e_machine == machine) {
      planted_machines[i].lay(plant->status, plant->crashes, code);
      return true;
    }
  return false;
}

bool plant_elf(const char *path, uint16_t machine, const struct plant_elf *plant) {
  enum { BASE = 0x400000, TEXT = 8 };
  struct bytes elf = {0};
  struct bytes code = {0};
  bool good = lay_code(machine, plant, &code);
  bytes_append(&code, plant->text, TEXT);
  Elf64_Ehdr header = {.e_ident = "\x7f"
                                  "ELF\2\1\1",
                       .e_type = plant->refused ? ET_REL : ET_EXEC,
                       .e_machine = machine,
                       .e_version = 1,
                       .e_entry = BASE + sizeof header + sizeof(Elf64_Phdr),
                       .e_phoff = sizeof header,
                       .e_ehsize = sizeof header,
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 1};
  Elf64_Phdr segment = {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE, .p_align = 0x1000};
  segment.p_filesz = segment.p_memsz = sizeof header + sizeof segment + code.len;
  bytes_append(&elf, &header, sizeof header);
  bytes_append(&elf, &segment, sizeof segment);
  bytes_add(&elf, span_of(&code));
  good = good && write_file(path, span_of(&elf)) == 0 && chmod(path, 0755) == 0;
  bytes_free(&code);
  bytes_free(&elf);
  return good;
}

/* SPDX-License-Identifier: MIT */
