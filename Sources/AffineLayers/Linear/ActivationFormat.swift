public import AffineQuant

/// What the inputs of linear layers are quantized to on every call, or rounded.
public struct ActivationFormat: Sendable, Hashable {
  /// The type of the codes; `nil`: inputs stay floats.
  public let type: QuantizedType?
  /// What floats are multiplied as.
  public let precision: Precision

  /// Inputs stay floats.
  public static let float32 = ActivationFormat(nil)
  /// Inputs and weights are multiplied as bfloat16.
  public static let bfloat16 = ActivationFormat(nil, .bfloat16)
  /// Bytes with a scale for every 32 of a token, the largest magnitude over 127: what the codes of GGUF
  /// files are multiplied with elsewhere, too.
  public static let int8Groups = ActivationFormat(
    QuantizedType.init(name: "int8-group32"))

  private init(_ type: QuantizedType?, _ precision: Precision = .float32) {
    self.type = type
    self.precision = precision
  }

  /// Reads `float32`, `bfloat16` or the name of a quantized type whose scales are constant along rows, as
  /// `int8-token` or `int8-group32`.
  public init?(name: String) {
    if let precision = Precision(rawValue: name) {
      self.init(nil, precision)
    } else {
      guard let type = QuantizedType(name: name), type.block.isRowSliced, type.block.rows == 1
      else { return nil }
      self.init(type)
    }
  }

  /// The name, as it is read.
  public var name: String { type?.name ?? precision.rawValue }

  /// A weight that multiplies such inputs.
  ///
  /// - Throws: ``DecoderError/unsupportedActivations(_:weight:)``.
  func weight(
    _ stored: StoredMatrix, on execution: Execution
  ) throws(DecoderError) -> LinearWeight {
    switch stored {
    case .float32(let matrix): return .float(matrix)
    case .bfloat16(let matrix): return .float(matrix.converted(on: execution))
    case .codes(let matrix):
      try check(matrix.quantizedType)
      return .quantized(PackedWeight(matrix, inputs: type, on: execution))
    }
  }

  /// The same of rows that are read a strip at a time; `nil` where the first of them cannot be read so.
  ///
  /// - Throws: ``DecoderError/unsupportedActivations(_:weight:)``, and what `read` throws.
  func weight(
    rows: Int, strip: Int, on execution: Execution,
    _ read: (Range<Int>) throws -> AnyQuantized?
  ) throws -> LinearWeight? {
    guard let first = try read(0..<strip), first.quantizedType.block.rows == 1 else { return nil }
    try check(first.quantizedType)
    return .quantized(
      try PackedWeight(rows: rows, strip: strip, inputs: type, on: execution) { range in
        guard let part = try range.lowerBound == 0 ? first : read(range) else {
          preconditionFailure("no rows \(range)")
        }
        return part
      })
  }

  private func check(_ weight: QuantizedType) throws(DecoderError) {
    let input = type.map(OperandType.quantized) ?? .float(.float32)
    guard kernels(for: .linear, input, .quantized(weight)) != nil else {
      throw .unsupportedActivations(name, weight: weight.name)
    }
  }
}
