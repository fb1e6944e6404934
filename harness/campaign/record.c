/* Writes and reads records of runs. */
#include "harness/campaign/record.h"

#include "harness/base/hash.h"
#include "harness/report/json.h"
#include "harness/suite/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One line of a record that was read. */
struct record_line {
  uint64_t about; /* a hash of suite, case, program and runner */
  uint32_t file;
  size_t at, len; /* in the text of the file */
};

enum { RECORD_FORMAT = 1, MOST_NAMED = 5 };

/* ---- Hashes ------------------------------------------------------------------------------------------------------ */

static uint64_t hash_text(uint64_t hash, const char *text) { return hash_bytes(hash, text, strlen(text) + 1); }

/* Of the file PATH; of one that cannot be read, that of no byte. */
static uint64_t hash_file(const char *path) {
  struct bytes text = {0};
  bytes_read_file(&text, path);
  uint64_t hash = hash_bytes(HASH_START, span_of(&text).data, text.len);
  bytes_free(&text);
  return hash;
}

static uint64_t hash_names(const char *suite, const char *test_case, const char *program, const char *runner) {
  return hash_text(hash_text(hash_text(hash_text(HASH_START, suite), test_case), program), runner);
}

static uint64_t hash_about(const struct result *result) {
  return hash_names(result->suite->name, result->test_case->id, result->target->label, result->target->where);
}

/* Of the file of RESULT's program, which is read once. */
static uint64_t hash_program(struct record *record, const struct result *result) {
  uint64_t *known = &record->programs[result->suite - record->session->suites][result->target - result->suite->targets];
  if (!*known)
    *known = hash_file(result->target->elf);
  return *known;
}

/* Of all else that RESULT depends on. */
static uint64_t hash_content(const struct result *result) {
  return hash_text(case_hash(result->suite, result->target->program, result->test_case), result->target->where);
}

static json_t *json_hash(uint64_t hash) {
  char *text = xasprintf("%016llx", (unsigned long long)hash);
  json_t *value = json_string(text);
  free(text);
  return value;
}

static bool has_hash(const json_t *object, const char *key, uint64_t hash) {
  const char *text = json_string_value(json_object_get(object, key));
  return text && strtoull(text, NULL, 16) == hash;
}

/* ---- The first line ---------------------------------------------------------------------------------------------- */

static json_t *json_list(const struct text_list *list) {
  json_t *array = json_array();
  for (size_t i = 0; i < list->count; i++)
    json_array_append_new(array, json_string_of(span_text(list->items[i])));
  return array;
}

static json_t *make_header(const struct record *record, const char *gate, const struct session_options *options) {
  json_t *object = json_object();
  json_set(object, "record", json_integer(RECORD_FORMAT));
  json_set(object, "gate", json_hash(hash_file(gate)));
  json_set(object, "suites", json_list(&options->suites));
  json_set(object, "cases", json_list(&options->cases));
  json_set(object, "programs", json_list(&options->programs));
  json_set(object, "runner", options->runner ? json_string(options->runner) : json_null());
  json_set(object, "seed", options->has_seed ? json_hash(options->seed) : json_null());
  json_set(object, "repeat", json_integer(options->repeat));
  json_set(object, "shards", json_integer(record->shard.count));
  json_set(object, "plan",
           record->plan ? json_hash(hash_bytes(HASH_START, record->plan->texts[0].data, record->plan->texts[0].len))
                        : json_null());
  json_set(object, "shard", json_integer(record->shard.number));
  return object;
}

/* The first key in which the headers A and B differ, but for the shard where MERGES; NULL: none. */
static const char *differing_key(const json_t *a, const json_t *b, bool merges) {
  static const char *const keys[] = {"record", "gate",   "suites", "cases", "programs", "runner",
                                     "seed",   "repeat", "shards", "plan",  "shard"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    bool same = json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i]));
    if (!same && !(merges && strcmp(keys[i], "shard") == 0))
      return keys[i];
  }
  return NULL;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

/* Takes what an end of a run says of the whole. */
static void read_end(struct record *record, const json_t *object) {
  const char *confinement = json_string_value(json_object_get(object, "confinement"));
  record->strays += (unsigned)json_integer_value(json_object_get(object, "strays"));
  record->elapsed_ns += (uint64_t)json_integer_value(json_object_get(object, "elapsed_ns"));
  if (confinement && (!record->confinement || strcmp(record->confinement, "whole") == 0)) {
    free(record->confinement);
    record->confinement = xstrdup(confinement);
  }
}

