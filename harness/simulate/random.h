/* Numbers that a seed decides, and nothing else: splitmix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom
   number generators", 5). What has a stream of its own draws the same numbers whatever happens beside it. */
#ifndef HARNESS_SIMULATE_RANDOM_H
#define HARNESS_SIMULATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
  uint64_t state;
};

static inline uint64_t random_next(struct random *random) {
  uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);
  mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
  return mixed ^ mixed >> 31;
}

/* The numbers of STREAM of a SEED. */
static inline struct random random_of(uint64_t seed, uint64_t stream) {
  struct random random = {seed};
  random.state = random_next(&random) + stream * UINT64_C(0xd1342543de82ef95);
  return (struct random){random_next(&random)};
}

/* From LEAST to MOST, both of them too. */
static inline int64_t random_between(struct random *random, int64_t least, int64_t most) {
  return least + (int64_t)(random_next(random) % ((uint64_t)(most - least) + 1));
}

static inline bool random_one_in(struct random *random, unsigned n) { return random_next(random) % n == 0; }

#endif

/* SPDX-License-Identifier: MIT */
