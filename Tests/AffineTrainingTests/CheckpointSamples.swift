import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining

extension Checkpoint {
  /// A matrix of every quantized type, cut ones too, and floats of every kind of bits.
  static func sample(types: [QuantizedType]) throws -> Checkpoint {
    var checkpoint = Checkpoint()
    var random = SplitMix64(seed: 5)
    // All bits there are: NaN with payloads, negative zero, subnormals.
    checkpoint.tensors["floats"] = .float32(
      Matrix(rows: 7, columns: 9) { _, _ in
        Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      })
    checkpoint.tensors["short floats"] = .bfloat16(
      Matrix(rows: 5, columns: 3) { _, _ in
        BFloat16(bitPattern: UInt16(truncatingIfNeeded: random.next()))
      })
    checkpoint.tensors["empty"] = .float32(Matrix(rows: 0, columns: 4) { _, _ in 0 })
    for type in types {
      let codes = Samples.codes(19, 77, type)
      checkpoint.tensors["whole.\(type.name)"] = .codes(AnyQuantized(codes))
      checkpoint.tensors["cut.\(type.name)"] = .codes(
        AnyQuantized(try codes.slice(rows: 3..<11, columns: 5..<70)))
    }
    checkpoint.metadata = ["recipe": "int8 \"rows\" → κ\n", "": ""]
    checkpoint.set("step", to: 12_345)
    return checkpoint
  }

  /// Everything in it, as bytes.
  var bits: [String: [UInt8]] {
    tensors.mapValues { value in
      switch value {
      case .float32(let matrix): Array("f\(matrix.shape)".utf8) + matrix.values.bytes.array
      case .bfloat16(let matrix): Array("b\(matrix.shape)".utf8) + matrix.values.bytes.array
      case .codes(let matrix):
        Array("\(matrix.core.type.name) \(matrix.core.grid)".utf8) + matrix.core.codes.array
          + matrix.core.scales.bytes.array + matrix.core.zeroPoints.bytes.array
          + matrix.core.biases.bytes.array
      }
    }
  }
}