/* Takes the header OBJECT of the record PATH, unless it does not belong to the one that is known. */
static bool read_header(struct record *record, json_t *object, const char *path, struct bytes *why) {
  if (!record->header) {
    record->header = json_incref(object);
    return true;
  }
  const char *key = differing_key(record->header, object, !record->path);
  if (!key)
    return true;
  if (record->path)
    bytes_printf(why, "%s: this is the record of another run: its \"%s\" is another (--fresh begins it anew)", path,
                 key);
  else
    bytes_printf(why, "%s: this does not belong to %s: its \"%s\" is another", path, record->paths.items[0], key);
  return false;
}

static void add_line(struct record *record, const json_t *object, size_t at, size_t len) {
  record->lines = xgrow(record->lines, record->line_count, sizeof *record->lines);
  record->lines[record->line_count++] =
      (struct record_line){hash_names(text_of(object, "suite"), text_of(object, "case"), text_of(object, "program"),
                                      text_of(object, "runner")),
                           (uint32_t)record->paths.count - 1, at, len};
}

/* Reads the line of LEN bytes at AT of the text last read. */
static bool read_line(struct record *record, size_t at, size_t len, size_t number, struct bytes *why) {
  const char *path = record->paths.items[record->paths.count - 1];
  json_t *object = json_loadb(record->texts[record->paths.count - 1].data + at, len, 0, NULL);
  bool good = json_is_object(object) && (number > 1 || json_object_get(object, "record"));
  if (!good)
    bytes_printf(why, "%s:%zu: this is no line of a record of bytegate (`bytegate verify --record FILE` makes one)",
                 path, number);
  else if (json_object_get(object, "record"))
    good = read_header(record, object, path, why);
  else if (json_object_get(object, "end"))
    read_end(record, object);
  else
    add_line(record, object, at, len);
  json_decref(object);
  return good;
}

/* Reads the record PATH. A line without its end is what a killed run leaves, and no line. Returns how long all whole
   lines are, or -1. */
static long long read_file(struct record *record, const char *path, struct bytes *why) {
  record->texts = xgrow(record->texts, record->paths.count, sizeof *record->texts);
  struct bytes *text = &record->texts[record->paths.count];
  *text = (struct bytes){0};
  text_list_add(&record->paths, path, strlen(path));
  int error = bytes_read_file(text, path);
  if (error) {
    bytes_printf(why, "%s: %s", path,
                 error == EINVAL ? "it is no file, but a device, a pipe or the like" : strerror(error));
    return -1;
  }
  size_t at = 0;
  for (size_t number = 1; at < text->len; number++) {
    const char *end = memchr(text->data + at, '\n', text->len - at);
    if (!end)
      break;
    size_t len = (size_t)(end - text->data) - at;
    if (!read_line(record, at, len, number, why))
      return -1;
    at += len + 1;
  }
  if (at == 0 && !record->path)
    bytes_printf(why, "%s: there is no whole line in it", path);
  return at == 0 && !record->path ? -1 : (long long)at;
}

static int by_about(const void *a, const void *b) {
  const struct record_line *x = a;
  const struct record_line *y = b;
  if (x->about != y->about)
    return (x->about > y->about) - (x->about < y->about);
  if (x->file != y->file)
    return (x->file > y->file) - (x->file < y->file);
  return (x->at > y->at) - (x->at < y->at);
}

static void sort_lines(struct record *record) {
  if (record->line_count)
    qsort(record->lines, record->line_count, sizeof *record->lines, by_about);
}

static bool is_about(const json_t *object, const struct result *result) {
  return strcmp(text_of(object, "suite"), result->suite->name) == 0 &&
         strcmp(text_of(object, "case"), result->test_case->id) == 0 &&
         strcmp(text_of(object, "program"), result->target->label) == 0 &&
         strcmp(text_of(object, "runner"), result->target->where) == 0;
}

