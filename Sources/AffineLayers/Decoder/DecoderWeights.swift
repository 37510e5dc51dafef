public import AffineQuant

/// Where the tensors of a decoder come from.
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

  /// Some rows of a tensor that is kept as codes, where they can be had without the others; else `nil`.
  ///
  /// - Throws: What the file's reader throws.
  func codes(of tensor: DecoderTensor, rows: Range<Int>) throws -> AnyQuantized?

  /// What an adapter adds to a linear layer of a block, if there is one.
  ///
  /// - Throws: What the file's reader throws.
  func change(of layer: DecoderLayer) throws -> LowRankChange?

  /// Says that a tensor will not be read again, so that its memory may go.
  func forget(_ tensor: DecoderTensor)
}

extension DecoderWeights {
  /// The name of the tensor itself.
  public func name(of tensor: DecoderTensor) -> String { tensor.name }

  /// Tensors are read whole.
  public func codes(of _: DecoderTensor, rows _: Range<Int>) throws -> AnyQuantized? { nil }

  /// There are no adapters.
  public func change(of layer: DecoderLayer) throws -> LowRankChange? { nil }

  /// Keeps everything.
  public func forget(_: DecoderTensor) {}
}
