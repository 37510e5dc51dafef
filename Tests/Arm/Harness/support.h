// Random numbers, guarded memory, comparison and reporting for the harness of C kernels.
#pragma once
#define _GNU_SOURCE
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "affine_kernels.h"

// References round after every operation.
#pragma STDC FP_CONTRACT OFF

// ---- Random numbers: SplitMix64 (Steele et al., 2014).

extern uint64_t random_state;

static inline uint64_t mixed(uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

static inline uint64_t draw(void) { return mixed(random_state += 0x9e3779b97f4a7c15u); }

/// A number from 0 up to, without, n.
static inline size_t below(size_t n) { return n ? draw() % n : 0; }
static inline size_t from_to(size_t first, size_t last) { return first + below(last - first + 1); }
static inline bool coin(void) { return draw() & 1; }

static inline float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// From -1 to 1.
static inline float unit(void) { return (float)(int32_t)(draw() >> 40) * 0x1p-23f - 1; }

/// Kinds of floats, from tame ones to any pattern.
enum { TAME, WIDE, FINITE, TIES, SPECIAL, ANY, KINDS };
float number(int kind);

/// The value of a float of 6 bits, E2M3 or E3M2.
float float_of_6_bits(int code, int exponent_bits);

// ---- Memory that ends, or starts, at a page that may not be touched.

/// Filled with a pattern; released with all others after a case.
void *guarded(size_t bytes, size_t alignment);
/// The same without guards, for references.
void *scratch(size_t bytes);
void release_all(void);
/// Whether memory of this case ends at its guard, rather than starts there.
extern bool ends_at_guard;

#define NEW(type, count) ((type *)guarded((count) * sizeof(type), _Alignof(type)))
/// Whole cache lines.
#define NEW_LINES(type, count) ((type *)guarded(((count) * sizeof(type) + 63) / 64 * 64, 64))
#define SCRATCH(type, count) ((type *)scratch((count) * sizeof(type)))

float *numbers(size_t count, int kind);
uint8_t *random_bytes(size_t count);
void *zeroed(void *memory, size_t bytes);
/// A copy for a reference.
void *copied(const void *memory, size_t bytes);

// ---- Results.

/// What a case is, for reports.
__attribute__((format(printf, 1, 2))) void describe(const char *format, ...);
__attribute__((format(printf, 1, 2))) void fail(const char *format, ...);
/// Equal bits; NaN equals NaN.
void check_floats(const char *what, const float *actual, const float *expected, size_t count);
void check_bytes(const char *what, const void *actual, const void *expected, size_t count, size_t size);

/// Runs a kernel of the tile unit while tiles of a caller wait to be saved.
void run_with_waiting_tiles(const aq_kernel *kernel, void *arguments);

extern const char *symbol;  // of the kernel that runs
extern uint64_t digest;     // of what it computed
extern size_t failures, case_number;

/// Bytes of codes of one group, squeezed.
void squeeze_reference(const uint8_t *in, uint8_t *out, size_t width, int bits);
