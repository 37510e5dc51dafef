#ifndef AFFINE_MPI_H
#define AFFINE_MPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The calls of MPI that AffineDistributed makes, without MPI's header: its handles are macros that Swift
// cannot read. Functions return 0, or a code that affine_mpi_error says in words. All are called by the
// thread that called affine_mpi_start.

#pragma clang assume_nonnull begin

/// A call that goes on while the caller does something else. It is gone once it is done.
typedef struct affine_mpi_request affine_mpi_request;

/// Whether this build has MPI; without it every call fails.
bool affine_mpi_is_built(void);
/// Joins the ranks that a launcher started. Where another rank ends the run, `epitaph` is written to standard
/// error before this process ends too; it has place for its own rank as "%d of %d".
int affine_mpi_start(const char *epitaph, int32_t *rank, int32_t *size);
/// Leaves, when all ranks do.
int affine_mpi_end(void);
/// Gives others a millisecond of this core.
void affine_mpi_pause(void);
/// Ends all ranks at once.
void affine_mpi_abort(int32_t code);
/// What a code means, at most `capacity` bytes with the zero at their end.
void affine_mpi_error(int code, char *text, size_t capacity);

/// sums[i] of all ranks, on each of them; `sums` starts as this rank's values.
int affine_mpi_sum(double *sums, int32_t count, affine_mpi_request *_Nullable *_Nonnull request);
/// Part r of `sent` goes to rank r, and part r of `received` comes from it; parts have `bytes` bytes.
int affine_mpi_exchange(
    const void *sent, void *received, int32_t bytes, affine_mpi_request *_Nullable *_Nonnull request);
/// The same of parts of several lengths. `numbers` has four times `ranks` of them: the bytes that go to each rank,
/// where these begin in `sent`, the bytes that come from each, and where these begin in `received`.
int affine_mpi_exchange_parts(
    const void *sent, void *received, const int32_t *numbers, int32_t ranks,
    affine_mpi_request *_Nullable *_Nonnull request);
/// All ranks get what each has, `bytes` bytes, in the order of ranks.
int affine_mpi_share(
    const void *sent, void *received, int32_t bytes, affine_mpi_request *_Nullable *_Nonnull request);
/// The same of lengths of their own. `numbers` has twice `ranks` of them: the bytes of each rank, and where these begin
/// in `received`.
int affine_mpi_share_parts(
    const void *sent, void *received, const int32_t *numbers, int32_t rank, int32_t ranks,
    affine_mpi_request *_Nullable *_Nonnull request);
/// As `affine_mpi_share`, apart from all other calls: of ranks that leave.
int affine_mpi_share_last(
    const void *sent, void *received, int32_t bytes, affine_mpi_request *_Nullable *_Nonnull request);
/// Whether a request is done; then it is gone.
int affine_mpi_test(affine_mpi_request *request, int32_t *done);
/// Waits for a request, which is gone then.
int affine_mpi_wait(affine_mpi_request *request);

/// Bytes of one rank to all others.
int affine_mpi_broadcast(void *bytes, int32_t count, int32_t root);
/// Bytes of all ranks to one, `counts[r]` of rank r at `places[r]`.
int affine_mpi_gather(
    const void *sent, int32_t count, void *_Nullable received, const int32_t *_Nullable counts,
    const int32_t *_Nullable places, int32_t root);
/// Waits until all ranks are here.
int affine_mpi_barrier(void);

#pragma clang assume_nonnull end

#endif
