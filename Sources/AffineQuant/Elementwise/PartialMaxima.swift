/// The largest of many values, found in the 16 parts of ``PartialSums``.
package struct PartialMaxima {
  private var parts = InlineArray<16, Float>(repeating: -.infinity)

  package init() {}

  @inline(__always)
  package mutating func add(_ value: Float, at index: Int) {
    if value > parts[index & 15] { parts[index & 15] = value }
  }

  /// The largest value that is a number.
  package var largest: Float {
    var parts = parts
    for width in [8, 4, 2, 1] {
      for part in 0..<width where parts[part + width] > parts[part] {
        parts[part] = parts[part + width]
      }
    }
    return parts[0]
  }
}
