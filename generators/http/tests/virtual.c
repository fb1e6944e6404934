#include "virtual.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "generators/tests/emulate.h"
#include "generators/tests/engine.h"
#include "http/server.h"
#include "isa/machines.h"
#include "markdown/markdown.h"

/* Descriptors: the listening socket, the epoll instance, signals, then FILE, then each client by its number. */
enum { LISTENING = 3, POLL = 4, SIGNALS = 5, FILE_OPEN = 6, FIRST_CLIENT = 7, PAGE = 4096, POLLS_AT_ONCE = 10000 };

#define NO_TIMEOUT INT64_MAX
#define CALENDAR (CALENDAR_SECONDS * SECOND + SECOND / 4) /* when the monotonic clock is 0 */

static Virtual v;
static Isa isa;
static Emulation *emulation;
static uc_engine *engine;
static const char *document;
static size_t document_length, document_read;
static uint64_t next_mapping = UINT64_C(0x7f4000000000);
static int64_t until;       /* where the clock stops */
static int64_t waits_until; /* a wait that has not ended goes on to this time */
/* What the epoll instance was told of each descriptor. */
static struct {
  bool added;
  uint32_t events;
  uint64_t data;
} watched[FIRST_CLIENT + CLIENTS_MOST];
static bool stopped;

/* ---- The program ---------------------------------------------------------------------------------------------------
 */

static const NamedString names[] = {{"program_name", "markdown-server"}};

static void author(void) {
  data_strings(names);
  routine("start_serving");
  never_returns();
  la(A1, "memory_limit");
  st64(-1, A1, 0);
  call("listen_or_fail");
  call("prepare_slots");
  jump("serve");
  bss("document_path", 8, 8);
  bss("render_flags", 8, 8);
  lay_linux_text();
  lay_append_bytes();
  lay_linux_numbers();
  lay_linux_waiting_calls();
  lay_linux_options();
  lay_http_failures();
  lay_http_server();
  lay_http_connection();
  lay_http_page();
  lay_http_kept();
  lay_http_resource();
  lay_http_document_page();
  lay_http_folder();
  lay_http_media_types();
  lay_http_listing();
  lay_http_request();
  lay_http_address();
  lay_http_date();
  lay_http_conditions();
  lay_http_response();
  lay_http_log();
  lay_map_memory();
  lay_http_document();
  lay_tidy_document();
  lay_markdown();
  lay_http_texts(false);
  lay_http_slots();
}

/* ---- Memory and registers ---------------------------------------------------------------------------------------- */

static void get(uint64_t address, void *bytes, size_t size) {
  engine_must(uc_mem_read(engine, address, bytes, size), "a read of the kernel");
}

static void put(uint64_t address, const void *bytes, size_t size) {
  engine_must(uc_mem_write(engine, address, bytes, size), "a write of the kernel");
}

static void put_time(uint64_t address, int64_t time) {
  put(address, (const int64_t[]){time / SECOND, time % SECOND}, 16);
}

static Client *client_of(uint64_t fd) {
  ck_assert_msg(fd >= FIRST_CLIENT && fd < (uint64_t)(FIRST_CLIENT + v.clients), "descriptor %d is no client's",
                (int)fd);
  Client *client = &v.client[fd - FIRST_CLIENT];
  ck_assert_msg(client->accepted && !client->closed, "client %d is not open", (int)fd - FIRST_CLIENT);
  return client;
}

/* ---- System calls ------------------------------------------------------------------------------------------------ */

static int first_in_backlog(void) {
  for (int i = 0; i < v.clients; i++)
    if (!v.client[i].accepted)
      return i;
  return -1;
}

static int64_t do_accept(void) {
  int first = first_in_backlog();
  v.accepts++;
  if (first < 0)
    return -LINUX_EAGAIN;
  if (v.no_descriptor_left)
    return -v.no_descriptor_left;
  v.client[first].accepted = true;
  return FIRST_CLIENT + first;
}

static int64_t read_document(uint64_t address, uint64_t count) {
  v.renderings += document_read == 0;
  size_t left = document_length - document_read, taken = left < count ? left : count;
  put(address, document + document_read, taken);
  document_read += taken;
  return (int64_t)taken;
}

