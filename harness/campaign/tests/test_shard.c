/* The partition: each job in one shard, the same each time, and shards that take equally long. */
/* reads: nothing */
#include "harness/base/bytes.h"
#include "harness/campaign/shard.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS = 1000 };

/* Times as of real cases: most are short, a few a hundred times as long. */
static void make_weights(uint64_t *weights) {
  for (size_t i = 0; i < JOBS; i++)
    weights[i] = 100000 + i * 7919 % 1000 + (i % 97 == 0 ? 10000000 : 0);
}

/* How much each shard of COUNT has, from 1; fails where a job has no shard that there is. */
static void sum_loads(const uint64_t *weights, unsigned count, const uint32_t *owners, uint64_t *loads) {
  memset(loads, 0, (count + 1) * sizeof *loads);
  for (size_t i = 0; i < JOBS; i++) {
    ck_assert_uint_ge(owners[i], 1);
    ck_assert_uint_le(owners[i], count);
    loads[owners[i]] += weights ? weights[i] : 1;
  }
}

START_TEST(each_job_has_one_shard) {
  uint32_t owners[JOBS];
  uint32_t again[JOBS];
  uint64_t loads[65];
  for (unsigned count = 1; count <= 64; count++) {
    shard_partition(NULL, JOBS, count, owners);
    sum_loads(NULL, count, owners, loads);
    for (unsigned shard = 1; shard <= count; shard++) {
      ck_assert_uint_ge(loads[shard], JOBS / count);
      ck_assert_uint_le(loads[shard], (JOBS + count - 1) / count);
    }
    shard_partition(NULL, JOBS, count, again);
    ck_assert_mem_eq(owners, again, sizeof owners);
  }
}
END_TEST

/* Where the longest job is no longer than a shard, no shard has 5 % more than the least. */
START_TEST(shards_take_equally_long) {
  uint64_t weights[JOBS];
  uint32_t owners[JOBS];
  uint64_t loads[65];
  make_weights(weights);
  for (unsigned count = 1; count <= 10; count++) {
    shard_partition(weights, JOBS, count, owners);
    sum_loads(weights, count, owners, loads);
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (unsigned shard = 1; shard <= count; shard++) {
      least = loads[shard] < least ? loads[shard] : least;
      most = loads[shard] > most ? loads[shard] : most;
    }
    ck_assert_msg((most - least) * 20 <= most, "%u shards take %llu to %llu", count, (unsigned long long)least,
                  (unsigned long long)most);
  }
}
END_TEST

START_TEST(jobs_of_one_weight_go_round) {
  uint32_t owners[7];
  const uint32_t wanted[7] = {1, 2, 3, 1, 2, 3, 1};
  shard_partition(NULL, 7, 3, owners);
  ck_assert_mem_eq(owners, wanted, sizeof owners);
}
END_TEST

START_TEST(more_shards_than_jobs_leave_some_empty) {
  uint32_t owners[2];
  shard_partition(NULL, 2, MOST_SHARDS, owners);
  ck_assert_uint_eq(owners[0], 1);
  ck_assert_uint_eq(owners[1], 2);
  shard_partition(NULL, 0, 3, owners);
}
END_TEST

START_TEST(the_word_of_a_shard) {
  static const char *const wrong[] = {"",
                                      "1",
                                      "1/",
                                      "/2",
                                      "0/2",
                                      "3/2",
                                      "1/0",
                                      "-1/2",
                                      "1/2x",
                                      "1/2/3",
                                      " 1/2",
                                      "1/ 2",
                                      "1/10001",
                                      "+1/2",
                                      "a/b",
                                      "1.5/2",
                                      "1/-2",
                                      "00001/000002",
                                      "99999999999/2",
                                      "1/18446744073709551617"};
  struct shard shard;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    ck_assert_msg(!shard_parse(wrong[i], &shard), "%s was taken", wrong[i]);
  ck_assert(shard_parse("1/1", &shard) && shard.number == 1 && shard.count == 1);
  ck_assert(shard_parse("64/10000", &shard) && shard.number == 64 && shard.count == 10000);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("shard");
  TCase *tests = tcase_create("shard");
  tcase_add_test(tests, each_job_has_one_shard);
  tcase_add_test(tests, shards_take_equally_long);
  tcase_add_test(tests, jobs_of_one_weight_go_round);
  tcase_add_test(tests, more_shards_than_jobs_leave_some_empty);
  tcase_add_test(tests, the_word_of_a_shard);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
