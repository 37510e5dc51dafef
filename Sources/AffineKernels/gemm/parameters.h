// The scales and biases of right panels of `COLUMNS` lanes, in the forms that they lie in.

/// Scales or biases from lane `r` on, of the form that a call says.
INLINE floats load_parameters(const void *parameters, int32_t form, size_t r) {
  switch (form) {
    case AQ_HALVES: return load_halves((const uint16_t *)parameters + r);
    case AQ_BRAIN_HALVES: return load_brain_halves((const uint16_t *)parameters + r);
    case AQ_POWERS: return load_powers((const uint8_t *)parameters + r);
    default: return load_floats((const float *)parameters + r);
  }
}

/// One vector of the codes of scales: of a slice, from a lane on.
INLINE ints load_scale_codes(const uint8_t *codes, int32_t form, size_t slice, size_t lane) {
  switch (form) {
    case AQ_CODES_4: {
      ints both = load_bytes(codes + slice / 2 * COLUMNS + lane);
      return slice % 2 ? shift_right(both, 4) : keep_bits(both, 15);
    }
    case AQ_CODES_6: {
      const uint8_t *p = codes + slice / 4 * 3 * COLUMNS + lane;
      if (slice % 4 < 3) return keep_bits(load_bytes(p + slice % 4 * COLUMNS), 63);
      ints low = shift_right(load_bytes(p), 6), middle = shift_right(load_bytes(p + COLUMNS), 4);
      ints high = shift_right(load_bytes(p + 2 * COLUMNS), 2);
      return keep_bits(select_bits(3, low, select_bits(15, middle, high)), 63);
    }
    default: return load_bytes(codes + slice * COLUMNS + lane);
  }
}

/// The numbers of a scale of scales, which neighbouring slices share: from a lane on.
INLINE floats load_super(const aq_super_scales *super, const void *scales, size_t slice, size_t lane) {
  return load_parameters(scales, super->form, (slice >> super->shift) * COLUMNS + lane);
}

/// A scale that is a code, from a lane on, with its scale.
INLINE floats load_coded(
    const uint8_t *codes, int32_t form, const aq_super_scales *super, floats scale, size_t slice, size_t lane) {
  if (form == AQ_PLACES) {
    floats product = multiply(scale, load_entries(super->table, codes + slice * COLUMNS + lane));
    return add_floats(product, broadcast_float(&super->mean));
  }
  if (form == AQ_SMALL_FLOATS) return multiply(scale, load_small_floats(codes + slice * COLUMNS + lane));
  ints number = load_scale_codes(codes, form, slice, lane);
  return multiply(scale, to_floats(subtract_ints(number, broadcast_int(&super->offset))));
}

/// Scales or biases that may be codes; `r` counts lanes of slices, and `scales` are those of the codes.
INLINE floats load_scaled(
    const void *parameters, int32_t form, const aq_super_scales *super, const void *scales, size_t r) {
  if (form < AQ_CODES_4) return load_parameters(parameters, form, r);
  const size_t slice = r / COLUMNS, lane = r % COLUMNS;
  return load_coded(parameters, form, super, load_super(super, scales, slice, lane), slice, lane);
}
