/// Adds the products of four unsigned codes and four signed ones, exactly.
INLINE ints dot(ints sum, ints codes, ints row) { return _mm256_dpbusd_avx_epi32(sum, codes, row); }
