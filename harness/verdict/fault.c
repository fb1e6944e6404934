/* Sorts failures into faults. */
#include "harness/verdict/fault.h"

#include "harness/suite/cases.h"
#include "harness/verdict/known.h"

#include <stdlib.h>
#include <string.h>

/* The byte where the divergence begins, or -1 where that side ends there. */
static int byte_at(const struct bytes *bytes, size_t at) {
  return at < bytes->len ? (unsigned char)bytes->data[at] : -1;
}

bool results_alike(const struct result *a, const struct result *b) {
  if (a->verdict != b->verdict || a->part != b->part)
    return false;
  bool has_sides = a->part != PART_NONE && a->part != PART_EXIT;
  if (a->verdict == DIVERGED && has_sides)
    return byte_at(&a->expected, a->offset) == byte_at(&b->expected, b->offset) &&
           byte_at(&a->actual, a->offset) == byte_at(&b->actual, b->offset);
  bool counts_bytes = a->verdict == HUNG || a->verdict == FLAKY; /* in its description, which so differs */
  return counts_bytes || span_equal(span_of(&a->detail), span_of(&b->detail));
}

char *result_way(const struct result *result) {
  const char *verdict = verdict_name(result->verdict);
  int expected = byte_at(&result->expected, result->offset);
  int actual = byte_at(&result->actual, result->offset);
  if (result->verdict == HUNG || result->verdict == FLAKY)
    return xstrdup(verdict);
  if (result->verdict != DIVERGED || result->part == PART_NONE || result->part == PART_EXIT)
    return xasprintf("%s: %s", verdict, span_of(&result->detail).data);
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

static void count_failure(struct fault *fault, const struct result *result) {
  const struct result *example = fault->example;
  bool shorter = result->test_case->input.len < example->test_case->input.len;
  /* Of what was looked at, the report can tell more. */
  if (!result->cause == !example->cause ? shorter : result->cause != NULL)
    fault->example = result;
  fault->failures++;
}

/* Gives each fault its number, in the order of FAULTS; MEMBERS have the numbers that they had before. */
static void number_faults(struct member *members, size_t member_count, const struct fault *faults, size_t count) {
  for (size_t i = 0; i < member_count; i++)
    for (size_t k = 0; k < count; k++)
      if (faults[k].number == members[i].fault)
        members[i].result->fault = k + 1;
}

size_t faults_find(struct result *results, size_t count, struct fault **out) {
  struct fault *faults = NULL;
  struct fault_key *keys = NULL;
  struct member *members = xcalloc(count + 1, sizeof *members);
  size_t fault_count = 0;
  size_t member_count = 0;
  for (size_t i = 0; i < count; i++) {
    results[i].fault = 0;
    if (result_failed(&results[i]) && !results[i].untried)
      members[member_count++] = (struct member){0, &results[i]};
  }
  struct way *ways = find_ways(members, member_count);
  for (size_t i = 0; i < member_count; i++) {
    struct result *result = members[i].result;
    size_t way = members[i].fault;
    const char *cause = result->cause ? result->cause : ways[way].cause;
    size_t number = 0;
    while (number < fault_count && !is_key(&keys[number], cause, way + 1))
      number++;
    if (number == fault_count) {
      faults = xrealloc(faults, (fault_count + 1) * sizeof *faults);
      keys = xrealloc(keys, (fault_count + 1) * sizeof *keys);
      keys[fault_count] = (struct fault_key){cause, cause ? 0 : way + 1};
      faults[fault_count] = (struct fault){.example = result, .cause = cause, .number = fault_count};
      fault_count++;
    }
    count_failure(&faults[number], result);
    members[i].fault = number;
  }
  count_members(members, member_count, faults);
  if (fault_count)
    qsort(faults, fault_count, sizeof *faults, by_failures);
  number_faults(members, member_count, faults, fault_count);
  free(ways);
  free(keys);
  free(members);
  *out = faults;
  return fault_count;
}
