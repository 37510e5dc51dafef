#include <stdlib.h>
#if defined(__linux__)
#include <stdio.h>
#include <string.h>
#endif

#include "affine_kernels.h"

size_t aq_cores_within_quota(size_t cores, const char *text) {
  char *end;
  // "max 100000" where there is no limit, in older files -1.
  long share = strtol(text, &end, 10), period = strtol(end, NULL, 10);
  if (share > 0 && period > 0) {
    size_t limit = (size_t)(share / period) + (share % period > 0);
    if (limit < cores) cores = limit;
  }
  return cores > 0 ? cores : 1;
}

#if defined(__linux__)
enum { LONGEST_PATH = 4096 };

/// Writes the first line of a file of a folder; whether there is one.
static bool read_line(const char *folder, const char *name, char *line, int size) {
  char path[LONGEST_PATH];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return false;
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool is_read = fgets(line, size, file);
  fclose(file);
  return is_read;
}

/// What one group pays for, in the words of either version of groups.
static size_t cores_within(size_t cores, const char *folder) {
  char share[32], period[32], text[80];
  if (read_line(folder, "cpu.max", text, sizeof text)) return aq_cores_within_quota(cores, text);
  if (!read_line(folder, "cpu.cfs_quota_us", share, sizeof share)
      || !read_line(folder, "cpu.cfs_period_us", period, sizeof period))
    return cores;
  snprintf(text, sizeof text, "%s %s", share, period);
  return aq_cores_within_quota(cores, text);
}

/// What a group pays for, and each of those around it; the path starts with a slash.
static size_t cores_within_all(
    size_t cores, const char *root, const char *hierarchy, const char *path, size_t length
) {
  char folder[LONGEST_PATH];
  while (true) {
    int written = snprintf(folder, sizeof folder, "%s%s%.*s", root, hierarchy, (int)length, path);
    if (written < (int)sizeof folder) cores = cores_within(cores, folder);
    if (length == 0) return cores;
    do --length;
    while (length > 0 && path[length] != '/');
  }
}

/// Whether names with commas between them have the one of processors.
static bool names_processors(const char *names, const char *end) {
  while (names < end) {
    size_t length = strcspn(names, ",:");
    if (length == 3 && strncmp(names, "cpu", 3) == 0) return true;
    names += length + 1;
  }
  return false;
}

size_t aq_cores_within_groups(size_t cores, const char *root, const char *groups) {
  static const char *const older[] = {"/cpu", "/cpu,cpuacct"};
  // A container sees its own group as the root, whatever the path says that it has outside.
  cores = cores_within_all(cores, root, "", "", 0);
  for (int i = 0; i < 2; ++i) cores = cores_within_all(cores, root, older[i], "", 0);
  FILE *file = fopen(groups, "re");
  char line[LONGEST_PATH];
  // "0::/a/b" of the one hierarchy, "4:cpu,cpuacct:/a/b" of one of the older.
  while (file && fgets(line, sizeof line, file)) {
    const char *names = strchr(line, ':'), *end = names ? strchr(names + 1, ':') : NULL;
    // A group outside of what the process sees has a path that goes up.
    if (!end || end[1] != '/' || strstr(end, "/..")) continue;
    size_t length = strcspn(end + 1, "\n");
    if (end == ++names) {
      cores = cores_within_all(cores, root, "", end + 1, length);
    } else if (names_processors(names, end)) {
      for (int i = 0; i < 2; ++i) cores = cores_within_all(cores, root, older[i], end + 1, length);
    }
  }
  if (file) fclose(file);
  return cores > 0 ? cores : 1;
}
#endif