/* The first line of RECORD about what has the hash ABOUT, or NULL. */
static const struct record_line *find_first(const struct record *record, uint64_t about) {
  size_t low = 0;
  size_t high = record->line_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (record->lines[middle].about < about)
      low = middle + 1;
    else
      high = middle;
  }
  return low < record->line_count && record->lines[low].about == about ? &record->lines[low] : NULL;
}

static json_t *load_line(const struct record *record, const struct record_line *line) {
  return json_loadb(record->texts[line->file].data + line->at, line->len, 0, NULL);
}

/* The last line about RESULT, or NULL: what stands later in a file is what became of it in the end. *FILE becomes the
   number of its file. Where an earlier file has another verdict, *OTHER becomes the number of that, else -1. The caller
   lets go of it. */
static json_t *find_line(const struct record *record, const struct result *result, uint32_t *file, int64_t *other) {
  uint64_t about = hash_about(result);
  const struct record_line *end = record->lines + record->line_count;
  json_t *found = NULL;
  *other = -1;
  for (const struct record_line *line = find_first(record, about); line && line < end && line->about == about; line++) {
    json_t *object = load_line(record, line);
    if (!is_about(object, result)) {
      json_decref(object);
      continue;
    }
    if (found && line->file != *file && strcmp(text_of(found, "verdict"), text_of(object, "verdict")) != 0)
      *other = *file;
    json_decref(found);
    found = object;
    *file = line->file;
  }
  return found;
}

/* ---- Results ----------------------------------------------------------------------------------------------------- */

static void set_bytes(json_t *object, const char *key, const struct bytes *bytes) {
  if (bytes->len)
    json_set(object, key, json_string_of(span_of(bytes)));
}

static json_t *make_line(struct record *record, const struct result *result) {
  json_t *object = json_object();
  json_set(object, "suite", json_string(result->suite->name));
  json_set(object, "case", json_string(result->test_case->id));
  json_set(object, "program", json_string(result->target->label));
  json_set(object, "runner", json_string(result->target->where));
  json_set(object, "elf", json_hash(hash_program(record, result)));
  json_set(object, "content", json_hash(hash_content(result)));
  json_set(object, "verdict", json_string(verdict_word(result->verdict)));
  json_set(object, "duration_ns", json_integer((json_int_t)result->duration_ns));
  json_set(object, "runs", json_integer(result->runs));
  if (result->part != PART_NONE) {
    json_set(object, "part", json_string(part_name(result->part)));
    json_set(object, "offset", json_integer((json_int_t)result->offset));
  }
  set_bytes(object, "expected", &result->expected);
  set_bytes(object, "actual", &result->actual);
  set_bytes(object, "detail", &result->detail);
  set_bytes(object, "errors", &result->errors);
  if (result->filtered) {
    json_set(object, "filtered_expected", json_integer((json_int_t)result->filtered_expected));
    json_set(object, "filtered_actual", json_integer((json_int_t)result->filtered_actual));
  }
  if (result->untried)
    json_set(object, "untried", json_true());
  return object;
}

static bool read_bytes(const json_t *object, const char *key, struct bytes *bytes) {
  bytes_clear(bytes);
  return bytes_unescape(bytes, text_of(object, key));
}

/* The verdict that the record calls WORD, or VERDICTS. */
static enum verdict verdict_of(const char *word) {
  int verdict = 0;
  while (verdict < VERDICTS && strcmp(verdict_word((enum verdict)verdict), word) != 0)
    verdict++;
  return (enum verdict)verdict;
}

static enum part part_of(const char *name) {
  int part = 0;
  while (part < PARTS && strcmp(part_name((enum part)part), name) != 0)
    part++;
  return (enum part)part;
}

/* Gives RESULT what OBJECT says. Returns false where that is nothing that a result can be. */
static bool restore(struct result *result, const json_t *object) {
  enum verdict verdict = verdict_of(text_of(object, "verdict"));
  enum part part = part_of(text_of(object, "part"));
  if (verdict == VERDICTS || part == PARTS || !read_bytes(object, "expected", &result->expected) ||
      !read_bytes(object, "actual", &result->actual) || !read_bytes(object, "detail", &result->detail) ||
      !read_bytes(object, "errors", &result->errors))
    return false;
  result->verdict = verdict;
  result->part = part;
  result->offset = (size_t)json_integer_value(json_object_get(object, "offset"));
  result->duration_ns = (uint64_t)json_integer_value(json_object_get(object, "duration_ns"));
  result->runs = (unsigned)json_integer_value(json_object_get(object, "runs"));
  result->untried = json_is_true(json_object_get(object, "untried"));
  result->filtered = json_object_get(object, "filtered_expected") != NULL;
  result->filtered_expected = (size_t)json_integer_value(json_object_get(object, "filtered_expected"));
  result->filtered_actual = (size_t)json_integer_value(json_object_get(object, "filtered_actual"));
  result->restored = verdict != NOT_RUN;
  return true;
}

