internal import AffineQuant

/// The element types of safetensors, by their names there.
public enum TensorElement: String, Sendable, Hashable, CaseIterable {
  /// A byte that is 0 or 1.
  case bool = "BOOL"
  /// OCP float with 2 exponent bits, two a byte.
  case float4 = "F4"
  /// OCP float with 2 exponent bits.
  case float6E2M3 = "F6_E2M3"
  /// OCP float with 3 exponent bits.
  case float6E3M2 = "F6_E3M2"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// OCP float with 5 exponent bits.
  case float8E5M2 = "F8_E5M2"
  /// OCP float with 4 exponent bits.
  case float8E4M3 = "F8_E4M3"
  /// A power of two.
  case float8E8M0 = "F8_E8M0"
  /// Float with 4 exponent bits, no infinities and no negative zero.
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  /// Float with 5 exponent bits, no infinities and no negative zero.
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper half of binary32.
  case bfloat16 = "BF16"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// Two binary32: real, imaginary.
  case complex64 = "C64"
  /// IEEE 754 binary64.
  case float64 = "F64"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// Unsigned, 64 bits.
  case uint64 = "U64"

  /// Bits an element takes.
  public var bits: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ,
      .float8E5M2FNUZ:
      8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .complex64, .float64, .int64, .uint64: 64
    }
  }

  /// Floats of a matrix.
  init(_ type: ElementType) {
    self =
      switch type {
      case .float32: .float32
      case .float16: .float16
      case .bfloat16: .bfloat16
      }
  }

  /// The element type of a name in a file.
  static func named(_ name: String) -> TensorElement? {
    allCases.first { $0.rawValue.isSame(as: name) }
  }

  /// The bytes of a tensor, or `nil` if they overflow or do not end on a byte, or nothing bounds an
  /// empty shape.
  func byteCount(shape: [Int]) -> Int? {
    guard let count = Extents.count(shape) else { return nil }
    let (total, overflow) = count.multipliedReportingOverflow(by: bits)
    return overflow || !total.isMultiple(of: 8) ? nil : total / 8
  }
}
