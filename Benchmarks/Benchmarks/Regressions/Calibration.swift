import Benchmark

/// A fixed piece of work that is not this library's: the unit that times are given in.
enum Calibration: Sendable {
  /// Multiplications and additions in registers, for what computes.
  case arithmetic
  /// Moving so many bytes, read and written together, for what moves memory.
  case copy(bytes: Int)

  /// What runs the calibration once.
  func prepared() -> () -> Void {
    switch self {
    case .arithmetic:
      return { blackHole(Self.multiplyAndAdd(steps: 100_000)) }
    case .copy(let bytes):
      let source = [UInt8](repeating: 1, count: bytes / 2)
      var target = [UInt8](repeating: 0, count: bytes / 2)
      return {
        target.withUnsafeMutableBytes { target in
          source.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        blackHole(target)
      }
    }
  }

  /// Eight independent chains of four lanes: registers that every CPU has, and enough of them in
  /// flight that the units are busy and not waiting for results.
  @inline(never)
  private static func multiplyAndAdd(steps: Int) -> SIMD4<Float> {
    // Below 1, so that the chains stay near 1 and meet no subnormal numbers.
    let factor = SIMD4<Float>(repeating: 0.999), term = SIMD4<Float>(repeating: 0.001)
    var (a, b, c, d) = (factor, factor, factor, factor)
    var (e, f, g, h) = (term, term, term, term)
    for _ in 0..<steps {
      a = a * factor + term
      b = b * factor + term
      c = c * factor + term
      d = d * factor + term
      e = e * factor + term
      f = f * factor + term
      g = g * factor + term
      h = h * factor + term
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h))
  }
}
