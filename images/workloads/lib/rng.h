// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdint.h>

/* A small seeded generator (PCG XSH-RR 64/32, O'Neill 2014): the same seed and
 * stream give the same numbers on both architectures. Not for secrets. */
struct rng
{
  uint64_t state;
  uint64_t increment;
};

/* Streams of one seed are independent: one a process, say. */
void rng_seed(struct rng* rng, uint64_t seed, uint64_t stream);

uint32_t rng_next(struct rng* rng);

/* 0 … bound - 1, without bias; 0 when bound is 0. */
uint32_t rng_below(struct rng* rng, uint32_t bound);

/* low … high, both included; low when high is below it. */
uint64_t rng_between(struct rng* rng, uint64_t low, uint64_t high);

/* Puts `count` integers into an order drawn from `rng`. */
void rng_shuffle(struct rng* rng, int* items, int count);
