// Eight loads at a time of a memory that is read once; `vector` is one of 64-bit words.
#define AQ_READ(vector)                                                                   \
  aq_read_args *read = args;                                                              \
  vector sums[8] = {0};                                                                   \
  for (size_t i = 0; i < read->count; i += sizeof sums)                                   \
    for (size_t j = 0; j < 8; ++j) {                                                      \
      vector words;                                                                       \
      __builtin_memcpy(&words, read->bytes + i + j * sizeof words, sizeof words);         \
      sums[j] += words;                                                                   \
    }                                                                                     \
  uint64_t sum = 0;                                                                       \
  for (size_t j = 0; j < 8; ++j)                                                          \
    for (size_t lane = 0; lane < sizeof(vector) / 8; ++lane) sum += (uint64_t)sums[j][lane]; \
  read->sum = sum;
