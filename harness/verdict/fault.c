/* Sorts failures into faults. */
#include "harness/verdict/fault.h"

#include "harness/suite/cases.h"
#include "harness/suite/target.h"
#include "harness/verdict/known.h"

#include <stdlib.h>
#include <string.h>

/* The byte where the divergence begins, or -1 where that side ends there. */
static int byte_at(const struct bytes *bytes, size_t at) {
  return at < bytes->len ? (unsigned char)bytes->data[at] : -1;
}

/* The name of the header field in which byte AT stands; empty where no field is. */
static struct span field_at(const struct bytes *headers, size_t at) {
  struct span text = span_of(headers);
  size_t from = at < text.len ? at : text.len;
  while (from > 0 && text.data[from - 1] != '\n')
    from--;
  size_t to = from;
  while (to < text.len && text.data[to] != ':' && text.data[to] != '\r' && text.data[to] != '\n')
    to++;
  return (struct span){text.data + from, to - from};
}

/* Whether two texts are the same but for their numbers, which tell of one case only. */
static bool same_but_for_numbers(const char *a, const char *b) {
  static const char digits[] = "0123456789";
  while (*a && *b) {
    size_t digits_a = strspn(a, digits);
    size_t digits_b = strspn(b, digits);
    if (!digits_a != !digits_b || (!digits_a && *a != *b))
      return false;
    a += digits_a ? digits_a : 1;
    b += digits_b ? digits_b : 1;
  }
  return *a == *b;
}

static bool is_content(enum part part) { return part == PART_BODY || part == PART_STDOUT; }

/* Of a divergence in a part that has bytes. */
static bool bytes_alike(const struct result *a, const struct result *b) {
  if (a->part == PART_HEADERS)
    return span_equal(field_at(&a->expected, a->offset), field_at(&b->expected, b->offset)) &&
           span_equal(field_at(&a->actual, a->offset), field_at(&b->actual, b->offset));
  return byte_at(&a->expected, a->offset) == byte_at(&b->expected, b->offset) &&
         byte_at(&a->actual, a->offset) == byte_at(&b->actual, b->offset);
}

bool results_of_one_part(const struct result *a, const struct result *b) {
  return a->verdict == b->verdict && (a->part == b->part || (is_content(a->part) && is_content(b->part)));
}

bool results_alike(const struct result *a, const struct result *b) {
  if (!results_of_one_part(a, b))
    return false;
  bool has_sides = a->part != PART_NONE && a->part != PART_EXIT;
  if (a->verdict == DIVERGED && has_sides)
    return bytes_alike(a, b);
  if (a->verdict == HUNG || a->verdict == FLAKY) /* the description counts bytes and runs */
    return true;
  if (a->verdict == LEAKED || (a->verdict == DIVERGED && a->part == PART_NONE))
    return same_but_for_numbers(span_of(&a->detail).data, span_of(&b->detail).data);
  return span_equal(span_of(&a->detail), span_of(&b->detail));
}

/* Of a divergence in the headers: the field, and the other one where another was expected there. */
static char *header_way(const struct result *result) {
  struct span actual = field_at(&result->actual, result->offset);
  struct span expected = field_at(&result->expected, result->offset);
  struct bytes way = {0};
  bytes_printf(&way, "%s: %s: ", verdict_name(result->verdict), part_name(result->part));
  bytes_escaped(&way, actual.len ? actual : span_text("their end"));
  if (!span_equal(actual, expected)) {
    bytes_text(&way, ", expected ");
    bytes_escaped(&way, expected.len ? expected : span_text("their end"));
  }
  return way.data;
}

char *result_way(const struct result *result) {
  const char *verdict = verdict_name(result->verdict);
  int expected = byte_at(&result->expected, result->offset);
  int actual = byte_at(&result->actual, result->offset);
  if (result->verdict == HUNG || result->verdict == FLAKY)
    return xstrdup(verdict);
  if (result->verdict != DIVERGED || result->part == PART_NONE || result->part == PART_EXIT)
    return xasprintf("%s: %s", verdict, span_of(&result->detail).data);
  if (result->part == PART_HEADERS)
    return header_way(result);
  char *sides[2];
  const int bytes[2] = {actual, expected};
  for (int i = 0; i < 2; i++)
    sides[i] = bytes[i] < 0 ? xstrdup("its end") : xasprintf("0x%02x", (unsigned)bytes[i]);
  char *way = xasprintf("%s: %s: %s, expected %s", verdict, part_name(result->part), sides[0], sides[1]);
  free(sides[0]);
  free(sides[1]);
  return way;
}

/* A failure, and the number of its fault. */
struct member {
  size_t fault;
  struct result *result;
};

/* Failures that are alike. */
struct way {
  const struct result *first;
  const char *cause; /* of the first of them that was looked at */
};

