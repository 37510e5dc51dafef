#include "affine_mpi.h"

// The trait also says where MPI's header is.
#ifdef AFFINE_MPI

#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct affine_mpi_request {
  MPI_Request handle;
};

// Calls match in the order in which they are made on one communicator. Ranks share what they summed as soon as
// it is there, each in its own time among other calls; those that leave say so while others are under way.
static MPI_Comm ranks, sharing, leaving;
static char last_words[256];
static size_t last_bytes;

// Launchers ask all ranks to end when one has died.
static void end_by_signal(int signal) {
  ssize_t written = write(STDERR_FILENO, last_words, last_bytes);
  (void)written;
  // Once one of them is gone the launcher kills those that it has not asked yet, and they say nothing.
  struct timespec time = {0, 300000000};
  nanosleep(&time, NULL);
  _exit(128 + signal);
}

bool affine_mpi_is_built(void) { return true; }

int affine_mpi_start(const char *epitaph, int32_t *rank, int32_t *size) {
  int provided;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code == 0) code = MPI_Comm_dup(MPI_COMM_WORLD, &ranks);
  if (code == 0) code = MPI_Comm_dup(MPI_COMM_WORLD, &sharing);
  if (code == 0) code = MPI_Comm_dup(MPI_COMM_WORLD, &leaving);
  if (code == 0) code = MPI_Comm_set_errhandler(ranks, MPI_ERRORS_RETURN);
  if (code == 0) code = MPI_Comm_set_errhandler(sharing, MPI_ERRORS_RETURN);
  if (code == 0) code = MPI_Comm_set_errhandler(leaving, MPI_ERRORS_RETURN);
  if (code == 0) code = MPI_Comm_rank(ranks, rank);
  if (code == 0) code = MPI_Comm_size(ranks, size);
  if (code != 0) return code;
  int count = snprintf(last_words, sizeof last_words, epitaph, *rank, *size);
  last_bytes = count < 0 ? 0 : (size_t)count < sizeof last_words ? (size_t)count : sizeof last_words - 1;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = end_by_signal;
  sigaction(SIGTERM, &action, NULL);
  return 0;
}

int affine_mpi_end(void) { return MPI_Finalize(); }

void affine_mpi_pause(void) {
  struct timespec time = {0, 1000000};
  nanosleep(&time, NULL);
}

void affine_mpi_abort(int32_t code) { MPI_Abort(MPI_COMM_WORLD, code); }

