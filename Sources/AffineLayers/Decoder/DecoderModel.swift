package import AffineQuant

/// A transformer, ready to run: a decoder, or inside of other models an encoder.
///
///     let model = try DecoderModel(weights)
///     var cache = KeyValueCache(model.configuration)
///     let logits = try model.logits(after: tokens, &cache)
///
/// A value: copies share the weights.
public struct DecoderModel: Sendable {
  /// What the decoder is; offsets of norms are in their weights here. Of a decoder that several ranks run,
  /// heads and feed-forward columns are those of this one.
  public let configuration: DecoderConfiguration
  /// What inputs of linear layers are quantized to, where nobody replaced a layer.
  public let activations: ActivationFormat
  /// What this rank has, where several run the decoder together.
  let part: DecoderPart?
  /// The rows of tokens.
  package let embedding: LinearWeight
  /// The rows of places, if they are trained.
  package let positions: Matrix<Float>?
  var blocks: [DecoderBlock]
  /// The last norm, or an encoder's first.
  var norm: Norm
  /// What makes logits; `nil`: the embedding.
  var head: Linear?

  /// Tokens that run through the layers at once, so that memory does not grow with the text: whole panels of
  /// 6 rows, and so many that reading the weights takes a small part of the time; twice as many gain 1 %.
  package static let pieceLength = 126
  /// Rows of logits at once.
  static let logitRows = 64

  /// Bytes that the weights take in a file, in the types that they have here.
  public var byteCount: Int {
    let linears = linearLayers.map { self[$0] }
    let floats =
      normTensors.reduce(0) { $0 + $1.value.shape.count } + (positions?.shape.count ?? 0)
      + linears.reduce(0) { $0 + ($1.bias?.shape.count ?? 0) }
    return linears.reduce(0) { $0 + $1.weight.byteCount } + embedding.byteCount
      + floats * MemoryLayout<Float>.stride
  }
}
