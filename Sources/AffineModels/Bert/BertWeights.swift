internal import AffineFormats
public import AffineLayers
package import AffineQuant

/// The floats of an encoder, to be trained: places have the embedding of the first kind of text added, which all
/// texts are of.
public struct BertWeights: DecoderWeights, Sendable {
  private let model: BertModel

  /// Takes the layers of a model.
  public init(_ model: BertModel) { self.model = model }

  public var configuration: DecoderConfiguration { model.encoder.configuration }

  /// What files call a tensor.
  public func name(of tensor: DecoderTensor) -> String { model.names.name(of: tensor) }

  /// A tensor in floats, of the shape that ``AffineLayers/DecoderConfiguration/shape(of:)`` names;
  /// `nil`: there is none.
  ///
  /// - Throws: ``BertError/layer(name:_:)``: a layer in codes, one whose inputs are multiplied first, a norm that
  ///   was divided.
  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    let encoder = model.encoder
    switch tensor {
    case .weight(.embedding): return .float32(try floats(encoder.embedding, tensor))
    case .weight(.positions): return encoder.positions.map { .float32($0) }
    case .weight(.linear):
      let linear = encoder[tensor.layer]
      guard linear.inputFactors == nil else { throw notFloats(tensor, "factors of its input") }
      return .float32(try floats(linear.weight, tensor))
    case .bias(.linear): return encoder[tensor.layer].bias.map { .float32($0) }
    case .weight, .bias:
      guard let norm = encoder.norm(tensor.layer) else { return nil }
      guard norm.divisors == nil else { throw notFloats(tensor, "a norm that was divided") }
      if case .bias = tensor { return norm.bias.map { .float32($0) } }
      return .float32(norm.weight)
    }
  }

  private func floats(_ weight: LinearWeight, _ tensor: DecoderTensor) throws -> Matrix<Float> {
    guard case .float(let matrix) = weight else { throw notFloats(tensor, "codes") }
    return matrix
  }

  private func notFloats(_ tensor: DecoderTensor, _ found: String) -> BertError {
    .layer(name: name(of: tensor), .typeMismatch(expected: "floats", found: found))
  }
}

extension BertModel {
  /// An encoder of tensors that were trained.
  ///
  /// - Parameters:
  ///   - weights: An encoder of the same extents and choices.
  ///   - configuration: What is made of its output.
  ///   - execution: Threads and instruction sets.
  /// - Throws: ``AffineLayers/DecoderError``: tensors of other extents; what `weights` throws.
  package init(
    _ weights: some DecoderWeights, _ configuration: BertConfiguration,
    on execution: Execution = .standard
  ) throws {
    guard weights.configuration == configuration.encoder else {
      throw BertError.otherLayers(of: configuration.architecture.name)
    }
    encoder = try DecoderModel(weights, activations: .float32, on: execution)
    self.configuration = configuration
  }
}