static int64_t do_read(uint64_t fd, uint64_t address, uint64_t count) {
  if (fd == SIGNALS)
    return v.signals ? v.signals--, SIGNAL_INFO_SIZE : -LINUX_EAGAIN;
  if (fd == FILE_OPEN)
    return read_document(address, count);
  Client *client = client_of(fd);
  size_t left = client->in_length - client->in_read, taken = left < count ? left : count;
  if (client->reset)
    return -LINUX_ECONNRESET;
  if (!left)
    return client->ended ? 0 : -LINUX_EAGAIN;
  put(address, client->in + client->in_read, taken);
  client->in_read += taken;
  if (client->resets && client->in_read == client->in_length)
    client->reset = true;
  return (int64_t)taken;
}

static size_t write_part(Client *client, uint64_t address, uint64_t count) {
  size_t taken = count < client->room ? count : client->room;
  client->out = realloc(client->out, client->out_length + taken + 1);
  ck_assert_ptr_nonnull(client->out);
  if (taken)
    get(address, client->out + client->out_length, taken);
  client->out[client->out_length += taken] = '\0';
  client->room -= taken;
  return taken;
}

static int64_t do_writev(uint64_t fd, uint64_t vector, uint64_t count) {
  Client *client = client_of(fd);
  ck_assert_msg(!client->shut, "client %d is written to after the end", (int)fd - FIRST_CLIENT);
  int64_t taken = 0;
  bool full = client->room == 0;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t part[2];
    get(vector + i * sizeof part, part, sizeof part);
    taken += (int64_t)write_part(client, part[0], part[1]);
  }
  return full ? -LINUX_EAGAIN : taken;
}

/* The log. Errors, which are told to standard error, do not matter here. */
static int64_t do_write(uint64_t fd, uint64_t address, uint64_t count) {
  if (fd != 1)
    return (int64_t)count;
  ck_assert_uint_lt(v.logged_length + count, sizeof v.logged);
  get(address, v.logged + v.logged_length, count);
  v.logged[v.logged_length += count] = '\0';
  return (int64_t)count;
}

/* A look at what has come, which it leaves there. */
static int64_t do_recvfrom(uint64_t fd) {
  const Client *client = client_of(fd);
  if (client->reset)
    return -LINUX_ECONNRESET;
  return client->in_read < client->in_length ? 1 : client->ended ? 0 : -LINUX_EAGAIN;
}

static int64_t do_close(uint64_t fd) {
  if (fd == LISTENING)
    v.closed_backlog = true;
  else if (fd != FILE_OPEN)
    client_of(fd)->closed = true;
  return 0;
}

static int64_t do_fstat(uint64_t address) {
  uint32_t mode = MODE_REGULAR | 0644;
  uint64_t size = document_length;
  put(address + (uint64_t)bl_machine_row(isa)->stat_mode, &mode, sizeof mode);
  put(address + STAT_DEVICE, &v.file.device, 8);
  put(address + STAT_INODE, &v.file.inode, 8);
  put(address + STAT_SIZE, &size, sizeof size);
  put(address + STAT_MTIME, &v.file.modified, 16);
  put(address + STAT_CTIME, &v.file.changed, 16);
  return 0;
}

static int64_t do_mmap(uint64_t size) {
  uint64_t rounded = (size + PAGE - 1) & ~(uint64_t)(PAGE - 1), address = next_mapping;
  engine_must(uc_mem_map(engine, address, rounded, UC_PROT_READ | UC_PROT_WRITE), "mmap");
  next_mapping += rounded + PAGE;
  v.mapped_pages += (long)(rounded / PAGE);
  return (int64_t)address;
}