void affine_mpi_error(int code, char *text, size_t capacity) {
  char message[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (MPI_Error_string(code, message, &length) != 0) length = 0;
  snprintf(text, capacity, "%.*s", length, message);
}

// Calls `start` with the handle of a new request, which is the caller's unless the call fails.
#define AFFINE_STARTED(request, start)                                  \
  do {                                                                  \
    affine_mpi_request *made = malloc(sizeof *made);                    \
    if (made == NULL) return MPI_ERR_NO_MEM;                            \
    int code = start;                                                   \
    if (code != 0) {                                                    \
      free(made);                                                       \
      return code;                                                      \
    }                                                                   \
    *(request) = made;                                                  \
    return 0;                                                           \
  } while (0)

int affine_mpi_sum(double *sums, int32_t count, affine_mpi_request **request) {
  AFFINE_STARTED(
      request, MPI_Iallreduce(MPI_IN_PLACE, sums, count, MPI_DOUBLE, MPI_SUM, ranks, &made->handle));
}

int affine_mpi_exchange(const void *sent, void *received, int32_t bytes, affine_mpi_request **request) {
  AFFINE_STARTED(
      request, MPI_Ialltoall(sent, bytes, MPI_BYTE, received, bytes, MPI_BYTE, ranks, &made->handle));
}

int affine_mpi_exchange_parts(
    const void *sent, void *received, const int32_t *numbers, int32_t size, affine_mpi_request **request) {
  AFFINE_STARTED(
      request, MPI_Ialltoallv(sent, numbers, numbers + size, MPI_BYTE, received, numbers + 2 * size,
                              numbers + 3 * size, MPI_BYTE, ranks, &made->handle));
}

int affine_mpi_share(const void *sent, void *received, int32_t bytes, affine_mpi_request **request) {
  AFFINE_STARTED(
      request, MPI_Iallgather(sent, bytes, MPI_BYTE, received, bytes, MPI_BYTE, sharing, &made->handle));
}

int affine_mpi_share_parts(
    const void *sent, void *received, const int32_t *numbers, int32_t rank, int32_t size,
    affine_mpi_request **request) {
  AFFINE_STARTED(
      request, MPI_Iallgatherv(sent, numbers[rank], MPI_BYTE, received, numbers, numbers + size, MPI_BYTE, sharing,
                               &made->handle));
}

int affine_mpi_share_last(const void *sent, void *received, int32_t bytes, affine_mpi_request **request) {
  AFFINE_STARTED(
      request, MPI_Iallgather(sent, bytes, MPI_BYTE, received, bytes, MPI_BYTE, leaving, &made->handle));
}

int affine_mpi_test(affine_mpi_request *request, int32_t *done) {
  int code = MPI_Test(&request->handle, done, MPI_STATUS_IGNORE);
  if (code != 0 || *done) free(request);
  return code;
}

// MPI_Wait polls for as long as it takes, and so takes the core, or the half of it that two threads share, from the
// rank that is waited for. What takes longer than a message does waits for a rank: between polls it sleeps.
int affine_mpi_wait(affine_mpi_request *request) {
  const struct timespec nap = {0, 20000};
  const double longest_poll = 1e-3;
  double start = MPI_Wtime();
  int code, done = 0;
  for (;;) {
    code = MPI_Test(&request->handle, &done, MPI_STATUS_IGNORE);
    if (code != 0 || done) break;
    if (MPI_Wtime() - start > longest_poll) nanosleep(&nap, NULL);
  }
  free(request);
  return code;
}

int affine_mpi_broadcast(void *bytes, int32_t count, int32_t root) {
  return MPI_Bcast(bytes, count, MPI_BYTE, root, ranks);
}

int affine_mpi_gather(
    const void *sent, int32_t count, void *received, const int32_t *counts, const int32_t *places,
    int32_t root) {
  return MPI_Gatherv(sent, count, MPI_BYTE, received, counts, places, MPI_BYTE, root, ranks);
}

int affine_mpi_barrier(void) { return MPI_Barrier(ranks); }

#else

#include <stdio.h>

enum { NOT_BUILT = -1 };

bool affine_mpi_is_built(void) { return false; }
int affine_mpi_start(const char *epitaph, int32_t *rank, int32_t *size) { return NOT_BUILT; }
void affine_mpi_error(int code, char *text, size_t capacity) {
  snprintf(text, capacity, "this build has no MPI");
}

// Nobody who has not started calls these.
int affine_mpi_end(void) { return NOT_BUILT; }
void affine_mpi_pause(void) {}
void affine_mpi_abort(int32_t code) {}
int affine_mpi_sum(double *sums, int32_t count, affine_mpi_request **request) { return NOT_BUILT; }
int affine_mpi_exchange(const void *sent, void *received, int32_t bytes, affine_mpi_request **request) {
  return NOT_BUILT;
}
int affine_mpi_exchange_parts(
    const void *sent, void *received, const int32_t *numbers, int32_t size, affine_mpi_request **request) {
  return NOT_BUILT;
}
int affine_mpi_share(const void *sent, void *received, int32_t bytes, affine_mpi_request **request) {
  return NOT_BUILT;
}
int affine_mpi_share_parts(
    const void *sent, void *received, const int32_t *numbers, int32_t rank, int32_t size,
    affine_mpi_request **request) {
  return NOT_BUILT;
}
int affine_mpi_share_last(const void *sent, void *received, int32_t bytes, affine_mpi_request **request) {
  return NOT_BUILT;
}
int affine_mpi_test(affine_mpi_request *request, int32_t *done) { return NOT_BUILT; }
int affine_mpi_wait(affine_mpi_request *request) { return NOT_BUILT; }
int affine_mpi_broadcast(void *bytes, int32_t count, int32_t root) { return NOT_BUILT; }
int affine_mpi_gather(
    const void *sent, int32_t count, void *received, const int32_t *counts, const int32_t *places,
    int32_t root) {
  return NOT_BUILT;
}
int affine_mpi_barrier(void) { return NOT_BUILT; }

#endif
