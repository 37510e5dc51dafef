/// The terms of runs as kernels want them.
struct EncodingParameters {
  private(set) var shifts: [Float] = []
  private(set) var factors: [Float] = []
  private(set) var zeroPoints: [Float] = []

  mutating func append(_ terms: EncodingTerms) {
    shifts.append(terms.shift)
    factors.append(terms.factor)
    zeroPoints.append(terms.zeroPoint)
  }

  var count: Int { factors.count }

  func withStarts(
    _ body: (
      _ shifts: UnsafePointer<Float>, _ factors: UnsafePointer<Float>,
      _ zeroPoints: UnsafePointer<Float>
    ) -> Void
  ) {
    unsafe AffineQuant.withStarts(factors, zeroPoints) { factors, zeroPoints in
      unsafe shifts.withUnsafeBufferPointer { shifts in
        guard let shifts = shifts.baseAddress else { return }
        unsafe body(shifts, factors, zeroPoints)
      }
    }
  }

  /// Keeps the memory.
  mutating func removeAll() {
    shifts.removeAll(keepingCapacity: true)
    factors.removeAll(keepingCapacity: true)
    zeroPoints.removeAll(keepingCapacity: true)
  }
}
