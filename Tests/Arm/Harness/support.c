#include "support.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

uint64_t random_state, digest;
const char *symbol;
size_t failures, case_number;
bool ends_at_guard;
static char description[512];

enum { MOST_BLOCKS = 4096 };
static struct {
  void *start;
  size_t bytes;  // 0: of malloc
} blocks[MOST_BLOCKS];
static size_t block_count;

static void keep(void *start, size_t bytes) {
  if (!start || start == MAP_FAILED || block_count == MOST_BLOCKS) {
    fprintf(stderr, "no memory\n");
    exit(3);
  }
  blocks[block_count].start = start;
  blocks[block_count++].bytes = bytes;
}

void *guarded(size_t bytes, size_t alignment) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (bytes + page - 1) / page * page;
  if (inner == 0) inner = page;
  uint8_t *start = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  keep(start, inner + 2 * page);
  start += page;
  mprotect(start, inner, PROT_READ | PROT_WRITE);
  memset(start, 0xa5, inner);
  return ends_at_guard ? start + (inner - bytes) / alignment * alignment : start;
}

void *scratch(size_t bytes) {
  void *memory = calloc(bytes + 1, 1);
  keep(memory, 0);
  return memory;
}

void release_all(void) {
  while (block_count > 0) {
    --block_count;
    if (blocks[block_count].bytes > 0) munmap(blocks[block_count].start, blocks[block_count].bytes);
    else free(blocks[block_count].start);
  }
}

float number(int kind) {
  // Ends of ranges, halves, and where functions and formats change their formula.
  static const float special[] = {0, -0.0f, 1, -1, 0x1p-149f, -0x1p-149f, 0x1p-126f, 0x1.fffffep127f,
      -0x1.fffffep127f, 0.5f, -0.5f, 1.5f, 2.5f, 127.5f, -128.5f, 87.3f, -87, -87.00001f, 88, 88.5f, -88, 15,
      -15, 1e-20f, 3.4e38f, 65504, 65520, 65519.996f, 6.1e-5f, 5.96e-8f, 2.98e-8f};
  switch (kind) {
    case TAME: return unit() * 4;
    case WIDE: return ldexpf(unit(), (int)below(60) - 30);
    case TIES: return (float)((int)below(601) - 300) * 0.5f;
    case SPECIAL: return coin() ? special[below(sizeof special / sizeof *special)] : unit() * 100;
    case FINITE:
      for (;;) {
        float x = float_of((uint32_t)draw());
        if (isfinite(x)) return x;
      }
    default: {
      uint64_t word = draw();
      uint32_t bits = (uint32_t)(word >> 32);
      switch (word & 15) {
        case 0: return INFINITY;
        case 1: return -INFINITY;
        case 2: return float_of(0x7f800001u | bits);
        default: return float_of(bits);
      }
    }
  }
}

float *numbers(size_t count, int kind) {
  float *values = NEW(float, count);
  for (size_t i = 0; i < count; ++i) values[i] = number(kind);
  return values;
}

uint8_t *random_bytes(size_t count) {
  uint8_t *bytes = NEW(uint8_t, count);
  for (size_t i = 0; i < count; ++i) bytes[i] = (uint8_t)draw();
  return bytes;
}

void *zeroed(void *memory, size_t bytes) { return memset(memory, 0, bytes); }

void *copied(const void *memory, size_t bytes) { return memcpy(scratch(bytes), memory, bytes); }

void describe(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(description, sizeof description, format, arguments);
  va_end(arguments);
}

void fail(const char *format, ...) {
  enum { SHOWN = 3 };
  if (failures++ >= SHOWN) return;
  printf("  %s, case %zu (%s): ", symbol, case_number, description);
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
}

static void mix_in(const void *memory, size_t bytes) {
  const uint8_t *byte = memory;
  for (size_t i = 0; i < bytes; ++i) digest = (digest ^ byte[i]) * 0x100000001b3u;
}

void check_floats(const char *what, const float *actual, const float *expected, size_t count) {
  size_t wrong = 0, first = 0;
  for (size_t i = 0; i < count; ++i) {
    bool nan = isnan(actual[i]);
    uint32_t bits = nan ? 0x7fc00000 : bits_of(actual[i]);
    mix_in(&bits, sizeof bits);
    if (bits == bits_of(expected[i]) || (nan && isnan(expected[i]))) continue;
    if (wrong++ == 0) first = i;
  }
  if (wrong > 0)
    fail("%s: %zu of %zu differ, at %zu %a, not %a", what, wrong, count, first, (double)actual[first],
        (double)expected[first]);
}

void check_bytes(const char *what, const void *actual, const void *expected, size_t count, size_t size) {
  const uint8_t *a = actual, *e = expected;
  size_t wrong = 0, first = 0;
  mix_in(actual, count * size);
  for (size_t i = 0; i < count; ++i)
    if (memcmp(a + i * size, e + i * size, size) != 0 && wrong++ == 0) first = i;
  if (wrong == 0) return;
  uint64_t is = 0, should = 0;
  memcpy(&is, a + first * size, size);
  memcpy(&should, e + first * size, size);
  fail("%s: %zu of %zu differ, at %zu %llx, not %llx", what, wrong, count, first, (unsigned long long)is,
      (unsigned long long)should);
}
