// What codes stand for as bfloat16: floats, rounded. The file that includes it defines how codes become floats.

typedef code_meaning pair_meaning;

INLINE pair_meaning pair_meaning_of(const aq_matmul_codes_args *t, const int kind) { return meaning_of(t, kind); }

INLINE void pairs_of(
    ints codes, const pair_meaning *meaning, const int kind, const bool has_zeros, floats zeros, ints pairs[2]) {
  numbers found = numbers_of(codes, meaning, kind);
  for (int p = 0; p < 2; ++p) {
    floats first = number_at(found, 2 * p, meaning, kind), second = number_at(found, 2 * p + 1, meaning, kind);
    pairs[p] = has_zeros ? pair_up(subtract(first, zeros), subtract(second, zeros)) : pair_up(first, second);
  }
}
