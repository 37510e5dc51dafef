#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#endif
#if defined(__APPLE__)
#include <sys/resource.h>
#include <sys/sysctl.h>
#endif
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "affine_kernels.h"

#if defined(__linux__)
/// Whether a processor is the first of its core of those that this process may run on.
static bool is_first_of_core(int cpu, const cpu_set_t *set) {
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  FILE *file = fopen(path, "re");
  if (!file) return true;
  // A list of numbers and ranges: "0,16" or "0-1".
  int first, last;
  bool is_first = true;
  while (is_first && fscanf(file, "%d", &first) == 1) {
    last = first;
    int mark = fgetc(file);
    if (mark == '-' && fscanf(file, "%d", &last) == 1) mark = fgetc(file);
    for (int sibling = first; sibling <= last && sibling < cpu; ++sibling)
      if (CPU_ISSET(sibling, set)) is_first = false;
    if (mark != ',') break;
  }
  fclose(file);
  return is_first;
}
#endif

size_t aq_core_count(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    size_t cores = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set) && is_first_of_core(cpu, &set)) ++cores;
    return aq_cores_within_groups(cores, "/sys/fs/cgroup", "/proc/self/cgroup");
  }
#elif defined(__APPLE__)
  int32_t cores = 0;
  size_t size = sizeof cores;
  if (sysctlbyname("hw.physicalcpu", &cores, &size, NULL, 0) == 0 && cores > 0) return (size_t)cores;
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

void aq_sleep(uint32_t nanoseconds) {
  struct timespec time = {.tv_nsec = nanoseconds};
  nanosleep(&time, NULL);
}

uint64_t aq_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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

size_t aq_bytes_ahead(void) {
#if defined(__x86_64__)
  // On AMD's cores, what comes from memory while so many other bytes are multiplied: on a Zen 5 an eighth of them comes
  // too late, and half does as well. On a Xeon with AMX such requests take the 16 fill buffers of a core and leave its
  // prefetcher nothing: 7 GB/s, where it reads 23 by itself.
  unsigned a = 0, b = 0, c = 0, d = 0;
  bool isAMD = __get_cpuid(0, &a, &b, &c, &d) && b == signature_AMD_ebx && d == signature_AMD_edx
      && c == signature_AMD_ecx;
  return isAMD ? 8192 : 0;
#else
  return 0;
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

const char *aq_requested_threads(void) { return getenv("AFFINE_THREADS"); }
