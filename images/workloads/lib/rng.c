// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/rng.h"

void rng_seed(struct rng* rng, uint64_t seed, uint64_t stream)
{
  rng->state = 0;
  rng->increment = (stream << 1) | 1;
  rng_next(rng);
  rng->state += seed;
  rng_next(rng);
}

uint32_t rng_next(struct rng* rng)
{
  const uint64_t old = rng->state;
  const uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27);
  const uint32_t rotation = (uint32_t)(old >> 59);

  rng->state = old * 6364136223846793005ULL + rng->increment;
  return (mixed >> rotation) | (mixed << (-rotation & 31));
}

uint32_t rng_below(struct rng* rng, uint32_t bound)
{
  uint32_t threshold;
  uint32_t value;

  if (bound == 0) {
    return 0;
  }
  /* Drop the values below 2^32 mod bound: the rest is a whole multiple. */
  threshold = -bound % bound;
  do {
    value = rng_next(rng);
  } while (value < threshold);
  return value % bound;
}

uint64_t rng_between(struct rng* rng, uint64_t low, uint64_t high)
{
  const uint64_t wide = ((uint64_t)rng_next(rng) << 32) | rng_next(rng);

  if (high <= low) {
    return low;
  }
  if (high - low == UINT64_MAX) {
    return wide;
  }
  return low + wide % (high - low + 1);
}

void rng_shuffle(struct rng* rng, int* items, int count)
{
  int i;

  for (i = count - 1; i > 0; i--) {
    const int other = (int)rng_below(rng, (uint32_t)i + 1);
    const int item = items[i];

    items[i] = items[other];
    items[other] = item;
  }
}
