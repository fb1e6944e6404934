/* Streams from records. A descriptor that is closed and opened again is another stream; one that is a duplicate, or
   opened by a name of standard output, is the same. */
#include "harness/blame/blame_stream.h"

#include "harness/blame/blame_files.h"
#include "harness/suite/target.h"

#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One piece of output. */
struct piece {
  int stream; /* as of struct descriptors */
  bool accepted;
  uint64_t address;
  const char *bytes;
  size_t len;
  size_t output;
  const struct observed *call;
  int file;    /* -1: it went into no file that was opened by a name */
  uint64_t at; /* byte of the file */
};

struct stream {
  struct piece *pieces;
  size_t count;
  struct files *files;
};

enum { DESCRIPTORS = 256 };

/* The descriptors of a process. */
struct table {
  struct {
    int stream; /* which one it leads to; of those that were there from the start, the number of the descriptor */
    bool accepted;
    const char *path;
    const char *place; /* the same, from the folder in which the program began; NULL: not asked for */
    uint64_t read;     /* bytes so far */
  } of[DESCRIPTORS];
  const char *folder; /* where the process is; NULL: where the program began */
};

/* What is known about the descriptors at some point of the records. */
struct descriptors {
  int streams;           /* so many were counted */
  struct table **tables; /* of each task; those that share one have the same */
  struct table **forked; /* of each task, as its own was at its last fork */
  size_t tasks;
};

/* The record at which the call of record CALL returned, or NULL where the run ended first. */
static const struct observed *return_of(const struct observation *observation, size_t call) {
  for (size_t i = call + 1; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    if (record->task != observation->records[call]->task)
      continue;
    if (record->kind == OBSERVED_RETURN)
      return record;
    if (record->kind == OBSERVED_CALL)
      return NULL;
  }
  return NULL;
}

static enum call_role role_of(const struct observed *record, enum call_numbers numbers) {
  const struct call *call = call_of(numbers, record->number);
  return call ? call->role : CALL_OTHER;
}

/* The number of tasks that OBSERVATION saw. */
static size_t count_tasks(const struct observation *observation) {
  size_t count = 1;
  for (size_t i = 0; i < observation->count; i++)
    if (observation->records[i]->task >= count)
      count = observation->records[i]->task + (size_t)1;
  return count;
}

static struct descriptors *begin_descriptors(const struct observation *observation) {
  struct descriptors *descriptors = xcalloc(1, sizeof *descriptors);
  struct table *first = xcalloc(1, sizeof *first);
  descriptors->streams = DESCRIPTORS;
  descriptors->tasks = count_tasks(observation);
  descriptors->tables = xcalloc(descriptors->tasks, sizeof *descriptors->tables);
  descriptors->forked = xcalloc(descriptors->tasks, sizeof *descriptors->forked);
  for (int fd = 0; fd < DESCRIPTORS; fd++)
    first->of[fd].stream = fd;
  for (size_t i = 0; i < descriptors->tasks; i++)
    descriptors->tables[i] = first;
  return descriptors;
}

static void end_descriptors(struct descriptors *descriptors) {
  for (size_t i = 0; i < descriptors->tasks; i++) {
    struct table *table = descriptors->tables[i];
    for (size_t k = i; k < descriptors->tasks; k++)
      descriptors->tables[k] = descriptors->tables[k] == table ? NULL : descriptors->tables[k];
    free(table);
    free(descriptors->forked[i]);
  }
  free(descriptors->tables);
  free(descriptors->forked);
  free(descriptors);
}

static struct table *table_of(const struct descriptors *descriptors, const struct observed *record) {
  return descriptors->tables[record->task];
}

/* A task calls fork: what the child begins with is what stands here. */
static void note_fork(const struct observed *call, struct descriptors *descriptors) {
  struct table **forked = &descriptors->forked[call->task];
  *forked = *forked ? *forked : xcalloc(1, sizeof **forked);
  **forked = *table_of(descriptors, call);
}

