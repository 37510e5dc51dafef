// Codes that move: the formulas of pack.h.

#include "support.h"

static void transpose(const aq_kernel *kernel, bool nibbles) {
  size_t rows = from_to(1, 150), columns = from_to(1, 150);
  bool streams = case_number % 5 == 4;
  size_t in_bytes = nibbles ? (columns + 1) / 2 : columns, out_bytes = nibbles ? (rows + 1) / 2 : rows;
  size_t in_stride = in_bytes + below(5);
  size_t out_stride = streams ? (out_bytes + 63) / 64 * 64 : out_bytes + below(5);
  size_t count = streams ? columns * out_stride : (columns - 1) * out_stride + out_bytes;
  uint8_t *in = random_bytes((rows - 1) * in_stride + in_bytes);
  uint8_t *out = streams ? NEW_LINES(uint8_t, count) : NEW(uint8_t, count), *expected = copied(out, count);
  describe("%zu x %zu, strides %zu and %zu, streams %d", rows, columns, in_stride, out_stride, streams);
  for (size_t c = 0; c < columns; ++c) {
    uint8_t *row = expected + c * out_stride;
    if (nibbles) memset(row, 0, out_bytes);
    for (size_t r = 0; r < rows; ++r) {
      const uint8_t *from = in + r * in_stride;
      if (nibbles) row[r / 2] |= (uint8_t)((from[c / 2] >> (c % 2 ? 4 : 0) & 15) << (r % 2 ? 4 : 0));
      else row[r] = from[c];
    }
  }
  aq_transpose_args t = {rows, columns, in, in_stride, out, out_stride, streams};
  kernel->run(&t);
  // With `streams` whole lines may be written; what lies behind a row is not part of the result.
  for (size_t c = 0; streams && c < columns; ++c) {
    memset(out + c * out_stride + out_bytes, 0, out_stride - out_bytes);
    memset(expected + c * out_stride + out_bytes, 0, out_stride - out_bytes);
  }
  check_bytes("out", out, expected, count, 1);
}
void test_transpose_8(const aq_kernel *kernel) { transpose(kernel, false); }
void test_transpose_4(const aq_kernel *kernel) { transpose(kernel, true); }

void test_totals_8(const aq_kernel *kernel) {
  // The longest slice that there is, in some.
  size_t slices = from_to(1, 6), quads = 0, longest = case_number % 37 == 36 ? 8192 : 60;
  bool is_signed = coin();
  uint32_t *slice_quads = NEW(uint32_t, slices);
  for (size_t s = 0; s < slices; ++s)
    quads += slice_quads[s] = longest == 60 ? (uint32_t)from_to(1, longest) : (uint32_t)longest;
  uint8_t *codes = random_bytes(quads * 4), largest = is_signed ? 128 : 255;
  if (case_number % 4 == 0 || longest > 60) memset(codes, largest, quads * 4);
  int32_t *total = NEW(int32_t, slices), *product = NEW(int32_t, slices);
  uint32_t *expected_total = SCRATCH(uint32_t, slices), *expected_product = SCRATCH(uint32_t, slices);
  describe("%zu slices, %zu quads, signed %d", slices, quads, is_signed);
  for (size_t s = 0, q = 0; s < slices; ++s)
    for (size_t end = q + slice_quads[s]; q < end; ++q) {
      int32_t code[4];
      for (size_t i = 0; i < 4; ++i) code[i] = is_signed ? (int8_t)codes[4 * q + i] : codes[4 * q + i];
      expected_total[s] += (uint32_t)(code[0] + code[1] + code[2] + code[3]);
      expected_product[s] += (uint32_t)(code[0] * code[1] + code[2] * code[3]);
    }
  aq_totals_args t = {codes, is_signed, slices, slice_quads, total, product};
  kernel->run(&t);
  check_bytes("total", total, expected_total, slices, 4);
  check_bytes("product", product, expected_product, slices, 4);
}

