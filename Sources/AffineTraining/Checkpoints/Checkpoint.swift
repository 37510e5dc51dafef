public import AffineLayers
public import AffineQuant

/// What a run needs to go on as if it had never stopped: matrices and texts by name.
///
/// What is read is what was written, bit for bit.
public struct Checkpoint: Sendable {
  /// Parameters and the states of optimizers by name, of any shapes.
  public var tensors: [String: StoredMatrix] = [:]
  /// Steps, seeds, settings. Names that begin with `affine.` are taken.
  public var metadata: [String: String] = [:]

  /// Holds nothing yet.
  public init() {}

  /// A tensor of any type and shape.
  ///
  /// - Throws: ``CheckpointError/missingTensor(_:)``.
  public func tensor(_ name: String) throws(CheckpointError) -> StoredMatrix {
    guard let value = tensors[name] else { throw .missingTensor(name) }
    return value
  }

  /// A tensor that is to take the place of another, of the same type and shape.
  ///
  /// - Throws: ``CheckpointError``: no such tensor, or one of another type or shape.
  public func tensor(
    _ name: String, like other: StoredMatrix
  ) throws(CheckpointError) -> StoredMatrix {
    let value = try tensor(name)
    guard value.typeName == other.typeName else {
      throw .wrongType(tensor: name, expected: other.typeName, found: value.typeName)
    }
    guard value.shape == other.shape else {
      throw .wrongShape(tensor: name, expected: other.shape, found: value.shape)
    }
    return value
  }

  /// A matrix of float32 of a shape.
  ///
  /// - Throws: ``CheckpointError``: no such tensor, or one of another type or shape.
  public func float32(_ name: String, _ shape: Shape) throws(CheckpointError) -> Matrix<Float> {
    let value = try tensor(name)
    guard case .float32(let matrix) = value else {
      throw .wrongType(tensor: name, expected: "float32", found: value.typeName)
    }
    return try checked(name, matrix, matrix.shape, shape)
  }

  /// A matrix of bfloat16 of a shape.
  ///
  /// - Throws: ``CheckpointError``: no such tensor, or one of another type or shape.
  public func bfloat16(_ name: String, _ shape: Shape) throws(CheckpointError) -> Matrix<BFloat16> {
    let value = try tensor(name)
    guard case .bfloat16(let matrix) = value else {
      throw .wrongType(tensor: name, expected: "bfloat16", found: value.typeName)
    }
    return try checked(name, matrix, matrix.shape, shape)
  }

  /// A quantized matrix of a type and a shape.
  ///
  /// - Throws: ``CheckpointError``: no such tensor, or one of another type or shape.
  public func codes(
    _ name: String, _ type: QuantizedType, _ shape: Shape
  ) throws(CheckpointError) -> AnyQuantized {
    let value = try tensor(name)
    guard case .codes(let matrix) = value, matrix.quantizedType == type else {
      throw .wrongType(tensor: name, expected: type.name, found: value.typeName)
    }
    return try checked(name, matrix, matrix.shape, shape)
  }

  private func checked<Value>(
    _ name: String, _ value: Value, _ found: Shape, _ expected: Shape
  ) throws(CheckpointError) -> Value {
    guard found == expected else {
      throw .wrongShape(tensor: name, expected: expected, found: found)
    }
    return value
  }
}

extension StoredMatrix {
  /// `float32`, `bfloat16` or the type of the codes.
  fileprivate var typeName: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bfloat16"
    case .codes(let matrix): matrix.quantizedType.name
    }
  }
}
