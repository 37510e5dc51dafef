/// Adds the products of four signed codes and four signed ones.
INLINE ints dot(ints sum, ints codes, ints row) {
  return vdotq_s32(sum, vreinterpretq_s8_s32(codes), vreinterpretq_s8_s32(row));
}