void test_widen_8(const aq_kernel *kernel) {
  static const size_t order[4] = {0, 2, 1, 3};
  size_t quads = below(100);
  int8_t *codes = (int8_t *)random_bytes(quads * 4);
  int16_t *wide = NEW(int16_t, quads * 4), *expected = SCRATCH(int16_t, quads * 4);
  for (size_t i = 0; i < quads * 4; ++i) expected[i / 4 * 4 + order[i % 4]] = codes[i];
  describe("%zu quads", quads);
  aq_widen_args t = {codes, quads, wide};
  kernel->run(&t);
  check_bytes("wide", wide, expected, quads * 4, 2);
}

/// Lanes of a panel: those of the tiles there are, and others.
static size_t some_lanes(void) {
  static const size_t usual[] = {4, 6, 8, 16, 32};
  return coin() ? usual[below(5)] : from_to(1, 34);
}

void test_interleave_32(const aq_kernel *kernel) {
  size_t lanes = some_lanes(), padded = lanes + (coin() ? 0 : below(5)), count = below(70);
  size_t words = from_to(1, 2), stride = count * words + below(4);
  size_t all = count ? (lanes - 1) * stride + count * words : 0;
  uint32_t *in = (uint32_t *)numbers(all, ANY), *out = NEW(uint32_t, count * padded * words);
  uint32_t *expected = SCRATCH(uint32_t, count * padded * words);
  for (size_t i = 0; i < count; ++i)
    for (size_t lane = 0; lane < lanes; ++lane)
      memcpy(expected + (i * padded + lane) * words, in + lane * stride + i * words, words * 4);
  describe("%zu lanes, padded to %zu, %zu units of %zu words", lanes, padded, count, words);
  aq_interleave_args t = {lanes, padded, count, words, in, stride, out};
  kernel->run(&t);
  check_bytes("out", out, expected, count * padded * words, 4);
}

void test_columns_32(const aq_kernel *kernel) {
  size_t lanes = some_lanes(), padded = lanes + (coin() ? 0 : below(5)), count = below(70);
  size_t stride = lanes + below(4), units = count ? (count - 1) * stride + lanes : 0;
  uint32_t *in = (uint32_t *)numbers(units, ANY), *out = NEW(uint32_t, count *padded);
  uint32_t *expected = SCRATCH(uint32_t, count *padded);
  for (size_t i = 0; i < count; ++i) memcpy(expected + i * padded, in + i * stride, lanes * 4);
  describe("%zu lanes, padded to %zu, %zu units", lanes, padded, count);
  aq_columns_args t = {lanes, padded, count, in, stride, out};
  kernel->run(&t);
  check_bytes("out", out, expected, count * padded, 4);
}

void test_quads_8(const aq_kernel *kernel) {
  size_t lanes = from_to(1, 300), width = some_lanes(), count = below(150), stride = lanes + below(4);
  width = width < 4 ? 4 : width;
  size_t panels = (lanes + width - 1) / width, panel = (count + 3) / 4 * width * 4, gap = 4 * below(3);
  size_t all = count ? (count - 1) * stride + lanes : 0, bytes = panels * panel + (panels - 1) * gap;
  uint8_t *in = random_bytes(all), *out = NEW(uint8_t, bytes), *expected = SCRATCH(uint8_t, bytes);
  uint8_t flip = coin() ? 0x80 : (uint8_t)draw();
  memcpy(expected, out, bytes);
  for (size_t p = 0; p < panels; ++p) memset(expected + p * (panel + gap), 0, panel);
  for (size_t i = 0; i < count; ++i)
    for (size_t lane = 0; lane < lanes; ++lane)
      expected[lane / width * (panel + gap) + (i / 4 * width + lane % width) * 4 + i % 4] = in[i * stride + lane] ^ flip;
  describe("%zu lanes in panels of %zu, %zu rows", lanes, width, count);
  aq_quads_args t = {lanes, width, count, in, stride, flip, out, panel + gap};
  kernel->run(&t);
  check_bytes("out", out, expected, bytes, 1);
}

