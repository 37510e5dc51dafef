#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#endif
#if defined(__APPLE__)
#include <sys/resource.h>
#include <sys/sysctl.h>
#endif
#include <stdlib.h>
#include <unistd.h>

#include "affine_kernels.h"

size_t aq_processor_count(void) {
#if defined(__linux__)
  // What this process may use, which a container can make fewer than the machine has.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return (size_t)CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

size_t aq_cache_bytes(void) {
  long bytes = 0;
#if defined(__linux__)
  bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
#elif defined(__APPLE__)
  int64_t value = 0;
  size_t size = sizeof value;
  if (sysctlbyname("hw.perflevel0.l2cachesize", &value, &size, NULL, 0) == 0) bytes = (long)value;
#endif
  // Where the system does not say: what small cores have.
  return bytes > 0 ? (size_t)bytes : 256 << 10;
}

void aq_advise_large_pages(void *start, size_t bytes) {
#if defined(__linux__)
  madvise(start, bytes, MADV_HUGEPAGE);
#else
  (void)start, (void)bytes;
#endif
}

size_t aq_peak_resident_bytes(void) {
#if defined(__linux__)
  // Not getrusage: what it says includes the memory of the program that started this one.
  FILE *file = fopen("/proc/self/status", "re");
  if (!file) return 0;
  size_t kibibytes = 0;
  char line[256];
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "VmHWM:", 6) == 0) kibibytes = strtoul(line + 6, NULL, 10);
  fclose(file);
  return kibibytes << 10;
#elif defined(__APPLE__)
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss : 0;
#else
  return 0;
#endif
}

void aq_return_freed_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

size_t aq_requested_threads(void) {
  const char *text = getenv("AFFINE_THREADS");
  if (!text || *text < '1' || *text > '9') return 0;
  char *end;
  long count = strtol(text, &end, 10);
  // Far above any machine; below it, a pool of so many threads can still be started.
  return *end == 0 && count <= 1024 ? (size_t)count : 0;
}