/* ---- What the session asks --------------------------------------------------------------------------------------- */

static bool is_program(const struct session *session, const struct result *result) {
  return result->target != &session->oracle;
}

static void list_programs(struct record *record, const struct session *session) {
  record->session = session;
  record->suite_count = session->suite_count;
  record->programs = xcalloc(session->suite_count, sizeof *record->programs);
  for (size_t i = 0; i < session->suite_count; i++) {
    record->programs[i] = xcalloc(session->suites[i].target_count + 1, sizeof **record->programs);
  }
}

/* How long RESULT took when the plan was recorded, or 0: it was not. */
static uint64_t planned_time(const struct record *plan, const struct result *result) {
  uint32_t file;
  int64_t other;
  json_t *object = find_line(plan, result, &file, &other);
  uint64_t time = object ? (uint64_t)json_integer_value(json_object_get(object, "duration_ns")) : 0;
  json_decref(object);
  return time;
}

/* The times of all results by the plan; what it does not know takes as long as its others on average. */
static uint64_t *planned_times(const struct record *plan, const struct session *session) {
  uint64_t *times = xcalloc(session->result_count, sizeof *times);
  uint64_t sum = 0;
  size_t known = 0;
  for (size_t i = 0; i < session->result_count; i++) {
    times[i] = planned_time(plan, &session->results[i]);
    sum += times[i];
    known += times[i] > 0;
  }
  for (size_t i = 0; i < session->result_count; i++)
    if (times[i] == 0)
      times[i] = known ? sum / known : 1;
  return times;
}

/* How a server stops shows where its cases ran: so that goes to the shard of the last of them. */
static void move_stops(const struct session *session, uint32_t *owners) {
  for (size_t i = 1; i < session->result_count; i++)
    if (session->results[i].test_case == &session->stop)
      owners[i] = owners[i - 1];
}

/* Leaves out what belongs to other shards. */
static bool keep_shard(const struct record *record, struct session *session, struct bytes *why) {
  size_t count = session->result_count;
  uint32_t *owners = xcalloc(count, sizeof *owners);
  bool *wanted = xcalloc(count, sizeof *wanted);
  uint64_t *times = record->plan ? planned_times(record->plan, session) : NULL;
  shard_partition(times, count, record->shard.count, owners);
  move_stops(session, owners);
  for (size_t i = 0; i < count; i++)
    wanted[i] = owners[i] == record->shard.number;
  session_keep_only(session, wanted);
  session->scope = xasprintf("shard %u of %u", record->shard.number, record->shard.count);
  if (session->result_count == 0)
    bytes_printf(why, "shard %u of %u is empty: only %zu cases are selected, so there is no verdict (use fewer shards)",
                 record->shard.number, record->shard.count, count);
  free(owners);
  free(wanted);
  free(times);
  return session->result_count > 0;
}

/* Says in WHY that OBJECT, a line of the record FILE, cannot be the result RESULT. */
static void refuse_line(struct record *record, uint32_t file, const json_t *object, const struct result *result,
                        int64_t other, struct bytes *why) {
  if (other >= 0)
    bytes_printf(why, "%s/%s %s %s has one verdict in %s and another in %s", result->suite->name, result->test_case->id,
                 result->target->label, result->target->where, record->paths.items[other], record->paths.items[file]);
  else if (!has_hash(object, "elf", hash_program(record, result)))
    bytes_printf(why, "%s: the program that it recorded as %s is another than %s (record it again)",
                 record->paths.items[file], result->target->label, result->target->elf);
  else
    bytes_printf(why, "%s: its case %s/%s is another than that of today (record it again)", record->paths.items[file],
                 result->suite->name, result->test_case->id);
}