void test_quad_totals_8(const aq_kernel *kernel) {
  size_t slices = from_to(1, 6), quads = 0, lanes = some_lanes();
  lanes = lanes < 4 ? 4 : lanes;
  bool is_signed = coin();
  uint32_t *slice_quads = NEW(uint32_t, slices);
  for (size_t s = 0; s < slices; ++s) quads += slice_quads[s] = (uint32_t)below(40);
  uint8_t *codes = random_bytes(quads * lanes * 4);
  if (case_number % 4 == 0) memset(codes, is_signed ? 128 : 255, quads * lanes * 4);
  int32_t *total = NEW(int32_t, slices *lanes);
  uint32_t *expected = SCRATCH(uint32_t, slices *lanes);
  for (size_t s = 0, q = 0; s < slices; ++s)
    for (size_t end = q + slice_quads[s]; q < end; ++q)
      for (size_t i = 0; i < 4 * lanes; ++i) {
        uint8_t code = codes[4 * q * lanes + i];
        expected[s * lanes + i / 4] += (uint32_t)(is_signed ? (int8_t)code : code);
      }
  describe("%zu slices of %zu lanes, %zu quads, signed %d", slices, lanes, quads, is_signed);
  aq_quad_totals_args t = {codes, is_signed, lanes, slices, slice_quads, total};
  kernel->run(&t);
  check_bytes("total", total, expected, slices * lanes, 4);
}

void test_halve_4(const aq_kernel *kernel) {
  size_t groups = below(20), half = from_to(1, 80);
  uint8_t *in = random_bytes(groups * 2 * half), *out = NEW(uint8_t, groups *half);
  uint8_t *expected = SCRATCH(uint8_t, groups *half);
  for (size_t i = 0; i < groups * 2 * half; ++i) in[i] &= 15;
  for (size_t i = 0; i < groups * half; ++i) {
    const uint8_t *group = in + i / half * 2 * half;
    expected[i] = (uint8_t)(group[i % half] + 16 * group[half + i % half]);
  }
  describe("%zu groups of %zu", groups, half);
  aq_halve_args t = {groups, half, in, out};
  kernel->run(&t);
  check_bytes("out", out, expected, groups * half, 1);
}

void test_split_4(const aq_kernel *kernel) {
  size_t groups = below(20), half = from_to(1, 80);
  uint8_t *in = random_bytes(groups * half), *out = NEW(uint8_t, groups * 2 * half);
  uint8_t *expected = SCRATCH(uint8_t, groups * 2 * half);
  for (size_t i = 0; i < groups * half; ++i) {
    uint8_t *group = expected + i / half * 2 * half;
    group[i % half] = in[i] % 16;
    group[half + i % half] = in[i] / 16;
  }
  describe("%zu groups of %zu", groups, half);
  aq_split_args t = {groups, half, in, out};
  kernel->run(&t);
  check_bytes("out", out, expected, groups * 2 * half, 1);
}

/// Bit by bit, as the list of aq_squeeze_args has them.
void squeeze_reference(const uint8_t *in, uint8_t *out, size_t width, int bits) {
  int quads = bits % 2 ? 8 : 4, rows = bits * quads / 8;
  memset(out, 0, (size_t)rows * width);
  for (int q = 0; q < quads; ++q)
    for (int b = 0; b < bits; ++b) {
      int row = q, bit = b;
      if (bits < 3) row = 0, bit = bits * q + b;
      else if (bits == 3 && q < 6) row = q / 2, bit = 3 * (q % 2) + b;
      else if (bits == 3) row = b < 2 ? q - 6 : 2, bit = b < 2 ? 6 + b : q;
      else if (bits == 5 && q == 7 && b >= 3) row = b, bit = 7;
      else if (bits == 5 && q >= 5) row = b < 3 ? q - 5 : q - 2, bit = b < 3 ? 5 + b : 2 + b;
      else if (bits == 6 && q == 3) row = b / 2, bit = 6 + b % 2;
      else if (bits == 7 && q == 7) row = b, bit = 7;
      for (size_t i = 0; i < width; ++i)
        out[(size_t)row * width + i] |= (uint8_t)((in[(size_t)q * width + i] >> b & 1) << bit);
    }
}