const struct fault *fault_of(const struct fault *faults, size_t count, const struct result *result) {
  return result->fault > 0 && result->fault <= count ? &faults[result->fault - 1] : NULL;
}

static int by_case(const void *a, const void *b) {
  const struct member *x = a;
  const struct member *y = b;
  if (x->fault != y->fault)
    return x->fault < y->fault ? -1 : 1;
  return (x->result->test_case > y->result->test_case) - (x->result->test_case < y->result->test_case);
}

static int by_target(const void *a, const void *b) {
  const struct member *x = a;
  const struct member *y = b;
  if (x->fault != y->fault)
    return x->fault < y->fault ? -1 : 1;
  return (x->result->target > y->result->target) - (x->result->target < y->result->target);
}

/* Counts the different cases and targets of each fault. */
static void count_members(struct member *members, size_t count, struct fault *faults) {
  if (count)
    qsort(members, count, sizeof *members, by_case);
  for (size_t i = 0; i < count; i++)
    faults[members[i].fault].cases += i == 0 || by_case(&members[i - 1], &members[i]) != 0;
  if (count)
    qsort(members, count, sizeof *members, by_target);
  for (size_t i = 0; i < count; i++)
    faults[members[i].fault].targets += i == 0 || by_target(&members[i - 1], &members[i]) != 0;
}

static int by_failures(const void *a, const void *b) {
  const struct fault *x = a;
  const struct fault *y = b;
  if (x->failures != y->failures)
    return x->failures > y->failures ? -1 : 1;
  return (x->example > y->example) - (x->example < y->example);
}

/* Finds the way of each member, whose number becomes MEMBERS[i].fault. Returns the ways, which the caller frees. */
static struct way *find_ways(struct member *members, size_t count) {
  struct way *ways = NULL;
  size_t way_count = 0;
  for (size_t i = 0; i < count; i++) {
    struct result *result = members[i].result;
    size_t number = 0;
    while (number < way_count && !results_alike(ways[number].first, result))
      number++;
    if (number == way_count) {
      ways = xrealloc(ways, (way_count + 1) * sizeof *ways);
      ways[way_count++] = (struct way){.first = result};
    }
    if (!ways[number].cause)
      ways[number].cause = result->cause;
    members[i].fault = number;
  }
  return ways;
}

/* A fault is a cause, or a way of which nobody knows the cause: WAY is then the number of it, from 1. */
struct fault_key {
  const char *cause;
  size_t way;
};

static bool is_key(const struct fault_key *key, const char *cause, size_t way) {
  return cause ? key->cause && strcmp(key->cause, cause) == 0 : key->way == way;
}

static int by_program(const void *a, const void *b) {
  const struct member *x = a;
  const struct member *y = b;
  const struct program *one = x->result->target->program;
  const struct program *other = y->result->target->program;
  if (x->result->test_case != y->result->test_case)
    return x->result->test_case < y->result->test_case ? -1 : 1;
  return (one > other) - (one < other);
}

static size_t root_of(const size_t *parents, size_t number) {
  while (parents[number] != number)
    number = parents[number];
  return number;
}

/* One case that fails on several machines and runners of one program fails for one cause, though it may look different
   on each: where memory is read that nobody wrote, or a deadline differs. PARENTS[i] becomes a fault that the fault i
   is one with. */
static void join_faults(struct member *members, size_t count, size_t *parents) {
  if (count)
    qsort(members, count, sizeof *members, by_program);
  for (size_t i = 1; i < count; i++) {
    size_t one = root_of(parents, members[i - 1].fault);
    size_t other = root_of(parents, members[i].fault);
    if (by_program(&members[i - 1], &members[i]) == 0)
      parents[one > other ? one : other] = one < other ? one : other;
  }
}

static void count_failure(struct fault *fault, const struct result *result) {
  const struct result *example = fault->example;
  bool shorter = result->test_case->input.len < example->test_case->input.len;
  /* Of what was looked at, the report can tell more. */
  if (!result->cause == !example->cause ? shorter : result->cause != NULL)
    fault->example = result;
  if (!fault->cause)
    fault->cause = result->cause;
  fault->failures++;
}

/* Gives each fault its number, in the order of FAULTS; MEMBERS have the numbers that they had before. */
static void number_faults(struct member *members, size_t member_count, const struct fault *faults, size_t count) {
  for (size_t i = 0; i < member_count; i++)
    for (size_t k = 0; k < count; k++)
      if (faults[k].number == members[i].fault)
        members[i].result->fault = k + 1;
}

/* Finds the fault of each member by its cause or, where nobody knows that, by its way: MEMBERS[i].fault. Returns how
   many there are. */