/* Restores RESULT where a record has it. Returns false where a line that is to be merged cannot be, with WHY. */
static bool restore_result(struct record *record, struct result *result, bool *found, struct bytes *why) {
  uint32_t file = 0;
  int64_t other = -1;
  json_t *object = find_line(record, result, &file, &other);
  bool fits = object && other < 0 && has_hash(object, "elf", hash_program(record, result)) &&
              has_hash(object, "content", hash_content(result));
  *found = object != NULL;
  bool good = !object || fits || record->path;
  if (!good)
    refuse_line(record, file, object, result, other, why);
  enum verdict verdict = fits ? verdict_of(text_of(object, "verdict")) : VERDICTS;
  bool again = record->path && (verdict == NOT_RUN || verdict == RUNNER_FAULT || verdict == ORACLE_FAULT ||
                                json_is_true(json_object_get(object, "untried")));
  if (fits && !again && !restore(result, object)) {
    bytes_printf(why, "%s: its line about %s/%s is damaged", record->paths.items[file], result->suite->name,
                 result->test_case->id);
    good = false;
  }
  json_decref(object);
  return good;
}

static void name_missing(const struct result *result, size_t missing, struct bytes *names) {
  if (missing < MOST_NAMED)
    bytes_printf(names, "%s %s/%s %s %s", missing ? "," : "", result->suite->name, result->test_case->id,
                 result->target->label, result->target->where);
}

/* Takes the results that stand in the records. When all are merged, each must. */
static bool restore_all(struct record *record, struct session *session, struct bytes *why) {
  struct bytes names = {0};
  size_t missing = 0;
  bool good = true;
  bool whole = true; /* each result of the target so far */
  for (size_t i = 0; good && i < session->result_count; i++) {
    struct result *result = &session->results[i];
    bool found = true;
    whole &= i > 0 && session->results[i - 1].target == result->target;
    whole |= i == 0 || session->results[i - 1].target != result->target;
    if (!is_program(session, result) || (record->path && result->test_case == &session->stop && !whole))
      continue;
    good = restore_result(record, result, &found, why);
    whole &= result->restored;
    record->restored += result->restored;
    if (!found && !record->path)
      name_missing(result, missing, &names);
    missing += !found;
  }
  if (good && missing && !record->path) {
    bytes_printf(why, "%zu of %zu cases stand in no record:%s%s", missing, session->result_count, span_of(&names).data,
                 missing > MOST_NAMED ? " ..." : "");
    good = false;
  }
  bytes_free(&names);
  return good;
}

static bool choose(void *user, struct session *session, struct bytes *why, int *status) {
  struct record *record = user;
  list_programs(record, session);
  *status = EXIT_INFRASTRUCTURE;
  if (record->path && record->shard.count && !keep_shard(record, session, why))
    return false;
  if (!restore_all(record, session, why))
    return false;
  session->strays = record->strays;
  session->elapsed_ns = record->elapsed_ns;
  if (record->confinement && (!record->path || strcmp(record->confinement, "whole") != 0))
    session->confinement = record->confinement;
  return true;
}

/* Writes the line OBJECT, and lets go of it. */
static void write_line(struct record *record, json_t *object) {
  struct bytes line = {0};
  json_append(&line, object, JSON_COMPACT);
  json_decref(object);
  int error = write_whole(record->fd, span_of(&line));
  record->failed = record->failed ? record->failed : error;
  bytes_free(&line);
}

