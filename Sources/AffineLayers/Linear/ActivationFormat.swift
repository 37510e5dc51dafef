public import AffineQuant

/// What the inputs of linear layers are quantized to on every call.
public struct ActivationFormat: Sendable, Hashable {
  /// The type of the codes; `nil`: inputs stay floats.
  public let type: QuantizedType?

  /// Inputs stay floats.
  public static let float32 = ActivationFormat(nil)
  /// Bytes with a scale for every 32 of a token, the largest magnitude over 127: what the codes of GGUF
  /// files are multiplied with elsewhere, too.
  public static let int8Groups = ActivationFormat(
    QuantizedType.init(name: "int8-group32"))

  private init(_ type: QuantizedType?) { self.type = type }

  /// Reads `float32` or the name of a quantized type whose scales are constant along rows, as
  /// `int8-token` or `int8-group32`.
  public init?(name: String) {
    if name == "float32" {
      self = .float32
    } else {
      guard let type = QuantizedType(name: name), type.block.isRowSliced, type.block.rows == 1
      else { return nil }
      self.init(type)
    }
  }

  /// The name, as it is read.
  public var name: String { type?.name ?? "float32" }

  /// A weight that multiplies such inputs.
  ///
  /// - Throws: ``DecoderError/unsupportedActivations(_:weight:)``.
  func weight(
    _ stored: StoredMatrix, on execution: Execution
  ) throws(DecoderError) -> LinearWeight {
    switch stored {
    case .float32(let matrix): return .float(matrix)
    case .bfloat16(let matrix): return .float(matrix.converted())
    case .codes(let matrix):
      let operand = OperandType.quantized(matrix.quantizedType)
      let input = type.map(OperandType.quantized) ?? .float(.float32)
      guard kernels(for: .linear, input, operand) != nil else {
        throw .unsupportedActivations(name, weight: matrix.quantizedType.name)
      }
      return .quantized(PackedWeight(matrix, inputs: type, on: execution))
    }
  }
}
