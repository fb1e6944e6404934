/* Sorts failures into faults. */
#include "harness/verdict/fault.h"

#include "harness/verdict/known.h"

#include <stdlib.h>

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
  const struct result *result;
};

static size_t find(const struct fault *faults, size_t count, const struct result *result) {
  size_t i = 0;
  while (i < count && !results_alike(faults[i].example, result))
    i++;
  return i;
}

const struct fault *fault_of(const struct fault *faults, size_t count, const struct result *result) {
  size_t i = result_failed(result) && !result->untried ? find(faults, count, result) : count;
  return i < count ? &faults[i] : NULL;
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

size_t faults_find(const struct result *results, size_t count, struct fault **out) {
  struct fault *faults = NULL;
  struct member *members = xcalloc(count, sizeof *members);
  size_t fault_count = 0;
  size_t member_count = 0;
  for (size_t i = 0; i < count; i++) {
    const struct result *result = &results[i];
    if (!result_failed(result) || result->untried)
      continue;
    size_t number = find(faults, fault_count, result);
    if (number == fault_count) {
      faults = xrealloc(faults, (fault_count + 1) * sizeof *faults);
      faults[fault_count++] = (struct fault){.example = result};
    }
    if (result->test_case->input.len < faults[number].example->test_case->input.len)
      faults[number].example = result;
    faults[number].failures++;
    members[member_count++] = (struct member){number, result};
  }
  count_members(members, member_count, faults);
  free(members);
  if (fault_count)
    qsort(faults, fault_count, sizeof *faults, by_failures);
  *out = faults;
  return fault_count;
}