static void keep(void *user, const struct result *result) {
  struct record *record = user;
  if (record->path && is_program(record->session, result))
    write_line(record, make_line(record, result));
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

static void begin(struct record *record, const char *path) {
  *record = (struct record){.path = path, .fd = -1, .recorder = {choose, keep, NULL}};
  record->recorder.user = record;
}

/* Reads the record PATH for the times in it. */
static struct record *read_plan(const char *path, struct bytes *why) {
  struct record *plan = xcalloc(1, sizeof *plan);
  begin(plan, NULL);
  if (read_file(plan, path, why) >= 0) {
    sort_lines(plan);
    return plan;
  }
  record_free(plan);
  free(plan);
  return NULL;
}

/* Opens the file for what is to come after its first LEN bytes, and writes the header where there is none. */
static bool open_file(struct record *record, size_t len, json_t *header, struct bytes *why) {
  record->fd = open(record->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (record->fd < 0 || ftruncate(record->fd, (off_t)len) != 0) {
    bytes_printf(why, "%s: %s", record->path, strerror(errno));
    return false;
  }
  if (len == 0)
    write_line(record, json_incref(header));
  if (record->failed)
    bytes_printf(why, "%s: %s", record->path, strerror(record->failed));
  return record->failed == 0;
}

bool record_open(struct record *record, const char *path, const char *plan, struct shard shard, bool fresh,
                 const char *gate, const struct session_options *options, struct bytes *why) {
  begin(record, path);
  record->shard = shard;
  record->plan = plan ? read_plan(plan, why) : NULL;
  if (plan && !record->plan)
    return false;
  json_t *header = make_header(record, gate, options);
  record->header = json_incref(header);
  long long len = !fresh && access(path, F_OK) == 0 ? read_file(record, path, why) : 0;
  bool good = len >= 0 && open_file(record, (size_t)len, header, why);
  sort_lines(record);
  json_decref(header);
  return good;
}

static void take_list(const json_t *array, struct text_list *list) {
  struct bytes text = {0};
  for (size_t i = 0; i < json_array_size(array); i++) {
    bytes_clear(&text);
    if (bytes_unescape(&text, json_string_value(json_array_get(array, i))))
      text_list_add(list, span_of(&text).data, text.len);
  }
  bytes_free(&text);
}

/* Makes the selection of OPTIONS that of the header. */
static void take_selection(const json_t *header, struct session_options *options) {
  const char *runner = json_string_value(json_object_get(header, "runner"));
  const json_t *seed = json_object_get(header, "seed");
  take_list(json_object_get(header, "suites"), &options->suites);
  take_list(json_object_get(header, "cases"), &options->cases);
  take_list(json_object_get(header, "programs"), &options->programs);
  options->runner = NULL;
  for (size_t i = 0; runner && runner_words[i]; i++)
    if (strcmp(runner, runner_words[i]) == 0)
      options->runner = runner_words[i];
  options->has_seed = json_is_string(seed);
  options->seed = options->has_seed ? strtoull(json_string_value(seed), NULL, 16) : 0;
  options->repeat = (unsigned)json_integer_value(json_object_get(header, "repeat"));
  options->keep_going = true;
}

bool record_merge(struct record *record, const struct text_list *paths, const char *gate,
                  struct session_options *options, struct bytes *why) {
  begin(record, NULL);
  for (size_t i = 0; i < paths->count; i++)
    if (read_file(record, paths->items[i], why) < 0)
      return false;
  sort_lines(record);
  const json_t *header = record->header;
  if (!has_hash(header, "gate", hash_file(gate))) {
    bytes_printf(why, "%s: another build of bytegate recorded it (%s), which judges by its own rules: record it again",
                 paths->items[0], text_of(header, "gate"));
    return false;
  }
  take_selection(header, options);
  return true;
}

int record_end(struct record *record, const struct session *session) {
  if (!record->path)
    return 0;
  for (size_t i = 0; i < session->result_count && !session->interrupted; i++)
    if (session->results[i].verdict == NOT_RUN && is_program(session, &session->results[i]))
      write_line(record, make_line(record, &session->results[i]));
  json_t *object = json_object();
  json_set(object, "end", json_true());
  json_set(object, "interrupted", json_integer(session->interrupted));
  json_set(object, "strays", json_integer(session->strays - record->strays));
  json_set(object, "elapsed_ns", json_integer((json_int_t)(session->elapsed_ns - record->elapsed_ns)));
  json_set(object, "confinement", session->confinement ? json_string(session->confinement) : json_null());
  write_line(record, object);
  return record->failed;
}

void record_free(struct record *record) {
  if (record->plan) {
    record_free(record->plan);
    free(record->plan);
  }
  json_decref(record->header);
  for (size_t i = 0; i < record->paths.count; i++)
    bytes_free(&record->texts[i]);
  for (size_t i = 0; i < record->suite_count; i++)
    free(record->programs[i]);
  free(record->texts);
  text_list_free(&record->paths);
  free(record->lines);
  free(record->programs);
  free(record->confinement);
  if (record->fd >= 0)
    close(record->fd);
}

/* SPDX-License-Identifier: MIT */
