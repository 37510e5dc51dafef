/// Scales or biases from lane `r` on, of the form that a call says.
INLINE floats load_parameters(const void *parameters, int32_t form, size_t r) {
  switch (form) {
    case AQ_HALVES: return load_halves((const uint16_t *)parameters + r);
    case AQ_BRAIN_HALVES: return load_brain_halves((const uint16_t *)parameters + r);
    case AQ_POWERS: return load_powers((const uint8_t *)parameters + r);
    default: return load_floats((const float *)parameters + r);
  }
}
