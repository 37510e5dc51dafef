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

  /// Bytes in memory, packed for this CPU.
  func byteCount(of shape: Shape) -> Int {
    type?.packedByteCount(of: shape) ?? shape.count * MemoryLayout<Float>.stride
  }
}
