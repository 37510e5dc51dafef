public import AffineQuant

/// The types of GGUF tensors, by their numbers in the format; blocks of a row share parameters.
public enum GGUFTensorType: UInt32, Sendable, Hashable, CaseIterable {
  // The names are those of the format, underscores included.
  /// Floats, blocks of 32 values (`_0`: a scale; `_1`: a scale and a minimum or a sum) and super-blocks of 256 (`_K`).
  // swift-format-ignore: AlwaysUseLowerCamelCase
  case f32 = 0, f16, q4_0, q4_1, q5_0 = 6, q5_1, q8_0, q8_1, q2_K, q3_K, q4_K, q5_K, q6_K, q8_K
  /// Super-blocks of 256 whose codes are places in tables of vectors, but for the 32 values of `iq4_nl`.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  case iq2_xxs = 16, iq2_xs, iq3_xxs, iq1_s, iq4_nl, iq3_s, iq2_s, iq4_xs
  /// Whole numbers and floats, and the types that came later: codes of one bit and ternary ones, MXFP4 and NVFP4.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  case i8 = 24, i16, i32, i64, f64, iq1_m, bf16, tq1_0 = 34, tq2_0, mxfp4 = 39, nvfp4, q1_0

  /// The name in the format: `Q4_1`.
  public var name: String { row.name }
  /// How many values a block has; rows are whole blocks.
  public var blockSize: Int { row.values }
  /// How many bytes a block takes.
  public var blockBytes: Int { row.bytes }

  /// The type that a tensor of this type is read as, code for code; `nil` for floats and for types
  /// whose values are not affine in their codes.
  public var quantizedType: QuantizedType? { block?.quantizedType }

  /// Floats of a matrix.
  init(_ type: ElementType) {
    self =
      switch type {
      case .float32: .f32
      case .float16: .f16
      case .bfloat16: .bf16
      }
  }

  /// The bytes of a tensor, or `nil` if rows are not whole blocks, a product overflows, or nothing
  /// bounds an empty shape.
  func byteCount(_ dimensions: [Int]) -> Int? {
    guard let values = Extents.count(dimensions), (dimensions.last ?? 1).isMultiple(of: blockSize)
    else { return nil }
    let (bytes, overflow) = (values / blockSize).multipliedReportingOverflow(by: blockBytes)
    return overflow ? nil : bytes
  }
}

extension GGUFTensorType: CustomStringConvertible {
  public var description: String { name }
}
