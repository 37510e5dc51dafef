// The kernels of bfloat16 against codes of few bits: one for each number of bits, of what a file that includes this
// does for a kind of codes.

#define PAIR_KERNEL(bits, isa, of_kind) \
  void aq_matmul_bf16i##bits##_##isa(void *args) { of_kind(args, bits); }
#define PAIR_KERNELS_OF_1_TO_3(isa, of_kind) \
  PAIR_KERNEL(1, isa, of_kind)               \
  PAIR_KERNEL(2, isa, of_kind)               \
  PAIR_KERNEL(3, isa, of_kind)
#define PAIR_KERNELS_OF_5_TO_7(isa, of_kind) \
  PAIR_KERNEL(5, isa, of_kind)               \
  PAIR_KERNEL(6, isa, of_kind)               \
  PAIR_KERNEL(7, isa, of_kind)
#define PAIR_KERNELS(isa, of_kind)     \
  PAIR_KERNELS_OF_1_TO_3(isa, of_kind) \
  PAIR_KERNELS_OF_5_TO_7(isa, of_kind)
