import AffineLayers
import AffineQuant

/// How a running model keeps its matrices.
struct WeightFormat {
  /// `nil`: floats of 32 bits.
  let type: QuantizedType?

  init?(name: String) {
    type = QuantizedType(name: name)
    guard type != nil || name == "float32" else { return nil }
  }

  var name: String { type?.name ?? "float32" }

  /// Bytes in memory, packed for this CPU; `sums`: with those that one row does not read.
  func byteCount(of shape: Shape, sums: Bool) -> Int {
    type?.packedByteCount(of: shape, sums: sums) ?? shape.count * MemoryLayout<Float>.stride
  }
}
