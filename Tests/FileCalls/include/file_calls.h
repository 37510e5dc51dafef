#ifndef FILE_CALLS_H
#define FILE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A call that makes a file, or the name that it has, outlast a loss of power.
typedef struct {
  /// The number that the system knows a file or a folder by, whatever its name.
  uint64_t number;
  /// Whether it was given a name; else it was flushed.
  bool is_rename;
} file_call;

/// Forgets what this thread called so far.
void forget_file_calls(void);

/// What it called since then, 16 calls at most.
size_t count_of_file_calls(void);

/// One of them, in their order.
file_call file_call_at(size_t place);

/// Whether they are recorded: on Linux, without a sanitizer, which has such functions itself.
bool file_calls_are_recorded(void);

#endif
