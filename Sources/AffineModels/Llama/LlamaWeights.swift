internal import AffineLayers
public import AffineQuant

/// Where the tensors of a model come from.
public protocol LlamaWeights {
  /// The extents of the model.
  var configuration: LlamaConfiguration { get }

  /// Whether there is a tensor of those that not every model has: biases, and a head for logits that
  /// are not made by the embedding.
  func has(_ tensor: LlamaTensor) -> Bool

  /// What the file calls a tensor.
  func name(of tensor: LlamaTensor) -> String

  /// A tensor, or `nil` where there is none; vectors are one row.
  ///
  /// Rows of queries and keys lie as in checkpoints of Hugging Face: columns i and i + size / 2 of a head
  /// turn together.
  ///
  /// - Throws: What the file's reader throws.
  func tensor(_ tensor: LlamaTensor) throws -> StoredTensor?

  /// Says that a tensor will not be read again, so that its memory may go.
  func forget(_ tensor: LlamaTensor)
}

extension LlamaWeights {
  /// The name in checkpoints of Hugging Face.
  public func name(of tensor: LlamaTensor) -> String { tensor.name }
}

/// A tensor as a file has it.
public enum StoredTensor: Sendable {
  /// Floats, widened where they were smaller.
  case float(Matrix<Float>)
  /// Codes.
  case quantized(AnyQuantized)

  /// The rows and columns.
  public var shape: Shape {
    switch self {
    case .float(let matrix): matrix.shape
    case .quantized(let matrix): matrix.shape
    }
  }

  /// The values.
  var values: Matrix<Float> {
    switch self {
    case .float(let matrix): matrix
    case .quantized(let matrix): matrix.dequantized()
    }
  }

  /// Some rows in the order of their numbers.
  func rows(inOrder numbers: [Int]) throws(QuantizationError) -> StoredTensor {
    switch self {
    case .float(let matrix):
      .float(Embedding.gather(matrix, rows: numbers, on: .threads(1)))
    case .quantized(let matrix): .quantized(try matrix.rows(inOrder: numbers))
    }
  }
}
