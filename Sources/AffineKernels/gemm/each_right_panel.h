// A call that takes several right panels, one after another.

/// What the numbers of one lane take.
static size_t bytes_of_numbers(int32_t form, size_t slices) {
  switch (form) {
    case AQ_FLOATS: return 4 * slices;
    case AQ_HALVES:
    case AQ_BRAIN_HALVES: return 2 * slices;
    case AQ_CODES_4: return (slices + 1) / 2;
    case AQ_CODES_6: return (slices + 3) / 4 * 3;
    default: return slices;
  }
}

/// Calls `multiply` with each right panel, whose codes take `panel_bytes`.
INLINE void each_right_panel(
    const aq_matmul_i8_args *args, size_t panel_bytes, void (*const multiply)(const aq_matmul_i8_args *t)) {
  aq_matmul_i8_args copy = *args, *t = &copy;
  const size_t terms = t->slices * COLUMNS, number_bytes = COLUMNS * bytes_of_numbers(t->rhs_form, t->slices);
  const size_t super_bytes =
      COLUMNS * bytes_of_numbers(t->super.form, ((t->slices - 1) >> t->super.shift) + 1);
  for (size_t left = args->columns; left > 0; left -= t->columns) {
    t->columns = left < COLUMNS ? left : COLUMNS;
    multiply(t);
    t->rhs += panel_bytes;
    if (t->rhs_start) t->rhs_start += terms;
    if (t->rhs_zero) t->rhs_zero += terms;
    if (t->rhs_total) t->rhs_total += terms;
    t->rhs_scale = (const uint8_t *)t->rhs_scale + number_bytes;
    if (t->rhs_bias) t->rhs_bias = (const uint8_t *)t->rhs_bias + number_bytes;
    if (t->super.scales) t->super.scales = (const uint8_t *)t->super.scales + super_bytes;
    if (t->super.biases) t->super.biases = (const uint8_t *)t->super.biases + super_bytes;
    if (t->rhs_sum) t->rhs_sum += terms;
    t->out += COLUMNS;
  }
}
