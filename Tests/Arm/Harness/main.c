// Runs every kernel that this build has and this CPU can run against plain references:
//   harness [cases [part of a family's name]]
// All kernels of a family, here and on other machines, must give the same digest.

#include <setjmp.h>
#include <signal.h>

#include "support.h"

typedef void (*test)(const aq_kernel *kernel);

#define DECLARE(name) void test_##name(const aq_kernel *kernel);
AQ_EACH_FAMILY(DECLARE)

static sigjmp_buf before_fault;
static void on_fault(int signal) { siglongjmp(before_fault, signal); }

/// The lanes of a tile, which scalable vectors make known at run time only.
static uint16_t lanes_of(uint16_t field) {
  if (!(field & AQ_VECTORS_BIT)) return field;
  return (uint16_t)((field & ~AQ_VECTORS_BIT) * aq_scalable_words());
}

/// Runs the cases of one kernel; its digest.
static uint64_t run_cases(const aq_kernel *kernel, test test, size_t cases) {
  symbol = kernel->symbol;
  failures = 0;
  digest = 0xcbf29ce484222325u;
  for (case_number = 0; case_number < cases; ++case_number) {
    random_state = case_number;
    ends_at_guard = case_number % 4 < 3;
    int signal = sigsetjmp(before_fault, 1);
    if (signal == 0) test(kernel);
    else fail("signal %d", signal);
    release_all();
  }
  return digest;
}

int main(int count, char **arguments) {
  size_t cases = count > 1 ? strtoul(arguments[1], NULL, 10) : 200, rows = 0, wrong = 0;
  uint32_t isa = aq_running_isa();
  struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};
  const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; ++i) sigaction(faults[i], &action, NULL);
  const struct {
    const char *name;
    aq_family family;
    test test;
  } families[] = {
#define FAMILY(name) {#name, aq_##name(), test_##name},
      AQ_EACH_FAMILY(FAMILY)};
  for (size_t f = 0; f < sizeof families / sizeof *families; ++f) {
    if (count > 2 && !strstr(families[f].name, arguments[2])) continue;
    uint64_t of_family = 0;
    size_t here = 0;
    for (size_t r = 0; r < families[f].family.count; ++r) {
      aq_kernel known = families[f].family.kernels[r];
      const aq_kernel *kernel = &known;
      if (!kernel->run || (kernel->needs & ~isa)) continue;
      known.tile.mr = lanes_of(known.tile.mr);
      known.tile.nr = lanes_of(known.tile.nr);
      // Wants pieces of the map that only Swift computes.
      if (strstr(kernel->symbol, "adamw_dynamic8_avx512vbmi")) continue;
      uint64_t of_kernel = run_cases(kernel, families[f].test, cases);
      if (here++ == 0) of_family = of_kernel;
      bool right = failures == 0 && of_kernel == of_family;
      printf("%-32s %s\n", symbol, right ? "right" : "WRONG");
      ++rows;
      wrong += !right;
    }
    // What another machine's run is compared with.
    if (here > 0) printf("digest %s %016llx\n", families[f].name, (unsigned long long)of_family);
  }
  printf("%zu kernels, %zu cases each, %zu wrong\n", rows, cases, wrong);
  return wrong > 0 || rows == 0;
}
