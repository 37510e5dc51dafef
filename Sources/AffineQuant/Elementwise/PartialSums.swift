/// A sum of many terms in 16 parts: term i is added to part i mod 16, and at the end the parts are
/// added in halves. Every instruction set can do so.
package struct PartialSums<Scalar: FloatingPoint & BitwiseCopyable> {
  private var parts = InlineArray<16, Scalar>(repeating: 0)

  package init() {}

  @inline(__always)
  package mutating func add(_ value: Scalar, at index: Int) { parts[index & 15] += value }

  package var total: Scalar {
    var parts = parts
    for width in [8, 4, 2, 1] {
      for part in 0..<width { parts[part] += parts[part + width] }
    }
    return parts[0]
  }
}
