#include "affine_mpi.h"

#include <stdio.h>

// What the package manager links with the trait alone: ranks that meet, and sum their numbers.
int main(void) {
  if (!affine_mpi_is_built()) {
    puts("this build has no MPI");
    return 1;
  }
  int32_t rank, size;
  if (affine_mpi_start("rank %d of %d ends\n", &rank, &size) != 0) return 1;
  double sum = rank + 1;
  affine_mpi_request *request;
  if (affine_mpi_sum(&sum, 1, &request) != 0 || affine_mpi_wait(request) != 0) return 1;
  if (sum != size * (size + 1) / 2) return 1;
  if (rank == 0) printf("%d ranks of a program that the package manager linked\n", size);
  return affine_mpi_end();
}
