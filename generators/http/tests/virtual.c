#include "virtual.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "generators/tests/emulate.h"
#include "generators/tests/engine.h"
#include "http/server.h"
#include "isa/machines.h"
#include "markdown/markdown.h"

/* Descriptors: the listening socket, then FILE, then each client by its number. */
enum { LISTENING = 3, FILE_OPEN = 4, FIRST_CLIENT = 5, PAGE = 4096, POLLS_AT_ONCE = 10000 };

#define NO_TIMEOUT INT64_MAX

static Virtual v;
static Isa isa;
static Emulation *emulation;
static uc_engine *engine;
static const char *document;
static size_t document_length, document_read;
static uint64_t next_mapping = UINT64_C(0x7f4000000000);
static int64_t until; /* where the clock stops */
static bool stopped;

/* ---- The program ---------------------------------------------------------------------------------------------------
 */

static const NamedString names[] = {{"program_name", "markdown-server"}};

static void author(void) {
  data_strings(names);
  routine("start_serving");
  never_returns();
  call("prepare_slots");
  call("listen_or_fail");
  jump("serve");
  bss("document_path", 8, 8);
  bss("render_flags", 8, 8);
  lay_linux_text();
  lay_linux_numbers();
  lay_linux_waiting_calls();
  lay_linux_options();
  lay_http_failures();
  lay_http_server();
  lay_http_connection();
  lay_http_request();
  lay_http_response();
  lay_map_memory();
  lay_http_document();
  lay_markdown();
}

/* ---- Memory and registers ---------------------------------------------------------------------------------------- */

static void get(uint64_t address, void *bytes, size_t size) {
  engine_must(uc_mem_read(engine, address, bytes, size), "a read of the kernel");
}

static void put(uint64_t address, const void *bytes, size_t size) {
  engine_must(uc_mem_write(engine, address, bytes, size), "a write of the kernel");
}

static int64_t get_time(uint64_t address) {
  int64_t seconds_and_nanoseconds[2];
  get(address, seconds_and_nanoseconds, sizeof seconds_and_nanoseconds);
  return seconds_and_nanoseconds[0] * SECOND + seconds_and_nanoseconds[1];
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

static int64_t do_read(uint64_t fd, uint64_t address, uint64_t count) {
  bool of_file = fd == FILE_OPEN;
  Client *client = of_file ? NULL : client_of(fd);
  size_t left = of_file ? document_length - document_read : client->in_length - client->in_read;
  if (!left)
    return of_file || client->ended ? 0 : -LINUX_EAGAIN;
  size_t taken = left < count ? left : count;
  put(address, of_file ? document + document_read : client->in + client->in_read, taken);
  *(of_file ? &document_read : &client->in_read) += taken;
  return (int64_t)taken;
}

static int64_t do_write(uint64_t fd, uint64_t address, uint64_t count) {
  Client *client = client_of(fd);
  ck_assert_msg(!client->shut, "client %d is written to after the end", (int)fd - FIRST_CLIENT);
  size_t taken = count < client->room ? count : client->room;
  if (!taken)
    return -LINUX_EAGAIN;
  client->out = realloc(client->out, client->out_length + taken + 1);
  ck_assert_ptr_nonnull(client->out);
  get(address, client->out + client->out_length, taken);
  client->out[client->out_length += taken] = '\0';
  client->room -= taken;
  return (int64_t)taken;
}

static int64_t do_close(uint64_t fd) {
  if (fd != FILE_OPEN)
    client_of(fd)->closed = true;
  return 0;
}

static int64_t do_fstat(uint64_t address) {
  uint32_t mode = MODE_REGULAR | 0644;
  uint64_t size = document_length;
  put(address + (uint64_t)machine_row(isa)->stat_mode, &mode, sizeof mode);
  put(address + STAT_SIZE, &size, sizeof size);
  return 0;
}

static int64_t do_mmap(uint64_t size) {
  uint64_t rounded = (size + PAGE - 1) & ~(uint64_t)(PAGE - 1), address = next_mapping;
  engine_must(uc_mem_map(engine, address, rounded, UC_PROT_READ | UC_PROT_WRITE), "mmap");
  next_mapping += rounded + PAGE;
  return (int64_t)address;
}

static int64_t do_munmap(uint64_t address, uint64_t size) {
  engine_must(uc_mem_unmap(engine, address, (size + PAGE - 1) & ~(uint64_t)(PAGE - 1)), "munmap");
  return 0;
}

static int16_t ready(int32_t fd, int16_t events) {
  if (fd == LISTENING)
    return first_in_backlog() >= 0 ? events & LINUX_POLLIN : 0;
  const Client *client = client_of((uint64_t)fd);
  bool readable = client->in_read < client->in_length || client->ended;
  return (int16_t)(events & ((readable ? LINUX_POLLIN : 0) | (client->room ? LINUX_POLLOUT : 0)));
}

/* Where nothing is ready the clock goes on; where it would go past the end of this run, the run ends. */
static int64_t do_ppoll(uint64_t set, uint64_t count, uint64_t timeout) {
  static int64_t polled_at;
  static long polls_then;
  int64_t ready_count = 0;
  v.polls++;
  polls_then = v.now == polled_at ? polls_then + 1 : 0;
  polled_at = v.now;
  ck_assert_msg(polls_then < POLLS_AT_ONCE, "the server polls for ever while no time passes");
  for (uint64_t i = 0; i < count; i++, set += POLLFD_SIZE) {
    int32_t fd;
    int16_t events, revents = 0;
    get(set + POLLFD_FD, &fd, sizeof fd);
    get(set + POLLFD_EVENTS, &events, sizeof events);
    if (fd >= 0)
      revents = ready(fd, events);
    put(set + POLLFD_REVENTS, &revents, sizeof revents);
    ready_count += revents != 0;
  }
  if (ready_count)
    return ready_count;
  int64_t end = timeout ? v.now + get_time(timeout) : NO_TIMEOUT;
  if (end <= until) {
    v.now = end;
    return 0;
  }
  v.now = until;
  stopped = true;
  uc_emu_stop(engine);
  return -LINUX_EINTR; /* when it runs again, it polls again */
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
    put_time(a[1], v.now);
    return 0;
  case NR_PPOLL:
    return do_ppoll(a[0], a[1], a[2]);
  case NR_ACCEPT4:
    return do_accept();
  case NR_READ:
    return do_read(a[0], a[1], a[2]);
  case NR_WRITE:
    return do_write(a[0], a[1], a[2]);
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
  const LaySymbol *symbol = lay_find(machine_layout(), label);
  ck_assert_msg(symbol != NULL, "no label is called %s", label);
  stopped = false;
  uc_err error = uc_emu_start(engine, symbol->address, 0, 0, 0);
  ck_assert_msg(stopped, "the server has stopped at %#llx: %s",
                (unsigned long long)engine_get(engine, engine_machine(isa)->pc), uc_strerror(error));
}

Virtual *virtual_start(Isa of, const char *bytes, size_t length) {
  isa = of;
  document = bytes;
  document_length = length;
  emulation = emulation_new(isa, author);
  engine = emulation_engine(emulation);
  engine_on_system_call(engine, isa, on_system_call);
  emulation_prepare(emulation);
  run_from("start_serving");
  return &v;
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
  ck_assert_int_eq(v.now, time);
}