/* A task begins: it shares the descriptors of the one that made it, or has a copy of its own. */
static void note_task(const struct observed *record, struct descriptors *descriptors) {
  size_t parent = record->arguments[0] < descriptors->tasks ? (size_t)record->arguments[0] : 0;
  if (record->arguments[1] & CLONE_FILES) {
    descriptors->tables[record->task] = descriptors->tables[parent];
    return;
  }
  struct table *own = xcalloc(1, sizeof *own);
  *own = descriptors->forked[parent] ? *descriptors->forked[parent] : *descriptors->tables[parent];
  descriptors->tables[record->task] = own;
}

/* Path number N of those that the call of record INDEX names, or NULL. */
static const char *path_of(const struct observation *observation, size_t index, size_t n) {
  uint32_t task = observation->records[index]->task;
  for (size_t i = index + 1; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    if (record->task != task)
      continue;
    if (record->kind == OBSERVED_CALL || record->kind == OBSERVED_RETURN)
      return NULL;
    if (record->kind == OBSERVED_PATH && n-- == 0)
      return observed_bytes(record);
  }
  return NULL;
}

/* The descriptor that PATH is another name of, or -1. */
static int descriptor_named(const char *path) {
  static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"};
  if (path && strcmp(path, "/dev/stdout") == 0)
    return STDOUT_FILENO;
  for (size_t i = 0; path && i < sizeof folders / sizeof *folders; i++)
    if (strncmp(path, folders[i], strlen(folders[i])) == 0) {
      char *end = NULL;
      long fd = strtol(path + strlen(folders[i]), &end, 10);
      return *end == '\0' && fd >= 0 && fd < DESCRIPTORS ? (int)fd : -1;
    }
  return -1;
}

/* Takes note of a call that makes a descriptor. */
static void note_descriptor(const struct observation *observation, size_t index, enum call_role role,
                            struct descriptors *descriptors) {
  const struct observed *call = observation->records[index];
  const struct observed *returned = return_of(observation, index);
  struct table *table = table_of(descriptors, call);
  if (role == CALL_FORKS)
    note_fork(call, descriptors);
  bool copies = role == CALL_DUPLICATES ||
                (role == CALL_CONTROLS && (call->arguments[1] == F_DUPFD || call->arguments[1] == F_DUPFD_CLOEXEC));
  bool opens = role == CALL_OPENS || role == CALL_OPENS_AT || role == CALL_ACCEPTS;
  if ((!opens && !copies) || !returned || returned->result < 0 || returned->result >= DESCRIPTORS)
    return;
  int fd = (int)returned->result;
  if (copies) {
    if (call->arguments[0] < DESCRIPTORS)
      table->of[fd] = table->of[call->arguments[0]];
    return;
  }
  const char *path = path_of(observation, index, 0);
  int same = descriptor_named(path);
  table->of[fd].stream = same >= 0 ? table->of[same].stream : descriptors->streams++;
  table->of[fd].read = 0;
  table->of[fd].accepted = role == CALL_ACCEPTS;
  table->of[fd].path = path;
  table->of[fd].place = NULL;
}

/* The offset that the pread or pwrite CALL of MACHINE names. Of 64 bits in two words, some machines begin with an even
   argument, and the order of the words is that of the machine. */
static uint64_t offset_of(const struct machine *machine, const struct observed *call) {
  bool narrow = machine->class == ELFCLASS32;
  bool even = machine->calls == CALLS_ARM || machine->calls == CALLS_PPC || machine->calls == CALLS_MIPS ||
              machine->calls == CALLS_SH4;
  const uint64_t *words = call->arguments + (even ? 4 : 3);
  if (!narrow)
    return call->arguments[3];
  return machine->order == ELFDATA2LSB ? words[0] | words[1] << 32 : words[1] | words[0] << 32;
}