static size_t number_members(struct member *members, size_t count) {
  struct way *ways = find_ways(members, count);
  struct fault_key *keys = xcalloc(count + 1, sizeof *keys);
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    size_t way = members[i].fault;
    const char *cause = members[i].result->cause ? members[i].result->cause : ways[way].cause;
    size_t number = 0;
    while (number < found && !is_key(&keys[number], cause, way + 1))
      number++;
    if (number == found)
      keys[found++] = (struct fault_key){cause, cause ? 0 : way + 1};
    members[i].fault = number;
  }
  free(ways);
  free(keys);
  return found;
}

/* Adds up the members, in the order of their results. Returns how many faults there are, and *FAULTS. */
static size_t add_up(struct member *members, size_t count, const size_t *parents, struct fault **faults) {
  size_t found = 0;
  *faults = NULL;
  for (size_t i = 0; i < count; i++) {
    size_t root = root_of(parents, members[i].fault);
    size_t number = 0;
    while (number < found && (*faults)[number].root != root)
      number++;
    if (number == found) {
      *faults = xrealloc(*faults, (found + 1) * sizeof **faults);
      (*faults)[found] = (struct fault){.example = members[i].result, .root = root, .number = found};
      found++;
    }
    count_failure(&(*faults)[number], members[i].result);
    members[i].fault = number;
  }
  return found;
}

static int by_result(const void *a, const void *b) {
  const struct member *x = a;
  const struct member *y = b;
  return (x->result > y->result) - (x->result < y->result);
}

/* ---- Scattered failures ----------------------------------------------------------------------------------------- */

/* Fewer ways than these are no sign of anything. */
enum { LEAST_SCATTERED = 4, BYTES = 257 };

/* The pair of bytes where RESULT diverges, as a number below BYTES * BYTES. */
static size_t pair_of(const struct result *result) {
  return (size_t)(byte_at(&result->expected, result->offset) + 1) * BYTES +
         (size_t)(byte_at(&result->actual, result->offset) + 1);
}

/* By program, then by case. */
static int by_program_first(const void *a, const void *b) {
  const struct member *x = a;
  const struct member *y = b;
  if (x->result->target->program != y->result->target->program)
    return x->result->target->program > y->result->target->program ? 1 : -1;
  return (x->result->test_case > y->result->test_case) - (x->result->test_case < y->result->test_case);
}

/* Whether the COUNT failures of one program, in the order of their cases, are wrong bytes of its output that say
   nothing of their causes: more than every second case has a pair of bytes that no case before it had. */
static bool is_scattered(const struct member *members, size_t count) {
  bool *seen = xcalloc((size_t)BYTES * BYTES, sizeof *seen);
  size_t cases = 0;
  size_t ways = 0;
  bool good = true;
  for (size_t i = 0; good && i < count; i++) {
    const struct result *result = members[i].result;
    good = result->verdict == DIVERGED && is_content(result->part);
    if (!good || (i && members[i - 1].result->test_case == result->test_case))
      continue;
    cases++;
    ways += !seen[pair_of(result)];
    seen[pair_of(result)] = true;
  }
  free(seen);
  return good && ways >= LEAST_SCATTERED && 2 * ways > cases;
}

static void mark_scattered(struct member *members, size_t count, struct fault *faults, size_t fault_count) {
  if (count)
    qsort(members, count, sizeof *members, by_program_first);
  for (size_t first = 0, end = 0; first < count; first = end) {
    const struct program *program = members[first].result->target->program;
    while (end < count && members[end].result->target->program == program)
      end++;
    bool scattered = is_scattered(members + first, end - first);
    for (size_t i = 0; scattered && i < fault_count; i++)
      faults[i].scattered |= faults[i].example->target->program == program;
  }
}

size_t faults_find(struct result *results, size_t count, struct fault **out) {
  struct fault *faults = NULL;
  struct member *members = xcalloc(count + 1, sizeof *members);
  size_t member_count = 0;
  for (size_t i = 0; i < count; i++) {
    results[i].fault = 0;
    if (result_failed(&results[i]) && !results[i].untried)
      members[member_count++] = (struct member){0, &results[i]};
  }
  size_t numbers = number_members(members, member_count);
  size_t *parents = xcalloc(numbers + 1, sizeof *parents);
  for (size_t i = 0; i < numbers; i++)
    parents[i] = i;
  join_faults(members, member_count, parents);
  if (member_count)
    qsort(members, member_count, sizeof *members, by_result);
  size_t fault_count = add_up(members, member_count, parents, &faults);
  count_members(members, member_count, faults);
  if (fault_count)
    qsort(faults, fault_count, sizeof *faults, by_failures);
  number_faults(members, member_count, faults, fault_count);
  mark_scattered(members, member_count, faults, fault_count);
  free(parents);
  free(members);
  *out = faults;
  return fault_count;
}

/* SPDX-License-Identifier: MIT */
