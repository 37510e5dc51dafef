/// Huber's loss: squares of small residuals, magnitudes of large ones, so that single bad rows do not
/// bend a fit.
struct Huber {
  /// Where squares end.
  let width: Double

  /// The loss and its derivative, both divided by the square of the width.
  func callAsFunction(_ residual: Double) -> (value: Double, slope: Double) {
    let part = residual / width
    return part.magnitude <= 1
      ? (part * part / 2, part / width)
      : (part.magnitude - 0.5, (part > 0 ? 1 : -1) / width)
  }
}