static int64_t do_munmap(uint64_t address, uint64_t size) {
  uint64_t rounded = (size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
  engine_must(uc_mem_unmap(engine, address, rounded), "munmap");
  v.mapped_pages -= (long)(rounded / PAGE);
  return 0;
}

/* MADV_DONTNEED: the pages are zero again. */
static int64_t do_madvise(uint64_t address, uint64_t size) {
  static const char zeroes[PAGE];
  for (uint64_t at = 0; at < size; at += PAGE)
    put(address + at, zeroes, PAGE);
  return 0;
}

static int16_t ready(int32_t fd, int16_t events) {
  if (fd == SIGNALS)
    return v.signals ? events & LINUX_POLLIN : 0;
  if (fd == LISTENING)
    return v.closed_backlog ? 0 : first_in_backlog() >= 0 ? events & LINUX_POLLIN : 0;
  const Client *client = client_of((uint64_t)fd);
  bool readable = client->in_read < client->in_length || client->ended || client->reset;
  return (int16_t)(events & ((readable ? LINUX_POLLIN : 0) | (client->room ? LINUX_POLLOUT : 0)));
}

static int64_t do_epoll_ctl(uint64_t operation, uint64_t fd, uint64_t event) {
  ck_assert_uint_lt(fd, FIRST_CLIENT + CLIENTS_MOST);
  ck_assert_msg(watched[fd].added == (operation != LINUX_EPOLL_CTL_ADD), "descriptor %d is watched %s", (int)fd,
                watched[fd].added ? "already" : "not yet");
  if (v.no_memory_to_watch && operation == LINUX_EPOLL_CTL_ADD)
    return -LINUX_ENOMEM;
  watched[fd].added = operation != LINUX_EPOLL_CTL_DEL;
  get(event, &watched[fd].events, sizeof watched[fd].events);
  get(event + (uint64_t)bl_machine_row(isa)->epoll_data, &watched[fd].data, sizeof watched[fd].data);
  return 0;
}

static int64_t tell_events(uint64_t events, uint64_t most) {
  uint64_t size = (uint64_t)bl_machine_row(isa)->epoll_data + 8, told = 0;
  int end = FIRST_CLIENT + v.clients;
  for (int i = 0; i <= end && told < most; i++) {
    int fd = i == end ? SIGNALS : i;
    if (fd == SIGNALS && v.signals_last != (i == end))
      continue;
    bool open = fd == LISTENING || fd == SIGNALS ||
                (fd >= FIRST_CLIENT && v.client[fd - FIRST_CLIENT].accepted && !v.client[fd - FIRST_CLIENT].closed);
    uint32_t happened = open && watched[fd].events ? (uint32_t)ready(fd, (int16_t)watched[fd].events) : 0;
    if (!happened)
      continue;
    put(events + told * size, &happened, sizeof happened);
    put(events + told * size + size - 8, &watched[fd].data, 8);
    told++;
  }
  return (int64_t)told;
}

/* Where nothing is ready the clock goes on; where it would go past the end of this run, the run ends. */
static int64_t do_epoll_pwait(uint64_t events, uint64_t most, int32_t milliseconds) {
  static int64_t polled_at;
  static long polls_then;
  v.polls++;
  polls_then = v.now == polled_at ? polls_then + 1 : 0;
  polled_at = v.now;
  ck_assert_msg(polls_then < POLLS_AT_ONCE, "the server polls for ever while no time passes");
  int64_t told = tell_events(events, most);
  int64_t end = waits_until ? waits_until : milliseconds < 0 ? NO_TIMEOUT : v.now + milliseconds * (SECOND / 1000);
  waits_until = 0;
  if (told)
    return told;
  if (end <= until) {
    v.now = end;
    return 0;
  }
  v.now = until;
  waits_until = end;
  stopped = true;
  uc_emu_stop(engine);
  return -LINUX_EINTR; /* when it runs again, it waits again, and this wait goes on */
}

static int64_t do_prlimit(uint64_t new, uint64_t old) {
  const uint64_t limit[] = {20, FIRST_CLIENT + (uint64_t)v.slots};
  if (old)
    put(old, limit, sizeof limit);
  uint64_t wanted[2];
  if (new) {
    get(new, wanted, sizeof wanted);
    ck_assert_uint_eq(wanted[0], limit[1]);
  }
  return 0;
}

static int64_t system_call(SystemCall call, const uint64_t *a) {
  switch (call) {
  case NR_SOCKET:
    return LISTENING;
  case NR_SETSOCKOPT:
  case NR_BIND:
  case NR_LISTEN:
  case NR_GETSOCKNAME:
    return 0;
  case NR_CLOCK_GETTIME:
    v.clock_reads++;
    put_time(a[1], a[0] == LINUX_CLOCK_REALTIME ? CALENDAR + v.now : v.now);
    return 0;
  case NR_EPOLL_CREATE1:
    return POLL;
  case NR_SIGNALFD4:
    return SIGNALS;
  case NR_EXIT_GROUP:
    v.exited = stopped = true;
    uc_emu_stop(engine);
    return 0;
  case NR_EPOLL_CTL:
    return do_epoll_ctl(a[1], a[2], a[3]);
  case NR_EPOLL_PWAIT:
    return do_epoll_pwait(a[1], a[2], (int32_t)a[3]);
  case NR_PRLIMIT64:
    return do_prlimit(a[2], a[3]);
  case NR_PPOLL: /* whether standard output or standard error takes something */
    return 1;
  case NR_WRITE:
    return do_write(a[0], a[1], a[2]);
  case NR_GETPEERNAME: /* all zero: nobody asks for the address */
    return 0;
  case NR_RECVFROM:
    return do_recvfrom(a[0]);
  case NR_MADVISE:
    return do_madvise(a[0], a[1]);
  case NR_ACCEPT4:
    return do_accept();
  case NR_READ:
    return do_read(a[0], a[1], a[2]);
  case NR_WRITEV:
    return do_writev(a[0], a[1], a[2]);
  case NR_SHUTDOWN:
    client_of(a[0])->shut = true;
    return 0;
  case NR_CLOSE:
    return do_close(a[0]);
  case NR_OPENAT:
    document_read = 0;
    return FILE_OPEN;
  case NR_FSTAT:
    return do_fstat(a[1]);
  case NR_NEWFSTATAT:
    return do_fstat(a[2]);
  case NR_MMAP:
    return do_mmap(a[1]);
  case NR_MUNMAP:
    return do_munmap(a[0], a[1]);
  default:
    ck_abort_msg("system call %d is none that the server makes", (int)call);
  }
}

static void on_system_call(uc_engine *uc, Isa of) {
  const EngineMachine *machine = engine_machine(of);
  uint64_t number = engine_get(uc, machine->call_number), a[6];
  int call = 0;
  while (call < NR_COUNT && (uint64_t)machine->kernel_numbers[call] != number)
    call++;
  for (int i = 0; i < 6; i++)
    a[i] = engine_get(uc, machine->reg[i]);
  engine_set(uc, machine->call_result, (uint64_t)system_call((SystemCall)call, a));
}

/* ---- The test's side --------------------------------------------------------------------------------------------- */

/* Run from a label until the server polls and nothing happens any more before `until`. */
static void run_from(const char *label) {
  const LaySymbol *symbol = bl_lay_find(bl_machine_layout(), label);
  ck_assert_msg(symbol != NULL, "no label is called %s", label);
  stopped = false;
  uc_err error = uc_emu_start(engine, symbol->address, 0, 0, 0);
  ck_assert_msg(stopped, "the server has stopped at %#llx: %s",
                (unsigned long long)engine_get(engine, engine_machine(isa)->pc), uc_strerror(error));
}

Virtual *virtual_start(Isa of, const char *bytes, size_t length, int slots) {
  isa = of;
  v.slots = slots;
  document = bytes;
  document_length = length;
  emulation = emulation_new(isa, author);
  engine = emulation_engine(emulation);
  engine_on_system_call(engine, isa, on_system_call);
  emulation_prepare(emulation);
  run_from("start_serving");
  return &v;
}

static void set_variable(const char *name, uint64_t value) {
  const LaySymbol *place = bl_lay_find(bl_machine_layout(), name);
  ck_assert_ptr_nonnull(place);
  put(place->address, &value, sizeof value);
}

void virtual_flags(uint64_t flags) { set_variable("render_flags", flags); }
void virtual_memory(uint64_t size) { set_variable("memory_limit", size); }
void virtual_cache(uint64_t size) { set_variable("cache_limit", size); }

void virtual_write(const char *bytes, size_t length) {
  document = bytes;
  document_length = length;
}

void virtual_log(void) {
  const LaySymbol *log = bl_lay_find(bl_machine_layout(), "access_log");
  ck_assert_ptr_nonnull(log);
  put(log->address + LOG_NAME, &log->address, sizeof log->address); /* any address: the log is open already */
}

int virtual_connect(void) {
  ck_assert_int_lt(v.clients, CLIENTS_MOST);
  v.client[v.clients] = (Client){.room = SIZE_MAX};
  return v.clients++;
}

void virtual_send(int client, const char *octets) {
  Client *to = &v.client[client];
  size_t length = strlen(octets);
  ck_assert_uint_le(to->in_length + length, sizeof to->in);
  memcpy(to->in + to->in_length, octets, length);
  to->in_length += length;
}

void virtual_run(int64_t time) {
  until = time;
  run_from("serve.wait");
  if (!v.exited)
    ck_assert_int_eq(v.now, time);
}

/* SPDX-License-Identifier: MIT */
