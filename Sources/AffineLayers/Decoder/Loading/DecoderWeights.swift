public import AffineQuant

/// Where the tensors of a decoder or an encoder come from.
public protocol DecoderWeights {
  /// What the decoder is.
  var configuration: DecoderConfiguration { get }

  /// What the file calls a tensor.
  func name(of tensor: DecoderTensor) -> String

  /// A tensor, or `nil` where there is none; vectors are one row.
  ///
  /// Rows of queries and keys lie as in checkpoints of Hugging Face: columns i and i + columns / 2 of a
  /// head turn together.
  ///
  /// - Throws: What the file's reader throws.
  func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix?

  /// Some rows of a weight where they can be read without the others, or `nil`.
  ///
  /// - Throws: What the file's reader throws.
  func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix?

  /// What an adapter adds to a linear layer of a block, if there is one.
  ///
  /// - Throws: What the file's reader throws.
  func change(of layer: DecoderLayer) throws -> LowRankChange?

  /// What columns of an encoder's linear layer's input are multiplied by, 1 × inputs, if they are.
  ///
  /// - Throws: What the file's reader throws.
  func inputFactors(of layer: DecoderLayer) throws -> Matrix<Float>?

  /// What the weight and bias of an encoder's norm were divided by for the layers that read it, one row, if they were.
  ///
  /// - Throws: What the file's reader throws.
  func divisors(of norm: DecoderLayer) throws -> Matrix<Float>?

  /// An encoder's weight in codes whose inputs the file says how to quantize.
  ///
  /// - Parameters:
  ///   - layer: Which linear layer.
  ///   - codes: Its weight, outputs × inputs.
  ///   - execution: Threads and instruction sets, for which the weight is packed.
  /// - Returns: The weight with what quantizes its inputs; `nil`: as who runs it wants.
  /// - Throws: What the file's reader throws.
  func weight(
    of layer: DecoderLayer, _ codes: AnyQuantized, on execution: Execution
  ) throws -> LinearWeight?

  /// Says that a tensor will not be read again, so that its memory may go.
  func forget(_ tensor: DecoderTensor)

  /// Says that some rows will not be read again, of a tensor that was read by rows.
  func forget(_ tensor: DecoderTensor, rows: Range<Int>)
}

extension DecoderWeights {
  /// The name of the tensor itself.
  public func name(of tensor: DecoderTensor) -> String { tensor.name }

  /// Weights are read whole, and so there are no errors.
  public func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix? { nil }

  /// There are no adapters, and so no errors.
  public func change(of layer: DecoderLayer) throws -> LowRankChange? { nil }

  /// Inputs come as they are, and so there are no errors.
  public func inputFactors(of layer: DecoderLayer) throws -> Matrix<Float>? { nil }

  /// Norms are whole, and so there are no errors.
  public func divisors(of norm: DecoderLayer) throws -> Matrix<Float>? { nil }

  /// Nothing is said of inputs, and so there are no errors.
  public func weight(
    of layer: DecoderLayer, _ codes: AnyQuantized, on execution: Execution
  ) throws -> LinearWeight? { nil }

  /// Keeps everything.
  public func forget(_: DecoderTensor) {}

  /// Keeps everything.
  public func forget(_: DecoderTensor, rows: Range<Int>) {}
}