static const uint32_t squeezed_bits[6] = {1, 2, 3, 5, 6, 7};

void test_squeeze_any(const aq_kernel *kernel) {
  uint32_t bits = squeezed_bits[below(6)];
  size_t quads = bits % 2 ? 8 : 4, rows = bits * quads / 8, groups = below(6), width = from_to(1, 140);
  uint8_t *in = random_bytes(groups * quads * width), *out = NEW(uint8_t, groups *rows *width);
  uint8_t *expected = SCRATCH(uint8_t, groups *rows *width);
  for (size_t i = 0; i < groups * quads * width; ++i) in[i] &= (uint8_t)((1 << bits) - 1);
  for (size_t g = 0; g < groups; ++g)
    squeeze_reference(in + g * quads * width, expected + g * rows * width, width, (int)bits);
  describe("%zu groups of %zu, %u bits", groups, width, bits);
  aq_squeeze_args t = {groups, width, bits, in, out};
  kernel->run(&t);
  check_bytes("out", out, expected, groups * rows * width, 1);
}

void test_spread_any(const aq_kernel *kernel) {
  uint32_t bits = squeezed_bits[below(6)];
  size_t quads = bits % 2 ? 8 : 4, rows = bits * quads / 8, groups = below(6), width = from_to(1, 140);
  uint8_t *expected = random_bytes(groups * quads * width), *out = NEW(uint8_t, groups *quads *width);
  uint8_t *in = NEW(uint8_t, groups *rows *width);
  for (size_t i = 0; i < groups * quads * width; ++i) expected[i] &= (uint8_t)((1 << bits) - 1);
  for (size_t g = 0; g < groups; ++g)
    squeeze_reference(expected + g * quads * width, in + g * rows * width, width, (int)bits);
  describe("%zu groups of %zu, %u bits", groups, width, bits);
  aq_squeeze_args t = {groups, width, bits, in, out};
  kernel->run(&t);
  check_bytes("out", out, expected, groups * quads * width, 1);
}

/// Bit by bit.
static bool bit_at(const uint8_t *bytes, size_t place) { return bytes[place / 8] >> (place % 8) & 1; }

void test_unpack_any(const aq_kernel *kernel) {
  size_t count = below(300), bits = from_to(1, 8);
  bool is_signed = coin();
  uint8_t sign = is_signed ? (uint8_t)(1 << (bits - 1)) : 0;
  uint8_t *packed = random_bytes((count * bits + 7) / 8), *codes = NEW(uint8_t, count);
  uint8_t *expected = SCRATCH(uint8_t, count);
  for (size_t i = 0; i < count; ++i) {
    int code = 0;
    for (size_t b = 0; b < bits; ++b) code |= bit_at(packed, i * bits + b) << b;
    expected[i] = (uint8_t)(is_signed && code >= sign ? code - 2 * sign : code);
  }
  describe("%zu codes of %zu bits, signed %d", count, bits, is_signed);
  aq_unpack_args t = {count, packed, (uint32_t)bits, sign, (uint8_t)-sign, codes};
  kernel->run(&t);
  check_bytes("codes", codes, expected, count, 1);
}

void test_pack_any(const aq_kernel *kernel) {
  size_t count = below(300), bits = from_to(1, 8), bytes = (count * bits + 7) / 8;
  uint8_t *codes = random_bytes(count), *packed = NEW(uint8_t, bytes), *expected = SCRATCH(uint8_t, bytes);
  for (size_t place = 0; place < count * bits; ++place)
    expected[place / 8] |= (uint8_t)((codes[place / bits] >> (place % bits) & 1) << (place % 8));
  describe("%zu codes of %zu bits", count, bits);
  aq_pack_args t = {count, codes, (uint32_t)bits, packed};
  kernel->run(&t);
  check_bytes("packed", packed, expected, bytes, 1);
}
