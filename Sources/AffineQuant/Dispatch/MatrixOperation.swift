/// What can be done with quantized matrices, by the names of the command and the report.
public enum MatrixOperation: String, Sendable, Hashable, CaseIterable {
  /// `X · Wᵀ`
  case linear
  /// `G · W`: the gradient of a linear layer's input.
  case inputGradient = "input-gradient"
  /// `Gᵀ · X`: the gradient of a linear layer's weight.
  case weightGradient = "weight-gradient"
  /// What has one operand.
  case quantize, dequantize, requantize, transpose, gather, slice, concatenate

  /// Whether the operation contracts two operands.
  public var isProduct: Bool {
    switch self {
    case .linear, .inputGradient, .weightGradient: true
    default: false
    }
  }
}

/// What an operand of an operation is: a float matrix or a quantized one.
public enum OperandType: Sendable, Hashable {
  /// Values of an element type.
  case float(ElementType)
  /// Codes of a quantized type.
  case quantized(QuantizedType)

  /// The name on the command line: `float32`, `int8-row`.
  public var name: String {
    switch self {
    case .float(let element): element.rawValue
    case .quantized(let type): type.name
    }
  }

  /// Reads a name as ``name`` writes it.
  public init?(name: String) {
    if let element = ElementType(rawValue: name) {
      self = .float(element)
    } else if let type = QuantizedType(name: name) {
      self = .quantized(type)
    } else {
      return nil
    }
  }
}

/// A matrix that operations take.
public protocol Operand: Sendable {
  /// The type, as a value.
  static var operandType: OperandType { get }
  /// Whether its codes lie packed for products.
  static var isPacked: Bool { get }
}

extension Matrix: Operand {
  /// A float operand.
  public static var operandType: OperandType { .float(Element.elementType) }
  /// Floats are packed at every call.
  public static var isPacked: Bool { false }
}

extension AffineQuantized: Operand {
  /// A quantized operand.
  public static var operandType: OperandType { .quantized(type) }
  /// Whether the layout is ``Tiled``.
  public static var isPacked: Bool { Layout.isTiled }
}