/* FLAGS of open(2) on MACHINE, with the values that this host has for O_APPEND and O_TRUNC. */
static uint64_t open_flags(const struct machine *machine, uint64_t flags) {
  enum call_numbers numbers = machine->calls;
  bool mips = numbers == CALLS_MIPS || numbers == CALLS_MIPS64;
  if (!mips && numbers != CALLS_SPARC64 && numbers != CALLS_HPPA)
    return flags;
  uint64_t truncates = numbers == CALLS_SPARC64 ? 0x400 : 0x200;
  return (flags & 8 ? (uint64_t)O_APPEND : 0) | (flags & truncates ? (uint64_t)O_TRUNC : 0);
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* PATH of the call that TABLE's process made, relative to the folder that descriptor FD leads to. */
static const char *place_of(struct files *files, const struct table *table, uint64_t fd, const char *path) {
  const char *base = table->folder;
  if ((int32_t)fd != AT_FDCWD && fd < DESCRIPTORS)
    base = table->of[fd].place;
  return files_join(files, base, path);
}

/* Takes note of a file that was opened: descriptor FD of TABLE leads to it. */
static void note_opened(const struct observation *observation, size_t index, enum call_role role, int64_t fd,
                        struct table *table, struct files *files) {
  const struct observed *call = observation->records[index];
  const char *path = path_of(observation, index, 0);
  const struct machine *machine = observed_machine(observation->result.target);
  const struct call *row = call_of(machine->calls, call->number);
  bool at = role == CALL_OPENS_AT;
  uint64_t flags = open_flags(machine, call->arguments[at ? 2 : 1]);
  if (!path || fd >= DESCRIPTORS || table->of[fd].path != path || descriptor_named(path) >= 0)
    return;
  if (strcmp(row->name, "creat") == 0)
    flags = O_CREAT | O_WRONLY | O_TRUNC;
  if (strcmp(row->name, "openat2") == 0)
    flags = 0; /* they stand in memory */
  table->of[fd].place = place_of(files, table, at ? call->arguments[0] : (uint64_t)AT_FDCWD, path);
  files_open(files, table->of[fd].stream, table->of[fd].place, flags);
}

/* Takes note of a call that moves names. */
static void note_names(const struct observation *observation, size_t index, enum call_role role, struct table *table,
                       struct files *files) {
  const struct observed *call = observation->records[index];
  const char *path = path_of(observation, index, 0);
  const char *to = path_of(observation, index, 1);
  const uint64_t here = (uint64_t)AT_FDCWD;
  bool at = role == CALL_RENAMES_AT || role == CALL_REMOVES_AT;
  if (!path)
    return;
  const char *from = place_of(files, table, at ? call->arguments[0] : here, path);
  if (role == CALL_ENTERS)
    table->folder = from;
  else if (role == CALL_REMOVES || role == CALL_REMOVES_AT)
    files_rename(files, from, NULL);
  else if (to)
    files_rename(files, from, place_of(files, table, at ? call->arguments[2] : here, to));
}

/* Where a descriptor stands after it was at BEFORE, and CALL sought another place. */
static uint64_t sought(const struct observation *observation, const struct observed *call,
                       const struct observed *returned, uint64_t before) {
  const struct call *row = call_of(observed_machine(observation->result.target)->calls, call->number);
  if (strcmp(row->name, "_llseek") != 0)
    return (uint64_t)returned->result;
  uint64_t offset = call->arguments[1] << 32 | call->arguments[2];
  return call->arguments[4] == SEEK_SET ? offset : call->arguments[4] == SEEK_CUR ? before + offset : before;
}

/* Takes note of what the call of record INDEX, which went well, did with files. */
static void note_files(const struct observation *observation, size_t index, enum call_role role,
                       const struct descriptors *descriptors, struct files *files) {
  const struct observed *call = observation->records[index];
  const struct observed *returned = return_of(observation, index);
  struct table *table = table_of(descriptors, call);
  if (!returned || returned->result < 0)
    return;
  if (role == CALL_OPENS || role == CALL_OPENS_AT)
    note_opened(observation, index, role, returned->result, table, files);
  else if (role == CALL_SEEKS && call->arguments[0] < DESCRIPTORS) {
    struct opened *opened = files_of(files, table->of[call->arguments[0]].stream);
    if (opened)
      opened->at = sought(observation, call, returned, opened->at);
  } else if (role == CALL_RENAMES || role == CALL_RENAMES_AT || role == CALL_REMOVES || role == CALL_REMOVES_AT ||
             role == CALL_ENTERS)
    note_names(observation, index, role, table, files);
}

/* PIECE goes where OPENED leads to, or, by pwrite, to byte AT. */
static void place_piece(struct files *files, struct opened *opened, const uint64_t *at, struct piece *piece) {
  if (!opened)
    return;
  piece->file = opened->file;
  piece->at = at ? *at : files_next(files, opened);
  files_write(files, opened, piece->at, piece->len);
  if (!at)
    opened->at = piece->at + piece->len;
}

/* ---- Streams ----------------------------------------------------------------------------------------------------- */

static void add_piece(struct stream *stream, const struct piece *piece) {
  stream->pieces = xgrow(stream->pieces, stream->count, sizeof *stream->pieces);
  stream->pieces[stream->count++] = *piece;
}

/* Adds what the call of record INDEX gave away; OUTPUTS counts the records of output of its task before. What a call
   that returned did not take is no part of the stream. */
static void add_output(const struct observation *observation, size_t index, enum call_role role,
                       const struct descriptors *descriptors, size_t outputs, struct stream *stream) {
  const struct observed *call = observation->records[index];
  const struct observed *returned = return_of(observation, index);
  uint64_t left = !returned ? UINT64_MAX : returned->result > 0 ? (uint64_t)returned->result : 0;
  int fd = (int)call->arguments[0];
  const struct machine *machine = observed_machine(observation->result.target);
  uint64_t at = role == CALL_WRITES_AT && machine ? offset_of(machine, call) : 0;
  for (size_t i = index + 1; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    if (record->task == call->task && (record->kind == OBSERVED_CALL || record->kind == OBSERVED_RETURN))
      return;
    if (record->kind != OBSERVED_OUTPUT || record->task != call->task)
      continue;
    struct piece piece = {.stream = -1,
                          .address = record->address,
                          .bytes = observed_bytes(record),
                          .len = record->length < left ? record->length : left,
                          .output = outputs++,
                          .call = call,
                          .file = -1};
    if (fd >= 0 && fd < DESCRIPTORS) {
      piece.stream = table_of(descriptors, call)->of[fd].stream;
      piece.accepted = table_of(descriptors, call)->of[fd].accepted;
      place_piece(stream->files, files_of(stream->files, piece.stream), role == CALL_WRITES_AT ? &at : NULL, &piece);
      at += piece.len;
    }
    left -= piece.len;
    add_piece(stream, &piece);
  }
}

static void make_stream(const struct observation *observation, enum call_numbers numbers, struct stream *stream) {
  struct descriptors *descriptors = begin_descriptors(observation);
  size_t *outputs = xcalloc(descriptors->tasks, sizeof *outputs);
  stream->files = files_begin();
  for (size_t i = 0; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    if (record->kind == OBSERVED_OUTPUT)
      outputs[record->task]++;
    if (record->kind == OBSERVED_TASK)
      note_task(record, descriptors);
    if (record->kind != OBSERVED_CALL)
      continue;
    enum call_role role = role_of(record, numbers);
    note_descriptor(observation, i, role, descriptors);
    note_files(observation, i, role, descriptors, stream->files);
    add_output(observation, i, role, descriptors, outputs[record->task], stream);
  }
  free(outputs);
  end_descriptors(descriptors);
}

/* The pieces of the stream that FIRST begins, put together. */
static void join(const struct stream *stream, size_t first, struct bytes *whole) {
  const struct piece *one = &stream->pieces[first];
  bytes_text(whole, "");
  for (size_t i = first; i < stream->count; i++)
    if (stream->pieces[i].stream == one->stream)
      bytes_append(whole, stream->pieces[i].bytes, stream->pieces[i].len);
}

/* Where PART begins in a whole answer. */
static size_t part_start(struct span whole, enum part part) {
  const char *line = memmem(whole.data, whole.len, "\r\n", 2);
  const char *head = memmem(whole.data, whole.len, "\r\n\r\n", 4);
  if (part == PART_HEADERS)
    return line ? (size_t)(line - whole.data) + 2 : whole.len;
  if (part == PART_BODY)
    return head ? (size_t)(head - whole.data) + 4 : whole.len;
  return 0;
}

/* Whether byte OFFSET of PART, which is byte AT of WHOLE, is what came when RESULT was had. */
static bool is_the_same(const struct result *result, enum part part, size_t offset, struct span whole, size_t at) {
  if (result->verdict != DIVERGED || result->part != part || offset >= result->actual.len)
    return true;
  return result->actual.data[offset] == whole.data[at];
}

static bool begins_stream(const struct stream *stream, size_t index) {
  const struct piece *piece = &stream->pieces[index];
  for (size_t i = 0; i < index; i++)
    if (stream->pieces[i].stream == piece->stream)
      return false;
  return true;
}

/* Byte AT of PIECE. */
static struct written written_in(const struct piece *piece, size_t at) {
  return (struct written){.address = piece->address + at,
                          .value = (unsigned char)piece->bytes[at],
                          .output = piece->output,
                          .task = piece->call->task,
                          .call = piece->call};
}

static void locate(const struct stream *stream, size_t first, size_t at, struct written *written) {
  const struct piece *one = &stream->pieces[first];
  for (size_t i = first; i < stream->count; i++) {
    const struct piece *piece = &stream->pieces[i];
    if (piece->stream != one->stream)
      continue;
    if (at < piece->len) {
      *written = written_in(piece, at);
      return;
    }
    at -= piece->len;
  }
}

/* Whether the program did what is not followed, by which the byte may have come; WHY then says what. */
static bool tell_unfollowed(const struct observation *observation, const struct result *result, enum part part,
                            size_t offset, struct bytes *why) {
  enum call_numbers numbers = observed_calls(result->target);
  for (size_t i = 0; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    const struct call *call = record->kind == OBSERVED_CALL ? call_of(numbers, record->number) : NULL;
    bool becomes = call && result->target->runner != RUNNER_NATIVE && strcmp(call->name, "execve") == 0 &&
                   !return_of(observation, i);
    if (!call || (call->role != CALL_MOVES && !becomes))
      continue;
    bytes_printf(why, "%s byte %zu was not followed: the program called %s at 0x%llx, and ", part_name(part), offset,
                 call->name, (unsigned long long)record->pc);
    if (becomes)
      bytes_text(why, "what another program writes is followed with --runner native alone");
    else
      bytes_printf(why, "what that gives away is not looked at (`strace -f -y -e trace=%s` shows from where to where)",
                   call->name);
    return true;
  }
  return false;
}

/* Whether the program mapped a file into its memory to write it; WHY then says so. */
static bool tell_mapped(const struct observation *observation, enum call_numbers numbers, const char *file,
                        size_t offset, struct bytes *why) {
  for (size_t i = 0; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    if (record->kind != OBSERVED_CALL || role_of(record, numbers) != CALL_MAPS ||
        !(record->arguments[3] & MAP_SHARED) || record->arguments[3] & MAP_ANONYMOUS ||
        !(record->arguments[2] & PROT_WRITE))
      continue;
    bytes_printf(
        why,
        "byte %zu of the file %s was not followed: the program maps a file into its memory at 0x%llx, and what "
        "is stored there is not looked at (under gdb, `watch` shows who stores it)",
        offset, file, (unsigned long long)record->pc);
    return true;
  }
  return false;
}

/* Finds byte OFFSET of the file that is called FILE in the end: the last write that covers it. */
static bool find_in_file(const struct observation *observation, const struct stream *stream,
                         const struct result *result, enum part part, const char *file, size_t offset,
                         struct written *written, struct bytes *why) {
  enum call_numbers numbers = observed_calls(result->target);
  int number = files_named(stream->files, file);
  for (size_t i = stream->count; i-- > 0 && number >= 0;) {
    const struct piece *piece = &stream->pieces[i];
    if (piece->file != number || offset < piece->at || offset - piece->at >= piece->len)
      continue;
    *written = written_in(piece, offset - piece->at);
    struct span value = {piece->bytes + (offset - piece->at), 1};
    if (part != PART_OUTPUT || is_the_same(result, part, offset, value, 0))
      return true;
    bytes_printf(why,
                 "run again, the program gave another byte than before at byte %zu of %s: what it does is not the same "
                 "each time, as --repeat shows",
                 offset, file);
    return false;
  }
  if (!tell_mapped(observation, numbers, file, offset, why) && !tell_unfollowed(observation, result, part, offset, why))
    bytes_printf(why, "byte %zu of the file %s was not followed: no write that was seen put it there%s", offset, file,
                 number < 0 ? ", and the file was not seen to be opened (`strace -f -y` shows who does)" : "");
  return false;
}

static void end_stream(struct stream *stream) {
  files_end(stream->files);
  free(stream->pieces);
}

bool find_written_to(const struct observation *observation, const struct result *result, enum part part,
                     const char *file, size_t offset, struct written *written, struct bytes *why) {
  struct stream stream = {0};
  make_stream(observation, observed_calls(result->target), &stream);
  bool found = find_in_file(observation, &stream, result, part, file, offset, written, why);
  end_stream(&stream);
  return found;
}

bool find_written(const struct observation *observation, const struct result *result, enum part part, size_t offset,
                  struct written *written, struct bytes *why) {
  struct stream stream = {0};
  bool found = false;
  bool other = false;
  size_t longest = 0;
  make_stream(observation, observed_calls(result->target), &stream);
  for (size_t i = 0; i < stream.count; i++) {
    struct bytes whole = {0};
    bool answers = part == PART_STDOUT ? stream.pieces[i].stream == STDOUT_FILENO : stream.pieces[i].accepted;
    if (!answers || !begins_stream(&stream, i))
      continue;
    join(&stream, i, &whole);
    size_t start = part_start(span_of(&whole), part);
    longest = whole.len - start > longest ? whole.len - start : longest;
    bool there = offset < whole.len - start;
    bool same = there && is_the_same(result, part, offset, span_of(&whole), start + offset);
    other |= there && !same;
    if (same) {
      locate(&stream, i, start + offset, written);
      found = true;
    }
    bytes_free(&whole);
  }
  if (!found && !tell_unfollowed(observation, result, part, offset, why)) {
    if (other)
      bytes_printf(why,
                   "run again, the program gave another byte than before at %s byte %zu: what it does is not the same "
                   "each time, as --repeat shows",
                   part_name(part), offset);
    else
      bytes_printf(why, "there is no byte %zu in what it wrote: the %s has %zu", offset, part_name(part), longest);
  }
  end_stream(&stream);
  return found;
}

const char *find_mapped(const struct observation *observation, enum call_numbers numbers, size_t until,
                        uint64_t address, uint64_t *in_file) {
  const char *paths[DESCRIPTORS] = {0};
  const char *found = NULL;
  for (size_t i = 0; i < until; i++) {
    const struct observed *call = observation->records[i];
    enum call_role role = call->kind == OBSERVED_CALL ? role_of(call, numbers) : CALL_OTHER;
    if (call->space != observation->records[until]->space ||
        (role != CALL_OPENS_AT && role != CALL_OPENS && role != CALL_MAPS))
      continue;
    const struct observed *returned = return_of(observation, i);
    uint64_t at = returned ? (uint64_t)returned->result : UINT64_MAX;
    uint64_t fd = call->arguments[4];
    if (role != CALL_MAPS && at < DESCRIPTORS) {
      paths[at] = path_of(observation, i, 0);
    } else if (role == CALL_MAPS && returned && fd < DESCRIPTORS && address >= at &&
               address - at < call->arguments[1]) {
      found = paths[fd];
      *in_file = address - at + call->arguments[5];
    }
  }
  return found;
}

size_t find_output(const struct observation *observation, const struct written *written) {
  size_t before = written->output;
  for (size_t i = 0; i < observation->count; i++)
    if (observation->records[i]->kind == OBSERVED_OUTPUT && observation->records[i]->task == written->task &&
        before-- == 0)
      return i;
  return SIZE_MAX;
}

/* Whether what the call of record INDEX read covers ADDRESS; its offset among the bytes read then. */
static bool covers(const struct observation *observation, size_t index, uint64_t address, uint64_t *offset) {
  const struct observed *returned = return_of(observation, index);
  uint64_t left = returned && returned->result > 0 ? (uint64_t)returned->result : 0;
  uint64_t before = 0;
  for (size_t i = index + 1; i < observation->count && left; i++) {
    const struct observed *record = observation->records[i];
    if (record->task != observation->records[index]->task)
      continue;
    if (record->kind == OBSERVED_CALL || record == returned)
      return false;
    if (record->kind != OBSERVED_INPUT)
      continue;
    uint64_t taken = record->length < left ? record->length : left;
    *offset = before + (address - record->address);
    if (address - record->address < taken)
      return true;
    before += taken;
    left -= taken;
  }
  return false;
}

/* Fills in FILLED where the mapping that the call of record INDEX made covers ADDRESS. */
static bool maps(const struct observation *observation, size_t index, uint64_t address, struct filled *filled) {
  const struct observed *call = observation->records[index];
  const struct observed *returned = return_of(observation, index);
  const struct machine *machine = observed_machine(observation->result.target);
  enum { LAST_ERROR = 4095, OFFSET_UNIT = 4096 };
  bool narrow = machine && machine->class == ELFCLASS32;
  uint64_t place = !returned ? 0 : narrow ? (uint32_t)returned->result : (uint64_t)returned->result;
  bool failed = !returned || (returned->result < 0 && returned->result >= -LAST_ERROR);
  if (failed || address - place >= call->arguments[1])
    return false;
  const struct call *row = machine ? call_of(machine->calls, call->number) : NULL;
  bool by_unit = row && strcmp(row->name, "mmap2") == 0;
  filled->fd = call->arguments[3] & MAP_ANONYMOUS ? -1 : (int)call->arguments[4];
  filled->offset = call->arguments[5] * (by_unit ? OFFSET_UNIT : 1) + (address - place);
  return true;
}

/* Fills in FILLED where the call of record INDEX filled ADDRESS. */
static bool fills(const struct observation *observation, size_t index, enum call_role role, uint64_t address,
                  struct descriptors *descriptors, struct filled *filled) {
  const struct observed *call = observation->records[index];
  struct table *table = table_of(descriptors, call);
  struct filled now = {.call = call, .fd = (int)call->arguments[0]};
  bool reads = role == CALL_READS || role == CALL_READS_VECTOR;
  bool known = now.fd >= 0 && now.fd < DESCRIPTORS;
  bool does = role == CALL_MAPS ? maps(observation, index, address, &now)
                                : (reads || role == CALL_READS_AT) && covers(observation, index, address, &now.offset);
  if (role == CALL_READS_AT && observed_machine(observation->result.target))
    now.offset += offset_of(observed_machine(observation->result.target), call);
  if (reads && known) {
    const struct observed *returned = return_of(observation, index);
    now.offset += table->of[now.fd].read;
    table->of[now.fd].read += returned && returned->result > 0 ? (uint64_t)returned->result : 0;
  }
  if (!does)
    return false;
  if (now.fd >= 0 && now.fd < DESCRIPTORS) {
    now.path = table->of[now.fd].path;
    now.accepted = table->of[now.fd].accepted;
  }
  *filled = now;
  return true;
}

size_t find_filled(const struct observation *observation, enum call_numbers numbers, uint64_t address, size_t until,
                   struct filled *filled) {
  struct descriptors *descriptors = begin_descriptors(observation);
  struct memory memory = observed_memory(observation, until);
  struct filled now;
  size_t found = SIZE_MAX;
  for (size_t i = 0; i < observation->count && i < until; i++) {
    if (observation->records[i]->kind == OBSERVED_TASK)
      note_task(observation->records[i], descriptors);
    if (observation->records[i]->kind != OBSERVED_CALL)
      continue;
    enum call_role role = role_of(observation->records[i], numbers);
    note_descriptor(observation, i, role, descriptors);
    if (fills(observation, i, role, address, descriptors, &now) && memory_holds(&memory, observation, i)) {
      *filled = now;
      found = i;
    }
  }
  end_descriptors(descriptors);
  return found;
}

/* SPDX-License-Identifier: MIT */
